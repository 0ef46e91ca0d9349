#include "promql_parser.h"

/* --- calls and aggregations --- */

static bool parse_grouping(PromParser *p, PromNode *node)
{
    PromGrouping grouping = promql_at_word(p, "by")        ? PROM_GROUP_BY
                            : promql_at_word(p, "without") ? PROM_GROUP_WITHOUT
                                                           : PROM_GROUP_NONE;
    if (grouping == PROM_GROUP_NONE) {
        return false;
    }
    if (node->grouping != PROM_GROUP_NONE) {
        promql_fail_here(p, "one grouping");
    }
    promql_advance(p);
    node->grouping = grouping;
    promql_labels(p, node, &node->labels);
    return true;
}

static void parse_args(PromParser *p, PromNode *node)
{
    bool is_info = node->kind == PROM_CALL && str_eq(node->name, STR("info"));
    promql_expect_punct(p, "(", "\"(\"");
    while (!p->failed && !promql_at_punct(p, ")")) {
        p->selects_all = is_info && node->args.len == 1;
        PromNode *arg = promql_expression(p, 0);
        p->selects_all = false;
        vec_push(&node->args, p->arena, arg);
        if (promql_accept_punct(p, ",")) {
            if (promql_at_punct(p, ")")) {
                promql_fail_here(p, "an argument");
            }
        } else if (!promql_at_punct(p, ")")) {
            promql_fail_here(p, "\",\" or \")\"");
        }
    }
    promql_expect_punct(p, ")", "\")\"");
}

static PromNode *parse_aggregate(PromParser *p, const PromToken *name)
{
    PromNode *node = promql_new_node(p, PROM_AGGREGATE, name->start);
    node->name = str_lower(p->arena, name->text);
    (void) parse_grouping(p, node);
    parse_args(p, node);
    (void) parse_grouping(p, node);
    return promql_finish(p, node);
}

static PromNode *parse_call(PromParser *p, const PromToken *name)
{
    PromNode *node =
        promql_new_node(p, name->has_variable ? PROM_VARIABLE : PROM_CALL, name->start);
    node->name = name->text;
    if (name->has_variable) {
        (void) parse_grouping(p, node);
    }
    parse_args(p, node);
    if (name->has_variable) {
        (void) parse_grouping(p, node);
    }
    return promql_finish(p, node);
}

/* --- the rest of what an expression is made of --- */

static PromNode *parse_literal(PromParser *p, PromKind kind)
{
    PromNode *node = promql_new_node(p, kind, p->token.start);
    node->text = p->token.text;
    promql_advance(p);
    return promql_finish(p, node);
}

/* Words that can't be a metric's name where an expression starts. */
static bool is_reserved(const PromParser *p)
{
    static const char *const words[] = { "on",          "ignoring", "group_left",
                                         "group_right", "bool",     "atan2" };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (promql_at_word(p, words[i])) {
            return true;
        }
    }
    return false;
}

static PromNode *parse_named(PromParser *p)
{
    PromToken name = p->token;
    if (is_reserved(p)) {
        promql_fail_here(p, "an expression");
    }
    if (str_eq_nocase(name.text, STR("inf")) || str_eq_nocase(name.text, STR("nan"))) {
        return parse_literal(p, PROM_NUMBER);
    }
    promql_advance(p);
    bool groups = promql_at_word(p, "by") || promql_at_word(p, "without");
    Str lower = str_lower(p->arena, name.text);
    if (promql_aggregation(lower) && (promql_at_punct(p, "(") || groups)) {
        return parse_aggregate(p, &name);
    }
    return promql_at_punct(p, "(") || (name.has_variable && groups) ? parse_call(p, &name)
                                                                    : promql_selector(p, &name);
}

static PromNode *parse_paren(PromParser *p)
{
    PromNode *node = promql_new_node(p, PROM_PAREN, p->token.start);
    promql_advance(p);
    PromNode *inner = promql_expression(p, 0);
    vec_push(&node->args, p->arena, inner);
    promql_expect_punct(p, ")", "\")\"");
    return promql_finish(p, node);
}

static PromNode *parse_unary(PromParser *p)
{
    PromNode *node = promql_new_node(p, PROM_UNARY, p->token.start);
    node->text = p->token.text;
    promql_advance(p);
    PromNode *operand = promql_expression(p, PRECEDENCE_POW);
    vec_push(&node->args, p->arena, operand);
    return promql_finish(p, node);
}

static PromNode *parse_primary(PromParser *p)
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
        if (promql_at_punct(p, "(")) {
            return parse_paren(p);
        }
        if (promql_at_punct(p, "{")) {
            return promql_selector(p, NULL);
        }
        if (promql_at_punct(p, "-") || promql_at_punct(p, "+")) {
            return parse_unary(p);
        }
        break;
    case TOKEN_END:
    case TOKEN_BAD:
        break;
    }
    promql_fail_here(p, "an expression");
    return promql_new_node(p, PROM_NUMBER, p->token.start);
}

/* --- binary operators --- */

static const PromOperator operators[] = {
    { "</", PROM_TRIM_UPPER, 3 }, { ">/", PROM_TRIM_LOWER, 3 },
    { "or", PROM_OR, 1 },         { "and", PROM_AND, 2 },
    { "unless", PROM_UNLESS, 2 }, { "==", PROM_EQ, 3 },
    { "!=", PROM_NE, 3 },         { "<=", PROM_LE, 3 },
    { ">=", PROM_GE, 3 },         { "<", PROM_LT, 3 },
    { ">", PROM_GT, 3 },          { "+", PROM_ADD, 4 },
    { "-", PROM_SUB, 4 },         { "*", PROM_MUL, PRECEDENCE_MUL },
    { "/", PROM_DIV, 5 },         { "%", PROM_MOD, 5 },
    { "atan2", PROM_ATAN2, 5 },   { "^", PROM_POW, PRECEDENCE_POW },
};

const PromOperator *promql_operator(const PromParser *p)
{
    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
        bool word = operators[i].text[0] >= 'a';
        if (word ? promql_at_word(p, operators[i].text) : promql_at_punct(p, operators[i].text)) {
            return &operators[i];
        }
    }
    return NULL;
}

void promql_count_operator(PromParser *p, const PromNode *node)
{
    if (++p->operators > PROM_OPERATORS_MOST) {
        promql_fail(p, node->start, p->last_end, "more than %d operators", PROM_OPERATORS_MOST);
    }
}

/* fill(0), fill_left(0), fill_right(0): names like others where no parenthesis follows. */
static bool parse_fill(PromParser *p, PromNode *node, const char *word)
{
    Str rest = str_trim(str_skip(p->lexer.text, p->lexer.at));
    if (!promql_at_word(p, word) || !str_has_prefix(rest, STR("("))) {
        return false;
    }
    promql_advance(p);
    promql_expect_punct(p, "(", "\"(\"");
    if (!promql_accept_punct(p, "-")) {
        (void) promql_accept_punct(p, "+");
    }
    bool is_value = p->token.has_variable || p->token.kind == TOKEN_NUMBER ||
                    p->token.kind == TOKEN_DURATION || promql_at_word(p, "inf") ||
                    promql_at_word(p, "nan");
    if (is_value) {
        promql_advance(p);
    } else {
        promql_fail_here(p, "a number");
    }
    promql_expect_punct(p, ")", "\")\"");
    node->features |= PROM_FILL_MODIFIERS;
    return true;
}

static void parse_fills(PromParser *p, PromNode *node)
{
    bool both = parse_fill(p, node, "fill");
    bool left = !both && parse_fill(p, node, "fill_left");
    bool right = !both && parse_fill(p, node, "fill_right");
    left = left || (right && parse_fill(p, node, "fill_left"));
    node->fills_left = both || left;
    node->fills_right = both || right;
}

/* bool, on, ignoring, group_left, group_right, fill */
static void parse_modifiers(PromParser *p, PromNode *node)
{
    node->returns_bool = promql_accept_word(p, "bool");
    node->has_on = promql_at_word(p, "on");
    node->has_ignoring = promql_at_word(p, "ignoring");
    if (node->has_on || node->has_ignoring) {
        promql_advance(p);
        promql_labels(p, node, &node->labels);
        node->group_left = promql_at_word(p, "group_left");
        node->group_right = promql_at_word(p, "group_right");
    }
    if (node->group_left || node->group_right) {
        promql_advance(p);
        if (promql_at_punct(p, "(")) {
            promql_labels(p, node, &node->include);
        }
    }
    parse_fills(p, node);
}

static PromNode *parse_operator(PromParser *p, PromNode *left, const PromOperator *sign)
{
    PromNode *node = promql_new_node(p, PROM_BINARY, left->start);
    node->op = sign->op;
    node->name = str_from(sign->text);
    promql_advance(p);
    promql_count_operator(p, node);
    parse_modifiers(p, node);
    PromNode *right = promql_expression(p, sign->precedence + (sign->op != PROM_POW));
    vec_push(&node->args, p->arena, left);
    vec_push(&node->args, p->arena, right);
    return promql_finish(p, node);
}

PromNode *promql_expression(PromParser *p, int least)
{
    PromNode *left = promql_enter(p) ? promql_suffixes(p, parse_primary(p))
                                     : promql_new_node(p, PROM_NUMBER, p->token.start);
    const PromOperator *sign = NULL;
    while (!p->failed && (sign = promql_operator(p)) && sign->precedence >= least) {
        left = parse_operator(p, left, sign);
    }
    promql_leave(p);
    return left;
}

PromNode *promql_parse(Arena *arena, Str text, bool variables, PromError *ret_error)
{
    PromError error = { 0 };
    PromParser p = { .arena = arena,
                     .lexer = { .arena = arena, .text = text, .variables = variables },
                     .error = &error };
    if (text.len > PROM_BYTES_MOST) {
        promql_fail(&p, 0, 0, "an expression of more than %d KiB", PROM_BYTES_MOST / 1024);
    }
    PromNode *root = NULL;
    if (!p.failed) {
        promql_advance(&p);
        root = p.failed ? NULL : promql_expression(&p, 0);
    }
    if (!p.failed && p.token.kind != TOKEN_END) {
        promql_fail_here(&p, "an operator or the end");
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

const PromNode *promql_needs(const PromNode *root, PromFeature feature)
{
    const PromNode *found = root->features & (unsigned) feature ? root : NULL;
    for (size_t i = 0; i < root->args.len && !found; i++) {
        found = promql_needs(root->args.ptr[i], feature);
    }
    return found;
}
