/* PromQL that doesn't parse, and PromQL that parses and misleads. */
#include "base/mem.h"

#include "monitoring.h"

/* --- GR005 --- */

/* What is fine for who runs Prometheus with a flag: said once a file. */
static void tell_feature(RuleContext *ctx, const MonitoringQuery *query, unsigned *told)
{
    static const PromFeature features[] = { PROM_EXPERIMENTAL_FUNCTIONS,
                                            PROM_FILL_MODIFIERS,
                                            PROM_PLAIN_UTF8_NAMES };
    for (size_t i = 0; i < ARRAY_LEN(features); i++) {
        const PromNode *node = promql_needs(query->tree, features[i]);
        if (!node || *told & (unsigned) features[i]) {
            continue;
        }
        Diag *diag = rule_find_span(
            ctx,
            monitoring_span(query, node->start, node->end),
            "Prometheus reads this only with --enable-feature=%s",
            promql_feature_name(features[i])
        );
        diag->severity = SEVERITY_INFO;
        rule_hint(
            ctx,
            diag,
            features[i] == PROM_PLAIN_UTF8_NAMES
                ? "in quotes such a name needs no flag: {\"http.requests\"}, by (\"service.name\")"
                : "where it runs with the flag nothing is wrong"
        );
        *told |= (unsigned) features[i];
    }
}

static void gr005_dashboard(RuleContext *ctx, const Dashboard *dashboard)
{
    unsigned told = 0;
    for (size_t i = 0; i < dashboard->queries.len; i++) {
        const DashboardQuery *query = &dashboard->queries.ptr[i];
        if (query->tree) {
            MonitoringQuery found = { .node = query->node, .tree = query->tree, .is_json = true };
            tell_feature(ctx, &found, &told);
        } else if (query->language == QUERY_PROMQL) {
            Span span = dashboard_span(query->node, query->error.start, query->error.end);
            rule_find_span(ctx, span, "%" STR_FMT, STR_ARG(query->error.message));
        }
    }
}

static void gr005_rules(RuleContext *ctx, const PrometheusFile *file)
{
    unsigned told = 0;
    for (size_t i = 0; i < file->rules.len; i++) {
        const PrometheusRule *rule = &file->rules.ptr[i];
        MonitoringQuery query = { .node = rule->expr, .tree = rule->tree };
        if (rule->tree) {
            tell_feature(ctx, &query, &told);
        } else if (rule->expr) {
            Span span = monitoring_span(&query, rule->error.start, rule->error.end);
            rule_find_span(ctx, span, "%" STR_FMT, STR_ARG(rule->error.message));
        }
    }
}

/* --- GR006 --- */

static bool is_gauge(Str name)
{
    static const char *const names[] = {
        "up",
        "go_goroutines",
        "go_threads",
        "node_load1",
        "node_load5",
        "node_load15",
        "process_cpu_usage",
        "system_cpu_usage",
        "redis_connected_clients",
        "pg_up",
        "pg_stat_activity_count",
        "container_memory_usage_bytes",
        "container_memory_working_set_bytes",
        "container_memory_rss",
        "process_open_fds",
        "process_max_fds",
        "kafka_consumergroup_lag",
        "kafka_consumer_lag",
    };
    static const char *const starts[] = {
        "node_memory_",           "node_filesystem_", "process_resident_memory",
        "process_virtual_memory", "jvm_memory_",      "jvm_threads_",
        "go_memstats_heap_",      "kube_pod_status_", "kube_deployment_status_",
        "kube_node_status_",      "redis_memory_"
    };
    static const char *const ends[] = { "_in_flight",  "_in_progress", "_ratio",
                                        "_celsius",    "_info",        "_timestamp_seconds",
                                        "_utilization" };
    bool counts = str_has_suffix(name, STR("_total")) || str_has_suffix(name, STR("_count")) ||
                  str_has_suffix(name, STR("_sum"));
    bool gauge = false;
    for (size_t i = 0; i < ARRAY_LEN(names) && !gauge; i++) {
        gauge = str_eq_cstr(name, names[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(starts) && !gauge; i++) {
        gauge = str_has_prefix(name, str_from(starts[i]));
    }
    for (size_t i = 0; i < ARRAY_LEN(ends) && !gauge; i++) {
        gauge = str_has_suffix(name, str_from(ends[i]));
    }
    return gauge && !counts;
}

typedef struct Visit {
    RuleContext *ctx;
    const MonitoringQuery *query;
} Visit;

static bool is_rate(const PromNode *node)
{
    return node->kind == PROM_CALL &&
           (str_eq(node->name, STR("rate")) || str_eq(node->name, STR("irate")) ||
            str_eq(node->name, STR("increase")));
}

static void visit_rate(void *arg, const PromNode *node)
{
    const Visit *visit = arg;
    const PromNode *inner = is_rate(node) ? promql_bare(node->args.ptr[0]) : NULL;
    if (inner && inner->kind == PROM_SELECTOR && is_gauge(inner->name)) {
        Diag *diag = rule_find_span(
            visit->ctx,
            monitoring_span(visit->query, node->start, node->end),
            "%" STR_FMT " of %" STR_FMT ", which goes up and down",
            STR_ARG(node->name),
            STR_ARG(inner->name)
        );
        rule_hint(visit->ctx, diag, "deriv() or delta() follow a gauge");
    }
}

static bool is_counter(Str name)
{
    /* MinIO's gauges are called so too */
    return str_has_suffix(name, STR("_total")) && !str_has_prefix(name, STR("minio_")) &&
           !str_has_char(name, ':') && !str_has_char(name, '$');
}

static bool is_sum(const PromNode *node)
{
    static const char *const names[] = { "sum", "avg", "max", "min", "topk", "bottomk" };
    for (size_t i = 0; i < ARRAY_LEN(names) && node->kind == PROM_AGGREGATE; i++) {
        if (str_eq_cstr(node->name, names[i])) {
            return true;
        }
    }
    return false;
}

/* The counter whose ever growing value the expression gives; NULL: none. */
static const PromNode *raw_counter(const PromNode *node)
{
    node = promql_bare(node);
    if (node->kind == PROM_SELECTOR) {
        return node->type == PROM_VECTOR && is_counter(node->name) ? node : NULL;
    }
    if (is_sum(node)) {
        return raw_counter(node->args.ptr[node->args.len - 1]);
    }
    bool scaled =
        node->kind == PROM_BINARY && node->args.ptr[1]->type == PROM_SCALAR && node->op >= PROM_EQ;
    return scaled ? raw_counter(node->args.ptr[0]) : NULL;
}

static void gr006(RuleContext *ctx, const MonitoringQuery *query)
{
    Visit visit = { ctx, query };
    promql_walk(query->tree, visit_rate, &visit);
    bool graphed = query->panel && (str_eq(query->panel->type, STR("timeseries")) ||
                                    str_eq(query->panel->type, STR("graph")));
    bool alerts = query->rule && query->rule->is_alert;
    const PromNode *counter = graphed || alerts ? raw_counter(query->tree) : NULL;
    if (counter) {
        rule_find_span(
            ctx,
            monitoring_span(query, counter->start, counter->end),
            "%" STR_FMT " is a counter: its value only says how long it has been counting",
            STR_ARG(counter->name)
        );
    }
}

static void gr006_dashboard(RuleContext *ctx, const Dashboard *dashboard)
{
    monitoring_each_panel(ctx, dashboard, gr006);
}

static void gr006_rules(RuleContext *ctx, const PrometheusFile *file)
{
    monitoring_each_rule(ctx, file, gr006);
}

/* --- GR007 --- */

static bool groups(const PromNode *node, Str label)
{
    for (size_t i = 0; i < node->labels.len; i++) {
        Str name = node->labels.ptr[i].name;
        if (str_eq(name, label) || str_has_char(name, '$') || str_has_char(name, '[')) {
            return true;
        }
    }
    return false;
}

static void note_bucket(void *arg, const PromNode *node)
{
    bool *found = arg;
    *found =
        *found || (node->kind == PROM_SELECTOR && str_find(node->name, STR("bucket")) != STR_NONE);
}

static void visit_quantile(void *arg, const PromNode *node)
{
    const Visit *visit = arg;
    if (node->kind != PROM_CALL || !str_eq(node->name, STR("histogram_quantile"))) {
        return;
    }
    const PromNode *inner = promql_bare(node->args.ptr[1]);
    bool buckets = false; /* a native histogram has no label le */
    promql_walk(inner, note_bucket, &buckets);
    bool drops =
        is_sum(inner) && (inner->grouping == PROM_GROUP_WITHOUT ? groups(inner, STR("le"))
                                                                : !groups(inner, STR("le")));
    if (drops && buckets) {
        rule_find_span(
            visit->ctx,
            monitoring_span(visit->query, inner->start, inner->end),
            "%" STR_FMT " drops the label le, without which there are no buckets",
            STR_ARG(inner->name)
        );
    }
}

static void gr007(RuleContext *ctx, const MonitoringQuery *query)
{
    Visit visit = { ctx, query };
    promql_walk(query->tree, visit_quantile, &visit);
}

static void gr007_dashboard(RuleContext *ctx, const Dashboard *dashboard)
{
    monitoring_each_panel(ctx, dashboard, gr007);
}

static void gr007_rules(RuleContext *ctx, const PrometheusFile *file)
{
    monitoring_each_rule(ctx, file, gr007);
}

/* --- GR008 --- */

static const PromDuration *rate_window(const PromNode *node)
{
    bool rates = node->kind == PROM_CALL &&
                 (str_eq(node->name, STR("rate")) || str_eq(node->name, STR("irate")));
    const PromNode *inner = rates ? promql_bare(node->args.ptr[0]) : NULL;
    return inner && inner->kind == PROM_SELECTOR && inner->range.is_set ? &inner->range : NULL;
}

static void visit_panel_window(void *arg, const PromNode *node)
{
    enum { LONG_MS = 15 * 60 * 1000 }; /* as wide as this it is meant so */
    const Visit *visit = arg;
    const PromDuration *range = rate_window(node);
    if (!range) {
        return;
    }
    Str text = str_slice(visit->query->node->text, range->start, range->end);
    bool interval = str_eq(text, STR("$__interval")) || str_eq(text, STR("${__interval}"));
    if (interval || (range->is_known && range->ms <= LONG_MS)) {
        Span span = monitoring_span(visit->query, range->start, range->end);
        Diag *diag = rule_find_span(
            visit->ctx,
            span,
            interval ? "%" STR_FMT " over %" STR_FMT ": it may be shorter than two scrapes"
                     : "%" STR_FMT " over a fixed %" STR_FMT
                       ": zoomed out, what lies between the points is lost",
            STR_ARG(node->name),
            STR_ARG(text)
        );
        rule_fix(visit->ctx, diag, span, "$__rate_interval");
    }
}

static void visit_rule_window(void *arg, const PromNode *node)
{
    const Visit *visit = arg;
    const PromDuration *range = rate_window(node);
    int64_t scrape = visit->query->file->scrape_ms;
    if (range && range->is_known && scrape > 0 && range->ms < 4 * scrape) {
        Diag *diag = rule_find_span(
            visit->ctx,
            monitoring_span(visit->query, range->start, range->end),
            "%" STR_FMT " over less than four scrapes of %lld s",
            STR_ARG(node->name),
            (long long) (scrape / 1000)
        );
        rule_hint(
            visit->ctx,
            diag,
            "one lost scrape leaves it without a value: at least %lld s",
            (long long) (4 * scrape / 1000)
        );
    }
}

static void gr008(RuleContext *ctx, const MonitoringQuery *query)
{
    Visit visit = { ctx, query };
    bool graphed = query->panel && (str_eq(query->panel->type, STR("timeseries")) ||
                                    str_eq(query->panel->type, STR("graph")));
    if (graphed) {
        promql_walk(query->tree, visit_panel_window, &visit);
    } else if (query->rule) {
        promql_walk(query->tree, visit_rule_window, &visit);
    }
}

static void gr008_dashboard(RuleContext *ctx, const Dashboard *dashboard)
{
    monitoring_each_panel(ctx, dashboard, gr008);
}

static void gr008_rules(RuleContext *ctx, const PrometheusFile *file)
{
    monitoring_each_rule(ctx, file, gr008);
}

static const AuditRule rules[] = {
    { .id = "GR005",
      .artifact = "Grafana",
      .severity = SEVERITY_ERROR,
      .meaning = "PromQL that doesn't parse",
      .why = "The panel shows an error; a rule file with one such rule isn't loaded at all. What "
             "wants a feature flag of Prometheus is told as info.",
      .fix = "correct the expression",
      .bad = "expr: sum(rate(http_requests_total)) by (job)\n",
      .good = "expr: sum by (job) (rate(http_requests_total[5m]))\n",
      .peers = "PT:check-rules",
      .check_dashboard = gr005_dashboard,
      .check_prometheus = gr005_rules },
    { .id = "GR006",
      .artifact = "Grafana",
      .severity = SEVERITY_ERROR,
      .meaning = "rate of a gauge, or a counter as it is",
      .why = "rate takes every fall of a gauge for a restart; a counter's value says how long it "
             "has run.",
      .fix = "rate() or increase() for counters, the plain value or deriv() for gauges",
      .bad = "expr: sum(http_requests_total) > 1000\n",
      .good = "expr: sum(rate(http_requests_total[5m])) > 10\n",
      .check_dashboard = gr006_dashboard,
      .check_prometheus = gr006_rules },
    { .id = "GR007",
      .artifact = "Grafana",
      .severity = SEVERITY_ERROR,
      .meaning = "histogram_quantile of a sum without le",
      .why = "Without the buckets' label there is nothing to compute: the panel stays empty, the "
             "alert never fires.",
      .fix = "keep le: sum by (le) (…)",
      .bad = "expr: histogram_quantile(0.99, sum(rate(x_bucket[5m])))\n",
      .good = "expr: histogram_quantile(0.99, sum by (le) (rate(x_bucket[5m])))\n",
      .check_dashboard = gr007_dashboard,
      .check_prometheus = gr007_rules },
    { .id = "GR008",
      .artifact = "Grafana",
      .severity = SEVERITY_WARN,
      .meaning = "A rate over a window that doesn't fit the scrapes",
      .why = "Shorter than four scrapes it has gaps; a fixed window hides peaks when the panel "
             "shows a week.",
      .fix = "use $__rate_interval in panels, and at least four scrapes in rules",
      .bad = "expr: rate(http_requests_total[1m])\n",
      .good = "expr: rate(http_requests_total[$__rate_interval])\n",
      .check_dashboard = gr008_dashboard,
      .check_prometheus = gr008_rules },
};

const RuleFamily rules_monitoring_queries = { rules, ARRAY_LEN(rules) };
