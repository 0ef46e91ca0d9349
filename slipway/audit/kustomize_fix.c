#include "kustomize_fix.h"

#include "base/strbuf.h"

/* The entry whose value stands at the finding's place. */
static const NodePair *entry_at(const Node *root, Span place)
{
    for (size_t i = 0; node_is_map(root) && i < root->map.len; i++) {
        const NodePair *pair = &root->map.pairs[i];
        if (pair->value->span.source == place.source && pair->value->span.start == place.start &&
            pair->key->span.source == place.source) {
            return pair;
        }
    }
    return NULL;
}

static bool is_alone(const Node *root, const char *other)
{
    return node_get_cstr(root, other) == NULL;
}

static void rename_key(DiagList *diags, Diag *diag, const NodePair *pair, const char *name)
{
    diag_edit(diags, diag, pair->key->span, "%s", name);
}

/* Whether the entry is laid out in lines of its own, from the first column on. */
static bool is_block(const NodePair *pair)
{
    Str text = pair->key->span.source->text;
    size_t start = pair->key->span.start;
    return start == 0 || text.ptr[start - 1] == '\n';
}

/* The lines of a block map or list, each `indent` further in. */
static Str indented(Arena *arena, Str block, size_t indent)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    Str line;
    for (size_t i = 0; str_next_line(&block, &line); i++) {
        strbuf_add_cstr(&out, i > 0 ? "\n" : "");
        strbuf_add_repeat(&out, ' ', line.len > 0 ? indent : 0);
        strbuf_add(&out, line);
    }
    return strbuf_str(&out);
}

/* From the start of the line that a block value begins in. */
static Span whole_lines(const Node *value)
{
    Span span = value->span;
    Str text = span.source->text;
    while (span.start > 0 && text.ptr[span.start - 1] != '\n') {
        span.start--;
    }
    while (span.end > span.start && text.ptr[span.end - 1] == '\n') {
        span.end--;
    }
    return span;
}

static bool is_flow(const Node *value)
{
    Str text = value->span.source->text;
    return value->span.start < text.len && str_has_char(STR("{["), text.ptr[value->span.start]);
}

/* commonLabels: {a: b} -> labels: [{pairs: {a: b}, includeSelectors: true}], in lines. */
static void labels_from(DiagList *diags, Diag *diag, const NodePair *pair, bool keeps_selectors)
{
    const char *more = keeps_selectors ? "includeSelectors: true" : "includeTemplates: true";
    if (is_flow(pair->value)) {
        Span span = pair->key->span;
        span.end = pair->value->span.end;
        Str value = span_text(pair->value->span);
        diag_edit(diags, diag, span, "labels:\n- pairs: %" STR_FMT "\n  %s", STR_ARG(value), more);
    } else if (node_is_map(pair->value) && pair->value->map.len > 0) {
        Span lines = whole_lines(pair->value);
        Str value = indented(diags->arena, span_text(lines), 2);
        rename_key(diags, diag, pair, "labels");
        diag_edit(diags, diag, lines, "- pairs:\n%" STR_FMT "\n  %s", STR_ARG(value), more);
    }
}

/* Items that are paths get a key; a patch that is written out isn't moved. */
static void patches_from(DiagList *diags, Diag *diag, const NodePair *pair)
{
    const Node *list = pair->value;
    for (size_t i = 0; node_is_seq(list) && i < list->seq.len; i++) {
        const Node *item = list->seq.items[i];
        if (!node_is_string(item) || str_has_char(item->text, '\n') || !span_is_known(item->span) ||
            item->is_alias_use) {
            return;
        }
    }
    rename_key(diags, diag, pair, "patches");
    for (size_t i = 0; node_is_seq(list) && i < list->seq.len; i++) {
        const Node *item = list->seq.items[i];
        Str text = span_text(item->span);
        if (is_flow(list)) {
            diag_edit(diags, diag, item->span, "{path: %" STR_FMT "}", STR_ARG(text));
        } else {
            diag_edit(diags, diag, item->span, "path: %" STR_FMT, STR_ARG(text));
        }
    }
}

static void modernize(DiagList *diags, Diag *diag, const Node *root, const NodePair *pair)
{
    Str key = pair->key->text;
    bool has_no_patches = is_alone(root, "patches");
    if (str_eq(key, STR("bases")) && is_alone(root, "resources")) {
        rename_key(diags, diag, pair, "resources");
    } else if (str_eq(key, STR("commonLabels")) && is_alone(root, "labels")) {
        labels_from(diags, diag, pair, true);
    } else if (str_eq(key, STR("patchesStrategicMerge")) && has_no_patches &&
               is_alone(root, "patchesJson6902")) {
        patches_from(diags, diag, pair);
    } else if (str_eq(key, STR("patchesJson6902")) && has_no_patches &&
               is_alone(root, "patchesStrategicMerge")) {
        rename_key(diags, diag, pair, "patches");
    }
}

void kustomize_fix(DiagList *diags, Diag *diag, const Node *root, bool keeps_selectors)
{
    const NodePair *pair = entry_at(root, diag->span);
    if (!pair || !is_block(pair) || pair->value->is_alias_use) {
        return;
    }
    if (keeps_selectors) {
        modernize(diags, diag, root, pair);
    } else if (str_eq(pair->key->text, STR("commonLabels")) && is_alone(root, "labels")) {
        labels_from(diags, diag, pair, false);
        diag->is_suggestion = true;
    }
}
