#include "workflow.h"

#include "base/fs.h"
#include "base/parallel.h"
#include "base/path.h"
#include "codec/yaml.h"

#include "audit/kubernetes.h"
#include "internal.h"
#include "script.h"

enum {
    LOCAL_BYTES_MOST = 1 << 20,
    JOBS_MOST = 1000,
    STEPS_MOST = 1000,
};

bool workflow_is_one(const Node *root)
{
    return node_is_map(root) && node_get_cstr(root, "on") &&
           node_is_map(node_get_cstr(root, "jobs"));
}

bool action_is_one(const Node *root)
{
    return node_is_map(root) && node_path(root, "runs.using");
}

static Str scalar_text(const Node *node)
{
    return node && node_is_scalar(node) ? node->text : STR("");
}

/* --- events ----------------------------------------------------------------------------------- */

static void add_event(Workflow *workflow, const Node *key, const Node *filter)
{
    if (!node_is_scalar(key)) {
        return;
    }
    Event *event = vec_add(&workflow->events, workflow->arena);
    *event = (Event) { .name = key->text, .key = key };
    if (filter && (node_is_map(filter) || node_is_seq(filter))) {
        event->filter = filter;
    }
}

static void read_events(Workflow *workflow)
{
    const Node *on = node_get_cstr(workflow->root, "on");
    if (node_is_map(on)) {
        for (size_t i = 0; i < on->map.len; i++) {
            add_event(workflow, on->map.pairs[i].key, on->map.pairs[i].value);
        }
    } else if (node_is_seq(on)) {
        for (size_t i = 0; i < on->seq.len; i++) {
            add_event(workflow, on->seq.items[i], NULL);
        }
    } else if (on) {
        add_event(workflow, on, NULL);
    }
}

/* --- jobs and steps --------------------------------------------------------------------------- */

static void read_step(Job *job, const Node *node, size_t index)
{
    if (!node_is_map(node)) {
        return;
    }
    Step *step = vec_add(&job->steps, job->workflow->arena);
    *step = (Step) {
        .job = job,
        .node = node,
        .index = index,
        .id_node = node_path(node, "id"),
        .condition = node_path(node, "if"),
        .run = node_path(node, "run"),
        .with = node_path(node, "with"),
        .env = node_path(node, "env"),
        .shell = node_path(node, "shell"),
        .working_directory = node_path(node, "working-directory"),
        .uses = uses_read(node_get_cstr(node, "uses")),
    };
    step->run = step->run && node_is_scalar(step->run) ? step->run : NULL;
    step->id = scalar_text(step->id_node);
    step->script = script_read(job->workflow->arena, step);
}

static void read_steps(Job *job, const Node *steps)
{
    Arena *arena = job->workflow->arena;
    size_t count = node_len(steps) < STEPS_MOST ? node_len(steps) : STEPS_MOST;
    vec_reserve(&job->steps, arena, count);
    job->steps_by_id = (Map) MAP_ON_ARENA(arena);
    for (size_t i = 0; i < count; i++) {
        read_step(job, steps->seq.items[i], i);
    }
    vec_foreach(step, &job->steps) {
        if (step->id.len > 0) {
            map_set(&job->steps_by_id, str_lower(arena, step->id), step);
        }
    }
}

static Matrix read_matrix(const Node *job)
{
    Matrix matrix = { .node = node_path(job, "strategy.matrix") };
    if (!matrix.node) {
        return matrix;
    }
    matrix.is_known = node_is_map(matrix.node);
    matrix.include = node_path(matrix.node, "include");
    matrix.exclude = node_path(matrix.node, "exclude");
    for (size_t i = 0; matrix.is_known && i < matrix.node->map.len; i++) {
        matrix.is_known = node_is_seq(matrix.node->map.pairs[i].value);
    }
    return matrix;
}

static void read_job(Workflow *workflow, const Node *key, const Node *node)
{
    Job *job = vec_add(&workflow->jobs, workflow->arena);
    *job = (Job) {
        .workflow = workflow,
        .key = key,
        .node = node,
        .id = key->text,
        .condition = node_path(node, "if"),
        .permissions = node_get_cstr(node, "permissions"),
        .env = node_path(node, "env"),
        .outputs = node_path(node, "outputs"),
        .container = node_path(node, "container"),
        .services = node_path(node, "services"),
        .environment = node_path(node, "environment"),
        .runs_on = node_path(node, "runs-on"),
        .with = node_path(node, "with"),
        .secrets = node_path(node, "secrets"),
        .matrix = read_matrix(node),
        .uses = uses_read(node_get_cstr(node, "uses")),
    };
    read_steps(job, node_path(node, "steps"));
}

static void read_jobs(Workflow *workflow)
{
    const Node *jobs = node_get_cstr(workflow->root, "jobs");
    size_t count = node_is_map(jobs) ? jobs->map.len : 0;
    count = count < JOBS_MOST ? count : JOBS_MOST;
    vec_reserve(&workflow->jobs, workflow->arena, count);
    for (size_t i = 0; i < count; i++) {
        if (node_is_map(jobs->map.pairs[i].value)) {
            read_job(workflow, jobs->map.pairs[i].key, jobs->map.pairs[i].value);
        }
    }
    vec_foreach(job, &workflow->jobs) {
        void **first = map_at(&workflow->jobs_by_id, str_lower(workflow->arena, job->id));
        *first = *first ? *first : job;
    }
    workflow_link_needs(workflow);
}

/* --- the whole -------------------------------------------------------------------------------- */

static void read_action(Workflow *workflow)
{
    workflow->inputs = node_path(workflow->root, "inputs");
    workflow->outputs = node_path(workflow->root, "outputs");
    const Node *steps = node_path(workflow->root, "runs.steps");
    if (!node_is_seq(steps)) {
        return;
    }
    Job *job = vec_add(&workflow->jobs, workflow->arena);
    *job = (Job) { .workflow = workflow, .node = node_path(workflow->root, "runs") };
    read_steps(job, steps);
}

/* "x/.github/workflows/ci.yml" -> "x"; an action's is not known from its path alone: its own
 * repository is what stands before ".github", or the current directory. */
static Str root_of(Arena *arena, Str path)
{
    size_t at = str_find(path, STR(".github/"));
    if (at == STR_NONE || (at > 0 && path.ptr[at - 1] != '/')) {
        return STR(".");
    }
    return at == 0 ? STR(".") : path_clean(arena, str_slice(path, 0, at));
}

Workflow *workflow_read(Arena *arena, Source *source, const Node *root, WorkflowKind kind)
{
    Workflow *workflow = ARENA_NEW(arena, Workflow);
    *workflow = (Workflow) {
        .arena = arena,
        .source = source,
        .root = root,
        .kind = kind,
        .root_path = root_of(arena, source->path),
        .workflows = ARENA_NEW(arena, Map),
        .places = ARENA_ARRAY(arena, YamlPlace *, PARALLEL_JOBS_MOST),
        .jobs_by_id = MAP_ON_ARENA(arena),
        .permissions = node_get_cstr(root, "permissions"),
        .env = node_path(root, "env"),
        .defaults = node_path(root, "defaults"),
        .concurrency = node_path(root, "concurrency"),
    };
    *workflow->workflows = (Map) MAP_ON_ARENA(arena);
    if (kind == WORKFLOW_ACTION) {
        read_action(workflow);
    } else if (kind == WORKFLOW_JOBS) {
        read_events(workflow);
        read_jobs(workflow);
    }
    workflow_gather_expressions(workflow);
    return workflow;
}

/* --- questions -------------------------------------------------------------------------------- */

const Event *workflow_event(const Workflow *workflow, const char *name)
{
    vec_foreach(event, &workflow->events) {
        if (str_eq_cstr(event->name, name)) {
            return event;
        }
    }
    return NULL;
}

const Node *workflow_declared(const Workflow *workflow, const char *event, const char *what)
{
    if (workflow->kind == WORKFLOW_ACTION) {
        return node_path(workflow->root, what);
    }
    const Event *found = workflow_event(workflow, event);
    return found && node_is_map(found->filter) ? node_path(found->filter, what) : NULL;
}

const Job *workflow_job(const Workflow *workflow, Str id)
{
    return map_get(&workflow->jobs_by_id, str_lower(workflow->arena, id));
}

const Step *job_step(const Job *job, Str id)
{
    return map_get(&job->steps_by_id, str_lower(job->workflow->arena, id));
}

Str step_shell(const Step *step)
{
    const Job *job = step->job;
    const Node *shell = step->shell;
    shell = shell ? shell : node_path(job->node, "defaults.run.shell");
    shell = shell ? shell : node_path(job->workflow->defaults, "run.shell");
    return scalar_text(shell);
}

/* --- other files ------------------------------------------------------------------------------ */

static Workflow *read_file(Arena *arena, Str path)
{
    Str text;
    if (!fs_is_file(path.ptr) || fs_read(arena, path.ptr, LOCAL_BYTES_MOST, &text, NULL) < 0) {
        return NULL;
    }
    DiagList diags = DIAG_LIST(arena);
    Node *root = NULL;
    Source *source = source_new(arena, path, text);
    if (yaml_read_one(arena, source, &(YamlOptions) { 0 }, &root, &diags) < 0 ||
        !(workflow_is_one(root) || action_is_one(root))) {
        return NULL;
    }
    return workflow_read(
        arena, source, root, action_is_one(root) ? WORKFLOW_ACTION : WORKFLOW_JOBS
    );
}

/* Each path is looked for once: before the rules run, which may ask at the same time. */
static const Workflow *read_local(const Workflow *workflow, Str path)
{
    bool is_shared = arena_is_forked(workflow->arena);
    if (is_shared && !map_has(workflow->workflows, path)) {
        return read_file(workflow->arena, path);
    }
    if (!map_has(workflow->workflows, path)) {
        map_set(workflow->workflows, path, read_file(workflow->arena, path));
    }
    return map_get(workflow->workflows, path);
}

const Workflow *workflow_find_local(const Workflow *workflow, const Uses *uses)
{
    static const char *const names[] = { "action.yml", "action.yaml" };
    if (uses->kind != USES_LOCAL) {
        return NULL;
    }
    Arena *arena = workflow->arena;
    Str path = path_join(arena, workflow->root_path, uses->path);
    if (!path_is_within(workflow->root_path, path) && !str_eq(workflow->root_path, STR("."))) {
        return NULL;
    }
    Str extension = path_extension(path);
    if (str_eq(extension, STR(".yml")) || str_eq(extension, STR(".yaml"))) {
        return read_local(workflow, path);
    }
    for (size_t i = 0; i < 2; i++) {
        const Workflow *found = read_local(workflow, path_join(arena, path, str_from(names[i])));
        if (found) {
            return found;
        }
    }
    return NULL;
}

Span workflow_span(const Workflow *workflow, const Node *node, size_t from, size_t to)
{
    YamlPlace **place = &workflow->places[parallel_lane()];
    if (!*place) {
        *place = ARENA_NEW(workflow->arena, YamlPlace);
    }
    if ((*place)->node != node) {
        yaml_place_init(*place, node);
    }
    return yaml_place_span(*place, from, to);
}

Span workflow_expr_span(const WorkflowExpr *expr, const Expr *part)
{
    return workflow_span(
        expr->workflow, expr->node, part ? part->start : expr->from, part ? part->end : expr->to
    );
}
