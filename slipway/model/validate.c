/* What no single key can tell: names that must exist, graphs that must end, ports that must differ.
 */
#include "base/fs.h"
#include "base/path.h"

#include "model/internal.h"

typedef struct Check {
    Catalog *catalog;
    DiagList *diags;
    Map names; /* every name -> its Entry */
} Check;

typedef enum EntryKind { ENTRY_RESOURCE, ENTRY_SERVICE, ENTRY_TASK } EntryKind;

typedef enum Visit { VISIT_NEW, VISIT_OPEN, VISIT_DONE } Visit;

/* One node of the graph of needs. */
typedef struct Entry {
    EntryKind kind;
    Str name;
    Span span;
    const DecodeStrings *needs;
    Engine engine;
    Visit visit;
} Entry;

static const char *const kind_names[] = { "resource", "service", "task" };

static void add_entry(Check *check, Entry entry)
{
    Entry *known = map_get(&check->names, entry.name);
    if (known) {
        Diag *diag = diag_error(
            check->diags,
            "C1003",
            entry.span,
            "%s \"%" STR_FMT "\" has the name of a %s",
            kind_names[entry.kind],
            STR_ARG(entry.name),
            kind_names[known->kind]
        );
        diag_relate(check->diags, diag, known->span, "the %s stands here", kind_names[known->kind]);
        return;
    }
    Entry *copy = ARENA_NEW(check->catalog->arena, Entry);
    *copy = entry;
    map_set(&check->names, entry.name, copy);
}

static void gather_entries(Check *check)
{
    static const DecodeStrings no_needs = { 0 };
    const Catalog *catalog = check->catalog;
    for (size_t i = 0; i < catalog->resource_count; i++) {
        const Resource *r = catalog->resources[i];
        add_entry(
            check, (Entry) { ENTRY_RESOURCE, r->name, r->span, &no_needs, r->engine, VISIT_NEW }
        );
    }
    for (size_t i = 0; i < catalog->service_count; i++) {
        const Service *s = catalog->services[i];
        add_entry(
            check, (Entry) { ENTRY_SERVICE, s->name, s->span, &s->needs, s->engine, VISIT_NEW }
        );
    }
    for (size_t i = 0; i < catalog->task_count; i++) {
        const Task *t = catalog->tasks[i];
        add_entry(
            check, (Entry) { ENTRY_TASK, t->name, t->span, &t->needs, ENGINE_DEFAULT, VISIT_NEW }
        );
    }
}

static void check_names(
    Check *check, Str owner, const char *key, const DecodeStrings *wanted, bool services_only
)
{
    for (size_t i = 0; i < wanted->len; i++) {
        Entry *entry = map_get(&check->names, wanted->ptr[i]);
        if (entry && (!services_only || entry->kind == ENTRY_SERVICE)) {
            continue;
        }
        Diag *diag = diag_error(
            check->diags,
            "C1001",
            wanted->nodes[i]->span,
            "%" STR_FMT " %s \"%" STR_FMT "\", which is no %s of this catalog",
            STR_ARG(owner),
            key,
            STR_ARG(wanted->ptr[i]),
            services_only ? "service" : "resource, service or task"
        );
        DecodeStrings names = catalog_names(check->catalog, check->catalog->arena);
        diag_hint_nearest(check->diags, diag, wanted->ptr[i], names.ptr, names.len);
    }
}

/* A need that never becomes ready would make its owner wait for ever. */
static void check_absent_needs(Check *check, Str owner, const DecodeStrings *needs)
{
    for (size_t i = 0; i < needs->len; i++) {
        Entry *entry = map_get(&check->names, needs->ptr[i]);
        if (entry && entry->engine == ENGINE_NONE) {
            Diag *diag = diag_error(
                check->diags,
                "C1017",
                needs->nodes[i]->span,
                "%" STR_FMT " needs \"%" STR_FMT "\", which has engine none here",
                STR_ARG(owner),
                STR_ARG(needs->ptr[i])
            );
            diag_hint(check->diags, diag, "what can be done without belongs into `wants`");
        }
    }
}

/* --- cycles --- */

typedef struct Path {
    Check *check;
    VEC(Entry *) open; /* from the start of the walk to here */
} Path;

static void report_cycle(Path *path, const Entry *again, Span span)
{
    Arena *arena = path->check->catalog->arena;
    StrBuf chain = STRBUF_ON_ARENA(arena);
    bool inside = false;
    vec_foreach(entry, &path->open) {
        inside = inside || *entry == again;
        if (inside) {
            strbuf_addf(&chain, "%" STR_FMT " -> ", STR_ARG((*entry)->name));
        }
    }
    strbuf_add(&chain, again->name);
    diag_error(
        path->check->diags, "C1002", span, "these need each other in a circle: %s", chain.ptr
    );
}

static void visit(Path *path, Entry *entry)
{
    entry->visit = VISIT_OPEN;
    vec_push(&path->open, path->check->catalog->arena, entry);
    for (size_t i = 0; i < entry->needs->len; i++) {
        Entry *next = map_get(&path->check->names, entry->needs->ptr[i]);
        if (next && next->visit == VISIT_OPEN) {
            report_cycle(path, next, entry->needs->nodes[i]->span);
        } else if (next && next->visit == VISIT_NEW) {
            visit(path, next);
        }
    }
    (void) vec_pop(&path->open);
    entry->visit = VISIT_DONE;
}

static void check_cycles(Check *check)
{
    Path path = { .check = check };
    map_foreach(item, &check->names) {
        Entry *entry = item->value;
        if (entry->visit == VISIT_NEW) {
            visit(&path, entry);
        }
    }
}

/* --- ports --- */

typedef struct PortOwner {
    Str owner;
    const Port *port;
} PortOwner;

/* `owners`: number, as its bytes -> PortOwner */
static void check_port(Check *check, Map *owners, Str owner, const Port *port)
{
    Str number = { .ptr = (const char *) &port->number, .len = sizeof(port->number) };
    const PortOwner *known = map_get(owners, number);
    if (!known) {
        PortOwner *first = ARENA_NEW(check->catalog->arena, PortOwner);
        *first = (PortOwner) { .owner = owner, .port = port };
        map_set(owners, number, first);
        return;
    }
    /* the place of the one that the user wrote: a standard port has none */
    const Port *shown = span_is_known(port->span) ? port : known->port;
    Diag *diag = diag_error(
        check->diags,
        "C1004",
        shown->span,
        "port %lld is taken twice: by %" STR_FMT ".%" STR_FMT " and %" STR_FMT ".%" STR_FMT,
        (long long) port->number,
        STR_ARG(known->owner),
        STR_ARG(known->port->name),
        STR_ARG(owner),
        STR_ARG(port->name)
    );
    if (shown == port && span_is_known(known->port->span)) {
        diag_relate(check->diags, diag, known->port->span, "taken here first");
    }
}

static void check_ports(Check *check)
{
    const Catalog *catalog = check->catalog;
    Map owners = MAP_ON_ARENA(catalog->arena);
    for (size_t i = 0; i < catalog->resource_count; i++) {
        const Resource *resource = catalog->resources[i];
        bool elsewhere = resource->engine == ENGINE_NONE || resource->engine == ENGINE_EXTERNAL;
        for (size_t j = 0; j < resource->ports.len && !elsewhere; j++) {
            check_port(check, &owners, resource->name, &resource->ports.ptr[j]);
        }
    }
    for (size_t i = 0; i < catalog->service_count; i++) {
        const Service *service = catalog->services[i];
        for (size_t j = 0; j < service->ports.len; j++) {
            check_port(check, &owners, service->name, &service->ports.ptr[j]);
        }
    }
}

/* --- placeholders --- */

typedef struct PlaceholderCheck {
    const Catalog *catalog;
    const PortList *ports;
    const EnvList *env;
} PlaceholderCheck;

static bool is_known_placeholder(void *ctx, Str path, Arena *arena, Str *ret_value)
{
    (void) arena;
    const PlaceholderCheck *check = ctx;
    static const char *const resource_parts[] = { "host", "port", "user", "password" };
    Str head, rest, name, part;
    *ret_value = (Str) { 0 };
    if (!str_cut(path, '.', &head, &rest)) {
        return false;
    }
    if (str_eq(head, STR("ports"))) {
        return port_find(check->ports, rest) != NULL;
    }
    if (str_eq(head, STR("env"))) {
        return rest.len > 0;
    }
    if (!str_cut(rest, '.', &name, &part)) {
        return false;
    }
    if (str_eq(head, STR("service"))) {
        return str_eq(part, STR("url")) && catalog_service(check->catalog, name);
    }
    for (size_t i = 0; i < sizeof(resource_parts) / sizeof(resource_parts[0]); i++) {
        if (str_eq(head, STR("resource")) && str_eq_cstr(part, resource_parts[i])) {
            return catalog_resource(check->catalog, name) != NULL;
        }
    }
    return false;
}

static void check_env(Check *check, const EnvList *env, const PortList *ports)
{
    PlaceholderCheck ctx = { .catalog = check->catalog, .ports = ports, .env = env };
    PlaceholderLookup lookup = { .lookup = is_known_placeholder, .ctx = &ctx };
    for (size_t i = 0; i < env->len; i++) {
        Error err = ERROR_INIT;
        Str text;
        if (catalog_expand(check->catalog->arena, env->ptr[i].value, &lookup, &text, &err) < 0 &&
            span_is_known(env->ptr[i].span)) {
            Diag *diag = diag_error(
                check->diags,
                "C1005",
                env->ptr[i].span,
                "%" STR_FMT ": %s",
                STR_ARG(env->ptr[i].name),
                err.message
            );
            diag_hint(
                check->diags,
                diag,
                "there are {ports.NAME}, {resource.NAME.host|port|user|password}, "
                "{service.NAME.url}, {env.NAME}"
            );
        }
    }
}

/* --- single entries --- */

static void check_health_port(Check *check, const Service *service, Str port, const char *key)
{
    if (port.len && !port_find(&service->ports, port)) {
        const Node *node = node_get_cstr(node_get_cstr(service->node, "health"), key);
        diag_error(
            check->diags,
            "C1014",
            node ? node->span : service->span,
            "health.%s: %" STR_FMT " has no port named \"%" STR_FMT "\"",
            key,
            STR_ARG(service->name),
            STR_ARG(port)
        );
    }
}

static void check_service_path(Check *check, const Service *service)
{
    Arena *arena = check->catalog->arena;
    Str path = path_join(arena, check->catalog->directory, service->path);
    const Node *node = node_get_cstr(service->node, "path");
    bool is_said = node && span_is_known(node->span); /* else it is where one would be */
    bool implied = !service->image.len && !service->command.len;
    bool needed = !service->is_planned && (is_said || implied);
    if (needed && !fs_is_dir(str_to_cstr(arena, path))) {
        Diag *diag = diag_error(
            check->diags,
            "C1008",
            is_said ? node->span : service->span,
            "%" STR_FMT ": there is no folder %" STR_FMT,
            STR_ARG(service->name),
            STR_ARG(service->path)
        );
        diag_hint(
            check->diags, diag, "`planned: true` keeps a service without code in the catalog"
        );
    }
}

static void check_service(Check *check, const Service *service)
{
    check_names(check, service->name, "needs", &service->needs, false);
    check_names(check, service->name, "wants", &service->wants, false);
    check_names(check, service->name, "calls", &service->calls, true);
    check_absent_needs(check, service->name, &service->needs);
    check_health_port(check, service, service->health.tcp, "tcp");
    check_health_port(check, service, service->health.grpc, "grpc");
    check_service_path(check, service);
    check_env(check, &service->env, &service->ports);
    if (service->replicas.min > service->replicas.max) {
        const Node *node = node_get_cstr(service->node, "replicas");
        diag_error(
            check->diags,
            "C1010",
            node->span,
            "%" STR_FMT ": replicas.min %lld is more than replicas.max %lld",
            STR_ARG(service->name),
            (long long) service->replicas.min,
            (long long) service->replicas.max
        );
    }
}

static void check_resource(Check *check, const Resource *resource)
{
    if (resource->kind == RESOURCE_NONE && !node_get_cstr(resource->node, "kind")) {
        diag_error(
            check->diags,
            "C1007",
            resource->span,
            "%" STR_FMT ": a resource needs a kind, such as kind: postgres",
            STR_ARG(resource->name)
        );
    }
    if (resource->engine == ENGINE_EXTERNAL && !resource->address.len) {
        diag_error(
            check->diags,
            "C1015",
            resource->span,
            "%" STR_FMT ": engine external needs an address",
            STR_ARG(resource->name)
        );
    }
}

static void check_task(Check *check, const Task *task)
{
    static const PortList no_ports = { 0 };
    check_names(check, task->name, "needs", &task->needs, false);
    check_absent_needs(check, task->name, &task->needs);
    check_env(check, &task->env, &no_ports);
    if (!task->command.len) {
        diag_error(
            check->diags,
            "C1007",
            task->span,
            "%" STR_FMT ": a task needs a command",
            STR_ARG(task->name)
        );
    }
}

/* A topic that nobody publishes is most often misspelt. */
static void check_topics(Check *check)
{
    const Catalog *catalog = check->catalog;
    Map published = MAP_ON_ARENA(catalog->arena);
    VEC(Str) names = { 0 };
    for (size_t i = 0; i < catalog->service_count; i++) {
        const DecodeStrings *topics = &catalog->services[i]->publishes;
        for (size_t j = 0; j < topics->len; j++) {
            map_set(&published, topics->ptr[j], topics->nodes[j]);
            vec_push(&names, catalog->arena, topics->ptr[j]);
        }
    }
    for (size_t i = 0; i < catalog->service_count; i++) {
        const DecodeStrings *topics = &catalog->services[i]->consumes;
        for (size_t j = 0; j < topics->len; j++) {
            if (!map_has(&published, topics->ptr[j])) {
                Diag *diag = diag_add(
                    check->diags,
                    SEVERITY_INFO,
                    "C1009",
                    topics->nodes[j]->span,
                    "no service of this catalog publishes \"%" STR_FMT "\"",
                    STR_ARG(topics->ptr[j])
                );
                diag_hint_nearest(check->diags, diag, topics->ptr[j], names.ptr, names.len);
            }
        }
    }
}

void catalog_validate(Catalog *catalog, DiagList *diags)
{
    Check check = { .catalog = catalog, .diags = diags, .names = MAP_ON_ARENA(catalog->arena) };
    gather_entries(&check);
    for (size_t i = 0; i < catalog->resource_count; i++) {
        check_resource(&check, catalog->resources[i]);
    }
    for (size_t i = 0; i < catalog->service_count; i++) {
        check_service(&check, catalog->services[i]);
    }
    for (size_t i = 0; i < catalog->task_count; i++) {
        check_task(&check, catalog->tasks[i]);
    }
    check_cycles(&check);
    check_ports(&check);
    check_topics(&check);
}

static bool diag_same(const Diag *a, const Diag *b)
{
    return a->span.source == b->span.source && a->span.start == b->span.start &&
           str_eq(a->rule, b->rule) && str_eq(a->message, b->message);
}

void diags_unique(DiagList *diags)
{
    diag_sort(diags);
    size_t kept = 0;
    for (size_t i = 0; i < diags->diags.len; i++) {
        if (kept == 0 || !diag_same(&diags->diags.ptr[kept - 1], &diags->diags.ptr[i])) {
            diags->diags.ptr[kept++] = diags->diags.ptr[i];
        }
    }
    diags->diags.len = kept;
}
