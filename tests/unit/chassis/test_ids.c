#include <chassis/ids.h>

#include "unit.h"

static void folds_turkish_and_latin_letters(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    assert_str(text_fold(arena, STR("Şık ÇANTA İstanbul ığdır")), "sik canta istanbul igdir");
    assert_str(text_fold(arena, STR("Æther Straße Œuvre Łódź Ħ")), "aether strasse oeuvre lodz h");
    assert_str(text_fold(arena, STR("e\xCC\x81")), "e");
    assert_str(text_fold(arena, STR("日本 ×÷")), "日本 ×÷");
    assert_str(text_fold(arena, STR("")), "");
}

static void a_slug_has_letters_digits_and_single_dashes(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    assert_str(text_slug(arena, STR("  Şık   Lamba -- 2000! ")), "sik-lamba-2000");
    assert_str(text_slug(arena, STR("a")), "a");
    assert_str(text_slug(arena, STR("!!!")), "");
    assert_str(text_slug(arena, STR("日本")), "");
    assert_str(text_slug(arena, STR("x日y")), "x-y");
}

static void ids_are_lower_case_and_sorted_by_time(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    Str id;
    assert_true(id_parse(arena, STR("0191B3A4-0000-7000-8000-00000000000A"), &id));
    assert_str(id, "0191b3a4-0000-7000-8000-00000000000a");
    assert_false(id_parse(arena, STR("0191b3a4-0000-7000-8000-00000000000"), &id));
    Str first = id_new(arena);
    assert_true(str_cmp(first, id_new(arena)) < 0);
    assert_int_equal(first.ptr[14], '7');
}

static void an_address_in_a_log_keeps_one_letter(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    assert_str(email_masked(arena, STR("anna@x.io")), "a***@x.io");
    assert_str(email_masked(arena, STR("çelik@x.io")), "ç***@x.io");
    assert_str(email_masked(arena, STR("@x.io")), "***");
    assert_str(email_masked(arena, STR("none")), "***");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folds_turkish_and_latin_letters),
        cmocka_unit_test(a_slug_has_letters_digits_and_single_dashes),
        cmocka_unit_test(ids_are_lower_case_and_sorted_by_time),
        cmocka_unit_test(an_address_in_a_log_keeps_one_letter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
