#include <stdarg.h>

#include "promql_internal.h"

typedef struct Parser {
    Arena *arena;
    PromLexer lexer;
    PromToken token; /* the one to be read */
    size_t last_end; /* of the one before */
    unsigned depth, operators;
    bool failed;
    PromError *error;
} Parser;

/* --- tokens --- */

static void fail(Parser *p, size_t start, size_t end, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static void fail(Parser *p, size_t start, size_t end, const char *format, ...)
{
    if (p->failed) {
        return; /* the first one is the cause of the others */
    }
    va_list args;
    va_start(args, format);
    *p->error = (PromError) { start, end, str_from(arena_vprintf(p->arena, format, args)) };
    va_end(args);
    p->failed = true;
}

static void advance(Parser *p)
{
    p->last_end = p->token.end;
    p->token = promql_next(&p->lexer);
    if (p->token.kind == TOKEN_BAD) {
        fail(p, p->token.start, p->token.end, "%s", p->lexer.message);
    }
}

static bool at_punct(const Parser *p, const char *text)
{
    return p->token.kind == TOKEN_PUNCT && str_eq_cstr(p->token.text, text);
}

/* Keywords have no case. */
static bool at_word(const Parser *p, const char *word)
{
    return p->token.kind == TOKEN_NAME && !p->token.has_variable &&
           str_eq_nocase(p->token.text, str_from(word));
}

static bool accept_punct(Parser *p, const char *text)
{
    bool there = at_punct(p, text);
    if (there) {
        advance(p);
    }
    return there;
}

static bool accept_word(Parser *p, const char *word)
{
    bool there = at_word(p, word);
    if (there) {
        advance(p);
    }
    return there;
}

static void fail_here(Parser *p, const char *expected)
{
    if (p->token.kind == TOKEN_END) {
        fail(p, p->last_end, p->last_end, "ends where %s should follow", expected);
    } else {
        Str text = str_slice(p->lexer.text, p->token.start, p->token.end);
        fail(
            p,
            p->token.start,
            p->token.end,
            "%s expected, not \"%" STR_FMT "\"",
            expected,
            STR_ARG(text)
        );
    }
}

static void expect_punct(Parser *p, const char *text, const char *expected)
{
    if (!accept_punct(p, text)) {
        fail_here(p, expected);
    }
}

static PromNode *new_node(Parser *p, PromKind kind, size_t start)
{
    PromNode *node = ARENA_NEW(p->arena, PromNode);
    node->kind = kind;
    node->start = start;
    return node;
}

static PromNode *finish(Parser *p, PromNode *node)
{
    node->end = p->last_end;
    if (!p->failed && !promql_check(p->arena, node, p->error)) {
        p->failed = true;
    }
    return node;
}

static PromNode *parse_expression(Parser *p, int least);

/* --- durations --- */

/* In brackets, or behind offset. */
static PromDuration parse_duration(Parser *p, const char *expected)
{
    PromDuration duration = { .start = p->token.start, .end = p->token.end, .is_set = true };
    double seconds;
    if (p->token.has_variable) {
        duration.is_known = false;
    } else if (p->token.kind == TOKEN_DURATION) {
        duration.is_known = promql_duration(p->token.text, &duration.ms);
    } else if (p->token.kind == TOKEN_NUMBER && str_to_double(p->token.text, &seconds) &&
               seconds < 1e12) {
        duration.is_known = true;
        duration.ms = (int64_t) (seconds * 1000);
    } else {
        fail_here(p, expected);
        return duration;
    }
    advance(p);
    return duration;
}

/* [5m], [5m:1m], [5m:]; the bracket isn't read yet. */
static PromNode *parse_range(Parser *p, PromNode *inner)
{
    advance(p);
    PromDuration range = parse_duration(p, "a duration such as 5m");
    if (range.is_known && range.ms <= 0) {
        fail(p, range.start, range.end, "a range must be longer than nothing");
    }
    bool is_subquery = accept_punct(p, ":");
    PromNode *node = inner;
    if (is_subquery) {
        node = new_node(p, PROM_SUBQUERY, inner->start);
        vec_push(&node->args, p->arena, inner);
        if (!at_punct(p, "]")) {
            node->step = parse_duration(p, "a step such as 1m");
        }
    } else if (inner->kind != PROM_SELECTOR && inner->kind != PROM_VARIABLE) {
        fail(
            p,
            inner->start,
            inner->end,
            "only a selector has a range; of an expression it is a subquery: [5m:]"
        );
    } else if (inner->range.is_set || inner->offset.is_set || inner->has_at) {
        fail(p, range.start, range.end, "the range stands before offset and @");
    }
    node->range = range;
    expect_punct(p, "]", "\"]\"");
    return finish(p, node);
}

static void parse_offset(Parser *p, PromNode *node)
{
    bool shifts =
        node->kind == PROM_SELECTOR || node->kind == PROM_SUBQUERY || node->kind == PROM_VARIABLE;
    if (!shifts || node->offset.is_set) {
        fail(
            p,
            node->start,
            node->end,
            shifts ? "offset twice" : "offset stands behind a selector or a subquery"
        );
    }
    if (!accept_punct(p, "-")) {
        (void) accept_punct(p, "+");
    }
    node->offset = parse_duration(p, "a duration such as 5m");
}

static void parse_at(Parser *p, PromNode *node)
{
    bool shifts =
        node->kind == PROM_SELECTOR || node->kind == PROM_SUBQUERY || node->kind == PROM_VARIABLE;
    if (!shifts || node->has_at) {
        fail(
            p,
            node->start,
            node->end,
            shifts ? "@ twice" : "@ stands behind a selector or a subquery"
        );
    }
    node->has_at = true;
    if (accept_word(p, "start") || accept_word(p, "end")) {
        expect_punct(p, "(", "\"(\"");
        expect_punct(p, ")", "\")\"");
        return;
    }
    if (!accept_punct(p, "-")) {
        (void) accept_punct(p, "+");
    }
    if (p->token.kind != TOKEN_NUMBER && !p->token.has_variable) {
        fail_here(p, "a time, start() or end()");
    }
    advance(p);
}

static PromNode *parse_suffixes(Parser *p, PromNode *node)
{
    while (!p->failed) {
        if (at_punct(p, "[")) {
            node = parse_range(p, node);
        } else if (accept_word(p, "offset")) {
            parse_offset(p, node);
            node->end = p->last_end;
        } else if (accept_punct(p, "@")) {
            parse_at(p, node);
            node->end = p->last_end;
        } else {
            break;
        }
    }
    return node;
}

/* --- selectors --- */

static bool read_match(Parser *p, PromMatch *ret)
{
    static const char *const signs[] = { "=", "!=", "=~", "!~" };
    for (int i = 0; i < 4; i++) {
        if (accept_punct(p, signs[i])) {
            *ret = (PromMatch) i;
            return true;
        }
    }
    return false;
}

/* `{ … "quoted.metric" … }` names the metric. */
static void name_by_string(Parser *p, PromNode *node, const PromToken *name)
{
    if (node->name.len > 0) {
        fail(p, name->start, name->end, "a second name of the metric");
    }
    node->name = name->text;
}

static void parse_matcher(Parser *p, PromNode *node)
{
    PromToken label = p->token;
    if (label.kind != TOKEN_NAME && label.kind != TOKEN_STRING) {
        fail_here(p, "a label");
        return;
    }
    advance(p);
    PromMatcher matcher = { .label = label.text, .start = label.start };
    if (!read_match(p, &matcher.match)) {
        if (label.kind == TOKEN_STRING) {
            name_by_string(p, node, &label);
        } else if (!label.has_variable) { /* {$filters} stands for matchers */
            fail_here(p, "=, !=, =~ or !~");
        }
        return;
    }
    if (label.kind == TOKEN_NAME && str_has_char(label.text, ':')) {
        fail(p, label.start, label.end, "a label has no colon");
    }
    matcher.value = p->token.text;
    if (p->token.kind == TOKEN_STRING || p->token.has_variable) {
        advance(p);
    } else {
        fail_here(p, "a string");
    }
    matcher.end = p->last_end;
    vec_push(&node->matchers, p->arena, matcher);
}

static void parse_matchers(Parser *p, PromNode *node)
{
    while (!p->failed && !at_punct(p, "}")) {
        parse_matcher(p, node);
        if (!accept_punct(p, ",") && !at_punct(p, "}")) {
            fail_here(p, "\",\" or \"}\"");
        }
    }
    expect_punct(p, "}", "\"}\"");
}

static PromNode *parse_selector(Parser *p, const PromToken *name)
{
    PromNode *node = new_node(p, PROM_SELECTOR, name ? name->start : p->token.start);
    node->name = name ? name->text : STR("");
    if (accept_punct(p, "{")) {
        parse_matchers(p, node);
    } else if (name && name->has_variable) {
        node->kind = PROM_VARIABLE; /* it may be anything */
    }
    return finish(p, node);
}

/* --- calls and aggregations --- */

static void parse_labels(Parser *p, PromLabels *labels)
{
    expect_punct(p, "(", "\"(\" and labels");
    while (!p->failed && !at_punct(p, ")")) {
        PromLabel label = { .name = p->token.text, .start = p->token.start, .end = p->token.end };
        if (p->token.kind != TOKEN_NAME && p->token.kind != TOKEN_STRING) {
            fail_here(p, "a label");
            return;
        }
        if (p->token.kind == TOKEN_NAME && str_has_char(label.name, ':') &&
            !p->token.has_variable) {
            fail_here(p, "a label");
        }
        advance(p);
        vec_push(labels, p->arena, label);
        if (!accept_punct(p, ",") && !at_punct(p, ")")) {
            fail_here(p, "\",\" or \")\"");
        }
    }
    expect_punct(p, ")", "\")\"");
}

static bool parse_grouping(Parser *p, PromNode *node)
{
    PromGrouping grouping = at_word(p, "by")        ? PROM_GROUP_BY
                            : at_word(p, "without") ? PROM_GROUP_WITHOUT
                                                    : PROM_GROUP_NONE;
    if (grouping == PROM_GROUP_NONE) {
        return false;
    }
    if (node->grouping != PROM_GROUP_NONE) {
        fail_here(p, "one grouping");
    }
    advance(p);
    node->grouping = grouping;
    parse_labels(p, &node->labels);
    return true;
}

static void parse_args(Parser *p, PromNode *node)
{
    expect_punct(p, "(", "\"(\"");
    while (!p->failed && !at_punct(p, ")")) {
        PromNode *arg = parse_expression(p, 0);
        vec_push(&node->args, p->arena, arg);
        if (accept_punct(p, ",")) {
            if (at_punct(p, ")")) {
                fail_here(p, "an argument");
            }
        } else if (!at_punct(p, ")")) {
            fail_here(p, "\",\" or \")\"");
        }
    }
    expect_punct(p, ")", "\")\"");
}

static PromNode *parse_aggregate(Parser *p, const PromToken *name)
{
    PromNode *node = new_node(p, PROM_AGGREGATE, name->start);
    node->name = str_lower(p->arena, name->text);
    (void) parse_grouping(p, node);
    parse_args(p, node);
    (void) parse_grouping(p, node);
    return finish(p, node);
}

static PromNode *parse_call(Parser *p, const PromToken *name)
{
    PromNode *node = new_node(p, name->has_variable ? PROM_VARIABLE : PROM_CALL, name->start);
    node->name = name->text;
    if (name->has_variable) {
        (void) parse_grouping(p, node);
    }
    parse_args(p, node);
    if (name->has_variable) {
        (void) parse_grouping(p, node);
    }
    return finish(p, node);
}

/* --- the rest of what an expression is made of --- */

static PromNode *parse_literal(Parser *p, PromKind kind)
{
    PromNode *node = new_node(p, kind, p->token.start);
    node->text = p->token.text;
    advance(p);
    return finish(p, node);
}

/* Words that can't be a metric's name where an expression starts. */
static bool is_reserved(const Parser *p)
{
    static const char *const words[] = { "on", "ignoring", "group_left", "group_right", "bool" };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (at_word(p, words[i])) {
            return true;
        }
    }
    return false;
}

static PromNode *parse_named(Parser *p)
{
    PromToken name = p->token;
    if (is_reserved(p)) {
        fail_here(p, "an expression");
    }
    if (str_eq_nocase(name.text, STR("inf")) || str_eq_nocase(name.text, STR("nan"))) {
        return parse_literal(p, PROM_NUMBER);
    }
    advance(p);
    bool groups = at_word(p, "by") || at_word(p, "without");
    Str lower = str_lower(p->arena, name.text);
    if (promql_aggregation(lower) && (at_punct(p, "(") || groups)) {
        return parse_aggregate(p, &name);
    }
    return at_punct(p, "(") || (name.has_variable && groups) ? parse_call(p, &name)
                                                             : parse_selector(p, &name);
}

static PromNode *parse_paren(Parser *p)
{
    PromNode *node = new_node(p, PROM_PAREN, p->token.start);
    advance(p);
    PromNode *inner = parse_expression(p, 0);
    vec_push(&node->args, p->arena, inner);
    expect_punct(p, ")", "\")\"");
    return finish(p, node);
}

enum { PRECEDENCE_POW = 6, PRECEDENCE_MUL = 5 };

static PromNode *parse_unary(Parser *p)
{
    PromNode *node = new_node(p, PROM_UNARY, p->token.start);
    node->text = p->token.text;
    advance(p);
    PromNode *operand = parse_expression(p, PRECEDENCE_POW);
    vec_push(&node->args, p->arena, operand);
    return finish(p, node);
}

static PromNode *parse_primary(Parser *p)
{
    switch (p->token.kind) {
    case TOKEN_NUMBER:
    case TOKEN_DURATION:
        return parse_literal(p, p->token.has_variable ? PROM_VARIABLE : PROM_NUMBER);
    case TOKEN_STRING:
        return parse_literal(p, PROM_STRING);
    case TOKEN_NAME:
        return parse_named(p);
    case TOKEN_PUNCT:
        if (at_punct(p, "(")) {
            return parse_paren(p);
        }
        if (at_punct(p, "{")) {
            return parse_selector(p, NULL);
        }
        if (at_punct(p, "-") || at_punct(p, "+")) {
            return parse_unary(p);
        }
        break;
    case TOKEN_END:
    case TOKEN_BAD:
        break;
    }
    fail_here(p, "an expression");
    return new_node(p, PROM_NUMBER, p->token.start);
}

/* --- binary operators --- */

typedef struct Operator {
    const char *text;
    PromOp op;
    int precedence;
} Operator;

static const Operator operators[] = {
    { "or", PROM_OR, 1 },         { "and", PROM_AND, 2 },
    { "unless", PROM_UNLESS, 2 }, { "==", PROM_EQ, 3 },
    { "!=", PROM_NE, 3 },         { "<=", PROM_LE, 3 },
    { ">=", PROM_GE, 3 },         { "<", PROM_LT, 3 },
    { ">", PROM_GT, 3 },          { "+", PROM_ADD, 4 },
    { "-", PROM_SUB, 4 },         { "*", PROM_MUL, PRECEDENCE_MUL },
    { "/", PROM_DIV, 5 },         { "%", PROM_MOD, 5 },
    { "atan2", PROM_ATAN2, 5 },   { "^", PROM_POW, PRECEDENCE_POW },
};

static const Operator *at_operator(const Parser *p)
{
    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
        bool word = operators[i].text[0] >= 'a';
        if (word ? at_word(p, operators[i].text) : at_punct(p, operators[i].text)) {
            return &operators[i];
        }
    }
    return NULL;
}

/* bool, on, ignoring, group_left, group_right */
static void parse_modifiers(Parser *p, PromNode *node)
{
    node->returns_bool = accept_word(p, "bool");
    node->has_on = at_word(p, "on");
    node->has_ignoring = at_word(p, "ignoring");
    if (!node->has_on && !node->has_ignoring) {
        return;
    }
    advance(p);
    parse_labels(p, &node->labels);
    node->group_left = at_word(p, "group_left");
    node->group_right = at_word(p, "group_right");
    if (node->group_left || node->group_right) {
        advance(p);
        if (at_punct(p, "(")) {
            parse_labels(p, &node->include);
        }
    }
}

/* An expression of operators that bind at least as tightly as `least`. */
static PromNode *parse_expression(Parser *p, int least)
{
    if (++p->depth > PROM_DEPTH_MOST) {
        fail(p, p->token.start, p->token.end, "nested too deeply");
    }
    PromNode *left =
        p->failed ? new_node(p, PROM_NUMBER, p->token.start) : parse_suffixes(p, parse_primary(p));
    const Operator *sign = NULL;
    while (!p->failed && (sign = at_operator(p)) && sign->precedence >= least) {
        PromNode *node = new_node(p, PROM_BINARY, left->start);
        node->op = sign->op;
        node->name = str_from(sign->text);
        advance(p);
        if (++p->operators > PROM_OPERATORS_MOST) {
            fail(p, node->start, p->last_end, "more than %d operators", PROM_OPERATORS_MOST);
        }
        parse_modifiers(p, node);
        PromNode *right = parse_expression(p, sign->precedence + (sign->op != PROM_POW));
        vec_push(&node->args, p->arena, left);
        vec_push(&node->args, p->arena, right);
        left = finish(p, node);
    }
    p->depth--;
    return left;
}

PromNode *promql_parse(Arena *arena, Str text, bool variables, PromError *ret_error)
{
    PromError error = { 0 };
    Parser p = { .arena = arena,
                 .lexer = { .arena = arena, .text = text, .variables = variables },
                 .error = &error };
    if (text.len > PROM_BYTES_MOST) {
        fail(&p, 0, 0, "an expression of more than %d KiB", PROM_BYTES_MOST / 1024);
    }
    PromNode *root = NULL;
    if (!p.failed) {
        advance(&p);
        root = p.failed ? NULL : parse_expression(&p, 0);
    }
    if (!p.failed && p.token.kind != TOKEN_END) {
        fail_here(&p, "an operator or the end");
    }
    if (p.failed) {
        *ret_error = error;
        return NULL;
    }
    return root;
}

void promql_walk(const PromNode *node, PromVisit visit, void *ctx)
{
    visit(ctx, node);
    for (size_t i = 0; i < node->args.len; i++) {
        promql_walk(node->args.ptr[i], visit, ctx);
    }
}

const PromNode *promql_bare(const PromNode *node)
{
    while (node->kind == PROM_PAREN) {
        node = node->args.ptr[0];
    }
    return node;
}
