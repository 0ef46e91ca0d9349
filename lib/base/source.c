#include "base/source.h"

#include <assert.h>

#include "base/text.h"
#include "base/vec.h"

Source *source_new(Arena *arena, Str path, Str text)
{
    assert(text.len < UINT32_MAX);
    Source *source = ARENA_NEW(arena, Source);
    *source = (Source) { .path = path, .text = text, .arena = arena };
    return source;
}

static void index_lines(Source *source)
{
    VEC(uint32_t) starts = { 0 };
    vec_push(&starts, source->arena, 0);
    for (size_t i = 0; i < source->text.len; i++) {
        if (source->text.ptr[i] == '\n') {
            vec_push(&starts, source->arena, (uint32_t) i + 1);
        }
    }
    source->line_starts = starts.ptr;
    source->line_count = (uint32_t) starts.len;
}

/* Index of the last line that starts at or before `offset`. */
static uint32_t find_line(Source *source, uint32_t offset)
{
    if (!source->line_starts) {
        index_lines(source);
    }
    uint32_t low = 0;
    uint32_t high = source->line_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (source->line_starts[middle] <= offset) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

Position source_position(Source *source, uint32_t offset)
{
    if (offset > source->text.len) {
        offset = (uint32_t) source->text.len;
    }
    uint32_t line = find_line(source, offset);
    Str before = str_slice(source->text, source->line_starts[line], offset);
    return (Position) { .line = line + 1, .column = (uint32_t) utf8_count(before) + 1 };
}

Str source_line(Source *source, uint32_t line)
{
    find_line(source, 0);
    if (line < 1 || line > source->line_count) {
        return (Str) { 0 };
    }
    size_t start = source->line_starts[line - 1];
    size_t end = line < source->line_count ? source->line_starts[line] - 1 : source->text.len;
    Str text = str_slice(source->text, start, end);
    str_strip_suffix(&text, STR("\r"));
    return text;
}

Position span_start(Span span)
{
    return span.source ? source_position(span.source, span.start) : (Position) { 0 };
}

Position span_end(Span span)
{
    return span.source ? source_position(span.source, span.end) : (Position) { 0 };
}

Str span_text(Span span)
{
    return span.source ? str_slice(span.source->text, span.start, span.end) : (Str) { 0 };
}

Str span_describe(Arena *arena, Span span)
{
    if (!span.source) {
        return STR("");
    }
    if (span.source->text.len == 0) {
        return span.source->path;
    }
    Position at = span_start(span);
    return str_printf(arena, "%" STR_FMT ":%u:%u", STR_ARG(span.source->path), at.line, at.column);
}
