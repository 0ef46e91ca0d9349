/* Types: what may stand where, as Prometheus checks it before it runs an expression. */
#include <stdarg.h>

#include "codec/regex.h"

#include "promql_internal.h"

static bool refuse(PromCheck *check, size_t start, size_t end, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static bool refuse(PromCheck *check, size_t start, size_t end, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    *check->error = (PromError) { start, end, str_from(arena_vprintf(check->arena, format, args)) };
    va_end(args);
    return false;
}

static const char *type_name(PromType type)
{
    static const char *const names[] = {
        "a number", "a string", "an instant vector", "a range vector", "anything"
    };
    return names[type];
}

static bool is_type(const PromNode *node, PromType type)
{
    return node->type == type || node->type == PROM_ANY;
}

static bool want(PromCheck *check, const PromNode *node, PromType type, const char *what)
{
    if (is_type(node, type)) {
        return true;
    }
    return refuse(
        check,
        node->start,
        node->end,
        "%s wants %s, not %s",
        what,
        type_name(type),
        type_name(node->type)
    );
}

static bool is_number_or_vector(const PromNode *node)
{
    return is_type(node, PROM_SCALAR) || is_type(node, PROM_VECTOR);
}

/* --- selectors --- */

/* A variable of Grafana may be anything. */
static bool has_variable(const PromCheck *check, Str value)
{
    return check->variables && (str_has_char(value, '$') || str_find(value, STR("[[")) != STR_NONE);
}

/* Whether the pattern matches nothing, into *ret_empty. */
static bool check_regex(PromCheck *check, const PromMatcher *matcher, bool *ret_empty)
{
    bool plain = true;
    for (size_t i = 0; i < matcher->value.len && plain; i++) {
        plain = !strchr("\\[](){}*+?^$|", matcher->value.ptr[i]);
    }
    *ret_empty = plain && matcher->value.len == 0;
    if (plain || has_variable(check, matcher->value)) {
        return true;
    }
    Regex *regex = NULL;
    Error err = ERROR_INIT;
    if (regex_compile(check->arena, matcher->value, true, &regex, &err) < 0) {
        return refuse(
            check, matcher->start, matcher->end, "no regular expression: %s", err.message
        );
    }
    if (promql_is_beyond_re2(matcher->value)) {
        return refuse(
            check,
            matcher->start,
            matcher->end,
            "no regular expression of RE2, which can't look back or around"
        );
    }
    *ret_empty = regex_matches(regex, STR(""));
    return true;
}

/* Whether an empty value gets through, into *ret_empty. */
static bool check_matcher(PromCheck *check, const PromMatcher *matcher, bool *ret_empty)
{
    bool is_regex = matcher->match >= PROM_MATCH_RE;
    bool negates = matcher->match == PROM_MATCH_NE || matcher->match == PROM_MATCH_NOT_RE;
    *ret_empty = matcher->value.len == 0;
    if (is_regex && !check_regex(check, matcher, ret_empty)) {
        return false;
    }
    *ret_empty = *ret_empty != negates && !has_variable(check, matcher->value);
    return true;
}

static bool check_selector(PromCheck *check, PromNode *node)
{
    bool selects = node->name.len > 0 || check->selects_all;
    node->type = node->range.is_set ? PROM_MATRIX : PROM_VECTOR;
    for (size_t i = 0; i < node->matchers.len; i++) {
        const PromMatcher *matcher = &node->matchers.ptr[i];
        bool lets_empty = false;
        if (!check_matcher(check, matcher, &lets_empty)) {
            return false;
        }
        if (str_eq(matcher->label, STR("__name__")) && node->name.len > 0 &&
            (matcher->match == PROM_MATCH_EQ || !node->is_quoted)) {
            return refuse(check, matcher->start, matcher->end, "a second name of the metric");
        }
        selects = selects || !lets_empty;
    }
    if (!selects && !node->range.is_set) {
        return refuse(
            check, node->start, node->end, "selects everything: one matcher must ask for a value"
        );
    }
    return true;
}

/* --- calls --- */

static PromType type_of(char letter)
{
    return letter == 's'   ? PROM_SCALAR
           : letter == 't' ? PROM_TEXT
           : letter == 'm' ? PROM_MATRIX
                           : PROM_VECTOR;
}

typedef struct Arity {
    size_t least, most; /* most 0: no bound, where least isn't 0 */
    char letters[16];
} Arity;

static Arity read_arity(const char *args)
{
    Arity arity = { 0 };
    bool optional = false, repeated = false;
    size_t len = 0;
    for (; *args; args++) {
        optional = optional || *args == '?';
        repeated = repeated || *args == '*';
        if (*args != '?' && *args != '*') {
            arity.letters[len++] = *args;
            arity.least += !optional;
        }
    }
    arity.least -= repeated;
    arity.most = repeated ? SIZE_MAX : len;
    return arity;
}

/* The second argument of info tells labels of the series to join, and no name beside them. */
static bool check_info(PromCheck *check, const PromNode *node)
{
    const PromNode *labels = node->args.len > 1 ? node->args.ptr[1] : NULL;
    if (!labels || labels->type == PROM_ANY) {
        return true;
    }
    bool selects = labels->kind == PROM_SELECTOR && labels->type == PROM_VECTOR;
    bool names = labels->name.len > 0 && !labels->is_quoted;
    return (selects && !names) ||
           refuse(
               check, labels->start, labels->end, "info wants matchers of labels: {job=\"api\"}"
           );
}

static bool check_call(PromCheck *check, PromNode *node)
{
    const PromFunction *function = promql_function(node->name);
    if (!function) {
        Str nearest = promql_nearest_function(node->name);
        return refuse(
            check,
            node->start,
            node->start + node->name.len,
            nearest.len > 0 ? "no function \"%" STR_FMT "\"; did you mean %" STR_FMT "?"
                            : "no function \"%" STR_FMT "\"",
            STR_ARG(node->name),
            STR_ARG(nearest)
        );
    }
    node->type = function->returns;
    node->features |= function->features;
    Arity arity = read_arity(function->args);
    if (node->args.len < arity.least || node->args.len > arity.most) {
        return refuse(
            check,
            node->start,
            node->end,
            "%s takes %zu argument%s, not %zu",
            function->name,
            node->args.len < arity.least ? arity.least : arity.most,
            (node->args.len < arity.least ? arity.least : arity.most) == 1 ? "" : "s",
            node->args.len
        );
    }
    size_t last = strlen(arity.letters);
    for (size_t i = 0; i < node->args.len; i++) {
        char letter = arity.letters[i < last ? i : last - 1];
        if (!want(check, node->args.ptr[i], type_of(letter), function->name)) {
            return false;
        }
    }
    return !str_eq(node->name, STR("info")) || check_info(check, node);
}

static bool check_aggregate(PromCheck *check, PromNode *node)
{
    const PromAggregation *aggregation = promql_aggregation(node->name);
    size_t wanted = aggregation->param ? 2 : 1;
    node->type = PROM_VECTOR;
    node->features |= aggregation->features;
    if (node->args.len != wanted) {
        return refuse(
            check,
            node->start,
            node->end,
            "%s takes %zu argument%s, not %zu",
            aggregation->name,
            wanted,
            wanted == 1 ? "" : "s",
            node->args.len
        );
    }
    if (aggregation->param &&
        !want(check, node->args.ptr[0], type_of(aggregation->param), aggregation->name)) {
        return false;
    }
    return want(check, node->args.ptr[wanted - 1], PROM_VECTOR, aggregation->name);
}

/* --- operators --- */

static bool is_set(PromOp op)
{
    return op == PROM_AND || op == PROM_OR || op == PROM_UNLESS;
}

static bool is_comparison(PromOp op)
{
    return op >= PROM_EQ && op <= PROM_GE;
}

static bool check_sets(PromCheck *check, const PromNode *node)
{
    if (!is_type(node->args.ptr[0], PROM_VECTOR) || !is_type(node->args.ptr[1], PROM_VECTOR)) {
        return refuse(
            check,
            node->start,
            node->end,
            "%" STR_FMT " wants instant vectors on both sides",
            STR_ARG(node->name)
        );
    }
    if (node->group_left || node->group_right || node->fills_left || node->fills_right) {
        return refuse(
            check,
            node->start,
            node->end,
            "%" STR_FMT " has no group_left, group_right or fill",
            STR_ARG(node->name)
        );
    }
    return true;
}

static bool check_matching(PromCheck *check, const PromNode *node)
{
    bool vectors =
        is_type(node->args.ptr[0], PROM_VECTOR) && is_type(node->args.ptr[1], PROM_VECTOR);
    bool fills = node->fills_left || node->fills_right;
    if ((node->labels.len > 0 || fills) && !vectors) {
        return refuse(
            check,
            node->start,
            node->end,
            fills ? "fill stands between vectors" : "on and ignoring match vectors on both sides"
        );
    }
    for (size_t i = 0; node->has_on && i < node->labels.len; i++) {
        for (size_t j = 0; j < node->include.len; j++) {
            const PromLabel *label = &node->include.ptr[j];
            if (str_eq(label->name, node->labels.ptr[i].name)) {
                return refuse(
                    check,
                    label->start,
                    label->end,
                    "\"%" STR_FMT "\" stands in on and in the group",
                    STR_ARG(label->name)
                );
            }
        }
    }
    return true;
}

static bool check_binary(PromCheck *check, PromNode *node)
{
    const PromNode *left = node->args.ptr[0];
    const PromNode *right = node->args.ptr[1];
    for (size_t i = 0; i < 2; i++) {
        if (!is_number_or_vector(node->args.ptr[i])) {
            return refuse(
                check,
                node->args.ptr[i]->start,
                node->args.ptr[i]->end,
                "%" STR_FMT " wants numbers or instant vectors, not %s",
                STR_ARG(node->name),
                type_name(node->args.ptr[i]->type)
            );
        }
    }
    if (node->returns_bool && !is_comparison(node->op)) {
        return refuse(check, node->start, node->end, "bool stands behind a comparison");
    }
    bool scalars = left->type == PROM_SCALAR && right->type == PROM_SCALAR;
    if (is_comparison(node->op) && scalars && !node->returns_bool) {
        return refuse(
            check,
            node->start,
            node->end,
            "a comparison of numbers wants bool: %" STR_FMT " bool",
            STR_ARG(node->name)
        );
    }
    bool vector = left->type == PROM_VECTOR || right->type == PROM_VECTOR;
    node->type = scalars ? PROM_SCALAR : vector ? PROM_VECTOR : PROM_ANY;
    return (!is_set(node->op) || check_sets(check, node)) && check_matching(check, node);
}

bool promql_check(PromCheck *check, PromNode *node)
{
    switch (node->kind) {
    case PROM_NUMBER:
        node->type = PROM_SCALAR;
        return true;
    case PROM_STRING:
        node->type = PROM_TEXT;
        return true;
    case PROM_VARIABLE:
        node->type = PROM_ANY;
        return true;
    case PROM_SELECTOR:
        return check_selector(check, node);
    case PROM_SUBQUERY:
        node->type = PROM_MATRIX;
        return want(check, node->args.ptr[0], PROM_VECTOR, "a subquery");
    case PROM_CALL:
        return check_call(check, node);
    case PROM_AGGREGATE:
        return check_aggregate(check, node);
    case PROM_BINARY:
        return check_binary(check, node);
    case PROM_UNARY:
        node->type = node->args.ptr[0]->type;
        return is_number_or_vector(node->args.ptr[0]) ||
               refuse(
                   check,
                   node->start,
                   node->end,
                   "a sign wants a number or an instant vector, not %s",
                   type_name(node->type)
               );
    case PROM_PAREN:
        node->type = node->args.ptr[0]->type;
        return true;
    }
    return true;
}

/* --- Loki's queries --------------------------------------------------------------------------- */

/* Behind the string that starts at `at`. */
static size_t pass_string(Str text, size_t at)
{
    char quote = text.ptr[at++];
    while (at < text.len && text.ptr[at] != quote) {
        at += text.ptr[at] == '\\' && quote != '`' ? 2 : 1;
    }
    return at + 1;
}

static bool is_quote(char c)
{
    return c == '"' || c == '\'' || c == '`';
}

/* What stands behind the braces of a selector: "|= `x`", "| json", `!= "x"`. */
static bool starts_pipeline(Str rest)
{
    rest = str_trim(rest);
    if (str_has_prefix(rest, STR("|"))) {
        return !str_has_prefix(rest, STR("||"));
    }
    bool is_filter = str_strip_prefix(&rest, STR("!=")) || str_strip_prefix(&rest, STR("!~"));
    rest = str_trim(rest);
    return is_filter && rest.len > 0 && is_quote(rest.ptr[0]);
}

bool promql_is_logql(Str text)
{
    for (size_t at = 0; at < text.len;) {
        if (text.ptr[at] == '}' && starts_pipeline(str_skip(text, at + 1))) {
            return true;
        }
        at = is_quote(text.ptr[at]) ? pass_string(text, at) : at + 1;
    }
    return false;
}
