/* Secrets in places where more read them than need them. */
#include "base/mem.h"

#include "audit/actions/script.h"
#include "audit/rule.h"

static bool is_secret(Arena *arena, const Expr *expr)
{
    Str path = expr_path(arena, expr);
    return str_has_prefix(path, STR("secrets.")) && !str_eq(path, STR("secrets.github_token"));
}

typedef bool (*ExprTest)(Arena *arena, const Expr *expr);

/* The first part for which the test holds, from the outside in; NULL: none. */
static const Expr *find_part(Arena *arena, const Expr *expr, ExprTest test)
{
    if (test(arena, expr)) {
        return expr;
    }
    vec_foreach(item, &expr->items) {
        const Expr *found = find_part(arena, *item, test);
        if (found) {
            return found;
        }
    }
    return NULL;
}

/* --- GH021 ------------------------------------------------------------------------------------ */

static bool is_all_secrets(Arena *arena, const Expr *expr)
{
    (void) arena;
    bool is_whole = expr_is_call(expr, "toJSON") && expr->items.len == 1 &&
                    expr_is_variable(expr->items.ptr[0], "secrets");
    bool is_any = expr->kind == EXPR_INDEX && expr_is_variable(expr->items.ptr[0], "secrets") &&
                  expr->items.ptr[1]->kind != EXPR_STRING;
    return is_whole || is_any;
}

static void gh021(RuleContext *ctx, const Workflow *workflow)
{
    vec_foreach(job, &workflow->jobs) {
        if (job->secrets && job->secrets->kind == NODE_STRING &&
            str_eq(job->secrets->text, STR("inherit"))) {
            Diag *diag = rule_find(
                ctx,
                job->secrets,
                "every secret of the repository goes to \"%" STR_FMT "\"",
                STR_ARG(job->uses.node ? job->uses.node->text : job->id)
            );
            rule_hint(ctx, diag, "name those it needs: secrets: {TOKEN: ${{ secrets.TOKEN }}}");
        }
    }
    vec_foreach(expr, &workflow->expressions) {
        const Expr *part =
            expr->root ? find_part(ctx->diags->arena, expr->root, is_all_secrets) : NULL;
        if (part) {
            Diag *diag = rule_find_span(
                ctx,
                workflow_expr_span(expr, part),
                "every secret of the repository is put into the runner's memory"
            );
            rule_hint(ctx, diag, "name the one that is needed: secrets.NAME");
        }
    }
}

/* --- GH022 ------------------------------------------------------------------------------------ */

static void gh022(RuleContext *ctx, const Workflow *workflow)
{
    const Job *told = NULL;
    bool is_only_called = workflow->events.len == 1 && workflow_event(workflow, "workflow_call");
    vec_foreach(expr, &workflow->expressions) {
        bool is_open = expr->job && expr->job != told && expr->job->key &&
                       !expr->job->environment && !expr->job->uses.node;
        const Expr *part = is_open && expr->root && !is_only_called
                               ? find_part(ctx->diags->arena, expr->root, is_secret)
                               : NULL;
        if (part) {
            told = expr->job;
            rule_find_span(
                ctx,
                workflow_expr_span(expr, part),
                "a secret that every branch's run of this workflow can read"
            );
        }
    }
}

/* --- GH023 ------------------------------------------------------------------------------------ */

static void check_credentials(RuleContext *ctx, const Node *container)
{
    const Node *password = node_path(container, "credentials.password");
    if (password && node_is_scalar(password) && password->text.len > 0 &&
        str_find(password->text, STR("${{")) == STR_NONE) {
        rule_find(ctx, password, "a password that everyone reads who reads the repository");
    }
}

static void gh023(RuleContext *ctx, const Workflow *workflow)
{
    vec_foreach(job, &workflow->jobs) {
        check_credentials(ctx, job->container);
        for (size_t i = 0; node_is_map(job->services) && i < job->services->map.len; i++) {
            check_credentials(ctx, job->services->map.pairs[i].value);
        }
    }
}

/* --- GH024 ------------------------------------------------------------------------------------ */

/* Only the secret as it stands is starred out in the log, not what is taken out of it. */
static bool is_part_of_secret(Arena *arena, const Expr *expr)
{
    bool is_step = expr->kind == EXPR_PROPERTY || expr->kind == EXPR_INDEX;
    return is_step && expr_is_call(expr->items.ptr[0], "fromJSON") &&
           expr->items.ptr[0]->items.len == 1 && is_secret(arena, expr->items.ptr[0]->items.ptr[0]);
}

static bool starts_any(const ShellCommand *command, const char *const *programs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (command_starts(command, programs[i], NULL)) {
            return true;
        }
    }
    return false;
}

/* Whether its output, or that of what it is part of, goes elsewhere than into the log. */
static bool is_caught(const ShellScript *script, const ShellCommand *command)
{
    while (command->redirects.len == 0 && command->join != SHELL_JOIN_PIPE &&
           !command->is_substituted && command->parent != SHELL_TOP) {
        command = &script->commands.ptr[command->parent];
    }
    return command->redirects.len > 0 || command->join == SHELL_JOIN_PIPE ||
           command->is_substituted;
}

/* A variable set before the program is no argument. */
static bool is_argument(const ShellCommand *command, size_t at)
{
    vec_foreach(word, &command->words) {
        if (word->span.start <= at && at < word->span.end) {
            return true;
        }
    }
    return false;
}

static void check_script(RuleContext *ctx, const WorkflowExpr *expr)
{
    static const char *const printers[] = { "echo", "printf", "Write-Output", "Write-Host" };
    static const char *const senders[] = { "curl", "wget", "nc", "ncat", "http" };
    bool is_in_script = expr->step && expr->step->run == expr->node;
    const ShellCommand *command = is_in_script ? step_command_at(expr->step, expr->from) : NULL;
    if (!command || !is_argument(command, expr->from)) {
        return;
    }
    Span span = workflow_expr_span(expr, NULL);
    if (starts_any(command, printers, ARRAY_LEN(printers))) {
        if (!is_caught(expr->step->script, command)) {
            rule_hint(
                ctx,
                rule_find_span(ctx, span, "a secret is printed into the log"),
                "take the line away: GitHub stars out only what matches it to the letter"
            );
        }
    } else if (starts_any(command, senders, ARRAY_LEN(senders))) {
        Diag *diag = rule_find_span(
            ctx,
            span,
            "a secret among the arguments of a program, which every process on the runner sees"
        );
        diag->severity = SEVERITY_WARN;
        rule_hint(
            ctx,
            diag,
            "give it through `env`, and to curl on standard input: curl -K - <<< \"header = "
            "\\\"Authorization: Bearer $TOKEN\\\"\""
        );
    }
}

static void gh024(RuleContext *ctx, const Workflow *workflow)
{
    vec_foreach(expr, &workflow->expressions) {
        if (!expr->root) {
            continue;
        }
        const Expr *part = find_part(ctx->diags->arena, expr->root, is_part_of_secret);
        if (part) {
            Diag *diag = rule_find_span(
                ctx,
                workflow_expr_span(expr, part),
                "a part of a secret isn't starred out in the log"
            );
            rule_hint(ctx, diag, "make a secret of each part");
        } else if (is_secret(ctx->diags->arena, expr->root)) {
            check_script(ctx, expr);
        }
    }
}

/* --- GH030 ------------------------------------------------------------------------------------ */

static const struct {
    const char *slug, *input, *instead;
} tokens[] = {
    { "pypa/gh-action-pypi-publish",
      "password",
      "PyPI takes the run's own identity: permissions: {id-token: write}, and no password" },
    { "aws-actions/configure-aws-credentials",
      "aws-secret-access-key",
      "role-to-assume, with permissions: {id-token: write}" },
    { "google-github-actions/auth",
      "credentials_json",
      "workload_identity_provider, with permissions: {id-token: write}" },
    { "azure/login",
      "creds",
      "client-id, tenant-id and subscription-id, with permissions: {id-token: write}" },
    { "rubygems/release-gem",
      "api-key",
      "RubyGems takes the run's own identity: permissions: {id-token: write}" },
};

static const struct {
    const char *command, *variable, *instead;
} publishers[] = {
    { "npm publish",
      "NODE_AUTH_TOKEN",
      "npm takes the run's own identity: permissions: {id-token: write}, and no token" },
    { "cargo publish",
      "CARGO_REGISTRY_TOKEN",
      "rust-lang/crates-io-auth-action makes a token for the run" },
    { "twine upload",
      "TWINE_PASSWORD",
      "pypa/gh-action-pypi-publish takes the run's own identity" },
    { "gem push", "GEM_HOST_API_KEY", "rubygems/release-gem takes the run's own identity" },
};

static void check_tokens(RuleContext *ctx, const Step *step)
{
    for (size_t i = 0; i < ARRAY_LEN(tokens); i++) {
        const Node *given =
            uses_is(&step->uses, tokens[i].slug) ? node_path(step->with, tokens[i].input) : NULL;
        if (given && given->kind == NODE_STRING &&
            str_find(given->text, STR("secrets.")) != STR_NONE) {
            rule_hint(
                ctx,
                rule_find(ctx, given, "a token that is good until somebody changes it"),
                "%s",
                tokens[i].instead
            );
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(publishers); i++) {
        const Node *given = node_path(step->env, publishers[i].variable);
        given = given ? given : node_path(step->job->env, publishers[i].variable);
        bool is_token = given && given->kind == NODE_STRING &&
                        str_find(given->text, STR("secrets.")) != STR_NONE &&
                        str_find(given->text, STR("secrets.GITHUB_TOKEN")) == STR_NONE;
        if (is_token && step_runs(step, publishers[i].command)) {
            rule_hint(
                ctx,
                rule_find(ctx, given, "a token that is good until somebody changes it"),
                "%s",
                publishers[i].instead
            );
        }
    }
}

static void gh030(RuleContext *ctx, const Workflow *workflow)
{
    vec_foreach(job, &workflow->jobs) {
        vec_foreach(step, &job->steps) {
            check_tokens(ctx, step);
        }
    }
}

#define STEP(yaml) "jobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n" yaml

static const AuditRule rules[] = {
    { .id = "GH021",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_WARN,
      .escalates = true,
      .meaning = "Every secret is handed over where a few are needed",
      .why = "What is called reads all of them, also those that are added next year.",
      .fix = "name the secrets one by one",
      .bad = "jobs:\n  deploy:\n    uses: ./.github/workflows/deploy.yml\n    secrets: inherit\n",
      .good = "jobs:\n  deploy:\n    uses: ./.github/workflows/deploy.yml\n    secrets:\n"
              "      token: ${{ secrets.DEPLOY_TOKEN }}\n",
      .peers = "ZZ:secrets-inherit ZZ:overprovisioned-secrets",
      .check_workflow = gh021 },
    { .id = "GH022",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_INFO,
      .meaning = "A secret in a job that has no environment",
      .why = "Whoever may push a branch may change the workflow there, and read the secret.",
      .fix = "keep the secret in an environment with its own branches and reviewers, and name it",
      .bad = STEP("    - run: ./deploy\n      env: {TOKEN: \"${{ secrets.TOKEN }}\"}\n"),
      .good = "jobs:\n  build:\n    environment: production\n    steps:\n    - run: ./deploy\n"
              "      env: {TOKEN: \"${{ secrets.TOKEN }}\"}\n",
      .peers = "ZZ:secrets-outside-env",
      .check_workflow = gh022 },
    { .id = "GH023",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "A password of a registry in the workflow",
      .why = "It is in every clone and fork, for ever.",
      .fix = "make it a secret, and change it at the registry",
      .bad = "container:\n  image: registry.example.com/build:1\n  credentials: {username: ci, "
             "password: hunter2}\n",
      .good =
          "container:\n  image: registry.example.com/build:1\n  credentials:\n    username: ci\n"
          "    password: ${{ secrets.REGISTRY_PASSWORD }}\n",
      .peers = "AL:credentials ZZ:hardcoded-container-credentials",
      .check_workflow = gh023 },
    { .id = "GH024",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "A secret is printed, or given to a program as an argument",
      .why = "Logs are read by all who may read the repository; arguments by every process.",
      .fix = "give it through `env`, and print nothing of it",
      .bad = STEP("    - run: echo ${{ secrets.TOKEN }}\n"),
      .good = STEP("    - run: ./deploy\n      env: {TOKEN: \"${{ secrets.TOKEN }}\"}\n"),
      .peers = "ZZ:unredacted-secrets CKV_GHA_3 CKV_GHA_4",
      .check_workflow = gh024 },
    { .id = "GH030",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_WARN,
      .meaning = "A lasting token where the run's own identity is enough",
      .why = "A token that leaks works until somebody notices; an identity ends with the run.",
      .fix = "use OpenID Connect: permissions: {id-token: write}",
      .bad = STEP("    - uses: pypa/gh-action-pypi-publish@v1.12.4\n      with: {password: \"${{ "
                  "secrets.PYPI }}\"}\n"),
      .good = "permissions: {id-token: write}\n" STEP(
          "    - uses: pypa/gh-action-pypi-publish@v1.12.4\n"
      ),
      .peers = "ZZ:use-trusted-publishing",
      .check_workflow = gh030 },
};

const RuleFamily rules_actions_secrets = { rules, ARRAY_LEN(rules) };
