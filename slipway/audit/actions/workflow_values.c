#include "base/mem.h"

#include "audit/kubernetes.h"
#include "syntax.h"

/* https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#permissions */
static const char scopes[] = "actions artifact-metadata attestations checks contents deployments "
                             "discussions id-token issues models "
                             "packages pages pull-requests repository-projects security-events "
                             "statuses vulnerability-alerts";
static const char shells[] = "bash sh pwsh powershell cmd python";

static bool has_expression(Str text)
{
    return str_find(text, STR("${{")) != STR_NONE;
}

/* --- ids and names ---------------------------------------------------------------------------- */

static bool is_id(Str id)
{
    for (size_t i = 0; i < id.len; i++) {
        char c = id.ptr[i], lower = (char) (c | 0x20);
        bool is_letter = (lower >= 'a' && lower <= 'z') || c == '_';
        if (!is_letter && (i == 0 || !((c >= '0' && c <= '9') || c == '-'))) {
            return false;
        }
    }
    return id.len > 0;
}

static void check_id(SyntaxCheck *check, const Node *node, const char *what)
{
    if (node && node_is_scalar(node) && !is_id(node->text) && !has_expression(node->text)) {
        SyntaxFault *fault = syntax_fault(
            check, node->span, "\"%" STR_FMT "\" is no id of a %s", STR_ARG(node->text), what
        );
        fault->hint = STR("letters, digits, \"-\" and \"_\", the first one no digit and no \"-\"");
    }
}

static void check_ids(SyntaxCheck *check, const Job *job)
{
    Map seen = MAP_ON_ARENA(check->arena);
    vec_foreach(step, &job->steps) {
        check_id(check, step->id_node, "step");
        Str id = str_lower(check->arena, step->id);
        if (id.len > 0 && map_has(&seen, id)) {
            syntax_fault(
                check,
                step->id_node->span,
                "the id \"%" STR_FMT "\" is used by another step",
                STR_ARG(step->id)
            );
        }
        map_set(&seen, id, NULL);
    }
}

static void check_env(SyntaxCheck *check, const Node *env)
{
    for (size_t i = 0; node_is_map(env) && i < env->map.len; i++) {
        const Node *key = env->map.pairs[i].key;
        bool is_bad = str_has_char(key->text, '=') || str_has_char(key->text, ' ') ||
                      str_has_char(key->text, '&');
        if (is_bad && !has_expression(key->text)) {
            syntax_fault(
                check, key->span, "\"%" STR_FMT "\" is no name of a variable", STR_ARG(key->text)
            );
        }
    }
}

/* --- shells ----------------------------------------------------------------------------------- */

static void check_shell(SyntaxCheck *check, const Node *shell)
{
    if (!shell || !node_is_scalar(shell) || shell->kind == NODE_NULL) {
        return;
    }
    Str text = shell->text;
    bool is_own = str_find(text, STR("{0}")) != STR_NONE || has_expression(text);
    if (!is_own && !syntax_has_word(shells, str_lower(check->arena, text))) {
        SyntaxFault *fault =
            syntax_fault(check, shell->span, "there is no shell \"%" STR_FMT "\"", STR_ARG(text));
        fault->hint =
            STR("bash, sh, pwsh, powershell, cmd, python, or a command with {0} for the script");
    }
}

/* The shells that the labels' system hasn't; NULL: unknown, or it has all. */
static const char *missing_shells(const Job *job)
{
    Str label = job->runs_on && job->runs_on->kind == NODE_STRING ? job->runs_on->text : STR("");
    bool is_unix = str_has_prefix(label, STR("ubuntu-")) || str_has_prefix(label, STR("macos-"));
    return is_unix ? "powershell cmd" : str_has_prefix(label, STR("windows-")) ? "sh" : NULL;
}

static void check_shell_of_job(SyntaxCheck *check, const Job *job, const Node *shell)
{
    const char *missing = missing_shells(job);
    if (missing && shell && node_is_scalar(shell) && syntax_has_word(missing, shell->text)) {
        SyntaxFault *fault = syntax_fault(
            check,
            shell->span,
            "\"%" STR_FMT "\" has no shell \"%" STR_FMT "\"",
            STR_ARG(job->runs_on->text),
            STR_ARG(shell->text)
        );
        fault->hint = STR("bash and pwsh are everywhere");
    }
}

/* --- permissions ------------------------------------------------------------------------------ */

static void check_scope(SyntaxCheck *check, const NodePair *pair)
{
    Str scope = pair->key->text;
    if (!syntax_has_word(scopes, scope)) {
        syntax_fault_unknown(check, pair->key, "permission", scopes);
        return;
    }
    bool is_token = str_eq(scope, STR("id-token")), is_models = str_eq(scope, STR("models"));
    const char *levels = is_token ? "write none" : is_models ? "read none" : "read write none";
    if (node_is_scalar(pair->value) && !syntax_has_word(levels, pair->value->text)) {
        syntax_fault(
            check,
            pair->value->span,
            "\"%" STR_FMT "\" has no level \"%" STR_FMT "\"",
            STR_ARG(scope),
            STR_ARG(pair->value->text)
        )
            ->hint = str_printf(check->arena, "one of: %s", levels);
    }
}

static void check_permissions(SyntaxCheck *check, const Node *permissions)
{
    if (!permissions) {
        return;
    }
    if (node_is_scalar(permissions) && !syntax_has_word("read-all write-all", permissions->text)) {
        syntax_fault(
            check,
            permissions->span,
            "there are no permissions \"%" STR_FMT "\"",
            STR_ARG(permissions->text)
        )
            ->hint = STR("read-all, write-all, or a map of scopes");
    }
    for (size_t i = 0; node_is_map(permissions) && i < permissions->map.len; i++) {
        check_scope(check, &permissions->map.pairs[i]);
    }
}

/* --- steps and jobs --------------------------------------------------------------------------- */

static void check_uses(SyntaxCheck *check, const Uses *uses, bool is_workflow)
{
    bool is_right =
        uses->kind != USES_NONE && (!is_workflow || uses->kind == USES_LOCAL ||
                                    (uses->kind == USES_REPOSITORY && uses->path.len > 0));
    if (!uses->node || is_right || !node_is_scalar(uses->node) || uses->node->text.len == 0 ||
        uses->node->kind == NODE_NULL || has_expression(uses->node->text)) {
        return;
    }
    SyntaxFault *fault = syntax_fault(
        check,
        uses->node->span,
        "\"%" STR_FMT "\" names no %s",
        STR_ARG(uses->node->text),
        is_workflow ? "workflow" : "action"
    );
    fault->hint =
        is_workflow
            ? STR("./.github/workflows/file.yml, or owner/repo/.github/workflows/file.yml@ref")
            : STR("owner/repo@ref, $/path, ./path or docker://image");
}

static Span first_key(const Node *map)
{
    return map->map.len ? map->map.pairs[0].key->span : map->span;
}

static void check_step(SyntaxCheck *check, const Step *step, bool is_action)
{
    const Node *uses = step->uses.node;
    const Node *run = node_get_cstr(step->node, "run");
    if (uses && run) {
        syntax_fault(check, uses->span, "a step has `run` or `uses`, not both");
    } else if (!uses && !run) {
        syntax_fault(check, first_key(step->node), "a step wants `run` or `uses`");
    }
    const NodePair *with = node_find(step->node, STR("with"));
    if (with && run && !uses) {
        syntax_fault(check, with->key->span, "`with` has no effect beside `run`")->hint =
            STR("env: gives values to a script");
    }
    const NodePair *shell = node_find(step->node, STR("shell"));
    if (shell && uses && !run) {
        syntax_fault(check, shell->key->span, "`shell` has no effect beside `uses`");
    }
    const NodePair *folder = node_find(step->node, STR("working-directory"));
    if (folder && uses && !run) {
        syntax_fault(check, folder->key->span, "`working-directory` has no effect beside `uses`");
    }
    if (is_action && run && !shell) {
        syntax_fault(
            check,
            node_find(step->node, STR("run"))->key->span,
            "the `run` of a composite action wants a `shell`"
        );
    }
    check_shell(check, step->shell);
    check_env(check, step->env);
    check_uses(check, &step->uses, false);
}

static void check_timeout(SyntaxCheck *check, const Node *map)
{
    const Node *timeout = node_path(map, "timeout-minutes");
    bool is_none = timeout && ((timeout->kind == NODE_INT && timeout->integer <= 0) ||
                               (timeout->kind == NODE_FLOAT && timeout->real <= 0));
    if (is_none) {
        syntax_fault(check, timeout->span, "\"timeout-minutes\" wants more than 0");
    }
}

static void check_parallel(SyntaxCheck *check, const Job *job)
{
    const Node *most = node_path(job->node, "strategy.max-parallel");
    bool is_whole = !most || (most->kind != NODE_INT && most->kind != NODE_FLOAT) ||
                    (most->kind == NODE_INT && most->integer > 0);
    if (!is_whole) {
        syntax_fault(check, most->span, "\"max-parallel\" wants a whole number above 0");
    }
}

static void check_job(SyntaxCheck *check, const Job *job)
{
    if (job->key) {
        syntax_check(check, syntax_of_job(job->node), job->node, job->id);
        check_id(check, job->key, "job");
        check_uses(check, &job->uses, true);
        check_permissions(check, job->permissions);
        check_env(check, job->env);
        check_shell(check, node_path(job->node, "defaults.run.shell"));
        check_timeout(check, job->node);
        check_parallel(check, job);
        check_shell_of_job(check, job, node_path(job->node, "defaults.run.shell"));
    }
    if (job->secrets && node_is_scalar(job->secrets) && job->secrets->kind != NODE_NULL &&
        !str_eq(job->secrets->text, STR("inherit"))) {
        syntax_fault(check, job->secrets->span, "\"secrets\" wants a map, or the word inherit");
    }
    check_ids(check, job);
    vec_foreach(step, &job->steps) {
        check_step(check, step, !job->key);
        check_timeout(check, step->node);
        check_shell_of_job(check, job, step->shell);
    }
}

static void check_job_ids(SyntaxCheck *check, const Workflow *workflow)
{
    vec_foreach(job, &workflow->jobs) {
        if (job->key && workflow_job(workflow, job->id) != job) {
            syntax_fault(
                check,
                job->key->span,
                "the id \"%" STR_FMT "\" is used by another job",
                STR_ARG(job->id)
            )
                ->hint = STR("ids are compared without case");
        }
    }
    const Node *jobs = node_get_cstr(workflow->root, "jobs");
    for (size_t i = 0; node_is_map(jobs) && i < jobs->map.len; i++) {
        if (!node_is_map(jobs->map.pairs[i].value)) {
            syntax_fault(check, jobs->map.pairs[i].key->span, "a job is a map of its keys");
        }
    }
}

/* --- action.yml ------------------------------------------------------------------------------- */

/* What an action of that kind can't do without. */
static void check_runs(SyntaxCheck *check, const Workflow *workflow)
{
    const Node *runs = node_path(workflow->root, "runs"), *using = node_path(runs, "using");
    if (!using || !node_is_scalar(using)) {
        return;
    }
    bool is_node = str_has_prefix(using->text, STR("node"));
    if (!syntax_has_word("composite docker node20 node24", using->text)) {
        SyntaxFault *fault = syntax_fault(
            check,
            using->span,
            "runners have no \"%" STR_FMT "\" to run an action",
            STR_ARG(using->text)
        );
        fault->hint = STR("composite, docker, node20 or node24");
    }
    const char *wanted = is_node ? "main" : str_eq(using->text, STR("docker")) ? "image" : "steps";
    if (!node_get_cstr(runs, wanted)) {
        syntax_fault(
            check,
            using->span,
            "an action that runs by \"%" STR_FMT "\" wants the key \"%s\"",
            STR_ARG(using->text),
            wanted
        );
    }
}

void workflow_check_values(SyntaxCheck *check, const Workflow *workflow)
{
    if (workflow->kind == WORKFLOW_ACTION) {
        check_runs(check, workflow);
    }
    if (workflow->kind == WORKFLOW_JOBS) {
        check_permissions(check, workflow->permissions);
        check_env(check, workflow->env);
        check_shell(check, node_path(workflow->defaults, "run.shell"));
        check_job_ids(check, workflow);
        workflow_check_inputs(check, workflow);
    }
    vec_foreach(job, &workflow->jobs) {
        check_job(check, job);
    }
}
