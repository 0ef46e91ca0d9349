#include "cursor.h"
#include "unit.h"

static void reads_back_what_it_wrote(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    const Str values[] = { STR("a:b,3:x"), STR(""), STR("şık") };
    Cursor cursor;
    assert_true(cursor_parse(arena, cursor_text(arena, STR("newest"), values, 3), &cursor));
    assert_int_equal(cursor.count, 4);
    assert_str(cursor.parts[0], "newest");
    for (size_t i = 0; i < 3; i++) {
        assert_true(str_eq(cursor.parts[i + 1], values[i]));
    }
}

static void refuses_what_it_did_not_write(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    const char *plain[] = {
        "", "x", "3:ab", "-1:a", "99999999999999999999:a", "1:a1:b1:c1:d1:e", "1:\xff", "0"
    };
    for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
        StrBuf text = STRBUF_ON_ARENA(arena);
        Cursor cursor;
        base64_add(&text, plain[i], strlen(plain[i]), BASE64_URL);
        assert_false(cursor_parse(arena, strbuf_str(&text), &cursor));
    }
    Cursor cursor;
    assert_false(cursor_parse(arena, STR("***"), &cursor));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_back_what_it_wrote),
        cmocka_unit_test(refuses_what_it_did_not_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
