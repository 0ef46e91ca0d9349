#include "base/clock.h"
#include "base/mem.h"

#include "unit.h"

static void writes_and_reads_rfc3339(void **state)
{
    int64_t us = 0;
    assert_true(clock_parse_rfc3339(STR("2026-01-02T03:04:05.678901Z"), &us));
    assert_true(us == 1767323045678901);
    assert_str(clock_rfc3339(*state, us, 6), "2026-01-02T03:04:05.678901Z");
    assert_str(clock_rfc3339(*state, us, 3), "2026-01-02T03:04:05.678Z");
    assert_str(clock_rfc3339(*state, us, 0), "2026-01-02T03:04:05Z");
    assert_str(clock_rfc3339(*state, -1, 6), "1969-12-31T23:59:59.999999Z");
}

static void reads_offsets_and_fractions(void **state)
{
    (void) state;
    int64_t us = 0;
    assert_true(clock_parse_rfc3339(STR("1970-01-01T02:30:00+02:30"), &us) && us == 0);
    assert_true(clock_parse_rfc3339(STR("1969-12-31t19:00:00-05:00"), &us) && us == 0);
    assert_true(clock_parse_rfc3339(STR("1970-01-01T00:00:00.1234567899z"), &us) && us == 123456);
    assert_true(clock_parse_rfc3339(STR("2024-02-29T00:00:00Z"), &us));
    assert_true(clock_parse_rfc3339(STR("2016-12-31T23:59:60Z"), &us) && us == 1483228800000000);
}

static void refuses_dates_that_do_not_exist(void **state)
{
    (void) state;
    static const Str wrong[] = {
        STR_INIT("2026-02-29T00:00:00Z"),      STR_INIT("2026-13-01T00:00:00Z"),
        STR_INIT("2026-00-01T00:00:00Z"),      STR_INIT("2026-01-01T24:00:00Z"),
        STR_INIT("2026-01-01T00:00:00"),       STR_INIT("2026-01-01 00:00:00Z"),
        STR_INIT("2026-1-01T00:00:00Z"),       STR_INIT("2026-01-01T00:00:00.Z"),
        STR_INIT("2026-01-01T00:00:00Zx"),     STR_INIT("1900-02-29T00:00:00Z"),
        STR_INIT("2026-01-01T00:00:00+24:00"), STR_INIT(""),
        STR_INIT("2026-01-01T00:00:00+1:00"),
    };
    int64_t us = 42;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        assert_false(clock_parse_rfc3339(wrong[i], &us));
    }
    assert_int_equal(us, 42);
}

static void reads_durations(void **state)
{
    (void) state;
    int64_t ns = 0;
    assert_true(duration_parse(STR("1h30m"), &ns) && ns == 5400 * NS_PER_S);
    assert_true(duration_parse(STR("1.5s"), &ns) && ns == 1500 * NS_PER_MS);
    assert_true(duration_parse(STR(".5ms"), &ns) && ns == 500 * NS_PER_US);
    assert_true(duration_parse(STR("10us7ns"), &ns) && ns == 10007);
    assert_true(duration_parse(STR("3µs"), &ns) && ns == 3000);
    assert_true(duration_parse(STR("0"), &ns) && ns == 0);
    static const Str wrong[] = {
        STR_INIT(""),  STR_INIT("5"),  STR_INIT("s"),  STR_INIT("-5s"), STR_INIT("5 s"),
        STR_INIT("."), STR_INIT(".s"), STR_INIT("1d"), STR_INIT("1h5"), STR_INIT("9999999h"),
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        assert_false(duration_parse(wrong[i], &ns));
    }
}

static void writes_the_shortest_duration(void **state)
{
    (void) state;
    static const struct {
        int64_t ns;
        const char *text;
    } cases[] = {
        { 0, "0s" },
        { 5400 * NS_PER_S, "1h30m" },
        { 2500 * NS_PER_MS, "2.5s" },
        { 40 * NS_PER_MS, "40ms" },
        { 1500, "1.5us" },
        { 7, "7ns" },
        { 3600 * NS_PER_S + NS_PER_MS, "1h0.001s" },
        { -90 * NS_PER_S, "-1m30s" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        StrBuf out = STRBUF_INIT;
        duration_add(&out, cases[i].ns);
        assert_text(&out, cases[i].text);
    }
}

static void deadlines_do_not_overflow(void **state)
{
    (void) state;
    assert_true(deadline_left_ms(DEADLINE_NEVER) == INT64_MAX);
    assert_true(deadline_in_ms(INT64_MAX) == DEADLINE_NEVER);
    assert_true(deadline_left_ms(deadline_in_ms(-5)) == 0);
    assert_true(deadline_left_ms(deadline_in_ms(60000)) > 0);
    assert_true(deadline_min(3, DEADLINE_NEVER) == 3);
}

static void formats_microseconds_as_the_general_form_does(void **state)
{
    (void) state;
    const int64_t times[] = { 0,
                              -1,
                              951782399999999,
                              951782400000000,
                              1709164800000001,
                              4102444800000000,
                              253402300799999999 };
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        StrBuf want = STRBUF_INIT;
        char text[RFC3339_US_LEN + 1];
        clock_add_rfc3339(&want, times[i], 6);
        clock_format_us(times[i], text);
        unit_assert_text(&want, text, __FILE__, __LINE__);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_microseconds_as_the_general_form_does),
        arena_test(writes_and_reads_rfc3339),
        arena_test(reads_offsets_and_fractions),
        arena_test(refuses_dates_that_do_not_exist),
        arena_test(reads_durations),
        arena_test(writes_the_shortest_duration),
        arena_test(deadlines_do_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
