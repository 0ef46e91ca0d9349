/* What the files of the template engine share: the parsed form. */
#pragma once

#include "base/vec.h"

#include "render/template.h"

typedef enum PieceKind {
    PIECE_TEXT,
    PIECE_VALUE,
    PIECE_EACH,
    PIECE_IF,
    PIECE_INCLUDE,
} PieceKind;

typedef enum TestKind { TEST_TRUTH, TEST_NOT, TEST_EQUAL, TEST_UNEQUAL } TestKind;

typedef struct Test {
    TestKind kind;
    Str path;
    Str literal;
    bool or_before; /* joined to what stands before it by `or`, else by `and` */
    Span span;
} Test;

typedef VEC(Test) Tests;

typedef int (*FilterFn)(StrBuf *out, Str value);

typedef struct Filter {
    const char *name;
    FilterFn apply;
} Filter;

typedef struct Piece Piece;
typedef VEC(Piece *) Pieces;

struct Piece {
    PieceKind kind;
    Span span;
    Str text;        /* TEXT: itself; VALUE and EACH: the path; INCLUDE: the name */
    Str item;        /* EACH: the name of the item */
    unsigned indent; /* INCLUDE: columns before the tag */
    const Filter *filters[4];
    size_t filter_count;
    Tests tests; /* IF */
    Pieces body;
    Pieces other; /* IF: the else part */
};

struct Template {
    Source *source;
    Pieces pieces;
};

/* NULL: there is no such filter. */
const Filter *filter_find(Str name);
