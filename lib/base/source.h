/* Source and Span: where a value came from.
 *
 * A Source is one text that was read (a file, standard input, an inline document). A Span is a
 * byte range in it. Line and column are computed on demand, also by several threads at once, so a span costs 16 bytes and every
 * node can carry one. A span with source NULL means "nowhere": a default, a generated value. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

typedef struct Source {
    Str path;             /* as shown to the user */
    Str text;             /* whole content; at most 4 GiB - 1 */
    uint32_t *line_index; /* how many lines, then where each starts; built on first use */
    Arena *arena;
    bool
        is_coarse; /* a span of it says where a text stands as a whole: nothing inside is placed or edited */
    struct Source
        *whole; /* of a part read by itself: the text that has the same bytes there; or NULL */
} Source;

typedef struct Span {
    Source *source;
    uint32_t start; /* byte offsets into source->text, end exclusive */
    uint32_t end;
} Span;

/* Path and text are not copied: they live as long as the arena. */
Source *source_new(Arena *arena, Str path, Str text);

#define SPAN_NONE ((Span) { 0 })
static inline bool span_is_known(Span span)
{
    return span.source != NULL;
}
static inline Span span_make(Source *source, size_t start, size_t end)
{
    return (Span) { .source = source, .start = (uint32_t) start, .end = (uint32_t) end };
}

typedef struct Position {
    uint32_t line;   /* from 1 */
    uint32_t column; /* from 1, in Unicode characters */
} Position;

Position source_position(Source *source, uint32_t offset);
uint32_t source_line_count(Source *source);
/* Text of line `line` (from 1) without its end. */
Str source_line(Source *source, uint32_t line);
Position span_start(Span span);
Position span_end(Span span);
Str span_text(Span span);
/* "path:line:column", or "path" when nothing more is known, or "" for SPAN_NONE. */
Str span_describe(Arena *arena, Span span);
