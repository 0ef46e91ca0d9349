#include "base/log.h"

#include "unit.h"

static void collect(void *ctx, LogLevel level, Str message, const LogField *fields, size_t count)
{
    Str name = log_level_name(level);
    strbuf_addf(ctx, "%" STR_FMT ": %" STR_FMT, STR_ARG(name), STR_ARG(message));
    for (size_t i = 0; i < count; i++) {
        strbuf_addf(ctx, " %s=%" STR_FMT, fields[i].key, STR_ARG(fields[i].value));
    }
    strbuf_add_char(ctx, '\n');
}

static void hands_lines_of_the_level_to_the_sink(void **state)
{
    (void) state;
    StrBuf lines = STRBUF_INIT;
    const LogField fields[] = { { "port", STR("8001") } };
    log_error("lost: %d", 0);
    log_set_sink(collect, &lines, LOG_INFO);
    log_debug("not %d", 1);
    log_info("shown %d", 2);
    log_write(LOG_WARN, fields, 1, "taken");
    assert_false(log_is_on(LOG_DEBUG));
    log_set_sink(NULL, NULL, LOG_DEBUG);
    log_error("lost: %d", 3);
    assert_text(&lines, "info: shown 2\nwarn: taken port=8001\n");
}

static void reads_the_names_of_levels(void **state)
{
    (void) state;
    LogLevel level = LOG_DEBUG;
    assert_true(log_level_parse(STR("WARN"), &level));
    assert_int_equal(level, LOG_WARN);
    assert_false(log_level_parse(STR("loud"), &level));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hands_lines_of_the_level_to_the_sink),
        cmocka_unit_test(reads_the_names_of_levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
