/* ENV, ARG, LABEL and what else the image is told. */
#include "base/mem.h"

#include "dockerfile_common.h"

/* --- certificates off, as a setting ----------------------------------------------------------- */

static const char *switched_off(Str name, Str value)
{
    bool is_zero = str_eq(value, STR("0")) || str_eq_nocase(value, STR("false"));
    if (is_zero && str_eq(name, STR("NODE_TLS_REJECT_UNAUTHORIZED"))) {
        return "Node takes any server for the right one";
    }
    if (is_zero && str_eq(name, STR("PYTHONHTTPSVERIFY"))) {
        return "Python takes any server for the right one";
    }
    if (is_zero && str_eq_nocase(name, STR("NPM_CONFIG_STRICT_SSL"))) {
        return "npm takes any server for the right one";
    }
    if (value.len > 0 && !is_zero && str_eq(name, STR("GIT_SSL_NO_VERIFY"))) {
        return "git takes any server for the right one";
    }
    return value.len > 0 && str_eq(name, STR("PIP_TRUSTED_HOST"))
               ? "pip takes this server without a certificate"
               : NULL;
}

static bool has_pair(const ShellCommand *command, size_t at, const char *name, const char *value)
{
    return at + 1 < command->words.len && str_eq_cstr(command->words.ptr[at].text, name) &&
           str_eq_cstr(command->words.ptr[at + 1].text, value);
}

/* npm config set strict-ssl false, git config --global http.sslVerify false, pip --trusted-host */
static const char *command_switch(const ShellCommand *command, size_t *ret_at)
{
    size_t at;
    Str program = shell_command_program(command, &at);
    bool is_node =
        str_eq(program, STR("npm")) || str_eq(program, STR("yarn")) || str_eq(program, STR("pnpm"));
    bool is_pip = str_has_prefix(program, STR("pip")) || str_has_prefix(program, STR("python"));
    for (at++; at < command->words.len; at++) {
        Str word = command->words.ptr[at].text;
        *ret_at = at;
        if (is_node &&
            (has_pair(command, at, "strict-ssl", "false") ||
             str_eq(word, STR("strict-ssl=false")) || str_eq(word, STR("--strict-ssl=false")) ||
             str_eq(word, STR("--no-strict-ssl")))) {
            return "npm takes any server for the right one";
        }
        if (str_eq(program, STR("git")) && (has_pair(command, at, "http.sslVerify", "false") ||
                                            has_pair(command, at, "http.sslverify", "false") ||
                                            str_eq_nocase(word, STR("http.sslVerify=false")))) {
            return "git takes any server for the right one";
        }
        if (is_pip &&
            (str_eq(word, STR("--trusted-host")) || str_has_prefix(word, STR("--trusted-host=")))) {
            return "pip takes this server without a certificate";
        }
    }
    return NULL;
}

static void
check_switch(RuleContext *ctx, const DockerInstruction *run, const ShellCommand *command)
{
    (void) run;
    size_t at;
    const char *mistake = command_switch(command, &at);
    if (mistake) {
        rule_find_span(ctx, command->words.ptr[at].span, "%s", mistake);
    }
    vec_foreach(assignment, &command->assignments) {
        mistake = switched_off(assignment->name, assignment->value.text);
        if (mistake) {
            rule_find_span(ctx, assignment->span, "%s", mistake);
        }
    }
    for (size_t i = 1; shell_command_is(command, "export") && i < command->words.len; i++) {
        Str name, value;
        bool is_set = str_cut(command->words.ptr[i].text, '=', &name, &value);
        mistake = is_set ? switched_off(name, value) : NULL;
        if (mistake) {
            rule_find_span(ctx, command->words.ptr[i].span, "%s", mistake);
        }
    }
}

static void df053(RuleContext *ctx, const Dockerfile *file)
{
    for (size_t i = 0; i < file->instructions.len; i++) {
        const DockerInstruction *instruction = file->instructions.ptr[i];
        bool sets = instruction->kind == DOCKER_ENV || instruction->kind == DOCKER_ARG;
        for (size_t j = 0; sets && j < instruction->pairs.len; j++) {
            const DockerPair *pair = &instruction->pairs.ptr[j];
            const char *mistake = switched_off(pair->key.value, pair->value.value);
            if (mistake) {
                rule_find_span(ctx, pair->span, "%s", mistake);
            }
        }
    }
    check_commands(ctx, file, check_switch);
}

/* --- variables -------------------------------------------------------------------------------- */

static bool is_set_before(const DockerInstruction *env, Str name)
{
    const DockerStage *stage = env->stage;
    for (bool is_first = true; stage; stage = stage->base, is_first = false) {
        for (size_t i = 0; i < stage->instructions.len; i++) {
            const DockerInstruction *before = stage->instructions.ptr[i];
            if (is_first && before == env) {
                break;
            }
            if ((before->kind == DOCKER_ENV || before->kind == DOCKER_ARG) &&
                docker_pair(before, name)) {
                return true;
            }
        }
    }
    return false;
}

static void df061(RuleContext *ctx, const Dockerfile *file)
{
    for (const DockerInstruction *env = NULL; (env = docker_next(file, DOCKER_ENV, env));) {
        vec_foreach(reference, &env->references) {
            const DockerPair *pair = docker_pair(env, reference->name);
            /* PATH=/x:$PATH takes the one that was there */
            bool is_own = pair && reference->span.start >= pair->span.start &&
                          reference->span.end <= pair->span.end;
            if (pair && !is_own && !is_set_before(env, reference->name)) {
                Diag *diag = rule_find_span(
                    ctx,
                    reference->span,
                    "%" STR_FMT " isn't set yet: an ENV sees what was before it",
                    STR_ARG(reference->name)
                );
                diag_relate(ctx->diags, diag, pair->span, "set in the same instruction");
            }
        }
    }
}

/* ARG NODE_VERSION, FROM node:$NODE_VERSION: the image of a language often sets that name itself. */
static bool may_come_from_image(const DockerStage *stage, Str name)
{
    static const char *const systems[] = { "alpine", "debian", "ubuntu", "fedora", "busybox" };
    const DockerStage *root = docker_stage_root(stage);
    for (size_t i = 0; i < ARRAY_LEN(systems); i++) {
        if (str_eq_cstr(root->parts.name, systems[i])) {
            return false;
        }
    }
    bool is_used = false;
    vec_foreach(reference, &root->from->references) {
        is_used = is_used || str_eq(reference->name, name);
    }
    return is_used && str_has_suffix(name, STR("_VERSION"));
}

/* FROM sees only what was declared before the first one. */
static bool is_lost_in_from(const DockerInstruction *user, const DockerReference *reference)
{
    return user->kind == DOCKER_FROM && reference->state == DOCKER_VARIABLE_UNDEFINED;
}

static void df062(RuleContext *ctx, const Dockerfile *file)
{
    for (size_t i = 0; i < file->instructions.len; i++) {
        const DockerInstruction *user = file->instructions.ptr[i];
        vec_foreach(reference, &user->references) {
            bool is_global = reference->state == DOCKER_VARIABLE_GLOBAL &&
                             !may_come_from_image(user->stage, reference->name);
            bool is_later = reference->state == DOCKER_VARIABLE_LATER;
            if (reference->has_default || user->is_onbuild ||
                !(is_global || is_later || is_lost_in_from(user, reference))) {
                continue;
            }
            Diag *diag = rule_find_span(
                ctx,
                reference->span,
                "%" STR_FMT " is empty here: %s",
                STR_ARG(reference->name),
                is_global  ? "the stage doesn't declare it"
                : is_later ? "it is declared further down"
                           : "nothing before the first FROM declares it"
            );
            if (is_global && user->stage) {
                size_t at = user->stage->from->span.end;
                rule_fix(
                    ctx,
                    diag,
                    span_make(file->source, at, at),
                    "\nARG %" STR_FMT,
                    STR_ARG(reference->name)
                );
                rule_hint(
                    ctx, diag, "write ARG %" STR_FMT " behind FROM", STR_ARG(reference->name)
                );
            }
        }
    }
}

/* --- labels ----------------------------------------------------------------------------------- */

static void df063(RuleContext *ctx, const Dockerfile *file)
{
    for (const DockerInstruction *old = NULL; (old = docker_next(file, DOCKER_MAINTAINER, old));) {
        Diag *diag = rule_find_span(ctx, old->span, "MAINTAINER is out of use since 2016");
        if (old->words.len > 0) {
            Str name = str_replace(ctx->diags->arena, old->words.ptr[0].raw, STR("\""), STR(""));
            rule_fix(
                ctx,
                diag,
                old->span,
                "LABEL org.opencontainers.image.authors=\"%" STR_FMT "\"",
                STR_ARG(name)
            );
        }
    }
}

static const Str image_prefix = STR_INIT("org.opencontainers.image.");

static const Str image_labels[] = {
    STR_INIT("created"),     STR_INIT("authors"),     STR_INIT("url"),
    STR_INIT("source"),      STR_INIT("version"),     STR_INIT("revision"),
    STR_INIT("vendor"),      STR_INIT("licenses"),    STR_INIT("ref.name"),
    STR_INIT("title"),       STR_INIT("description"), STR_INIT("documentation"),
    STR_INIT("base.digest"), STR_INIT("base.name"),
};

static bool is_image_label(Str name)
{
    for (size_t i = 0; i < ARRAY_LEN(image_labels); i++) {
        if (str_eq(name, image_labels[i])) {
            return true;
        }
    }
    return false;
}

/* The label that is nearly written. */
static void suggest_label(RuleContext *ctx, Diag *diag, const DockerWord *key)
{
    Str name = key->value;
    bool is_ours = str_strip_prefix(&name, image_prefix) && !is_image_label(name) &&
                   str_eq(span_text(key->span), key->value);
    Str nearest = is_ours ? str_nearest(name, image_labels, ARRAY_LEN(image_labels)) : (Str) { 0 };
    if (nearest.len > 0) {
        Span end = key->span;
        end.start = end.end - (uint32_t) name.len;
        rule_suggest(ctx, diag, end, "%" STR_FMT, STR_ARG(nearest));
    }
}

static bool is_digits(Str text)
{
    bool fits = text.len > 0;
    for (size_t i = 0; i < text.len && fits; i++) {
        fits = text.ptr[i] >= '0' && text.ptr[i] <= '9';
    }
    return fits;
}

/* 2024-05-17T08:00:00Z, by its looks */
static bool is_time(Str text)
{
    return text.len >= 20 && is_digits(str_slice(text, 0, 4)) && text.ptr[4] == '-' &&
           text.ptr[7] == '-' && (text.ptr[10] == 'T' || text.ptr[10] == 't') &&
           text.ptr[13] == ':' && text.ptr[16] == ':';
}

/* What is wrong with a label, or NULL. */
static const char *label_mistake(Str key, Str value)
{
    Str name = key;
    if (!str_strip_prefix(&name, image_prefix)) {
        bool is_reserved = str_has_prefix(key, STR("com.docker.")) ||
                           str_has_prefix(key, STR("io.docker.")) ||
                           str_has_prefix(key, STR("org.dockerproject."));
        return is_reserved ? "the name is reserved for Docker's own use" : NULL;
    }
    if (!is_image_label(name)) {
        return "the image specification has no such label";
    }
    bool is_url = str_eq(name, STR("url")) || str_eq(name, STR("source")) ||
                  str_eq(name, STR("documentation"));
    if (value.len == 0) {
        return "the value is empty";
    }
    if (is_url && str_find(value, STR("://")) == STR_NONE) {
        return "the value is no URL";
    }
    return str_eq(name, STR("created")) && !is_time(value) ? "the value is no time of RFC 3339"
                                                           : NULL;
}

static void df064(RuleContext *ctx, const Dockerfile *file)
{
    for (const DockerInstruction *label = NULL; (label = docker_next(file, DOCKER_LABEL, label));) {
        vec_foreach(pair, &label->pairs) {
            const char *mistake = label_mistake(pair->key.value, pair->value.value);
            /* an argument's default stands for what the real build says */
            if (mistake && !pair->value.has_variable && pair->key.is_known) {
                Diag *diag = rule_find_span(
                    ctx, pair->span, "label %" STR_FMT ": %s", STR_ARG(pair->key.value), mistake
                );
                suggest_label(ctx, diag, &pair->key);
            }
        }
    }
}

/* --- platforms -------------------------------------------------------------------------------- */

static bool is_architecture(Str value)
{
    return str_eq(value, STR("amd64")) || str_eq(value, STR("arm64")) || str_eq(value, STR("386"));
}

static void
check_architecture(RuleContext *ctx, const DockerInstruction *run, const ShellCommand *command)
{
    (void) run;
    vec_foreach(assignment, &command->assignments) {
        if (str_eq(assignment->name, STR("GOARCH")) && is_architecture(assignment->value.text)) {
            Diag *diag = rule_find_span(
                ctx, assignment->span, "always %" STR_FMT, STR_ARG(assignment->value.text)
            );
            rule_suggest(ctx, diag, assignment->value.span, "$TARGETARCH");
        }
    }
}

/* The file says of itself that it is for several platforms. */
static void df066(RuleContext *ctx, const Dockerfile *file)
{
    if (!file_mentions(file, "TARGETPLATFORM") && !file_mentions(file, "BUILDPLATFORM") &&
        !file_mentions(file, "TARGETARCH")) {
        return;
    }
    check_commands(ctx, file, check_architecture);
    for (const DockerInstruction *env = NULL; (env = docker_next(file, DOCKER_ENV, env));) {
        const DockerPair *pair = docker_pair(env, STR("GOARCH"));
        if (pair && is_architecture(pair->value.value)) {
            Diag *diag =
                rule_find_span(ctx, pair->span, "always %" STR_FMT, STR_ARG(pair->value.value));
            rule_suggest(ctx, diag, pair->value.span, "$TARGETARCH");
        }
    }
}

static void
check_useradd(RuleContext *ctx, const DockerInstruction *run, const ShellCommand *command)
{
    (void) run;
    size_t at;
    uint64_t id = 0;
    if (!str_eq(shell_command_program(command, &at), STR("useradd")) ||
        shell_command_flag(command, "-l") || shell_command_flag(command, "--no-log-init")) {
        return;
    }
    const ShellWord *program = &command->words.ptr[at];
    for (at++; at < command->words.len; at++) {
        Str word = command->words.ptr[at].text;
        bool is_flag = str_eq(word, STR("-u")) || str_eq(word, STR("--uid"));
        Str value = is_flag && at + 1 < command->words.len ? command->words.ptr[at + 1].text : word;
        bool is_joined = str_strip_prefix(&value, STR("--uid="));
        if ((is_flag || is_joined) && str_to_uint64(value, &id) && id > 99999) {
            Diag *diag = rule_find_span(
                ctx, command->span, "the log of last logins grows with the number of the user"
            );
            fix_behind(ctx, diag, program->span, " -l");
            return;
        }
    }
}

static void df067(RuleContext *ctx, const Dockerfile *file)
{
    check_commands(ctx, file, check_useradd);
}

/* --- Go ------------------------------------------------------------------------------------- */

static bool is_cgo_off(const DockerStage *stage)
{
    for (; stage; stage = stage->base) {
        for (size_t i = 0; i < stage->instructions.len; i++) {
            const DockerInstruction *env = stage->instructions.ptr[i];
            if ((env->kind == DOCKER_ENV || env->kind == DOCKER_ARG) &&
                docker_pair(env, STR("CGO_ENABLED"))) {
                return true;
            }
        }
    }
    return false;
}

/* Alpine's Go has no C compiler, so CGO is off unless one is installed. */
static bool has_compiler(const Dockerfile *file, const DockerStage *stage)
{
    const DockerStage *root = docker_stage_root(stage);
    return str_find(root->parts.tag, STR("alpine")) == STR_NONE || file_mentions(file, "gcc") ||
           file_mentions(file, "build-base") || file_mentions(file, "musl-dev");
}

static bool final_is_static(const Dockerfile *file)
{
    const DockerStage *stage = docker_final_stage(file);
    const DockerStage *root = stage ? docker_stage_root(stage) : NULL;
    return root && (root->is_scratch || (image_is_distroless(root) &&
                                         str_find(root->parts.name, STR("static")) != STR_NONE));
}

static void df069(RuleContext *ctx, const Dockerfile *file)
{
    if (!final_is_static(file)) {
        return;
    }
    vec_foreach(call, &file->calls) {
        const DockerStage *stage = call->instruction->stage;
        if (call->manager != PACKAGE_GO || !package_verb_is(call, "build") || !stage ||
            stage == docker_final_stage(file) || is_cgo_off(stage) ||
            script_mentions(call->script, "CGO_ENABLED") ||
            script_mentions(call->script, "-static") || script_mentions(call->script, "netgo") ||
            !has_compiler(file, stage) || !docker_stage_root(stage)->image.is_known) {
            continue;
        }
        Diag *diag = rule_find_span(
            ctx,
            call->command->span,
            "the program may need a C library that the final image hasn't got"
        );
        Span start = span_make(file->source, call->name->span.start, call->name->span.start);
        if (call->command->assignments.len == 0 && call->command->span.start == start.start) {
            rule_suggest(ctx, diag, start, "CGO_ENABLED=0 ");
        }
    }
}

static const AuditRule rules[] = {
    { .id = "DF053",
      .artifact = "Dockerfile",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "The check of certificates turned off for a tool",
      .why = "Whoever stands on the way can put any code into the image, or read what it sends.",
      .fix = "install the authority's certificate and leave the check on",
      .bad = "ENV NODE_TLS_REJECT_UNAUTHORIZED=0\n",
      .good = "ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/company.pem\n",
      .peers =
          "CKV2_DOCKER_4 CKV2_DOCKER_5 CKV2_DOCKER_6 CKV2_DOCKER_12 CKV2_DOCKER_13 CKV2_DOCKER_14 "
          "CKV2_DOCKER_16",
      .check_dockerfile = df053 },
    { .id = "DF061",
      .artifact = "Dockerfile",
      .severity = SEVERITY_ERROR,
      .meaning = "An ENV that uses what it sets itself",
      .why = "All its variables are set at once from what was before: the one it uses is empty.",
      .fix = "split it into two ENV instructions",
      .bad = "ENV HOME=/app BIN=$HOME/bin\n",
      .good = "ENV HOME=/app\nENV BIN=$HOME/bin\n",
      .peers = "HL:DL3044",
      .check_dockerfile = df061 },
    { .id = "DF062",
      .artifact = "Dockerfile",
      .severity = SEVERITY_ERROR,
      .meaning = "An ARG used where it isn't declared",
      .why = "It expands to nothing, whatever --build-arg says, and the build goes on with it.",
      .fix = "declare it in the stage before it is used; FROM sees those before the first FROM",
      .bad = "ARG VERSION=1\nFROM debian:12.7\nRUN echo $VERSION\n",
      .good = "ARG VERSION=1\nFROM debian:12.7\nARG VERSION\nRUN echo $VERSION\n",
      .check_dockerfile = df062 },
    { .id = "DF063",
      .artifact = "Dockerfile",
      .severity = SEVERITY_INFO,
      .meaning = "MAINTAINER",
      .why = "It is out of use; tools read the label of the image specification.",
      .fix = "write LABEL org.opencontainers.image.authors=…",
      .bad = "MAINTAINER Jane <jane@example.com>\n",
      .good = "LABEL org.opencontainers.image.authors=\"Jane <jane@example.com>\"\n",
      .peers = "HL:DL4000 DS022 CKV_DOCKER_6"
               " KI:99614418-f82b-4852-a9ae-5051402b741c",
      .check_dockerfile = df063 },
    { .id = "DF064",
      .artifact = "Dockerfile",
      .severity = SEVERITY_INFO,
      .meaning = "A label of the image specification that isn't as it says",
      .why = "Registries and scanners look for these names and forms, and find nothing.",
      .fix = "see https://specs.opencontainers.org/image-spec/annotations/",
      .bad = "LABEL org.opencontainers.image.source=\"shop/api\"\n",
      .good = "LABEL org.opencontainers.image.source=\"https://example.com/shop/api\"\n",
      .peers = "HL:DL3048 HL:DL3051 HL:DL3052 HL:DL3053",
      .check_dockerfile = df064 },
    { .id = "DF066",
      .artifact = "Dockerfile",
      .severity = SEVERITY_WARN,
      .meaning = "An architecture written out in a build for several platforms",
      .why = "Every platform's image gets a program for this one, which doesn't start there.",
      .fix = "declare ARG TARGETARCH and use it",
      .bad = "FROM --platform=$BUILDPLATFORM golang:1.23 AS build\nRUN GOARCH=amd64 go build -o "
             "/app\n",
      .good = "FROM --platform=$BUILDPLATFORM golang:1.23 AS build\nARG TARGETARCH\nRUN "
              "GOARCH=$TARGETARCH go build -o /app\n",
      .check_dockerfile = df066 },
    { .id = "DF067",
      .artifact = "Dockerfile",
      .severity = SEVERITY_INFO,
      .meaning = "useradd with a high number and without -l",
      .why =
          "It writes a log file with an entry for every number below: gigabytes, in some builders.",
      .fix = "add -l, or take a number below 100000",
      .bad = "RUN useradd -u 1000000 app\n",
      .good = "RUN useradd -l -u 1000000 app\n",
      .peers = "HL:DL3046",
      .check_dockerfile = df067 },
    { .id = "DF069",
      .artifact = "Dockerfile",
      .severity = SEVERITY_WARN,
      .meaning = "A Go program with C parts for an image without a C library",
      .why = "It may not start: \"no such file or directory\" is the loader that isn't there.",
      .fix = "build with CGO_ENABLED=0",
      .bad =
          "FROM golang:1.23 AS build\nRUN go build -o /app .\nFROM scratch\nCOPY --from=build /app "
          "/app\n",
      .good = "FROM golang:1.23 AS build\nRUN CGO_ENABLED=0 go build -o /app .\nFROM scratch\nCOPY "
              "--from=build /app /app\n",
      .check_dockerfile = df069 },
};

const RuleFamily rules_dockerfile_settings = { rules, ARRAY_LEN(rules) };
