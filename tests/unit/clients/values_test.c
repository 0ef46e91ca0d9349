/* What the clients put on the wire and read from it, where no server is needed. */
#include "base/mem.h"
#include "clients/kafka.h"
#include "clients/pg.h"
#include "clients/redis.h"

#include "unit.h"

static void assert_bytes(PgParam param, PgType type, const char *bytes, int32_t size)
{
    assert_int_equal(param.type, type);
    assert_int_equal(param.size, size);
    assert_memory_equal(param.data ? param.data : param.small, bytes, (size_t) size);
}

static void parameters_are_the_servers_binary_forms(void **state)
{
    (void) state;
    assert_bytes(pg_bool(true), PG_BOOL, "\1", 1);
    assert_bytes(pg_int(-2), PG_INT8, "\xff\xff\xff\xff\xff\xff\xff\xfe", 8);
    assert_bytes(pg_int4(0x01020304), PG_INT4, "\1\2\3\4", 4);
    assert_bytes(pg_double(1), PG_FLOAT8, "\x3f\xf0\0\0\0\0\0\0", 8);
    assert_bytes(pg_text(STR("ab")), PG_TEXT, "ab", 2);
    assert_bytes(pg_text((Str) { 0 }), PG_TEXT, "", 0);
    /* 2000-01-01T00:00:01Z is one second after the server's beginning of time */
    assert_bytes(pg_time(946684801000000), PG_TIMESTAMPTZ, "\0\0\0\0\0\x0f\x42\x40", 8);
    assert_int_equal(pg_null().size, -1);
    assert_int_equal(pg_text_or_null(STR("x"), true).size, -1);
}

static void arrays_carry_their_header(void **state)
{
    const Str words[] = { STR("a"), STR("") };
    assert_bytes(
        pg_text_array(*state, words, 2),
        PG_TEXT_ARRAY,
        "\0\0\0\1\0\0\0\0\0\0\0\x19\0\0\0\2\0\0\0\1\0\0\0\1a\0\0\0\0",
        29
    );
    const int64_t number = 7;
    assert_bytes(
        pg_int_array(*state, &number, 1),
        PG_INT8_ARRAY,
        "\0\0\0\1\0\0\0\0\0\0\0\x14\0\0\0\1\0\0\0\1\0\0\0\x08\0\0\0\0\0\0\0\7",
        32
    );
    assert_bytes(pg_uuid_array(*state, NULL, 0), PG_UUID_ARRAY, "\0\0\0\0\0\0\0\0\0\0\x0b\x86", 12);
}

static void identifiers_are_quoted(void **state)
{
    assert_str(pg_quote_identifier(*state, STR("order")), "\"order\"");
    assert_str(pg_quote_identifier(*state, STR("a\"; DROP")), "\"a\"\"; DROP\"");
}

static void the_last_header_of_a_name_counts(void **state)
{
    (void) state;
    const KafkaHeader headers[] = {
        { STR("source"), STR("cart") },
        { STR("empty"), STR("") },
        { STR("source"), STR("order") },
    };
    const KafkaMessage message = { .headers = headers, .header_count = ARRAY_LEN(headers) };
    Str value = { 0 };
    assert_true(kafka_header(&message, STR("source"), &value));
    assert_str(value, "order");
    assert_true(kafka_header(&message, STR("empty"), &value));
    assert_str(value, "");
    assert_false(kafka_header(&message, STR("absent"), &value));
}

static void numbers_become_arguments(void **state)
{
    assert_str(redis_int(*state, INT64_MIN), "-9223372036854775808");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parameters_are_the_servers_binary_forms),
        arena_test(arrays_carry_their_header),
        arena_test(identifiers_are_quoted),
        cmocka_unit_test(the_last_header_of_a_name_counts),
        arena_test(numbers_become_arguments),
    };
    return cmocka_run_group_tests_name("values", tests, NULL, NULL);
}
