/* Str: a read-only view of bytes, passed by value. It owns nothing; it lives as long as what it
 * views. Not NUL-terminated unless said so. The empty Str has len 0; its ptr may be NULL. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"

typedef struct Str {
    const char *ptr;
    size_t len;
} Str;

#define STR(literal) ((Str) { .ptr = "" literal, .len = sizeof(literal) - 1 })
#define STR_INIT(literal) \
    { .ptr = "" literal, .len = sizeof(literal) - 1 } /* static initialisers */
/* printf("%" STR_FMT, STR_ARG(s)) */
#define STR_FMT       ".*s"
#define STR_ARG(view) (int) (view).len, (view).ptr ? (view).ptr : ""

static inline Str str_make(const char *ptr, size_t len)
{
    return (Str) { .ptr = ptr, .len = len };
}
/* A view of a C string; NULL gives the empty Str. */
static inline Str str_from(const char *text)
{
    return (Str) { .ptr = text, .len = text ? strlen(text) : 0 };
}
static inline bool str_is_empty(Str s)
{
    return s.len == 0;
}
static inline bool str_eq(Str a, Str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}
static inline bool str_eq_cstr(Str a, const char *b)
{
    return str_eq(a, str_from(b));
}

int str_cmp(Str a, Str b);         /* bytewise; a prefix sorts first */
int str_cmp_natural(Str a, Str b); /* runs of digits by value: "a2" < "a10" */
bool str_eq_nocase(Str a, Str b);  /* ASCII */
bool str_has_prefix(Str s, Str prefix);
bool str_has_suffix(Str s, Str suffix);
bool str_has_char(Str s, char c);

#define STR_NONE SIZE_MAX
/* Index of the first/last occurrence, or STR_NONE. */
size_t str_find(Str s, Str needle);
size_t str_find_char(Str s, char c);
size_t str_rfind_char(Str s, char c);

/* Sub-views; indices past the end are clamped. */
Str str_slice(Str s, size_t from, size_t to);
Str str_skip(Str s, size_t count);
Str str_trim(Str s); /* ASCII white space at both ends */
Str str_trim_end(Str s);
bool str_strip_prefix(Str *s, Str prefix); /* true and shortened when it was there */
bool str_strip_suffix(Str *s, Str suffix);

/* Splits: takes the part of *rest before the first `sep`, moves *rest behind it; false when
 * *rest is used up. "a,,b" gives a, "", b; an empty Str gives nothing, a last `sep` no part behind
 * it. */
bool str_next(Str *rest, char sep, Str *ret_part);
/* As str_next for lines; "\n" and "\r\n" end a line and are not part of it. */
bool str_next_line(Str *rest, Str *ret_line);
/* before/after the first `sep`; false when there is none. */
bool str_cut(Str s, char sep, Str *ret_before, Str *ret_after);

/* Whole-string numbers: no white space, no trailing text, range checked. */
bool str_to_int64(Str s, int64_t *ret_value);
bool str_to_uint64(Str s, uint64_t *ret_value);
bool str_to_double(Str s, double *ret_value);

uint64_t str_hash(Str s); /* seeded at random per process: never for stored data */

/* Copies on the arena; str_dup's is NUL-terminated too. */
Str str_dup(Arena *arena, Str s);
char *str_to_cstr(Arena *arena, Str s);
Str str_concat(Arena *arena, Str a, Str b);
Str str_printf(Arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
Str str_lower(Arena *arena, Str s); /* ASCII */
Str str_upper(Arena *arena, Str s);
Str str_replace(Arena *arena, Str s, Str from, Str to);

/* The candidate nearest to `word` by edit distance (transpositions count one), or the empty Str
 * when none is near enough to be what was meant. The "did you mean" of every message. */
Str str_nearest(Str word, const Str *candidates, size_t count);
