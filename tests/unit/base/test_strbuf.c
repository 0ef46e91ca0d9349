#include <float.h>

#include "base/mem.h"

#include "unit.h"

static void builds_on_heap_and_arena(void **state)
{
    StrBuf heap = STRBUF_INIT;
    StrBuf arena = STRBUF_ON_ARENA(*state);
    for (int i = 0; i < 500; i++) {
        strbuf_addf(&heap, "%d,", i);
        strbuf_addf(&arena, "%d,", i);
    }
    assert_true(str_eq(strbuf_str(&heap), strbuf_str(&arena)));
    assert_int_equal(heap.ptr[heap.len], '\0');
    strbuf_done(&heap);
    assert_str(strbuf_str(&heap), "");
}

static void writes_numbers(void **state)
{
    (void) state;
    StrBuf out = STRBUF_INIT;
    strbuf_add_int64(&out, INT64_MIN);
    strbuf_add_char(&out, ' ');
    strbuf_add_uint64(&out, UINT64_MAX);
    strbuf_add_char(&out, ' ');
    strbuf_add_int64(&out, 0);
    assert_text(&out, "-9223372036854775808 18446744073709551615 0");
}

static void writes_doubles_that_read_back_equal(void **state)
{
    (void) state;
    static const double values[] = { 0.1,     1.0 / 3, 1e21, 5e-324,
                                     DBL_MAX, -2.5,    100,  0.30000000000000004 };
    static const char *const texts[] = {
        "0.1", "0.3333333333333333",  "1e+21", "5e-324", "1.7976931348623157e+308", "-2.5",
        "100", "0.30000000000000004",
    };
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        StrBuf out = STRBUF_INIT;
        double back = 0;
        strbuf_add_double(&out, values[i]);
        assert_true(str_to_double(strbuf_str(&out), &back) && back == values[i]);
        assert_text(&out, texts[i]);
    }
}

/* Values with few decimals take a way of their own: it must not show. */
static void writes_short_decimals_as_printf_does(void **state)
{
    (void) state;
    static const double digits[] = { 1, 7, 10, 99, -125, 1005, 123456, 999999, -1234567, 1e12 + 1 };
    static const double scales[] = { 1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8 };
    for (size_t i = 0; i < ARRAY_LEN(digits) * ARRAY_LEN(scales); i++) {
        double value = digits[i / ARRAY_LEN(scales)] / scales[i % ARRAY_LEN(scales)];
        char expected[32];
        snprintf(expected, sizeof(expected), "%.15g", value);
        StrBuf out = STRBUF_INIT;
        strbuf_add_double(&out, value);
        assert_text(&out, expected);
    }
}

static void writes_utf8(void **state)
{
    (void) state;
    StrBuf out = STRBUF_INIT;
    strbuf_add_codepoint(&out, 'a');
    strbuf_add_codepoint(&out, 0xE4);
    strbuf_add_codepoint(&out, 0x20AC);
    strbuf_add_codepoint(&out, 0x1F600);
    assert_text(&out, "aä€😀");
}

static void inserts_and_removes(void **state)
{
    (void) state;
    StrBuf out = STRBUF_INIT;
    strbuf_add_cstr(&out, "bd");
    strbuf_insert(&out, 0, STR("a"));
    strbuf_insert(&out, 2, STR("c"));
    strbuf_insert(&out, 4, STR("e"));
    strbuf_remove(&out, 1, 2);
    assert_text(&out, "ade");
}

static void indents_lines_but_not_empty_ones(void **state)
{
    (void) state;
    StrBuf out = STRBUF_INIT;
    strbuf_line(&out, STR("a:"));
    out.indent += 2;
    strbuf_linef(&out, "b: %d", 1);
    strbuf_line(&out, STR(""));
    assert_text(&out, "a:\n  b: 1\n\n");
}

static void hands_its_bytes_over(void **state)
{
    (void) state;
    StrBuf out = STRBUF_INIT;
    strbuf_add_cstr(&out, "taken");
    auto_free char *taken = strbuf_take(&out);
    assert_string_equal(taken, "taken");
    assert_null(out.ptr);
    auto_free char *empty = strbuf_take(&out);
    assert_string_equal(empty, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(builds_on_heap_and_arena),
        arena_test(writes_numbers),
        arena_test(writes_doubles_that_read_back_equal),
        arena_test(writes_short_decimals_as_printf_does),
        arena_test(writes_utf8),
        arena_test(inserts_and_removes),
        arena_test(indents_lines_but_not_empty_ones),
        arena_test(hands_its_bytes_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
