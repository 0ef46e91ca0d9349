/* Folding for slugs and search. Letters of Latin-1 and Latin Extended-A lose their marks; the
 * Turkish pairs I/ı and İ/i are one letter here, since "İstanbul" and "istanbul" must meet. */
#include <chassis/ids.h>

/* Base letters of U+00C0..U+017F, two characters each; "  " keeps the character as it is. */
static const char latin_bases[] =
    "a a a a a a aec e e e e i i i i d n o o o o o   o u u u u y thss"  /* C0..DF */
    "a a a a a a aec e e e e i i i i d n o o o o o   o u u u u y thy "  /* E0..FF */
    "a a a a a a c c c c c c c c d d d d e e e e e e e e e e g g g g "  /* 100..11F */
    "g g g g h h h h i i i i i i i i i i ijijj j k k k l l l l l l l "  /* 120..13F */
    "l l l n n n n n n n n n o o o o o o oeoer r r r r r s s s s s s "  /* 140..15F */
    "s s t t t t t t u u u u u u u u u u u u w w y y y z z z z z z s "; /* 160..17F */

_Static_assert(sizeof latin_bases - 1 == 2 * (0x180 - 0xC0), "one pair for each character");

static bool is_combining_mark(uint32_t codepoint)
{
    return codepoint >= 0x300 && codepoint <= 0x36F;
}

static void add_folded(StrBuf *out, uint32_t codepoint)
{
    if (codepoint < 0x80) {
        bool upper = codepoint >= 'A' && codepoint <= 'Z';
        strbuf_add_char(out, (char) (upper ? codepoint + 32 : codepoint));
    } else if (codepoint >= 0xC0 && codepoint < 0x180) {
        const char *base = &latin_bases[(size_t) 2 * (codepoint - 0xC0)];
        if (base[0] == ' ') {
            strbuf_add_codepoint(out, codepoint);
        } else {
            strbuf_add_bytes(out, base, base[1] == ' ' ? 1 : 2);
        }
    } else if (!is_combining_mark(codepoint)) {
        strbuf_add_codepoint(out, codepoint);
    }
}

Str text_fold(Arena *arena, Str text)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    strbuf_reserve(&out, text.len);
    for (size_t at = 0; at < text.len;) {
        add_folded(&out, utf8_next(text, &at));
    }
    return strbuf_str(&out);
}

/* No longer than the text: a gap's dash takes the place of what it stands for. */
Str text_slug(Arena *arena, Str text)
{
    Str folded = text_fold(arena, text);
    char *slug = arena_strndup(arena, folded.ptr, folded.len);
    size_t len = 0;
    bool gap = false;
    for (size_t i = 0; i < folded.len; i++) {
        char c = folded.ptr[i];
        bool keep = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (keep && gap && len > 0) {
            slug[len++] = '-';
        }
        if (keep) {
            slug[len++] = c;
        }
        gap = !keep;
    }
    slug[len] = '\0';
    return str_make(slug, len);
}
