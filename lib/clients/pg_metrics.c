/* The pool's series. The gauges are one for the process: each pool adds what changed of its own. */
#include "pg_internal.h"

static const double query_buckets[] = { .0005, .001, .0025, .005, .01, .025, .05,
                                        .1,    .25,  .5,    1,    2.5, 5 };

static Metric *gauge(Metrics *metrics, const char *name, const char *help)
{
    return metrics_single(
        metrics, &(MetricSpec) { .name = name, .help = help, .kind = METRIC_GAUGE }
    );
}

static Metric *counter(Metrics *metrics, const char *name, const char *help)
{
    return metrics_single(
        metrics, &(MetricSpec) { .name = name, .help = help, .kind = METRIC_COUNTER }
    );
}

static void define_counters(PgPoolMetrics *to, Metrics *metrics)
{
    static const MetricSpec acquire_duration = {
        .name = "db_pool_acquire_duration_seconds_total",
        .help = "Time spent waiting for a connection of one's own",
        .kind = METRIC_COUNTER,
        .unit = 1e-9,
    };
    static const MetricSpec query_duration = {
        .name = "db_query_duration_seconds",
        .help = "From sending a statement to its result",
        .kind = METRIC_HISTOGRAM,
        .labels = { "statement" },
        .unit = 1e-9,
        .buckets = query_buckets,
        .bucket_count = sizeof query_buckets / sizeof query_buckets[0],
    };
    to->acquire_count = counter(metrics, "db_pool_acquire_count_total", "Connections asked for");
    to->canceled_acquire_count = counter(
        metrics, "db_pool_canceled_acquire_count_total", "Waits for a connection that were given up"
    );
    to->empty_acquire_count = counter(
        metrics, "db_pool_empty_acquire_count_total", "Leases that found no idle connection"
    );
    to->new_connections = counter(metrics, "db_pool_new_connections_total", "Connections opened");
    to->max_lifetime_destroy =
        counter(metrics, "db_pool_max_lifetime_destroy_total", "Connections closed for their age");
    to->max_idle_destroy =
        counter(metrics, "db_pool_max_idle_destroy_total", "Connections closed for being idle");
    to->acquire_duration = metrics_single(metrics, &acquire_duration);
    to->query_duration = metrics_define(metrics, &query_duration);
}

void pg_metrics_define(PgPool *pool)
{
    PgPoolMetrics *to = &pool->metrics;
    Metrics *metrics = pool->options.metrics;
    if (!metrics) {
        return;
    }
    to->acquired =
        gauge(metrics, "db_pool_acquired_connections", "Connections in use: leased or shared");
    to->idle = gauge(metrics, "db_pool_idle_connections", "Connections nobody uses");
    to->total = gauge(metrics, "db_pool_total_connections", "All connections");
    to->max = gauge(metrics, "db_pool_max_connections", "Most connections allowed");
    to->constructing =
        gauge(metrics, "db_pool_constructing_connections", "Connections being opened");
    define_counters(to, metrics);
    metric_add(to->max, pool->options.max_conns);
}

static void show(Metric *metric, int64_t *shown, size_t now)
{
    if ((int64_t) now != *shown) {
        metric_add(metric, (int64_t) now - *shown);
        *shown = (int64_t) now;
    }
}

void pg_metrics_show(PgPool *pool)
{
    PgPoolMetrics *to = &pool->metrics;
    size_t total = pool->conns.len;
    size_t constructing = pg_pool_count(pool, pg_conn_is_connecting);
    size_t idle = pg_pool_count(pool, pg_conn_is_idle);
    show(to->total, &to->shown_total, total);
    show(to->constructing, &to->shown_constructing, constructing);
    show(to->idle, &to->shown_idle, idle);
    show(to->acquired, &to->shown_acquired, total - constructing - idle);
}

void pg_metrics_query(PgPool *pool, const PgEntry *entry, int64_t start_ns)
{
    (void) pool;
    metric_observe_since(entry->duration, start_ns);
}
