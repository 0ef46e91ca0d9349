#include "base/str.h"

#include <assert.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <sys/random.h>

#include "base/mem.h"
#include "base/strbuf.h"

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char) (c - ('a' - 'A')) : c;
}

int str_cmp(Str a, Str b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common ? memcmp(a.ptr, b.ptr, common) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

/* Takes a run of digits off the front, without its leading zeros. */
static Str take_number(Str *s)
{
    size_t end = 0;
    while (end < s->len && is_digit(s->ptr[end])) {
        end++;
    }
    Str number = str_slice(*s, 0, end);
    *s = str_skip(*s, end);
    while (number.len > 1 && number.ptr[0] == '0') {
        number = str_skip(number, 1);
    }
    return number;
}

int str_cmp_natural(Str a, Str b)
{
    Str x = a;
    Str y = b;
    while (x.len && y.len) {
        int order;
        if (is_digit(*x.ptr) && is_digit(*y.ptr)) {
            Str m = take_number(&x);
            Str n = take_number(&y);
            order = m.len != n.len ? (m.len > n.len) - (m.len < n.len) : str_cmp(m, n);
        } else {
            order = (unsigned char) *x.ptr - (unsigned char) *y.ptr;
            x = str_skip(x, 1);
            y = str_skip(y, 1);
        }
        if (order) {
            return order;
        }
    }
    /* "a01" and "a1" are different words: fall back on the bytes */
    return x.len || y.len ? (x.len > 0) - (y.len > 0) : str_cmp(a, b);
}

bool str_eq_nocase(Str a, Str b)
{
    if (a.len != b.len) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (lower(a.ptr[i]) != lower(b.ptr[i])) {
            return false;
        }
    }
    return true;
}

bool str_has_prefix(Str s, Str prefix)
{
    return s.len >= prefix.len && str_eq(str_slice(s, 0, prefix.len), prefix);
}

bool str_has_suffix(Str s, Str suffix)
{
    return s.len >= suffix.len && str_eq(str_skip(s, s.len - suffix.len), suffix);
}

bool str_has_char(Str s, char c)
{
    return str_find_char(s, c) != STR_NONE;
}

static size_t index_of(Str s, const char *found)
{
    return found ? (size_t) (found - s.ptr) : STR_NONE;
}

size_t str_find(Str s, Str needle)
{
    if (needle.len <= 1) {
        return needle.len ? str_find_char(s, needle.ptr[0]) : 0;
    }
    return s.len ? index_of(s, memmem(s.ptr, s.len, needle.ptr, needle.len)) : STR_NONE;
}

size_t str_find_char(Str s, char c)
{
    return s.len ? index_of(s, memchr(s.ptr, c, s.len)) : STR_NONE;
}

size_t str_rfind_char(Str s, char c)
{
    return s.len ? index_of(s, memrchr(s.ptr, c, s.len)) : STR_NONE;
}

Str str_slice(Str s, size_t from, size_t to)
{
    if (!s.ptr) {
        return (Str) { 0 };
    }
    size_t end = to < s.len ? to : s.len;
    size_t start = from < end ? from : end;
    return str_make(s.ptr + start, end - start);
}

Str str_skip(Str s, size_t count)
{
    return str_slice(s, count, s.len);
}

Str str_trim(Str s)
{
    while (s.len && is_space(s.ptr[0])) {
        s = str_skip(s, 1);
    }
    return str_trim_end(s);
}

Str str_trim_end(Str s)
{
    while (s.len && is_space(s.ptr[s.len - 1])) {
        s.len--;
    }
    return s;
}

bool str_strip_prefix(Str *s, Str prefix)
{
    bool has = str_has_prefix(*s, prefix);
    if (has) {
        *s = str_skip(*s, prefix.len);
    }
    return has;
}

bool str_strip_suffix(Str *s, Str suffix)
{
    bool has = str_has_suffix(*s, suffix);
    if (has) {
        s->len -= suffix.len;
    }
    return has;
}

bool str_next(Str *rest, char sep, Str *ret_part)
{
    if (rest->len == 0) {
        return false;
    }
    if (!str_cut(*rest, sep, ret_part, rest)) {
        *ret_part = *rest;
        *rest = str_skip(*rest, rest->len);
    }
    return true;
}

bool str_next_line(Str *rest, Str *ret_line)
{
    if (!str_next(rest, '\n', ret_line)) {
        return false;
    }
    str_strip_suffix(ret_line, STR("\r"));
    return true;
}

bool str_cut(Str s, char sep, Str *ret_before, Str *ret_after)
{
    const char *found = s.len ? memchr(s.ptr, sep, s.len) : NULL;
    if (!found) {
        return false;
    }
    size_t at = (size_t) (found - s.ptr);
    *ret_before = str_make(s.ptr, at);
    *ret_after = str_make(found + 1, s.len - at - 1);
    return true;
}

bool str_to_uint64(Str s, uint64_t *ret_value)
{
    uint64_t value = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (!is_digit(s.ptr[i]) || __builtin_mul_overflow(value, 10U, &value) ||
            __builtin_add_overflow(value, (uint64_t) (s.ptr[i] - '0'), &value)) {
            return false;
        }
    }
    if (s.len == 0) {
        return false;
    }
    *ret_value = value;
    return true;
}

bool str_to_int64(Str s, int64_t *ret_value)
{
    bool negative = str_has_prefix(s, STR("-"));
    if (negative || str_has_prefix(s, STR("+"))) {
        s = str_skip(s, 1);
    }
    uint64_t magnitude = 0;
    if (!str_to_uint64(s, &magnitude) || magnitude > (uint64_t) INT64_MAX + negative) {
        return false;
    }
    *ret_value = negative ? (int64_t) (0 - magnitude) : (int64_t) magnitude;
    return true;
}

static size_t skip_digits(Str s, size_t at)
{
    while (at < s.len && is_digit(s.ptr[at])) {
        at++;
    }
    return at;
}

static size_t skip_sign(Str s, size_t at)
{
    return at < s.len && (s.ptr[at] == '-' || s.ptr[at] == '+') ? at + 1 : at;
}

/* [sign] digits [. digits] [e [sign] digits], with a digit before or behind the point: strtod takes
 * much more than that (white space, hexadecimal, "inf"). */
static bool is_decimal(Str s)
{
    size_t start = skip_sign(s, 0);
    size_t at = skip_digits(s, start);
    size_t digits = at - start;
    if (at < s.len && s.ptr[at] == '.') {
        size_t fraction = at + 1;
        at = skip_digits(s, fraction);
        digits += at - fraction;
    }
    if (digits == 0) {
        return false;
    }
    if (at < s.len && lower(s.ptr[at]) == 'e') {
        size_t exponent = skip_sign(s, at + 1);
        at = skip_digits(s, exponent);
        if (at == exponent) {
            return false;
        }
    }
    return at == s.len;
}

bool str_to_double(Str s, double *ret_value)
{
    if (!is_decimal(s)) {
        return false;
    }
    char small[64];
    char *large = s.len < sizeof(small) ? NULL : mem_alloc(s.len + 1);
    char *text = large ? large : small;
    memcpy(text, s.ptr, s.len);
    text[s.len] = '\0';
    double value = strtod(text, NULL);
    free(large);
    if (isinf(value)) {
        return false;
    }
    *ret_value = value;
    return true;
}

/* SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", with one round for each
 * word and three at the end): short, and not to be steered by who chooses the keys. */
typedef struct Sip {
    uint64_t v0, v1, v2, v3;
} Sip;

static uint64_t sip_key[2];
static pthread_once_t sip_once = PTHREAD_ONCE_INIT;

static void sip_make_key(void)
{
    if (getrandom(sip_key, sizeof(sip_key), 0) != (ssize_t) sizeof(sip_key)) {
        abort();
    }
}

static uint64_t rotate(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

static void sip_round(Sip *s)
{
    s->v0 += s->v1;
    s->v2 += s->v3;
    s->v1 = rotate(s->v1, 13) ^ s->v0;
    s->v3 = rotate(s->v3, 16) ^ s->v2;
    s->v0 = rotate(s->v0, 32) + s->v3;
    s->v2 += s->v1;
    s->v1 = rotate(s->v1, 17) ^ s->v2;
    s->v3 = rotate(s->v3, 21) ^ s->v0;
    s->v2 = rotate(s->v2, 32);
}

static void sip_add(Sip *s, uint64_t word)
{
    s->v3 ^= word;
    sip_round(s);
    s->v0 ^= word;
}

uint64_t str_hash(Str s)
{
    pthread_once(&sip_once, sip_make_key);
    Sip state = {
        .v0 = sip_key[0] ^ 0x736f6d6570736575U,
        .v1 = sip_key[1] ^ 0x646f72616e646f6dU,
        .v2 = sip_key[0] ^ 0x6c7967656e657261U,
        .v3 = sip_key[1] ^ 0x7465646279746573U,
    };
    size_t at = 0;
    for (; at + 8 <= s.len; at += 8) {
        uint64_t word = 0;
        memcpy(&word, s.ptr + at, 8);
        sip_add(&state, word);
    }
    uint64_t tail = (uint64_t) s.len << 56;
    for (unsigned shift = 0; at < s.len; at++, shift += 8) {
        tail |= (uint64_t) (unsigned char) s.ptr[at] << shift;
    }
    sip_add(&state, tail);
    state.v2 ^= 0xff;
    for (int round = 0; round < 3; round++) {
        sip_round(&state);
    }
    return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

Str str_dup(Arena *arena, Str s)
{
    return str_make(arena_strndup(arena, s.ptr, s.len), s.len);
}

char *str_to_cstr(Arena *arena, Str s)
{
    return arena_strndup(arena, s.ptr, s.len);
}

Str str_concat(Arena *arena, Str a, Str b)
{
    char *joined = arena_alloc_raw(arena, a.len + b.len + 1);
    if (a.len > 0) {
        memcpy(joined, a.ptr, a.len);
    }
    if (b.len > 0) {
        memcpy(joined + a.len, b.ptr, b.len);
    }
    joined[a.len + b.len] = '\0';
    return str_make(joined, a.len + b.len);
}

Str str_printf(Arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = arena_vprintf(arena, format, args);
    va_end(args);
    return str_from(text);
}

static Str str_map(Arena *arena, Str s, char (*change)(char c))
{
    char *copy = arena_strndup(arena, s.ptr, s.len);
    for (size_t i = 0; i < s.len; i++) {
        copy[i] = change(copy[i]);
    }
    return str_make(copy, s.len);
}

Str str_lower(Arena *arena, Str s)
{
    return str_map(arena, s, lower);
}

Str str_upper(Arena *arena, Str s)
{
    return str_map(arena, s, upper);
}

Str str_replace(Arena *arena, Str s, Str from, Str to)
{
    assert(from.len > 0);
    StrBuf out = STRBUF_ON_ARENA(arena);
    strbuf_reserve(&out, s.len);
    for (;;) {
        size_t at = str_find(s, from);
        strbuf_add(&out, str_slice(s, 0, at));
        if (at == STR_NONE) {
            return strbuf_str(&out);
        }
        strbuf_add(&out, to);
        s = str_skip(s, at + from.len);
    }
}

enum { NEAREST_LONGEST = 64 }; /* longer words are not looked at: nobody mistypes those */

/* Edit distance with adjacent transpositions, case folded (optimal string alignment). Three rows
 * of the table are enough: this one, the one above, the one above that. */
static unsigned edit_distance(Str a, Str b)
{
    unsigned rows[3][NEAREST_LONGEST + 1];
    for (size_t j = 0; j <= b.len; j++) {
        rows[0][j] = (unsigned) j;
    }
    for (size_t i = 1; i <= a.len; i++) {
        unsigned *row = rows[i % 3];
        const unsigned *above = rows[(i + 2) % 3];
        const unsigned *top = rows[(i + 1) % 3];
        row[0] = (unsigned) i;
        for (size_t j = 1; j <= b.len; j++) {
            bool same = lower(a.ptr[i - 1]) == lower(b.ptr[j - 1]);
            unsigned least = above[j - 1] + !same;
            least = above[j] + 1 < least ? above[j] + 1 : least;
            least = row[j - 1] + 1 < least ? row[j - 1] + 1 : least;
            if (i > 1 && j > 1 && lower(a.ptr[i - 1]) == lower(b.ptr[j - 2]) &&
                lower(a.ptr[i - 2]) == lower(b.ptr[j - 1]) && top[j - 2] + 1 < least) {
                least = top[j - 2] + 1;
            }
            row[j] = least;
        }
    }
    return rows[a.len % 3][b.len];
}

Str str_nearest(Str word, const Str *candidates, size_t count)
{
    Str nearest = { 0 };
    if (word.len > NEAREST_LONGEST) {
        return nearest;
    }
    /* a third of the letters may be wrong, and at least one right */
    unsigned least = (unsigned) (word.len + 2) / 3 + 1;
    for (size_t i = 0; i < count; i++) {
        Str candidate = candidates[i];
        if (candidate.len > NEAREST_LONGEST) {
            continue;
        }
        unsigned distance = edit_distance(word, candidate);
        if (distance < least && distance < candidate.len) {
            least = distance;
            nearest = candidate;
        }
    }
    return nearest;
}
