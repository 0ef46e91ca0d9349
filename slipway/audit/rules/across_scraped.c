/* Services that nobody scrapes, where the others are scraped. */
#include "base/fs.h"
#include "base/mem.h"
#include "base/path.h"

#include "across.h"
#include "audit/monitoring/prometheus.h"

/* --- XA023 ------------------------------------------------------------------------------------ */

typedef struct Scraped {
    Map hosts; /* that some job lists */
    const Node *first;
    const Node *list; /* that the first stands in; NULL: unknown */
    bool is_static;   /* every job lists its targets */
} Scraped;

static const Node *list_of(const PrometheusJob *job, const Node *target)
{
    const Node *groups = node_path(job->node, "static_configs");
    for (size_t i = 0; i < node_len(groups); i++) {
        const Node *list = node_path(groups->seq.items[i], "targets");
        for (size_t k = 0; k < node_len(list); k++) {
            if (list->seq.items[k] == target) {
                return list;
            }
        }
    }
    return NULL;
}

/* Another job may be meant, and another port. */
static void
suggest_target(RuleContext *ctx, Diag *diag, const Scraped *scraped, const ComposeService *service)
{
    uint64_t port = service->ports.len == 1 ? service->ports.ptr[0].target : 0;
    if (service->ports.len == 0 && service->expose.len == 1) {
        port = across_port(service->expose.ptr[0].name);
    }
    if (port > 0 && scraped->list) {
        const char *target = arena_printf(
            ctx->diags->arena, "\"%" STR_FMT ":%u\"", STR_ARG(service->name), (unsigned) port
        );
        rule_fix_append(ctx, diag, scraped->list, target);
        diag->is_suggestion = true;
    }
}

static Scraped scraped_by(const Repository *repository)
{
    Scraped scraped = { .hosts = MAP_ON_ARENA(repository->arena), .is_static = true };
    vec_foreach(file, &repository->audit->prometheus_files) {
        vec_foreach(job, &(*file)->jobs) {
            scraped.is_static = scraped.is_static && job->is_static;
            vec_foreach(target, &job->targets) {
                map_set(&scraped.hosts, target->host, target);
                scraped.list = scraped.first ? scraped.list : list_of(job, target->node);
                scraped.first = scraped.first ? scraped.first : target->node;
            }
        }
    }
    return scraped;
}

static bool is_scraped(const Scraped *scraped, const ComposeService *service)
{
    bool found = map_has(&scraped->hosts, service->name) ||
                 map_has(&scraped->hosts, node_text(service->node, "container_name"));
    for (size_t i = 0; i < service->aliases.len; i++) {
        found = found || map_has(&scraped->hosts, service->aliases.ptr[i].name);
    }
    return found;
}

/* Where most of what is built is scraped, a service with ports that isn't was forgotten. */
static void check_compose(RuleContext *ctx, const Repository *repository)
{
    Scraped scraped = scraped_by(repository);
    size_t with = 0;
    VEC(const ComposeService *) without = { 0 };
    vec_foreach(service, &repository->services) {
        vec_foreach(compose, &service->compose) {
            bool serves = (*compose)->build && (*compose)->profiles.len == 0 &&
                          (*compose)->ports.len + (*compose)->expose.len > 0;
            if (is_scraped(&scraped, *compose)) {
                with += (*compose)->build != NULL;
            } else if (serves) {
                vec_push(&without, repository->arena, *compose);
            }
        }
    }
    for (size_t i = 0; scraped.is_static && with > without.len && i < without.len; i++) {
        const ComposeService *service = without.ptr[i];
        Diag *diag =
            rule_find(ctx, service->key, "no job scrapes \"%" STR_FMT "\"", STR_ARG(service->name));
        across_relate(ctx, diag, scraped.first->span, "others are scraped here");
        suggest_target(ctx, diag, &scraped, service);
    }
}

/* --- Kubernetes --- */

static bool asks_itself(const Node *metadata)
{
    const Node *scrape = node_get_cstr(node_path(metadata, "annotations"), "prometheus.io/scrape");
    return scrape && str_eq(scrape->text, STR("true"));
}

/* What scrapes each object's pods, in the order of the bundle's objects. */
typedef struct Scrapers {
    const Bundle *bundle;
    const Node **of_objects;
} Scrapers;

static void mark(Scrapers *scrapers, Selection selection, const Node *scraper)
{
    for (const Object *object; (object = selection_next(&selection));) {
        scrapers->of_objects[object - scrapers->bundle->objects.ptr] = scraper;
    }
}

static void mark_service(Scrapers *scrapers, const Object *service, const Node *scraper)
{
    const Node *selector = node_path(service->node, "spec.selector");
    if (selector) {
        mark(scrapers, bundle_select_labels(scrapers->bundle, service->ns, selector), scraper);
    }
}

static void mark_monitor(Scrapers *scrapers, const Object *monitor)
{
    const Node *selector = node_path(monitor->node, "spec.selector");
    if (!selector || !monitor->name_node) {
        return;
    }
    if (object_is(monitor, "PodMonitor")) {
        mark(scrapers, bundle_select(scrapers->bundle, monitor->ns, selector), monitor->name_node);
        return;
    }
    const Objects *services = bundle_of_kind(scrapers->bundle, "Service");
    vec_foreach(service, services) {
        if (label_selector_matches(selector, node_path((*service)->node, "metadata.labels"))) {
            mark_service(scrapers, *service, monitor->name_node);
        }
    }
}

/* By monitors, or because the pods or their Service ask for it. */
static Scrapers scrapers_of(Arena *arena, const Bundle *bundle)
{
    Scrapers scrapers = { bundle, ARENA_ARRAY(arena, const Node *, bundle->objects.len) };
    vec_foreach(object, &bundle->objects) {
        if (object_is(object, "ServiceMonitor") || object_is(object, "PodMonitor")) {
            mark_monitor(&scrapers, object);
        } else if (object_is(object, "Service") &&
                   asks_itself(node_path(object->node, "metadata"))) {
            mark_service(&scrapers, object, object->name_node);
        } else if (object->pod && asks_itself(object->pod->metadata)) {
            scrapers.of_objects[object - bundle->objects.ptr] = object->name_node;
        }
    }
    return scrapers;
}

/* Serves something for good, and is the part of its pod that is built here. */
static bool is_server(const RepoContainer *place)
{
    const Object *object = place->object;
    bool goes_on = object_is(object, "Deployment") || object_is(object, "StatefulSet") ||
                   object_is(object, "DaemonSet");
    return goes_on && place->container->kind == CONTAINER_MAIN &&
           node_len(node_path(place->container->node, "ports")) > 0;
}

/* Whether the service's own sources speak of metrics: a front end needn't have any. */
static bool exports_metrics(const Repository *repository, const RepoService *service)
{
    enum { SOURCES_MOST_OF_ONE = 300, SOURCE_BYTES_MOST = 512 << 10 };
    size_t read = 0;
    vec_foreach(source, &repository->audit->files.sources) {
        if (!path_is_within(service->directory, *source) || ++read > SOURCES_MOST_OF_ONE) {
            continue;
        }
        auto_arena Arena *arena = arena_new(0);
        Str text;
        if (fs_read(arena, str_to_cstr(arena, *source), SOURCE_BYTES_MOST, &text, NULL) == 0 &&
            (str_find(text, STR("/metrics")) != STR_NONE ||
             str_find(text, STR("prometheus")) != STR_NONE ||
             str_find(text, STR("prom-client")) != STR_NONE)) {
            return true;
        }
    }
    return false;
}

typedef struct Server {
    const RepoService *service;
    const RepoContainer *place;
} Server;
typedef VEC(Server) Servers;

static void say_forgotten(RuleContext *ctx, const RepoContainer *place, const Node *scraper)
{
    across_enter(ctx, place);
    Diag *diag = rule_find(
        ctx,
        object_name_place(place->object),
        "nothing scrapes the pods of \"%" STR_FMT "\"",
        STR_ARG(place->object->name)
    );
    across_relate(ctx, diag, scraper->span, "others are scraped here");
    across_leave(ctx);
}

/* The same among the workloads of a bundle. */
static void
check_servers(RuleContext *ctx, const Repository *repository, Arena *arena, const Servers *servers)
{
    const Bundle *bundle = servers->ptr[0].place->bundle;
    Scrapers scrapers = scrapers_of(arena, bundle);
    Servers without = { 0 };
    const Node *scraper = NULL;
    vec_foreach(server, servers) {
        const Node *found = scrapers.of_objects[server->place->object - bundle->objects.ptr];
        scraper = scraper ? scraper : found;
        if (!found) {
            vec_push(&without, arena, *server);
        }
    }
    bool are_few = servers->len - without.len > without.len;
    for (size_t i = 0; scraper && are_few && i < without.len; i++) {
        if (exports_metrics(repository, without.ptr[i].service)) {
            say_forgotten(ctx, without.ptr[i].place, scraper);
        }
    }
}

static void check_bundles(RuleContext *ctx, const Repository *repository)
{
    auto_arena Arena *arena = arena_new(0);
    Map by_bundle = MAP_ON_ARENA(arena); /* the bundle's address -> Servers */
    vec_foreach(service, &repository->services) {
        for (size_t i = 0; service->dockerfile && i < service->containers.len; i++) {
            const RepoContainer *place = &service->containers.ptr[i];
            if (is_server(place)) {
                Str key = str_make((const char *) &place->bundle, sizeof(place->bundle));
                void **servers = map_at(&by_bundle, key);
                Servers *list = *servers ? *servers : ARENA_NEW(arena, Servers);
                vec_push(list, arena, ((Server) { service, place }));
                *servers = list;
            }
        }
    }
    map_foreach(entry, &by_bundle) {
        check_servers(ctx, repository, arena, entry->value);
    }
}

static void xa023(RuleContext *ctx, const Repository *repository)
{
    check_compose(ctx, repository);
    check_bundles(ctx, repository);
}

static const AuditRule rules[] = {
    { .id = "XA023",
      .artifact = "Repository",
      .severity = SEVERITY_WARN,
      .meaning = "A service that nobody scrapes, where the others are scraped",
      .why = "It is missing in every dashboard and alert.",
      .fix = "add it to a scrape job",
      .check_repository = xa023 },
};

const RuleFamily rules_across_scraped = { rules, ARRAY_LEN(rules) };
