/* Metrics and the log line of a request. */
#include "exchange.h"

enum { STATUS_CLASSES = 5, CLASS_SLOTS = 32 }; /* 1xx..5xx; no status of ours ends past 31 */

typedef struct RouteSeries {
    Metric *duration;
    _Atomic(Metric *) by_status[STATUS_CLASSES][CLASS_SLOTS];
} RouteSeries;

struct HttpMetrics {
    MetricFamily *requests;
    MetricFamily *durations;
    Metric *in_flight;
    RouteSeries *routes;
};

HttpMetrics *http_metrics_new(Metrics *metrics, const Router *router)
{
    HttpMetrics *http = MEM_NEW(HttpMetrics);
    http->requests = metrics_define(
        metrics,
        &(MetricSpec) { .name = "http_requests_total",
                        .help = "Requests answered.",
                        .kind = METRIC_COUNTER,
                        .labels = { "method", "path", "status" } }
    );
    http->durations = metrics_define(
        metrics,
        &(MetricSpec) { .name = "http_request_duration_seconds",
                        .help = "Time from the head of a request to its answer.",
                        .kind = METRIC_HISTOGRAM,
                        .labels = { "method", "path" },
                        .unit = 1e-9 }
    );
    http->in_flight = metrics_single(
        metrics,
        &(MetricSpec) { .name = "http_requests_in_flight",
                        .help = "Requests being handled.",
                        .kind = METRIC_GAUGE }
    );
    http->routes = mem_calloc(router_count(router) + 1, sizeof(RouteSeries));
    for (size_t i = 0; i < router_count(router); i++) {
        const Route *route = router_at(router, i);
        http->routes[i].duration = metric_get(
            http->durations,
            METRIC_VALUES(http_method_name(route->method), str_from(route->pattern))
        );
    }
    return http;
}

void http_metrics_free(HttpMetrics *metrics)
{
    if (metrics) {
        free(metrics->routes);
        free(metrics);
    }
}

void http_metrics_begin(HttpMetrics *metrics)
{
    metric_add(metrics->in_flight, 1);
}

static Str status_text(int status, char room[static 4])
{
    room[0] = (char) ('0' + status / 100 % 10);
    room[1] = (char) ('0' + status / 10 % 10);
    room[2] = (char) ('0' + status % 10);
    room[3] = '\0';
    return str_make(room, 3);
}

static Metric *series_of(HttpMetrics *metrics, const HttpSample *sample)
{
    char room[4];
    Str status = status_text(sample->status, room);
    if (!sample->route) {
        return metric_get(metrics->requests, METRIC_VALUES(sample->method, STR("/404"), status));
    }
    size_t class = (size_t) (sample->status / 100 - 1) % STATUS_CLASSES;
    size_t slot_in_class = (size_t) (sample->status % 100) % CLASS_SLOTS;
    _Atomic(Metric *) *slot = &metrics->routes[sample->route_index].by_status[class][slot_in_class];
    Metric *series = atomic_load_explicit(slot, memory_order_acquire);
    if (!series) {
        series = metric_get(
            metrics->requests,
            METRIC_VALUES(
                http_method_name(sample->route->method), str_from(sample->route->pattern), status
            )
        );
        atomic_store_explicit(slot, series, memory_order_release);
    }
    return series;
}

void http_metrics_end(HttpMetrics *metrics, const HttpSample *sample)
{
    metric_add(metrics->in_flight, -1);
    metric_inc(series_of(metrics, sample));
    Metric *duration =
        sample->route ? metrics->routes[sample->route_index].duration
                      : metric_get(metrics->durations, METRIC_VALUES(sample->method, STR("/404")));
    metric_observe_since(duration, sample->start_ns);
}

void http_metrics_refused(HttpMetrics *metrics, int status)
{
    char room[4];
    metric_inc(metric_get(
        metrics->requests, METRIC_VALUES(STR("OTHER"), STR("/404"), status_text(status, room))
    ));
}

/* What a machine asks every few seconds is no news. */
static bool is_background_path(Str path)
{
    return str_has_prefix(path, STR("/health/")) || str_eq(path, STR("/metrics"));
}

static LogLevel level_of(const Exchange *exchange)
{
    if (exchange->answer.status >= 500) {
        return exchange->work.ctx.failure.code == FAIL_INTERNAL_ERROR ? LOG_ERROR : LOG_WARN;
    }
    return is_background_path(exchange->http->path) ? LOG_DEBUG : LOG_INFO;
}

void exchange_log(const Exchange *exchange)
{
    LogLevel level = level_of(exchange);
    if (!log_is_on(level)) {
        return;
    }
    const HttpExchange *http = exchange->http;
    const Failure *failure = &exchange->work.ctx.failure;
    const Route *route = exchange->match.route;
    int64_t spent_us = (clock_monotonic_ns() - http->started_ns) / NS_PER_US;
    JsonLogField fields[10] = {
        LOG_TEXT("method", http->method_name),
        LOG_TEXT("path", http->path),
        LOG_TEXT("route", route ? str_from(route->pattern) : STR("/404")),
        LOG_INT("status", exchange->answer.status),
        LOG_DOUBLE("duration_ms", (double) spent_us / 1000.0),
        LOG_INT("bytes", (int64_t) http->bytes_out),
        LOG_TEXT("remote_addr", http->peer),
        LOG_TEXT("user_agent", http_headers_get(&http->headers, STR("user-agent"))),
    };
    size_t count = 8;
    if (failure->code != FAIL_NONE) {
        fields[count++] = LOG_TEXT("code", str_from(fail_info(failure->code)->name));
        fields[count++] = LOG_TEXT("error", failure->cause.len ? failure->cause : failure->message);
    }
    json_log_write(exchange->work.ctx.worker->runtime->log, level, STR("request"), fields, count);
}
