#include "taint.h"

#include "base/mem.h"

#include "audit/kubernetes.h"

/* One level of `env`, and of its value the first few: enough for what people write. */
enum { ENV_DEPTH_MOST = 1, ENV_PARTS_MOST = 16 };

static const char *const anyones[] = {
    "github.head_ref",
    "github.event.comment.body",
    "github.event.commits.*.author.email",
    "github.event.commits.*.author.name",
    "github.event.commits.*.committer.email",
    "github.event.commits.*.committer.name",
    "github.event.commits.*.message",
    "github.event.discussion.body",
    "github.event.discussion.title",
    "github.event.head_commit.author.email",
    "github.event.head_commit.author.name",
    "github.event.head_commit.committer.email",
    "github.event.head_commit.committer.name",
    "github.event.head_commit.message",
    "github.event.issue.body",
    "github.event.issue.title",
    "github.event.pages.*.page_name",
    "github.event.pull_request.body",
    "github.event.pull_request.head.label",
    "github.event.pull_request.head.ref",
    "github.event.pull_request.head.repo.default_branch",
    "github.event.pull_request.head.repo.description",
    "github.event.pull_request.head.repo.homepage",
    "github.event.pull_request.title",
    "github.event.review.body",
    "github.event.review_comment.body",
    "github.event.workflow_run.display_title",
    "github.event.workflow_run.head_branch",
    "github.event.workflow_run.head_commit.author.email",
    "github.event.workflow_run.head_commit.author.name",
    "github.event.workflow_run.head_commit.message",
    "github.event.workflow_run.head_repository.description",
    "github.event.workflow_run.pull_requests.*.head.ref",
};

/* Written by those who may push, label or release. */
static const char *const keepers[] = {
    "github.base_ref",
    "github.ref",
    "github.ref_name",
    "github.event.issue.labels.*.name",
    "github.event.issue.milestone.title",
    "github.event.label.name",
    "github.event.milestone.description",
    "github.event.milestone.title",
    "github.event.pull_request.labels.*.name",
    "github.event.pull_request.milestone.title",
    "github.event.release.body",
    "github.event.release.name",
    "github.event.release.tag_name",
    "github.event.release.target_commitish",
};

/* "*" of the pattern is any one part; a whole object counts for what is in it. */
static bool path_leads_to(Str path, Str pattern)
{
    Str part, wanted;
    while (str_next(&path, '.', &part)) {
        if (!str_next(&pattern, '.', &wanted)) {
            return false;
        }
        bool is_any = str_eq(wanted, STR("*")) || str_eq(part, STR("*"));
        if (!is_any && !str_eq(part, wanted)) {
            return false;
        }
    }
    return true;
}

static bool leads_to_one_of(Str path, const char *const *patterns, size_t count)
{
    for (size_t i = 0; i < count && path.len > 0; i++) {
        if (path_leads_to(path, str_from(patterns[i]))) {
            return true;
        }
    }
    return false;
}

bool taint_is_anyones(Str path)
{
    return leads_to_one_of(path, anyones, ARRAY_LEN(anyones));
}

/* --- what a path holds ------------------------------------------------------------------------ */

static TaintFound flow(const WorkflowExpr *expr, const Expr *part, size_t depth);

static TaintFound worse(TaintFound a, TaintFound b)
{
    return b.taint > a.taint ? b : a;
}

/* A text that is anything, among the declared inputs. */
static bool is_free_input(const Workflow *workflow, Str name)
{
    static const char *const events[] = { "workflow_call", "workflow_dispatch" };
    for (size_t i = 0; i < ARRAY_LEN(events); i++) {
        const Node *inputs = workflow_declared(workflow, events[i], "inputs");
        for (size_t j = 0; node_is_map(inputs) && j < inputs->map.len; j++) {
            Str type = node_text(inputs->map.pairs[j].value, "type");
            bool is_free = type.len == 0 || str_eq(type, STR("string"));
            if (str_eq_nocase(inputs->map.pairs[j].key->text, name) && is_free) {
                return true;
            }
        }
    }
    return false;
}

static const Node *env_value(const WorkflowExpr *expr, Str name)
{
    const Node *maps[] = {
        expr->step ? expr->step->env : NULL,
        expr->job ? expr->job->env : NULL,
        expr->workflow->env,
    };
    for (size_t i = 0; i < ARRAY_LEN(maps); i++) {
        for (size_t j = 0; node_is_map(maps[i]) && j < maps[i]->map.len; j++) {
            if (str_eq_nocase(maps[i]->map.pairs[j].key->text, name)) {
                return maps[i]->map.pairs[j].value;
            }
        }
    }
    return NULL;
}

static TaintFound env_taint(const WorkflowExpr *expr, const Expr *part, Str name, size_t depth)
{
    TaintFound found = { 0 };
    const Node *value = env_value(expr, name);
    if (!value || depth >= ENV_DEPTH_MOST) {
        return found;
    }
    size_t parts = 0;
    vec_foreach(other, &expr->workflow->expressions) {
        if (other->node == value && other->root && parts++ < ENV_PARTS_MOST) {
            found = worse(found, flow(other, other->root, depth + 1));
        }
    }
    found.part = part;
    return found;
}

static TaintFound path_taint(const WorkflowExpr *expr, const Expr *part, size_t depth)
{
    const Workflow *workflow = expr->workflow;
    TaintFound found = { .part = part };
    found.path = expr_path(workflow->arena, part);
    Str rest = found.path;
    if (taint_is_anyones(rest)) {
        found.taint = TAINT_ANYONE;
    } else if (leads_to_one_of(rest, keepers, ARRAY_LEN(keepers))) {
        found.taint = TAINT_KEEPER;
    } else if (str_strip_prefix(&rest, STR("inputs.")) ||
               str_strip_prefix(&rest, STR("github.event.inputs."))) {
        found.taint = is_free_input(workflow, rest) ? TAINT_CALLER : TAINT_NONE;
    } else if (str_has_prefix(rest, STR("github.event.client_payload"))) {
        found.taint = TAINT_CALLER;
    } else if (str_strip_prefix(&rest, STR("env."))) {
        return env_taint(expr, part, rest, depth);
    }
    return found;
}

/* --- what reaches the text -------------------------------------------------------------------- */

static TaintFound
flow_of_items(const WorkflowExpr *expr, const Expr *part, size_t first, size_t step, size_t depth)
{
    TaintFound found = { 0 };
    for (size_t i = first; i < part->items.len; i += step) {
        found = worse(found, flow(expr, part->items.ptr[i], depth));
    }
    return found;
}

static TaintFound call_flow(const WorkflowExpr *expr, const Expr *call, size_t depth)
{
    if (expr_is_call(call, "format") || expr_is_call(call, "join") ||
        expr_is_call(call, "toJSON") || expr_is_call(call, "fromJSON")) {
        return flow_of_items(expr, call, 0, 1, depth);
    }
    if (expr_is_call(call, "case") && call->items.len > 0) {
        return worse(
            flow_of_items(expr, call, 1, 2, depth), flow(expr, *vec_last(&call->items), depth)
        );
    }
    return (TaintFound) { 0 };
}

static TaintFound flow(const WorkflowExpr *expr, const Expr *part, size_t depth)
{
    switch (part->kind) {
    case EXPR_VARIABLE:
    case EXPR_PROPERTY:
    case EXPR_FILTER:
    case EXPR_INDEX:
        return path_taint(expr, part, depth);
    case EXPR_CALL:
        return call_flow(expr, part, depth);
    case EXPR_OR:
        return flow_of_items(expr, part, 0, 1, depth);
    case EXPR_AND:
        return flow(expr, *vec_last(&part->items), depth);
    default:
        return (TaintFound) { 0 };
    }
}

TaintFound taint_of(const WorkflowExpr *expr)
{
    return expr->root ? flow(expr, expr->root, 0) : (TaintFound) { 0 };
}
