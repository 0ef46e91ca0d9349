/* Metrics: who makes them, who is asked for them, and what is done with them. */
#include "base/mem.h"
#include "base/path.h"

#include "across.h"
#include "monitoring.h"

static Str family_of(Str metric)
{
    size_t at = str_find_char(metric, '_');
    return at == STR_NONE ? STR("") : str_slice(metric, 0, at);
}

/* What runtimes and libraries of everyone make under these first words. */
static bool is_common(Str family)
{
    static const char *const families[] = {
        "elasticsearch", "minio",      "postgres", "mysql",        "mongodb",
        "rabbitmq",      "memcached",  "haproxy",  "traefik",      "envoy",
        "istio",         "coredns",    "etcd",     "apiserver",    "kubelet",
        "probe",         "jaeger",     "grafana",  "alertmanager", "otel",
        "http",          "process",    "go",       "up",           "rpc",
        "grpc",          "node",       "kube",     "jvm",          "nodejs",
        "python",        "redis",      "pg",       "kafka",        "nginx",
        "container",     "scrape",     "system",   "promhttp",     "server",
        "client",        "prometheus", "db",       "otelcol",      "",
    };
    for (size_t i = 0; i < ARRAY_LEN(families); i++) {
        if (str_eq_cstr(family, families[i])) {
            return true;
        }
    }
    return false;
}

/* --- XA021 ------------------------------------------------------------------------------------ */

typedef struct Metrics {
    const Repository *repository;
    Map recorded; /* names that recording rules make */
    Map families; /* first words of metrics that the sources make */
} Metrics;

typedef struct Walk {
    Metrics *metrics;
    RuleContext *ctx; /* NULL: only the families are gathered */
    const MonitoringQuery *query;
    Map *said;
} Walk;

static bool is_plain(const PromNode *node)
{
    return node->kind == PROM_SELECTOR && node->name.len > 0 && !str_has_char(node->name, '$') &&
           !str_has_char(node->name, ':');
}

static void visit(void *ctx, const PromNode *node)
{
    Walk *walk = ctx;
    Metrics *metrics = walk->metrics;
    Str family = family_of(node->name);
    if (!is_plain(node)) {
        return;
    }
    if (!walk->ctx) {
        if (!is_common(family) && repository_has_whole_metric(metrics->repository, node->name)) {
            map_set(&metrics->families, family, walk);
        }
        return;
    }
    if (map_has(&metrics->families, family) && !map_has(&metrics->recorded, node->name) &&
        !map_has(walk->said, node->name) &&
        !repository_has_metric(metrics->repository, node->name)) {
        map_set(walk->said, node->name, walk);
        rule_find_span(
            walk->ctx,
            monitoring_span(walk->query, node->start, node->end),
            "no source makes the metric %" STR_FMT,
            STR_ARG(node->name)
        );
    }
}

static void walk_query(Metrics *metrics, RuleContext *ctx, const MonitoringQuery *query, Map *said)
{
    Walk walk = { .metrics = metrics, .ctx = ctx, .query = query, .said = said };
    if (query->tree) {
        promql_walk(query->tree, visit, &walk);
    }
}

static void walk_all(Metrics *metrics, RuleContext *ctx)
{
    const Audit *audit = metrics->repository->audit;
    Arena *arena = metrics->repository->arena;
    vec_foreach(dashboard, &audit->dashboards) {
        Map said = MAP_ON_ARENA(arena);
        vec_foreach(query, &(*dashboard)->queries) {
            MonitoringQuery asked = {
                .node = query->node, .tree = query->tree, .is_json = true, .dashboard = *dashboard
            };
            walk_query(metrics, ctx, &asked, &said);
        }
    }
    vec_foreach(file, &audit->prometheus_files) {
        Map said = MAP_ON_ARENA(arena);
        vec_foreach(rule, &(*file)->rules) {
            MonitoringQuery asked = {
                .node = rule->expr, .tree = rule->tree, .rule = rule, .file = *file
            };
            walk_query(metrics, ctx, &asked, &said);
        }
    }
}

/* Only of families of which the sources make some: others come from exporters. */
static void xa021(RuleContext *ctx, const Repository *repository)
{
    Arena *arena = repository->arena;
    Metrics metrics = { repository, MAP_ON_ARENA(arena), MAP_ON_ARENA(arena) };
    if (!repository_knows_sources(repository)) {
        return;
    }
    vec_foreach(file, &repository->audit->prometheus_files) {
        vec_foreach(rule, &(*file)->rules) {
            if (!rule->is_alert) {
                map_set(&metrics.recorded, rule->name, rule);
            }
        }
    }
    walk_all(&metrics, NULL);
    walk_all(&metrics, ctx);
}

/* --- XA022 ------------------------------------------------------------------------------------ */

static bool is_short(Str host)
{
    return host.len > 0 && !str_has_char(host, '.') && !str_has_char(host, '$') &&
           !str_has_char(host, '{') && !str_eq(host, STR("localhost"));
}

static bool is_called(const ComposeService *service, Str host)
{
    bool found = str_eq(service->name, host) ||
                 str_eq(node_text(service->node, "container_name"), host) ||
                 str_eq(node_text(service->node, "hostname"), host);
    for (size_t i = 0; i < service->aliases.len; i++) {
        found = found || str_eq(service->aliases.ptr[i].name, host);
    }
    return found;
}

static bool is_target(const Repository *repository, Str host)
{
    bool found = false;
    vec_foreach(project, &repository->audit->compose_projects) {
        for (size_t i = 0; i < (*project)->services.len; i++) {
            found = found || is_called(&(*project)->services.ptr[i], host);
        }
    }
    vec_foreach(bundle, &repository->audit->bundles) {
        vec_foreach(object, &(*bundle)->objects) {
            found = found || (object_is(object, "Service") && str_eq(object->name, host));
        }
    }
    return found;
}

/* A file of which no target is here scrapes another place. */
static bool is_of_here(const Repository *repository, const PrometheusFile *file)
{
    vec_foreach(job, &file->jobs) {
        vec_foreach(target, &job->targets) {
            if (is_short(target->host) && is_target(repository, target->host)) {
                return true;
            }
        }
    }
    return false;
}

static void
check_targets(RuleContext *ctx, const Repository *repository, const PrometheusFile *file)
{
    vec_foreach(job, &file->jobs) {
        vec_foreach(target, &job->targets) {
            if (is_short(target->host) && !is_target(repository, target->host)) {
                rule_find(
                    ctx,
                    target->node,
                    "no service is called \"%" STR_FMT "\"",
                    STR_ARG(target->host)
                );
            }
        }
    }
}

static bool has_named_port(const Object *service, Str name)
{
    const Node *ports = node_path(service->node, "spec.ports");
    for (size_t i = 0; i < node_len(ports); i++) {
        if (str_eq(node_text(ports->seq.items[i], "name"), name)) {
            return true;
        }
    }
    return false;
}

static void
check_monitor_port(RuleContext *ctx, const Bundle *bundle, const Object *monitor, const Node *port)
{
    const Node *selector = node_path(monitor->node, "spec.selector");
    const Object *selected = NULL;
    vec_foreach(object, &bundle->objects) {
        if (object_is(object, "Service") &&
            label_selector_matches(selector, node_path(object->node, "metadata.labels"))) {
            if (has_named_port(object, port->text)) {
                return;
            }
            selected = object;
        }
    }
    if (selected) {
        Diag *diag = rule_find(
            ctx,
            port,
            "Service \"%" STR_FMT "\" has no port called \"%" STR_FMT "\"",
            STR_ARG(selected->name),
            STR_ARG(port->text)
        );
        across_relate(ctx, diag, selected->name_node->span, "the Service");
    }
}

static void check_monitors(RuleContext *ctx, const Bundle *bundle)
{
    ctx->bundle = bundle;
    vec_foreach(object, &bundle->objects) {
        const Node *endpoints =
            object_is(object, "ServiceMonitor") ? node_path(object->node, "spec.endpoints") : NULL;
        ctx->object = object;
        for (size_t i = 0; i < node_len(endpoints); i++) {
            const Node *port = node_path(endpoints->seq.items[i], "port");
            if (port) {
                check_monitor_port(ctx, bundle, object, port);
            }
        }
    }
    across_leave(ctx);
}

static void xa022(RuleContext *ctx, const Repository *repository)
{
    vec_foreach(file, &repository->audit->prometheus_files) {
        if (is_of_here(repository, *file)) {
            check_targets(ctx, repository, *file);
        }
    }
    vec_foreach(bundle, &repository->audit->bundles) {
        check_monitors(ctx, *bundle);
    }
}

/* --- XA023 ------------------------------------------------------------------------------------ */

typedef struct Scraped {
    Map hosts; /* that some job lists */
    const Node *first;
    bool is_static; /* every job lists its targets */
} Scraped;

static Scraped scraped_by(const Repository *repository)
{
    Scraped scraped = { .hosts = MAP_ON_ARENA(repository->arena), .is_static = true };
    vec_foreach(file, &repository->audit->prometheus_files) {
        vec_foreach(job, &(*file)->jobs) {
            scraped.is_static = scraped.is_static && job->is_static;
            vec_foreach(target, &job->targets) {
                map_set(&scraped.hosts, target->host, target);
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
static void xa023(RuleContext *ctx, const Repository *repository)
{
    Scraped scraped = scraped_by(repository);
    size_t with = 0;
    VEC(const ComposeService *) without = { 0 };
    vec_foreach(service, &repository->services) {
        vec_foreach(compose, &service->compose) {
            bool serves = (*compose)->build && (*compose)->profiles.len == 0 &&
                          (*compose)->ports.len + (*compose)->expose.len > 0;
            if (is_scraped(&scraped, *compose)) {
                with++;
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
    }
}

/* --- XA034 ------------------------------------------------------------------------------------ */

static bool is_told_elsewhere(const Repository *repository, const Source *own, Str metric)
{
    vec_foreach(artifact, &repository->audit->files.artifacts) {
        const Source *source = (*artifact)->source;
        if (source != own && str_find(source->text, metric) != STR_NONE) {
            return true;
        }
    }
    return repository_tells_of(repository, metric);
}

static void check_metric(RuleContext *ctx, const Repository *repository, const Node *name)
{
    Str metric = name->text;
    (void) str_strip_suffix(&metric, STR("_per_second"));
    bool is_known = is_common(family_of(metric)) || repository_has_metric(repository, metric) ||
                    is_told_elsewhere(repository, name->span.source, name->text);
    if (!is_known) {
        rule_find(ctx, name, "no source makes the metric %" STR_FMT, STR_ARG(name->text));
    }
}

static void xa034(RuleContext *ctx, const Repository *repository)
{
    static const char *const paths[] = { "pods.metric.name", "object.metric.name" };
    if (!repository_knows_sources(repository) ||
        !repository_mentions(repository, STR("prometheus"))) {
        return;
    }
    vec_foreach(bundle, &repository->audit->bundles) {
        vec_foreach(object, &(*bundle)->objects) {
            const Node *metrics = object_is(object, "HorizontalPodAutoscaler")
                                      ? node_path(object->node, "spec.metrics")
                                      : NULL;
            ctx->bundle = *bundle;
            ctx->object = object;
            for (size_t i = 0; i < 2 * node_len(metrics); i++) {
                const Node *name = node_path(metrics->seq.items[i / 2], paths[i % 2]);
                if (name && span_is_known(name->span)) {
                    check_metric(ctx, repository, name);
                }
            }
        }
    }
    across_leave(ctx);
}

/* --- XA035 ------------------------------------------------------------------------------------ */

/* The mount that brings the file into the container, or NULL. */
static const ComposeMount *mount_of(Arena *arena, const ComposeService *service, Str path)
{
    vec_foreach(mount, &service->mounts) {
        Str *own = span_is_known(mount->node->span)
                       ? map_get(&service->project->directories, mount->node->span.source->path)
                       : NULL;
        Str directory = own ? *own : service->project->directory;
        if (mount->kind == COMPOSE_MOUNT_BIND &&
            path_is_within(path_join(arena, directory, mount->source), path)) {
            return mount;
        }
    }
    return NULL;
}

static bool mounts_target(Arena *arena, const ComposeService *service, Str path)
{
    vec_foreach(mount, &service->mounts) {
        Str target = path_clean(arena, mount->target);
        if (path_is_within(target, path) || path_is_within(path, target)) {
            return true;
        }
    }
    return false;
}

static void check_provider(
    RuleContext *ctx, const Repository *repository, const PrometheusFile *file, const Node *path
)
{
    Arena *arena = repository->arena;
    vec_foreach(project, &repository->audit->compose_projects) {
        for (size_t i = 0; i < (*project)->services.len; i++) {
            const ComposeService *service = &(*project)->services.ptr[i];
            const ComposeMount *mount = mount_of(arena, service, file->source->path);
            if (mount && !mounts_target(arena, service, path_clean(arena, path->text))) {
                Diag *diag = rule_find(
                    ctx,
                    path,
                    "nothing is mounted at %" STR_FMT " in \"%" STR_FMT "\"",
                    STR_ARG(path->text),
                    STR_ARG(service->name)
                );
                across_relate(ctx, diag, mount->node->span, "this file is mounted here");
            }
        }
    }
}

static void xa035(RuleContext *ctx, const Repository *repository)
{
    vec_foreach(file, &repository->audit->prometheus_files) {
        const Node *providers = node_path((*file)->root, "providers");
        for (size_t i = 0; i < node_len(providers); i++) {
            const Node *path = node_path(providers->seq.items[i], "options.path");
            if (path && path_is_absolute(path->text)) {
                check_provider(ctx, repository, *file, path);
            }
        }
    }
}

static const AuditRule rules[] = {
    { .id = "XA021",
      .artifact = "Repository",
      .severity = SEVERITY_ERROR,
      .meaning = "A dashboard or alert asks for a metric that no source makes",
      .why = "The panel stays empty and the alert never fires. Only metrics of a family are looked "
             "at of which the sources make others.",
      .fix = "use the name that the source registers",
      .bad = "expr: rate(shop_order_total[5m]) # registered is shop_orders_total\n",
      .good = "expr: rate(shop_orders_total[5m])\n",
      .check_repository = xa021 },
    { .id = "XA022",
      .artifact = "Repository",
      .severity = SEVERITY_ERROR,
      .meaning = "A scrape target or ServiceMonitor names no service or port",
      .why = "Nothing is scraped, and only Prometheus' own page of targets says so.",
      .fix = "use the name of a service, and of one of its ports",
      .peers = "KL:dangling-servicemonitor",
      .check_repository = xa022 },
    { .id = "XA023",
      .artifact = "Repository",
      .severity = SEVERITY_WARN,
      .meaning = "A service that nobody scrapes, where the others are scraped",
      .why = "It is missing in every dashboard and alert.",
      .fix = "add it to a scrape job",
      .check_repository = xa023 },
    { .id = "XA034",
      .artifact = "Repository",
      .severity = SEVERITY_ERROR,
      .meaning = "An autoscaler measures a metric that no source makes",
      .why = "It never scales, and only its events say so.",
      .fix = "use a metric that the service makes, or add the adapter's rule that makes this one",
      .check_repository = xa034 },
    { .id = "XA035",
      .artifact = "Repository",
      .severity = SEVERITY_ERROR,
      .meaning = "Grafana is told to read dashboards where nothing is mounted",
      .why = "Grafana starts without a dashboard.",
      .fix = "mount the folder of dashboards at that path",
      .check_repository = xa035 },
};

const RuleFamily rules_across_metrics = { rules, ARRAY_LEN(rules) };
