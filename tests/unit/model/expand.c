#include "support.h"

static bool lookup(void *ctx, Str path, Arena *arena, Str *ret_value)
{
    (void) ctx;
    *ret_value = str_concat(arena, STR("<"), str_concat(arena, path, STR(">")));
    return !str_eq(path, STR("unknown"));
}

static int expand(Arena *arena, const char *template, Str *ret_text, Error *err)
{
    return catalog_expand(
        arena, str_from(template), &(PlaceholderLookup) { .lookup = lookup }, ret_text, err
    );
}

static void fills_in_placeholders(void **state)
{
    (void) state;
    Arena *arena = arena_new(0);
    Str text;
    assert_int_equal(expand(arena, "http://{resource.x.host}:{ports.http}/", &text, NULL), 0);
    assert_str(text, "http://<resource.x.host>:<ports.http>/");
    arena_free(arena);
}

static void keeps_doubled_braces_as_braces(void **state)
{
    (void) state;
    Arena *arena = arena_new(0);
    Str text;
    assert_int_equal(expand(arena, "{{\"a\": \"{x}\"}}", &text, NULL), 0);
    assert_str(text, "{\"a\": \"<x>\"}");
    arena_free(arena);
}

static void leaves_a_text_without_braces_alone(void **state)
{
    (void) state;
    Arena *arena = arena_new(0);
    Str text;
    assert_int_equal(expand(arena, "a$b%c", &text, NULL), 0);
    assert_str(text, "a$b%c");
    arena_free(arena);
}

static void refuses_an_unknown_name_and_an_open_brace(void **state)
{
    (void) state;
    Arena *arena = arena_new(0);
    Error err = ERROR_INIT;
    Str text = STR("untouched");
    assert_int_equal(expand(arena, "{unknown}", &text, &err), -EINVAL);
    assert_non_null(strstr(err.message, "{unknown}"));
    assert_int_equal(expand(arena, "a {ports.http", &text, &err), -EINVAL);
    assert_str(text, "untouched");
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_in_placeholders),
        cmocka_unit_test(keeps_doubled_braces_as_braces),
        cmocka_unit_test(leaves_a_text_without_braces_alone),
        cmocka_unit_test(refuses_an_unknown_name_and_an_open_brace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
