/* What a reader of a workflow, person or tool, can't see through, or can't rely on. */
#include "base/mem.h"

#include "audit/actions/workflow.h"
#include "audit/rule.h"

/* --- GH037 ------------------------------------------------------------------------------------ */

/* The runner takes "owner/repo/a/../b" for b: who looks for b by its name doesn't find it. */
static const char *detour_of(const Uses *uses)
{
    Str rest = uses->slug;
    while (rest.len > 0) {
        size_t end = str_find_char(rest, '/');
        Str part = str_slice(rest, 0, end);
        if (part.len == 0 || str_eq(part, STR("."))) {
            return "parts that name nothing";
        }
        if (str_eq(part, STR(".."))) {
            return "\"..\"";
        }
        if (end + 1 == rest.len) {
            return "parts that name nothing";
        }
        rest = end == STR_NONE ? STR("") : str_skip(rest, end + 1);
    }
    return NULL;
}

static void check_detour(RuleContext *ctx, const Uses *uses)
{
    const char *detour = uses->kind == USES_REPOSITORY ? detour_of(uses) : NULL;
    if (detour) {
        Diag *diag = rule_find(ctx, uses->node, "the path of the action has %s", detour);
        rule_hint(ctx, diag, "write the path that it comes to");
    }
}

/* fromJSON alone is how a number, a truth value or a list is written at all. */
static bool is_disguise(const Expr *expr)
{
    return expr->kind == EXPR_CALL && !expr_is_call(expr, "fromJSON") && expr_is_constant(expr);
}

static const Expr *disguise_in(const Expr *expr)
{
    if (is_disguise(expr)) {
        return expr;
    }
    vec_foreach(item, &expr->items) {
        const Expr *found = disguise_in(*item);
        if (found) {
            return found;
        }
    }
    return NULL;
}

/* Of a whole condition GH008 says it. */
static void check_disguise(RuleContext *ctx, const WorkflowExpr *expr)
{
    const Expr *found = expr->root ? disguise_in(expr->root) : NULL;
    if (found && !(expr->is_condition && found == expr->root)) {
        Diag *diag = rule_find_span(
            ctx, workflow_expr_span(expr, found), "a call whose result is always the same"
        );
        rule_hint(ctx, diag, "write what it yields");
    }
}

static void gh037(RuleContext *ctx, const Workflow *workflow)
{
    vec_foreach(job, &workflow->jobs) {
        check_detour(ctx, &job->uses);
        vec_foreach(step, &job->steps) {
            check_detour(ctx, &step->uses);
        }
    }
    vec_foreach(expr, &workflow->expressions) {
        check_disguise(ctx, expr);
    }
}

/* --- GH038 ------------------------------------------------------------------------------------ */

static void check_shell(RuleContext *ctx, const Node *shell)
{
    if (node_is_string(shell) &&
        (str_eq_nocase(shell->text, STR("cmd")) || str_eq_nocase(shell->text, STR("cmd.exe")))) {
        Diag *diag = rule_find(ctx, shell, "cmd goes on behind a command that failed");
        rule_hint(ctx, diag, "use pwsh or bash");
    }
}

static void check_python(RuleContext *ctx, const Step *step)
{
    const Node *install = node_get_cstr(step->with, "pip-install");
    if (install && uses_is(&step->uses, "actions/setup-python")) {
        Diag *diag = rule_find(ctx, install, "packages go into the Python that the machine shares");
        rule_hint(ctx, diag, "make a virtual environment in a step and install there");
    }
}

static void gh038(RuleContext *ctx, const Workflow *workflow)
{
    check_shell(ctx, node_path(workflow->root, "defaults.run.shell"));
    vec_foreach(job, &workflow->jobs) {
        check_shell(ctx, node_path(job->node, "defaults.run.shell"));
        vec_foreach(step, &job->steps) {
            check_shell(ctx, step->run ? step->shell : NULL);
            check_python(ctx, step);
        }
    }
}

/* --- the table -------------------------------------------------------------------------------- */

#define STEP(yaml) "jobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n" yaml

static const AuditRule rules[] = {
    { .id = "GH037",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_WARN,
      .meaning = "An action or a value is named in a way that hides it",
      .why = "Whoever looks for it, a reviewer or a list of allowed actions, passes it by.",
      .fix = "name it plainly",
      .bad = STEP("    - uses: acme/tools/lint/../publish@v4\n"),
      .good = STEP("    - uses: acme/tools/publish@v4\n"),
      .peers = "ZZ:obfuscation",
      .check_workflow = gh037 },
    { .id = "GH038",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_INFO,
      .meaning = "A feature that does its work on some runners only",
      .why =
          "cmd doesn't stop at a failure; what setup-python installs depends on the machine's own "
          "Python.",
      .fix = "use another shell, a virtual environment",
      .bad = STEP("    - run: build.cmd\n      shell: cmd\n"),
      .good = STEP("    - run: ./build.ps1\n      shell: pwsh\n"),
      .peers = "ZZ:misfeature",
      .check_workflow = gh038 },
};

const RuleFamily rules_actions_plain = { rules, ARRAY_LEN(rules) };
