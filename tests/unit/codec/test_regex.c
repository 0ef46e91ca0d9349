#include "codec/regex.h"

#include "unit.h"

static bool matches(Arena *arena, const char *pattern, bool whole, const char *text)
{
    Regex *regex = NULL;
    Error err = ERROR_INIT;
    if (regex_compile(arena, str_from(pattern), whole, &regex, &err) != 0) {
        fail_msg("%s", err.message);
    }
    return regex_matches(regex, str_from(text));
}

static void finds_a_match_anywhere_or_over_the_whole_text(void **state)
{
    assert_true(matches(*state, "b+", false, "abbc"));
    assert_false(matches(*state, "b+", true, "abbc"));
    assert_true(matches(*state, "a|ab", true, "ab"));
    assert_true(matches(*state, "", true, ""));
    assert_false(matches(*state, "a$", false, "a\n"));
}

static void sees_characters_and_not_bytes(void **state)
{
    assert_true(matches(*state, ".", true, "\xc3\xa7"));
    assert_false(matches(*state, ".*", true, "\xc3"));
}

static void matches_beside_bytes_that_are_no_utf8(void **state)
{
    assert_true(matches(*state, "caught", false, "\xff\xfe caught \xc3"));
    assert_false(matches(
        *state,
        "a.b",
        false,
        "a\xff"
        "b"
    ));
}

static void says_what_is_wrong_with_a_pattern(void **state)
{
    Regex *regex = NULL;
    Error err = ERROR_INIT;
    assert_int_equal(regex_compile(*state, STR("a(b"), false, &regex, &err), -EINVAL);
    assert_string_equal(
        err.message, "regular expression \"a(b\": missing closing parenthesis at character 4"
    );
    assert_null(regex);
}

static void gives_up_on_a_pattern_that_would_take_for_ever(void **state)
{
    assert_false(matches(*state, "(a+)+b", true, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(finds_a_match_anywhere_or_over_the_whole_text),
        arena_test(sees_characters_and_not_bytes),
        arena_test(matches_beside_bytes_that_are_no_utf8),
        arena_test(says_what_is_wrong_with_a_pattern),
        arena_test(gives_up_on_a_pattern_that_would_take_for_ever),
    };
    return cmocka_run_group_tests_name("regex", tests, NULL, NULL);
}
