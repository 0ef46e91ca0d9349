/* What the stages are built on. */
#include "base/mem.h"
#include "base/path.h"

#include "dockerfile_common.h"
#include "words.h"

/* A stage whose FROM names an image that is known here. */
static bool is_image(const DockerStage *stage)
{
    return !stage->base && !stage->is_scratch && stage->image.is_known &&
           stage->image.value.len > 0;
}

static void df002(RuleContext *ctx, const Dockerfile *file)
{
    for (size_t i = 0; i < file->stages.len; i++) {
        const DockerStage *stage = file->stages.ptr[i];
        if (is_image(stage) && stage->parts.tag.len == 0 && stage->parts.digest.len == 0) {
            rule_find_span(
                ctx, stage->image.span, "\"%" STR_FMT "\" has no tag", STR_ARG(stage->image.value)
            );
        }
    }
}

static void df003(RuleContext *ctx, const Dockerfile *file)
{
    for (size_t i = 0; i < file->stages.len; i++) {
        const DockerStage *stage = file->stages.ptr[i];
        if (is_image(stage) && str_eq(stage->parts.tag, STR("latest")) &&
            stage->parts.digest.len == 0) {
            rule_find_span(
                ctx,
                stage->image.span,
                "\"%" STR_FMT "\" is whatever is latest when it is built",
                STR_ARG(stage->image.value)
            );
        }
    }
}

/* The digest that another stage has for the same tag. */
static void
pin_as_beside(RuleContext *ctx, Diag *diag, const Dockerfile *file, const DockerStage *stage)
{
    for (size_t i = 0; i < file->stages.len; i++) {
        Str digest = image_digest_of_same(stage->image.value, file->stages.ptr[i]->image.value);
        if (digest.len > 0 && str_eq(stage->image.raw, stage->image.value)) {
            size_t end = stage->image.span.end;
            rule_fix(ctx, diag, span_make(file->source, end, end), "%" STR_FMT, STR_ARG(digest));
            return;
        }
    }
}

static void df004(RuleContext *ctx, const Dockerfile *file)
{
    for (size_t i = 0; i < file->stages.len; i++) {
        const DockerStage *stage = file->stages.ptr[i];
        if (is_image(stage) && stage->parts.digest.len == 0) {
            Diag *diag = rule_find_span(
                ctx,
                stage->image.span,
                "\"%" STR_FMT "\" is not pinned by its digest",
                STR_ARG(stage->image.value)
            );
            pin_as_beside(ctx, diag, file, stage);
        }
    }
}

static void df005(RuleContext *ctx, const Dockerfile *file)
{
    const AuditOptions *options = ctx->options;
    for (size_t i = 0; options->registry_count > 0 && i < file->stages.len; i++) {
        const DockerStage *stage = file->stages.ptr[i];
        Str name;
        if (is_image(stage) && !registry_holds(
                                   ctx->diags->arena,
                                   options->registries,
                                   options->registry_count,
                                   stage->image.value,
                                   &name
                               )) {
            rule_find_span(
                ctx,
                stage->image.span,
                "%" STR_FMT " is of no registry that is allowed",
                STR_ARG(name)
            );
        }
    }
}

/* --- what is in the final image --------------------------------------------------------------- */

/* Commands that leave a compiler's tools behind. */
static bool is_build(const ShellCommand *command)
{
    static const struct {
        const char *program;
        const char *verb; /* NULL: any */
    } builds[] = {
        { "go", "build" }, { "cargo", "build" },    { "mvn", NULL },
        { "mvnw", NULL },  { "gradle", NULL },      { "gradlew", NULL },
        { "javac", NULL }, { "dotnet", "publish" }, { "dotnet", "build" },
        { "gcc", NULL },   { "g++", NULL },         { "clang", NULL },
        { "rustc", NULL }, { "go", "install" },     { "cargo", "install" },
    };
    size_t at;
    Str program = shell_command_program(command, &at);
    for (size_t i = 0; program.len > 0 && i < ARRAY_LEN(builds); i++) {
        if (str_eq_cstr(program, builds[i].program) &&
            (!builds[i].verb || (at + 1 < command->words.len &&
                                 str_eq_cstr(command->words.ptr[at + 1].text, builds[i].verb)))) {
            return true;
        }
    }
    return false;
}

static const ShellCommand *first_build(const DockerStage *stage)
{
    for (size_t i = 0; i < stage->instructions.len; i++) {
        const ShellScript *script = stage->instructions.ptr[i]->script;
        bool is_run = stage->instructions.ptr[i]->kind == DOCKER_RUN;
        for (size_t j = 0; is_run && script && j < script->commands.len; j++) {
            if (is_build(&script->commands.ptr[j]) && !script_mentions(script, "purge") &&
                !script_mentions(script, "apk del")) {
                return &script->commands.ptr[j];
            }
        }
    }
    return NULL;
}

/* An image that does nothing by itself is a tool box, in which tools belong. */
static bool is_run_as_such(const DockerStage *stage)
{
    return docker_stage_last(stage, DOCKER_CMD) || docker_stage_last(stage, DOCKER_ENTRYPOINT);
}

static void df009(RuleContext *ctx, const Dockerfile *file)
{
    const DockerStage *stage = docker_final_stage(file);
    const ShellCommand *build =
        file->stages.len == 1 && is_run_as_such(stage) ? first_build(stage) : NULL;
    if (build) {
        rule_find_span(
            ctx,
            build->span,
            "\"%" STR_FMT "\" is built in the image that runs",
            STR_ARG(str_slice(span_text(build->span), 0, 40))
        );
    }
}

static void df010(RuleContext *ctx, const Dockerfile *file)
{
    const DockerStage *stage = docker_final_stage(file);
    const DockerStage *root = stage ? docker_stage_root(stage) : NULL;
    if (root && is_image(root) && !image_has_no_shell(root) &&
        !str_eq(root->parts.registry, STR("cgr.dev"))) {
        rule_find_span(
            ctx,
            stage->image.span,
            "\"%" STR_FMT "\" brings a shell and a package manager along",
            STR_ARG(root->image.value)
        );
    }
}

static void df011(RuleContext *ctx, const Dockerfile *file)
{
    const DockerStage *stage = docker_final_stage(file);
    const DockerStage *root = stage ? docker_stage_root(stage) : NULL;
    if (!root || !is_image(root) || !image_is_distroless(root) || image_is_nonroot(root) ||
        docker_stage_last(stage, DOCKER_USER)) {
        return;
    }
    Diag *diag = rule_find_span(
        ctx, root->image.span, "\"%" STR_FMT "\" runs as root", STR_ARG(root->image.value)
    );
    if (root->parts.digest.len == 0 && !root->image.has_variable) {
        bool is_latest = str_eq(root->parts.tag, STR("latest"));
        size_t end = root->image.span.end;
        Span tag = span_make(file->source, is_latest ? end - root->parts.tag.len : end, end);
        const char *text = is_latest                  ? "nonroot"
                           : root->parts.tag.len == 0 ? ":nonroot"
                                                      : "-nonroot";
        rule_suggest(ctx, diag, tag, "%s", text);
    }
}

/* --- platforms -------------------------------------------------------------------------------- */

/* A stage or file that is for one platform says so in its name; Windows has only one. */
static bool is_for_platform(const Dockerfile *file, const DockerStage *stage, Str platform)
{
    Str rest = platform, system = STR(""), machine = STR("");
    (void) (str_next(&rest, '/', &system) && str_next(&rest, '/', &machine));
    bool is_named =
        machine.len > 0 && (str_find(stage->name.value, machine) != STR_NONE ||
                            str_find(path_base(file->source->path), machine) != STR_NONE);
    return is_named || str_eq(system, STR("windows"));
}

static void df065(RuleContext *ctx, const Dockerfile *file)
{
    for (size_t i = 0; i < file->stages.len; i++) {
        const DockerFlag *flag = docker_flag(file->stages.ptr[i]->from, "platform");
        if (!flag || is_for_platform(file, file->stages.ptr[i], flag->value.value)) {
            continue;
        }
        Str raw = flag->value.raw;
        if (!flag->value.has_variable) {
            Diag *diag =
                rule_find_span(ctx, flag->span, "the platform is always %" STR_FMT, STR_ARG(raw));
            rule_suggest(
                ctx, diag, span_make(file->source, flag->span.start, flag->span.end + 1), "%s", ""
            );
        } else if (str_eq(raw, STR("$TARGETPLATFORM")) || str_eq(raw, STR("${TARGETPLATFORM}"))) {
            Diag *diag = rule_find_span(
                ctx, flag->span, "%" STR_FMT " is what is built without saying so", STR_ARG(raw)
            );
            rule_fix(
                ctx, diag, span_make(file->source, flag->span.start, flag->span.end + 1), "%s", ""
            );
        }
    }
}

/* --- the table -------------------------------------------------------------------------------- */

static const AuditRule rules[] = {
    { .id = "DF002",
      .artifact = "Dockerfile",
      .severity = SEVERITY_ERROR,
      .meaning = "A base image without a tag",
      .why = "Without a tag it is latest: the same Dockerfile builds another image tomorrow.",
      .fix = "name a version, best with its digest",
      .bad = "FROM debian\n",
      .good = "FROM debian:12.7-slim\n",
      .peers = "HL:DL3006 DS001 CKV_DOCKER_7"
               " KI:9efb0b2d-89c9-41a3-91ca-dcc0aec911fd",
      .check_dockerfile = df002 },
    { .id = "DF003",
      .artifact = "Dockerfile",
      .severity = SEVERITY_ERROR,
      .meaning = "A base image with the tag latest",
      .why = "The same Dockerfile builds another image tomorrow, and nobody can say which one ran.",
      .fix = "name a version, best with its digest",
      .bad = "FROM debian:latest\n",
      .good = "FROM debian:12.7-slim\n",
      .peers = "HL:DL3007 DS001 CKV_DOCKER_7"
               " KI:f45ea400-6bbe-4501-9fc7-1c3d75c32067",
      .check_dockerfile = df003 },
    { .id = "DF004",
      .artifact = "Dockerfile",
      .severity = SEVERITY_WARN,
      .is_optional = true,
      .meaning = "A base image that isn't pinned by its digest",
      .why = "A tag can be moved to another image; a digest is one image for ever.",
      .fix = "write the tag and its digest, and let a bot raise both",
      .bad = "FROM debian:12.7-slim\n",
      .good =
          "FROM debian:12.7-slim@sha256:36e591f228bb9b99348f584e83f16e012c33ba5cad44ef5981a1d7c0a9"
          "3eca22\n",
      .check_dockerfile = df004 },
    { .id = "DF005",
      .artifact = "Dockerfile",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "A base image from a registry that isn't allowed",
      .why = "Whoever publishes there decides what runs in the image.",
      .fix = "take the image from one of check.registries, or have the registry added there",
      .bad = "FROM somebody/debian:12\n",
      .good = "FROM registry.example.com/base/debian:12.7\n",
      .peers = "HL:DL3026 KSV034",
      .check_dockerfile = df005 },
    { .id = "DF009",
      .artifact = "Dockerfile",
      .severity = SEVERITY_WARN,
      .meaning = "A program compiled in the image that runs it",
      .why = "Compiler, sources and caches are shipped: a larger image with more to attack.",
      .fix = "compile in a stage of its own and COPY --from it what runs",
      .bad = "FROM golang:1.23\nCOPY . .\nRUN go build -o /app .\nCMD [\"/app\"]\n",
      .good = "FROM golang:1.23 AS build\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /app .\n"
              "FROM gcr.io/distroless/static:nonroot\nCOPY --from=build /app /app\nCMD "
              "[\"/app\"]\n",
      .check_dockerfile = df009 },
    { .id = "DF010",
      .artifact = "Dockerfile",
      .severity = SEVERITY_WARN,
      .is_optional = true,
      .meaning = "A final image with a shell and a package manager",
      .why = "Whoever gets in finds tools to go on with.",
      .fix = "build the last stage on scratch or a distroless image",
      .bad = "FROM debian:12.7-slim\n",
      .good = "FROM gcr.io/distroless/base-debian12:nonroot\n",
      .check_dockerfile = df010 },
    { .id = "DF011",
      .artifact = "Dockerfile",
      .severity = SEVERITY_WARN,
      .escalates = true,
      .meaning = "A distroless image without the tag nonroot",
      .why = "It then runs as root, though a variant with a user is published beside it.",
      .fix = "use the tag nonroot, or set USER 65532",
      .bad = "FROM gcr.io/distroless/static-debian12:latest\n",
      .good = "FROM gcr.io/distroless/static-debian12:nonroot\n",
      .check_dockerfile = df011 },
    { .id = "DF065",
      .artifact = "Dockerfile",
      .severity = SEVERITY_WARN,
      .meaning = "A platform fixed in FROM",
      .why = "The image is built for that platform whatever is asked for, and runs emulated "
             "elsewhere.",
      .fix = "leave --platform away, or write --platform=$BUILDPLATFORM for a stage that "
             "cross-compiles",
      .bad = "FROM --platform=linux/amd64 debian:12.7\n",
      .good = "FROM --platform=$BUILDPLATFORM golang:1.23 AS build\n",
      .peers = "HL:DL3029 HL:DL3065"
               " KI:b16e8501-ef3c-44e1-a543-a093238099c9",
      .check_dockerfile = df065 },
};

const RuleFamily rules_dockerfile_images = { rules, ARRAY_LEN(rules) };
