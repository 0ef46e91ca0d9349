#include "base/mem.h"
#include "base/text.h"

#include "unit.h"

static void refuses_utf8_that_is_not_strict(void **state)
{
    (void) state;
    assert_true(utf8_is_valid(STR("aä€😀\xf4\x8f\xbf\xbf")));
    static const Str wrong[] = {
        STR_INIT("\xc0\xaf"),     STR_INIT("\xe0\x80\xaf"),
        STR_INIT("\xed\xa0\x80"), STR_INIT("\xf4\x90\x80\x80"),
        STR_INIT("\x80"),         STR_INIT("\xe2\x82"),
        STR_INIT("\xff"),         STR_INIT("\xf0\x80\x80\x80"),
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        assert_false(utf8_is_valid(wrong[i]));
    }
}

static void counts_characters_and_columns(void **state)
{
    (void) state;
    assert_int_equal(utf8_count(STR("aä€😀")), 4);
    assert_int_equal(utf8_count(STR("a\xff\xff")), 3);
    assert_int_equal(utf8_width(STR("aä€")), 3);
    assert_int_equal(utf8_width(STR("商品")), 4);
    assert_int_equal(utf8_width(STR("e\xcc\x81")), 1);
}

static void turns_hexadecimal_both_ways(void **state)
{
    (void) state;
    StrBuf out = STRBUF_INIT;
    const unsigned char in[] = { 0x00, 0xAB, 0xFF };
    unsigned char back[3] = { 1, 1, 1 };
    hex_add(&out, in, sizeof(in));
    assert_true(hex_decode(STR("00aBfF"), back, sizeof(back)));
    assert_memory_equal(back, in, 3);
    assert_false(hex_decode(STR("00ab"), back, 3));
    assert_false(hex_decode(STR("00abgg"), back, 3));
    assert_text(&out, "00abff");
}

/* RFC 4648 section 10 */
static void encodes_base64_as_the_rfc_shows(void **state)
{
    (void) state;
    static const char *const texts[] = { "", "f", "fo", "foo", "foob", "fooba", "foobar" };
    static const char *const standard[] = { "",         "Zg==",     "Zm8=",    "Zm9v",
                                            "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy" };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        StrBuf encoded = STRBUF_INIT;
        StrBuf decoded = STRBUF_INIT;
        base64_add(&encoded, texts[i], strlen(texts[i]), BASE64_STANDARD);
        assert_true(base64_decode(&decoded, strbuf_str(&encoded), BASE64_STANDARD));
        assert_text(&encoded, standard[i]);
        assert_text(&decoded, texts[i]);
    }
    StrBuf url = STRBUF_INIT;
    base64_add(&url, "\xfb\xff\xfe?", 4, BASE64_URL);
    assert_text(&url, "-__-Pw");
}

static void refuses_base64_with_two_readings(void **state)
{
    (void) state;
    StrBuf out = STRBUF_INIT;
    strbuf_add_cstr(&out, "kept");
    static const Str wrong[] = {
        STR_INIT("Zg"),   STR_INIT("Zh=="), STR_INIT("Zg=a"),
        STR_INIT("Z g="), STR_INIT("===="), STR_INIT("Zm9-"),
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        assert_false(base64_decode(&out, wrong[i], BASE64_STANDARD));
    }
    assert_false(base64_decode(&out, STR("Zg=="), BASE64_URL));
    assert_false(base64_decode(&out, STR("Z"), BASE64_URL));
    assert_text(&out, "kept");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_utf8_that_is_not_strict),
        cmocka_unit_test(counts_characters_and_columns),
        cmocka_unit_test(turns_hexadecimal_both_ways),
        cmocka_unit_test(encodes_base64_as_the_rfc_shows),
        cmocka_unit_test(refuses_base64_with_two_readings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
