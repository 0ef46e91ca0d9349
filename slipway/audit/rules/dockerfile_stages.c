/* Whether the file builds at all, and how its stages hang together. */
#include "base/mem.h"

#include "dockerfile_common.h"

static void df001(RuleContext *ctx, const Dockerfile *file)
{
    vec_foreach(problem, &file->problems) {
        Diag *diag = rule_find_span(ctx, problem->span, "%" STR_FMT, STR_ARG(problem->message));
        if (problem->hint.len > 0) {
            rule_hint(ctx, diag, "%" STR_FMT, STR_ARG(problem->hint));
        }
    }
}

/* --- what COPY and RUN take from other stages ------------------------------------------------- */

/* A name that another stage's output is asked for by. */
typedef struct StageUse {
    const DockerInstruction *user;
    const DockerFlag *flag;
    Str name;
} StageUse;

typedef void (*UseCheck)(RuleContext *ctx, const Dockerfile *file, const StageUse *use);

static void each_use(RuleContext *ctx, const Dockerfile *file, UseCheck check)
{
    for (size_t i = 0; i < file->instructions.len; i++) {
        const DockerInstruction *user = file->instructions.ptr[i];
        bool is_copy = user->kind == DOCKER_COPY || user->kind == DOCKER_ADD;
        for (size_t j = 0; user->stage && !user->is_onbuild && j < user->flags.len; j++) {
            const DockerFlag *flag = &user->flags.ptr[j];
            StageUse use = { .user = user, .flag = flag };
            if (is_copy && str_eq(flag->name, STR("from"))) {
                use.name = flag->value.value;
            } else if (user->kind == DOCKER_RUN && str_eq(flag->name, STR("mount"))) {
                use.name = mount_option(flag, "from");
            }
            if (use.name.len > 0 && flag->value.is_known) {
                check(ctx, file, &use);
            }
        }
    }
}

static bool is_number(Str name)
{
    uint64_t number;
    return str_to_uint64(name, &number);
}

/* The stage that the use means, also its own or a later one; NULL: an image, or nothing. */
static const DockerStage *stage_meant(const Dockerfile *file, const StageUse *use)
{
    uint64_t number;
    if (str_to_uint64(use->name, &number)) {
        return number < file->stages.len ? file->stages.ptr[number] : NULL;
    }
    const DockerStage *earlier = docker_stage_find(file, use->name, use->user->stage->index);
    return earlier ? earlier : docker_stage_find(file, use->name, file->stages.len);
}

static void check_source(RuleContext *ctx, const Dockerfile *file, const StageUse *use)
{
    const DockerStage *meant = stage_meant(file, use);
    if (meant && meant->index > use->user->stage->index) {
        Diag *diag = rule_find_span(
            ctx, use->flag->span, "stage \"%" STR_FMT "\" comes later", STR_ARG(use->name)
        );
        diag_relate(ctx->diags, diag, meant->from->span, "it begins here");
        rule_hint(ctx, diag, "move the stage before the one that copies from it");
        return;
    }
    bool is_image = str_has_char(use->name, '/') || str_has_char(use->name, ':') ||
                    str_has_char(use->name, '.') || str_has_char(use->name, '@');
    if (meant || (is_image && !is_number(use->name))) {
        return;
    }
    Diag *diag = rule_find_span(
        ctx, use->flag->span, "no stage before is called \"%" STR_FMT "\"", STR_ARG(use->name)
    );
    Str names[64];
    size_t count = 0;
    for (size_t i = 0; i < use->user->stage->index && count < ARRAY_LEN(names); i++) {
        names[count] = file->stages.ptr[i]->name.value;
        count += names[count].len > 0;
    }
    Str near = str_nearest(use->name, names, count);
    if (near.len > 0) {
        rule_hint(ctx, diag, "did you mean \"%" STR_FMT "\"?", STR_ARG(near));
    }
}

static void df025(RuleContext *ctx, const Dockerfile *file)
{
    each_use(ctx, file, check_source);
}

static void check_own(RuleContext *ctx, const Dockerfile *file, const StageUse *use)
{
    if (stage_meant(file, use) == use->user->stage) {
        rule_find_span(
            ctx, use->flag->span, "\"%" STR_FMT "\" is this very stage", STR_ARG(use->name)
        );
    }
}

static void df026(RuleContext *ctx, const Dockerfile *file)
{
    each_use(ctx, file, check_own);
}

/* Whether the image or stage has nothing but what was put into it. */
static bool has_no_system(const Dockerfile *file, const DockerInstruction *copy, Str from)
{
    const DockerStage *stage = docker_copy_source(file, copy);
    const DockerStage *root = stage ? docker_stage_root(stage) : NULL;
    DockerImage image = root ? root->parts : docker_image_parse(from);
    bool is_xx = image.registry.len == 0 && str_eq(image.name, STR("tonistiigi/xx"));
    /* to a folder of programs goes what an image of programs alone has */
    bool is_in_folder = !str_eq(copy->words.ptr[1].value, STR("/"));
    bool runs = docker_stage_last(stage, DOCKER_RUN) != NULL;
    return (root && root->is_scratch) || is_xx || (is_in_folder && !runs);
}

/* Onto scratch it is how layers are squashed. */
static void df024(RuleContext *ctx, const Dockerfile *file)
{
    for (const DockerInstruction *copy = NULL; (copy = docker_next(file, DOCKER_COPY, copy));) {
        const DockerFlag *from = docker_flag(copy, "from");
        if (from && copy->stage && copy->words.len == 2 &&
            str_eq(copy->words.ptr[0].value, STR("/")) &&
            !docker_stage_root(copy->stage)->is_scratch &&
            !has_no_system(file, copy, from->value.value)) {
            rule_find_span(
                ctx,
                copy->words.ptr[0].span,
                "all of \"%" STR_FMT "\" is copied, its own system included",
                STR_ARG(from->value.value)
            );
        }
    }
}

/* --- names ------------------------------------------------------------------------------------ */

static void df027(RuleContext *ctx, const Dockerfile *file)
{
    for (size_t i = 0; i < file->stages.len; i++) {
        const DockerStage *stage = file->stages.ptr[i];
        const DockerStage *first =
            stage->name.value.len > 0 ? docker_stage_find(file, stage->name.value, i) : NULL;
        if (first) {
            Diag *diag = rule_find_span(
                ctx,
                stage->name.span,
                "a stage before is called \"%" STR_FMT "\" too",
                STR_ARG(stage->name.value)
            );
            diag_relate(ctx->diags, diag, first->name.span, "the other one");
        }
    }
}

static void df028(RuleContext *ctx, const Dockerfile *file)
{
    for (size_t i = 0; i < file->stages.len; i++) {
        const DockerStage *stage = file->stages.ptr[i];
        if (str_eq_nocase(stage->name.value, STR("scratch")) ||
            str_eq_nocase(stage->name.value, STR("context"))) {
            rule_find_span(
                ctx,
                stage->name.span,
                "\"%" STR_FMT "\" already means something to the builder",
                STR_ARG(stage->name.value)
            );
        }
    }
}

/* --- use -------------------------------------------------------------------------------------- */

static void mark_stage(const DockerStage *stage, bool *is_used)
{
    for (; stage && !is_used[stage->index]; stage = stage->base) {
        is_used[stage->index] = true;
    }
}

/* From the last stage back: what is used is known when a stage's turn comes. */
static void mark_used(const Dockerfile *file, bool *is_used)
{
    mark_stage(docker_final_stage(file), is_used);
    for (size_t i = file->instructions.len; i > 0; i--) {
        const DockerInstruction *user = file->instructions.ptr[i - 1];
        /* a named stage may be asked for with --target, and what it takes is used then */
        if (!user->stage || (!is_used[user->stage->index] && user->stage->name.value.len == 0)) {
            continue;
        }
        vec_foreach(flag, &user->flags) {
            bool is_mount = str_eq(flag->name, STR("mount"));
            StageUse use = { .user = user,
                             .flag = flag,
                             .name = is_mount ? mount_option(flag, "from") : flag->value.value };
            if (is_mount || str_eq(flag->name, STR("from"))) {
                mark_stage(stage_meant(file, &use), is_used);
            }
        }
        mark_stage(user->stage->base, is_used);
    }
}

static void df029(RuleContext *ctx, const Dockerfile *file)
{
    bool *is_used = ARENA_ARRAY(ctx->diags->arena, bool, file->stages.len + 1);
    mark_used(file, is_used);
    for (size_t i = 0; i < file->stages.len; i++) {
        const DockerStage *stage = file->stages.ptr[i];
        if (!is_used[i] && stage->name.value.len == 0) {
            rule_find_span(ctx, stage->from->span, "nothing uses stage %zu", i);
        }
    }
}

static const AuditRule rules[] = {
    { .id = "DF001",
      .artifact = "Dockerfile",
      .severity = SEVERITY_ERROR,
      .meaning = "A Dockerfile that doesn't build",
      .why = "The builder refuses what isn't in the language, or ends where it is reached.",
      .fix = "see the reference of the instruction",
      .bad = "FROM debian:12.7\nCOPPY app /app\n",
      .good = "FROM debian:12.7\nCOPY app /app\n",
      .peers = "HL:DL3061 HL:DL1000 HL:DL3043",
      .check_dockerfile = df001 },
    { .id = "DF024",
      .artifact = "Dockerfile",
      .severity = SEVERITY_WARN,
      .meaning = "The whole file system of another stage copied",
      .why =
          "It brings the other image's system, its tools and whatever secrets it was built with.",
      .fix = "copy the files that are needed",
      .bad = "COPY --from=build / /\n",
      .good = "COPY --from=build /app /app\n",
      .peers = "HL:DL3067",
      .check_dockerfile = df024 },
    { .id = "DF025",
      .artifact = "Dockerfile",
      .severity = SEVERITY_ERROR,
      .meaning = "COPY --from names no stage",
      .why = "The builder takes the name for an image and pulls whatever is published under it.",
      .fix = "name a stage before it; an image is written with its tag",
      .bad = "FROM golang:1.23 AS build\nFROM alpine:3.20\nCOPY --from=biuld /app /app\n",
      .good = "FROM golang:1.23 AS build\nFROM alpine:3.20\nCOPY --from=build /app /app\nCOPY "
              "--from=nginx:1.27 /etc/nginx /etc/nginx\n",
      .peers = "HL:DL3022"
               " KI:68a51e22-ae5a-4d48-8e87-b01a323605c9",
      .check_dockerfile = df025 },
    { .id = "DF026",
      .artifact = "Dockerfile",
      .severity = SEVERITY_ERROR,
      .meaning = "COPY --from the stage it stands in",
      .why = "The stage isn't built yet: the build fails.",
      .fix = "name the stage that has the files, or use RUN cp",
      .bad = "FROM debian:12.7 AS app\nCOPY --from=app /a /b\n",
      .good = "COPY --from=build /a /b\n",
      .peers = "HL:DL3023 DS006"
               " KI:cdddb86f-95f6-4fc4-b5a1-483d9afceb2b",
      .check_dockerfile = df026 },
    { .id = "DF027",
      .artifact = "Dockerfile",
      .severity = SEVERITY_ERROR,
      .meaning = "Two stages of one name",
      .why = "--target and COPY --from reach only one of them.",
      .fix = "give each its own name",
      .bad = "FROM golang:1.23 AS build\nFROM node:22 AS build\n",
      .good = "FROM golang:1.23 AS build-api\nFROM node:22 AS build-web\n",
      .peers = "HL:DL3024 DS012 CKV_DOCKER_11"
               " KI:f2daed12-c802-49cd-afed-fe41d0b82fed",
      .check_dockerfile = df027 },
    { .id = "DF028",
      .artifact = "Dockerfile",
      .severity = SEVERITY_WARN,
      .meaning = "A stage with a reserved name",
      .why = "\"scratch\" is the empty image and \"context\" the build context: the stage can't be "
             "named.",
      .fix = "give it another name",
      .bad = "FROM debian:12.7 AS scratch\n",
      .good = "FROM debian:12.7 AS base\n",
      .peers = "HL:DL3063",
      .check_dockerfile = df028 },
    { .id = "DF029",
      .artifact = "Dockerfile",
      .severity = SEVERITY_INFO,
      .meaning = "A stage without a name that nothing uses",
      .why =
          "BuildKit skips it, so what it does never happens; older builders build it for nothing.",
      .fix = "copy from it, give it a name for --target, or take it out",
      .bad = "FROM node:22\nRUN npm test\nFROM nginx:1.27\n",
      .good = "FROM node:22 AS test\nRUN npm test\nFROM nginx:1.27\n",
      .check_dockerfile = df029 },
};

const RuleFamily rules_dockerfile_stages = { rules, ARRAY_LEN(rules) };
