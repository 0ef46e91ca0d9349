/* The parts of the PromQL reader: tokens (promql_lex.c), tree (promql_parser.h), types and functions
 * (promql_check.c). */
#pragma once

#include "promql.h"

enum {
    PROM_DEPTH_MOST = 100,
    PROM_OPERATORS_MOST = 4000, /* in a row: as deep is the tree */
    PROM_BYTES_MOST = 64 * 1024,
};

typedef enum PromTokenKind {
    TOKEN_END,
    TOKEN_BAD, /* message in the lexer */
    TOKEN_NAME,
    TOKEN_NUMBER,
    TOKEN_DURATION,
    TOKEN_STRING,
    TOKEN_PUNCT, /* text: an operator or a bracket */
} PromTokenKind;

typedef struct PromToken {
    PromTokenKind kind;
    size_t start, end;
    Str text;          /* as written; of a string its value */
    bool has_variable; /* of Grafana */
    bool is_extended;  /* a name with dots or letters beyond ASCII */
} PromToken;

typedef struct PromLexer {
    Arena *arena;
    Str text;
    size_t at;
    bool variables;
    bool in_range;       /* between brackets ':' parts range and step */
    bool is_range_begun; /* before its first number no comment may stand in a range */
    const char *message; /* of TOKEN_BAD */
} PromLexer;

/* The next token behind lexer->at. */
PromToken promql_next(PromLexer *lexer);
/* 1_000, 0x1F, 017, 1.5e3, inf; false where it is none, or larger than a double. */
bool promql_number(Str text, double *ret_value);

/* Whether a pattern that PCRE takes is none of RE2's. */
bool promql_is_beyond_re2(Str value);

typedef struct PromFunction {
    const char *name;
    PromType returns;
    const char *args; /* a letter an argument: s scalar, t text, v vector, m matrix; behind '?' they
                         may be left out, behind '*' the last one may be repeated */
    unsigned features; /* that it needs */
} PromFunction;

const PromFunction *promql_function(Str name);
Str promql_nearest_function(Str name);

typedef struct PromAggregation {
    const char *name;
    char param; /* 0: none; s, t */
    unsigned features;
} PromAggregation;

/* By its lower-case name. */
const PromAggregation *promql_aggregation(Str name);

typedef struct PromCheck {
    Arena *arena;
    bool variables;   /* of Grafana */
    bool selects_all; /* {} may stand here */
    PromError *error;
} PromCheck;

/* Sets node->type and what it needs; false with *error set. The node's children are checked. */
bool promql_check(PromCheck *check, PromNode *node);
