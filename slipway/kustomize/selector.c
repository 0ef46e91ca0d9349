#include "selector.h"

#include <string.h>

#include "kustomization.h"
#include "resource.h"

/* --- labels: the requirements of Kubernetes' label selectors ---------------------------------- */

typedef struct LabelParser {
    Build *b;
    Str rest;
    Span span;
} LabelParser;

static void skip_blanks(LabelParser *p)
{
    while (p->rest.len > 0 && strchr(" \t\r\n", p->rest.ptr[0])) {
        p->rest = str_skip(p->rest, 1);
    }
}

static bool take(LabelParser *p, const char *text)
{
    skip_blanks(p);
    return str_strip_prefix(&p->rest, str_from(text));
}

static Str take_word(LabelParser *p)
{
    skip_blanks(p);
    size_t len = 0;
    while (len < p->rest.len && !strchr(" \t\r\n,()=!<>", p->rest.ptr[len])) {
        len++;
    }
    Str word = str_slice(p->rest, 0, len);
    p->rest = str_skip(p->rest, len);
    return word;
}

static int bad_selector(LabelParser *p, const char *expected)
{
    return build_error(
        p->b, "KZ001", p->span, "unable to parse the selector: %s expected", expected
    );
}

static int parse_set(LabelParser *p, LabelTerm *term)
{
    if (!take(p, "(")) {
        return bad_selector(p, "'('");
    }
    do {
        vec_push(&term->values, p->b->arena, take_word(p));
    } while (take(p, ","));
    return take(p, ")") ? 0 : bad_selector(p, "')'");
}

static int parse_relation(LabelParser *p, LabelTerm *term)
{
    if (take(p, "!=")) {
        term->op = LABEL_NOT_IN;
    } else if (take(p, "==") || take(p, "=")) {
        term->op = LABEL_IN;
    } else if (take(p, ">")) {
        term->op = LABEL_GREATER;
    } else if (take(p, "<")) {
        term->op = LABEL_LESS;
    } else {
        skip_blanks(p);
        if (p->rest.len == 0 || p->rest.ptr[0] == ',') {
            term->op = LABEL_EXISTS;
            return 0;
        }
        Str word = take_word(p);
        term->op = str_eq(word, STR("notin")) ? LABEL_NOT_IN : LABEL_IN;
        bool known = str_eq(word, STR("in")) || str_eq(word, STR("notin"));
        return known ? parse_set(p, term) : bad_selector(p, "an operator");
    }
    vec_push(&term->values, p->b->arena, take_word(p));
    return 0;
}

static int parse_labels(Build *b, const Node *node, LabelSelector *ret_selector)
{
    LabelParser p = { .b = b,
                      .rest = node_text_or_empty(node),
                      .span = node ? node->span : SPAN_NONE };
    skip_blanks(&p);
    while (p.rest.len > 0) {
        LabelTerm term = { 0 };
        bool absent = take(&p, "!");
        term.key = take_word(&p);
        if (term.key.len == 0) {
            return bad_selector(&p, "a key");
        }
        term.op = LABEL_ABSENT;
        int rc = absent ? 0 : parse_relation(&p, &term);
        if (rc < 0) {
            return rc;
        }
        vec_push(ret_selector, b->arena, term);
        skip_blanks(&p);
        if (p.rest.len > 0 && !take(&p, ",")) {
            return bad_selector(&p, "','");
        }
        skip_blanks(&p);
    }
    return 0;
}

static bool is_one_of(Str text, const Strs *values)
{
    vec_foreach(value, values) {
        if (str_eq(*value, text)) {
            return true;
        }
    }
    return false;
}

static bool term_matches(const LabelTerm *term, const Node *map)
{
    const Node *node = node_get(map, term->key);
    Str text = node && node_is_scalar(node) ? node->text : (Str) { 0 };
    int64_t value = 0, bound = 0;
    switch (term->op) {
    case LABEL_EXISTS:
        return node != NULL;
    case LABEL_ABSENT:
        return node == NULL;
    case LABEL_IN:
        return node && is_one_of(text, &term->values);
    case LABEL_NOT_IN:
        return !node || !is_one_of(text, &term->values);
    default:
        return node && str_to_int64(text, &value) && str_to_int64(term->values.ptr[0], &bound) &&
               (term->op == LABEL_GREATER ? value > bound : value < bound);
    }
}

static bool labels_match(const LabelSelector *selector, const Node *map)
{
    vec_foreach(term, selector) {
        if (!term_matches(term, map)) {
            return false;
        }
    }
    return true;
}

/* --- ids -------------------------------------------------------------------------------------- */

static int parse_pattern(Build *b, const Node *map, const char *field, Pattern *ret_pattern)
{
    Str text = field_text(map, field);
    ret_pattern->text = text;
    bool special = false;
    for (size_t i = 0; !special && i < text.len; i++) {
        special = strchr("\\^$.|?*+()[]{}", text.ptr[i]) != NULL;
    }
    if (!special) {
        return 0;
    }
    Error err = ERROR_INIT;
    if (regex_compile(b->arena, text, true, &ret_pattern->regex, &err) < 0) {
        return build_error(b, "KZ001", field_span(map, field), "%s", err.message);
    }
    return 0;
}

int selector_parse(Build *b, const Node *node, Selector *ret_selector)
{
    Selector *s = ret_selector;
    *s = (Selector) { .span = node ? node->span : SPAN_NONE };
    static const char *const fields[] = { "group", "version", "kind", "name", "namespace" };
    Pattern *patterns[] = { &s->group, &s->version, &s->kind, &s->name, &s->ns };
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < 5; i++) {
        rc = parse_pattern(b, node, fields[i], patterns[i]);
        s->has_id |= patterns[i]->text.len > 0;
    }
    if (rc == 0) {
        rc = parse_labels(b, node_get(node, STR("labelSelector")), &s->labels);
    }
    if (rc == 0) {
        rc = parse_labels(b, node_get(node, STR("annotationSelector")), &s->annotations);
    }
    s->has_selectors = s->labels.len > 0 || s->annotations.len > 0;
    return rc;
}

bool pattern_matches(const Pattern *pattern, Str text)
{
    if (pattern->text.len == 0) {
        return true;
    }
    return pattern->regex ? regex_matches(pattern->regex, text) : str_eq(pattern->text, text);
}

bool selector_matches_gvk(const Selector *selector, Gvk gvk)
{
    return pattern_matches(&selector->kind, gvk.kind) &&
           pattern_matches(&selector->group, gvk.group) &&
           pattern_matches(&selector->version, gvk.version);
}

bool selector_matches_meta(const Selector *selector, const Resource *resource)
{
    return labels_match(&selector->labels, node_metadata(resource->node, "labels")) &&
           labels_match(&selector->annotations, node_metadata(resource->node, "annotations"));
}

bool selector_matches(Build *b, const Selector *selector, const Resource *resource)
{
    if (!selector_matches_gvk(selector, resource_gvk(resource))) {
        return false;
    }
    ResId id = resource_id(resource), original = resource_original_id(resource);
    if (!pattern_matches(&selector->name, id.name) &&
        !pattern_matches(&selector->name, original.name)) {
        return false;
    }
    if (selector->ns.text.len > 0 && !pattern_matches(&selector->ns, id_namespace(b, id)) &&
        !pattern_matches(&selector->ns, id_namespace(b, original))) {
        return false;
    }
    return selector_matches_meta(selector, resource);
}
