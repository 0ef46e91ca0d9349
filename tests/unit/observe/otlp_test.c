#include <stdio.h>

#include "base/mem.h"
#include "codec/protobuf.h"
#include "loop/fiber.h"
#include "net/http_server.h"
#include "observe/otlp.h"

#include "unit.h"

enum { WAIT_MS = 20000 };

/* The value of the first field `number` of a message. */
static Str sub(Str message, uint32_t number)
{
    ProtoReader reader = proto_reader(message);
    for (ProtoField field; proto_next(&reader, &field);) {
        if (field.number == number && field.wire == PROTO_BYTES) {
            return field.bytes;
        }
    }
    fail_msg("no field %u", number);
    return (Str) { 0 };
}

static uint64_t number_in(Str message, uint32_t number)
{
    ProtoReader reader = proto_reader(message);
    for (ProtoField field; proto_next(&reader, &field);) {
        if (field.number == number && field.wire != PROTO_BYTES) {
            return field.value;
        }
    }
    fail_msg("no field %u", number);
    return 0;
}

static size_t count_of(Str message, uint32_t number)
{
    size_t count = 0;
    ProtoReader reader = proto_reader(message);
    for (ProtoField field; proto_next(&reader, &field);) {
        count += field.number == number;
    }
    assert_false(reader.is_malformed);
    return count;
}

static void end_one_span(Tracer *tracer, Str name)
{
    TraceContext parent;
    traceparent_parse(STR("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), &parent);
    TraceSpan span;
    trace_begin_from(&span, tracer, &parent, TRACE_CLIENT, name);
    trace_set_text(&span, "db.system", STR("postgresql"));
    trace_set_int(&span, "n", -5);
    trace_set_bool(&span, "cached", false);
    trace_set_double(&span, "rate", 0.5);
    trace_event(&span, STR("retry"), STR("because"));
    trace_set_status(&span, TRACE_ERROR, STR("broken"));
    trace_end(&span);
}

static void encodes_a_span_as_the_protocol_says(void **state)
{
    (void) state;
    Tracer *tracer = tracer_new(&(TracerOptions) { .sample_rate = 0 });
    end_one_span(tracer, STR("db x"));
    auto_strbuf StrBuf spans = STRBUF_INIT, request = STRBUF_INIT;
    assert_int_equal(tracer_take(tracer, 10, &spans), 1);
    const MetricLabel resource = { STR("service.name"), STR("product") };
    otlp_encode_traces(&request, &resource, 1, strbuf_str(&spans));

    Str resource_spans = sub(strbuf_str(&request), 1);
    Str attribute = sub(sub(resource_spans, 1), 1);
    assert_str(sub(attribute, 1), "service.name");
    assert_str(sub(sub(attribute, 2), 1), "product");
    Str span = sub(sub(resource_spans, 2), 2);
    assert_int_equal(sub(span, 1).len, 16);
    assert_int_equal(sub(span, 2).len, 8);
    assert_memory_equal(sub(span, 4).ptr, "\xb7\xad\x6b\x71\x69\x20\x33\x31", 8);
    assert_str(sub(span, 5), "db x");
    assert_int_equal(number_in(span, 6), TRACE_CLIENT);
    assert_true(number_in(span, 8) >= number_in(span, 7));
    assert_int_equal(count_of(span, 9), 4);
    assert_str(sub(sub(span, 11), 2), "retry");
    assert_str(sub(sub(span, 15), 2), "broken");
    assert_int_equal(number_in(sub(span, 15), 3), TRACE_ERROR);
    tracer_free(tracer);
}

typedef struct Collector {
    HttpServer *server;
    int refusals_left; /* with 503 */
    int status;        /* after them */
    size_t spans, posts;
    Arena *arena;
    Str content_type;
} Collector;

static void collect(HttpExchange *exchange, void *arg)
{
    Collector *collector = arg;
    Str body = { 0 };
    assert_int_equal(http_read_body(exchange, 1 << 20, &body), 0);
    assert_str(exchange->path, "/v1/traces");
    collector->posts++;
    if (collector->refusals_left > 0) {
        collector->refusals_left--;
        http_respond(exchange, 503, STR(""));
        return;
    }
    collector->content_type =
        str_dup(collector->arena, http_headers_get(&exchange->headers, STR("Content-Type")));
    collector->spans += count_of(sub(sub(body, 1), 2), 2);
    http_respond(exchange, collector->status, STR(""));
}

typedef struct Run {
    Loop *loop;
    Collector *collector;
    void (*body)(struct Run *run, Tracer *tracer, OtlpExporter *exporter);
    OtlpOptions options;
    uint64_t dropped;
} Run;

static void run_main(void *arg)
{
    Run *run = arg;
    Collector *collector = run->collector;
    auto_arena Arena *arena = arena_new(0);
    collector->arena = arena;
    const HttpServerOptions options = { .handler = collect, .arg = collector };
    const Address address = { .host = "127.0.0.1" };
    assert_int_equal(http_server_new(run->loop, &options, &collector->server, NULL), 0);
    assert_int_equal(http_server_listen(collector->server, &address, NULL), 0);
    Tracer *tracer = tracer_new(&(TracerOptions) { .sample_rate = 1 });
    OtlpExporter *exporter = NULL;
    run->options.endpoint =
        str_printf(arena, "127.0.0.1:%d", http_server_port(collector->server, 0));
    assert_int_equal(otlp_exporter_start(run->loop, tracer, &run->options, &exporter, NULL), 0);
    run->body(run, tracer, exporter);
    run->dropped = tracer_dropped(tracer);
    tracer_free(tracer);
    http_server_free(collector->server);
}

static void run_exporter(Run *run)
{
    assert_int_equal(loop_new(&run->loop, NULL), 0);
    assert_int_equal(fiber_run_main(run->loop, run_main, run), 0);
    loop_free(run->loop);
}

static void send_and_stop(Run *run, Tracer *tracer, OtlpExporter *exporter)
{
    (void) run;
    for (int i = 0; i < 25; i++) {
        end_one_span(tracer, STR("x"));
    }
    otlp_exporter_stop(exporter, WAIT_MS);
}

static void sends_what_is_queued_at_the_end(void **state)
{
    (void) state;
    Collector collector = { .status = 200 };
    run_exporter(&(Run
    ) { .collector = &collector, .body = send_and_stop, .options.batch_spans = 10 });
    assert_int_equal(collector.spans, 25);
    assert_int_equal(collector.posts, 3);
}

static void wait_for_batch(Run *run, Tracer *tracer, OtlpExporter *exporter)
{
    for (int i = 0; i < 10; i++) {
        end_one_span(tracer, STR("x"));
    }
    Deadline until = deadline_in_ms(WAIT_MS);
    while (run->collector->spans < 10 && deadline_left_ms(until) > 0) {
        fiber_sleep_ms(1);
    }
    assert_int_equal(run->collector->spans, 10);
    otlp_exporter_stop(exporter, WAIT_MS);
}

static void a_full_batch_leaves_without_waiting_for_the_interval(void **state)
{
    (void) state;
    Collector collector = { .status = 200 };
    Run run = {
        .collector = &collector,
        .body = wait_for_batch,
        .options = { .batch_spans = 10, .interval_ms = 3600 * 1000 },
    };
    run_exporter(&run);
    assert_int_equal(collector.posts, 1);
}

static void tries_again_what_a_busy_collector_refused(void **state)
{
    (void) state;
    Collector collector = { .status = 200, .refusals_left = 1 };
    Run run = { .collector = &collector, .body = wait_for_batch, .options.batch_spans = 10 };
    run_exporter(&run);
    assert_int_equal(collector.posts, 2);
    assert_int_equal(run.dropped, 0);
}

static void drops_and_counts_what_is_refused_for_good(void **state)
{
    (void) state;
    Collector collector = { .status = 400 };
    Run run = { .collector = &collector, .body = send_and_stop };
    run_exporter(&run);
    assert_int_equal(collector.posts, 1);
    assert_int_equal(run.dropped, 25);
}

static void stop_without_time(Run *run, Tracer *tracer, OtlpExporter *exporter)
{
    (void) run;
    end_one_span(tracer, STR("x"));
    otlp_exporter_stop(exporter, 1);
}

static void ends_in_time_when_the_collector_does_not_take_it(void **state)
{
    (void) state;
    Collector collector = { .status = 200, .refusals_left = 1 << 30 };
    Run run = { .collector = &collector, .body = stop_without_time };
    run_exporter(&run);
    assert_int_equal(collector.spans, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encodes_a_span_as_the_protocol_says),
        cmocka_unit_test(sends_what_is_queued_at_the_end),
        cmocka_unit_test(a_full_batch_leaves_without_waiting_for_the_interval),
        cmocka_unit_test(tries_again_what_a_busy_collector_refused),
        cmocka_unit_test(drops_and_counts_what_is_refused_for_good),
        cmocka_unit_test(ends_in_time_when_the_collector_does_not_take_it),
    };
    return cmocka_run_group_tests_name("otlp", tests, NULL, NULL);
}
