#include "base/source.h"

#include "unit.h"

static void finds_line_and_column_in_characters(void **state)
{
    Source *source = source_new(*state, STR("f.yaml"), STR("ab\nä€x\r\n\nlast"));
    Position start = source_position(source, 0);
    assert_int_equal(start.line, 1);
    assert_int_equal(start.column, 1);
    Position x = source_position(source, 8);
    assert_int_equal(x.line, 2);
    assert_int_equal(x.column, 3);
    Position past = source_position(source, 999);
    assert_int_equal(past.line, 4);
    assert_int_equal(past.column, 5);
}

static void gives_lines_without_their_end(void **state)
{
    Source *source = source_new(*state, STR("f"), STR("ab\ncd\r\n\nlast"));
    assert_str(source_line(source, 1), "ab");
    assert_str(source_line(source, 2), "cd");
    assert_str(source_line(source, 3), "");
    assert_str(source_line(source, 4), "last");
    assert_str(source_line(source, 5), "");
    assert_str(source_line(source, 0), "");
    assert_int_equal(source_line_count(source), 4);
    assert_int_equal(source_line_count(source_new(*state, STR("f"), STR(""))), 1);
}

static void describes_spans(void **state)
{
    Source *source = source_new(*state, STR("f.yaml"), STR("a\nbcd"));
    Source *empty = source_new(*state, STR("empty"), STR(""));
    Span span = span_make(source, 3, 5);
    assert_str(span_describe(*state, span), "f.yaml:2:2");
    assert_str(span_text(span), "cd");
    assert_str(span_describe(*state, span_make(empty, 0, 0)), "empty");
    assert_str(span_describe(*state, SPAN_NONE), "");
    assert_false(span_is_known(SPAN_NONE));
    assert_int_equal(span_end(span).column, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(finds_line_and_column_in_characters),
        arena_test(gives_lines_without_their_end),
        arena_test(describes_spans),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
