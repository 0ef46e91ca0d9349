/* What observing costs: nanoseconds an operation. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "observe/log_json.h"
#include "observe/metrics.h"
#include "observe/trace.h"

enum { COUNT = 1000000 };

static void report(const char *name, int64_t start_ns)
{
    printf("%-44s %9.1f ns\n", name, (double) (clock_monotonic_ns() - start_ns) / COUNT);
}

static void measure_metrics(void)
{
    static const MetricSpec requests = { .name = "requests",
                                         .kind = METRIC_COUNTER,
                                         .labels = { "method", "path" } };
    static const MetricSpec duration = { .name = "d", .kind = METRIC_HISTOGRAM, .unit = 1e-9 };
    Metrics *metrics = metrics_new(NULL, 0);
    MetricFamily *family = metrics_define(metrics, &requests);
    Metric *counter = metric_get(family, METRIC_VALUES(STR("GET"), STR("/products/{id}")));
    Metric *histogram = metrics_single(metrics, &duration);
    int64_t start_ns = clock_monotonic_ns();
    for (int64_t i = 0; i < COUNT; i++) {
        metric_inc(counter);
    }
    report("metric_inc", start_ns);
    start_ns = clock_monotonic_ns();
    for (int64_t i = 0; i < COUNT; i++) {
        metric_observe(histogram, i * 1000);
    }
    report("metric_observe", start_ns);
    start_ns = clock_monotonic_ns();
    for (int64_t i = 0; i < COUNT; i++) {
        metric_get(family, METRIC_VALUES(STR("GET"), STR("/products/{id}")));
    }
    report("metric_get of a known series", start_ns);
    metrics_free(metrics);
}

static void measure_spans(const char *name, double rate)
{
    Tracer *tracer = tracer_new(&(TracerOptions) { .sample_rate = rate });
    int64_t start_ns = clock_monotonic_ns();
    for (int64_t i = 0; i < COUNT; i++) {
        TraceSpan span;
        trace_begin_from(&span, tracer, NULL, TRACE_SERVER, STR("GET /products/{id}"));
        trace_set_text(&span, "http.request.method", STR("GET"));
        trace_set_int(&span, "http.response.status_code", 200);
        trace_end(&span);
        if (tracer_queued(tracer) >= 512) {
            StrBuf out = STRBUF_INIT;
            tracer_take(tracer, 512, &out);
            strbuf_done(&out);
        }
    }
    report(name, start_ns);
    tracer_free(tracer);
}

static void measure_log(void)
{
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    const JsonLogOptions options = {
        .fd = null,
        .service = STR("product"),
        .environment = STR("production"),
        .buffer_bytes = 1 << 30, /* drops would flatter the figure */
    };
    JsonLog *log = NULL;
    json_log_open(&options, &log, NULL);
    int64_t start_ns = clock_monotonic_ns();
    for (int64_t i = 0; i < COUNT; i++) {
        const JsonLogField fields[] = {
            LOG_TEXT("method", STR("GET")),
            LOG_TEXT("path", STR("/api/v1/products/0198")),
            LOG_INT("status", 200),
            LOG_DOUBLE("duration_ms", 0.25),
        };
        json_log_write(log, LOG_INFO, STR("request"), fields, ARRAY_LEN(fields));
    }
    report("json_log_write, four fields", start_ns);
    json_log_close(log, 10000);
    close(null);
}

int main(void)
{
    measure_metrics();
    measure_spans("a span that isn't sampled", 0);
    measure_spans("a span that is", 1);
    measure_log();
    return 0;
}
