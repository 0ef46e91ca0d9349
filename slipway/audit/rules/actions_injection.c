/* What others write becoming code, and events that run with secrets for strangers. */
#include "base/mem.h"

#include "audit/actions/script.h"
#include "audit/actions/taint.h"
#include "audit/rule.h"

/* --- GH017 ------------------------------------------------------------------------------------ */

/* Inputs of actions that are run as code. */
static const struct {
    const char *slug, *input;
} code_inputs[] = {
    { "actions/github-script", "script" },
    { "azure/cli", "inlinescript" },
    { "azure/powershell", "inlinescript" },
    { "appleboy/ssh-action", "script" },
    { "nick-fields/retry", "command" },
    { "reactivecircus/android-emulator-runner", "script" },
    { "cloudflare/wrangler-action", "command" },
    { "cypress-io/github-action", "command" },
};

static bool is_code(Arena *arena, const WorkflowExpr *expr)
{
    if (!expr->step) {
        return false;
    }
    if (expr->node == expr->step->run) {
        return true;
    }
    Str key = str_lower(arena, expr->key);
    for (size_t i = 0; i < ARRAY_LEN(code_inputs); i++) {
        if (uses_is(&expr->step->uses, code_inputs[i].slug) &&
            str_eq_cstr(key, code_inputs[i].input)) {
            return true;
        }
    }
    return false;
}

/* "ISSUE_TITLE" of "github.event.issue.title": its last two parts; GITHUB_… is the runner's. */
static const char *variable_name(Arena *arena, Str path)
{
    size_t last = str_rfind_char(path, '.');
    size_t start = last == STR_NONE ? STR_NONE : str_rfind_char(str_slice(path, 0, last), '.');
    StrBuf name = STRBUF_ON_ARENA(arena);
    Str part = start == STR_NONE ? path : str_skip(path, start + 1);
    (void) str_strip_prefix(&part, STR("github."));
    for (size_t i = 0; i < part.len; i++) {
        char c = part.ptr[i];
        bool is_small = c >= 'a' && c <= 'z';
        bool fits = is_small || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        strbuf_add_char(&name, is_small ? (char) (c - 32) : fits ? c : '_');
    }
    return name.ptr;
}

/* Through a variable of the step. Whether it stands in quotes is the shell's matter: only
 * suggested. */
static void suggest_variable(RuleContext *ctx, Diag *diag, const WorkflowExpr *expr, Str path)
{
    const char *name = variable_name(ctx->diags->arena, path);
    Span span = workflow_expr_span(expr, NULL);
    if (expr->node != expr->step->run || !span_is_known(span) ||
        node_get_cstr(expr->step->env, name)) {
        return;
    }
    const char *key = arena_printf(ctx->diags->arena, "env.%s", name);
    rule_fix_set(ctx, diag, expr->step->node, key, str_to_cstr(ctx->diags->arena, span_text(span)));
    if (diag->edits.len > 0) {
        rule_suggest(ctx, diag, span, "${%s}", name);
    }
}

static const char *writer_of(const Workflow *workflow, Taint taint)
{
    bool is_only_called = workflow->kind == WORKFLOW_ACTION ||
                          (workflow->events.len == 1 && workflow_event(workflow, "workflow_call"));
    return taint == TAINT_ANYONE   ? "anyone"
           : taint == TAINT_KEEPER ? "whoever may push, label or release"
           : is_only_called        ? "the caller"
                                   : "who starts the workflow";
}

static void gh017(RuleContext *ctx, const Workflow *workflow)
{
    vec_foreach(expr, &workflow->expressions) {
        if (!is_code(ctx->diags->arena, expr)) {
            continue;
        }
        TaintFound found = taint_of(expr);
        if (found.taint == TAINT_NONE) {
            continue;
        }
        bool is_anyone = found.taint == TAINT_ANYONE;
        Diag *diag = rule_find_span(
            ctx,
            workflow_expr_span(expr, NULL),
            "\"%" STR_FMT "\" becomes a part of the script, and %s writes it",
            STR_ARG(found.path),
            writer_of(workflow, found.taint)
        );
        diag->severity = is_anyone ? SEVERITY_ERROR : SEVERITY_WARN;
        rule_hint(
            ctx,
            diag,
            "give it through `env`, and use it as \"$NAME\": then it is never read as code"
        );
        suggest_variable(ctx, diag, expr, found.path);
    }
}

/* --- GH018 ------------------------------------------------------------------------------------ */

/* Actions that read the event and write labels or comments, and never run what is in the tree. */
static bool is_harmless(const Uses *uses)
{
    static const char *const slugs[] = {
        "actions/labeler",
        "actions/first-interaction",
        "actions/add-to-project",
        "actions/stale",
        "actions/github-script",
        "amannn/action-semantic-pull-request",
        "dependabot/fetch-metadata",
        "kentaro-m/auto-assign-action",
        "toshimaru/auto-author-assign",
        "peter-evans/create-or-update-comment",
        "step-security/harden-runner",
        "actions/create-github-app-token",
    };
    for (size_t i = 0; i < ARRAY_LEN(slugs); i++) {
        if (uses_is(uses, slugs[i])) {
            return true;
        }
    }
    return false;
}

/* What of an event is the code of a fork. Elsewhere the same names yield nothing. */
static const struct {
    const char *event;
    const char *words[5];
} foreign_codes[] = {
    { "pull_request_target",
      { "pull_request.head.", "github.head_ref", "refs/pull/", "pull_request.merge_commit_sha" } },
    { "workflow_run", { "workflow_run.head_", "pull_requests[0].head", "refs/pull/" } },
    { "issue_comment", { "refs/pull/" } },
};

static bool names_foreign_code(Str text, const Event *event)
{
    for (size_t i = 0; i < ARRAY_LEN(foreign_codes); i++) {
        const char *const *words = foreign_codes[i].words;
        bool is_it = str_eq_cstr(event->name, foreign_codes[i].event);
        for (size_t j = 0; is_it && j < ARRAY_LEN(foreign_codes[i].words) && words[j]; j++) {
            if (str_find(text, str_from(words[j])) != STR_NONE) {
                return true;
            }
        }
    }
    return false;
}

/* Whether what was fetched comes into the tree, in that step or behind it. */
static bool is_taken_over(const Step *fetch)
{
    static const char *const commands[] = { "git checkout", "git switch",  "git merge",
                                            "git reset",    "git rebase",  "git worktree",
                                            "git pull",     "git restore", "git cherry-pick" };
    const Job *job = fetch->job;
    for (const Step *step = fetch; step < job->steps.ptr + job->steps.len; step++) {
        for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
            if (step_runs(step, commands[i])) {
                return true;
            }
        }
    }
    return false;
}

/* Where the step fetches the code of a fork; SPAN_NONE: it doesn't. */
static Span foreign_checkout(const Step *step, const Event *event)
{
    if (uses_is(&step->uses, "actions/checkout")) {
        static const char *const keys[] = { "ref", "repository" };
        for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
            const Node *value = node_path(step->with, keys[i]);
            if (value && node_is_scalar(value) && names_foreign_code(value->text, event)) {
                return value->span;
            }
        }
    }
    const ShellCommand *command = step_command(step, "gh pr checkout");
    for (size_t i = 0; !command && step->script && i < step->script->commands.len; i++) {
        const ShellCommand *fetch = &step->script->commands.ptr[i];
        Str text = str_slice(step->run->text, fetch->span.start, fetch->span.end);
        bool is_fetch =
            command_starts(fetch, "git fetch", NULL) || command_starts(fetch, "git pull", NULL);
        if (is_fetch && str_find(text, STR("pull/")) != STR_NONE && is_taken_over(step)) {
            command = fetch;
        }
    }
    return command ? script_span(step, command->span.start, command->span.end) : SPAN_NONE;
}

/* A job for pull requests of this repository alone isn't started by strangers. */
static bool is_guarded(const Job *job)
{
    Str text = job->condition && node_is_scalar(job->condition) ? job->condition->text : STR("");
    return str_find(text, STR("head.repo.full_name == github.repository")) != STR_NONE ||
           str_find(text, STR("head.repo.fork == false")) != STR_NONE ||
           str_find(text, STR("!github.event.pull_request.head.repo.fork")) != STR_NONE ||
           str_find(text, STR("head_repository.full_name == github.repository")) != STR_NONE;
}

static bool runs_something(const Workflow *workflow)
{
    vec_foreach(job, &workflow->jobs) {
        vec_foreach(step, &job->steps) {
            if (step->run || !is_harmless(&step->uses)) {
                return true;
            }
        }
        if (job->uses.node) {
            return true;
        }
    }
    return false;
}

static bool find_foreign_code(RuleContext *ctx, const Workflow *workflow, const Event *event)
{
    bool found = false;
    vec_foreach(job, &workflow->jobs) {
        vec_foreach(step, &job->steps) {
            Span code = foreign_checkout(step, event);
            if (!span_is_known(code) || is_guarded(job)) {
                continue;
            }
            Diag *diag = rule_find_span(
                ctx,
                code,
                "code of a fork, in a run of \"%" STR_FMT "\" that has this repository's secrets",
                STR_ARG(event->name)
            );
            diag_relate(ctx->diags, diag, event->key->span, "the event");
            found = true;
        }
    }
    return found;
}

static void gh018(RuleContext *ctx, const Workflow *workflow)
{
    static const char *const events[] = { "pull_request_target", "workflow_run", "issue_comment" };
    for (size_t i = 0; i < ARRAY_LEN(events); i++) {
        const Event *event = workflow_event(workflow, events[i]);
        if (!event || find_foreign_code(ctx, workflow, event)) {
            continue;
        }
        if (str_eq_cstr(event->name, "issue_comment") || !runs_something(workflow)) {
            continue; /* a comment brings no code of its own */
        }
        rule_find(ctx, event->key, "runs with this repository's secrets for what a fork sends")
            ->severity = SEVERITY_WARN;
    }
}

/* --- GH019 ------------------------------------------------------------------------------------ */

/* "$(", "`", "${{", or a variable other than the file itself, in what the line writes. */
static bool writes_a_value(Str line)
{
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] == '`') {
            return true;
        }
        if (line.ptr[i] != '$') {
            continue;
        }
        Str rest = str_skip(line, i + 1);
        (void) str_strip_prefix(&rest, STR("{"));
        (void) str_strip_prefix(&rest, STR("env:"));
        bool is_file =
            str_has_prefix(rest, STR("GITHUB_ENV")) || str_has_prefix(rest, STR("GITHUB_PATH"));
        if (!is_file && rest.len > 0) {
            return true;
        }
    }
    return false;
}

static bool names(Str text, const char *variable)
{
    return str_find(text, str_from(variable)) != STR_NONE;
}

/* "GITHUB_ENV" or "GITHUB_PATH" where the command writes to that file; else NULL. */
static const char *file_written(const ShellCommand *command)
{
    static const char *const files[] = { "GITHUB_ENV", "GITHUB_PATH" };
    static const char *const programs[] = { "tee", "Out-File", "Add-Content" };
    for (size_t f = 0; f < ARRAY_LEN(files); f++) {
        vec_foreach(redirect, &command->redirects) {
            if (str_has_suffix(redirect->sign, STR(">")) &&
                names(redirect->target.text, files[f])) {
                return files[f];
            }
        }
        bool writes = false;
        for (size_t p = 0; p < ARRAY_LEN(programs); p++) {
            writes = writes || command_starts(command, programs[p], NULL);
        }
        vec_foreach(word, &command->words) {
            if (writes && names(word->text, files[f])) {
                return files[f];
            }
        }
    }
    return NULL;
}

/* What goes into the file: of a pipeline all that stands before, of a heredoc its lines. */
static Span text_written(const ShellScript *script, const ShellCommand *command)
{
    Span span = shell_pipe_first(script, command)->span;
    span.end = command->span.end;
    vec_foreach(redirect, &command->redirects) {
        if (redirect->body && redirect->body->text.len > 0) {
            span.end = mapped_text_span(redirect->body, 0, redirect->body->text.len).end;
        }
    }
    return span;
}

static void check_environment(RuleContext *ctx, const Step *step)
{
    for (size_t i = 0; step->script && i < step->script->commands.len; i++) {
        const ShellCommand *command = &step->script->commands.ptr[i];
        const char *file = file_written(command);
        Span span = file ? text_written(step->script, command) : SPAN_NONE;
        if (file && writes_a_value(str_slice(step->run->text, span.start, span.end))) {
            Diag *diag = rule_find_span(
                ctx,
                script_span(step, span.start, span.end),
                "a value goes to %s, in a run that strangers start",
                file
            );
            rule_hint(
                ctx,
                diag,
                "a line break in it sets any variable, such as LD_PRELOAD: use GITHUB_OUTPUT"
            );
        }
    }
}

static void gh019(RuleContext *ctx, const Workflow *workflow)
{
    if (!workflow_event(workflow, "pull_request_target") &&
        !workflow_event(workflow, "workflow_run") && !workflow_event(workflow, "issue_comment")) {
        return;
    }
    vec_foreach(job, &workflow->jobs) {
        vec_foreach(step, &job->steps) {
            check_environment(ctx, step);
        }
    }
}

/* --- GH025 ------------------------------------------------------------------------------------ */

static void check_actor(RuleContext *ctx, const WorkflowExpr *expr, const Expr *part)
{
    vec_foreach(item, &part->items) {
        check_actor(ctx, expr, *item);
    }
    if (part->kind != EXPR_COMPARE || part->op != OP_EQUAL) {
        return;
    }
    for (size_t i = 0; i < 2; i++) {
        const Expr *name = part->items.ptr[i], *other = part->items.ptr[1 - i];
        Str path = expr_path(ctx->diags->arena, name);
        bool is_actor =
            str_eq(path, STR("github.actor")) || str_eq(path, STR("github.triggering_actor"));
        if (is_actor && other->kind == EXPR_STRING && str_has_suffix(other->name, STR("[bot]"))) {
            Diag *diag = rule_find_span(
                ctx,
                workflow_expr_span(expr, name),
                "\"%" STR_FMT "\" is who acted last, not who made the pull request",
                STR_ARG(path)
            );
            rule_hint(ctx, diag, "compare github.event.pull_request.user.login");
            if (workflow_event(expr->workflow, "pull_request_target") ||
                workflow_event(expr->workflow, "pull_request")) {
                rule_suggest(
                    ctx,
                    diag,
                    workflow_expr_span(expr, name),
                    "github.event.pull_request.user.login"
                );
            }
        }
    }
}

static void gh025(RuleContext *ctx, const Workflow *workflow)
{
    static const char *const events[] = { "pull_request",        "pull_request_target",
                                          "pull_request_review", "workflow_run",
                                          "issue_comment",       "workflow_call" };
    bool is_reached = false;
    for (size_t i = 0; i < ARRAY_LEN(events); i++) {
        is_reached = is_reached || workflow_event(workflow, events[i]);
    }
    vec_foreach(expr, &workflow->expressions) {
        if (is_reached && expr->is_condition && expr->root && expr->job) {
            check_actor(ctx, expr, expr->root);
        }
    }
}

#define STEP(yaml) "jobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n" yaml

static const AuditRule rules[] = {
    { .id = "GH017",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "Text of others becomes a part of a script",
      .why =
          "A title such as `$(curl …)` is run before the shell sees a quote, with the job's token.",
      .fix = "give it through `env`",
      .bad = STEP("    - run: echo \"${{ github.event.issue.title }}\"\n"),
      .good = STEP(
          "    - run: echo \"$TITLE\"\n      env:\n        TITLE: ${{ github.event.issue.title }}\n"
      ),
      .peers = "AL:expression ZZ:template-injection CKV_GHA_2",
      .check_workflow = gh017 },
    { .id = "GH018",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "Code of a fork in a run that has secrets, or an event that invites it",
      .why =
          "pull_request_target and workflow_run have the token and the secrets of this repository.",
      .fix = "build pull requests on `pull_request`; leave here what only labels and comments",
      .bad = "on: pull_request_target\n" STEP(
          "    - uses: actions/checkout@v4\n      with:\n"
          "        ref: ${{ github.event.pull_request.head.sha }}\n"
          "    - run: make test\n"
      ),
      .good = "on: pull_request\n" STEP("    - uses: actions/checkout@v4\n    - run: make test\n"),
      .peers = "ZZ:dangerous-triggers",
      .check_workflow = gh018 },
    { .id = "GH019",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "A value goes to GITHUB_ENV or GITHUB_PATH in a run that strangers start",
      .why = "With a line break in it, it sets LD_PRELOAD or PATH for every step behind it.",
      .fix = "use GITHUB_OUTPUT, whose values are only read where they are named",
      .bad =
          "on: pull_request_target\n" STEP("    - run: echo \"TITLE=$TITLE\" >> \"$GITHUB_ENV\"\n"),
      .good = "on: pull_request_target\n" STEP(
          "    - run: echo \"title=$TITLE\" >> \"$GITHUB_OUTPUT\"\n"
      ),
      .peers = "ZZ:github-env",
      .check_workflow = gh019 },
    { .id = "GH025",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "A condition that trusts who acted last",
      .why = "A stranger's pull request passes as soon as the bot pushes to it or is made to.",
      .fix = "compare the author of the pull request",
      .bad = STEP("    - if: github.actor == 'dependabot[bot]'\n      run: gh pr merge --auto\n"),
      .good = STEP("    - if: github.event.pull_request.user.login == 'dependabot[bot]'\n"
                   "      run: gh pr merge --auto\n"),
      .peers = "ZZ:bot-conditions",
      .check_workflow = gh025 },
};

const RuleFamily rules_actions_injection = { rules, ARRAY_LEN(rules) };
