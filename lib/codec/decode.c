#include "codec/decode.h"

#include <assert.h>

#include "base/map.h"
#include "codec/internal.h"

enum { KEYS_IN_HINT = 12 }; /* a table with more is too long for one line */

static void decode_fields(DecodeContext *ctx, const DecodeField *fields, Node *node, void *into);
static void decode_field(DecodeContext *ctx, const DecodeField *field, Node *node, void *into);

static void *member_at(void *base, size_t offset)
{
    return (char *) base + offset;
}

/* Items of lists and dicts */

/* One item: a struct, or a value of the one type, which is called `label` in findings. */
static void
decode_item(DecodeContext *ctx, const DecodeField *field, Node *node, const char *label, void *into)
{
    if (!decode_items_are_structs(field)) {
        DecodeField item = *field->fields;
        item.name = label;
        decode_field(ctx, &item, node, into);
    } else if (node_is_map(node)) {
        decode_fields(ctx, field->fields, node, into);
    } else {
        decode_fail(ctx, &(DecodeField) { .name = label }, node, "a map");
    }
}

static const char *item_label(DecodeContext *ctx, const DecodeField *field, size_t index)
{
    return arena_printf(ctx->arena, "%s[%zu]", field->name, index);
}

static void decode_strings(DecodeContext *ctx, const DecodeField *field, Node *node, void *into)
{
    Node *one[] = { node };
    bool is_one = field->one_is_list && node_is_string(node);
    if (!is_one && !node_is_seq(node)) {
        const char *expected =
            field->one_is_list ? "a string or a list of strings" : "a list of strings";
        decode_fail(ctx, field, node, expected);
        return;
    }
    size_t len = is_one ? 1 : node->seq.len;
    if (!decode_check_length(ctx, field, node, len, "items")) {
        return;
    }
    DecodeStrings strings = { .ptr = ARENA_ARRAY(ctx->arena, Str, len),
                              .nodes = ARENA_ARRAY(ctx->arena, Node *, len) };
    DecodeField item = { .type = DECODE_TYPE_STRING,
                         .pattern = field->pattern,
                         .pattern_help = field->pattern_help };
    for (size_t i = 0; i < len; i++) {
        strings.nodes[strings.len] = is_one ? one[0] : node->seq.items[i];
        item.name = is_one ? field->name : item_label(ctx, field, i);
        strings.len +=
            decode_scalar(ctx, &item, strings.nodes[strings.len], &strings.ptr[strings.len]);
    }
    *(DecodeStrings *) into = strings;
}

static void decode_list(DecodeContext *ctx, const DecodeField *field, Node *node, void *into)
{
    assert(field->item_size > 0);
    Node *one[] = { node };
    bool is_one = field->one_is_list && !node_is_seq(node);
    if (!is_one && !node_is_seq(node)) {
        decode_fail(ctx, field, node, "a list");
        return;
    }
    Node **items = is_one ? one : node->seq.items;
    size_t len = is_one ? 1 : node->seq.len;
    if (!decode_check_length(ctx, field, node, len, "items")) {
        return;
    }
    DecodeList list = { .ptr = arena_calloc(ctx->arena, len, field->item_size), .len = len };
    bool is_overlay = ctx->is_overlay;
    ctx->is_overlay = false; /* the items are new, whatever the list is in */
    for (size_t i = 0; i < len; i++) {
        void *item = member_at(list.ptr, i * field->item_size);
        const char *label = is_one ? field->name : item_label(ctx, field, i);
        decode_item(ctx, field, items[i], label, item);
    }
    ctx->is_overlay = is_overlay;
    *(DecodeList *) into = list;
}

DecodeDictEntry *decode_dict_find(const DecodeDict *dict, Str name)
{
    for (size_t i = 0; i < dict->len; i++) {
        if (str_eq(dict->ptr[i].name, name)) {
            return &dict->ptr[i];
        }
    }
    return NULL;
}

/* Entries that were there by name, with room behind them for those of `node`. */
static Map index_entries(DecodeContext *ctx, DecodeDict *dict, const Node *node)
{
    Map by_name = MAP_ON_ARENA(ctx->arena);
    size_t size = sizeof(DecodeDictEntry);
    dict->ptr =
        arena_grow(ctx->arena, dict->ptr, dict->len * size, (dict->len + node->map.len) * size);
    for (size_t i = 0; i < dict->len; i++) {
        map_set(&by_name, dict->ptr[i].name, &dict->ptr[i]);
    }
    return by_name;
}

/* Into the entry of that name when it was there already: an overlay of it, of which nothing is
 * required, while a new entry must be whole. */
static void decode_entry(
    DecodeContext *ctx, const DecodeField *field, const NodePair *pair, DecodeDictEntry *entry
)
{
    bool is_overlay = ctx->is_overlay;
    const char *label = arena_printf(
        ctx->arena,
        "%s%s%" STR_FMT,
        field->name ? field->name : "",
        field->name ? "." : "",
        STR_ARG(pair->key->text)
    );
    ctx->is_overlay = entry->value != NULL;
    if (!entry->value) {
        entry->name = pair->key->text;
        entry->value = arena_alloc(ctx->arena, field->item_size);
    }
    entry->key = pair->key;
    entry->node = pair->value;
    if (!field->nullable || pair->value->kind != NODE_NULL) {
        decode_item(ctx, field, pair->value, label, entry->value);
    }
    ctx->is_overlay = is_overlay;
}

static void decode_dict(DecodeContext *ctx, const DecodeField *field, Node *node, void *into)
{
    assert(field->item_size > 0);
    if (!node_is_map(node)) {
        decode_fail(ctx, field, node, "a map");
        return;
    }
    DecodeDict *dict = into;
    Map by_name = index_entries(ctx, dict, node);
    for (size_t i = 0; i < node->map.len; i++) {
        const NodePair *pair = &node->map.pairs[i];
        if (!decode_check_pattern(ctx, field, pair->key)) {
            continue;
        }
        DecodeDictEntry *entry = map_get(&by_name, pair->key->text);
        if (!entry) {
            entry = &dict->ptr[dict->len++];
            *entry = (DecodeDictEntry) { 0 };
        }
        decode_entry(ctx, field, pair, entry);
    }
}

/* Fields */

static void decode_field(DecodeContext *ctx, const DecodeField *field, Node *node, void *into)
{
    switch (field->type) {
    case DECODE_TYPE_STRUCT:
        if (node_is_map(node)) {
            decode_fields(ctx, field->fields, node, into);
        } else {
            decode_fail(ctx, field, node, "a map");
        }
        break;
    case DECODE_TYPE_STRINGS:
        decode_strings(ctx, field, node, into);
        break;
    case DECODE_TYPE_LIST:
        decode_list(ctx, field, node, into);
        break;
    case DECODE_TYPE_DICT:
        decode_dict(ctx, field, node, into);
        break;
    case DECODE_TYPE_NODE:
        *(Node **) into = node;
        break;
    case DECODE_TYPE_CUSTOM:
        (void) field->decode(ctx, field, node, into);
        break;
    default:
        (void) decode_scalar(ctx, field, node, into);
    }
}

static const DecodeField *find_field(const DecodeField *fields, Str name)
{
    for (; fields->type != DECODE_TYPE_END; fields++) {
        if (str_eq_cstr(name, fields->name)) {
            return fields;
        }
    }
    return NULL;
}

/* A key that no field has: the author's own behind "x-", a mistake otherwise. */
static void check_extension(DecodeContext *ctx, const DecodeField *fields, const Node *key)
{
    if (str_has_prefix(key->text, STR("x-"))) {
        return;
    }
    Diag *diag = diag_error(
        ctx->diags, "D1001", key->span, "unknown key \"%" STR_FMT "\"", STR_ARG(key->text)
    );
    size_t count = 0;
    while (fields[count].type != DECODE_TYPE_END) {
        count++;
    }
    Str *names = ARENA_ARRAY(ctx->arena, Str, count);
    StrBuf all = STRBUF_ON_ARENA(ctx->arena);
    for (size_t i = 0; i < count; i++) {
        names[i] = str_from(fields[i].name);
        strbuf_addf(&all, "%s%s", i ? ", " : "", fields[i].name);
    }
    diag_hint_nearest(ctx->diags, diag, key->text, names, count);
    if (diag->hint.len == 0 && count > 0 && count <= KEYS_IN_HINT) {
        diag_hint(ctx->diags, diag, "known keys: %s", all.ptr);
    }
}

static void check_required(DecodeContext *ctx, const DecodeField *fields, const Node *node)
{
    for (; fields->type != DECODE_TYPE_END; fields++) {
        if (!fields->required || node_get_cstr(node, fields->name)) {
            continue;
        }
        Diag *diag =
            diag_error(ctx->diags, "D1003", node->span, "missing key \"%s\"", fields->name);
        if (fields->help) {
            diag_hint(ctx->diags, diag, "%s: %s", fields->name, fields->help);
        }
    }
}

static void decode_fields(DecodeContext *ctx, const DecodeField *fields, Node *node, void *into)
{
    for (size_t i = 0; i < node->map.len; i++) {
        const NodePair *pair = &node->map.pairs[i];
        const DecodeField *field = find_field(fields, pair->key->text);
        if (!field) {
            check_extension(ctx, fields, pair->key);
        } else if (!field->nullable || pair->value->kind != NODE_NULL) {
            decode_field(ctx, field, pair->value, member_at(into, field->offset));
            if (field->present_at) {
                *(bool *) member_at(into, field->present_at - 1) = true;
            }
        }
    }
    if (!ctx->is_overlay) {
        check_required(ctx, fields, node);
    }
}

bool decode_struct(DecodeContext *ctx, const DecodeField *fields, Node *node, void *into)
{
    size_t before = diag_count(ctx->diags, SEVERITY_ERROR) + ctx->diags->dropped;
    if (node_is_map(node)) {
        decode_fields(ctx, fields, node, into);
    } else {
        decode_fail(ctx, &(DecodeField) { 0 }, node, "a map");
    }
    return diag_count(ctx->diags, SEVERITY_ERROR) + ctx->diags->dropped == before;
}
