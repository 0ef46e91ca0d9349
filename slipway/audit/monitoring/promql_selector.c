/* Selectors, and what may stand behind them. */
#include "base/text.h"

#include "promql_parser.h"

/* A label of a grouping: any string that isn't empty, and any name but for one keyword and numbers. */
static void check_label(PromParser *p, PromNode *node)
{
    bool is_text = p->token.kind == TOKEN_STRING;
    bool is_taken =
        promql_at_word(p, "without") || promql_at_word(p, "inf") || promql_at_word(p, "nan");
    if (is_taken || (is_text && (p->token.text.len == 0 || !utf8_is_valid(p->token.text)))) {
        promql_fail_here(p, "a label");
    }
    node->features |= p->token.is_extended ? PROM_PLAIN_UTF8_NAMES : 0;
}

void promql_labels(PromParser *p, PromNode *node, PromLabels *labels)
{
    promql_expect_punct(p, "(", "\"(\" and labels");
    while (!p->failed && !promql_at_punct(p, ")")) {
        PromLabel label = { .name = p->token.text, .start = p->token.start, .end = p->token.end };
        if (p->token.kind != TOKEN_NAME && p->token.kind != TOKEN_STRING) {
            promql_fail_here(p, "a label");
            return;
        }
        check_label(p, node);
        promql_advance(p);
        vec_push(labels, p->arena, label);
        if (!promql_accept_punct(p, ",") && !promql_at_punct(p, ")")) {
            promql_fail_here(p, "\",\" or \")\"");
        }
    }
    promql_expect_punct(p, ")", "\")\"");
}

/* --- what stands behind an expression --- */

/* Prometheus takes an offset of nothing for none. */
static bool is_shifted(const PromNode *node)
{
    return node->offset.is_set && (!node->offset.is_literal || node->offset.ms != 0);
}

static void check_range(PromParser *p, const PromNode *inner, const PromDuration *range)
{
    if (inner->kind != PROM_SELECTOR && inner->kind != PROM_VARIABLE) {
        promql_fail(
            p,
            inner->start,
            inner->end,
            "only a selector has a range; of an expression it is a subquery: [5m:]"
        );
    } else if (inner->range.is_set || is_shifted(inner) || inner->has_at) {
        promql_fail(p, range->start, range->end, "the range stands before offset and @");
    }
}

/* [5m], [5m:1m], [5m:]; the bracket isn't read yet. */
static PromNode *parse_range(PromParser *p, PromNode *inner)
{
    promql_advance(p);
    PromDuration range = promql_range_duration(p, "a duration such as 5m");
    PromNode *node = inner;
    if (promql_accept_punct(p, ":")) {
        node = promql_new_node(p, PROM_SUBQUERY, inner->start);
        vec_push(&node->args, p->arena, inner);
        if (!promql_at_punct(p, "]")) {
            node->step = promql_range_duration(p, "a step such as 1m");
        }
    } else {
        check_range(p, inner, &range);
    }
    node->range = range;
    promql_expect_punct(p, "]", "\"]\"");
    return promql_finish(p, node);
}

static bool may_shift(const PromNode *node)
{
    return node->kind == PROM_SELECTOR || node->kind == PROM_SUBQUERY ||
           node->kind == PROM_VARIABLE;
}

static void parse_offset(PromParser *p, PromNode *node)
{
    if (!may_shift(node)) {
        promql_fail(p, node->start, node->end, "offset stands behind a selector or a subquery");
    } else if (is_shifted(node)) {
        promql_fail(p, node->start, node->end, "offset twice");
    }
    node->offset = promql_offset_duration(p);
}

static void parse_time(PromParser *p)
{
    double seconds = 0;
    int64_t ms = 0;
    PromToken time = p->token;
    bool is_time = time.has_variable || time.kind == TOKEN_DURATION || time.kind == TOKEN_NUMBER;
    if (!is_time) {
        promql_fail_here(p, "a time, start() or end()");
    } else if (!promql_duration(time.text, &ms) && promql_number(time.text, &seconds) &&
               seconds >= (double) INT64_MAX) {
        promql_fail(p, time.start, time.end, "a time that doesn't come");
    }
    promql_advance(p);
}

static void parse_at(PromParser *p, PromNode *node)
{
    if (!may_shift(node) || node->has_at) {
        promql_fail(
            p,
            node->start,
            node->end,
            may_shift(node) ? "@ twice" : "@ stands behind a selector or a subquery"
        );
    }
    node->has_at = true;
    if (promql_accept_word(p, "start") || promql_accept_word(p, "end")) {
        promql_expect_punct(p, "(", "\"(\"");
        promql_expect_punct(p, ")", "\")\"");
        return;
    }
    if (!promql_accept_punct(p, "-")) {
        (void) promql_accept_punct(p, "+");
    }
    parse_time(p);
}

/* https://prometheus.io/docs/prometheus/latest/querying/basics/#extended-range-selectors */
static void extend(PromParser *p, PromNode *node, bool *extension)
{
    if (node->kind != PROM_SELECTOR && node->kind != PROM_VARIABLE) {
        promql_fail(p, node->start, node->end, "anchored and smoothed stand behind a selector");
    }
    *extension = true;
    if (node->is_anchored && node->is_smoothed) {
        promql_fail(p, node->start, p->last_end, "anchored and smoothed exclude each other");
    }
}

PromNode *promql_suffixes(PromParser *p, PromNode *node)
{
    while (!p->failed) {
        if (promql_at_punct(p, "[")) {
            node = parse_range(p, node);
            continue;
        }
        if (promql_accept_word(p, "offset")) {
            parse_offset(p, node);
        } else if (promql_accept_punct(p, "@")) {
            parse_at(p, node);
        } else if (promql_accept_word(p, "anchored")) {
            extend(p, node, &node->is_anchored);
        } else if (promql_accept_word(p, "smoothed")) {
            extend(p, node, &node->is_smoothed);
        } else {
            break;
        }
        node->end = p->last_end;
    }
    return node;
}

/* --- selectors --- */

static bool read_match(PromParser *p, PromMatch *ret)
{
    static const char *const signs[] = { "=", "!=", "=~", "!~" };
    for (int i = 0; i < 4; i++) {
        if (promql_accept_punct(p, signs[i])) {
            *ret = (PromMatch) i;
            return true;
        }
    }
    return false;
}

/* `{ … "quoted.metric" … }` names the metric. */
static void name_by_string(PromParser *p, PromNode *node, const PromToken *name)
{
    if (node->name.len > 0) {
        promql_fail(p, name->start, name->end, "a second name of the metric");
    }
    node->name = name->text;
    node->is_quoted = true;
}

static void parse_matcher(PromParser *p, PromNode *node)
{
    PromToken label = p->token;
    if (label.kind != TOKEN_NAME && label.kind != TOKEN_STRING) {
        promql_fail_here(p, "a label");
        return;
    }
    promql_advance(p);
    PromMatcher matcher = { .label = label.text, .start = label.start };
    if (!read_match(p, &matcher.match)) {
        if (label.kind == TOKEN_STRING) {
            name_by_string(p, node, &label);
        } else if (!label.has_variable) { /* {$filters} stands for matchers */
            promql_fail_here(p, "=, !=, =~ or !~");
        }
        return;
    }
    if (label.kind == TOKEN_NAME && str_has_char(label.text, ':')) {
        promql_fail(p, label.start, label.end, "a label has no colon");
    }
    node->features |= label.is_extended ? PROM_PLAIN_UTF8_NAMES : 0;
    matcher.value = p->token.text;
    if (p->token.kind == TOKEN_STRING || p->token.has_variable) {
        promql_advance(p);
    } else {
        promql_fail_here(p, "a string");
    }
    matcher.end = p->last_end;
    vec_push(&node->matchers, p->arena, matcher);
}

static void parse_matchers(PromParser *p, PromNode *node)
{
    while (!p->failed && !promql_at_punct(p, "}")) {
        parse_matcher(p, node);
        if (!promql_accept_punct(p, ",") && !promql_at_punct(p, "}")) {
            promql_fail_here(p, "\",\" or \"}\"");
        }
    }
    promql_expect_punct(p, "}", "\"}\"");
}

PromNode *promql_selector(PromParser *p, const PromToken *name)
{
    PromNode *node = promql_new_node(p, PROM_SELECTOR, name ? name->start : p->token.start);
    node->name = name ? name->text : STR("");
    node->features = name && name->is_extended ? PROM_PLAIN_UTF8_NAMES : 0;
    if (promql_accept_punct(p, "{")) {
        parse_matchers(p, node);
    } else if (name && name->has_variable) {
        node->kind = PROM_VARIABLE; /* it may be anything */
    }
    return promql_finish(p, node);
}
