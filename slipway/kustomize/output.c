#include "output.h"

#include <stdlib.h>
#include <string.h>

#include "codec/yaml.h"

#include "gojson.h"
#include "resource.h"

/* --- annotations ------------------------------------------------------------------------------ */

static void add_line(StrBuf *out, const char *indent, const char *key, Str value)
{
    if (value.len == 0) {
        return;
    }
    strbuf_add_cstr(out, indent);
    strbuf_add_cstr(out, key);
    strbuf_add_cstr(out, ": ");
    yaml_write_string(out, value);
    strbuf_add_char(out, '\n');
}

/* `first` stands before the first line, `rest` before the others. */
static void write_origin(StrBuf *out, const Origin *origin, const char *first, const char *rest)
{
    size_t before = out->len;
    add_line(out, rest, "path", origin->path);
    add_line(out, rest, "configuredIn", origin->configured_in);
    if (origin->kind.len > 0) {
        strbuf_addf(out, "%sconfiguredBy:\n", rest);
        char inner[16];
        (void) snprintf(inner, sizeof inner, "%s  ", rest);
        add_line(out, inner, "apiVersion", origin->api_version);
        add_line(out, inner, "kind", origin->kind);
        add_line(out, inner, "name", origin->name);
        add_line(out, inner, "namespace", origin->ns);
    }
    if (out->len > before) {
        memcpy(out->ptr + before, first, strlen(first));
    }
}

static bool asks_for(const Node *build_metadata, const char *option)
{
    for (size_t i = 0; node_is_seq(build_metadata) && i < build_metadata->seq.len; i++) {
        if (str_eq_cstr(build_metadata->seq.items[i]->text, option)) {
            return true;
        }
    }
    return false;
}

static void
add_metadata(Build *b, const Node *build_metadata, const Resource *resource, Node *annotations)
{
    StrBuf text = STRBUF_ON_ARENA(b->arena);
    if (asks_for(build_metadata, "originAnnotations") && resource->origin) {
        write_origin(&text, resource->origin, "", "");
        node_set(
            b->arena,
            annotations,
            STR("config.kubernetes.io/origin"),
            node_string(b->arena, strbuf_str(&text), SPAN_NONE)
        );
    }
    if (asks_for(build_metadata, "transformerAnnotations") && resource->transformations.len > 0) {
        text = (StrBuf) STRBUF_ON_ARENA(b->arena);
        vec_foreach(origin, &resource->transformations) {
            write_origin(&text, *origin, "- ", "  ");
        }
        node_set(
            b->arena,
            annotations,
            STR("alpha.config.kubernetes.io/transformations"),
            node_string(b->arena, strbuf_str(&text), SPAN_NONE)
        );
    }
}

static bool is_internal(Str key)
{
    static const char *const suffixes[] = {
        "previousKinds",
        "previousNames",
        "prefixes",
        "suffixes",
        "previousNamespaces",
        "allowNameChange",
        "allowKindChange",
        "refBy",
        "generatorBehavior",
        "needsHashSuffix",
        "path",
        "index",
        "seqindent",
        "id",
        "annotations-migration-resource-id",
    };
    Str rest = key;
    if (!str_strip_prefix(&rest, STR("internal.config.kubernetes.io/"))) {
        return str_eq(key, STR("config.kubernetes.io/path")) ||
               str_eq(key, STR("config.kubernetes.io/index")) ||
               str_eq(key, STR("config.k8s.io/id"));
    }
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        if (str_eq_cstr(rest, suffixes[i])) {
            return true;
        }
    }
    return false;
}

static bool is_dropped(const Node *build_metadata, Str key)
{
    return is_internal(key) ||
           (str_eq(key, STR("config.kubernetes.io/origin")) &&
            !asks_for(build_metadata, "originAnnotations")) ||
           (str_eq(key, STR("alpha.config.kubernetes.io/transformations")) &&
            !asks_for(build_metadata, "transformerAnnotations"));
}

static void clean_annotations(const Node *build_metadata, Node *annotations)
{
    uint32_t kept = 0;
    for (size_t i = 0; i < annotations->map.len; i++) {
        NodePair pair = annotations->map.pairs[i];
        if (is_dropped(build_metadata, pair.key->text)) {
            continue;
        }
        annotations->map.pairs[kept++] = pair;
    }
    annotations->map.len = kept;
}

void output_finish(Build *b, const Node *build_metadata, Resource *resource)
{
    Node *metadata =
        node_child_map(b->arena, resource->node, STR("metadata"), resource->node->span);
    Node *annotations = node_get(metadata, STR("annotations"));
    if (!node_is_map(annotations)) {
        annotations = node_new_map(b->arena);
        node_set(b->arena, metadata, STR("annotations"), annotations);
    }
    clean_annotations(build_metadata, annotations);
    annotations_to_strings(b, resource);
    add_metadata(b, build_metadata, resource, annotations);
    if (annotations->map.len == 0) {
        (void) node_remove(metadata, STR("annotations"));
    }
}

/* --- text ------------------------------------------------------------------------------------- */

/* go-yaml reads plain dates as times, and JSON writes those in full. */
static Str full_time(Arena *arena, Str text)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, used = 0;
    char *copy = str_to_cstr(arena, text);
    char mark = 0;
    (void) sscanf(copy, "%d-%d-%d%n", &year, &month, &day, &used);
    const char *rest = copy + used;
    if (*rest) {
        mark = *rest;
        used = 0;
        (void) sscanf(rest + 1, "%d:%d:%d%n", &hour, &minute, &second, &used);
        rest += 1 + used;
    }
    strbuf_addf(&out, "%04d-%02d-%02dT%02d:%02d:%02d", year, month, day, hour, minute, second);
    size_t digits = *rest == '.' || *rest == ',' ? strspn(rest + 1, "0123456789") : 0;
    size_t kept = digits > 9 ? 9 : digits;
    while (kept > 0 && rest[kept] == '0') {
        kept--;
    }
    if (kept > 0) {
        strbuf_add_char(&out, '.');
        strbuf_add(&out, str_make(rest + 1, kept));
    }
    rest += digits > 0 ? digits + 1 : 0;
    bool zero = mark == 0 || mark == ' ' || !strcmp(rest, "Z") || !strcmp(rest, "+00:00") ||
                !strcmp(rest, "-00:00");
    strbuf_add_cstr(&out, zero ? "Z" : rest);
    return strbuf_str(&out);
}

static bool is_plain_time(const Node *node)
{
    return node->kind == NODE_STRING && node->style == STYLE_PLAIN && node_tag(node).len == 0 &&
           node->text.len >= 8 && node->text.ptr[4] == '-' && yaml_is_timestamp(node->text);
}

static void write_times(Arena *arena, Node *node)
{
    for (size_t i = 0; node->kind == NODE_SEQ && i < node->seq.len; i++) {
        write_times(arena, node->seq.items[i]);
    }
    for (size_t i = 0; node->kind == NODE_MAP && i < node->map.len; i++) {
        write_times(arena, node->map.pairs[i].value);
    }
    if (is_plain_time(node)) {
        node->text = full_time(arena, node->text);
    }
}

static void normalize_number(Arena *arena, Node *node)
{
    StrBuf text = STRBUF_ON_ARENA(arena);
    go_float_text(&text, node->kind == NODE_INT ? (double) node->integer : node->real);
    node->text = strbuf_str(&text);
    node->style = STYLE_PLAIN;
    yaml_resolve_plain(node);
}

static void normalize_scalar(Arena *arena, Node *node)
{
    node_clear_tag(node);
    switch (node->kind) {
    case NODE_NULL:
        node->text = STR("null");
        break;
    case NODE_BOOL:
        node->text = node->boolean ? STR("true") : STR("false");
        break;
    case NODE_INT:
    case NODE_FLOAT:
        normalize_number(arena, node);
        break;
    default:
        if (is_plain_time(node)) {
            node->text = full_time(arena, node->text);
        }
        node->style = str_has_char(node->text, '\n')  ? STYLE_LITERAL
                      : yaml_needs_quotes(node->text) ? STYLE_DOUBLE_QUOTED
                                                      : STYLE_PLAIN;
        node->yaml11_bool = false;
        break;
    }
}

void output_normalize(Arena *arena, Node *node)
{
    for (size_t i = 0; node->kind == NODE_SEQ && i < node->seq.len; i++) {
        output_normalize(arena, node->seq.items[i]);
    }
    for (size_t i = 0; node->kind == NODE_MAP && i < node->map.len; i++) {
        output_normalize(arena, node->map.pairs[i].value);
    }
    if (node_is_scalar(node)) {
        normalize_scalar(arena, node);
    }
}

void kustomize_write(StrBuf *out, const KustomizeResult *result)
{
    enum { FOLD_COLUMN = 80 };
    YamlWriteOptions options = {
        .ignore_styles = true, .sort_keys = true, .fold_column = FOLD_COLUMN, .escape_tabs = true
    };
    for (size_t i = 0; i < result->len; i++) {
        if (i > 0) {
            strbuf_add_cstr(out, "---\n");
        }
        write_times(result->arena, result->resources[i].node);
        yaml_write(out, result->resources[i].node, &options);
    }
}
