/* What a tool that failed is quoted with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "loop/fiber.h"
#include "loop/loop.h"

#include "stack/native/driver.h"

typedef struct Failure {
    Loop *loop;
    const char *script;
    Error err;
} Failure;

static void run_script(void *arg)
{
    Failure *failure = arg;
    auto_arena Arena *arena = arena_new(0);
    NativeContext ctx = { .loop = failure->loop, .arena = arena };
    const char *argv[] = { "sh", "-c", failure->script, NULL };
    ToolRun run = { .argv = argv, .timeout_ms = 30000 };
    assert_int_equal(tool_run(&ctx, &run, NULL, &failure->err), -EIO);
}

static void assert_quoted(const char *script, const char *message)
{
    Failure failure = { .script = script, .err = ERROR_INIT };
    assert_int_equal(loop_new(&failure.loop, NULL), 0);
    assert_int_equal(fiber_run_main(failure.loop, run_script, &failure), 0);
    loop_free(failure.loop);
    assert_string_equal(failure.err.message, message);
}

static void quotes_the_first_line_that_names_a_failure(void **state)
{
    (void) state;
    assert_quoted(
        "echo downloading; echo '[ERROR] no such artifact'; echo '[ERROR] read the manual'; exit 1",
        "sh: exit code 1: [ERROR] no such artifact"
    );
}

static void quotes_the_last_line_when_none_names_a_failure(void **state)
{
    (void) state;
    assert_quoted("printf 'one\\ntwo\\n\\n' >&2; exit 3", "sh: exit code 3: two");
}

static void quotes_the_stream_that_names_a_failure_without_colors(void **state)
{
    (void) state;
    assert_quoted(
        "echo '[ERROR] unknown host'; printf '\\033[0m\\033[0m' >&2; exit 1",
        "sh: exit code 1: [ERROR] unknown host"
    );
    assert_quoted(
        "printf 'a \\033[1;31mbad\\033[0m thing\\n\\033[0m\\n'; exit 1",
        "sh: exit code 1: a bad thing"
    );
}

static void says_which_signal_ended_a_tool(void **state)
{
    (void) state;
    assert_quoted("kill -9 $$", "sh was ended by signal 9");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quotes_the_first_line_that_names_a_failure),
        cmocka_unit_test(quotes_the_last_line_when_none_names_a_failure),
        cmocka_unit_test(quotes_the_stream_that_names_a_failure_without_colors),
        cmocka_unit_test(says_which_signal_ended_a_tool),
    };
    return cmocka_run_group_tests_name("tool", tests, NULL, NULL);
}
