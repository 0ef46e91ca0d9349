/* What works, and is better done otherwise. */
#include "base/mem.h"
#include "base/path.h"

#include "dockerfile_common.h"

static bool is_one_of(Str name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq_cstr(name, names[i])) {
            return true;
        }
    }
    return false;
}

/* --- DF072 ------------------------------------------------------------------------------------ */

static bool has_background(const ShellScript *script)
{
    vec_foreach(command, &script->commands) {
        if (command->join == SHELL_JOIN_BACKGROUND) {
            return true;
        }
    }
    return false;
}

/* A service that is started for the commands behind it, and what was started in the background and
 * is ended again, are of use while the RUN runs. */
static bool is_of_use(const DockerInstruction *run, const ShellCommand *command, Str program)
{
    if (str_eq(program, STR("service"))) {
        return shell_next(run->script, command) != NULL;
    }
    if (str_eq(program, STR("kill"))) {
        return has_background(run->script);
    }
    return str_eq(program, STR("ssh")) && docker_flag(run, "mount");
}

static void
check_senseless(RuleContext *ctx, const DockerInstruction *run, const ShellCommand *command)
{
    static const char *const programs[] = { "ssh",  "vim", "shutdown", "service", "ps",
                                            "free", "top", "kill",     "mount",   "ifconfig" };
    size_t at;
    Str program = shell_command_program(command, &at);
    if (is_one_of(program, programs, ARRAY_LEN(programs)) && !is_of_use(run, command, program)) {
        rule_find_span(
            ctx,
            command->words.ptr[at].span,
            "%" STR_FMT " does nothing that the image would keep",
            STR_ARG(program)
        );
    }
}

static void df072(RuleContext *ctx, const Dockerfile *file)
{
    check_commands(ctx, file, check_senseless);
}

/* --- DF073 ------------------------------------------------------------------------------------ */

/* What ADD unpacks by itself. */
static bool is_tar(Str path)
{
    static const char *const endings[] = { ".tar",  ".tar.gz", ".tgz", ".tar.bz2",
                                           ".tbz2", ".tar.xz", ".txz" };
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        if (str_has_suffix(path, str_from(endings[i]))) {
            return true;
        }
    }
    return false;
}

static bool unpacks(const ShellCommand *command, Str name)
{
    size_t at;
    if (!str_eq(shell_command_program(command, &at), STR("tar")) || at + 1 >= command->words.len) {
        return false;
    }
    Str first = command->words.ptr[at + 1].text;
    bool extracts = shell_command_flag(command, "-x") || shell_command_flag(command, "--extract") ||
                    (first.len > 0 && first.ptr[0] != '-' && str_has_char(first, 'x'));
    bool has_name = false;
    for (size_t i = at + 1; i < command->words.len; i++) {
        has_name = has_name || str_eq(path_base(command->words.ptr[i].text), name);
    }
    return extracts && has_name;
}

/* The command of the same stage that unpacks the file, or NULL. */
static const ShellCommand *unpacking(const DockerInstruction *copy, Str name)
{
    bool is_behind = false;
    for (size_t i = 0; copy->stage && i < copy->stage->instructions.len; i++) {
        const DockerInstruction *run = copy->stage->instructions.ptr[i];
        is_behind = is_behind || run == copy;
        bool can = is_behind && run->kind == DOCKER_RUN && run->script;
        for (size_t j = 0; can && j < run->script->commands.len; j++) {
            if (unpacks(&run->script->commands.ptr[j], name)) {
                return &run->script->commands.ptr[j];
            }
        }
    }
    return NULL;
}

static void df073(RuleContext *ctx, const Dockerfile *file)
{
    for (const DockerInstruction *copy = NULL; (copy = docker_next(file, DOCKER_COPY, copy));) {
        for (size_t i = 0; !docker_flag(copy, "from") && i + 1 < copy->words.len; i++) {
            const DockerWord *source = &copy->words.ptr[i];
            const ShellCommand *command =
                is_tar(source->value) ? unpacking(copy, path_base(source->value)) : NULL;
            if (command) {
                Diag *diag = rule_find_span(
                    ctx, source->span, "the archive stays in a layer beside what is unpacked of it"
                );
                diag_relate(ctx->diags, diag, command->span, "it is unpacked here");
            }
        }
    }
}

/* --- DF074 ------------------------------------------------------------------------------------ */

/* -q, -nv, and -o or -a for a log of its own, also in a cluster before -O and its like: -qO- */
static bool is_quiet_cluster(Str word)
{
    bool quiet = false;
    for (size_t i = 1; word.len > 1 && word.ptr[0] == '-' && i < word.len && !quiet; i++) {
        if (str_has_char(STR("OPUTtiDe-"), word.ptr[i])) {
            return false;
        }
        quiet =
            str_has_char(STR("qoa"), word.ptr[i]) || (word.ptr[i] == 'v' && word.ptr[i - 1] == 'n');
    }
    return quiet;
}

static void check_wget(RuleContext *ctx, const DockerInstruction *run, const ShellCommand *command)
{
    static const char *const quiet[] = { "--quiet",         "--no-verbose", "--progress",
                                         "--append-output", "--help",       "--output-file",
                                         "--version" };
    (void) run;
    size_t at;
    bool is_loud = str_eq(shell_command_program(command, &at), STR("wget"));
    for (size_t i = 0; is_loud && i < ARRAY_LEN(quiet); i++) {
        is_loud = !shell_command_flag(command, quiet[i]);
    }
    for (size_t i = at + 1; is_loud && i < command->words.len; i++) {
        is_loud = !is_quiet_cluster(command->words.ptr[i].text);
    }
    if (is_loud) {
        rule_find_span(ctx, command->words.ptr[at].span, "its progress fills the log of the build");
    }
}

static void df074(RuleContext *ctx, const Dockerfile *file)
{
    check_commands(ctx, file, check_wget);
}

/* --- DF075 ------------------------------------------------------------------------------------ */

static const ShellCommand *first_call(const DockerStage *stage, const char *program)
{
    for (size_t i = 0; i < stage->instructions.len; i++) {
        const DockerInstruction *run = stage->instructions.ptr[i];
        bool can = run->kind == DOCKER_RUN && run->script;
        for (size_t j = 0; can && j < run->script->commands.len; j++) {
            size_t at;
            const ShellCommand *command = &run->script->commands.ptr[j];
            if (str_eq(shell_command_program(command, &at), str_from(program))) {
                return command;
            }
        }
    }
    return NULL;
}

/* What a stage has that isn't part of the final image costs nothing. */
static void df075(RuleContext *ctx, const Dockerfile *file)
{
    vec_foreach(stage, &file->stages) {
        const ShellCommand *curl = first_call(*stage, "curl");
        const ShellCommand *wget = first_call(*stage, "wget");
        if (!curl || !wget || !is_in_final(file, *stage)) {
            continue;
        }
        const ShellCommand *second = curl->span.start > wget->span.start ? curl : wget;
        Diag *diag =
            rule_find_span(ctx, second->span, "both curl and wget are used: one of them is enough");
        diag_relate(ctx->diags, diag, (second == curl ? wget : curl)->span, "the other one");
    }
}

/* --- DF076 ------------------------------------------------------------------------------------ */

static void check_link(RuleContext *ctx, const DockerInstruction *run, const ShellCommand *command)
{
    (void) run;
    size_t at;
    if (str_eq(shell_command_program(command, &at), STR("ln")) &&
        str_eq(vec_last(&command->words)->text, STR("/bin/sh"))) {
        rule_find_span(ctx, command->span, "another shell for all programs of the image");
    }
}

static void df076(RuleContext *ctx, const Dockerfile *file)
{
    check_commands(ctx, file, check_link);
}

static const AuditRule rules[] = {
    { .id = "DF072",
      .artifact = "Dockerfile",
      .severity = SEVERITY_INFO,
      .meaning = "A program in RUN that does nothing for the image",
      .why = "A process that it starts is gone when the RUN ends, and what it prints nobody reads.",
      .fix = "drop it; what is to run in the container is CMD's",
      .bad = "RUN service nginx start\n",
      .good = "CMD [\"nginx\", \"-g\", \"daemon off;\"]\n",
      .peers = "HL:DL3001",
      .check_dockerfile = df072 },
    { .id = "DF073",
      .artifact = "Dockerfile",
      .severity = SEVERITY_INFO,
      .meaning = "An archive copied and then unpacked",
      .why = "The archive stays in its layer, whatever a later RUN removes.",
      .fix = "let ADD unpack it",
      .bad = "COPY tool.tar.gz /tmp/\nRUN tar -xzf /tmp/tool.tar.gz -C /opt\n",
      .good = "ADD tool.tar.gz /opt/\n",
      .peers = "HL:DL3010",
      .check_dockerfile = df073 },
    { .id = "DF074",
      .artifact = "Dockerfile",
      .severity = SEVERITY_INFO,
      .meaning = "wget that draws its progress into the log",
      .why = "Thousands of lines hide the one that says why the build failed.",
      .fix = "add -nv, or --progress=dot:giga",
      .bad = "RUN wget https://example.com/tool\n",
      .good = "RUN wget -nv https://example.com/tool\n",
      .peers = "HL:DL3047",
      .check_dockerfile = df074 },
    { .id = "DF075",
      .artifact = "Dockerfile",
      .severity = SEVERITY_INFO,
      .meaning = "Both curl and wget used",
      .why = "The image carries two programs for one thing, and two to keep safe.",
      .fix = "use one of them",
      .bad = "RUN curl -fsSO https://example.com/a\nRUN wget -nv https://example.com/b\n",
      .good = "RUN curl -fsSO https://example.com/a\nRUN curl -fsSO https://example.com/b\n",
      .peers = "HL:DL4001"
               " KI:fc775e75-fcfb-4c98-b2f2-910c5858b359",
      .check_dockerfile = df075 },
    { .id = "DF076",
      .artifact = "Dockerfile",
      .severity = SEVERITY_WARN,
      .meaning = "/bin/sh replaced by a link",
      .why = "The scripts of all packages run by another shell than they were written for.",
      .fix = "name the shell of RUN with SHELL [\"/bin/bash\", \"-c\"]",
      .bad = "RUN ln -sf /bin/bash /bin/sh\n",
      .good = "SHELL [\"/bin/bash\", \"-c\"]\n",
      .peers = "HL:DL4005"
               " KI:8a301064-c291-4b20-adcb-403fe7fd95fd",
      .check_dockerfile = df076 },
};

const RuleFamily rules_dockerfile_habits = { rules, ARRAY_LEN(rules) };
