#include "audit/actions/cron.h"
#include "audit/actions/glob.h"
#include "unit.h"

static Cron parse(Arena *arena, const char *text)
{
    Cron cron;
    CronFault fault = { 0 };
    if (!cron_parse(arena, str_from(text), &cron, &fault)) {
        fail_msg("%s: %.*s", text, STR_ARG(fault.message));
    }
    return cron;
}

static void expect_fault(Arena *arena, const char *text, const char *message, size_t at)
{
    Cron cron;
    CronFault fault = { 0 };
    assert_false(cron_parse(arena, str_from(text), &cron, &fault));
    assert_str(fault.message, message);
    assert_int_equal(fault.start, at);
}

static void reads_fields(void **state)
{
    Cron cron = parse(*state, "0,30 8-10 * jan-mar mon-fri");
    assert_int_equal(cron.fields[0], (uint64_t) 1 | (uint64_t) 1 << 30);
    assert_int_equal(cron.fields[1], 7 << 8);
    assert_int_equal(cron.fields[3], 7 << 1);
    assert_int_equal(cron.fields[4], 31 << 1);
    cron = parse(*state, "5/20  */12 1 * SUN");
    assert_int_equal(cron.fields[0], (uint64_t) 1 << 5 | (uint64_t) 1 << 25 | (uint64_t) 1 << 45);
    assert_int_equal(cron.fields[1], 1 | 1 << 12);
}

static void says_which_field_is_wrong(void **state)
{
    expect_fault(*state, "60 * * * *", "minute: \"60\" isn't between 0 and 59", 0);
    expect_fault(*state, "0 0 0 * *", "day of the month: \"0\" isn't between 1 and 31", 4);
    expect_fault(*state, "0 5-2 * * *", "hour: \"5-2\" ends before it starts", 2);
    expect_fault(*state, "*/0 * * * *", "minute: \"*/0\" has no number above 0 behind \"/\"", 0);
    expect_fault(*state, "0 0 * * mun", "day of the week: \"mun\" is no number", 8);
    expect_fault(*state, "0 0 * *", "a schedule has 5 fields, this has 4", 0);
    expect_fault(*state, "1, * * * *", "minute: \"1,\" ends with a comma", 0);
}

static void knows_the_shortest_gap(void **state)
{
    Cron cron = parse(*state, "* * * * *");
    assert_int_equal(cron_shortest_gap(&cron), 1);
    cron = parse(*state, "58,2 * * * *");
    assert_int_equal(cron_shortest_gap(&cron), 4);
    cron = parse(*state, "58,2 0,23 * * *");
    assert_int_equal(cron_shortest_gap(&cron), 4);
    cron = parse(*state, "0 6 * * *");
    assert_int_equal(cron_shortest_gap(&cron), 0);
}

static void knows_dates_that_never_are(void **state)
{
    Cron cron = parse(*state, "0 0 31 feb,apr *");
    assert_true(cron_is_never(&cron));
    cron = parse(*state, "0 0 29 2 *");
    assert_false(cron_is_never(&cron));
    cron = parse(*state, "0 0 31 2 mon");
    assert_false(cron_is_never(&cron));
}

static void expect_glob(const char *pattern, GlobKind kind, const char *message, size_t at)
{
    GlobFault fault = { 0 };
    bool is_right = glob_check(str_from(pattern), kind, &fault);
    if (!message) {
        assert_true(is_right);
        return;
    }
    assert_false(is_right);
    assert_string_equal(fault.message, message);
    assert_int_equal(fault.at, at);
}

static void takes_the_patterns_of_the_manual(void **state)
{
    (void) state;
    static const char *const refs[] = {
        "feature/*",           "feature/**",       "main", "**", "*feature", "v2*",
        "v[12].[0-9]+.[0-9]+", "!release/**-alpha"
    };
    static const char *const paths[] = { "*",          "*.jsx?",       "**.js",
                                         "*.js",       "docs/**/*.md", "**/*src/**",
                                         "!README.md", "a b/c" };
    for (size_t i = 0; i < 8; i++) {
        expect_glob(refs[i], GLOB_REF, NULL, 0);
        expect_glob(paths[i], GLOB_PATH, NULL, 0);
    }
}

static void refuses_patterns_that_match_nothing(void **state)
{
    (void) state;
    expect_glob("", GLOB_REF, "is empty", 0);
    expect_glob("!", GLOB_REF, "\"!\" takes nothing back", 0);
    expect_glob("v[12", GLOB_REF, "\"[\" without its \"]\"", 1);
    expect_glob("![z-a]", GLOB_REF, "this range ends before it starts", 2);
    expect_glob("+x", GLOB_REF, "repeats what stands before it, and there is nothing", 0);
    expect_glob("my branch", GLOB_REF, "no branch or tag has this character", 2);
    expect_glob(
        "./src/**",
        GLOB_PATH,
        "matches nothing: paths start at the repository's root, without \"./\"",
        0
    );
    expect_glob("/src", GLOB_PATH, "matches nothing: paths start without \"/\"", 0);
}

static void finds_the_fixed_part(void **state)
{
    (void) state;
    bool is_whole;
    assert_str(glob_fixed_part(STR("a/b/x*.c"), &is_whole), "a/b");
    assert_false(is_whole);
    assert_str(glob_fixed_part(STR("a/b"), &is_whole), "a/b");
    assert_true(is_whole);
    assert_str(glob_fixed_part(STR("**/x"), &is_whole), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(reads_fields),
        arena_test(says_which_field_is_wrong),
        arena_test(knows_the_shortest_gap),
        arena_test(knows_dates_that_never_are),
        arena_test(takes_the_patterns_of_the_manual),
        arena_test(refuses_patterns_that_match_nothing),
        arena_test(finds_the_fixed_part),
    };
    return cmocka_run_group_tests_name("actions_schedule", tests, NULL, NULL);
}
