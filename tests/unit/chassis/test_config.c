#include "config.h"
#include "unit.h"

typedef struct Sample {
    Str name;
    int64_t count, pause;
    bool is_on;
    double ratio;
    int color;
} Sample;

static const char *const colors[] = { "red", "green", NULL };

static const ConfigRow rows[] = {
    CONFIG_STRING(Sample, name, "NAME", NULL, "a name", .required = true, .secret = true),
    CONFIG_INT(Sample, count, "COUNT", "3", "a count", .alias = "OLD_COUNT", .min = 1, .max = 9),
    CONFIG_BOOL(Sample, is_on, "IS_ON", "false", "a switch"),
    CONFIG_FLOAT(Sample, ratio, "RATIO", "0.5", "a ratio"),
    CONFIG_ENUM(Sample, color, "COLOR", colors, "red", "a color"),
    CONFIG_DURATION(
        Sample,
        pause,
        "PAUSE_MINUTES",
        "2",
        "a pause",
        .unit_ns = 60 * NS_PER_S,
        .min = 1,
        .max = 3600 * NS_PER_S
    ),
    CONFIG_END,
};

/* "NAME=x" pairs, ended by NULL. */
static const char *lookup(const char *name, void *ctx)
{
    size_t len = strlen(name);
    for (const char *const *pair = ctx; *pair; pair++) {
        if (strncmp(*pair, name, len) == 0 && (*pair)[len] == '=') {
            return *pair + len + 1;
        }
    }
    return NULL;
}

typedef struct Reading {
    Arena *arena;
    StrBuf problems;
    ConfigSource source;
    Sample sample;
} Reading;

static bool read_pairs(Reading *reading, const char **pairs)
{
    *reading = (Reading) { .arena = arena_new(0) };
    reading->problems.arena = reading->arena;
    reading->source = (ConfigSource
    ) { .lookup = lookup, .ctx = pairs, .arena = reading->arena, .problems = &reading->problems };
    return config_read(&reading->source, rows, &reading->sample);
}
#define PAIRS(...) ((const char *[]) { __VA_ARGS__, NULL })

static void fills_defaults_aliases_and_given_values(void **state)
{
    (void) state;
    Reading reading;
    const char **pairs =
        PAIRS("NAME=x", "OLD_COUNT=9", "IS_ON=1", "RATIO=0.25", "COLOR=green", "PAUSE_MINUTES=90s");
    assert_true(read_pairs(&reading, pairs));
    assert_str(reading.sample.name, "x");
    assert_int_equal(reading.sample.count, 9);
    assert_true(reading.sample.is_on);
    assert_int_equal(reading.sample.color, 1);
    assert_true(reading.sample.pause == 90 * NS_PER_S);
    arena_free(reading.arena);
    assert_true(read_pairs(&reading, PAIRS("NAME=x", "COUNT=")));
    assert_int_equal(reading.sample.count, 3);
    assert_true(reading.sample.pause == 120 * NS_PER_S);
    arena_free(reading.arena);
}

static void names_every_bad_variable_at_once(void **state)
{
    (void) state;
    Reading reading;
    const char **pairs =
        PAIRS("COUNT=10", "IS_ON=yes", "RATIO=x", "COLOR=blue", "PAUSE_MINUTES=2h");
    assert_false(read_pairs(&reading, pairs));
    assert_str(
        strbuf_str(&reading.problems),
        "NAME: is required: a name\n"
        "COUNT: 10 is not within 1..9\n"
        "IS_ON: \"yes\" is neither true nor false\n"
        "RATIO: \"x\" is not a number\n"
        "COLOR: \"blue\" is not one of red, green\n"
        "PAUSE_MINUTES: 2h is not within 1ns..1h\n"
    );
    arena_free(reading.arena);
}

static void shows_where_values_come_from_and_hides_secrets(void **state)
{
    (void) state;
    Reading reading;
    read_pairs(&reading, PAIRS("NAME=hidden", "COUNT=4"));
    StrBuf out = STRBUF_ON_ARENA(reading.arena);
    config_print(&reading.source, rows, &out);
    Str text = strbuf_str(&out);
    assert_true(str_has_prefix(
        text, STR("NAME=********  # environment; a name\nCOUNT=4  # environment; a count\n")
    ));
    assert_true(str_find(text, STR("hidden")) == STR_NONE);
    assert_true(str_find(text, STR("COLOR=red  # default; a color\n")) != STR_NONE);
    arena_free(reading.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_defaults_aliases_and_given_values),
        cmocka_unit_test(names_every_bad_variable_at_once),
        cmocka_unit_test(shows_where_values_come_from_and_hides_secrets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
