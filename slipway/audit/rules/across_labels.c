/* What autoscalers and queries ask of metrics that the sources make. */
#include "base/mem.h"

#include "across.h"
#include "monitoring.h"

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

static void
check_metric(RuleContext *ctx, const Repository *repository, const Node *place, Str name)
{
    Str metric = name;
    (void) str_strip_suffix(&metric, STR("_per_second"));
    bool is_known = metric.len == 0 || across_is_common(across_family(metric)) ||
                    repository_has_metric(repository, metric) ||
                    is_told_elsewhere(repository, place->span.source, name);
    if (!is_known) {
        rule_find(ctx, place, "no source makes the metric %" STR_FMT, STR_ARG(name));
    }
}

typedef struct Trigger {
    RuleContext *ctx;
    const Repository *repository;
    const Node *query;
} Trigger;

static void visit_trigger(void *ctx, const PromNode *node)
{
    const Trigger *trigger = ctx;
    if (node->kind == PROM_SELECTOR) {
        check_metric(trigger->ctx, trigger->repository, trigger->query, node->name);
    }
}

static void check_triggers(RuleContext *ctx, const Repository *repository, const Object *object)
{
    const Node *triggers =
        object_is(object, "ScaledObject") ? node_path(object->node, "spec.triggers") : NULL;
    for (size_t i = 0; i < node_len(triggers); i++) {
        const Node *item = triggers->seq.items[i];
        Trigger trigger = { ctx, repository, node_path(item, "metadata.query") };
        PromNode *query = repository_query_of_trigger(repository->arena, item);
        if (query && span_is_known(trigger.query->span)) {
            promql_walk(query, visit_trigger, &trigger);
        }
    }
}

/* Whether some source makes metrics: by the clients' names in Go and Java, Python, Node and Rust. */
static bool makes_metrics(const Repository *repository)
{
    static const Str words[] = { STR_INIT("prometheus"), STR_INIT("prometheus_client"),
                                 STR_INIT("prom"),       STR_INIT("micrometer"),
                                 STR_INIT("Prometheus"), STR_INIT("opentelemetry") };
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (repository_mentions(repository, words[i])) {
            return true;
        }
    }
    return false;
}

static void check_scalers(RuleContext *ctx, const Repository *repository)
{
    static const char *const paths[] = { "pods.metric.name", "object.metric.name" };
    if (!makes_metrics(repository)) {
        return;
    }
    vec_foreach(bundle, &repository->audit->bundles) {
        vec_foreach(object, &(*bundle)->objects) {
            const Node *metrics = object_is(object, "HorizontalPodAutoscaler")
                                      ? node_path(object->node, "spec.metrics")
                                      : NULL;
            ctx->bundle = *bundle;
            ctx->object = object;
            check_triggers(ctx, repository, object);
            for (size_t i = 0; i < 2 * node_len(metrics); i++) {
                const Node *name = node_path(metrics->seq.items[i / 2], paths[i % 2]);
                if (name && span_is_known(name->span)) {
                    check_metric(ctx, repository, name, name->text);
                }
            }
        }
    }
    across_leave(ctx);
}

/* --- labels of queries --- */

/* Prometheus' own labels, those that discovery gives, and those that people give to all targets. */
static bool is_given(Str label)
{
    static const char *const names[] = {
        "job",
        "instance",
        "namespace",
        "pod",
        "container",
        "service",
        "node",
        "endpoint",
        "cluster",
        "le",
        "quantile",
        "env",
        "host",
        "region",
        "zone",
        "app",
        "component",
        "environment",
        "prometheus",
        "replica",
        "tenant",
        "version",
        "hostname",
        "kubernetes_namespace",
        "stage",
        "team",
        "workload",
        "name",
        "kubernetes_pod_name",
        "nodename",
        "container_name",
        "pod_name",
    };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (str_eq_cstr(label, names[i])) {
            return true;
        }
    }
    return label.len == 0 || str_has_prefix(label, STR("__")) || str_has_char(label, '$') ||
           str_has_prefix(label, STR("exported_"));
}

/* Whether a scrape job, a monitor or anything else that isn't a query speaks of it. */
static bool find_attached(const Repository *repository, Str label)
{
    vec_foreach(artifact, &repository->audit->files.artifacts) {
        Str text = (*artifact)->source->text;
        bool asks =
            (*artifact)->kind == ARTIFACT_DASHBOARD || str_find(text, STR("expr:")) != STR_NONE;
        if (!asks && str_find(text, label) != STR_NONE) {
            return true;
        }
    }
    return false;
}

typedef struct Labels {
    Map *attached; /* label -> a bool, of all queries of the run */
    RuleContext *ctx;
    const Repository *repository;
    const MonitoringQuery *query;
    Map *said;
    bool is_own, changes; /* of are_own */
} Labels;

static void look(void *ctx, const PromNode *node)
{
    Labels *labels = ctx;
    bool is_metric = node->kind == PROM_SELECTOR;
    if (is_metric) {
        labels->is_own = labels->is_own && node->name.len > 0 &&
                         !across_is_common(across_family(node->name)) &&
                         repository_has_whole_metric(labels->repository, node->name);
    }
    labels->changes = labels->changes || str_has_prefix(node->name, STR("label_")) ||
                      str_eq(node->name, STR("count_values")) ||
                      (node->kind == PROM_CALL && str_eq(node->name, STR("info"))) ||
                      node->kind == PROM_VARIABLE || node->kind == PROM_BINARY;
}

/* Whether all metrics below the node are made by the sources, with their labels as they are. */
static bool are_own(Labels *labels, const PromNode *node)
{
    labels->is_own = true;
    labels->changes = false;
    promql_walk(node, look, labels);
    return labels->is_own && !labels->changes;
}

static bool is_attached(Labels *labels, Str label)
{
    bool *known = map_get(labels->attached, label);
    if (!known) {
        known = ARENA_NEW(labels->repository->arena, bool);
        *known = find_attached(labels->repository, label);
        map_set(labels->attached, label, known);
    }
    return *known;
}

static void check_label(Labels *labels, Str label, size_t start, size_t end)
{
    if (is_given(label) || map_has(labels->said, label) ||
        repository_makes_label(labels->repository, label) || is_attached(labels, label)) {
        return;
    }
    map_set(labels->said, label, labels);
    rule_find_span(
        labels->ctx,
        monitoring_span(labels->query, start, end),
        "no source gives its metrics the label %" STR_FMT,
        STR_ARG(label)
    );
}

static void visit(void *ctx, const PromNode *node)
{
    Labels *labels = ctx;
    bool groups = node->kind == PROM_AGGREGATE && node->grouping == PROM_GROUP_BY;
    if (node->kind == PROM_SELECTOR && are_own(labels, node)) {
        vec_foreach(matcher, &node->matchers) {
            check_label(labels, matcher->label, matcher->start, matcher->end);
        }
    }
    for (size_t i = 0; groups && i < node->labels.len && are_own(labels, node); i++) {
        const PromLabel *label = &node->labels.ptr[i];
        check_label(labels, label->name, label->start, label->end);
    }
}

static void check_query(Labels *labels, const MonitoringQuery *query, Map *said)
{
    labels->query = query;
    labels->said = said;
    if (query->tree) {
        promql_walk(query->tree, visit, labels);
    }
}

static void check_queries(RuleContext *ctx, const Repository *repository)
{
    Map attached = MAP_ON_ARENA(repository->arena);
    Labels labels = { .ctx = ctx, .repository = repository, .attached = &attached };
    vec_foreach(dashboard, &repository->audit->dashboards) {
        Map said = MAP_ON_ARENA(repository->arena);
        vec_foreach(query, &(*dashboard)->queries) {
            MonitoringQuery asked = {
                .node = query->node, .tree = query->tree, .is_json = true, .dashboard = *dashboard
            };
            check_query(&labels, &asked, &said);
        }
    }
    vec_foreach(file, &repository->audit->prometheus_files) {
        Map said = MAP_ON_ARENA(repository->arena);
        vec_foreach(rule, &(*file)->rules) {
            MonitoringQuery asked = {
                .node = rule->expr, .tree = rule->tree, .rule = rule, .file = *file
            };
            check_query(&labels, &asked, &said);
        }
    }
}

static void xa034(RuleContext *ctx, const Repository *repository)
{
    if (repository_knows_sources(repository)) {
        check_scalers(ctx, repository);
        check_queries(ctx, repository);
    }
}

static const AuditRule rules[] = {
    { .id = "XA034",
      .artifact = "Repository",
      .severity = SEVERITY_ERROR,
      .meaning =
          "An autoscaler measures a metric, or a query asks for a label, that no source makes",
      .why = "It never scales, the alert never fires. Labels are looked at of metrics that the "
             "sources make themselves.",
      .fix = "use a metric or label that the service makes, or add the adapter's rule that makes "
             "this one",
      .check_repository = xa034 },
};

const RuleFamily rules_across_labels = { rules, ARRAY_LEN(rules) };
