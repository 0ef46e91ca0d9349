/* Durations and the arithmetic of them: [5m], [2 * step()], offset -(1h + 5m).
 * https://prometheus.io/docs/prometheus/latest/querying/basics/#duration-expressions */
#include <math.h>

#include "promql_parser.h"

static const double seconds_most = 9223372036.854775; /* 2^63 ns */

static PromNode *parse_duration(PromParser *p, int least);

static bool at_sign(const PromParser *p)
{
    return promql_at_punct(p, "-") || promql_at_punct(p, "+");
}

static bool at_literal(const PromParser *p)
{
    return p->token.has_variable || p->token.kind == TOKEN_NUMBER ||
           p->token.kind == TOKEN_DURATION;
}

static bool at_call(const PromParser *p)
{
    return promql_at_word(p, "step") || promql_at_word(p, "range") || promql_at_word(p, "max_of") ||
           promql_at_word(p, "min_of");
}

/* --- values --- */

/* The seconds of a literal, with its signs; false: it is none, or a variable. */
static bool literal_seconds(const PromNode *node, double *ret)
{
    if (node->kind == PROM_UNARY) {
        bool is_literal = literal_seconds(node->args.ptr[0], ret);
        *ret = is_literal && str_eq(node->text, STR("-")) ? -*ret : *ret;
        return is_literal;
    }
    int64_t ms = 0;
    if (node->kind != PROM_NUMBER) {
        return false;
    }
    if (promql_duration(node->text, &ms)) {
        *ret = (double) ms / 1000;
        return true;
    }
    return promql_number(node->text, ret);
}

int64_t promql_literal_ms(const PromNode *number)
{
    double seconds = 0;
    return literal_seconds(number, &seconds) ? llround(seconds * 1000) : 0;
}

/* Of an expression of literals, without powers and remainders. */
static bool known_seconds(const PromNode *node, double *ret)
{
    double left = 0;
    double right = 0;
    if (node->kind == PROM_NUMBER) {
        return literal_seconds(node, ret);
    }
    if (node->args.len == 0 || !known_seconds(node->args.ptr[0], &left) ||
        (node->args.len > 1 && !known_seconds(node->args.ptr[1], &right))) {
        return false;
    }
    switch (node->kind) {
    case PROM_PAREN:
        *ret = left;
        return true;
    case PROM_UNARY:
        *ret = str_eq(node->text, STR("-")) ? -left : left;
        return true;
    case PROM_CALL:
        *ret = (left > right) == (node->name.ptr[1] == 'a') ? left : right;
        return true;
    default:
        *ret = node->op == PROM_ADD   ? left + right
               : node->op == PROM_SUB ? left - right
               : node->op == PROM_MUL ? left * right
                                      : left / right;
        return node->op != PROM_MOD && node->op != PROM_POW && isfinite(*ret);
    }
}

/* --- the tree --- */

static PromNode *end_node(PromParser *p, PromNode *node)
{
    node->end = p->last_end;
    node->type = PROM_SCALAR;
    return node;
}

static PromNode *parse_literal(PromParser *p)
{
    bool variable = p->token.has_variable;
    PromNode *node = promql_new_node(p, variable ? PROM_VARIABLE : PROM_NUMBER, p->token.start);
    double seconds = 0;
    node->text = p->token.text;
    if (!variable && literal_seconds(node, &seconds) && fabs(seconds) > seconds_most) {
        promql_fail(p, p->token.start, p->token.end, "longer than 292 years");
    }
    promql_advance(p);
    return end_node(p, node);
}

/* step(), range(), max_of(a, b), min_of(a, b) */
static PromNode *parse_call(PromParser *p)
{
    bool compares = promql_at_word(p, "max_of") || promql_at_word(p, "min_of");
    PromNode *node = promql_new_node(p, PROM_CALL, p->token.start);
    node->name = str_lower(p->arena, p->token.text);
    promql_advance(p);
    promql_expect_punct(p, "(", "\"(\"");
    for (unsigned i = 0; compares && i < 2 && !p->failed; i++) {
        vec_push(&node->args, p->arena, parse_duration(p, 0));
        if (i == 0) {
            promql_expect_punct(p, ",", "\",\"");
        }
    }
    promql_expect_punct(p, ")", "\")\"");
    return end_node(p, node);
}

static PromNode *parse_paren(PromParser *p)
{
    PromNode *node = promql_new_node(p, PROM_PAREN, p->token.start);
    promql_advance(p);
    vec_push(&node->args, p->arena, parse_duration(p, 0));
    promql_expect_punct(p, ")", "\")\"");
    return end_node(p, node);
}

/* A sign before what `parse_operand` reads. */
static PromNode *parse_signed(PromParser *p, PromNode *(*parse_operand)(PromParser *p))
{
    PromNode *node = promql_new_node(p, PROM_UNARY, p->token.start);
    node->text = p->token.text;
    promql_advance(p);
    vec_push(&node->args, p->arena, parse_operand(p));
    return end_node(p, node);
}

static PromNode *parse_power(PromParser *p)
{
    return parse_duration(p, PRECEDENCE_POW);
}

static PromNode *parse_operand(PromParser *p)
{
    if (at_literal(p)) {
        return parse_literal(p);
    }
    if (at_call(p)) {
        return parse_call(p);
    }
    if (promql_at_punct(p, "(")) {
        return parse_paren(p);
    }
    if (at_sign(p)) {
        return parse_signed(p, parse_power);
    }
    promql_fail_here(p, "a duration such as 5m");
    return promql_new_node(p, PROM_NUMBER, p->token.start);
}

static void check_division(PromParser *p, const PromNode *node)
{
    double by = 1;
    const PromNode *divisor = node->args.ptr[1];
    bool divides = node->op == PROM_DIV || node->op == PROM_MOD;
    if (divides && literal_seconds(divisor, &by) && fpclassify(by) == FP_ZERO) {
        promql_fail(p, divisor->start, divisor->end, "a division by zero");
    }
}

static PromNode *parse_duration(PromParser *p, int least)
{
    PromNode *left =
        promql_enter(p) ? parse_operand(p) : promql_new_node(p, PROM_NUMBER, p->token.start);
    const PromOperator *sign = NULL;
    while (!p->failed && (sign = promql_operator(p)) && sign->precedence >= least &&
           sign->op >= PROM_ADD && sign->op != PROM_ATAN2) {
        PromNode *node = promql_new_node(p, PROM_BINARY, left->start);
        node->op = sign->op;
        node->name = str_from(sign->text);
        promql_advance(p);
        promql_count_operator(p, node);
        PromNode *right = parse_duration(p, sign->precedence + (sign->op != PROM_POW));
        vec_push(&node->args, p->arena, left);
        vec_push(&node->args, p->arena, right);
        check_division(p, node);
        left = end_node(p, node);
    }
    promql_leave(p);
    return left;
}

/* --- what the rest of the parser asks for --- */

static PromDuration duration_of(const PromNode *tree)
{
    double seconds = 0;
    PromDuration duration = {
        .start = tree->start, .end = tree->end, .is_set = true, .tree = tree
    };
    duration.is_known = known_seconds(tree, &seconds) && fabs(seconds) <= seconds_most;
    duration.is_literal = literal_seconds(tree, &seconds);
    duration.ms = duration.is_known ? llround(seconds * 1000) : 0;
    return duration;
}

PromDuration promql_range_duration(PromParser *p, const char *expected)
{
    double seconds = 0;
    if (!at_literal(p) && !at_call(p) && !at_sign(p) && !promql_at_punct(p, "(")) {
        promql_fail_here(p, expected);
    }
    const PromNode *tree = parse_duration(p, 0);
    if (literal_seconds(tree, &seconds) && seconds <= 0) {
        promql_fail(p, tree->start, tree->end, "a range must be longer than nothing");
    }
    return duration_of(tree);
}

/* Behind a literal, a call or a sign with one of them or with parentheses the offset ends: what
 * follows belongs to the expression. */
static PromNode *parse_short(PromParser *p)
{
    return at_literal(p) ? parse_literal(p) : at_call(p) ? parse_call(p) : parse_paren(p);
}

static bool is_short(const PromParser *p)
{
    PromLexer ahead = p->lexer;
    PromToken next = promql_next(&ahead);
    bool word = str_eq_nocase(next.text, STR("step")) || str_eq_nocase(next.text, STR("range")) ||
                str_eq_nocase(next.text, STR("max_of")) || str_eq_nocase(next.text, STR("min_of"));
    return next.has_variable || next.kind == TOKEN_NUMBER || next.kind == TOKEN_DURATION || word ||
           (next.kind == TOKEN_PUNCT && str_eq(next.text, STR("(")));
}

PromDuration promql_offset_duration(PromParser *p)
{
    const PromNode *tree = at_literal(p) || at_call(p) ? parse_short(p)
                           : at_sign(p) && is_short(p) ? parse_signed(p, parse_short)
                                                       : parse_duration(p, 0);
    return duration_of(tree);
}
