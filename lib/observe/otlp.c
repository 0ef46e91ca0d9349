#include "observe/otlp.h"

#include <assert.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"
#include "loop/fiber.h"
#include "net/http_client.h"

enum {
    BATCH_SPANS_DEFAULT = 512,
    INTERVAL_MS_DEFAULT = 5000,
    TIMEOUT_MS_DEFAULT = 5000,
    BACKOFF_MS_FIRST = 500,
    BACKOFF_MS_MOST = 30000,
    RESPONSE_BYTES_MAX = 64 << 10,
};

struct OtlpExporter {
    Loop *loop;
    Tracer *tracer;
    HttpClient *http;
    Fiber *fiber;
    Arena *strings; /* the url and the resource */
    Str url;
    MetricLabel *resource;
    size_t resource_count, batch_spans;
    int64_t interval_ms, timeout_ms;
    Metric *exported, *dropped;
    bool is_idle;   /* parked in wait_for, where it may be woken */
    bool has_batch; /* woken for a full batch */
    bool is_stopping;
    Deadline stop_by;
    Fiber *stopper; /* waits for the last posted wake-up */
};

static void wake_idle(OtlpExporter *exporter)
{
    if (exporter->is_idle) {
        exporter->is_idle = false;
        fiber_wake(exporter->fiber, 0);
    }
}

/* Parks for `ms`, or until a batch is full (where that matters) or the exporter stops. */
static void wait_for(OtlpExporter *exporter, int64_t ms, bool until_batch)
{
    Deadline until = deadline_in_ms(ms);
    while (!exporter->is_stopping && !(until_batch && exporter->has_batch) &&
           deadline_left_ms(until) > 0) {
        exporter->is_idle = true;
        int rc = fiber_park_until(until);
        exporter->is_idle = false;
        if (rc < 0 && rc != -ETIME) {
            break;
        }
    }
    exporter->has_batch = false;
}

static void on_batch_posted(void *arg)
{
    OtlpExporter *exporter = arg;
    exporter->has_batch = true;
    wake_idle(exporter);
}

static void on_batch(void *arg)
{
    OtlpExporter *exporter = arg;
    loop_post(exporter->loop, on_batch_posted, exporter);
}

/* 0: taken; -EAGAIN: try again later; another negative: refused for good. */
static int post(OtlpExporter *exporter, Str body)
{
    auto_arena Arena *arena = arena_new(0);
    HttpHeaders headers = HTTP_HEADERS_ON_ARENA(arena);
    http_headers_add(&headers, STR("Content-Type"), STR("application/x-protobuf"));
    int64_t timeout_ms = exporter->timeout_ms;
    if (exporter->is_stopping) {
        int64_t left = deadline_left_ms(exporter->stop_by);
        timeout_ms = left < timeout_ms ? left : timeout_ms;
    }
    HttpRequest request = {
        .method = HTTP_POST,
        .url = exporter->url,
        .headers = &headers,
        .body = body,
        .max_body_bytes = RESPONSE_BYTES_MAX,
        .timeout_ms = timeout_ms > 0 ? timeout_ms : 1,
        .idempotent = true,
    };
    HttpResponse response = { 0 };
    Error err = ERROR_INIT;
    int rc = http_fetch(exporter->http, &request, arena, &response, &err);
    if (rc < 0) {
        log_debug("export of spans: %s", err.message);
        return -EAGAIN;
    }
    bool is_retryable = response.status == 429 || response.status == 502 ||
                        response.status == 503 || response.status == 504;
    if (is_retryable) {
        return -EAGAIN;
    }
    if (response.status / 100 != 2) {
        log_warn("the collector refused spans with status %d", response.status);
        return -EINVAL;
    }
    return 0;
}

static bool is_out_of_time(const OtlpExporter *exporter)
{
    return exporter->is_stopping && deadline_left_ms(exporter->stop_by) == 0;
}

/* Sends one batch, trying again until it is taken, refused, or the time to stop has passed. */
static void export_batch(OtlpExporter *exporter, size_t count, Str spans)
{
    auto_strbuf StrBuf body = STRBUF_INIT;
    otlp_encode_traces(&body, exporter->resource, exporter->resource_count, spans);
    int64_t backoff_ms = BACKOFF_MS_FIRST;
    int rc = -EAGAIN;
    while (!is_out_of_time(exporter) && (rc = post(exporter, strbuf_str(&body))) == -EAGAIN) {
        if (exporter->is_stopping) {
            int64_t left = deadline_left_ms(exporter->stop_by);
            fiber_sleep_ms(backoff_ms < left ? backoff_ms : left);
        } else {
            wait_for(
                exporter, backoff_ms / 2 + (int64_t) random_below((uint64_t) backoff_ms), false
            );
        }
        backoff_ms = backoff_ms * 2 < BACKOFF_MS_MOST ? backoff_ms * 2 : BACKOFF_MS_MOST;
    }
    if (rc == 0) {
        metric_add(exporter->exported, (int64_t) count);
    } else {
        tracer_count_dropped(exporter->tracer, count);
    }
}

static void export_queued(OtlpExporter *exporter)
{
    auto_strbuf StrBuf spans = STRBUF_INIT;
    size_t count;
    while (!is_out_of_time(exporter) &&
           (count = tracer_take(exporter->tracer, exporter->batch_spans, &spans)) > 0) {
        export_batch(exporter, count, strbuf_str(&spans));
        strbuf_clear(&spans);
    }
}

static void exporter_main(void *arg)
{
    OtlpExporter *exporter = arg;
    while (!exporter->is_stopping && !fiber_is_canceled()) {
        wait_for(exporter, exporter->interval_ms, true);
        export_queued(exporter);
    }
    export_queued(exporter); /* what ended during the last batch */
}

static void copy_options(OtlpExporter *exporter, const OtlpOptions *options)
{
    bool has_scheme = str_find(options->endpoint, STR("://")) != STR_NONE;
    exporter->url = str_printf(
        exporter->strings,
        "%s%" STR_FMT "/v1/traces",
        has_scheme ? "" : "http://",
        STR_ARG(options->endpoint)
    );
    exporter->resource = ARENA_ARRAY(exporter->strings, MetricLabel, options->resource_count);
    for (size_t i = 0; i < options->resource_count; i++) {
        exporter->resource[i].name = str_dup(exporter->strings, options->resource[i].name);
        exporter->resource[i].value = str_dup(exporter->strings, options->resource[i].value);
    }
    exporter->resource_count = options->resource_count;
    exporter->batch_spans =
        options->batch_spans ? options->batch_spans : (size_t) BATCH_SPANS_DEFAULT;
    exporter->interval_ms = options->interval_ms ? options->interval_ms : INTERVAL_MS_DEFAULT;
    exporter->timeout_ms = options->timeout_ms ? options->timeout_ms : TIMEOUT_MS_DEFAULT;
}

static int64_t read_tracer_dropped(void *tracer)
{
    return (int64_t) tracer_dropped(tracer);
}

static void define_metrics(OtlpExporter *exporter, Metrics *metrics)
{
    static const MetricSpec exported = {
        .name = "otel_spans_exported_total",
        .help = "Spans that the collector took",
        .kind = METRIC_COUNTER,
    };
    static const MetricSpec dropped = {
        .name = "otel_spans_dropped_total",
        .help = "Spans lost to a full queue, a refusal, or the end",
        .kind = METRIC_COUNTER,
    };
    exporter->exported = metrics_single(metrics, &exported);
    exporter->dropped = metrics_single(metrics, &dropped);
    metric_set_callback(exporter->dropped, read_tracer_dropped, exporter->tracer);
}

static void exporter_free(OtlpExporter *exporter)
{
    metric_set_callback(exporter->dropped, NULL, NULL);
    if (exporter->http) {
        http_client_free(exporter->http);
    }
    arena_free(exporter->strings);
    free(exporter);
}

int otlp_exporter_start(
    Loop *loop, Tracer *tracer, const OtlpOptions *options, OtlpExporter **ret, Error *err
)
{
    OtlpExporter *exporter = MEM_NEW(OtlpExporter);
    exporter->loop = loop;
    exporter->tracer = tracer;
    exporter->strings = arena_new(0);
    copy_options(exporter, options);
    define_metrics(exporter, options->metrics);
    HttpClientOptions http_options = { .max_connections = 1, .user_agent = "ecommerce-otlp" };
    FiberOptions fiber_options = { .name = "otlp", .deadline = DEADLINE_NEVER, .detached = true };
    int rc = http_client_new(loop, &http_options, &exporter->http, err);
    if (rc == 0) {
        rc = fiber_spawn(loop, &fiber_options, exporter_main, exporter, &exporter->fiber);
        if (rc < 0) {
            error_errno(err, rc, "start the exporter of spans");
        }
    }
    if (rc < 0) {
        exporter_free(exporter);
        return rc;
    }
    tracer_set_wakeup(tracer, exporter->batch_spans, on_batch, exporter);
    *ret = exporter;
    return 0;
}

static void on_last_post(void *arg)
{
    OtlpExporter *exporter = arg;
    fiber_wake(exporter->stopper, 0);
}

void otlp_exporter_stop(OtlpExporter *exporter, int64_t timeout_ms)
{
    if (!exporter) {
        return;
    }
    tracer_set_wakeup(exporter->tracer, 0, NULL, NULL);
    exporter->stopper = fiber_self();
    if (loop_post(exporter->loop, on_last_post, exporter) == 0) {
        fiber_park_uninterrupted(); /* behind this every wake-up of on_batch has run */
    }
    exporter->stop_by = deadline_in_ms(timeout_ms);
    exporter->is_stopping = true;
    wake_idle(exporter);
    fiber_join(exporter->fiber);
    exporter_free(exporter);
}
