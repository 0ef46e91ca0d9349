#include <pthread.h>

#include "base/mem.h"
#include "observe/metrics.h"

#include "unit.h"

static const MetricSpec requests = {
    .name = "http_requests_total",
    .help = "Requests",
    .kind = METRIC_COUNTER,
    .labels = { "method", "path" },
};

static Metrics *product_metrics(void)
{
    const MetricLabel service = { STR("service"), STR("product") };
    return metrics_new(&service, 1);
}

static void writes_families_and_series_in_their_order(void **state)
{
    (void) state;
    Metrics *metrics = product_metrics();
    MetricFamily *family = metrics_define(metrics, &requests);
    metric_add(metric_get(family, METRIC_VALUES(STR("GET"), STR("/b"))), 2);
    metric_inc(metric_get(family, METRIC_VALUES(STR("GET"), STR("/a"))));
    metric_inc(metric_get(family, METRIC_VALUES(STR("GET"), STR("/b"))));
    Metric *up = metrics_single(
        metrics, &(MetricSpec) { .name = "up", .help = "Is it?", .kind = METRIC_GAUGE }
    );
    metric_set(up, -1);
    StrBuf out = STRBUF_INIT;
    metrics_expose(metrics, &out);
    assert_text(
        &out,
        "# HELP http_requests_total Requests\n"
        "# TYPE http_requests_total counter\n"
        "http_requests_total{service=\"product\",method=\"GET\",path=\"/b\"} 3\n"
        "http_requests_total{service=\"product\",method=\"GET\",path=\"/a\"} 1\n"
        "# HELP up Is it?\n"
        "# TYPE up gauge\n"
        "up{service=\"product\"} -1\n"
    );
    metrics_free(metrics);
}

static void escapes_label_values_and_help(void **state)
{
    (void) state;
    Metrics *metrics = metrics_new(NULL, 0);
    const MetricSpec spec = {
        .name = "odd",
        .help = "a\\b\n\"c\"",
        .kind = METRIC_COUNTER,
        .labels = { "l" },
    };
    metric_inc(metric_get(metrics_define(metrics, &spec), METRIC_VALUES(STR("\"\\\n\xff\xc3\xa4")))
    );
    StrBuf out = STRBUF_INIT;
    metrics_expose(metrics, &out);
    assert_text(
        &out,
        "# HELP odd a\\\\b\\n\"c\"\n"
        "# TYPE odd counter\n"
        "odd{l=\"\\\"\\\\\\n\xef\xbf\xbd\xc3\xa4\"} 1\n"
    );
    metrics_free(metrics);
}

static void puts_a_value_on_a_bound_below_it(void **state)
{
    (void) state;
    static const double bounds[] = { .005, .1, 2.5 };
    Metrics *metrics = metrics_new(NULL, 0);
    const MetricSpec spec = {
        .name = "d",
        .help = "D",
        .kind = METRIC_HISTOGRAM,
        .unit = 1e-9,
        .buckets = bounds,
        .bucket_count = 3,
    };
    Metric *metric = metrics_single(metrics, &spec);
    metric_observe(metric, 5 * NS_PER_MS);
    metric_observe(metric, 5 * NS_PER_MS + 1);
    metric_observe(metric, 2500 * NS_PER_MS);
    metric_observe(metric, 10000 * NS_PER_MS);
    StrBuf out = STRBUF_INIT;
    metrics_expose(metrics, &out);
    assert_text(
        &out,
        "# HELP d D\n"
        "# TYPE d histogram\n"
        "d_bucket{le=\"0.005\"} 1\n"
        "d_bucket{le=\"0.1\"} 2\n"
        "d_bucket{le=\"2.5\"} 3\n"
        "d_bucket{le=\"+Inf\"} 4\n"
        "d_sum 12.510000001\n"
        "d_count 4\n"
    );
    assert_int_equal(metric_value(metric), 4);
    metrics_free(metrics);
}

static void counts_series_past_the_bound_in_one(void **state)
{
    (void) state;
    Metrics *metrics = metrics_new(NULL, 0);
    MetricSpec spec = requests;
    spec.max_series = 1;
    MetricFamily *family = metrics_define(metrics, &spec);
    Metric *first = metric_get(family, METRIC_VALUES(STR("GET"), STR("/")));
    Metric *second = metric_get(family, METRIC_VALUES(STR("PUT"), STR("/")));
    assert_ptr_not_equal(first, second);
    assert_ptr_equal(second, metric_get(family, METRIC_VALUES(STR("POST"), STR("/"))));
    assert_ptr_equal(first, metric_get(family, METRIC_VALUES(STR("GET"), STR("/"))));
    StrBuf out = STRBUF_INIT;
    metrics_expose(metrics, &out);
    assert_true(str_find(strbuf_str(&out), STR("metrics_overflow_total 2\n")) != STR_NONE);
    assert_true(
        str_find(strbuf_str(&out), STR("{method=\"_other\",path=\"_other\"} 0\n")) != STR_NONE
    );
    strbuf_done(&out);
    metrics_free(metrics);
}

static void leaves_hidden_series_out_until_they_are_recorded_to(void **state)
{
    (void) state;
    Metrics *metrics = metrics_new(NULL, 0);
    Metric *metric =
        metrics_single(metrics, &(MetricSpec) { .name = "lag", .help = "L", .kind = METRIC_GAUGE });
    metric_set(metric, 7);
    metric_hide(metric);
    StrBuf out = STRBUF_INIT;
    metrics_expose(metrics, &out);
    assert_int_equal(out.len, 0);
    metric_set(metric, 8);
    metrics_expose(metrics, &out);
    assert_text(&out, "# HELP lag L\n# TYPE lag gauge\nlag 8\n");
    metrics_free(metrics);
}

static int64_t forty_two(void *arg)
{
    (void) arg;
    return 42;
}

static void asks_callbacks_when_the_text_is_made(void **state)
{
    (void) state;
    Metrics *metrics = metrics_new(NULL, 0);
    Metric *metric = metrics_single(
        metrics, &(MetricSpec) { .name = "age", .help = "A", .kind = METRIC_GAUGE, .unit = 1e-3 }
    );
    metric_set_callback(metric, forty_two, NULL);
    StrBuf out = STRBUF_INIT;
    metrics_expose(metrics, &out);
    assert_text(&out, "# HELP age A\n# TYPE age gauge\nage 0.042\n");
    metrics_free(metrics);
}

static void knows_the_process(void **state)
{
    (void) state;
    Metrics *metrics = product_metrics();
    metrics_add_process(metrics, STR("1.2.3"), STR("abc"));
    StrBuf out = STRBUF_INIT;
    metrics_expose(metrics, &out);
    static const char *const wanted[] = {
        "build_info{service=\"product\",version=\"1.2.3\",commit=\"abc\"} 1\n",
        "process_resident_memory_bytes{service=\"product\"} ",
        "process_cpu_seconds_total{service=\"product\"} ",
        "process_open_fds{service=\"product\"} ",
        "process_start_time_seconds{service=\"product\"} 1",
    };
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        assert_true(str_find(strbuf_str(&out), str_from(wanted[i])) != STR_NONE);
    }
    assert_true(
        str_find(strbuf_str(&out), STR("resident_memory_bytes{service=\"product\"} 0")) == STR_NONE
    );
    strbuf_done(&out);
    metrics_free(metrics);
}

enum { THREADS = 4, ROUNDS = 20000 };

static void *record(void *arg)
{
    MetricFamily *family = arg;
    for (int i = 0; i < ROUNDS; i++) {
        metric_inc(metric_get(family, METRIC_VALUES(STR("GET"), i % 2 ? STR("/a") : STR("/b"))));
    }
    return NULL;
}

static void loses_nothing_between_threads(void **state)
{
    (void) state;
    Metrics *metrics = metrics_new(NULL, 0);
    MetricFamily *family = metrics_define(metrics, &requests);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, record, family), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        StrBuf out = STRBUF_INIT;
        metrics_expose(metrics, &out);
        strbuf_done(&out);
        pthread_join(threads[i], NULL);
    }
    int64_t sum = metric_value(metric_get(family, METRIC_VALUES(STR("GET"), STR("/a")))) +
                  metric_value(metric_get(family, METRIC_VALUES(STR("GET"), STR("/b"))));
    assert_int_equal(sum, THREADS * ROUNDS);
    metrics_free(metrics);
}

static void does_nothing_without_a_registry(void **state)
{
    (void) state;
    Metric *none = metrics_single(NULL, &requests);
    assert_null(none);
    metric_inc(none);
    metric_observe(none, 1);
    metric_hide(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_families_and_series_in_their_order),
        cmocka_unit_test(escapes_label_values_and_help),
        cmocka_unit_test(puts_a_value_on_a_bound_below_it),
        cmocka_unit_test(counts_series_past_the_bound_in_one),
        cmocka_unit_test(leaves_hidden_series_out_until_they_are_recorded_to),
        cmocka_unit_test(asks_callbacks_when_the_text_is_made),
        cmocka_unit_test(knows_the_process),
        cmocka_unit_test(loses_nothing_between_threads),
        cmocka_unit_test(does_nothing_without_a_registry),
    };
    return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
