/* What each instruction must have: the builder refuses the rest. */
#include "base/mem.h"

#include "internal.h"

static bool is_listed(Str name, const char *const *names)
{
    for (size_t i = 0; names[i]; i++) {
        if (str_eq_cstr(name, names[i])) {
            return true;
        }
    }
    return false;
}

static void check_flags(Reading *reading, const DockerInstruction *instruction)
{
    static const char *const none[] = { NULL };
    static const char *const of_add[] = { "keep-git-dir", "checksum", "chown",  "chmod",
                                          "link",         "exclude",  "unpack", NULL };
    static const char *const of_copy[] = { "from",    "chown",   "chmod", "link",
                                           "parents", "exclude", NULL };
    static const char *const of_from[] = { "platform", NULL };
    static const char *const of_health[] = { "interval",       "timeout", "start-period",
                                             "start-interval", "retries", NULL };
    static const char *const of_run[] = { "mount", "network", "security", "device", NULL };
    static const char *const *const known[DOCKER_WORKDIR + 1] = {
        [DOCKER_ADD] = of_add, [DOCKER_COPY] = of_copy,          [DOCKER_FROM] = of_from,
        [DOCKER_RUN] = of_run, [DOCKER_HEALTHCHECK] = of_health,
    };
    const char *const *names = known[instruction->kind] ? known[instruction->kind] : none;
    vec_foreach(flag, &instruction->flags) {
        if (instruction->kind != DOCKER_ONBUILD && !is_listed(flag->name, names)) {
            problem_add(
                reading,
                flag->span,
                names[0] ? "see the instruction's reference" : "write the command behind it",
                "%" STR_FMT " has no flag --%" STR_FMT,
                STR_ARG(docker_kind_name(instruction->kind)),
                STR_ARG(flag->name)
            );
        }
    }
}

/* Go's durations: "1m30s", "500ms", "0". */
static bool is_duration(Str text)
{
    static const Str units[] = { STR_INIT("ns"), STR_INIT("us"), STR_INIT("ms"),
                                 STR_INIT("s"),  STR_INIT("m"),  STR_INIT("h") };
    if (str_eq(text, STR("0"))) {
        return true;
    }
    bool fits = text.len > 0;
    while (fits && text.len > 0) {
        size_t digits = 0;
        while (digits < text.len &&
               ((text.ptr[digits] >= '0' && text.ptr[digits] <= '9') || text.ptr[digits] == '.')) {
            digits++;
        }
        fits = digits > 0;
        text = str_skip(text, digits);
        bool has_unit = false;
        for (size_t i = 0; i < ARRAY_LEN(units) && !has_unit; i++) {
            has_unit = str_strip_prefix(&text, units[i]);
        }
        fits = fits && has_unit;
    }
    return fits;
}

static void check_healthcheck(Reading *reading, const DockerInstruction *instruction)
{
    vec_foreach(flag, &instruction->flags) {
        if (!flag->value.is_known) {
            continue;
        }
        uint64_t count;
        bool is_count = str_eq(flag->name, STR("retries"));
        bool fits =
            is_count ? str_to_uint64(flag->value.value, &count) : is_duration(flag->value.value);
        if (!fits) {
            problem_add(
                reading,
                flag->span,
                is_count ? "write a whole number" : "write a duration with a unit, such as 30s",
                "--%" STR_FMT " takes %s, not \"%" STR_FMT "\"",
                STR_ARG(flag->name),
                is_count ? "a number" : "a duration",
                STR_ARG(flag->value.value)
            );
        }
    }
    if (!instruction->is_none && instruction->rest.text.len == 0) {
        problem_add(
            reading, instruction->span, "write HEALTHCHECK CMD command", "the command is missing"
        );
    }
}

static void check_onbuild(Reading *reading, const DockerInstruction *instruction)
{
    bool is_refused = instruction->kind == DOCKER_FROM || instruction->kind == DOCKER_ONBUILD ||
                      instruction->kind == DOCKER_MAINTAINER;
    if (instruction->is_onbuild && is_refused) {
        problem_add(
            reading,
            instruction->keyword,
            "put it into the Dockerfile that uses the image",
            "%" STR_FMT " can't stand behind ONBUILD",
            STR_ARG(docker_kind_name(instruction->kind))
        );
    }
}

static bool needs_arguments(DockerKind kind)
{
    return kind != DOCKER_CMD && kind != DOCKER_ENTRYPOINT && kind != DOCKER_UNKNOWN &&
           kind != DOCKER_HEALTHCHECK;
}

void instruction_check(Reading *reading, const DockerInstruction *instruction)
{
    Str name = docker_kind_name(instruction->kind);
    check_onbuild(reading, instruction);
    if (instruction->kind == DOCKER_UNKNOWN) {
        return;
    }
    check_flags(reading, instruction);
    if (needs_arguments(instruction->kind) && instruction->rest.text.len == 0) {
        problem_add(
            reading,
            instruction->span,
            "say what it is about",
            "%" STR_FMT " needs an argument",
            STR_ARG(name)
        );
        return;
    }
    if (instruction->kind == DOCKER_HEALTHCHECK) {
        check_healthcheck(reading, instruction);
    }
    if (instruction->kind == DOCKER_SHELL && !instruction->is_json) {
        problem_add(
            reading,
            mapped_text_span(&instruction->rest, 0, instruction->rest.text.len),
            "write SHELL [\"/bin/bash\", \"-c\"]",
            "SHELL takes a JSON array of strings"
        );
    }
    if ((instruction->kind == DOCKER_ADD || instruction->kind == DOCKER_COPY) &&
        instruction->words.len + instruction->heredocs.len < 2) {
        problem_add(
            reading,
            instruction->span,
            "name at least one source and the destination",
            "%" STR_FMT " needs a source and a destination",
            STR_ARG(name)
        );
    }
}
