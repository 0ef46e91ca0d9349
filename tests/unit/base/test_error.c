#include "base/error.h"
#include "base/text.h"

#include "unit.h"

static void wraps_from_the_inside_out(void **state)
{
    Source *source = source_new(*state, STR("f"), STR("text"));
    Error err = ERROR_INIT;
    int rc = error_set_at(&err, -EINVAL, span_make(source, 1, 2), "not a number");
    rc = error_wrap(&err, rc, "port %d", 7);
    rc = error_wrap(&err, rc, "service %s", "product");
    assert_int_equal(rc, -EINVAL);
    assert_int_equal(err.code, -EINVAL);
    assert_int_equal(err.span.start, 1);
    assert_string_equal(err.message, "service product: port 7: not a number");
}

static void names_the_errno(void **state)
{
    (void) state;
    Error err = ERROR_INIT;
    assert_int_equal(error_errno(&err, -ENOENT, "open %s", "x"), -ENOENT);
    assert_string_equal(err.message, "open x: No such file or directory");
    assert_string_equal(error_name(ENOENT), error_name(-ENOENT));
    assert_string_equal(error_name(99999), "unknown error");
}

static void may_be_asked_for_no_text(void **state)
{
    (void) state;
    assert_int_equal(error_set(NULL, -EIO, "x"), -EIO);
    assert_int_equal(error_wrap(NULL, -EIO, "x"), -EIO);
    assert_int_equal(error_errno(NULL, -EIO, "x"), -EIO);
}

static void cuts_a_long_message_between_characters(void **state)
{
    (void) state;
    Error err = ERROR_INIT;
    error_set(&err, -EIO, "%s", "");
    for (int i = 0; i < 700; i++) {
        error_wrap(&err, -EIO, "ä");
    }
    Str message = str_from(err.message);
    assert_true(message.len < ERROR_MESSAGE_BYTES);
    assert_true(str_has_suffix(message, STR("…")));
    assert_true(utf8_is_valid(message));
    error_clear(&err);
    assert_int_equal(err.code, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(wraps_from_the_inside_out),
        arena_test(names_the_errno),
        arena_test(may_be_asked_for_no_text),
        arena_test(cuts_a_long_message_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
