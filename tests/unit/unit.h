/* What every unit test includes: cmocka with the headers it wants, and comparisons of our types. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/str.h"
#include "base/strbuf.h"

/* A Str against a C string, both shown when they differ. */
#define assert_str(actual, expected) unit_assert_str((actual), (expected), __FILE__, __LINE__)

static inline void unit_assert_str(Str actual, const char *expected, const char *file, int line)
{
    if (!str_eq_cstr(actual, expected)) {
        print_error("got:  \"%" STR_FMT "\"\nwant: \"%s\"\n", STR_ARG(actual), expected);
        _fail(file, line);
    }
}

/* The same for the content of a StrBuf, which ends. */
static inline void unit_assert_text(StrBuf *sb, const char *expected, const char *file, int line)
{
    unit_assert_str(strbuf_str(sb), expected, file, line);
    strbuf_done(sb);
}
#define assert_text(sb, expected) unit_assert_text((sb), (expected), __FILE__, __LINE__)

/* A group setup and teardown that give each test a fresh arena as its state. */
static inline int unit_arena_setup(void **state)
{
    *state = arena_new(0);
    return 0;
}
static inline int unit_arena_teardown(void **state)
{
    arena_free(*state);
    return 0;
}
#define arena_test(name) \
    cmocka_unit_test_setup_teardown(name, unit_arena_setup, unit_arena_teardown)

/* For a program that can't run here as a whole, before any test: says why in TAP. (cmocka's own
 * skip() prints a line that meson counts as a failure.) return unit_skip("needs Postgres"); */
static inline int unit_skip(const char *reason)
{
    printf("1..0 # SKIP %s\n", reason);
    return 0;
}
