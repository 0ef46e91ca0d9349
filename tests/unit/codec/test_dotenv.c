#include "base/mem.h"
#include "codec/dotenv.h"

#include "unit.h"

static Str value_of(const EnvPairs *pairs, const char *name)
{
    for (size_t i = 0; i < pairs->len; i++) {
        if (str_eq_cstr(pairs->ptr[i].name, name)) {
            return pairs->ptr[i].value;
        }
    }
    return STR("(absent)");
}

static void dotenv_reads_the_usual_forms(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    EnvPairs pairs = { 0 };
    Error err = ERROR_INIT;
    Str text = STR("# comment\n\nA=1\nexport B = two words # note\nC='a $x #'\r\n"
                   "D=\"line\\nnext \\\"q\\\"\" # note\nE=\nF=a#b\nG=$x$$\n");
    assert_int_equal(dotenv_parse(arena, text, &pairs, &err), 0);
    assert_int_equal(pairs.len, 7);
    assert_true(str_eq_cstr(value_of(&pairs, "A"), "1"));
    assert_true(str_eq_cstr(value_of(&pairs, "B"), "two words"));
    assert_true(str_eq_cstr(value_of(&pairs, "C"), "a $x #"));
    assert_true(str_eq_cstr(value_of(&pairs, "D"), "line\nnext \"q\""));
    assert_true(str_eq_cstr(value_of(&pairs, "E"), ""));
    assert_true(str_eq_cstr(value_of(&pairs, "F"), "a#b"));
    assert_true(str_eq_cstr(value_of(&pairs, "G"), "$x$$"));
}

static void a_quoted_value_goes_on_over_lines(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    EnvPairs pairs = { 0 };
    Error err = ERROR_INIT;
    Str text =
        STR("KEY=\"-----BEGIN-----\r\nabc=\n\n-----END-----\" # note\nA='one\n# two'\nB=3\n");
    assert_int_equal(dotenv_parse(arena, text, &pairs, &err), 0);
    assert_int_equal(pairs.len, 3);
    assert_true(str_eq_cstr(value_of(&pairs, "KEY"), "-----BEGIN-----\nabc=\n\n-----END-----"));
    assert_true(str_eq_cstr(value_of(&pairs, "A"), "one\n# two"));
    assert_true(str_eq_cstr(value_of(&pairs, "B"), "3"));
    text = STR("A='x\ny'\n2B=3\n");
    assert_int_equal(dotenv_parse(arena, text, &pairs, &err), -EINVAL);
    assert_non_null(strstr(err.message, "line 3"));
}

static void dotenv_names_the_bad_line(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    static const char *const bad[] = { "A=1\nnothing", "A=1\n2B=x", "A=1\nB='x", "A=1\nB=\"x\" y" };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        EnvPairs pairs = { 0 };
        Error err = ERROR_INIT;
        assert_int_equal(dotenv_parse(arena, str_from(bad[i]), &pairs, &err), -EINVAL);
        assert_non_null(strstr(err.message, "line 2"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dotenv_reads_the_usual_forms),
        cmocka_unit_test(a_quoted_value_goes_on_over_lines),
        cmocka_unit_test(dotenv_names_the_bad_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
