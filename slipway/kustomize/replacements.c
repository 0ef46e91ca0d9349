#include "replacements.h"

#include "codec/yaml.h"

#include "gojson.h"
#include "kustomization.h"
#include "load.h"
#include "paths.h"
#include "resource.h"
#include "selector.h"

typedef struct Replacement {
    Build *b;
    const Node *node;
    const Node *value; /* what is copied */
    ResMap *map;
    bool is_in_text; /* the field stands in YAML or JSON that a string holds */
    bool is_tagged;  /* there a type was insisted on */
} Replacement;

static Str effective(Str ns)
{
    return ns.len > 0 ? ns : DEFAULT_NAMESPACE;
}

/* --- the source ------------------------------------------------------------------------------- */

static bool id_is_selected(ResId id, const Node *source)
{
    Gvk gvk = { field_text(source, "group"),
                field_text(source, "version"),
                field_text(source, "kind") };
    Str name = field_text(source, "name"), ns = field_text(source, "namespace");
    return (name.len == 0 || str_eq(name, id.name)) &&
           (ns.len == 0 || str_eq(effective(ns), effective(id.ns))) && gvk_selected(id.gvk, gvk);
}

static bool is_source(const Resource *resource, const Node *source)
{
    if (id_is_selected(resource_id(resource), source)) {
        return true;
    }
    for (size_t i = 0; i < resource->previous.len; i++) {
        if (id_is_selected(resource_previous_id(resource, i), source)) {
            return true;
        }
    }
    return false;
}

static Str source_text(Build *b, const Node *source)
{
    ResId id = {
        .gvk = { field_text(source, "group"),
                 field_text(source, "version"),
                 field_text(source, "kind") },
        .name = field_text(source, "name"),
        .ns = field_text(source, "namespace"),
    };
    return id_text(b->arena, id);
}

static int find_source(Replacement *r, const Node *source, Resource **ret_resource)
{
    Resource *found = NULL;
    vec_foreach(resource, &r->map->list) {
        if (!(*resource)->node || !is_source(*resource, source)) {
            continue;
        }
        if (found) {
            return build_error(
                r->b,
                "KZ005",
                source->span,
                "multiple matches for selector %" STR_FMT,
                STR_ARG(source_text(r->b, source))
            );
        }
        found = *resource;
    }
    *ret_resource = found;
    return found ? 0
                 : build_error(
                       r->b,
                       "KZ005",
                       source->span,
                       "nothing selected by %" STR_FMT,
                       STR_ARG(source_text(r->b, source))
                   );
}

static int64_t option_index(const Node *options)
{
    const Node *index = node_get(options, STR("index"));
    return index && index->kind == NODE_INT ? index->integer : 0;
}

static void split_text(Arena *arena, Str text, Str delimiter, Strs *ret_parts)
{
    size_t at;
    while ((at = str_find(text, delimiter)) != STR_NONE) {
        vec_push(ret_parts, arena, str_slice(text, 0, at));
        text = str_skip(text, at + delimiter.len);
    }
    vec_push(ret_parts, arena, text);
}

/* A text that isn't of the old type: a tag insists on it, which YAML can say and JSON can't. */
static int insist(Replacement *r, Node *node, Str text)
{
    static const Str tags[] = {
        [NODE_NULL] = STR_INIT("!!null"),
        [NODE_BOOL] = STR_INIT("!!bool"),
        [NODE_INT] = STR_INIT("!!int"),
        [NODE_FLOAT] = STR_INIT("!!float"),
    };
    if (!r->is_in_text) {
        return build_error(
            r->b,
            "KZ005",
            r->value->span,
            "cannot decode `%" STR_FMT "` as %s, which the target field is",
            STR_ARG(text),
            node_kind_name(node->kind)
        );
    }
    r->is_tagged = true;
    NodeExtras *extras = node_extras(r->b->arena, node);
    extras->tag = tags[node->kind];
    *node = (Node) { .kind = NODE_STRING, .style = STYLE_PLAIN, .text = text, .extras = extras };
    return 0;
}

/* Another text in the same node: its type stays what it was. */
static int set_like(Replacement *r, const Found *found, Str text)
{
    Node *node = found->node;
    Node read = { .text = text };
    NodeKind was = node->kind;
    if (found->is_new) {
        node_set_text(node, text, r->value->span);
        return 0;
    }
    yaml_resolve_plain(&read);
    if (was != NODE_STRING && read.kind != was && !(was == NODE_FLOAT && read.kind == NODE_INT)) {
        return insist(r, node, text);
    }
    bool restyle = node->style == STYLE_PLAIN && was == NODE_STRING;
    read.style = restyle ? STYLE_DEFAULT : node->style;
    read.extras = node->extras;
    node_clear_tag(&read);
    read.span = r->value->span;
    if (was == NODE_FLOAT && read.kind == NODE_INT) {
        read.real = (double) read.integer;
    }
    *node = read;
    node->kind = was;
    node->yaml11_bool = false;
    return 0;
}

static int refine(Replacement *r, const Node *options, Node *node, const Node **ret_value)
{
    Str delimiter = field_text(options, "delimiter");
    *ret_value = node;
    if (delimiter.len == 0) {
        return 0;
    }
    if (!node_is_scalar(node)) {
        return build_error(
            r->b, "KZ005", node->span, "delimiter option can only be used with scalar nodes"
        );
    }
    Strs parts = { 0 };
    split_text(r->b->arena, node->text, delimiter, &parts);
    int64_t index = option_index(options);
    if (index < 0 || (size_t) index >= parts.len) {
        return build_error(
            r->b,
            "KZ005",
            field_span(options, "index"),
            "options.index %lld is out of bounds for value %" STR_FMT,
            (long long) index,
            STR_ARG(node->text)
        );
    }
    Node *copy = node_copy(r->b->arena, node);
    copy->text = parts.ptr[index];
    *ret_value = copy;
    return 0;
}

static int read_source_value(Replacement *r)
{
    const Node *source = node_get(r->node, STR("source")),
               *literal = node_get(r->node, STR("sourceValue"));
    if (node_is_null_or_absent(source) == node_is_null_or_absent(literal) ||
        node_is_null_or_absent(node_get(r->node, STR("targets")))) {
        bool both = !node_is_null_or_absent(source) && !node_is_null_or_absent(literal);
        return build_error(
            r->b,
            "KZ001",
            r->node->span,
            both ? "value and resource selectors are mutually exclusive"
                 : "replacements must specify a source and at least one target"
        );
    }
    if (!node_is_null_or_absent(literal)) {
        r->value = literal;
        return 0;
    }
    Resource *resource = NULL;
    int rc = find_source(r, source, &resource);
    if (rc < 0) {
        return rc;
    }
    Str path = node_string_or(node_get(source, STR("fieldPath")), STR("metadata.name"));
    Strs parts;
    path_split_dots(r->b, path, &parts);
    Node *node = NULL;
    if (path_lookup(resource->node, parts.ptr, parts.len, &node) < 0 || node_is_empty(node)) {
        return build_error(
            r->b,
            "KZ005",
            node_get(source, STR("fieldPath")) ? field_span(source, "fieldPath") : source->span,
            "fieldPath `%" STR_FMT "` is missing for replacement source %" STR_FMT,
            STR_ARG(path),
            STR_ARG(source_text(r->b, source))
        );
    }
    return refine(r, node_get(source, STR("options")), node, &r->value);
}

/* --- a target field --------------------------------------------------------------------------- */

static Str join_text(Arena *arena, const Strs *parts, Str delimiter)
{
    StrBuf text = STRBUF_ON_ARENA(arena);
    for (size_t i = 0; i < parts->len; i++) {
        if (i > 0) {
            strbuf_add(&text, delimiter);
        }
        strbuf_add(&text, parts->ptr[i]);
    }
    return strbuf_str(&text);
}

static Str spliced(Arena *arena, const Node *field, Str value, const Node *options)
{
    Str delimiter = field_text(options, "delimiter");
    Strs parts = { 0 };
    int64_t index = option_index(options);
    split_text(arena, field->kind == NODE_NULL ? (Str) { 0 } : field->text, delimiter, &parts);
    if (index < 0) {
        vec_insert(&parts, arena, 0, value);
    } else if ((size_t) index >= parts.len) {
        vec_push(&parts, arena, value);
    } else {
        parts.ptr[index] = value;
    }
    return join_text(arena, &parts, delimiter);
}

static int set_field(Replacement *r, const Found *found, const Node *options)
{
    Node *field = found->node;
    Str text = node_is_scalar(r->value) ? r->value->text : (Str) { 0 };
    if (field_text(options, "delimiter").len > 0) {
        if (!node_is_scalar(field)) {
            return build_error(
                r->b, "KZ005", field->span, "delimiter option can only be used with scalar nodes"
            );
        }
        text = spliced(r->b->arena, field, text, options);
    }
    if (node_is_scalar(field)) {
        return set_like(r, found, text);
    }
    *field = *node_copy(r->b->arena, r->value);
    return 0;
}

static PathCreate create_kind(const Replacement *r, const Node *options)
{
    if (!field_bool(options, "create")) {
        return PATH_NO_CREATE;
    }
    return r->value->kind == NODE_MAP   ? PATH_CREATE_MAP
           : r->value->kind == NODE_SEQ ? PATH_CREATE_SEQ
                                        : PATH_CREATE_SCALAR;
}

static int set_found(Replacement *r, const PathSearch *search, const Node *options)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < search->found.len; i++) {
        rc = set_field(r, &search->found.ptr[i], options);
    }
    return rc;
}

/* --- YAML or JSON inside a string ------------------------------------------------------------- */

static Str write_structured(Arena *arena, const Node *root, Str original)
{
    StrBuf text = STRBUF_ON_ARENA(arena);
    char first = str_trim(original).ptr[0];
    if (first == '{' || first == '[') {
        bool pretty = str_has_char(original, '\n') && str_find(original, STR("  ")) != STR_NONE;
        go_json_write(&text, root, pretty ? 2 : 0);
        return strbuf_str(&text);
    }
    yaml_write(&text, root, NULL);
    return str_trim(strbuf_str(&text));
}

static Node *read_structured(Build *b, const Node *scalar)
{
    DiagList scratch = DIAG_LIST(b->arena);
    Source *source = NULL;
    Node *root = NULL;
    YamlOptions options = { .keep_comments = true };
    (void) load_inline(b, scalar, "text", &source);
    bool blank = str_trim(scalar->text).len == 0;
    return !blank && yaml_read_one(b->arena, source, &options, &root, &scratch) == 0 ? root : NULL;
}

/* Whether the path goes into a string, and the field there was set. */
static bool
set_structured(Replacement *r, const Resource *resource, const Strs *parts, const Node *options)
{
    Build *b = r->b;
    Node *scalar = NULL;
    size_t at = 1;
    for (; at < parts->len; at++) {
        if (path_lookup(resource->node, parts->ptr, at, &scalar) == 0 && scalar &&
            node_is_scalar(scalar)) {
            break;
        }
    }
    Node *root = at < parts->len && scalar->kind == NODE_STRING ? read_structured(b, scalar) : NULL;
    if (!root) {
        return false;
    }
    PathSearch search = { .b = b, .create = create_kind(r, options), .span = r->value->span };
    if (path_search(&search, root, parts->ptr + at, parts->len - at) < 0 || search.found.len == 0) {
        return false;
    }
    r->is_in_text = true;
    r->is_tagged = false;
    int rc = set_found(r, &search, options);
    r->is_in_text = false;
    char first = str_trim(scalar->text).ptr[0];
    if (rc < 0) {
        return false;
    }
    if (r->is_tagged && (first == '{' || first == '[')) {
        return true; /* found, but JSON can't hold it: kustomize leaves the text as it is */
    }
    scalar->text = write_structured(b->arena, root, scalar->text);
    scalar->span = r->value->span;
    return true;
}

/* --- a target --------------------------------------------------------------------------------- */

static int set_path(Replacement *r, Resource *resource, const Node *path, const Node *options)
{
    Build *b = r->b;
    Strs parts;
    path_split_dots(b, path->text, &parts);
    if (set_structured(r, resource, &parts, options)) {
        return 0;
    }
    PathSearch search = { .b = b, .create = create_kind(r, options), .span = r->value->span };
    int rc = path_search(&search, resource->node, parts.ptr, parts.len);
    if (rc < 0 || search.found.len == 0) {
        Diag *diag = build_diag(
            b,
            SEVERITY_ERROR,
            "KZ005",
            path->span,
            "unable to find %sfield \"%" STR_FMT "\" in replacement target",
            search.create == PATH_NO_CREATE ? "" : "or create ",
            STR_ARG(path->text)
        );
        diag_relate(b->diags, diag, resource->node->span, "the target");
        return -EINVAL;
    }
    return set_found(r, &search, options);
}

static bool id_matches(const Selector *selector, ResId id)
{
    return selector_matches_gvk(selector, id.gvk) && pattern_matches(&selector->name, id.name) &&
           pattern_matches(&selector->ns, id.ns);
}

static bool any_id_matches(const Selector *selector, const Resource *resource)
{
    if (id_matches(selector, resource_id(resource))) {
        return true;
    }
    for (size_t i = 0; i < resource->previous.len; i++) {
        if (id_matches(selector, resource_previous_id(resource, i))) {
            return true;
        }
    }
    return false;
}

typedef VEC(Selector) Selectors;

static bool is_selected(const Selector *select, const Selectors *rejects, const Resource *resource)
{
    if (!resource->node || !selector_matches_meta(select, resource) ||
        !any_id_matches(select, resource)) {
        return false;
    }
    vec_foreach(reject, rejects) {
        if (reject->has_selectors && selector_matches_meta(reject, resource)) {
            return false;
        }
        if (reject->has_id && any_id_matches(reject, resource)) {
            return false;
        }
    }
    return true;
}

static int
parse_selectors(Build *b, const Node *target, Selector *ret_select, Selectors *ret_rejects)
{
    const Node *select = node_get(target, STR("select"));
    if (node_is_null_or_absent(select)) {
        return build_error(b, "KZ001", target->span, "target must specify resources to select");
    }
    int rc = selector_parse(b, select, ret_select);
    for (size_t i = 0; rc == 0 && i < field_count(target, "reject"); i++) {
        Selector reject;
        rc = selector_parse(b, field_item(target, "reject", i), &reject);
        vec_push(ret_rejects, b->arena, reject);
    }
    return rc;
}

static int apply_target(Replacement *r, const Node *target)
{
    Build *b = r->b;
    Selector select;
    Selectors rejects = { 0 };
    int rc = parse_selectors(b, target, &select, &rejects);
    const Node *options = node_get(target, STR("options"));
    Node fallback = { .kind = NODE_STRING, .text = STR("metadata.name"), .span = target->span };
    size_t count = field_count(target, "fieldPaths");
    bool found = false;
    for (size_t i = 0; rc == 0 && i < r->map->list.len; i++) {
        Resource *resource = r->map->list.ptr[i];
        if (!is_selected(&select, &rejects, resource)) {
            continue;
        }
        found = true;
        resource_touch(b, resource, r->node->span, "replacement", NULL);
        for (size_t k = 0; rc == 0 && k < (count ? count : 1); k++) {
            rc = set_path(
                r, resource, count ? field_item(target, "fieldPaths", k) : &fallback, options
            );
        }
    }
    if (rc == 0 && !found) {
        build_warn(
            b,
            "KZ104",
            target->span,
            "this target of a replacement selects no resource: it changes nothing"
        );
    }
    return rc;
}

static int apply_one(Build *b, const Node *node, ResMap *map)
{
    Replacement r = { .b = b, .node = node, .map = map };
    /* the source may itself be a target: those behind it get what it is then */
    int rc = read_source_value(&r);
    for (size_t i = 0; rc == 0 && i < field_count(node, "targets"); i++) {
        rc = apply_target(&r, field_item(node, "targets", i));
    }
    resmap_changed(map);
    return rc;
}

static int apply_file(Target *target, const Node *path, ResMap *map)
{
    Node *doc = NULL;
    int rc = load_document_at(target, path->text, path->span, &doc);
    if (rc == 0 && !node_is_map(doc) && !node_is_seq(doc)) {
        rc = build_error(
            target->b,
            "KZ001",
            doc->span,
            "unsupported replacement type encountered within replacement path"
        );
    }
    if (rc < 0 || node_is_map(doc)) {
        return rc < 0 ? rc : apply_one(target->b, doc, map);
    }
    for (size_t i = 0; rc == 0 && i < doc->seq.len; i++) {
        rc = apply_one(target->b, doc->seq.items[i], map);
    }
    return rc;
}

int replacements_apply(Target *target, const Node *list, ResMap *map)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && node_is_seq(list) && i < list->seq.len; i++) {
        const Node *node = list->seq.items[i], *path = node_get(node, STR("path"));
        bool is_inline = node_get(node, STR("source")) || field_count(node, "targets") > 0;
        if (node_text_or_empty(path).len == 0) {
            rc = apply_one(target->b, node, map);
        } else if (is_inline) {
            rc = build_error(
                target->b, "KZ001", node->span, "cannot specify both path and inline replacement"
            );
        } else {
            rc = apply_file(target, path, map);
        }
    }
    return rc;
}
