/* StrBuf: a growing byte string. ptr[len] is always NUL once anything was added, so ptr may be
 * passed as a C string. With an arena the memory is the arena's and strbuf_done is not needed;
 * without one it is the heap's and belongs to the StrBuf until strbuf_done or strbuf_take. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

typedef struct StrBuf {
    char *ptr;
    size_t len;
    size_t cap;
    Arena *arena;    /* NULL: heap */
    unsigned indent; /* columns put before each line that strbuf_line and strbuf_addf_line write */
} StrBuf;

#define STRBUF_INIT               { 0 }
#define STRBUF_ON_ARENA(on_arena) { .arena = (on_arena) }

void strbuf_done(StrBuf *sb);
void strbuf_clear(StrBuf *sb); /* keeps the memory */
void strbuf_truncate(StrBuf *sb, size_t len);
/* Room for `extra` more bytes behind len; returns where they go. */
char *strbuf_reserve(StrBuf *sb, size_t extra);
/* Counts `count` bytes written behind len after strbuf_reserve. */
void strbuf_advance(StrBuf *sb, size_t count);

void strbuf_add(StrBuf *sb, Str s);
void strbuf_add_bytes(StrBuf *sb, const void *data, size_t size);
void strbuf_add_cstr(StrBuf *sb, const char *text);
void strbuf_add_char(StrBuf *sb, char c);
void strbuf_add_repeat(StrBuf *sb, char c, size_t count);
void strbuf_add_int64(StrBuf *sb, int64_t value);
void strbuf_add_uint64(StrBuf *sb, uint64_t value);
void strbuf_add_double(StrBuf *sb, double value);          /* shortest form that reads back equal */
void strbuf_add_codepoint(StrBuf *sb, uint32_t codepoint); /* UTF-8 */
void strbuf_addf(StrBuf *sb, const char *format, ...) __attribute__((format(printf, 2, 3)));
void strbuf_vaddf(StrBuf *sb, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
void strbuf_insert(StrBuf *sb, size_t at, Str s);
void strbuf_remove(StrBuf *sb, size_t at, size_t count);

/* One indented line and its newline. */
void strbuf_line(StrBuf *sb, Str line);
void strbuf_linef(StrBuf *sb, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The content as a view, valid until the next change. */
static inline Str strbuf_str(const StrBuf *sb)
{
    return (Str) { .ptr = sb->ptr ? sb->ptr : "", .len = sb->len };
}
/* Heap buffers only: hands over the NUL-terminated bytes, to be freed; the StrBuf is empty again.
 */
char *strbuf_take(StrBuf *sb);

#define auto_strbuf __attribute__((cleanup(strbuf_done)))
