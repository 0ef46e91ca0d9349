#include "base/clock.h"

#include "cli/internal.h"
#include "support.h"

typedef struct Options {
    bool detach;
    const char *name;
    CliStrings profile;
    int64_t tail;
    int64_t timeout;
    int output;
} Options;

static const CliFlag flags[] = {
    CLI_FLAG(Options, detach, "detach", 'd', CLI_BOOL, .help = ""),
    CLI_FLAG(Options, name, "name", 0, CLI_STRING, .help = ""),
    CLI_FLAG(Options, profile, "profile", 'P', CLI_STRINGS, .help = ""),
    CLI_FLAG(Options, tail, "tail", 'n', CLI_INT, .help = ""),
    CLI_FLAG(Options, timeout, "wait-timeout", 0, CLI_DURATION, .help = ""),
    CLI_FLAG(Options, output, "output", 'o', CLI_ENUM, .values = cli_format_names, .help = ""),
    CLI_FLAGS_END,
};

typedef struct Parsed {
    Arena *arena;
    Options options;
    FlagParse parse;
    Error err;
    int rc;
} Parsed;

static Parsed *parse(const char *const *argv)
{
    Arena *arena = arena_new(0);
    Parsed *parsed = ARENA_NEW(arena, Parsed);
    int argc = 0;
    while (argv[argc]) {
        argc++;
    }
    parsed->arena = arena;
    parsed->parse = (FlagParse) { .arena = arena, .flags = flags, .options = &parsed->options };
    parsed->rc = flags_from_environment(&parsed->parse, &parsed->err);
    if (parsed->rc == 0) {
        parsed->rc = flags_parse(&parsed->parse, argc, argv, &parsed->err);
    }
    return parsed;
}
#define PARSE(...) parse((const char *const[]) { __VA_ARGS__, NULL })

static void reads_long_and_short_flags_among_operands(void **state)
{
    (void) state;
    Parsed *p =
        PARSE("product", "-dn5", "--name=x", "--profile", "a", "-P", "b", "cart", "--", "-d");
    assert_int_equal(p->rc, 0);
    assert_true(p->options.detach);
    assert_int_equal(p->options.tail, 5);
    assert_string_equal(p->options.name, "x");
    assert_int_equal(p->options.profile.len, 2);
    assert_int_equal(p->parse.operands.len, 2);
    assert_string_equal(p->parse.operands.ptr[1], "cart");
    assert_int_equal(p->parse.rest_count, 1);
    arena_free(p->arena);
}

static void reads_durations_and_counts_bare_numbers_as_seconds(void **state)
{
    (void) state;
    Parsed *p = PARSE("--wait-timeout", "1m30s");
    assert_true(p->options.timeout == 90 * NS_PER_S);
    arena_free(p->arena);
    p = PARSE("--wait-timeout=45");
    assert_true(p->options.timeout == 45 * NS_PER_S);
    arena_free(p->arena);
}

static void names_the_nearest_flag(void **state)
{
    (void) state;
    Parsed *p = PARSE("--detahc");
    assert_int_equal(p->rc, -EINVAL);
    assert_non_null(strstr(p->err.message, "--detach"));
    arena_free(p->arena);
}

static void refuses_values_of_the_wrong_type(void **state)
{
    (void) state;
    Parsed *p = PARSE("--tail", "many");
    assert_int_equal(p->rc, -EINVAL);
    arena_free(p->arena);
    p = PARSE("-o", "xml");
    assert_non_null(strstr(p->err.message, "text, json, yaml"));
    arena_free(p->arena);
    p = PARSE("--tail");
    assert_non_null(strstr(p->err.message, "needs a value"));
    arena_free(p->arena);
}

static void lets_the_command_line_win_over_the_environment(void **state)
{
    (void) state;
    setenv("SLIPWAY_WAIT_TIMEOUT", "10s", 1);
    setenv("SLIPWAY_PROFILE", "a,b", 1);
    Parsed *p = PARSE("x");
    assert_true(p->options.timeout == 10 * NS_PER_S);
    assert_int_equal(p->options.profile.len, 2);
    arena_free(p->arena);
    p = PARSE("--wait-timeout", "20s", "--profile", "c");
    assert_true(p->options.timeout == 20 * NS_PER_S);
    assert_int_equal(p->options.profile.len, 1);
    assert_string_equal(p->options.profile.ptr[0], "c");
    arena_free(p->arena);
    setenv("SLIPWAY_TAIL", "x", 1);
    p = PARSE("x");
    assert_non_null(strstr(p->err.message, "SLIPWAY_TAIL"));
    arena_free(p->arena);
    unsetenv("SLIPWAY_TAIL");
    unsetenv("SLIPWAY_WAIT_TIMEOUT");
    unsetenv("SLIPWAY_PROFILE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_long_and_short_flags_among_operands),
        cmocka_unit_test(reads_durations_and_counts_bare_numbers_as_seconds),
        cmocka_unit_test(names_the_nearest_flag),
        cmocka_unit_test(refuses_values_of_the_wrong_type),
        cmocka_unit_test(lets_the_command_line_win_over_the_environment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
