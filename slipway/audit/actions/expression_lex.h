/* The tokens of an expression. */
#pragma once

#include "expression.h"

typedef enum TokenKind {
    TOKEN_END,
    TOKEN_END_BRACES, /* }} */
    TOKEN_BROKEN,     /* text says why */
    TOKEN_NAME,
    TOKEN_NUMBER,
    TOKEN_STRING, /* text is its value */
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_OPEN_INDEX,
    TOKEN_CLOSE_INDEX,
    TOKEN_DOT,
    TOKEN_COMMA,
    TOKEN_STAR,
    TOKEN_NOT,
    TOKEN_AND,
    TOKEN_OR,
    TOKEN_EQUAL, /* the comparisons in the order of ExprOp */
    TOKEN_NOT_EQUAL,
    TOKEN_LESS,
    TOKEN_LESS_EQUAL,
    TOKEN_GREATER,
    TOKEN_GREATER_EQUAL,
} TokenKind;

typedef struct Token {
    TokenKind kind;
    Str text;
    double number;
    size_t start, end;
} Token;

typedef struct Lexer {
    Arena *arena;
    Str text;
    size_t at;
    bool braced; /* "}}" ends it */
} Lexer;

Token lexer_next(Lexer *lexer);
/* What it is, for messages: `"&&"`, `the end`. */
const char *token_describe(Arena *arena, const Token *token);
