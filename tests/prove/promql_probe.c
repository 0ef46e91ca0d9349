/* What the audit's parser makes of PromQL: expressions on stdin, each ended by a NUL, and a line for
 * each: "ok", what it needs, its type and the shape of its tree, or "no" and why.
 * tests/prove/gopromql is the same on Prometheus' parser. */
#include <stdio.h>

#include "base/fs.h"
#include "base/strbuf.h"
#include "base/text.h"

#include "audit/monitoring/promql.h"

static void show(StrBuf *out, const PromNode *node);

static void show_labels(StrBuf *out, const char *word, const PromLabels *labels)
{
    strbuf_addf(out, "%s[", word);
    for (size_t i = 0; i < labels->len; i++) {
        strbuf_add_cstr(out, i ? " " : "");
        hex_add(out, labels->ptr[i].name.ptr, labels->ptr[i].name.len);
    }
    strbuf_add_char(out, ']');
}

static void show_args(StrBuf *out, const PromNode *node, const char *between)
{
    for (size_t i = 0; i < node->args.len; i++) {
        strbuf_add_cstr(out, i ? between : "");
        show(out, node->args.ptr[i]);
    }
}

/* --- durations --- */

/* A number with its signs is one number. */
static const PromNode *literal_of(const PromNode *node, bool *ret_negative)
{
    *ret_negative = false;
    while (node->kind == PROM_UNARY) {
        *ret_negative = *ret_negative != str_eq(node->text, STR("-"));
        node = node->args.ptr[0];
    }
    return node->kind == PROM_NUMBER ? node : NULL;
}

static void show_duration_tree(StrBuf *out, const PromNode *node)
{
    bool negative = false;
    const PromNode *literal = literal_of(node, &negative);
    if (literal) {
        long long ms = (long long) promql_literal_ms(literal);
        strbuf_addf(out, "%lld", negative ? -ms : ms);
        return;
    }
    bool minus = node->kind == PROM_UNARY && str_eq(node->text, STR("-"));
    if (node->kind == PROM_PAREN || (node->kind == PROM_UNARY && !minus)) {
        show_duration_tree(out, node->args.ptr[0]);
        return;
    }
    if (node->kind == PROM_CALL && node->args.len == 0) {
        strbuf_add(out, node->name);
        return;
    }
    strbuf_addf(out, "(%" STR_FMT, STR_ARG(minus ? node->text : node->name));
    for (size_t i = 0; i < node->args.len; i++) {
        strbuf_add_char(out, ' ');
        show_duration_tree(out, node->args.ptr[i]);
    }
    strbuf_add_char(out, ')');
}

static void show_duration(StrBuf *out, const PromDuration *duration)
{
    if (duration->is_literal) {
        strbuf_addf(out, "%lld", (long long) duration->ms);
    } else if (duration->is_set) {
        show_duration_tree(out, duration->tree);
    }
}

static void show_shifts(StrBuf *out, const PromNode *node)
{
    if (node->offset.is_set && (!node->offset.is_literal || node->offset.ms != 0)) {
        strbuf_add_cstr(out, " o");
        show_duration(out, &node->offset);
    }
    strbuf_add_cstr(out, node->has_at ? " @" : "");
}

/* --- selectors --- */

static int compare_texts(const void *left, const void *right)
{
    return str_cmp(*(const Str *) left, *(const Str *) right);
}

static Str matcher_text(Arena *arena, const PromMatcher *matcher)
{
    static const char *const signs[] = { "=", "!=", "=~", "!~" };
    StrBuf text = STRBUF_ON_ARENA(arena);
    hex_add(&text, matcher->label.ptr, matcher->label.len);
    strbuf_add_cstr(&text, signs[matcher->match]);
    hex_add(&text, matcher->value.ptr, matcher->value.len);
    return strbuf_str(&text);
}

static void show_selector(StrBuf *out, const PromNode *node)
{
    auto_arena Arena *arena = arena_new(0);
    VEC(Str) texts = { 0 };
    if (node->name.len > 0) {
        const PromMatcher name = { .label = STR("__name__"), .value = node->name };
        vec_push(&texts, arena, matcher_text(arena, &name));
    }
    for (size_t i = 0; i < node->matchers.len; i++) {
        vec_push(&texts, arena, matcher_text(arena, &node->matchers.ptr[i]));
    }
    if (texts.len > 0) {
        qsort(texts.ptr, texts.len, sizeof(Str), compare_texts);
    }
    strbuf_add_char(out, '{');
    for (size_t i = 0; i < texts.len; i++) {
        strbuf_addf(out, "%s%" STR_FMT, i ? " " : "", STR_ARG(texts.ptr[i]));
    }
    strbuf_add_char(out, '}');
    if (node->range.is_set) {
        strbuf_add_char(out, '[');
        show_duration(out, &node->range);
        strbuf_add_char(out, ']');
    }
    strbuf_add_cstr(out, node->is_anchored ? " anchored" : "");
    strbuf_add_cstr(out, node->is_smoothed ? " smoothed" : "");
    show_shifts(out, node);
}

/* --- the rest --- */

static void show_matching(StrBuf *out, const PromNode *node)
{
    if (node->args.ptr[0]->type != PROM_VECTOR || node->args.ptr[1]->type != PROM_VECTOR) {
        return;
    }
    if (node->has_on || node->labels.len > 0) {
        show_labels(out, node->has_on ? " on" : " ignoring", &node->labels);
    }
    if (node->group_left || node->group_right) {
        show_labels(out, node->group_left ? " left" : " right", &node->include);
    }
    strbuf_add_cstr(out, node->fills_left ? " fl" : "");
    strbuf_add_cstr(out, node->fills_right ? " fr" : "");
}

static void show_binary(StrBuf *out, const PromNode *node)
{
    strbuf_addf(out, "(%" STR_FMT "%s", STR_ARG(node->name), node->returns_bool ? " bool" : "");
    show_matching(out, node);
    strbuf_add_char(out, ' ');
    show_args(out, node, " ");
    strbuf_add_char(out, ')');
}

static void show_aggregate(StrBuf *out, const PromNode *node)
{
    strbuf_add(out, node->name);
    if (node->grouping == PROM_GROUP_WITHOUT || node->labels.len > 0) {
        show_labels(out, node->grouping == PROM_GROUP_WITHOUT ? "without" : "by", &node->labels);
    }
    strbuf_add_char(out, '(');
    show_args(out, node, ",");
    strbuf_add_char(out, ')');
}

static void show_subquery(StrBuf *out, const PromNode *node)
{
    strbuf_add_cstr(out, "s(");
    show_args(out, node, "");
    strbuf_add_cstr(out, ")[");
    show_duration(out, &node->range);
    strbuf_add_char(out, ':');
    show_duration(out, &node->step);
    strbuf_add_char(out, ']');
    show_shifts(out, node);
}

static bool is_number(const PromNode *node)
{
    return node->kind == PROM_NUMBER || (node->kind == PROM_UNARY && is_number(node->args.ptr[0]));
}

static void show_leaf(StrBuf *out, const PromNode *node)
{
    if (node->kind == PROM_STRING) {
        strbuf_add_char(out, '"');
        hex_add(out, node->text.ptr, node->text.len);
    } else if (is_number(node)) {
        strbuf_add_char(out, '#');
    } else {
        strbuf_addf(
            out,
            "%s%" STR_FMT "(",
            node->kind == PROM_PAREN   ? "p"
            : node->kind == PROM_UNARY ? "u"
                                       : "",
            STR_ARG(node->kind == PROM_CALL ? node->name : node->text)
        );
        show_args(out, node, ",");
        strbuf_add_char(out, ')');
    }
}

static void show(StrBuf *out, const PromNode *node)
{
    strbuf_addf(out, "<%zu>", node->start);
    switch (node->kind) {
    case PROM_SELECTOR:
        show_selector(out, node);
        break;
    case PROM_SUBQUERY:
        show_subquery(out, node);
        break;
    case PROM_AGGREGATE:
        show_aggregate(out, node);
        break;
    case PROM_BINARY:
        show_binary(out, node);
        break;
    default:
        show_leaf(out, node);
    }
}

static void probe(Str text)
{
    static const char *const types[] = { "scalar", "string", "vector", "matrix", "any" };
    static const PromFeature features[] = { PROM_EXPERIMENTAL_FUNCTIONS,
                                            PROM_FILL_MODIFIERS,
                                            PROM_PLAIN_UTF8_NAMES };
    auto_arena Arena *arena = arena_new(0);
    StrBuf out = STRBUF_ON_ARENA(arena);
    PromError error = { 0 };
    const PromNode *root = promql_parse(arena, text, false, &error);
    unsigned needs = 0;
    if (!root) {
        /* the message may quote a line break */
        Str message = error.message;
        for (size_t i = 0; i < message.len; i++) {
            strbuf_add_char(&out, message.ptr[i] == '\n' ? ' ' : message.ptr[i]);
        }
        printf("no %" STR_FMT "\n", STR_ARG(strbuf_str(&out)));
        return;
    }
    for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
        needs |= promql_needs(root, features[i]) ? (unsigned) features[i] : 0;
    }
    show(&out, root);
    printf("ok %u %s %" STR_FMT "\n", needs, types[root->type], STR_ARG(strbuf_str(&out)));
}

int main(void)
{
    auto_arena Arena *arena = arena_new(0);
    Str texts = { 0 };
    Error err = ERROR_INIT;
    if (fs_read_fd(arena, 0, 64 << 20, &texts, &err) < 0) {
        fprintf(stderr, "%s\n", err.message);
        return 3;
    }
    for (Str text; str_cut(texts, '\0', &text, &texts);) {
        probe(text);
    }
    return 0;
}
