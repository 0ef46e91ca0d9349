#include "options.h"
#include "unit.h"

static bool
read_args(Options *ret_options, const char **ret_problem, int argc, const char *const *args)
{
    char *argv[8] = { 0 };
    for (int i = 0; i < argc; i++) {
        argv[i] = (char *) (uintptr_t) args[i];
    }
    return options_read(argc, argv, ret_options, ret_problem);
}
#define READ(options, problem, ...)                          \
    read_args(                                               \
        (options),                                           \
        (problem),                                           \
        (int) ARRAY_LEN(((const char *[]) { __VA_ARGS__ })), \
        ((const char *[]) { __VA_ARGS__ })                   \
    )

static void reads_each_command(void **state)
{
    (void) state;
    Options options;
    const char *problem;
    assert_true(READ(&options, &problem, "x"));
    assert_int_equal(options.command, COMMAND_SERVE);
    assert_true(READ(&options, &problem, "x", "--migrate-only"));
    assert_int_equal(options.command, COMMAND_MIGRATE_ONLY);
    assert_true(READ(&options, &problem, "x", "--dlq-replay", "t"));
    assert_true(options.most == INT64_MAX);
    assert_true(READ(&options, &problem, "x", "--dlq-replay", "t", "--max", "3"));
    assert_string_equal(options.topic, "t");
    assert_int_equal(options.most, 3);
}

static void refuses_what_it_does_not_know(void **state)
{
    (void) state;
    Options options;
    const char *problem;
    assert_false(READ(&options, &problem, "x", "serve"));
    assert_false(READ(&options, &problem, "x", "--version", "--help"));
    assert_false(READ(&options, &problem, "x", "--dlq-replay"));
    assert_false(READ(&options, &problem, "x", "--dlq-replay", "t", "--max"));
    assert_false(READ(&options, &problem, "x", "--dlq-replay", "t", "--max", "0"));
    assert_false(READ(&options, &problem, "x", "--dlq-replay", "t", "--most", "1"));
    assert_non_null(problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_each_command),
        cmocka_unit_test(refuses_what_it_does_not_know),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
