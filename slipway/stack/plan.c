#include "stack/plan.h"

#include "base/mem.h"

/* What the names of a node refer to, before indexes are known. */
static DecodeStrings needs_of(const PlanNode *node)
{
    switch (node->kind) {
    case PLAN_SERVICE:
        return node->service->needs;
    case PLAN_TASK:
        return node->task->needs;
    case PLAN_RESOURCE:
        break;
    }
    return (DecodeStrings) { 0 };
}

static DecodeStrings wants_of(const PlanNode *node)
{
    return node->kind == PLAN_SERVICE ? node->service->wants : (DecodeStrings) { 0 };
}

static DecodeStrings profiles_of(const PlanNode *node)
{
    switch (node->kind) {
    case PLAN_SERVICE:
        return node->service->profiles;
    case PLAN_TASK:
        return node->task->profiles;
    case PLAN_RESOURCE:
        break;
    }
    return node->resource->profiles;
}

static size_t find_unordered(const PlanNode *nodes, size_t len, Str name)
{
    for (size_t i = 0; i < len; i++) {
        if (str_eq(nodes[i].name, name)) {
            return i;
        }
    }
    return PLAN_NONE;
}

/* Nodes in the catalog's order: resources, services, tasks. */
static size_t collect(const Catalog *catalog, PlanNode *nodes)
{
    size_t len = 0;
    for (size_t i = 0; i < catalog->resource_count; i++) {
        const Resource *resource = catalog->resources[i];
        if (resource->engine == ENGINE_NONE) {
            continue;
        }
        nodes[len++] = (PlanNode) {
            .name = resource->name,
            .kind = PLAN_RESOURCE,
            .engine = resource->engine == ENGINE_DEFAULT ? ENGINE_NATIVE : resource->engine,
            .resource = resource,
            .ports = resource->ports,
        };
    }
    for (size_t i = 0; i < catalog->service_count; i++) {
        const Service *service = catalog->services[i];
        if (service->engine == ENGINE_NONE || service->is_planned) {
            continue;
        }
        nodes[len++] = (PlanNode) {
            .name = service->name,
            .kind = PLAN_SERVICE,
            .engine = service->engine == ENGINE_DEFAULT ? ENGINE_NATIVE : service->engine,
            .service = service,
            .ports = service->ports,
        };
    }
    for (size_t i = 0; i < catalog->task_count; i++) {
        nodes[len++] = (PlanNode) { .name = catalog->tasks[i]->name,
                                    .kind = PLAN_TASK,
                                    .engine = ENGINE_NATIVE,
                                    .task = catalog->tasks[i] };
    }
    return len;
}

/* Depth first over needs and, as a hint, wants: what stands on others comes behind them. A cycle
 * of needs was refused by the model; one through wants ends at the node that is under way. */
typedef struct Sorter {
    const PlanNode *in;
    size_t len;
    unsigned char *marks; /* 0 new, 1 under way, 2 placed */
    PlanNode *out;
    size_t placed;
} Sorter;

static void sort_visit(Sorter *sorter, size_t at)
{
    if (sorter->marks[at] != 0) {
        return;
    }
    sorter->marks[at] = 1;
    const PlanNode *node = &sorter->in[at];
    DecodeStrings links[] = { needs_of(node), wants_of(node) };
    for (size_t which = 0; which < ARRAY_LEN(links); which++) {
        for (size_t i = 0; i < links[which].len; i++) {
            size_t to = find_unordered(sorter->in, sorter->len, links[which].ptr[i]);
            if (to != PLAN_NONE) {
                sort_visit(sorter, to);
            }
        }
    }
    sorter->marks[at] = 2;
    sorter->out[sorter->placed++] = *node;
}

static PlanLinks link_names(Arena *arena, const Plan *plan, DecodeStrings names)
{
    PlanLinks links = { .ptr = ARENA_ARRAY(arena, size_t, names.len) };
    for (size_t i = 0; i < names.len; i++) {
        size_t to = plan_find(plan, names.ptr[i]);
        if (to != PLAN_NONE) {
            links.ptr[links.len++] = to;
        }
    }
    return links;
}

static void link_nodes(Arena *arena, Plan *plan)
{
    for (size_t i = 0; i < plan->len; i++) {
        plan->nodes[i].needs = link_names(arena, plan, needs_of(&plan->nodes[i]));
        plan->nodes[i].wants = link_names(arena, plan, wants_of(&plan->nodes[i]));
        plan->nodes[i].needed_by.ptr = ARENA_ARRAY(arena, size_t, plan->len);
    }
    for (size_t i = 0; i < plan->len; i++) {
        for (size_t k = 0; k < plan->nodes[i].needs.len; k++) {
            PlanLinks *needed_by = &plan->nodes[plan->nodes[i].needs.ptr[k]].needed_by;
            needed_by->ptr[needed_by->len++] = i;
        }
    }
}

static bool is_active(const PlanNode *node, const PlanQuery *query)
{
    DecodeStrings profiles = profiles_of(node);
    for (size_t i = 0; i < profiles.len; i++) {
        for (size_t k = 0; k < query->profile_count; k++) {
            if (str_eq_cstr(profiles.ptr[i], query->profiles[k])) {
                return true;
            }
        }
    }
    return profiles.len == 0;
}

static void select_node(Plan *plan, size_t at, bool with_deps)
{
    PlanNode *node = &plan->nodes[at];
    if (node->selected) {
        return;
    }
    node->selected = true;
    for (size_t i = 0; with_deps && i < node->needs.len; i++) {
        select_node(plan, node->needs.ptr[i], true);
    }
    for (size_t i = 0; with_deps && i < node->wants.len; i++) {
        select_node(plan, node->wants.ptr[i], true);
    }
}

static int no_such_node(const Plan *plan, Str name, Error *err)
{
    const Catalog *catalog = plan->catalog;
    if (catalog_resource(catalog, name)) {
        return error_set(
            err, -ENOTSUP, "%" STR_FMT " is left out here (engine: none)", STR_ARG(name)
        );
    }
    const Service *service = catalog_service(catalog, name);
    if (service) {
        return error_set(
            err,
            -ENOTSUP,
            "%" STR_FMT " is %s",
            STR_ARG(name),
            service->is_planned ? "planned: there is no code to run yet"
                                : "left out here (engine: none)"
        );
    }
    auto_arena Arena *scratch = arena_new(0);
    Str *known = ARENA_ARRAY(scratch, Str, plan->len);
    for (size_t i = 0; i < plan->len; i++) {
        known[i] = plan->nodes[i].name;
    }
    Str nearest = str_nearest(name, known, plan->len);
    if (str_is_empty(nearest)) {
        return error_set(
            err, -ENOENT, "no service, resource or task \"%" STR_FMT "\"", STR_ARG(name)
        );
    }
    return error_set(
        err,
        -ENOENT,
        "no service, resource or task \"%" STR_FMT "\"; did you mean \"%" STR_FMT "\"?",
        STR_ARG(name),
        STR_ARG(nearest)
    );
}

int plan_select(Plan *plan, const PlanQuery *query, Error *err)
{
    for (size_t i = 0; i < query->name_count; i++) {
        if (plan_find(plan, str_from(query->names[i])) == PLAN_NONE) {
            return no_such_node(plan, str_from(query->names[i]), err);
        }
    }
    for (size_t i = 0; i < query->name_count; i++) {
        select_node(plan, plan_find(plan, str_from(query->names[i])), !query->no_deps);
    }
    for (size_t i = 0; query->name_count == 0 && i < plan->len; i++) {
        if (is_active(&plan->nodes[i], query)) {
            select_node(plan, i, true);
        }
    }
    return 0;
}

int plan_build(
    Arena *arena, const Catalog *catalog, const PlanQuery *query, Plan **ret_plan, Error *err
)
{
    size_t most = catalog->resource_count + catalog->service_count + catalog->task_count;
    PlanNode *unordered = ARENA_ARRAY(arena, PlanNode, most);
    Plan *plan = ARENA_NEW(arena, Plan);
    plan->catalog = catalog;
    plan->nodes = ARENA_ARRAY(arena, PlanNode, most);
    plan->len = collect(catalog, unordered);
    Sorter sorter = {
        .in = unordered,
        .len = plan->len,
        .marks = ARENA_ARRAY(arena, unsigned char, most),
        .out = plan->nodes,
    };
    for (size_t i = 0; i < plan->len; i++) {
        sort_visit(&sorter, i);
    }
    link_nodes(arena, plan);
    int rc = plan_select(plan, query, err);
    if (rc < 0) {
        return rc;
    }
    *ret_plan = plan;
    return 0;
}

size_t plan_find(const Plan *plan, Str name)
{
    return find_unordered(plan->nodes, plan->len, name);
}

Str plan_kind_name(PlanKind kind)
{
    static const Str names[] = { STR_INIT("resource"), STR_INIT("service"), STR_INIT("task") };
    return names[kind];
}
