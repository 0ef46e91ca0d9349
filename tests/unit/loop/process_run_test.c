#include <stdio.h>
#include <sys/resource.h>

#include "base/strbuf.h"

#include "process_support.h"

static void run_with_input(void *arg)
{
    (void) arg;
    Arena *arena = arena_new(0);
    StrBuf input = STRBUF_ON_ARENA(arena);
    for (int i = 0; i < 100000; i++) {
        strbuf_addf(&input, "line %d\n", i);
    }
    ProcessOptions options = { .argv = SHELL("cat; echo done >&2; exit 3") };
    ProcessResult result = run_or_fail(&options, strbuf_str(&input), arena);
    assert_true(str_eq(result.out, strbuf_str(&input)));
    assert_string_equal(str_to_cstr(arena, result.err), "done\n");
    assert_int_equal(result.exit.code, 3);
    arena_free(arena);
}

static void feeds_and_collects_more_than_pipes_hold(void **state)
{
    (void) state;
    run_on_fiber(run_with_input, NULL);
}

static void run_without_reading(void *arg)
{
    (void) arg;
    Arena *arena = arena_new(0);
    char *input = arena_alloc(arena, 1024 * 1024);
    ProcessResult result = run_or_fail(
        &(ProcessOptions) { .argv = ARGV("true") }, str_make(input, 1024 * 1024), arena
    );
    assert_int_equal(result.exit.code, 0);
    arena_free(arena);
}

static void a_child_need_not_read_its_input(void **state)
{
    (void) state;
    run_on_fiber(run_without_reading, NULL);
}

static void assert_run_fails(const ProcessOptions *options, int rc, const char *message)
{
    Arena *arena = arena_new(0);
    ProcessResult result;
    Error err = ERROR_INIT;
    assert_int_equal(process_run(loop_current(), options, STR(""), arena, &result, &err), rc);
    assert_string_equal(err.message, message);
    arena_free(arena);
}

static void run_endless_output(void *arg)
{
    (void) arg;
    assert_run_fails(
        &(ProcessOptions) { .argv = ARGV("yes"), .max_output_bytes = 100000 },
        -EFBIG,
        "run yes: its output is too large"
    );
}

static void too_much_output_kills_it(void **state)
{
    (void) state;
    run_on_fiber(run_endless_output, NULL);
}

static void run_too_long(void *arg)
{
    (void) arg;
    fiber_narrow_deadline(deadline_in_ms(5));
    assert_run_fails(
        &(ProcessOptions) { .argv = SHELL("sleep 1000; true") },
        -ETIMEDOUT,
        "run /bin/sh: it did not end in time"
    );
}

static void the_deadline_kills_it_and_its_children(void **state)
{
    (void) state;
    run_on_fiber(run_too_long, NULL);
}

static void run_until_canceled(void *arg)
{
    (void) arg;
    assert_run_fails(
        &(ProcessOptions) { .argv = ARGV("sleep", "1000") }, -ECANCELED, "run sleep: canceled"
    );
}

static void cancel_a_run(void *arg)
{
    (void) arg;
    Fiber *fiber;
    fiber_spawn(loop_current(), NULL, run_until_canceled, NULL, &fiber);
    while (!fiber_is_parked(fiber)) {
        fiber_yield();
    }
    fiber_cancel(fiber);
    assert_int_equal(fiber_join(fiber), 0);
}

static void cancellation_kills_it(void **state)
{
    (void) state;
    run_on_fiber(cancel_a_run, NULL);
}

static void run_under_a_bound_on_files(void *arg)
{
    (void) arg;
    Arena *arena = arena_new(0);
    struct rlimit limit, raised;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = 100;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    process_raise_files();
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &raised), 0);
    assert_int_equal(raised.rlim_cur, limit.rlim_max);
    ProcessOptions options = { .argv = SHELL("ulimit -Sn; ulimit -Hn") };
    ProcessResult result = run_or_fail(&options, STR(""), arena);
    char expected[64];
    snprintf(expected, sizeof expected, "100\n%llu\n", (unsigned long long) limit.rlim_max);
    assert_string_equal(str_to_cstr(arena, result.out), expected);
    arena_free(arena);
}

static void a_raised_bound_on_files_is_not_the_childrens(void **state)
{
    (void) state;
    run_on_fiber(run_under_a_bound_on_files, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(feeds_and_collects_more_than_pipes_hold),
        cmocka_unit_test(a_child_need_not_read_its_input),
        cmocka_unit_test(too_much_output_kills_it),
        cmocka_unit_test(the_deadline_kills_it_and_its_children),
        cmocka_unit_test(cancellation_kills_it),
        cmocka_unit_test(a_raised_bound_on_files_is_not_the_childrens),
    };
    return cmocka_run_group_tests_name("loop/process_run", tests, NULL, NULL);
}
