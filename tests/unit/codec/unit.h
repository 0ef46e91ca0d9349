/* What every unit test of codec starts from: cmocka, an arena a test, and Str comparison. */
#pragma once

/* cmocka.h needs the four before it */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strbuf.h"

#define assert_str(actual, expected)                               \
    do {                                                           \
        Str actual_ = (actual);                                    \
        Str expected_ = str_from(expected);                        \
        if (!str_eq(actual_, expected_)) {                         \
            fail_msg(                                              \
                "expected \"%" STR_FMT "\", got \"%" STR_FMT "\"", \
                STR_ARG(expected_),                                \
                STR_ARG(actual_)                                   \
            );                                                     \
        }                                                          \
    } while (0)

static inline int with_arena(void **state)
{
    *state = arena_new(0);
    return 0;
}

static inline int without_arena(void **state)
{
    arena_free(*state);
    return 0;
}

/* A test that gets an arena as *state. */
#define UNIT(function) cmocka_unit_test_setup_teardown(function, with_arena, without_arena)
