#include "base/strbuf.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

enum { STRBUF_CAP_FIRST = 64 };

void strbuf_done(StrBuf *sb)
{
    if (!sb->arena) {
        free(sb->ptr);
    }
    *sb = (StrBuf) { .arena = sb->arena };
}

void strbuf_clear(StrBuf *sb)
{
    strbuf_truncate(sb, 0);
}

void strbuf_truncate(StrBuf *sb, size_t len)
{
    assert(len <= sb->len);
    sb->len = len;
    if (sb->ptr) {
        sb->ptr[len] = '\0';
    }
}

static void grow(StrBuf *sb, size_t wanted)
{
    size_t cap = sb->cap < STRBUF_CAP_FIRST ? STRBUF_CAP_FIRST : sb->cap * 2;
    if (cap < wanted) {
        cap = wanted;
    }
    sb->ptr = sb->arena ? arena_grow(sb->arena, sb->ptr, sb->cap, cap) : mem_realloc(sb->ptr, cap);
    sb->cap = cap;
}

char *strbuf_reserve(StrBuf *sb, size_t extra)
{
    if (extra >= SIZE_MAX / 2 - sb->len) {
        mem_out_of_memory(extra);
    }
    size_t wanted = sb->len + extra + 1;
    if (wanted > sb->cap) {
        grow(sb, wanted);
        sb->ptr[sb->len] = '\0';
    }
    return sb->ptr + sb->len;
}

void strbuf_advance(StrBuf *sb, size_t count)
{
    assert(sb->len + count < sb->cap);
    sb->len += count;
    sb->ptr[sb->len] = '\0';
}

void strbuf_add(StrBuf *sb, Str s)
{
    strbuf_add_bytes(sb, s.ptr, s.len);
}

void strbuf_add_bytes(StrBuf *sb, const void *data, size_t size)
{
    char *end = strbuf_reserve(sb, size);
    if (size) {
        memcpy(end, data, size);
        strbuf_advance(sb, size);
    }
}

void strbuf_add_cstr(StrBuf *sb, const char *text)
{
    strbuf_add(sb, str_from(text));
}

void strbuf_add_char(StrBuf *sb, char c)
{
    *strbuf_reserve(sb, 1) = c;
    strbuf_advance(sb, 1);
}

void strbuf_add_repeat(StrBuf *sb, char c, size_t count)
{
    memset(strbuf_reserve(sb, count), c, count);
    strbuf_advance(sb, count);
}

void strbuf_add_uint64(StrBuf *sb, uint64_t value)
{
    char digits[20];
    size_t at = sizeof(digits);
    do {
        digits[--at] = (char) ('0' + value % 10);
        value /= 10;
    } while (value);
    strbuf_add_bytes(sb, digits + at, sizeof(digits) - at);
}

void strbuf_add_int64(StrBuf *sb, int64_t value)
{
    if (value < 0) {
        strbuf_add_char(sb, '-');
    }
    strbuf_add_uint64(sb, value < 0 ? 0 - (uint64_t) value : (uint64_t) value);
}

/* `digits` with a point before the last `decimals`. */
static void add_decimal(StrBuf *sb, uint64_t digits, unsigned decimals)
{
    char text[24];
    size_t at = sizeof(text);
    for (unsigned done = 0; done <= decimals || digits; done++) {
        if (done == decimals && done > 0) {
            text[--at] = '.';
        }
        text[--at] = (char) ('0' + digits % 10);
        digits /= 10;
    }
    strbuf_add_bytes(sb, text + at, sizeof(text) - at);
}

/* Values with few decimals, which is nearly all that services say. A decimal of at most DBL_DIG
 * digits that divides back to the value is its one shortest form; false where there is none. */
static bool add_short_double(StrBuf *sb, double value)
{
    static const double scales[] = { 1, 10, 100, 1000, 10000, 100000, 1000000 };
    static const double least = 1e-4, most = 1e15; /* beyond them %g writes an exponent */
    double size = fabs(value);
    if (fpclassify(value) == FP_ZERO && !signbit(value)) {
        strbuf_add_char(sb, '0');
        return true;
    }
    for (unsigned decimals = 0; decimals < ARRAY_LEN(scales) && size >= least; decimals++) {
        double scaled = nearbyint(size * scales[decimals]);
        if (scaled >= most) {
            return false;
        }
        double back = scaled / scales[decimals];
        if (back >= size && back <= size) {
            strbuf_add_bytes(sb, "-", value < 0);
            add_decimal(sb, (uint64_t) scaled, decimals);
            return true;
        }
    }
    return false;
}

void strbuf_add_double(StrBuf *sb, double value)
{
    if (add_short_double(sb, value)) {
        return;
    }
    char text[32];
    /* any decimal of DBL_DIG digits survives the way through a normal double; a subnormal has less
     */
    int precision = fabs(value) < DBL_MIN ? 1 : DBL_DIG;
    do {
        snprintf(text, sizeof(text), "%.*g", precision, value);
    } while (++precision <= DBL_DECIMAL_DIG && !isnan(value) && strtod(text, NULL) != value);
    strbuf_add_cstr(sb, text);
}

void strbuf_add_codepoint(StrBuf *sb, uint32_t codepoint)
{
    assert(codepoint <= 0x10FFFF);
    if (codepoint < 0x80) {
        strbuf_add_char(sb, (char) codepoint);
        return;
    }
    unsigned more = codepoint < 0x800 ? 1 : codepoint < 0x10000 ? 2 : 3;
    static const unsigned char leads[] = { 0, 0xC0, 0xE0, 0xF0 };
    strbuf_add_char(sb, (char) (leads[more] | codepoint >> (6 * more)));
    while (more-- > 0) {
        strbuf_add_char(sb, (char) (0x80 | (codepoint >> (6 * more) & 0x3F)));
    }
}

void strbuf_vaddf(StrBuf *sb, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    char *end = strbuf_reserve(sb, STRBUF_CAP_FIRST);
    size_t room = sb->cap - sb->len;
    int len = vsnprintf(end, room, format, args);
    assert(len >= 0);
    if ((size_t) len >= room) {
        end = strbuf_reserve(sb, (size_t) len);
        vsnprintf(end, (size_t) len + 1, format, again);
    }
    va_end(again);
    strbuf_advance(sb, (size_t) len);
}

void strbuf_addf(StrBuf *sb, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    strbuf_vaddf(sb, format, args);
    va_end(args);
}

void strbuf_insert(StrBuf *sb, size_t at, Str s)
{
    assert(at <= sb->len);
    if (s.len == 0) {
        return;
    }
    strbuf_reserve(sb, s.len);
    memmove(sb->ptr + at + s.len, sb->ptr + at, sb->len - at);
    memcpy(sb->ptr + at, s.ptr, s.len);
    strbuf_advance(sb, s.len);
}

void strbuf_remove(StrBuf *sb, size_t at, size_t count)
{
    assert(at <= sb->len && count <= sb->len - at);
    if (count) {
        memmove(sb->ptr + at, sb->ptr + at + count, sb->len - at - count);
        strbuf_truncate(sb, sb->len - count);
    }
}

void strbuf_line(StrBuf *sb, Str line)
{
    if (line.len) {
        strbuf_add_repeat(sb, ' ', sb->indent);
    }
    strbuf_add(sb, line);
    strbuf_add_char(sb, '\n');
}

void strbuf_linef(StrBuf *sb, const char *format, ...)
{
    strbuf_add_repeat(sb, ' ', sb->indent);
    va_list args;
    va_start(args, format);
    strbuf_vaddf(sb, format, args);
    va_end(args);
    strbuf_add_char(sb, '\n');
}

char *strbuf_take(StrBuf *sb)
{
    assert(!sb->arena);
    strbuf_reserve(sb, 0);
    char *taken = sb->ptr;
    *sb = (StrBuf) { .indent = sb->indent };
    return taken;
}
