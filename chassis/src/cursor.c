/* Cursors: base64url of the sort's tag and the values, each with its length, so no value can
 * pretend to be two. They carry no secret and give no right: a forged one only chooses another
 * place in a list that may be read anyway. */
#include "cursor.h"

#include <chassis/http.h>

Str cursor_text(Arena *arena, Str tag, const Str *values, size_t count)
{
    StrBuf plain = STRBUF_ON_ARENA(arena);
    strbuf_addf(&plain, "%zu:%" STR_FMT, tag.len, STR_ARG(tag));
    for (size_t i = 0; i < count; i++) {
        strbuf_add_uint64(&plain, values[i].len);
        strbuf_add_char(&plain, ':');
        strbuf_add(&plain, values[i]);
    }
    StrBuf text = STRBUF_ON_ARENA(arena);
    base64_add(&text, plain.ptr, plain.len, BASE64_URL);
    return strbuf_str(&text);
}

static bool take_part(Str *rest, Str *ret_part)
{
    Str digits;
    Str after;
    uint64_t len;
    if (!str_cut(*rest, ':', &digits, &after) || !str_to_uint64(digits, &len) || len > after.len) {
        return false;
    }
    *ret_part = str_slice(after, 0, len);
    *rest = str_skip(after, len);
    return true;
}

bool cursor_parse(Arena *arena, Str text, Cursor *ret_cursor)
{
    StrBuf plain = STRBUF_ON_ARENA(arena);
    if (text.len == 0 || text.len > CURSOR_MAX_BYTES || !base64_decode(&plain, text, BASE64_URL) ||
        !utf8_is_valid(strbuf_str(&plain))) {
        return false;
    }
    Cursor cursor = { 0 };
    Str rest = strbuf_str(&plain);
    while (rest.len > 0) {
        if (cursor.count == CURSOR_MAX_PARTS || !take_part(&rest, &cursor.parts[cursor.count])) {
            return false;
        }
        cursor.count++;
    }
    if (cursor.count == 0) {
        return false;
    }
    *ret_cursor = cursor;
    return true;
}
