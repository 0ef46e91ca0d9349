#include "mapped_text.h"

#include "base/strbuf.h"

MappedText mapped_text_plain(Arena *arena, Source *source, size_t start, size_t end)
{
    TextPiece *piece = ARENA_NEW(arena, TextPiece);
    piece->source_at = (uint32_t) start;
    return (MappedText) { .text = str_slice(source->text, start, end),
                          .source = source,
                          .pieces = piece,
                          .piece_count = 1 };
}

MappedText mapped_text_slice(const MappedText *text, size_t from, size_t to)
{
    MappedText part = *text;
    part.text = str_slice(text->text, from, to);
    part.base += (uint32_t) (from < text->text.len ? from : text->text.len);
    return part;
}

/* Where byte `at`, counted as the pieces count, stands in the file. */
static size_t source_at(const MappedText *text, size_t at)
{
    size_t low = 0, high = text->piece_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (text->pieces[middle].at <= at) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return text->pieces[low].source_at + (at - text->pieces[low].at);
}

Span mapped_text_span(const MappedText *text, size_t from, size_t to)
{
    if (text->piece_count == 0) {
        return SPAN_NONE;
    }
    to = to < text->text.len ? to : text->text.len;
    from = from < to ? from : to;
    size_t start = source_at(text, text->base + from);
    size_t end = to > from ? source_at(text, text->base + to - 1) + 1 : start;
    return span_make(text->source, start, end);
}

void mapped_text_add(MappedTextBuilder *builder, size_t start, size_t end)
{
    if (start >= end) {
        return;
    }
    Str bytes = str_slice(builder->source->text, start, end);
    TextPiece piece = { .source_at = (uint32_t) start };
    if (builder->pieces.len == 1) {
        strbuf_add(&builder->text, builder->first);
    }
    if (builder->pieces.len > 0) {
        piece.at = (uint32_t) builder->text.len;
        strbuf_add(&builder->text, bytes);
    } else {
        builder->first = bytes;
    }
    vec_push(&builder->pieces, builder->arena, piece);
}

MappedText mapped_text_build(MappedTextBuilder *builder)
{
    if (builder->pieces.len == 0) {
        return (MappedText) { .source = builder->source };
    }
    return (MappedText) {
        .text = builder->pieces.len == 1 ? builder->first : strbuf_str(&builder->text),
        .source = builder->source,
        .pieces = builder->pieces.ptr,
        .piece_count = builder->pieces.len,
    };
}
