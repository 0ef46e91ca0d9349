/* What RUN does in its shell. */
#include "base/mem.h"
#include "base/path.h"

#include "dockerfile_common.h"

static bool is_any(Str name, const char *const *names)
{
    for (size_t i = 0; name.len > 0 && names[i]; i++) {
        if (str_eq_cstr(name, names[i])) {
            return true;
        }
    }
    return false;
}

/* --- where and who ---------------------------------------------------------------------------- */

/* In a subshell it is how one step is done elsewhere; a heredoc is a script like any other. */
static void df035(RuleContext *ctx, const Dockerfile *file)
{
    for (const DockerInstruction *run = NULL; (run = docker_next(file, DOCKER_RUN, run));) {
        for (size_t i = 0; run->script && run->heredocs.len == 0 && i < run->script->commands.len;
             i++) {
            const ShellCommand *command = &run->script->commands.ptr[i];
            if (command->parent == SHELL_TOP && shell_command_is(command, "cd") &&
                command->words.len > 1) {
                rule_find_span(ctx, command->span, "\"cd\" holds until the end of this RUN only");
                break;
            }
        }
    }
}

static void check_sudo(RuleContext *ctx, const DockerInstruction *run, const ShellCommand *command)
{
    (void) run;
    if (shell_command_is(command, "sudo")) {
        rule_find_span(ctx, command->words.ptr[0].span, "a build has no need of sudo");
    }
}

static void df037(RuleContext *ctx, const Dockerfile *file)
{
    check_commands(ctx, file, check_sudo);
}

static void
check_password(RuleContext *ctx, const DockerInstruction *run, const ShellCommand *command)
{
    (void) run;
    size_t at;
    Str program = shell_command_program(command, &at);
    bool is_lock = shell_command_flag(command, "-l") || shell_command_flag(command, "--lock") ||
                   shell_command_flag(command, "-S");
    if (str_eq(program, STR("chpasswd")) || (str_eq(program, STR("passwd")) && !is_lock)) {
        rule_find_span(ctx, command->span, "a password is set in the image");
    }
}

static void df056(RuleContext *ctx, const Dockerfile *file)
{
    check_commands(ctx, file, check_password);
}

/* --- modes ------------------------------------------------------------------------------------ */

static bool is_octal(Str mode)
{
    bool fits = mode.len >= 3 && mode.len <= 4;
    for (size_t i = 0; i < mode.len && fits; i++) {
        fits = mode.ptr[i] >= '0' && mode.ptr[i] <= '7';
    }
    return fits;
}

/* What is wrong with a mode, or NULL. A sticky folder may be everybody's. */
static const char *mode_mistake(Str mode)
{
    if (is_octal(mode)) {
        unsigned special = mode.len == 4 ? (unsigned) (mode.ptr[0] - '0') : 0;
        bool is_open = str_has_suffix(mode, STR("777")) || str_has_suffix(mode, STR("666"));
        return (special & 6U) != 0              ? "whoever runs it gets the owner's rights"
               : is_open && (special & 1U) == 0 ? "everybody may change it"
                                                : NULL;
    }
    static const char *const open[] = { "a+rwx", "ugo+rwx", "+rwx", "a+w",  "o+w",
                                        "a=rwx", "o+rwx",   "a+rw", "o+rw", NULL };
    static const char *const setuid[] = { "u+s", "+s", "g+s", "ug+s", "a+s", "ugo+s", NULL };
    return is_any(mode, open)     ? "everybody may change it"
           : is_any(mode, setuid) ? "whoever runs it gets the owner's rights"
                                  : NULL;
}

static void check_chmod(RuleContext *ctx, const DockerInstruction *run, const ShellCommand *command)
{
    (void) run;
    size_t at;
    Str program = shell_command_program(command, &at);
    for (at++; str_eq(program, STR("chmod")) && at < command->words.len; at++) {
        const ShellWord *mode = &command->words.ptr[at];
        if (mode->text.len > 0 && mode->text.ptr[0] == '-') {
            continue;
        }
        const char *mistake = mode_mistake(mode->text);
        if (mistake) {
            rule_find_span(ctx, mode->span, "mode %" STR_FMT ": %s", STR_ARG(mode->text), mistake);
        }
        return;
    }
}

static void df057(RuleContext *ctx, const Dockerfile *file)
{
    check_commands(ctx, file, check_chmod);
    for (size_t i = 0; i < file->instructions.len; i++) {
        const DockerFlag *mode = docker_flag(file->instructions.ptr[i], "chmod");
        const char *mistake = mode ? mode_mistake(mode->value.value) : NULL;
        if (mistake) {
            rule_find_span(
                ctx, mode->span, "mode %" STR_FMT ": %s", STR_ARG(mode->value.value), mistake
            );
        }
    }
}

/* --- pipes and errors ------------------------------------------------------------------------- */

static bool turns_on(const ShellCommand *command, const char *option)
{
    bool is_next = false;
    for (size_t i = 1; i < command->words.len; i++) {
        Str word = command->words.ptr[i].text;
        if (is_next && str_eq_cstr(word, option)) {
            return true;
        }
        is_next = word.len > 1 && word.ptr[0] == '-' && word.ptr[word.len - 1] == 'o';
    }
    return false;
}

/* SHELL ["/bin/bash", "-o", "pipefail", "-c"], or -euo */
static bool shell_has(const DockerInstruction *run, const char *option)
{
    for (size_t i = 0; run->shell && i + 1 < run->shell->words.len; i++) {
        Str flag = run->shell->words.ptr[i].value;
        if (flag.len > 1 && flag.ptr[0] == '-' && str_has_char(flag, 'o') &&
            str_eq_cstr(run->shell->words.ptr[i + 1].value, option)) {
            return true;
        }
    }
    return false;
}

static bool script_sets(const ShellScript *script, const ShellCommand *before, const char *option)
{
    for (const ShellCommand *command = script->commands.ptr; command < before; command++) {
        if ((shell_command_is(command, "set") || shell_command_is(command, "bash") ||
             shell_command_is(command, "shopt")) &&
            turns_on(command, option)) {
            return true;
        }
    }
    return false;
}

/* The flags of "#!/bin/bash -eo pipefail", for a heredoc that has such a line. */
static Str shebang_of(const ShellScript *script)
{
    Str text = script->text.text, line = STR("");
    bool has_one = str_has_prefix(text, STR("#!")) && str_next_line(&text, &line);
    return has_one ? line : STR("");
}

/* What has nothing to fail with. */
static bool cannot_fail(const ShellCommand *command)
{
    static const char *const safe[] = { "echo", "printf", "yes", "true", NULL };
    return !command->is_compound && is_any(shell_command_name(command), safe);
}

static const ShellCommand *first_unguarded_pipe(const DockerInstruction *run)
{
    const ShellScript *script = run->script;
    for (size_t i = 0; i < script->commands.len; i++) {
        const ShellCommand *command = &script->commands.ptr[i];
        if (command->join == SHELL_JOIN_PIPE && !cannot_fail(command)) {
            return script_sets(script, command, "pipefail") ? NULL : command;
        }
    }
    return NULL;
}

static bool sets_errexit(const ShellScript *script)
{
    Str shebang = shebang_of(script);
    size_t flags = str_find(shebang, STR(" -"));
    if (flags != STR_NONE && str_has_char(str_skip(shebang, flags), 'e')) {
        return true;
    }
    for (size_t i = 0; i < script->commands.len; i++) {
        const ShellCommand *command = &script->commands.ptr[i];
        if (shell_command_is(command, "set") &&
            (shell_command_flag(command, "-e") || turns_on(command, "errexit"))) {
            return true;
        }
    }
    return script_sets(script, script->commands.ptr + script->commands.len, "errexit");
}

static bool is_heredoc(const DockerInstruction *run)
{
    return run->heredocs.len == 1 &&
           run->script->text.text.ptr == run->heredocs.ptr[0].body.text.ptr;
}

/* A heredoc as the whole script: a line that fails in its middle is passed over. */
static const ShellCommand *first_unguarded_line(const DockerInstruction *run)
{
    const ShellScript *script = run->script;
    if (!is_heredoc(run) || sets_errexit(script) || script->has_problem ||
        shell_has(run, "errexit") ||
        (run->shell && run->shell->words.len > 1 &&
         str_has_char(run->shell->words.ptr[1].value, 'e'))) {
        return NULL;
    }
    for (size_t i = 0; i < script->commands.len; i++) {
        const ShellCommand *command = &script->commands.ptr[i];
        if (command->parent == SHELL_TOP && command->join == SHELL_JOIN_END &&
            shell_next(script, command) && !cannot_fail(command) &&
            !(command->words.len == 0 && !command->is_compound)) {
            return command;
        }
    }
    return NULL;
}

/* The command first of all: in a heredoc on a line of its own, below its "#!". */
static void fix_begin(RuleContext *ctx, Diag *diag, const DockerInstruction *run, const char *text)
{
    const MappedText *script = &run->script->text;
    size_t at = str_find(script->text, str_trim(script->text));
    Str shebang = shebang_of(run->script);
    if (shebang.len > 0) {
        at = shebang.len + 1;
    }
    if (at < script->text.len) {
        Span first = mapped_text_span(script, at, at + 1);
        rule_fix(
            ctx,
            diag,
            span_make(first.source, first.start, first.start),
            "%s%s",
            text,
            is_heredoc(run) ? "\n" : " && "
        );
    }
}

/* Whether the shell of the RUN is known to have the option: Debian's sh has not. */
static bool knows_pipefail(const DockerInstruction *run)
{
    static const char *const shells[] = { "bash", "ash", "zsh", "ksh", NULL };
    if (run->shell && run->shell->words.len > 0) {
        return is_any(path_base(run->shell->words.ptr[0].value), shells);
    }
    const DockerStage *root = run->stage ? docker_stage_root(run->stage) : NULL;
    return root && root->image.is_known && shebang_of(run->script).len == 0 &&
           str_find(root->image.value, STR("alpine")) != STR_NONE;
}

static void df051(RuleContext *ctx, const Dockerfile *file)
{
    for (const DockerInstruction *run = NULL; (run = docker_next(file, DOCKER_RUN, run));) {
        if (!run->script) {
            continue;
        }
        const ShellCommand *line = first_unguarded_line(run);
        if (line) {
            Diag *diag = rule_find_span(
                ctx, line->span, "where this fails, the lines behind it run all the same"
            );
            rule_hint(ctx, diag, "begin the heredoc with set -e");
            fix_begin(ctx, diag, run, "set -e");
        }
        bool is_guarded = shell_has(run, "pipefail") ||
                          str_find(shebang_of(run->script), STR("pipefail")) != STR_NONE;
        const ShellCommand *pipe = is_guarded ? NULL : first_unguarded_pipe(run);
        if (pipe) {
            Diag *diag = rule_find_span(
                ctx, pipe->span, "where this fails, the pipe hides it and the build goes on"
            );
            if (knows_pipefail(run)) {
                /* a heredoc goes on behind a pipe that failed, unless it is told to stop */
                bool goes_on = is_heredoc(run) && !sets_errexit(run->script);
                fix_begin(ctx, diag, run, goes_on ? "set -eo pipefail" : "set -o pipefail");
            }
        }
    }
}

/* --- downloads -------------------------------------------------------------------------------- */

/* Flags of curl that take what is behind them in one cluster: -ofile. */
static bool is_insecure_cluster(Str word)
{
    for (size_t i = 1; word.len > 1 && word.ptr[0] == '-' && word.ptr[1] != '-' && i < word.len;
         i++) {
        if (word.ptr[i] == 'k') {
            return true;
        }
        if (strchr("oHduAbeFmTxXwEcCDKPQrtUyYz", word.ptr[i])) {
            return false;
        }
    }
    return false;
}

static bool asks_itself(const ShellCommand *command)
{
    vec_foreach(word, &command->words) {
        if (str_find(word->text, STR("//localhost")) != STR_NONE ||
            str_find(word->text, STR("//127.0.0.1")) != STR_NONE) {
            return true;
        }
    }
    return false;
}

static void
check_insecure(RuleContext *ctx, const DockerInstruction *run, const ShellCommand *command)
{
    (void) run;
    size_t at;
    Str program = shell_command_program(command, &at);
    bool is_curl = str_eq(program, STR("curl")), is_wget = str_eq(program, STR("wget"));
    for (at++; (is_curl || is_wget) && at < command->words.len && !asks_itself(command); at++) {
        const ShellWord *word = &command->words.ptr[at];
        bool is_off = is_curl ? str_eq(word->text, STR("--insecure")) ||
                                    str_eq(word->text, STR("--proxy-insecure")) ||
                                    is_insecure_cluster(word->text)
                              : str_eq(word->text, STR("--no-check-certificate"));
        if (is_off) {
            rule_find_span(
                ctx,
                word->span,
                "%" STR_FMT " takes whatever server answers for the right one",
                STR_ARG(program)
            );
        }
    }
}

static void df052(RuleContext *ctx, const Dockerfile *file)
{
    check_commands(ctx, file, check_insecure);
}

static bool is_download(const ShellCommand *command)
{
    size_t at;
    Str program = shell_command_program(command, &at);
    return str_eq(program, STR("curl")) || str_eq(program, STR("wget"));
}

/* Whether a command runs the text that comes in: a shell without a file of its own. */
static bool runs_input(const ShellCommand *command)
{
    static const char *const programs[] = { "sh",   "bash",   "zsh",     "ash",  "dash",
                                            "ksh",  "python", "python3", "perl", "ruby",
                                            "node", "php",    NULL };
    size_t at;
    Str program = shell_command_program(command, &at);
    if (!is_any(program, programs)) {
        return false;
    }
    for (at++; at < command->words.len; at++) {
        Str word = command->words.ptr[at].text;
        if (str_eq(word, STR("-c")) || str_eq(word, STR("-r")) || str_eq(word, STR("-e")) ||
            str_eq(word, STR("-m")) || str_eq(word, STR("-ne"))) {
            return false;
        }
        if (str_eq(word, STR("-s")) || str_eq(word, STR("-")) || str_eq(word, STR("--"))) {
            return true;
        }
        if (word.len == 0 || word.ptr[0] != '-') {
            return false; /* a file */
        }
    }
    return true;
}

/* sh -c "$(curl …)", bash <(curl …), eval "$(curl …)" */
static bool runs_substituted(const ShellCommand *parent)
{
    static const char *const programs[] = {
        "sh", "bash", "zsh", "ash", "eval", "source", ".", NULL
    };
    size_t at;
    Str program = shell_command_program(parent, &at);
    Str last = parent->words.len > 0 ? vec_last(&parent->words)->text : STR("");
    bool is_whole = str_has_prefix(last, STR("$(curl")) || str_has_prefix(last, STR("$(wget")) ||
                    str_has_prefix(last, STR("<(curl")) || str_has_prefix(last, STR("<(wget")) ||
                    str_has_prefix(last, STR("`curl")) || str_has_prefix(last, STR("`wget"));
    return is_any(program, programs) && is_whole;
}

static void
check_pipe_shell(RuleContext *ctx, const DockerInstruction *run, const ShellCommand *command)
{
    const ShellScript *script = run->script;
    if (!is_download(command)) {
        return;
    }
    bool is_run = command->is_substituted && command->parent != SHELL_TOP &&
                  runs_substituted(&script->commands.ptr[command->parent]);
    const ShellCommand *next = shell_pipe_next(script, command);
    for (; next && !is_run; next = shell_pipe_next(script, next)) {
        is_run = runs_input(next);
    }
    if (is_run) {
        rule_find_span(ctx, command->span, "what is downloaded here runs unseen");
    }
}

static void df055(RuleContext *ctx, const Dockerfile *file)
{
    check_commands(ctx, file, check_pipe_shell);
}

/* --- ShellCheck ------------------------------------------------------------------------------- */

static void df070(RuleContext *ctx, const Dockerfile *file)
{
    vec_foreach(complaint, &file->complaints) {
        Diag *diag = rule_find_span(
            ctx,
            complaint->span,
            "%" STR_FMT " (SC%zu)",
            STR_ARG(complaint->message),
            complaint->code
        );
        rule_hint(ctx, diag, "see https://www.shellcheck.net/wiki/SC%zu", complaint->code);
    }
}

/* --- layers ----------------------------------------------------------------------------------- */

static bool may_join(const DockerInstruction *run)
{
    return run->kind == DOCKER_RUN && !run->is_onbuild && !run->is_json && run->flags.len == 0 &&
           run->heredocs.len == 0;
}

static void df071(RuleContext *ctx, const Dockerfile *file)
{
    for (size_t i = 1; i < file->instructions.len; i++) {
        const DockerInstruction *run = file->instructions.ptr[i];
        if (may_join(run) && may_join(file->instructions.ptr[i - 1])) {
            rule_find_span(ctx, run->keyword, "this could be part of the RUN before it");
        }
    }
}

static const AuditRule rules[] = {
    { .id = "DF035",
      .artifact = "Dockerfile",
      .severity = SEVERITY_WARN,
      .meaning = "RUN cd instead of WORKDIR",
      .why =
          "The next instruction starts where this one did: the change is easily taken for lasting.",
      .fix = "set WORKDIR, use the tool's own flag (-C, --prefix), or a subshell",
      .bad = "RUN cd /app && make\n",
      .good = "WORKDIR /app\nRUN make\n",
      .peers = "HL:DL3003 DS013"
               " KI:f4a6bcd3-e231-4acf-993c-aa027be50d2e",
      .check_dockerfile = df035 },
    { .id = "DF037",
      .artifact = "Dockerfile",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "sudo in a build",
      .why = "A build is root, or a user without sudo's rights; what sudo needs stays in the image "
             "as a "
             "way to root.",
      .fix = "write USER root before it and the other user behind",
      .bad = "RUN sudo apt-get update\n",
      .good = "USER root\nRUN apt-get update && apt-get install -y curl\nUSER 10001\n",
      .peers = "HL:DL3004 DS010 CKV2_DOCKER_1"
               " KI:8ada6e80-0ade-439e-b176-0b28f6bce35a",
      .check_dockerfile = df037 },
    { .id = "DF051",
      .artifact = "Dockerfile",
      .severity = SEVERITY_WARN,
      .meaning = "A failure that a pipe or a heredoc hides",
      .why = "A pipe is as good as its last command, a heredoc as its last line: the build goes on "
             "with "
             "half of the work done.",
      .fix =
          "set SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"], or begin with set -o pipefail",
      .bad = "RUN curl -fsS https://example.com/list | sort > /list\n",
      .good = "SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN curl -fsS "
              "https://example.com/list | sort > /list\n",
      .peers = "HL:DL4006"
               " KI:efbf148a-67e9-42d2-ac47-02fa1c0d0b22",
      .check_dockerfile = df051 },
    { .id = "DF052",
      .artifact = "Dockerfile",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "A download that doesn't check the server's certificate",
      .why = "Whoever stands on the way can put any code into the image.",
      .fix = "install ca-certificates, or name the authority with --cacert",
      .bad = "RUN curl -k -o tool https://example.com/tool\n",
      .good = "RUN curl -fsS -o tool https://example.com/tool\n",
      .peers = "CKV2_DOCKER_2 CKV2_DOCKER_3",
      .check_dockerfile = df052 },
    { .id = "DF055",
      .artifact = "Dockerfile",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "A download that is run at once",
      .why = "What the server sends today runs as root in the build; nobody can say later what it "
             "was, "
             "and half a download runs too.",
      .fix = "download a version, check its sum, run it then",
      .bad = "RUN curl -fsSL https://example.com/install.sh | sh\n",
      .good =
          "ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d "
          "https://example.com/install.sh /tmp/install.sh\nRUN sh /tmp/install.sh\n",
      .check_dockerfile = df055 },
    { .id = "DF056",
      .artifact = "Dockerfile",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "A password set in the image",
      .why = "Its hash is in a layer that everybody can pull, the same in every container.",
      .fix = "leave the account without a password",
      .bad = "RUN echo root:root | chpasswd\n",
      .good = "RUN useradd --uid 10001 app\nUSER 10001\n",
      .peers = "CKV2_DOCKER_17",
      .check_dockerfile = df056 },
    { .id = "DF057",
      .artifact = "Dockerfile",
      .severity = SEVERITY_WARN,
      .escalates = true,
      .meaning = "A mode that lets everybody write, or run as the owner",
      .why = "Any process in the container can replace the file, or become its owner.",
      .fix = "give the file to the user that needs it: --chown, and 755 or 644",
      .bad = "RUN chmod 777 /app\n",
      .good = "COPY --chown=10001 --chmod=755 app /app\n",
      .check_dockerfile = df057 },
    { .id = "DF070",
      .artifact = "Dockerfile",
      .severity = SEVERITY_WARN,
      .meaning = "A script in RUN that ShellCheck complains about; asked with --shellcheck",
      .why = "Unquoted names, lost failures and the like break a build for some value, some day.",
      .fix = "see ShellCheck's page about it",
      .bad = "RUN rm -rf $CACHE/*\n",
      .good = "RUN rm -rf \"${CACHE:?}\"/*\n",
      .check_dockerfile = df070 },
    { .id = "DF071",
      .artifact = "Dockerfile",
      .severity = SEVERITY_INFO,
      .is_optional = true,
      .meaning = "A RUN right behind another one",
      .why = "Each is a layer; what the second removes is still in the first.",
      .fix = "join them with && where they belong together",
      .bad = "RUN make\nRUN make install\n",
      .good = "RUN make && make install\n",
      .peers = "HL:DL3059",
      .check_dockerfile = df071 },
};

const RuleFamily rules_dockerfile_shell = { rules, ARRAY_LEN(rules) };
