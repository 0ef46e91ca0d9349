/* What the parts of the parser share: the token at hand, and the first mistake. */
#pragma once

#include "promql_internal.h"

typedef struct PromParser {
    Arena *arena;
    PromLexer lexer;
    PromToken token; /* the one to be read */
    size_t last_end; /* of the one before */
    unsigned depth, operators;
    bool failed;
    bool selects_all; /* {} may stand here: behind info( */
    PromError *error;
} PromParser;

/* Only the first mistake is kept: it is the cause of the others. */
void promql_fail(PromParser *p, size_t start, size_t end, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* "… expected, not …" at the token. */
void promql_fail_here(PromParser *p, const char *expected);

void promql_advance(PromParser *p);
bool promql_at_punct(const PromParser *p, const char *text);
/* Keywords have no case. */
bool promql_at_word(const PromParser *p, const char *word);
bool promql_accept_punct(PromParser *p, const char *text);
bool promql_accept_word(PromParser *p, const char *word);
void promql_expect_punct(PromParser *p, const char *text, const char *expected);

typedef struct PromOperator {
    const char *text;
    PromOp op;
    int precedence;
} PromOperator;

enum { PRECEDENCE_MUL = 5, PRECEDENCE_POW = 6 };

/* At the token; NULL: none. */
const PromOperator *promql_operator(const PromParser *p);
/* There is a bound: as many operators, as deep a tree. */
void promql_count_operator(PromParser *p, const PromNode *node);

PromNode *promql_new_node(PromParser *p, PromKind kind, size_t start);
/* Ends the node behind the last token and checks it. */
PromNode *promql_finish(PromParser *p, PromNode *node);
/* False, with a mistake, where it is too deep; promql_leave ends what it began. */
bool promql_enter(PromParser *p);
void promql_leave(PromParser *p);

/* An expression of operators that bind at least as tightly as `least`. */
PromNode *promql_expression(PromParser *p, int least);
/* What may stand behind an expression: ranges, offset, @, anchored, smoothed. */
PromNode *promql_suffixes(PromParser *p, PromNode *node);
/* `name`: the token that was read already; NULL: none. */
PromNode *promql_selector(PromParser *p, const PromToken *name);
/* In brackets, to the end: 5m, 2 * step(). */
PromDuration promql_range_duration(PromParser *p, const char *expected);
/* Behind offset, where arithmetic wants parentheses. */
PromDuration promql_offset_duration(PromParser *p);
/* "(a, b)" of a grouping or a matching, into `labels`; the node takes what they need. */
void promql_labels(PromParser *p, PromNode *node, PromLabels *labels);
