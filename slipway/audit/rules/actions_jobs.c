/* How jobs run: commands that runners no longer take, time, what hides a failure, what is installed. */
#include "base/mem.h"

#include "audit/actions/script.h"
#include "audit/rule.h"

/* --- GH006 ------------------------------------------------------------------------------------ */

static const struct {
    const char *command, *file;
} commands[] = {
    { "set-output", "GITHUB_OUTPUT" },
    { "save-state", "GITHUB_STATE" },
    { "set-env", "GITHUB_ENV" },
    { "add-path", "GITHUB_PATH" },
};

/* echo "::set-output name=a::b" alone on its line becomes echo "a=b" >> "$GITHUB_OUTPUT". */
static void fix_command(
    RuleContext *ctx, Diag *diag, const Step *step, const ScriptLine *line, const char *file
)
{
    Str rest = line->text, name, value;
    if (!str_strip_prefix(&rest, STR("echo "))) {
        return;
    }
    rest = str_trim(rest);
    char quote = rest.len ? rest.ptr[0] : '\0';
    bool is_quoted =
        rest.len > 1 && (quote == '"' || quote == '\'') && rest.ptr[rest.len - 1] == quote;
    rest = is_quoted ? str_slice(rest, 1, rest.len - 1) : rest;
    size_t at = str_find(rest, STR(" name="));
    size_t sign = at == STR_NONE ? STR_NONE : str_find(str_skip(rest, at + 6), STR("::"));
    if (!str_has_prefix(rest, STR("::")) || sign == STR_NONE || str_has_char(rest, '>') ||
        str_has_char(rest, '|') || str_has_char(rest, ';')) {
        return;
    }
    name = str_slice(rest, at + 6, at + 6 + sign);
    value = str_skip(rest, at + 6 + sign + 2);
    bool is_plain = !str_has_char(name, ',') && !str_has_char(name, ' ') &&
                    !str_has_char(value, quote == '\'' ? '\'' : '"') &&
                    (is_quoted || !str_has_char(value, ' '));
    if (is_plain) {
        char mark = is_quoted ? quote : '"';
        rule_fix(
            ctx,
            diag,
            script_span(step, line->from, line->to),
            "echo %c%" STR_FMT "=%" STR_FMT "%c >> \"$%s\"",
            mark,
            STR_ARG(name),
            STR_ARG(value),
            mark,
            file
        );
    }
}

static void check_commands(RuleContext *ctx, const Step *step)
{
    ScriptLine line;
    for (size_t at = 0; script_next(step, &at, &line);) {
        for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
            Str wanted = str_printf(ctx->diags->arena, "::%s", commands[i].command);
            size_t found = str_find(line.text, wanted);
            char behind = found != STR_NONE && found + wanted.len < line.text.len
                              ? line.text.ptr[found + wanted.len]
                              : '\0';
            if (behind != ' ' && behind != ':') {
                continue;
            }
            Span span = workflow_span(
                step->job->workflow, step->run, line.from + found, line.from + found + wanted.len
            );
            Diag *diag = rule_find_span(
                ctx, span, "runners no longer take \"%s\" from the log", commands[i].command
            );
            rule_hint(ctx, diag, "echo \"name=value\" >> \"$%s\"", commands[i].file);
            Str shell = step_shell(step);
            if (shell.len == 0 || str_has_prefix(shell, STR("bash")) ||
                str_has_prefix(shell, STR("sh"))) {
                fix_command(ctx, diag, step, &line, commands[i].file);
            }
        }
    }
}

static void check_unsecure(RuleContext *ctx, const Node *env)
{
    const Node *value = node_path(env, "ACTIONS_ALLOW_UNSECURE_COMMANDS");
    if (value && node_is_scalar(value) && str_eq_nocase(value->text, STR("true"))) {
        Diag *diag = rule_find(ctx, value, "whatever is printed may set variables and the path");
        rule_hint(ctx, diag, "take it away, and write to GITHUB_ENV and GITHUB_PATH");
    }
}

static void gh006(RuleContext *ctx, const Workflow *workflow)
{
    check_unsecure(ctx, workflow->env);
    vec_foreach(job, &workflow->jobs) {
        check_unsecure(ctx, job->env);
        vec_foreach(step, &job->steps) {
            check_unsecure(ctx, step->env);
            check_commands(ctx, step);
        }
    }
}

/* --- GH011 ------------------------------------------------------------------------------------ */

static void gh011(RuleContext *ctx, const Workflow *workflow)
{
    vec_foreach(said, &workflow->complaints) {
        Diag *diag = rule_find_span(
            ctx, said->span, "%" STR_FMT " (SC%zu)", STR_ARG(said->message), said->code
        );
        rule_hint(ctx, diag, "see https://www.shellcheck.net/wiki/SC%zu", said->code);
    }
}

/* --- GH028, GH029 ----------------------------------------------------------------------------- */

/* Where the line of the key begins, with the comments right above it; STR_NONE in flow style. */
static size_t start_with_comments(const Node *key)
{
    Str text = key->span.source->text;
    size_t start = key->span.start;
    if (start > 0 && text.ptr[start - 1] != '\n') {
        return STR_NONE;
    }
    while (start > 0) {
        size_t before = str_rfind_char(str_slice(text, 0, start - 1), '\n');
        before = before == STR_NONE ? 0 : before + 1;
        if (text.ptr[before] != '#') {
            break;
        }
        start = before;
    }
    return start;
}

/* A new run ends the one before it of the same pull request; a push that isn't of one ends nothing.
 * Where there are pushes alone, what may be passed over is for its author to say; and where the
 * workflow can be called, `github.workflow` is the caller. */
static void add_group(RuleContext *ctx, Diag *diag, const Workflow *workflow)
{
    const NodePair *jobs = node_find(workflow->root, STR("jobs"));
    size_t at = jobs && span_is_known(jobs->key->span) ? start_with_comments(jobs->key) : STR_NONE;
    if (at == STR_NONE) {
        return;
    }
    Str before = str_slice(workflow->source->text, 0, at);
    bool has_reviews = workflow_event(workflow, "pull_request") != NULL;
    rule_fix(
        ctx,
        diag,
        span_make(workflow->source, at, at),
        "concurrency:\n"
        "  group: ${{ github.workflow }}-${{ %s }}\n"
        "  cancel-in-progress: %s\n%s",
        has_reviews ? "github.head_ref || github.run_id" : "github.ref",
        has_reviews ? "true" : "false",
        str_has_suffix(before, STR("\n\n")) ? "\n" : ""
    );
    diag->is_suggestion = !has_reviews || workflow_event(workflow, "workflow_call");
}

static void gh028(RuleContext *ctx, const Workflow *workflow)
{
    const Event *event = workflow_event(workflow, "pull_request");
    event = event ? event : workflow_event(workflow, "push");
    bool is_said = workflow->concurrency || !event;
    vec_foreach(job, &workflow->jobs) {
        is_said = is_said || node_path(job->node, "concurrency");
    }
    if (!is_said) {
        Diag *diag =
            rule_find(ctx, event->key, "a push while it runs starts it again beside itself");
        add_group(ctx, diag, workflow);
    }
}

static void gh029(RuleContext *ctx, const Workflow *workflow)
{
    vec_foreach(job, &workflow->jobs) {
        bool has_steps_bound = job->steps.len > 0;
        vec_foreach(step, &job->steps) {
            has_steps_bound = has_steps_bound && node_path(step->node, "timeout-minutes");
        }
        bool is_bound = node_path(job->node, "timeout-minutes") || job->uses.node || !job->key;
        if (!is_bound && !has_steps_bound) {
            Diag *diag = rule_find(
                ctx, job->key, "\"%" STR_FMT "\" may hang for six hours", STR_ARG(job->id)
            );
            rule_fix_set(ctx, diag, job->node, "timeout-minutes", "30");
            diag->is_suggestion = true; /* how long it takes is to be seen */
        }
    }
}

/* --- GH031 ------------------------------------------------------------------------------------ */

static const struct {
    const char *command;
    char version;      /* what stands before the version of a package */
    const char *wants; /* "npm install -g name@version" */
} installs[] = {
    { "npm install -g", '@', "npm install -g name@1.2.3" },
    { "npm install --global", '@', "npm install -g name@1.2.3" },
    { "npm i -g", '@', "npm install -g name@1.2.3" },
    { "yarn global add", '@', "yarn global add name@1.2.3" },
    { "pnpm add -g", '@', "pnpm add -g name@1.2.3" },
    { "pip install", '=', "pip install name==1.2.3, or -r requirements.txt" },
    { "pip3 install", '=', "pip install name==1.2.3, or -r requirements.txt" },
    { "pipx install", '=', "pipx install name==1.2.3" },
};

/* A name without a version: no path, no URL, nothing that a variable holds. */
static bool is_loose(const ShellWord *word, char version)
{
    Str text = word->text;
    Str name = str_skip(text, text.len > 0 && text.ptr[0] == '@');
    bool is_name = text.len > 0 && word->is_literal && !str_has_char(STR("-./\\"), text.ptr[0]) &&
                   !str_has_char(name, version) && str_find(text, STR("://")) == STR_NONE;
    for (size_t i = 0; i < text.len; i++) {
        is_name = is_name && !str_has_char(STR("<>=~[.$"), text.ptr[i]);
    }
    return is_name && !str_eq(text, STR("pip")) && !str_eq(text, STR("setuptools")) &&
           !str_eq(text, STR("wheel"));
}

/* The first package that has none; NULL too where a file says which. */
static const ShellWord *loose_package(const ShellCommand *command, size_t at, char version)
{
    const ShellWord *found = NULL;
    for (; at < command->words.len; at++) {
        const ShellWord *word = &command->words.ptr[at];
        if (str_eq(word->text, STR("-r")) || str_eq(word->text, STR("-c")) ||
            str_eq(word->text, STR("-e")) || str_has_prefix(word->text, STR("--requirement"))) {
            return NULL;
        }
        found = found || !is_loose(word, version) ? found : word;
    }
    return found;
}

static void check_install(RuleContext *ctx, const Step *step, const ShellCommand *command)
{
    for (size_t i = 0; i < ARRAY_LEN(installs); i++) {
        size_t at;
        const ShellWord *package = command_starts(command, installs[i].command, &at)
                                       ? loose_package(command, at, installs[i].version)
                                       : NULL;
        if (package) {
            Diag *diag = rule_find_span(
                ctx,
                script_span(step, package->span.start, package->span.end),
                "\"%" STR_FMT "\" is the newest there is at each run",
                STR_ARG(package->text)
            );
            rule_hint(ctx, diag, "%s", installs[i].wants);
            return;
        }
    }
}

static void check_installs(RuleContext *ctx, const Step *step)
{
    for (size_t i = 0; step->script && i < step->script->commands.len; i++) {
        check_install(ctx, step, &step->script->commands.ptr[i]);
    }
}

static void gh031(RuleContext *ctx, const Workflow *workflow)
{
    vec_foreach(job, &workflow->jobs) {
        vec_foreach(step, &job->steps) {
            check_installs(ctx, step);
        }
    }
}

/* --- GH036 ------------------------------------------------------------------------------------ */

/* Commands whose failure is what the job is for. */
static const char *const checks[] = {
    "npm test",
    "npm run test",
    "npm run lint",
    "npm audit",
    "yarn test",
    "yarn lint",
    "pnpm test",
    "pnpm lint",
    "npx eslint",
    "npx tsc",
    "go test",
    "go vet",
    "golangci-lint run",
    "govulncheck",
    "pytest",
    "ruff check",
    "mypy",
    "flake8",
    "bandit",
    "pip-audit",
    "cargo test",
    "cargo clippy",
    "cargo audit",
    "make test",
    "make check",
    "make lint",
    "mvn test",
    "mvn verify",
    "./gradlew test",
    "./gradlew check",
    "trivy",
    "hadolint",
    "shellcheck",
    "yamllint",
    "actionlint",
    "tsc",
    "eslint",
    "meson test",
    "ctest",
    "slipway check",
};

/* `go test -run=^$ -bench=.` runs no test: it measures. */
static bool is_benchmark(const ShellCommand *command)
{
    bool benches = false, tests = true;
    vec_foreach(word, &command->words) {
        Str flag = word->text;
        (void) (str_strip_prefix(&flag, STR("--")) || str_strip_prefix(&flag, STR("-")));
        benches = benches || str_has_prefix(flag, STR("bench"));
        tests = tests && !str_has_suffix(flag, STR("^$"));
    }
    return benches && !tests;
}

static bool is_check(const ShellCommand *command)
{
    if (command_starts(command, "go test", NULL) && is_benchmark(command)) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
        if (command_starts(command, checks[i], NULL)) {
            return true;
        }
    }
    return false;
}

/* Where the commands begin whose failure `command` decides about: "a && b | c" before "||". */
static const ShellCommand *chain_first(const ShellScript *script, const ShellCommand *command)
{
    const ShellCommand *before = shell_before(script, command);
    while (before && (before->join == SHELL_JOIN_PIPE || before->join == SHELL_JOIN_AND)) {
        command = before;
        before = shell_before(script, command);
    }
    return command;
}

static bool has_check(const ShellCommand *first, const ShellCommand *end)
{
    for (const ShellCommand *command = first; command < end; command++) {
        if (is_check(command)) {
            return true;
        }
    }
    return false;
}

static bool hides(const ShellCommand *command)
{
    return command_starts(command, "true", NULL) || command_starts(command, ":", NULL) ||
           command_starts(command, "exit 0", NULL);
}

/* What stands before "|| true", inside of a subshell too. */
static void check_or_true(RuleContext *ctx, const Step *step)
{
    const ShellScript *script = step->script;
    for (size_t i = 0; script && i < script->commands.len; i++) {
        const ShellCommand *command = &script->commands.ptr[i];
        const ShellCommand *next =
            command->join == SHELL_JOIN_OR ? shell_next(script, command) : NULL;
        if (next && hides(next) && has_check(chain_first(script, command), next)) {
            Str between = str_slice(step->run->text, command->span.end, next->span.start);
            size_t sign = command->span.end + str_find(between, STR("||"));
            rule_find_span(ctx, script_span(step, sign, next->span.end), "the check can't fail");
        }
    }
}

/* Whether a later expression asks how the step went. */
static bool is_asked_about(const Workflow *workflow, const Step *step)
{
    Str asked = str_printf(workflow->arena, "steps.%" STR_FMT ".outcome", STR_ARG(step->id));
    const Node *last = NULL;
    for (size_t i = 0; i < workflow->expressions.len && step->id.len > 0; i++) {
        const WorkflowExpr *expr = &workflow->expressions.ptr[i];
        bool is_new = expr->node != last && expr->job == step->job;
        last = expr->node;
        if (is_new && str_find(expr->node->text, asked) != STR_NONE) {
            return true;
        }
    }
    return false;
}

static bool step_is_check(const Step *step)
{
    const ShellScript *script = step->script;
    return script && script->commands.len > 0 &&
           has_check(script->commands.ptr, script->commands.ptr + script->commands.len);
}

static void gh036(RuleContext *ctx, const Workflow *workflow)
{
    vec_foreach(job, &workflow->jobs) {
        vec_foreach(step, &job->steps) {
            const Node *on_error = node_path(step->node, "continue-on-error");
            if (node_is_true(on_error) && step_is_check(step) && !is_asked_about(workflow, step)) {
                rule_find(ctx, on_error, "the check can't fail");
            }
            check_or_true(ctx, step);
        }
    }
}

#define JOB(yaml)  "jobs:\n  build:\n    runs-on: ubuntu-24.04\n" yaml
#define STEP(yaml) JOB("    steps:\n" yaml)

static const AuditRule rules[] = {
    { .id = "GH006",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_ERROR,
      .meaning = "A command to the runner that it no longer takes",
      .why = "The output stays empty, and what reads it goes on with nothing.",
      .fix = "write to the file that the variable names",
      .bad = STEP("    - run: echo \"::set-output name=tag::$TAG\"\n"),
      .good = STEP("    - run: echo \"tag=$TAG\" >> \"$GITHUB_OUTPUT\"\n"),
      .peers = "AL:deprecated-commands ZZ:insecure-commands CKV_GHA_1",
      .check_workflow = gh006 },
    { .id = "GH011",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_WARN,
      .meaning = "A script in `run` that ShellCheck complains about; asked with --shellcheck",
      .why = "Unquoted names, lost failures and the like break a run for some value, some day.",
      .fix = "see ShellCheck's page about it",
      .bad = STEP("    - run: rm -rf $CACHE/*\n"),
      .good = STEP("    - run: rm -rf \"${CACHE:?}\"/*\n"),
      .peers = "AL:shellcheck",
      .check_workflow = gh011 },
    { .id = "GH028",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_INFO,
      .meaning = "A workflow of pushes or pull requests without a concurrency group",
      .why = "Runs of commits that are no longer the newest take the runners of those that are.",
      .fix = "concurrency: {group: \"${{ github.workflow }}-${{ github.ref }}\", "
             "cancel-in-progress: true}",
      .bad = "on: pull_request\n" STEP("    - run: make\n"),
      .good = "on: pull_request\nconcurrency:\n  group: ${{ github.workflow }}-${{ github.ref }}\n"
              "  cancel-in-progress: true\n" STEP("    - run: make\n"),
      .peers = "ZZ:concurrency-limits",
      .check_workflow = gh028 },
    { .id = "GH029",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_WARN,
      .meaning = "A job without a time limit",
      .why = "A test that hangs holds a runner for six hours, and is paid for.",
      .fix = "timeout-minutes: a few times of what it takes",
      .bad = STEP("    - run: make test\n"),
      .good = JOB("    timeout-minutes: 20\n    steps:\n    - run: make test\n"),
      .check_workflow = gh029 },
    { .id = "GH031",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_INFO,
      .meaning = "A step installs a package at whatever version is newest",
      .why = "The same commit passes today and fails tomorrow, or runs what was published an hour "
             "ago.",
      .fix = "name the version",
      .bad = STEP("    - run: npm install -g typescript\n"),
      .good = STEP("    - run: npm install -g typescript@5.6.3\n"),
      .peers = "ZZ:adhoc-packages",
      .check_workflow = gh031 },
    { .id = "GH036",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_WARN,
      .meaning = "A check whose failure is hidden",
      .why = "It stays green when it finds something, and nobody looks.",
      .fix = "let it fail, or take it away",
      .bad = STEP("    - run: npm audit || true\n"),
      .good = STEP("    - run: npm audit --audit-level high\n"),
      .check_workflow = gh036 },
};

const RuleFamily rules_actions_jobs = { rules, ARRAY_LEN(rules) };
