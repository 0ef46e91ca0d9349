/* What the tests of processes share. */
#pragma once

#include "loop/process.h"

#include "support.h"

#define ARGV(...)     ((const char *const[]) { __VA_ARGS__, NULL })
#define SHELL(script) ARGV("/bin/sh", "-c", script)

static inline Process *spawn_or_fail(const ProcessOptions *options)
{
    Process *process = NULL;
    Error err = ERROR_INIT;
    if (process_spawn(loop_current(), options, NULL, NULL, &process, &err) != 0) {
        fail_msg("%s", err.message);
    }
    return process;
}

static inline ProcessResult run_or_fail(const ProcessOptions *options, Str input, Arena *arena)
{
    ProcessResult result;
    Error err = ERROR_INIT;
    if (process_run(loop_current(), options, input, arena, &result, &err) != 0) {
        fail_msg("%s", err.message);
    }
    return result;
}

static inline void assert_output(const ProcessOptions *options, const char *expected)
{
    Arena *arena = arena_new(0);
    ProcessResult result = run_or_fail(options, STR(""), arena);
    assert_string_equal(str_to_cstr(arena, result.out), expected);
    assert_string_equal(str_to_cstr(arena, result.err), "");
    assert_int_equal(result.exit.code, 0);
    arena_free(arena);
}
