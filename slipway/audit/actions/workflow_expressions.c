#include "base/mem.h"

#include "audit/kubernetes.h"
#include "internal.h"

enum { EXPRESSIONS_MOST = 20000 };

/* Where the walk is. */
typedef struct Here {
    Workflow *workflow;
    const Job *job;
    const Step *step;
    Place place;
    Str key;
    bool is_item; /* of a list, the key's */
} Here;

static WorkflowExpr *add_expression(const Here *here, const Node *node, ExprForm form, size_t from)
{
    Workflow *workflow = here->workflow;
    WorkflowExpr *expr = vec_add(&workflow->expressions, workflow->arena);
    *expr = (WorkflowExpr) {
        .node = node,
        .key = here->key,
        .is_item = here->is_item,
        .workflow = workflow,
        .job = here->job,
        .step = here->step,
        .place = here->place,
        .from = from,
        .is_condition = here->place == PLACE_JOB_IF || here->place == PLACE_STEP_IF ||
                        str_eq(here->key, STR("if")),
    };
    size_t start = form == EXPR_BRACED ? from + 3 : from;
    expr->root =
        expression_parse(workflow->arena, node->text, start, form, &expr->to, &expr->fault);
    return expr;
}

static void read_scalar(const Here *here, const Node *node)
{
    Str text = node->text;
    size_t at = str_find(text, STR("${{"));
    while (at != STR_NONE && here->workflow->expressions.len < EXPRESSIONS_MOST) {
        WorkflowExpr *expr = add_expression(here, node, EXPR_BRACED, at);
        expr->is_whole = expr->from == 0 && expr->to == text.len;
        size_t next = str_find(str_skip(text, expr->to), STR("${{"));
        at = next == STR_NONE ? STR_NONE : expr->to + next;
    }
}

static void walk(const Here *here, const Node *node)
{
    if (!node) {
        return;
    }
    if (node->kind == NODE_STRING) {
        read_scalar(here, node);
    }
    for (size_t i = 0; node->kind == NODE_SEQ && i < node->seq.len; i++) {
        Here inside = *here;
        inside.is_item = true;
        walk(&inside, node->seq.items[i]);
    }
    for (size_t i = 0; node->kind == NODE_MAP && i < node->map.len; i++) {
        Here inside = *here;
        inside.key = node->map.pairs[i].key->text;
        inside.is_item = false;
        walk(&inside, node->map.pairs[i].value);
    }
}

static void walk_at(const Here *here, const Node *map, const char *path, Place place)
{
    Here there = *here;
    there.place = place;
    Str name = str_from(path);
    size_t dot = str_rfind_char(name, '.');
    there.key = dot == STR_NONE ? name : str_skip(name, dot + 1);
    walk(&there, node_path(map, path));
}

/* A condition is an expression also without braces. */
static void read_condition(const Here *here, const Node *node, Place place)
{
    if (!node || !node_is_scalar(node)) {
        return;
    }
    Here there = *here;
    there.place = place;
    there.key = STR("if");
    if (str_find(node->text, STR("${{")) != STR_NONE) {
        read_scalar(&there, node);
    } else if (node->text.len > 0 && here->workflow->expressions.len < EXPRESSIONS_MOST) {
        add_expression(&there, node, EXPR_BARE, 0)->is_whole = true;
    }
}

typedef struct PlacedKey {
    const char *key;
    Place place;
} PlacedKey;

static void walk_keys(const Here *here, const Node *map, const PlacedKey *keys, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        walk_at(here, map, keys[i].key, keys[i].place);
    }
}

static void walk_steps(const Here *here, const Job *job, bool is_action)
{
    static const PlacedKey keys[] = {
        { "name", PLACE_STEP },
        { "run", PLACE_STEP },
        { "with", PLACE_STEP },
        { "env", PLACE_STEP },
        { "continue-on-error", PLACE_STEP },
        { "timeout-minutes", PLACE_STEP },
        { "working-directory", PLACE_STEP },
        { "id", PLACE_NOWHERE },
        { "uses", PLACE_NOWHERE },
    };
    vec_foreach(step, &job->steps) {
        Here there = *here;
        there.step = step;
        read_condition(&there, step->condition, is_action ? PLACE_ACTION_STEP : PLACE_STEP_IF);
        for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
            Place place =
                is_action && keys[i].place == PLACE_STEP ? PLACE_ACTION_STEP : keys[i].place;
            walk_at(&there, step->node, keys[i].key, place);
        }
        walk_at(&there, step->node, "shell", is_action ? PLACE_ACTION_STEP : PLACE_NOWHERE);
    }
}

/* A container or one service: what is not said apart may use what the job may. */
static void walk_container(const Here *here, const Node *node)
{
    static const PlacedKey keys[] = {
        { "image", PLACE_JOB },         { "ports", PLACE_JOB },
        { "volumes", PLACE_JOB },       { "options", PLACE_JOB },
        { "env", PLACE_CONTAINER_ENV }, { "credentials", PLACE_CREDENTIALS },
    };
    if (node_is_map(node)) {
        walk_keys(here, node, keys, ARRAY_LEN(keys));
    } else if (node) {
        walk(here, node);
    }
}

static void walk_job(const Here *here, const Job *job)
{
    static const PlacedKey keys[] = {
        { "name", PLACE_JOB },
        { "runs-on", PLACE_JOB },
        { "concurrency", PLACE_JOB },
        { "continue-on-error", PLACE_JOB },
        { "timeout-minutes", PLACE_JOB },
        { "with", PLACE_JOB },
        { "env", PLACE_JOB_ENV },
        { "defaults", PLACE_JOB_DEFAULTS },
        { "strategy", PLACE_JOB_STRATEGY },
        { "outputs", PLACE_JOB_OUTPUT },
        { "secrets", PLACE_JOB_SECRET },
        { "needs", PLACE_NOWHERE },
        { "uses", PLACE_NOWHERE },
        { "permissions", PLACE_NOWHERE },
    };
    walk_keys(here, job->node, keys, ARRAY_LEN(keys));
    read_condition(here, job->condition, PLACE_JOB_IF);
    if (node_is_map(job->environment)) {
        walk_at(here, job->node, "environment.name", PLACE_JOB);
        walk_at(here, job->node, "environment.url", PLACE_ENVIRONMENT_URL);
    } else {
        walk_at(here, job->node, "environment", PLACE_JOB);
    }
    Here there = *here;
    there.place = PLACE_JOB;
    there.key = STR("image");
    walk_container(&there, job->container);
    for (size_t i = 0; node_is_map(job->services) && i < job->services->map.len; i++) {
        walk_container(&there, job->services->map.pairs[i].value);
    }
    if (!node_is_map(job->services)) {
        walk_at(here, job->node, "services", PLACE_JOB);
    }
    walk_steps(here, job, false);
}

static void walk_values(const Here *here, const Node *map, const char *key, Place place)
{
    for (size_t i = 0; node_is_map(map) && i < map->map.len; i++) {
        walk_at(here, map->map.pairs[i].value, key, place);
    }
}

static void walk_workflow(const Here *here, const Workflow *workflow)
{
    static const PlacedKey keys[] = {
        { "name", PLACE_NOWHERE },
        { "run-name", PLACE_RUN_NAME },
        { "concurrency", PLACE_CONCURRENCY },
        { "env", PLACE_ENV },
        { "defaults", PLACE_NOWHERE },
        { "permissions", PLACE_NOWHERE },
    };
    walk_keys(here, workflow->root, keys, ARRAY_LEN(keys));
    walk_values(
        here, workflow_declared(workflow, "workflow_call", "inputs"), "default", PLACE_INPUT_DEFAULT
    );
    walk_values(
        here, workflow_declared(workflow, "workflow_call", "outputs"), "value", PLACE_CALL_OUTPUT
    );
    static const char *const declared[] = { "inputs", "outputs", "secrets" };
    for (size_t i = 0; i < ARRAY_LEN(declared); i++) {
        const Node *named = workflow_declared(workflow, "workflow_call", declared[i]);
        walk_values(here, named, "description", PLACE_NOWHERE);
    }
    Here asked = *here;
    const Node *inputs = workflow_declared(workflow, "workflow_dispatch", "inputs");
    if (inputs) {
        asked.place = PLACE_NOWHERE;
        walk(&asked, inputs);
    }
    vec_foreach(event, &workflow->events) {
        static const char *const filters[] = { "branches",    "branches-ignore", "tags",
                                               "tags-ignore", "paths",           "paths-ignore",
                                               "types",       "workflows" };
        for (size_t i = 0; event->filter && i < ARRAY_LEN(filters); i++) {
            walk_at(here, event->filter, filters[i], PLACE_NOWHERE);
        }
    }
    vec_foreach(job, &workflow->jobs) {
        Here there = *here;
        there.job = job;
        walk_job(&there, job);
    }
}

void workflow_gather_expressions(Workflow *workflow)
{
    Here here = { .workflow = workflow, .key = STR("") };
    if (workflow->kind != WORKFLOW_ACTION) {
        walk_workflow(&here, workflow);
        return;
    }
    walk_values(&here, workflow->outputs, "value", PLACE_ACTION_OUTPUT);
    vec_foreach(job, &workflow->jobs) {
        here.job = job;
        walk_steps(&here, job, true);
    }
}
