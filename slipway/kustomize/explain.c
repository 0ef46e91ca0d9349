/* Which file and line set a value, and what touched its resource on the way. */
#include <errno.h>

#include "codec/yaml.h"

#include "patch_ops.h"
#include "resource.h"

/* --- which patches concern a path -------------------------------------------------------------- */

static bool pointer_concerns(Str pointer, Str path)
{
    /* /spec/replicas against spec.replicas: one is the beginning of the other */
    size_t at = 0;
    if (pointer.len > 0) {
        pointer = str_skip(pointer, 1);
    }
    while (at < pointer.len && at < path.len) {
        char a = pointer.ptr[at], b = path.ptr[at];
        bool separators = a == '/' && (b == '.' || b == '[');
        if (a != b && !separators) {
            return false;
        }
        at++;
    }
    return true;
}

/* What a transformer of fields is about shows in the path. */
static bool field_concerns(Str what, Str path)
{
    static const struct {
        const char *what, *in_path;
    } fields[] = {
        { "namespace", "namespace" }, { "namePrefix", "name" },         { "nameSuffix", "name" },
        { "labels", "abels" },        { "annotations", "annotations" }, { "replicas", "replicas" },
        { "images", "image" },
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (str_eq_cstr(what, fields[i].what)) {
            return str_find(path, str_from(fields[i].in_path)) != STR_NONE ||
                   (fields[i].what[0] == 'l' && str_find(path, STR("selector")) != STR_NONE);
        }
    }
    return true;
}

static bool touch_concerns(const KustomizeTouch *touch, Str path)
{
    const Node *patch = touch->patch;
    if (path.len == 0) {
        return true;
    }
    if (!patch) {
        return field_concerns(touch->what, path);
    }
    if (!patch_ops_is_list(patch)) {
        size_t end = 0;
        while (end < path.len && path.ptr[end] != '.' && path.ptr[end] != '[') {
            end++;
        }
        return node_get(patch, str_slice(path, 0, end)) != NULL;
    }
    for (size_t i = 0; i < patch->seq.len; i++) {
        if (pointer_concerns(
                node_text_or_empty(node_get(patch->seq.items[i], STR("path"))), path
            )) {
            return true;
        }
    }
    return false;
}

/* --- text ------------------------------------------------------------------------------------- */

static void add_place(StrBuf *out, Arena *arena, Span span)
{
    if (span_is_known(span)) {
        strbuf_add(out, span_describe(arena, span));
    } else {
        strbuf_add_cstr(out, "made by the build");
    }
}

static void explain_value(StrBuf *out, Arena *arena, const Node *node, Str path)
{
    strbuf_addf(out, "%s%" STR_FMT, path.len > 0 ? " " : "", STR_ARG(path));
    if (node_is_scalar(node)) {
        strbuf_add_cstr(out, " = ");
        YamlWriteOptions options = { .ignore_styles = true };
        yaml_write(out, node, &options);
        strbuf_add_cstr(out, "  set at ");
    } else {
        strbuf_add_cstr(out, "\n  begins at ");
    }
    add_place(out, arena, node->span);
    strbuf_add_char(out, '\n');
}

static void explain_touches(StrBuf *out, Arena *arena, const KustomizeResource *resource, Str path)
{
    strbuf_add_cstr(out, "touched by\n");
    Span last = SPAN_NONE;
    for (size_t i = 0; i < resource->touch_count; i++) {
        const KustomizeTouch *touch = &resource->touches[i];
        bool repeated = touch->where.source == last.source && touch->where.start == last.start;
        if (repeated || !touch_concerns(touch, path)) {
            continue;
        }
        last = touch->where;
        strbuf_addf(out, "  %-20.*s ", STR_ARG(touch->what));
        add_place(out, arena, touch->where);
        strbuf_add_char(out, '\n');
    }
}

/* --- the query -------------------------------------------------------------------------------- */

static const KustomizeResource *find_resource(const KustomizeResult *result, Str kind, Str name)
{
    for (size_t i = 0; i < result->len; i++) {
        const KustomizeResource *resource = &result->resources[i];
        if (str_eq_nocase(resource->kind, kind) && str_eq(resource->name, name)) {
            return resource;
        }
    }
    return NULL;
}

static int no_resource(const KustomizeResult *result, Str kind, Str name, Error *err)
{
    Str *titles = ARENA_ARRAY(result->arena, Str, result->len + 1);
    for (size_t i = 0; i < result->len; i++) {
        const KustomizeResource *resource = &result->resources[i];
        titles[i] = str_printf(
            result->arena,
            "%" STR_FMT "/%" STR_FMT,
            STR_ARG(resource->kind),
            STR_ARG(resource->name)
        );
    }
    Str wanted = str_printf(result->arena, "%" STR_FMT "/%" STR_FMT, STR_ARG(kind), STR_ARG(name));
    Str nearest = str_nearest(wanted, titles, result->len);
    return error_set(
        err,
        -ENOENT,
        "no resource %" STR_FMT " in the output%s%" STR_FMT "%s",
        STR_ARG(wanted),
        nearest.len ? ": did you mean " : "",
        STR_ARG(nearest),
        nearest.len ? "?" : ""
    );
}

/* Where the path ends to be one: the last place that is there and the key that isn't. */
static int no_field(const KustomizeResource *resource, Str path, Error *err)
{
    auto_arena Arena *arena = arena_new(0);
    const Node *at = resource->node;
    Str key = path;
    for (size_t i = 0; i < path.len; i++) {
        const Node *next =
            path.ptr[i] == '.' ? node_at_path(resource->node, str_slice(path, 0, i)) : NULL;
        at = next ? next : at;
        key = next ? str_skip(path, i + 1) : key;
    }
    size_t len = node_is_map(at) ? at->map.len : 0;
    Str *keys = ARENA_ARRAY(arena, Str, len + 1);
    for (size_t i = 0; i < len; i++) {
        keys[i] = at->map.pairs[i].key->text;
    }
    Str nearest = str_nearest(key, keys, len);
    return error_set(
        err,
        -ENOENT,
        "%" STR_FMT "/%" STR_FMT " has no field %" STR_FMT "%s%" STR_FMT "%s",
        STR_ARG(resource->kind),
        STR_ARG(resource->name),
        STR_ARG(path),
        nearest.len ? ": did you mean " : "",
        STR_ARG(nearest),
        nearest.len ? "?" : ""
    );
}

int kustomize_explain(StrBuf *out, const KustomizeResult *result, Str query, Error *err)
{
    Str kind, rest, name, path = { 0 };
    if (!str_cut(query, '/', &kind, &rest)) {
        return error_set(err, -EINVAL, "expected KIND/NAME or KIND/NAME:path.to.field");
    }
    name = rest;
    (void) str_cut(rest, ':', &name, &path);
    const KustomizeResource *resource = find_resource(result, kind, name);
    if (!resource) {
        return no_resource(result, kind, name, err);
    }
    const Node *node = path.len > 0 ? node_at_path(resource->node, path) : resource->node;
    if (!node) {
        return no_field(resource, path, err);
    }
    strbuf_addf(out, "%" STR_FMT "/%" STR_FMT, STR_ARG(resource->kind), STR_ARG(resource->name));
    explain_value(out, result->arena, node, path);
    explain_touches(out, result->arena, resource, path);
    return 0;
}

/* --- origins as JSON -------------------------------------------------------------------------- */

static void write_span(JsonWriter *w, Span span)
{
    if (!span_is_known(span)) {
        return;
    }
    Position position = span_start(span);
    json_field_string(w, "file", span.source->path);
    json_field_int(w, "line", position.line);
    json_field_int(w, "column", position.column);
}

static void write_values(JsonWriter *w, const Node *node, StrBuf *path)
{
    size_t len = path->len;
    for (size_t i = 0; node->kind == NODE_MAP && i < node->map.len; i++) {
        Str key = node->map.pairs[i].key->text;
        bool plain = !str_has_char(key, '.') && !str_has_char(key, '/') && !str_has_char(key, '"');
        strbuf_addf(
            path,
            "%s%s%" STR_FMT "%s",
            len ? "." : "",
            plain ? "" : "\"",
            STR_ARG(key),
            plain ? "" : "\""
        );
        write_values(w, node->map.pairs[i].value, path);
        strbuf_truncate(path, len);
    }
    for (size_t i = 0; node->kind == NODE_SEQ && i < node->seq.len; i++) {
        strbuf_addf(path, "[%zu]", i);
        write_values(w, node->seq.items[i], path);
        strbuf_truncate(path, len);
    }
    if (node_is_scalar(node)) {
        json_begin_object(w);
        json_field_string(w, "path", strbuf_str(path));
        write_span(w, node->span);
        json_end_object(w);
    }
}

static void write_touches(JsonWriter *w, const KustomizeResource *resource)
{
    json_key(w, "touched_by");
    json_begin_array(w);
    for (size_t i = 0; i < resource->touch_count; i++) {
        json_begin_object(w);
        json_field_string(w, "what", resource->touches[i].what);
        write_span(w, resource->touches[i].where);
        json_end_object(w);
    }
    json_end_array(w);
}

void kustomize_write_origins(JsonWriter *w, const KustomizeResult *result)
{
    json_begin_array(w);
    for (size_t i = 0; i < result->len; i++) {
        const KustomizeResource *resource = &result->resources[i];
        auto_strbuf StrBuf path = STRBUF_INIT;
        json_begin_object(w);
        json_field_string(w, "api_version", resource->api_version);
        json_field_string(w, "kind", resource->kind);
        json_field_string(w, "name", resource->name);
        json_field_string(w, "namespace", resource->ns);
        write_touches(w, resource);
        json_key(w, "values");
        json_begin_array(w);
        write_values(w, resource->node, &path);
        json_end_array(w);
        json_end_object(w);
    }
    json_end_array(w);
}
