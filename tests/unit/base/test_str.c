#include "base/mem.h"

#include "unit.h"

static void compares_bytes_and_numbers(void **state)
{
    (void) state;
    assert_true(str_cmp(STR("a"), STR("b")) < 0);
    assert_true(str_cmp(STR("a"), STR("ab")) < 0);
    assert_true(str_cmp(STR("\x80"), STR("a")) > 0);
    assert_int_equal(str_cmp(STR(""), (Str) { 0 }), 0);
    assert_true(str_cmp_natural(STR("a2"), STR("a10")) < 0);
    assert_true(str_cmp_natural(STR("a02"), STR("a2")) != 0);
    assert_true(str_cmp_natural(STR("v1.9"), STR("v1.10")) < 0);
    assert_true(str_cmp_natural(STR("a"), STR("a0")) < 0);
    assert_int_equal(str_cmp_natural(STR("x7"), STR("x7")), 0);
    assert_true(str_eq_nocase(STR("Content-Type"), STR("content-type")));
    assert_false(str_eq_nocase(STR("a["), STR("A{")));
}

static void finds_and_slices(void **state)
{
    (void) state;
    Str path = STR("a/bc/d");
    assert_int_equal(str_find(path, STR("bc")), 2);
    assert_int_equal(str_find(path, STR("x")), STR_NONE);
    assert_int_equal(str_find(path, STR("")), 0);
    assert_int_equal(str_find_char(path, '/'), 1);
    assert_int_equal(str_rfind_char(path, '/'), 4);
    assert_int_equal(str_rfind_char(STR(""), '/'), STR_NONE);
    assert_str(str_slice(path, 2, 4), "bc");
    assert_str(str_slice(path, 4, 99), "/d");
    assert_str(str_slice(path, 5, 2), "");
    assert_str(str_skip(path, 99), "");
    assert_str(str_trim(STR(" \t x y\r\n")), "x y");
    assert_str(str_trim(STR("   ")), "");
    assert_true(str_has_prefix(path, STR("a/")) && str_has_suffix(path, STR("/d")));
    assert_false(str_has_suffix(STR("d"), path));
}

static void splits_at_separators(void **state)
{
    (void) state;
    StrBuf seen = STRBUF_INIT;
    Str rest = STR("a,,b");
    for (Str part; str_next(&rest, ',', &part);) {
        strbuf_addf(&seen, "[%" STR_FMT "]", STR_ARG(part));
    }
    rest = STR("one\r\n\ntwo");
    for (Str line; str_next_line(&rest, &line);) {
        strbuf_addf(&seen, "<%" STR_FMT ">", STR_ARG(line));
    }
    assert_text(&seen, "[a][][b]<one><><two>");
    Str before = STR("untouched");
    Str after = STR("untouched");
    assert_false(str_cut(STR("none"), '=', &before, &after));
    assert_str(before, "untouched");
    assert_true(str_cut(STR("k=v=w"), '=', &before, &after));
    assert_str(before, "k");
    assert_str(after, "v=w");
}

static void reads_integers_to_the_edge_of_their_range(void **state)
{
    (void) state;
    int64_t i = 0;
    uint64_t u = 0;
    assert_true(str_to_int64(STR("-9223372036854775808"), &i) && i == INT64_MIN);
    assert_true(str_to_int64(STR("+9223372036854775807"), &i) && i == INT64_MAX);
    assert_true(str_to_uint64(STR("18446744073709551615"), &u) && u == UINT64_MAX);
    static const Str wrong[] = {
        STR_INIT(""),    STR_INIT("-"),    STR_INIT("9223372036854775808"),
        STR_INIT("--1"), STR_INIT(" 1"),   STR_INIT("1 "),
        STR_INIT("1.0"), STR_INIT("0x10"),
    };
    for (size_t n = 0; n < ARRAY_LEN(wrong); n++) {
        assert_false(str_to_int64(wrong[n], &i));
    }
    assert_false(str_to_uint64(STR("18446744073709551616"), &u));
    assert_false(str_to_uint64(STR("-1"), &u));
}

static void reads_decimals_and_nothing_else(void **state)
{
    (void) state;
    double d = 0;
    assert_true(str_to_double(STR("-1.5e3"), &d) && d == -1500);
    assert_true(str_to_double(STR(".5"), &d) && d == 0.5);
    assert_true(str_to_double(STR("2."), &d) && d == 2);
    static const Str wrong[] = {
        STR_INIT(""),   STR_INIT("."),  STR_INIT("inf"),   STR_INIT("nan"), STR_INIT("0x1p3"),
        STR_INIT("1e"), STR_INIT(" 1"), STR_INIT("1e999"), STR_INIT("1,5"),
    };
    for (size_t n = 0; n < ARRAY_LEN(wrong); n++) {
        assert_false(str_to_double(wrong[n], &d));
    }
}

static void hashes_equal_texts_alike(void **state)
{
    Str a = STR("the same text, longer than one word");
    assert_true(str_hash(a) == str_hash(str_dup(*state, a)));
    assert_true(str_hash(STR("a")) != str_hash(STR("b")));
    assert_true(str_hash(STR("")) != str_hash(str_make("\0", 1)));
}

static void makes_changed_copies(void **state)
{
    assert_str(str_concat(*state, STR("a"), STR("b")), "ab");
    assert_str(str_printf(*state, "%d", 7), "7");
    assert_str(str_lower(*state, STR("MiXed Ä")), "mixed Ä");
    assert_str(str_upper(*state, STR("mixed")), "MIXED");
    assert_str(str_replace(*state, STR("a.b.c"), STR("."), STR("::")), "a::b::c");
    assert_str(str_replace(*state, STR("aaa"), STR("aa"), STR("b")), "ba");
    assert_str(str_replace(*state, STR(""), STR("x"), STR("y")), "");
    assert_string_equal(str_to_cstr(*state, STR("c")), "c");
}

static void proposes_the_word_that_was_meant(void **state)
{
    (void) state;
    static const Str keys[] = {
        STR_INIT("ports"), STR_INIT("port"), STR_INIT("needs"), STR_INIT("up")
    };
    assert_str(str_nearest(STR("prots"), keys, ARRAY_LEN(keys)), "ports");
    assert_str(str_nearest(STR("PORT"), keys, ARRAY_LEN(keys)), "port");
    assert_str(str_nearest(STR("nedes"), keys, ARRAY_LEN(keys)), "needs");
    assert_str(str_nearest(STR("replicas"), keys, ARRAY_LEN(keys)), "");
    assert_str(str_nearest(STR("xy"), keys, ARRAY_LEN(keys)), "");
    assert_str(str_nearest(STR(""), keys, ARRAY_LEN(keys)), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(compares_bytes_and_numbers),
        arena_test(finds_and_slices),
        arena_test(splits_at_separators),
        arena_test(reads_integers_to_the_edge_of_their_range),
        arena_test(reads_decimals_and_nothing_else),
        arena_test(hashes_equal_texts_alike),
        arena_test(makes_changed_copies),
        arena_test(proposes_the_word_that_was_meant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
