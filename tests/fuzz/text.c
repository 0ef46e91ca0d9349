/* base/text, base/path and base/clock on any bytes: what decodes must encode back to the same. */
#include "base/text.h"

#include <assert.h>

#include "base/clock.h"
#include "base/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_base64(Str text, Base64 alphabet)
{
    auto_strbuf StrBuf decoded = STRBUF_INIT;
    auto_strbuf StrBuf encoded = STRBUF_INIT;
    if (base64_decode(&decoded, text, alphabet)) {
        base64_add(&encoded, decoded.ptr, decoded.len, alphabet);
        assert(str_eq(strbuf_str(&encoded), text));
    }
}

static void check_utf8(Str text)
{
    auto_strbuf StrBuf again = STRBUF_INIT;
    for (size_t at = 0; at < text.len;) {
        strbuf_add_codepoint(&again, utf8_next(text, &at));
    }
    assert(utf8_is_valid(strbuf_str(&again)));
    assert(str_eq(strbuf_str(&again), text) == utf8_is_valid(text));
    assert(utf8_count(strbuf_str(&again)) == utf8_count(text));
}

static void check_path(Arena *arena, Str text)
{
    Str clean = path_clean(arena, text);
    assert(str_eq(path_clean(arena, clean), clean));
    assert(path_match(STR("**"), clean));
    Str pattern = { 0 };
    Str path = { 0 };
    if (str_cut(text, '\n', &pattern, &path)) {
        path_match(pattern, path);
    }
}

static void check_time(Str text)
{
    int64_t value = 0;
    if (duration_parse(text, &value)) {
        auto_strbuf StrBuf shown = STRBUF_INIT;
        int64_t again = -1;
        duration_add(&shown, value);
        assert(duration_parse(strbuf_str(&shown), &again) && again == value);
    }
    if (clock_parse_rfc3339(text, &value)) {
        auto_strbuf StrBuf shown = STRBUF_INIT;
        int64_t again = -1;
        clock_add_rfc3339(&shown, value, 6);
        assert(!clock_parse_rfc3339(strbuf_str(&shown), &again) || again == value);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena Arena *arena = arena_new(0);
    Str text = str_make((const char *) data, size);
    check_base64(text, BASE64_STANDARD);
    check_base64(text, BASE64_URL);
    check_utf8(text);
    check_path(arena, text);
    check_time(text);
    return 0;
}
