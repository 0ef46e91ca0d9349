#include "base/text.h"

#include <string.h>

#include "base/mem.h"

enum { REPLACEMENT = 0xFFFD };

/* Length of the well-formed sequence at `at` and its character, or 0 (Unicode 15, table 3-7: the
 * range of the second byte is what excludes overlong forms, surrogates and values past U+10FFFF).
 */
static size_t sequence(Str s, size_t at, uint32_t *ret_codepoint)
{
    const unsigned char *byte = (const unsigned char *) s.ptr + at;
    unsigned char lead = byte[0];
    if (lead < 0x80) {
        *ret_codepoint = lead;
        return 1;
    }
    size_t len = lead >= 0xC2 && lead <= 0xDF   ? 2
                 : lead >= 0xE0 && lead <= 0xEF ? 3
                 : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                : 0;
    if (len == 0 || len > s.len - at) {
        return 0;
    }
    unsigned char least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    unsigned char most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (byte[1] < least || byte[1] > most) {
        return 0;
    }
    uint32_t codepoint = lead & (0x7FU >> len);
    for (size_t i = 1; i < len; i++) {
        if ((byte[i] & 0xC0) != 0x80) {
            return 0;
        }
        codepoint = codepoint << 6 | (byte[i] & 0x3FU);
    }
    *ret_codepoint = codepoint;
    return len;
}

bool utf8_is_valid(Str s)
{
    uint32_t codepoint = 0;
    for (size_t at = 0, len = 0; at < s.len; at += len) {
        len = sequence(s, at, &codepoint);
        if (len == 0) {
            return false;
        }
    }
    return true;
}

uint32_t utf8_next(Str s, size_t *at)
{
    uint32_t codepoint = REPLACEMENT;
    size_t len = sequence(s, *at, &codepoint);
    *at += len ? len : 1;
    return codepoint;
}

size_t utf8_count(Str s)
{
    size_t count = 0;
    for (size_t at = 0; at < s.len; count++) {
        if ((unsigned char) s.ptr[at] < 0x80) {
            at++;
        } else {
            utf8_next(s, &at);
        }
    }
    return count;
}

typedef struct Range {
    uint32_t first;
    uint32_t last;
} Range;

/* The blocks of Unicode 15's EastAsianWidth W and F, and of the general categories Mn, Me and Cf,
 * as far as texts of configuration files meet them; coarse on purpose, the caret is all that rides
 * on it. */
static const Range wide[] = {
    { 0x1100, 0x115F },   { 0x2E80, 0x303E },   { 0x3041, 0x33FF },   { 0x3400, 0x4DBF },
    { 0x4E00, 0x9FFF },   { 0xA000, 0xA4CF },   { 0xAC00, 0xD7A3 },   { 0xF900, 0xFAFF },
    { 0xFE30, 0xFE6F },   { 0xFF00, 0xFF60 },   { 0xFFE0, 0xFFE6 },   { 0x1F300, 0x1F64F },
    { 0x1F680, 0x1F6FF }, { 0x1F900, 0x1F9FF }, { 0x20000, 0x3FFFD },
};
static const Range combining[] = {
    { 0x0300, 0x036F }, { 0x0483, 0x0489 }, { 0x0591, 0x05BD }, { 0x0610, 0x061A },
    { 0x064B, 0x065F }, { 0x093C, 0x093C }, { 0x0941, 0x0948 }, { 0x1AB0, 0x1AFF },
    { 0x1DC0, 0x1DFF }, { 0x200B, 0x200F }, { 0x202A, 0x202E }, { 0x2060, 0x2064 },
    { 0x20D0, 0x20FF }, { 0xFE00, 0xFE0F }, { 0xFE20, 0xFE2F }, { 0xFEFF, 0xFEFF },
};

static bool in_ranges(uint32_t codepoint, const Range *ranges, size_t count)
{
    for (size_t i = 0; i < count && codepoint >= ranges[i].first; i++) {
        if (codepoint <= ranges[i].last) {
            return true;
        }
    }
    return false;
}

size_t utf8_width(Str s)
{
    size_t width = 0;
    for (size_t at = 0; at < s.len;) {
        uint32_t codepoint = utf8_next(s, &at);
        if (in_ranges(codepoint, wide, ARRAY_LEN(wide))) {
            width += 2;
        } else if (!in_ranges(codepoint, combining, ARRAY_LEN(combining))) {
            width += 1;
        }
    }
    return width;
}

void hex_add(StrBuf *out, const void *data, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *bytes = data;
    char *text = strbuf_reserve(out, size * 2);
    for (size_t i = 0; i < size; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 0xF];
    }
    strbuf_advance(out, size * 2);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool hex_decode(Str text, void *ret_data, size_t size)
{
    if (text.len != size * 2) {
        return false;
    }
    int all = 0; /* negative when one is */
    for (size_t i = 0; i < text.len; i++) {
        all |= hex_value(text.ptr[i]);
    }
    if (all < 0) {
        return false;
    }
    unsigned char *bytes = ret_data;
    for (size_t i = 0; i < size; i++) {
        bytes[i] =
            (unsigned char) (hex_value(text.ptr[2 * i]) << 4 | hex_value(text.ptr[2 * i + 1]));
    }
    return true;
}

static const char base64_digits[][65] = {
    [BASE64_STANDARD] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    [BASE64_URL] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
};

void base64_add(StrBuf *out, const void *data, size_t size, Base64 alphabet)
{
    const char *digits = base64_digits[alphabet];
    const unsigned char *bytes = data;
    strbuf_reserve(out, size / 3 * 4 + 4);
    for (size_t at = 0; at < size; at += 3) {
        size_t taken = size - at < 3 ? size - at : 3;
        uint32_t bits = (uint32_t) bytes[at] << 16;
        bits |= taken > 1 ? (uint32_t) bytes[at + 1] << 8 : 0;
        bits |= taken > 2 ? (uint32_t) bytes[at + 2] : 0;
        for (size_t i = 0; i <= taken; i++) {
            strbuf_add_char(out, digits[bits >> (18 - 6 * i) & 0x3F]);
        }
        if (alphabet == BASE64_STANDARD) {
            strbuf_add_repeat(out, '=', 3 - taken);
        }
    }
}

/* What each digit stands for, plus one; 0 is none. The two alphabets differ in their last two digits. */
static const uint8_t base64_values[128] = {
    ['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,  ['H'] = 8,
    ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
    ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
    ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
    ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
    ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
    ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
    ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62,
};

static int base64_value(char c, const char *last_two)
{
    int value = (unsigned char) c < sizeof(base64_values) ? base64_values[(unsigned char) c] : 0;
    if (value > 0) {
        return value - 1;
    }
    return c == last_two[0] ? 62 : c == last_two[1] ? 63 : -1;
}

/* The text without its padding; false where the padding is not what the length asks for. */
static bool base64_unpad(Str *text, Base64 alphabet)
{
    if (alphabet == BASE64_URL) {
        return text->len % 4 != 1;
    }
    if (text->len % 4 != 0) {
        return false;
    }
    if (!str_strip_suffix(text, STR("=="))) {
        str_strip_suffix(text, STR("="));
    }
    return true;
}

bool base64_decode(StrBuf *out, Str text, Base64 alphabet)
{
    if (!base64_unpad(&text, alphabet)) {
        return false;
    }
    const char *last_two = base64_digits[alphabet] + 62;
    char *const start = strbuf_reserve(out, text.len / 4 * 3 + 3);
    char *end = start;
    uint32_t bits = 0;
    unsigned held = 0; /* bits not yet written */
    for (size_t i = 0; i < text.len; i++) {
        int value = base64_value(text.ptr[i], last_two);
        if (value < 0) {
            *start = '\0';
            return false;
        }
        bits = bits << 6 | (uint32_t) value;
        held += 6;
        if (held >= 8) {
            held -= 8;
            *end++ = (char) (bits >> held & 0xFF);
        }
    }
    /* RFC 4648 section 3.5: bits that no byte needs must be zero, or one value has several texts */
    bool canonical = (bits & ((1U << held) - 1)) == 0;
    strbuf_advance(out, canonical ? (size_t) (end - start) : 0);
    return canonical;
}
