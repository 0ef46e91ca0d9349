/* What the container starts: CMD, ENTRYPOINT, HEALTHCHECK. */
#include "base/mem.h"

#include "audit/repository/repository.h"
#include "dockerfile_common.h"

static bool is_start(const DockerInstruction *instruction)
{
    return (instruction->kind == DOCKER_CMD || instruction->kind == DOCKER_ENTRYPOINT) &&
           !instruction->is_onbuild;
}

static bool is_shell_form(const DockerInstruction *instruction)
{
    return !instruction->is_json && instruction->rest.text.len > 0;
}

/* The words of a command that a shell changes nothing about, as JSON; false when there is more. */
static bool words_as_json(Arena *arena, const DockerInstruction *start, StrBuf *out)
{
    const ShellScript *script = start->script;
    if (!script || script->has_problem || script->commands.len != 1) {
        return false;
    }
    const ShellCommand *command = &script->commands.ptr[0];
    bool is_plain = command->assignments.len == 0 && command->redirects.len == 0 &&
                    command->join == SHELL_JOIN_END && command->words.len > 0 &&
                    !command->is_compound;
    *out = (StrBuf) STRBUF_ON_ARENA(arena);
    for (size_t i = 0; i < command->words.len && is_plain; i++) {
        const ShellWord *word = &command->words.ptr[i];
        is_plain = word->is_literal;
        for (size_t j = 0; j < word->text.len && is_plain; j++) {
            char c = word->text.ptr[j];
            bool is_glob = !word->is_quoted && strchr("*?[~{", c);
            is_plain = c >= ' ' && c != '"' && c != '\\' && c != '\x7f' && !is_glob;
        }
        strbuf_addf(out, "%s\"%" STR_FMT "\"", i ? ", " : "[", STR_ARG(word->text));
    }
    strbuf_add_cstr(out, "]");
    return is_plain;
}

static void fix_form(RuleContext *ctx, Diag *diag, const DockerInstruction *start)
{
    StrBuf json;
    if (start->heredocs.len == 0 && words_as_json(ctx->diags->arena, start, &json)) {
        Span rest = mapped_text_span(&start->rest, 0, start->rest.text.len);
        rule_fix(ctx, diag, rest, "%s", json.ptr);
    }
}

static void df012(RuleContext *ctx, const Dockerfile *file)
{
    const DockerStage *stage = docker_final_stage(file);
    if (!stage || !image_has_no_shell(stage)) {
        return;
    }
    for (size_t i = 0; i < stage->instructions.len; i++) {
        const DockerInstruction *start = stage->instructions.ptr[i];
        if (is_start(start) && is_shell_form(start)) {
            Diag *diag = rule_find_span(
                ctx,
                start->span,
                "\"%" STR_FMT "\" has no shell to run this",
                STR_ARG(docker_stage_root(stage)->image.value)
            );
            fix_form(ctx, diag, start);
        }
    }
}

static bool starts_with_exec(const DockerInstruction *start)
{
    return start->script && start->script->commands.len > 0 &&
           shell_command_is(&start->script->commands.ptr[0], "exec");
}

static void check_form(RuleContext *ctx, const DockerInstruction *start)
{
    Span rest = mapped_text_span(&start->rest, 0, start->rest.text.len);
    if (start->rest.text.ptr[0] == '[') {
        Diag *diag = rule_find_span(
            ctx, rest, "this is no JSON array of strings, so a shell gets it as it stands"
        );
        rule_hint(ctx, diag, "put each word into double quotes");
        return;
    }
    enum { SHOWN_MOST = 60 };
    Str text = start->rest.text;
    Diag *diag = rule_find_span(
        ctx,
        start->span,
        "\"%" STR_FMT "%s\" is run by a shell, and signals reach that only",
        STR_ARG(str_slice(text, 0, SHOWN_MOST)),
        text.len > SHOWN_MOST ? "…" : ""
    );
    fix_form(ctx, diag, start);
}

static void df013(RuleContext *ctx, const Dockerfile *file)
{
    const DockerStage *final = docker_final_stage(file);
    for (size_t i = 0; i < file->instructions.len; i++) {
        const DockerInstruction *start = file->instructions.ptr[i];
        bool is_said_by_df012 = start->stage == final && final && image_has_no_shell(final);
        if (is_start(start) && is_shell_form(start) && !starts_with_exec(start) &&
            !is_said_by_df012) {
            check_form(ctx, start);
        }
    }
}

/* --- more than one ---------------------------------------------------------------------------- */

static void find_repeated(RuleContext *ctx, const Dockerfile *file, DockerKind kind)
{
    const DockerInstruction *first = NULL;
    for (const DockerInstruction *next = NULL; (next = docker_next(file, kind, next));) {
        if (first && first->stage == next->stage) {
            Diag *diag = rule_find_span(
                ctx,
                next->span,
                "a second %" STR_FMT " in this stage: only the last one counts",
                STR_ARG(docker_kind_name(kind))
            );
            diag_relate(ctx->diags, diag, first->span, "has no effect");
        }
        first = next;
    }
}

static void df014(RuleContext *ctx, const Dockerfile *file)
{
    find_repeated(ctx, file, DOCKER_CMD);
}

static void df015(RuleContext *ctx, const Dockerfile *file)
{
    find_repeated(ctx, file, DOCKER_ENTRYPOINT);
}

static void df016(RuleContext *ctx, const Dockerfile *file)
{
    find_repeated(ctx, file, DOCKER_HEALTHCHECK);
}

/* --- health ----------------------------------------------------------------------------------- */

static bool compose_checks(const RepoService *service)
{
    bool checks = false;
    vec_foreach(compose, &service->compose) {
        checks = checks || (*compose)->has_healthcheck;
    }
    return checks;
}

static bool has_kubernetes(const Repository *repository)
{
    bool has = false;
    vec_foreach(bundle, &repository->audit->bundles) {
        has = has || (*bundle)->objects.len > 0;
    }
    return has;
}

/* Servers alone, which say a port; where there is Kubernetes, its probes ask. */
static void df017(RuleContext *ctx, const Repository *repository)
{
    vec_foreach(service, &repository->services) {
        const DockerStage *stage =
            service->dockerfile ? docker_final_stage(service->dockerfile) : NULL;
        if (stage && docker_stage_last(stage, DOCKER_EXPOSE) &&
            !docker_stage_last(stage, DOCKER_HEALTHCHECK) && !compose_checks(service) &&
            !has_kubernetes(repository)) {
            rule_find_span(ctx, stage->from->span, "the image says nothing about its health");
        }
    }
}

static void check_health_program(RuleContext *ctx, const Dockerfile *file, Span span, Str program)
{
    const DockerStage *stage = docker_final_stage(file);
    if (image_lacks(file, program)) {
        rule_find_span(
            ctx,
            span,
            "\"%" STR_FMT "\" has no %" STR_FMT,
            STR_ARG(docker_stage_root(stage)->image.value),
            STR_ARG(program)
        );
    }
}

static void df018(RuleContext *ctx, const Dockerfile *file)
{
    const DockerStage *stage = docker_final_stage(file);
    const DockerInstruction *health = stage ? docker_stage_last(stage, DOCKER_HEALTHCHECK) : NULL;
    if (!health || health->is_none || stage->is_windows) {
        return;
    }
    if (is_shell_form(health) && image_has_no_shell(stage)) {
        Span span = mapped_text_span(&health->rest, 0, health->rest.text.len);
        rule_find_span(
            ctx,
            span,
            "\"%" STR_FMT "\" has no shell to run this",
            STR_ARG(docker_stage_root(stage)->image.value)
        );
        return;
    }
    if (health->is_json && health->words.len > 0) {
        check_health_program(ctx, file, health->words.ptr[0].span, health->words.ptr[0].value);
    }
    for (size_t i = 0; health->script && i < health->script->commands.len; i++) {
        const ShellCommand *command = &health->script->commands.ptr[i];
        check_health_program(ctx, file, command->span, shell_command_name(command));
    }
}

static void df019(RuleContext *ctx, const Dockerfile *file)
{
    for (const DockerInstruction *health = NULL;
         (health = docker_next(file, DOCKER_HEALTHCHECK, health));) {
        if (!health->is_none && health->flags.len == 0 && health->rest.text.len > 0) {
            Diag *diag = rule_find_span(
                ctx, health->keyword, "the check waits 30 s for an answer, as nothing is said"
            );
            Span place = span_make(file->source, health->keyword.end, health->keyword.end);
            rule_suggest(ctx, diag, place, " --interval=30s --timeout=3s --start-period=10s");
        }
    }
}

static const AuditRule rules[] = {
    { .id = "DF012",
      .artifact = "Dockerfile",
      .severity = SEVERITY_ERROR,
      .meaning = "A command in shell form in an image without a shell",
      .why = "The container doesn't start: /bin/sh isn't there.",
      .fix = "write the command as a JSON array",
      .bad = "FROM gcr.io/distroless/static:nonroot\nENTRYPOINT /app\n",
      .good = "FROM gcr.io/distroless/static:nonroot\nENTRYPOINT [\"/app\"]\n",
      .peers = "HL:DL3025"
               " KI:b86987e1-6397-4619-81d5-8807f2387c79",
      .check_dockerfile = df012 },
    { .id = "DF013",
      .artifact = "Dockerfile",
      .severity = SEVERITY_ERROR,
      .meaning = "CMD or ENTRYPOINT in shell form",
      .why = "The shell is process 1 and passes no signal on: every stop waits for SIGKILL, and "
             "requests are lost.",
      .fix = "write the command as a JSON array, or start it with exec where a shell is needed",
      .bad = "CMD node server.js\n",
      .good = "CMD [\"node\", \"server.js\"]\n",
      .peers = "HL:DL3025"
               " KI:b86987e1-6397-4619-81d5-8807f2387c79",
      .check_dockerfile = df013 },
    { .id = "DF014",
      .artifact = "Dockerfile",
      .severity = SEVERITY_WARN,
      .meaning = "More than one CMD in a stage",
      .why = "Only the last one counts; who reads the first believes it.",
      .fix = "keep one",
      .bad = "CMD [\"a\"]\nCMD [\"b\"]\n",
      .good = "CMD [\"b\"]\n",
      .peers = "HL:DL4003 DS016"
               " KI:41c195f4-fc31-4a5c-8a1b-90605538d49f",
      .check_dockerfile = df014 },
    { .id = "DF015",
      .artifact = "Dockerfile",
      .severity = SEVERITY_ERROR,
      .meaning = "More than one ENTRYPOINT in a stage",
      .why = "Only the last one counts; who reads the first believes it.",
      .fix = "keep one",
      .bad = "ENTRYPOINT [\"a\"]\nENTRYPOINT [\"b\"]\n",
      .good = "ENTRYPOINT [\"b\"]\n",
      .peers = "HL:DL4004 DS007"
               " KI:6938958b-3f1a-451c-909b-baeee14bdc97",
      .check_dockerfile = df015 },
    { .id = "DF016",
      .artifact = "Dockerfile",
      .severity = SEVERITY_WARN,
      .meaning = "More than one HEALTHCHECK in a stage",
      .why = "Only the last one counts; who reads the first believes it.",
      .fix = "keep one",
      .bad = "HEALTHCHECK CMD a\nHEALTHCHECK CMD b\n",
      .good = "HEALTHCHECK --timeout=3s CMD b\n",
      .peers = "HL:DL3012 DS023",
      .check_dockerfile = df016 },
    { .id = "DF017",
      .artifact = "Dockerfile",
      .severity = SEVERITY_INFO,
      .meaning = "A server without a HEALTHCHECK",
      .why =
          "Docker and Compose can't tell whether it works; Kubernetes doesn't ask, it has probes.",
      .fix = "add a HEALTHCHECK that asks what a user would ask",
      .bad = "EXPOSE 8080\n",
      .good = "EXPOSE 8080\nHEALTHCHECK --timeout=3s CMD [\"/app\", \"health\"]\n",
      .peers = "HL:DL3057 DS026 CKV_DOCKER_2"
               " KI:b03a748a-542d-44f4-bb86-9199ab4fd2d5",
      .check_repository = df017 },
    { .id = "DF018",
      .artifact = "Dockerfile",
      .severity = SEVERITY_ERROR,
      .meaning = "A HEALTHCHECK that calls what the image hasn't got",
      .why = "The container is unhealthy for ever, and what waits for it never starts.",
      .fix = "install the program, or let the application answer itself",
      .bad = "FROM python:3.12-slim\nHEALTHCHECK CMD curl -f http://localhost:8000/\n",
      .good = "FROM python:3.12-slim\nHEALTHCHECK CMD [\"python\", \"health.py\"]\n",
      .check_dockerfile = df018 },
    { .id = "DF019",
      .artifact = "Dockerfile",
      .severity = SEVERITY_INFO,
      .meaning = "A HEALTHCHECK without times",
      .why = "It then asks every 30 s, waits 30 s for each answer, and counts failures while "
             "starting.",
      .fix = "say --interval, --timeout and --start-period",
      .bad = "HEALTHCHECK CMD [\"/app\", \"health\"]\n",
      .good =
          "HEALTHCHECK --interval=30s --timeout=3s --start-period=10s CMD [\"/app\", \"health\"]\n",
      .check_dockerfile = df019 },
};

const RuleFamily rules_dockerfile_commands = { rules, ARRAY_LEN(rules) };
