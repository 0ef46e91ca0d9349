#include "base/source.h"

#include <assert.h>

#include "base/text.h"

Source *source_new(Arena *arena, Str path, Str text)
{
    assert(text.len < UINT32_MAX);
    Source *source = ARENA_NEW(arena, Source);
    *source = (Source) { .path = path, .text = text, .arena = arena };
    return source;
}

/* The index: how many lines, whether all of it is ASCII, and where each line starts. */
enum { INDEX_COUNT, INDEX_ASCII, INDEX_STARTS };

/* Threads that ask a source of an arena that is forked may each build the index: they agree, and one
 * of them is kept. */
static const uint32_t *index_lines(Source *source)
{
    const char *text = source->text.ptr;
    uint32_t count = 1;
    unsigned char all = 0;
    for (size_t i = 0; i < source->text.len; i++) {
        count += text[i] == '\n';
        all |= (unsigned char) text[i];
    }
    uint32_t *index = ARENA_ARRAY(source->arena, uint32_t, (size_t) count + INDEX_STARTS);
    index[INDEX_COUNT] = count;
    index[INDEX_ASCII] = all < 0x80;
    uint32_t *next = index + INDEX_STARTS + 1; /* the first line starts at 0 */
    for (size_t i = 0; i < source->text.len; i++) {
        if (text[i] == '\n') {
            *next++ = (uint32_t) i + 1;
        }
    }
    __atomic_store_n(&source->line_index, index, __ATOMIC_RELEASE);
    return index;
}

static const uint32_t *index_of(Source *source)
{
    const uint32_t *index = __atomic_load_n(&source->line_index, __ATOMIC_ACQUIRE);
    return index ? index : index_lines(source);
}

uint32_t source_line_count(Source *source)
{
    return index_of(source)[INDEX_COUNT];
}

Position source_position(Source *source, uint32_t offset)
{
    if (offset > source->text.len) {
        offset = (uint32_t) source->text.len;
    }
    const uint32_t *index = index_of(source);
    const uint32_t *starts = index + INDEX_STARTS;
    uint32_t low = 0;
    uint32_t high = index[INDEX_COUNT];
    while (high - low > 1) { /* the last line that starts at or before it */
        uint32_t middle = low + (high - low) / 2;
        if (starts[middle] <= offset) {
            low = middle;
        } else {
            high = middle;
        }
    }
    Str before = str_slice(source->text, starts[low], offset);
    size_t column = index[INDEX_ASCII] ? before.len : utf8_count(before);
    return (Position) { .line = low + 1, .column = (uint32_t) column + 1 };
}

Str source_line(Source *source, uint32_t line)
{
    const uint32_t *index = index_of(source);
    const uint32_t *starts = index + INDEX_STARTS;
    uint32_t count = index[INDEX_COUNT];
    if (line < 1 || line > count) {
        return (Str) { 0 };
    }
    size_t start = starts[line - 1];
    size_t end = line < count ? starts[line] - 1 : source->text.len;
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
