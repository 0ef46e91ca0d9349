#include "contexts.h"

#include "base/mem.h"

#include "audit/kubernetes.h"
#include "known_actions.h"

/* https://docs.github.com/en/actions/reference/workflows-and-actions/contexts */
static const char github_strings[] =
    "action action_path action_ref action_repository action_status actor actor_id api_url "
    "artifact_cache_size_limit base_ref env event_name event_path graphql_url head_ref job "
    "job_workflow_sha output path ref ref_name ref_type repository repository_id repository_owner "
    "repository_owner_id repository_visibility repositoryUrl retention_days run_id run_number "
    "run_attempt secret_source server_url sha state step_summary token triggering_actor workflow "
    "workflow_ref workflow_sha workspace";

static void add_declared(Arena *arena, ExprType *object, const Node *map, const ExprType *type)
{
    for (size_t i = 0; node_is_map(map) && i < map->map.len; i++) {
        vec_push(&object->fields, arena, ((TypeField) { map->map.pairs[i].key->text, type }));
    }
}

static const ExprType *github_type(const Contexts *contexts)
{
    Arena *arena = contexts->arena;
    ExprType *github = type_object(arena);
    type_add_strings(arena, github, github_strings);
    type_add(arena, github, STR("ref_protected"), &type_bool);
    type_add(arena, github, STR("event"), &type_any_object);
    return github;
}

static const ExprType *runner_type(Arena *arena)
{
    ExprType *runner = type_object(arena);
    type_add_strings(arena, runner, "name os arch temp tool_cache debug environment workspace");
    return runner;
}

static const ExprType *strategy_type(Arena *arena)
{
    ExprType *strategy = type_object(arena);
    type_add(arena, strategy, STR("fail-fast"), &type_bool);
    type_add(arena, strategy, STR("job-index"), &type_number);
    type_add(arena, strategy, STR("job-total"), &type_number);
    type_add(arena, strategy, STR("max-parallel"), &type_number);
    return strategy;
}

/* --- job: the services' ports ----------------------------------------------------------------- */

static const ExprType *job_type(Arena *arena, const Job *job)
{
    ExprType *service = type_object(arena), *container = type_object(arena),
             *type = type_object(arena);
    type_add_strings(arena, service, "id network");
    type_add(arena, service, STR("ports"), &type_string_object);
    type_add_strings(arena, container, "id network");
    ExprType *services = type_object(arena);
    if (job && node_is_map(job->services)) {
        add_declared(arena, services, job->services, service);
    } else if (!job || job->services || !job->key) {
        services->other = service;
    }
    type_add_strings(
        arena, type, "status workflow_ref workflow_sha workflow_repository workflow_file_path"
    );
    type_add(arena, type, STR("check_run_id"), &type_number);
    type_add(arena, type, STR("container"), container);
    type_add(arena, type, STR("services"), services);
    return type;
}

/* --- matrix ----------------------------------------------------------------------------------- */

static bool is_expression(const Node *node)
{
    return node->kind == NODE_STRING && str_find(node->text, STR("${{")) != STR_NONE;
}

static const ExprType *axis_type(Arena *arena, const Node *values)
{
    const ExprType *type = &type_null;
    for (size_t i = 0; i < node_len(values); i++) {
        type = type_merge(arena, type, type_of_node(arena, values->seq.items[i]));
    }
    return type->kind == TYPE_NULL ? &type_any : type;
}

static void add_include(Arena *arena, ExprType *object, const Node *item)
{
    for (size_t i = 0; node_is_map(item) && i < item->map.len; i++) {
        Str name = item->map.pairs[i].key->text;
        const ExprType *type = type_of_node(arena, item->map.pairs[i].value);
        const ExprType *known = type_get(object, name);
        type_add(arena, object, name, known ? type_merge(arena, known, type) : type);
    }
}

const ExprType *matrix_type(Arena *arena, const Matrix *matrix)
{
    if (!node_is_map(matrix->node)) {
        return matrix->node ? &type_any : type_object(arena);
    }
    ExprType *object = type_object(arena);
    for (size_t i = 0; i < matrix->node->map.len; i++) {
        const NodePair *pair = &matrix->node->map.pairs[i];
        if (pair->value != matrix->include && pair->value != matrix->exclude) {
            type_add(arena, object, pair->key->text, axis_type(arena, pair->value));
        }
    }
    for (size_t i = 0; i < node_len(matrix->include); i++) {
        const Node *item = matrix->include->seq.items[i];
        object->other = is_expression(item) ? &type_any : object->other;
        add_include(arena, object, item);
    }
    if (matrix->include && !node_is_seq(matrix->include)) {
        object->other = &type_any;
    }
    return object;
}

/* --- outputs ---------------------------------------------------------------------------------- */

const ExprType *step_outputs_type(Arena *arena, const Step *step)
{
    if (step->uses.kind == USES_LOCAL) {
        const Workflow *action = workflow_find_local(step->job->workflow, &step->uses);
        bool is_composite = action && action->kind == WORKFLOW_ACTION &&
                            str_eq(node_text(action->root, "runs.using"), STR("composite"));
        if (!is_composite) {
            return &type_string_object; /* a program may set what it doesn't declare */
        }
        ExprType *outputs = type_object(arena);
        add_declared(arena, outputs, action->outputs, &type_string);
        return outputs;
    }
    const KnownAction *known = known_action_find(&step->uses);
    bool runs_code = uses_is(&step->uses, "actions/github-script"); /* core.setOutput of any name */
    if (!known || runs_code || !known->outputs || known->outputs[0] == '*') {
        return &type_string_object;
    }
    ExprType *outputs = type_object(arena);
    type_add_strings(arena, outputs, known->outputs);
    return outputs;
}

const ExprType *job_outputs_type(Arena *arena, const Job *job)
{
    ExprType *outputs = type_object(arena);
    if (!job->uses.node) {
        add_declared(arena, outputs, job->outputs, &type_string);
        return outputs;
    }
    const Workflow *called = workflow_find_local(job->workflow, &job->uses);
    if (!called || called->kind != WORKFLOW_JOBS) {
        return &type_string_object;
    }
    add_declared(
        arena, outputs, workflow_declared(called, "workflow_call", "outputs"), &type_string
    );
    return outputs;
}

static const ExprType *step_type(Arena *arena, const ExprType *outputs)
{
    ExprType *type = type_object(arena);
    type_add(arena, type, STR("outputs"), outputs);
    type_add_strings(arena, type, "outcome conclusion");
    return type;
}

/* Those before the step; all of them where there is none. They share one array. */
static const ExprType *steps_type(Contexts *contexts)
{
    Arena *arena = contexts->arena;
    const Job *job = contexts->job;
    if (!job) {
        return &type_any_object;
    }
    size_t count = 0;
    bool is_new = contexts->step_fields.len == 0;
    vec_foreach(step, &job->steps) {
        if (is_new && step->id.len > 0) {
            const ExprType *type = step_type(arena, step_outputs_type(arena, step));
            vec_push(&contexts->step_fields, arena, ((TypeField) { step->id, type }));
        }
        count += step->id.len > 0 && (!contexts->step || step < contexts->step);
    }
    ExprType *steps = type_object(arena);
    steps->fields.ptr = contexts->step_fields.ptr;
    steps->fields.len = count;
    return steps;
}

static const ExprType *job_result_type(Contexts *contexts, const Job *job)
{
    Arena *arena = contexts->arena;
    const Workflow *workflow = contexts->workflow;
    if (!contexts->results) {
        contexts->results = (const ExprType **) arena_calloc(
            arena, workflow->jobs.len + 1, sizeof(*contexts->results)
        );
    }
    /* the one behind the jobs is for a need that names none */
    const ExprType **known =
        &contexts->results[job ? (size_t) (job - workflow->jobs.ptr) : workflow->jobs.len];
    if (!*known) {
        ExprType *type = type_object(arena);
        type_add(
            arena, type, STR("outputs"), job ? job_outputs_type(arena, job) : &type_string_object
        );
        type_add(arena, type, STR("result"), &type_string);
        *known = type;
    }
    return *known;
}

static const ExprType *needs_type(Contexts *contexts)
{
    Arena *arena = contexts->arena;
    const Job *job = contexts->job;
    if (!job) {
        return &type_any_object;
    }
    ExprType *needs = type_object(arena);
    vec_foreach(need, &job->needs) {
        vec_push(
            &needs->fields, arena, ((TypeField) { need->id, job_result_type(contexts, need->job) })
        );
    }
    const Node *written = node_path(job->node, "needs");
    if (written && written->kind == NODE_STRING &&
        str_find(written->text, STR("${{")) != STR_NONE) {
        needs->other = &type_any;
    }
    return needs;
}

static const ExprType *jobs_type(Contexts *contexts)
{
    ExprType *jobs = type_object(contexts->arena);
    vec_foreach(job, &contexts->workflow->jobs) {
        vec_push(
            &jobs->fields,
            contexts->arena,
            ((TypeField) { job->id, job_result_type(contexts, job) })
        );
    }
    return jobs;
}

/* --- inputs ----------------------------------------------------------------------------------- */

static const ExprType *input_type(const Node *declared)
{
    Str type = node_text(declared, "type");
    return str_eq(type, STR("boolean"))  ? &type_bool
           : str_eq(type, STR("number")) ? &type_number
                                         : &type_string;
}

static void add_inputs(Arena *arena, ExprType *object, const Node *map)
{
    for (size_t i = 0; node_is_map(map) && i < map->map.len; i++) {
        Str name = map->map.pairs[i].key->text;
        const ExprType *type = input_type(map->map.pairs[i].value);
        const ExprType *known = type_get(object, name);
        type_add(arena, object, name, known ? type_merge(arena, known, type) : type);
    }
}

static const ExprType *inputs_type(const Contexts *contexts)
{
    Arena *arena = contexts->arena;
    const Workflow *workflow = contexts->workflow;
    ExprType *inputs = type_object(arena);
    if (workflow->kind == WORKFLOW_ACTION) {
        add_declared(arena, inputs, workflow->inputs, &type_string);
        return inputs;
    }
    add_inputs(arena, inputs, workflow_declared(workflow, "workflow_call", "inputs"));
    add_inputs(arena, inputs, workflow_declared(workflow, "workflow_dispatch", "inputs"));
    return inputs;
}

/* --- asked ------------------------------------------------------------------------------------ */

static void forget_place(Contexts *contexts)
{
    const WorkflowExpr *expr = contexts->expr;
    if (expr->job != contexts->job) {
        contexts->matrix = contexts->needs = contexts->steps = NULL;
        contexts->step_fields.ptr = NULL;
        contexts->step_fields.len = contexts->step_fields.cap = 0;
    }
    if (expr->step != contexts->step) {
        contexts->steps = NULL;
    }
    contexts->job = expr->job;
    contexts->step = expr->step;
}

const ExprType *context_type(void *user, Str context)
{
    Contexts *contexts = user;
    Arena *arena = contexts->arena;
    forget_place(contexts);
    const Job *job = contexts->job;
    bool is_action = contexts->workflow->kind == WORKFLOW_ACTION;
    if (str_eq(context, STR("github"))) {
        return github_type(contexts);
    }
    if (str_eq(context, STR("runner"))) {
        return runner_type(arena);
    }
    if (str_eq(context, STR("strategy"))) {
        return strategy_type(arena);
    }
    if (str_eq(context, STR("job"))) {
        return job_type(arena, job);
    }
    if (str_eq(context, STR("jobs"))) {
        return jobs_type(contexts);
    }
    if (str_eq(context, STR("inputs"))) {
        return contexts->inputs = contexts->inputs ? contexts->inputs : inputs_type(contexts);
    }
    if (str_eq(context, STR("steps"))) {
        return contexts->steps = contexts->steps ? contexts->steps : steps_type(contexts);
    }
    if (str_eq(context, STR("needs"))) {
        return contexts->needs = contexts->needs ? contexts->needs : needs_type(contexts);
    }
    if (str_eq(context, STR("matrix")) && job && !is_action) {
        return contexts->matrix =
                   contexts->matrix ? contexts->matrix : matrix_type(arena, &job->matrix);
    }
    return str_eq(context, STR("matrix")) ? &type_any_object : &type_string_object;
}
