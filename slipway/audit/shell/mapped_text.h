/* MappedText: a text out of which line continuations and comments were taken, and which still knows
 * where each of its bytes stands in the file. What is found in it (a word, a shell command, a
 * heredoc's body) gets the span of the file, byte for byte, and a fix can edit there. */
#pragma once

#include "base/arena.h"
#include "base/source.h"
#include "base/strbuf.h"
#include "base/vec.h"

/* From byte `at` of the joined text on, the file's bytes from `source_at` on. */
typedef struct TextPiece {
    uint32_t at;
    uint32_t source_at;
} TextPiece;

typedef struct MappedText {
    Str text;
    Source *source;
    const TextPiece *pieces; /* in order; the first one's `at` is 0 */
    size_t piece_count;
    uint32_t base; /* of text.ptr[0] in the numbers of `at` */
} MappedText;

/* Bytes of the source as they are. */
MappedText mapped_text_plain(Arena *arena, Source *source, size_t start, size_t end);
/* Offsets into text->text; clamped. */
MappedText mapped_text_slice(const MappedText *text, size_t from, size_t to);
/* From the first byte to the last one, with what lies between them in the file. */
Span mapped_text_span(const MappedText *text, size_t from, size_t to);

/* --- building one, piece by piece --- */
typedef struct MappedTextBuilder {
    Arena *arena;
    Source *source;
    Str first; /* the only piece so far: not copied until there is a second */
    StrBuf text;
    VEC(TextPiece) pieces;
} MappedTextBuilder;

#define MAPPED_TEXT_BUILDER(on_arena, from_source) \
    { .arena = (on_arena), .source = (from_source), .text = STRBUF_ON_ARENA(on_arena) }

/* Appends the bytes start..end of the source. */
void mapped_text_add(MappedTextBuilder *builder, size_t start, size_t end);
MappedText mapped_text_build(MappedTextBuilder *builder);
