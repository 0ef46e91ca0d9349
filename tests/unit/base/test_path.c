#include "base/mem.h"
#include "base/path.h"

#include "unit.h"

typedef struct Case {
    const char *in;
    const char *out;
} Case;

static void cleans(void **state)
{
    static const Case cases[] = {
        { "a/./b//../c", "a/c" },
        { "", "." },
        { ".", "." },
        { "/", "/" },
        { "/..", "/" },
        { "../a", "../a" },
        { "a/..", "." },
        { "a/../..", ".." },
        { "a/b/", "a/b" },
        { "/a/../b", "/b" },
        { "../../x/..", "../.." },
        { "///a///b", "/a/b" },
        { "a../b", "a../b" },
        { "./a", "a" },
        { "/.", "/" },
        { "a/.", "a" },
        { "/a/.b/..c", "/a/.b/..c" },
        { ".a/b", ".a/b" },
        { "/a/b", "/a/b" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_str(path_clean(*state, str_from(cases[i].in)), cases[i].out);
    }
}

static void joins(void **state)
{
    assert_str(path_join(*state, STR("a"), STR("b/../c")), "a/c");
    assert_str(path_join(*state, STR("a"), STR("/b")), "/b");
    assert_str(path_join(*state, STR(""), STR("b")), "b");
    assert_str(path_join(*state, STR("a/b"), STR("../..")), ".");
    assert_str(path_join(*state, STR("/"), STR("a")), "/a");
    assert_str(path_join(*state, STR("a"), STR("")), "a");
    assert_str(path_join(*state, STR("a/b"), STR(".c")), "a/b/.c");
}

static void takes_paths_apart(void **state)
{
    (void) state;
    assert_str(path_dir(STR("a/b")), "a");
    assert_str(path_dir(STR("a")), ".");
    assert_str(path_dir(STR("/a")), "/");
    assert_str(path_dir(STR("/")), "/");
    assert_str(path_dir(STR("a/b/")), "a");
    assert_str(path_base(STR("a/b")), "b");
    assert_str(path_base(STR("/")), "/");
    assert_str(path_base(STR("b/")), "b");
    assert_str(path_extension(STR("x.tar.gz")), ".gz");
    assert_str(path_extension(STR(".bashrc")), "");
    assert_str(path_extension(STR("a.b/c")), "");
}

static void sees_a_path_from_elsewhere(void **state)
{
    assert_str(path_relative(*state, STR("/a/b"), STR("/a/c/d")), "../c/d");
    assert_str(path_relative(*state, STR("a"), STR("a")), ".");
    assert_str(path_relative(*state, STR("."), STR("a/b")), "a/b");
    assert_str(path_relative(*state, STR("a/b"), STR(".")), "../..");
    assert_str(path_relative(*state, STR("/"), STR("/x")), "x");
    assert_str(path_relative(*state, STR("/ab"), STR("/abc")), "../abc");
}

static void knows_what_lies_within(void **state)
{
    (void) state;
    assert_true(path_is_within(STR("/a"), STR("/a/b")));
    assert_true(path_is_within(STR("/a"), STR("/a")));
    assert_false(path_is_within(STR("/a"), STR("/ab")));
    assert_true(path_is_within(STR("/"), STR("/x")));
    assert_true(path_is_within(STR("."), STR("x")));
    assert_false(path_is_within(STR("."), STR("../x")));
    assert_false(path_is_within(STR("."), STR("/x")));
}

static void matches_patterns(void **state)
{
    (void) state;
    static const Case matching[] = {
        { "*.c", "a.c" },        { "a?c", "abc" },
        { "[a-c]x", "bx" },      { "[!a]x", "bx" },
        { "**", "a/b/c" },       { "**/x.c", "x.c" },
        { "**/x.c", "a/b/x.c" }, { "a/**/b", "a/b" },
        { "a/**/b", "a/x/y/b" }, { "a/**", "a/b/c" },
        { "*", "abc" },          { "a*b*c", "aXbbYc" },
        { "[a", "[a" },          { "**/a/**/b", "x/a/a/c/b" },
        { "[]]", "]" },          { "*/b", "a/b" },
    };
    static const Case differing[] = {
        { "*.c", "d/a.c" },   { "a?c", "a/c" }, { "[!a]x", "ax" },  { "a/**", "a" }, { "a", "ab" },
        { "**/x.c", "yx.c" }, { "*", "a/b" },   { "a/*/b", "a/b" }, { "", "a" },
    };
    for (size_t i = 0; i < ARRAY_LEN(matching); i++) {
        assert_true(path_match(str_from(matching[i].in), str_from(matching[i].out)));
    }
    for (size_t i = 0; i < ARRAY_LEN(differing); i++) {
        assert_false(path_match(str_from(differing[i].in), str_from(differing[i].out)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(cleans),
        arena_test(joins),
        arena_test(takes_paths_apart),
        arena_test(sees_a_path_from_elsewhere),
        arena_test(knows_what_lies_within),
        arena_test(matches_patterns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
