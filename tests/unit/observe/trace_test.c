#include "base/mem.h"
#include "codec/protobuf.h"
#include "loop/fiber.h"
#include "observe/trace.h"

#include "unit.h"

static const Str example = STR_INIT("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

static void reads_and_writes_traceparent(void **state)
{
    (void) state;
    TraceContext context = { 0 };
    assert_true(traceparent_parse(example, &context));
    assert_true(context.sampled);
    assert_int_equal(context.trace_id[0], 0x0a);
    assert_int_equal(context.span_id[7], 0x31);
    char text[TRACEPARENT_LEN + 1];
    traceparent_format(&context, text);
    assert_str(example, text);
}

static void refuses_what_the_recommendation_refuses(void **state)
{
    (void) state;
    static const char *const bad[] = {
        "",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333g-01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
        "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.more",
        "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    };
    TraceContext context;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_false(traceparent_parse(str_from(bad[i]), &context));
    }
    assert_true(traceparent_parse(
        STR("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-the-future-brings"),
        &context
    ));
}

static void samples_all_none_or_about_the_rate(void **state)
{
    (void) state;
    static const double rates[] = { 0, 0.25, 1 };
    enum { TRACES = 4000 };
    for (size_t i = 0; i < ARRAY_LEN(rates); i++) {
        Tracer *tracer = tracer_new(&(TracerOptions) { .sample_rate = rates[i] });
        int sampled = 0;
        for (int j = 0; j < TRACES; j++) {
            TraceSpan span;
            trace_begin_from(&span, tracer, NULL, TRACE_SERVER, STR("x"));
            sampled += span.context.sampled;
            trace_end(&span);
        }
        /* five sigma of a binomial distribution are 137 */
        assert_in_range(
            sampled,
            (int) (rates[i] * TRACES) - (rates[i] == 0.25 ? 137 : 0),
            (int) (rates[i] * TRACES) + (rates[i] == 0.25 ? 137 : 0)
        );
        assert_int_equal(tracer_queued(tracer), sampled);
        tracer_free(tracer);
    }
}

static void a_parent_decides_whatever_the_rate(void **state)
{
    (void) state;
    Tracer *tracer = tracer_new(&(TracerOptions) { .sample_rate = 0 });
    TraceContext context = { 0 };
    assert_true(traceparent_parse(example, &context));
    TraceSpan span;
    trace_begin_from(&span, tracer, &context, TRACE_SERVER, STR("x"));
    assert_true(span.context.sampled);
    assert_memory_equal(span.context.trace_id, context.trace_id, 16);
    assert_memory_equal(span.parent_id, context.span_id, 8);
    assert_memory_not_equal(span.context.span_id, context.span_id, 8);
    trace_end(&span);
    trace_end(&span); /* once only */
    assert_int_equal(tracer_queued(tracer), 1);
    tracer_free(tracer);
}

static void drops_and_counts_past_the_bound(void **state)
{
    (void) state;
    Tracer *tracer = tracer_new(&(TracerOptions) { .sample_rate = 1, .max_queued_bytes = 300 });
    for (int i = 0; i < 100; i++) {
        TraceSpan span;
        trace_begin_from(&span, tracer, NULL, TRACE_INTERNAL, STR("a span of some length"));
        trace_end(&span);
    }
    assert_true(tracer_queued(tracer) > 0);
    assert_int_equal(tracer_queued(tracer) + tracer_dropped(tracer), 100);
    tracer_free(tracer);
}

static void takes_spans_in_batches(void **state)
{
    (void) state;
    Tracer *tracer = tracer_new(&(TracerOptions) { .sample_rate = 1 });
    for (int i = 0; i < 5; i++) {
        TraceSpan span;
        trace_begin_from(&span, tracer, NULL, TRACE_INTERNAL, STR("x"));
        trace_end(&span);
    }
    StrBuf out = STRBUF_INIT;
    assert_int_equal(tracer_take(tracer, 3, &out), 3);
    assert_int_equal(tracer_take(tracer, 3, &out), 2);
    assert_int_equal(tracer_take(tracer, 3, &out), 0);
    ProtoReader reader = proto_reader(strbuf_str(&out));
    int count = 0;
    for (ProtoField field; proto_next(&reader, &field);) {
        assert_int_equal(proto_key(&field), PROTO_KEY(2, PROTO_BYTES));
        count++;
    }
    assert_int_equal(count, 5);
    assert_false(reader.is_malformed);
    strbuf_done(&out);
    tracer_free(tracer);
}

static void nest(void *arg)
{
    FiberContext context = { .tracer = arg };
    TraceContext current;
    fiber_set_local(&context);
    assert_false(trace_current(&current));
    TraceSpan server, query, inner;
    trace_begin_from(&server, context.tracer, NULL, TRACE_SERVER, STR("GET /"));
    trace_enter(&server);
    trace_begin(&query, TRACE_CLIENT, STR("db x"));
    assert_memory_equal(query.parent_id, server.context.span_id, 8);
    assert_memory_equal(query.context.trace_id, server.context.trace_id, 16);
    trace_enter(&query);
    trace_begin(&inner, TRACE_INTERNAL, STR("inner"));
    assert_memory_equal(inner.parent_id, query.context.span_id, 8);
    trace_end(&inner);
    trace_end(&query);
    assert_true(trace_current(&current));
    assert_memory_equal(current.span_id, server.context.span_id, 8);
    trace_end(&server);
    assert_null(context.span);
}

static void spans_of_a_fiber_nest(void **state)
{
    (void) state;
    Tracer *tracer = tracer_new(&(TracerOptions) { .sample_rate = 1 });
    Loop *loop = NULL;
    assert_int_equal(loop_new(&loop, NULL), 0);
    assert_int_equal(fiber_run_main(loop, nest, tracer), 0);
    loop_free(loop);
    assert_int_equal(tracer_queued(tracer), 3);
    tracer_free(tracer);
}

static void records_nothing_outside_a_fiber(void **state)
{
    (void) state;
    TraceSpan span;
    trace_begin(&span, TRACE_CLIENT, STR("db x"));
    trace_set_int(&span, "n", 1);
    trace_event(&span, STR("e"), STR(""));
    assert_false(trace_is_recording(&span));
    assert_int_equal(span.attribute_count, 0);
    trace_end(&span);
}

static void counts_attributes_past_the_bound(void **state)
{
    (void) state;
    Tracer *tracer = tracer_new(&(TracerOptions) { .sample_rate = 1 });
    TraceSpan span;
    trace_begin_from(&span, tracer, NULL, TRACE_INTERNAL, STR("x"));
    for (int i = 0; i < TRACE_ATTRIBUTES_MAX + 3; i++) {
        trace_set_int(&span, "n", i);
    }
    assert_int_equal(span.attribute_count, TRACE_ATTRIBUTES_MAX);
    assert_int_equal(span.dropped_attributes, 3);
    trace_end(&span);
    tracer_free(tracer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_writes_traceparent),
        cmocka_unit_test(refuses_what_the_recommendation_refuses),
        cmocka_unit_test(samples_all_none_or_about_the_rate),
        cmocka_unit_test(a_parent_decides_whatever_the_rate),
        cmocka_unit_test(drops_and_counts_past_the_bound),
        cmocka_unit_test(takes_spans_in_batches),
        cmocka_unit_test(spans_of_a_fiber_nest),
        cmocka_unit_test(records_nothing_outside_a_fiber),
        cmocka_unit_test(counts_attributes_past_the_bound),
    };
    return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
