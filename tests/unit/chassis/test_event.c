#include "consumers.h"
#include "support.h"

#define ENVELOPE(version, id, data)                                                              \
    "{\"event_id\":\"" id                                                                        \
    "\",\"event_type\":\"ecommerce.x.made\",\"aggregate_id\":\"a\",\"version\":" version         \
    ",\"timestamp\":\"1970-01-01T00:00:01Z\",\"source\":\"x-service\",\"correlation_id\":\"c\"," \
    "\"data\":" data ",\"metadata\":{\"aggregate_version\":\"7\"},\"more\":1}"
#define ID "0191b3a4-0000-7000-8000-00000000000a"

typedef struct Data {
    int64_t n;
} Data;
static const Field data_fields[] = { FIELD_INT(Data, n, .required = true, .min = 1, .max = 9),
                                     FIELD_END };

static void reads_the_envelope_and_its_data(void **state)
{
    Context *ctx = *state;
    Event event;
    Data data = { 0 };
    assert_int_equal(
        event_parse(ctx, STR(ENVELOPE("1", ID, "{\"n\":3,\"unknown\":null}")), &event), 0
    );
    assert_str(event.id, ID);
    assert_str(event.type, "ecommerce.x.made");
    assert_int_equal(event.aggregate_version, 7);
    assert_true(event.timestamp == US_PER_S);
    assert_int_equal(event_data(ctx, &event, data_fields, &data), 0);
    assert_int_equal(data.n, 3);
}

static void refuses_what_can_never_be_processed(void **state)
{
    Context *ctx = *state;
    const char *bad[] = { "",
                          "[]",
                          "{}",
                          "{not json",
                          ENVELOPE("2", ID, "{}"),
                          ENVELOPE("1", "x", "{}"),
                          ENVELOPE("1", ID, "[]"),
                          ENVELOPE("\"1\"", ID, "{}") };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        Event event;
        fail_clear(ctx);
        assert_true(event_parse(ctx, str_from(bad[i]), &event) < 0);
        assert_int_equal(ctx->failure.code, FAIL_INVALID_INPUT);
        assert_false(failure_is_transient(&ctx->failure));
    }
}

static void data_that_break_a_rule_make_the_event_malformed(void **state)
{
    Context *ctx = *state;
    Event event;
    Data data = { 0 };
    assert_int_equal(event_parse(ctx, STR(ENVELOPE("1", ID, "{\"n\":0}")), &event), 0);
    assert_true(event_data(ctx, &event, data_fields, &data) < 0);
    assert_int_equal(ctx->failure.code, FAIL_INVALID_INPUT);
    assert_str(ctx->failure.message, "malformed event: data.n must be between 1 and 9");
}

static void dead_letters_have_one_topic_each(void **state)
{
    Context *ctx = *state;
    assert_str(
        dlq_topic(ctx->arena, STR("ecommerce.product.created")), "ecommerce.dlq.product.created"
    );
    assert_str(dlq_topic(ctx->arena, STR("product.created")), "ecommerce.dlq.product.created");
    assert_str(
        dlq_topic(ctx->arena, STR("ecommerce.dlq.product.created")), "ecommerce.dlq.product.created"
    );
}

static void what_passes_by_itself_is_tried_for_ever(void **state)
{
    (void) state;
    const FailCode transient[] = {
        FAIL_TIMEOUT, FAIL_SERVICE_UNAVAILABLE, FAIL_BAD_GATEWAY, FAIL_CONFLICT
    };
    for (size_t i = 0; i < ARRAY_LEN(transient); i++) {
        assert_true(failure_is_transient(&(Failure) { .code = transient[i] }));
    }
    assert_false(failure_is_transient(&(Failure) { .code = FAIL_NOT_FOUND }));
    assert_false(failure_is_transient(&(Failure) { .code = FAIL_INTERNAL_ERROR }));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        context_test(reads_the_envelope_and_its_data),
        context_test(refuses_what_can_never_be_processed),
        context_test(data_that_break_a_rule_make_the_event_malformed),
        context_test(dead_letters_have_one_topic_each),
        cmocka_unit_test(what_passes_by_itself_is_tried_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
