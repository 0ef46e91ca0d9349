/* PromQL: an expression to a tree with the place of every part, typed.
 *
 * The whole language of Prometheus 2.40 to 3.16: operators and their precedence, vector matching,
 * aggregations with their grouping on either side, ranges, subqueries, offset and @, quoted names,
 * arithmetic of durations, anchored and smoothed ranges; also what wants a feature flag, which the
 * nodes tell.
 * An expression out of a dashboard may hold Grafana's variables ($x, ${x:regex}, [[x]]) wherever a
 * name, a number, a duration or a whole expression stands; what they hide is of type ANY.
 *
 * Source: https://prometheus.io/docs/prometheus/latest/querying/basics/ and the pages below it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/vec.h"

typedef enum PromKind {
    PROM_NUMBER,
    PROM_STRING,
    PROM_SELECTOR, /* up, up{job="x"}, and with a range up[5m] */
    PROM_SUBQUERY, /* args[0] [range:step] */
    PROM_CALL,
    PROM_AGGREGATE,
    PROM_BINARY, /* args[0] op args[1] */
    PROM_UNARY,
    PROM_PAREN,
    PROM_VARIABLE, /* a Grafana variable instead of an expression or a function */
} PromKind;

typedef enum PromType {
    PROM_SCALAR,
    PROM_TEXT,
    PROM_VECTOR, /* instant */
    PROM_MATRIX, /* range */
    PROM_ANY,
} PromType;

typedef enum PromOp {
    PROM_OR,
    PROM_AND,
    PROM_UNLESS,
    PROM_EQ,
    PROM_NE,
    PROM_LT,
    PROM_LE,
    PROM_GT,
    PROM_GE,
    PROM_TRIM_UPPER, /* </ and >/ cut the buckets of a histogram */
    PROM_TRIM_LOWER,
    PROM_ADD,
    PROM_SUB,
    PROM_MUL,
    PROM_DIV,
    PROM_MOD,
    PROM_ATAN2,
    PROM_POW,
} PromOp;

typedef enum PromMatch { PROM_MATCH_EQ, PROM_MATCH_NE, PROM_MATCH_RE, PROM_MATCH_NOT_RE } PromMatch;

typedef struct PromMatcher {
    Str label, value; /* value without quotes and escapes */
    PromMatch match;
    size_t start, end;
} PromMatcher;

typedef struct PromLabel {
    Str name;
    size_t start, end;
} PromLabel;

typedef VEC(PromLabel) PromLabels;

typedef enum PromGrouping { PROM_GROUP_NONE, PROM_GROUP_BY, PROM_GROUP_WITHOUT } PromGrouping;

typedef struct PromNode PromNode;

typedef struct PromDuration {
    size_t start, end;
    int64_t ms;
    bool is_set;
    bool is_known;   /* false: a variable, or known only where it runs, as step() is */
    bool is_literal; /* one number, with its signs */
    const PromNode
        *tree; /* numbers, signs, operators, parentheses and calls of step, range, max_of, min_of */
} PromDuration;

/* What Prometheus has only with --enable-feature. */
typedef enum PromFeature {
    PROM_EXPERIMENTAL_FUNCTIONS = 1,
    PROM_FILL_MODIFIERS = 2,
    PROM_PLAIN_UTF8_NAMES = 4, /* without quotes */
} PromFeature;

struct PromNode {
    PromKind kind;
    PromType type;
    size_t start, end; /* bytes in the expression's text */
    Str name; /* metric, function or aggregation; empty: none; has a '$' where a variable is */
    Str text; /* of a string; of a number as written */
    VEC(PromMatcher) matchers;
    VEC(PromNode *) args; /* of an aggregation the parameter first, where it has one */
    PromGrouping grouping;
    PromLabels labels; /* of the grouping, or of on and ignoring */
    PromOp op;
    bool returns_bool;
    bool has_on, has_ignoring, group_left, group_right;
    PromLabels include;           /* of group_left and group_right */
    bool fills_left, fills_right; /* what is missing on that side of the operator */
    PromDuration range, step, offset;
    bool has_at, is_anchored, is_smoothed;
    bool is_quoted;    /* the name stands in the braces */
    unsigned features; /* PromFeature, of this node alone */
};

typedef struct PromError {
    size_t start, end; /* of what is wrong, in the text */
    Str message;
} PromError;

/* NULL with *ret_error set. `variables`: Grafana's are part of the language. The tree points into
 * `text`. */
PromNode *promql_parse(Arena *arena, Str text, bool variables, PromError *ret_error);

/* Calls `visit` for every node, outermost first. */
typedef void (*PromVisit)(void *ctx, const PromNode *node);
void promql_walk(const PromNode *node, PromVisit visit, void *ctx);
/* The node without the parentheses around it. */
const PromNode *promql_bare(const PromNode *node);

/* What --enable-feature calls it. */
const char *promql_feature_name(PromFeature feature);
/* The first node that needs it; NULL: none does. */
const PromNode *promql_needs(const PromNode *root, PromFeature feature);

/* Whether the text is a query of Loki's, which looks alike: a selector of streams with a pipeline or a
 * filter of lines behind it. https://grafana.com/docs/loki/latest/query/log_queries/ */
bool promql_is_logql(Str text);
/* Of a number in a duration's tree: 300 and 5m are the same. */
int64_t promql_literal_ms(const PromNode *number);
/* "1h30m" in milliseconds; false where it is none. */
bool promql_duration(Str text, int64_t *ret_ms);
