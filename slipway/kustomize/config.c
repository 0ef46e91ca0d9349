#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "kustomization.h"
#include "resource.h"

void path_split(Build *b, Str path, char separator, Strs *ret_parts)
{
    Strs parts = { 0 };
    size_t start = 0;
    if (path.len > 0 && path.ptr[0] == separator) {
        start = 1;
    }
    StrBuf part = STRBUF_ON_ARENA(b->arena);
    bool joined = false;
    for (size_t at = start; at <= path.len; at++) {
        if (at < path.len && path.ptr[at] != separator) {
            continue;
        }
        Str piece = str_slice(path, start, at);
        start = at + 1;
        bool continues = str_has_suffix(piece, STR("\\")) && at < path.len;
        if (!continues && !joined) {
            vec_push(&parts, b->arena, piece);
            continue;
        }
        strbuf_add(&part, continues ? str_slice(piece, 0, piece.len - 1) : piece);
        if (continues) {
            strbuf_add_char(&part, separator);
            joined = true;
        } else {
            vec_push(&parts, b->arena, str_dup(b->arena, strbuf_str(&part)));
            strbuf_clear(&part);
            joined = false;
        }
    }
    *ret_parts = parts;
}

FieldSpec field_spec_make(Build *b, Gvk gvk, Str path, bool create)
{
    FieldSpec spec = { .gvk = gvk, .path = path, .create = create };
    Strs parts;
    path_split(b, path, '/', &parts);
    spec.parts = parts.ptr;
    spec.part_count = parts.len;
    return spec;
}

int field_specs_add(Build *b, FieldSpecs *specs, FieldSpec spec)
{
    vec_foreach(known, specs) {
        if (str_eq(known->path, spec.path) && gvk_selected(known->gvk, spec.gvk)) {
            if (known->create != spec.create) {
                return build_error(
                    b,
                    "KZ001",
                    SPAN_NONE,
                    "conflicting fieldspecs for %" STR_FMT ": create is true and false",
                    STR_ARG(spec.path)
                );
            }
            return 0;
        }
    }
    vec_push(specs, b->arena, spec);
    return 0;
}

int field_specs_add_all(Build *b, FieldSpecs *specs, const FieldSpecs *other)
{
    int result = 0;
    vec_foreach(spec, other) {
        int rc = field_specs_add(b, specs, *spec);
        result = rc < 0 ? rc : result;
    }
    return result;
}

/* --- order ------------------------------------------------------------------------------------ */

static void sort_specs(FieldSpecs *specs)
{
    for (size_t i = 1; i < specs->len; i++) {
        FieldSpec spec = specs->ptr[i];
        size_t at = i;
        while (at > 0 && gvk_compare(spec.gvk, specs->ptr[at - 1].gvk) < 0) {
            specs->ptr[at] = specs->ptr[at - 1];
            at--;
        }
        specs->ptr[at] = spec;
    }
}

static void sort_config(Config *config)
{
    for (size_t list = 0; list < SPECS_COUNT; list++) {
        sort_specs(&config->specs[list]);
    }
    for (size_t i = 1; i < config->references.len; i++) {
        Reference reference = config->references.ptr[i];
        size_t at = i;
        while (at > 0 && gvk_compare(reference.target, config->references.ptr[at - 1].target) < 0) {
            config->references.ptr[at] = config->references.ptr[at - 1];
            at--;
        }
        config->references.ptr[at] = reference;
    }
}

/* --- merging ---------------------------------------------------------------------------------- */

static int add_reference(Build *b, Config *config, Gvk target, const FieldSpecs *referrers)
{
    vec_foreach(known, &config->references) {
        if (gvk_equal(known->target, target)) {
            return field_specs_add_all(b, &known->referrers, referrers);
        }
    }
    Reference reference = { .target = target };
    int rc = field_specs_add_all(b, &reference.referrers, referrers);
    vec_push(&config->references, b->arena, reference);
    return rc;
}

static int add_config(Build *b, Config *config, const Config *other)
{
    int result = 0;
    for (size_t list = 0; list < SPECS_COUNT; list++) {
        int rc = field_specs_add_all(b, &config->specs[list], &other->specs[list]);
        result = rc < 0 ? rc : result;
    }
    vec_foreach(reference, &other->references) {
        int rc = add_reference(b, config, reference->target, &reference->referrers);
        result = rc < 0 ? rc : result;
    }
    return result;
}

/* Lists of its own, to be added to. */
static void copy_config(Build *b, Config *config, const Config *from)
{
    for (size_t list = 0; list < SPECS_COUNT; list++) {
        vec_foreach(spec, &from->specs[list]) {
            vec_push(&config->specs[list], b->arena, *spec);
        }
    }
    vec_foreach(reference, &from->references) {
        Reference copy = { .target = reference->target };
        vec_foreach(spec, &reference->referrers) {
            vec_push(&copy.referrers, b->arena, *spec);
        }
        vec_push(&config->references, b->arena, copy);
    }
}

/* Even merging into nothing leaves out what a more special spec, sorted before it, stands for. */
int config_merge(Build *b, const Config *a, const Config *other, const Config **ret_config)
{
    if (!other || a == other || (!a && other == b->default_config)) {
        *ret_config = a ? a : other;
        return 0;
    }
    Config *merged = ARENA_NEW(b->arena, Config);
    if (a) {
        copy_config(b, merged, a);
    }
    int rc = add_config(b, merged, other);
    sort_config(merged);
    *ret_config = merged;
    return rc;
}

/* --- where they come from --------------------------------------------------------------------- */

static Gvk gvk_from_cstr(const char *group, const char *version, const char *kind)
{
    return (Gvk) { .group = str_from(group), .version = str_from(version), .kind = str_from(kind) };
}

const Config *config_default(Build *b)
{
    if (b->default_config) {
        return b->default_config;
    }
    Config *config = ARENA_NEW(b->arena, Config);
    for (const DefaultSpec *row = default_specs; row->path; row++) {
        FieldSpec spec = field_spec_make(
            b, gvk_from_cstr(row->group, row->version, row->kind), str_from(row->path), row->create
        );
        vec_push(&config->specs[row->list], b->arena, spec);
    }
    for (const DefaultReference *row = default_references; row->path; row++) {
        Gvk target = gvk_from_cstr(row->target_group, row->target_version, row->target_kind);
        FieldSpec spec = field_spec_make(
            b, gvk_from_cstr(row->group, row->version, row->kind), str_from(row->path), row->create
        );
        size_t last = config->references.len;
        if (last == 0 || !gvk_equal(config->references.ptr[last - 1].target, target)) {
            Reference reference = { .target = target };
            vec_push(&config->references, b->arena, reference);
        }
        vec_push(&vec_last(&config->references)->referrers, b->arena, spec);
    }
    sort_config(config);
    (void) config_merge(b, NULL, config, &b->default_config);
    return b->default_config;
}

static const char *const list_names[SPECS_COUNT] = {
    [SPECS_NAME_PREFIX] = "namePrefix",
    [SPECS_NAME_SUFFIX] = "nameSuffix",
    [SPECS_NAMESPACE] = "namespace",
    [SPECS_COMMON_LABELS] = "commonLabels",
    [SPECS_LABELS] = "labels",
    [SPECS_TEMPLATE_LABELS] = "templateLabels",
    [SPECS_VOLUME_CLAIM_TEMPLATE_LABELS] = "volumeClaimTemplateLabels",
    [SPECS_COMMON_ANNOTATIONS] = "commonAnnotations",
    [SPECS_VAR_REFERENCE] = "varReference",
    [SPECS_IMAGES] = "images",
    [SPECS_REPLICAS] = "replicas",
};

static int field_spec_from_node(Build *b, const Node *node, bool strict, FieldSpec *ret_spec)
{
    static const char *const known[] = { "group", "version", "kind", "path", "create", NULL };
    int rc = strict ? check_fields(b, node, known, "a field spec") : 0;
    if (rc < 0) {
        return rc;
    }
    Gvk gvk = { field_text(node, "group"), field_text(node, "version"), field_text(node, "kind") };
    *ret_spec = field_spec_make(b, gvk, field_text(node, "path"), field_bool(node, "create"));
    return 0;
}

int field_specs_from_node(Build *b, const Node *list, bool strict, FieldSpecs *ret_specs)
{
    int result = check_list(b, list);
    for (size_t i = 0; result == 0 && node_is_seq(list) && i < list->seq.len; i++) {
        FieldSpec spec;
        result = field_spec_from_node(b, list->seq.items[i], strict, &spec);
        if (result == 0) {
            vec_push(ret_specs, b->arena, spec);
        }
    }
    return result;
}

static int references_from_node(Build *b, const Node *list, Config *config)
{
    static const char *const known[] = { "group", "version", "kind", "fieldSpecs", NULL };
    int result = check_list(b, list);
    for (size_t i = 0; result == 0 && node_is_seq(list) && i < list->seq.len; i++) {
        const Node *item = list->seq.items[i];
        Reference reference = { 0 };
        result = check_fields(b, item, known, "a name reference");
        if (result == 0) {
            reference.target = (Gvk
            ) { field_text(item, "group"), field_text(item, "version"), field_text(item, "kind") };
            result = field_specs_from_node(
                b, node_get(item, STR("fieldSpecs")), true, &reference.referrers
            );
        }
        vec_push(&config->references, b->arena, reference);
    }
    return result;
}

int config_from_node(Build *b, const Node *doc, const Config **ret_config)
{
    static const char *const known[] = {
        "namePrefix",
        "nameSuffix",
        "namespace",
        "commonLabels",
        "labels",
        "templateLabels",
        "volumeClaimTemplateLabels",
        "commonAnnotations",
        "nameReference",
        "varReference",
        "images",
        "replicas",
        NULL,
    };
    *ret_config = NULL;
    if (node_is_null_or_absent(doc)) {
        return 0;
    }
    int result = check_fields(b, doc, known, "a transformer configuration");
    Config *config = ARENA_NEW(b->arena, Config);
    for (size_t list = 0; result == 0 && list < SPECS_COUNT; list++) {
        result = field_specs_from_node(
            b, node_get_cstr(doc, list_names[list]), true, &config->specs[list]
        );
    }
    if (result == 0) {
        result = references_from_node(b, node_get(doc, STR("nameReference")), config);
    }
    sort_config(config);
    *ret_config = config;
    return result;
}

/* --- crds ------------------------------------------------------------------------------------- */

typedef struct CrdWalk {
    Build *b;
    const Node *definitions;
    Gvk gvk;
    Config *config;
    unsigned depth;
} CrdWalk;

static int add_crd_spec(CrdWalk *walk, SpecsList list, Str path)
{
    return field_specs_add(
        walk->b, &walk->config->specs[list], field_spec_make(walk->b, walk->gvk, path, false)
    );
}

static int add_crd_reference(CrdWalk *walk, const Node *property, Str path)
{
    const Node *version = node_get(property, STR("x-kubernetes-object-ref-api-version"));
    const Node *kind = node_get(property, STR("x-kubernetes-object-ref-kind"));
    if (!version || !kind) {
        return 0;
    }
    Str key =
        node_string_or(node_get(property, STR("x-kubernetes-object-ref-name-key")), STR("name"));
    Str full = str_printf(walk->b->arena, "%" STR_FMT "/%" STR_FMT, STR_ARG(path), STR_ARG(key));
    FieldSpecs specs = { 0 };
    vec_push(&specs, walk->b->arena, field_spec_make(walk->b, walk->gvk, full, false));
    Gvk target = { .version = version->text, .kind = kind->text };
    return add_reference(walk->b, walk->config, target, &specs);
}

static int walk_crd(CrdWalk *walk, Str type_name, Str path)
{
    enum { MAX_DEPTH = 30 };
    const Node *schema = node_get(node_get(walk->definitions, type_name), STR("Schema"));
    const Node *properties = node_get(schema, STR("properties"));
    int rc = 0;
    if (walk->depth++ >= MAX_DEPTH) {
        return build_error(
            walk->b,
            "KZ001",
            schema ? schema->span : SPAN_NONE,
            "definitions nested too deep, or in a circle"
        );
    }
    for (size_t i = 0; rc == 0 && node_is_map(properties) && i < properties->map.len; i++) {
        const Node *property = properties->map.pairs[i].value;
        Str name = properties->map.pairs[i].key->text;
        Str full =
            path.len
                ? str_printf(walk->b->arena, "%" STR_FMT "/%" STR_FMT, STR_ARG(path), STR_ARG(name))
                : name;
        if (node_get(property, STR("x-kubernetes-annotation"))) {
            rc = add_crd_spec(walk, SPECS_COMMON_ANNOTATIONS, full);
        }
        if (rc == 0 && node_get(property, STR("x-kubernetes-label-selector"))) {
            rc = add_crd_spec(walk, SPECS_COMMON_LABELS, full);
        }
        if (rc == 0 && node_get(property, STR("x-kubernetes-identity"))) {
            rc = add_crd_spec(walk, SPECS_NAME_PREFIX, full);
        }
        if (rc == 0) {
            rc = add_crd_reference(walk, property, full);
        }
        const Node *ref = node_get(property, STR("$ref"));
        if (rc == 0 && ref) {
            rc = walk_crd(walk, ref->text, full);
        }
    }
    walk->depth--;
    return rc;
}

int config_from_crds(Build *b, const Node *definitions, const Config **ret_config)
{
    Config *config = ARENA_NEW(b->arena, Config);
    CrdWalk walk = { .b = b, .definitions = definitions, .config = config };
    int rc = 0;
    for (size_t i = 0; rc == 0 && node_is_map(definitions) && i < definitions->map.len; i++) {
        const NodePair *pair = &definitions->map.pairs[i];
        const Node *properties = node_get(node_get(pair->value, STR("Schema")), STR("properties"));
        if (!node_get(properties, STR("kind")) || !node_get(properties, STR("apiVersion")) ||
            !node_get(properties, STR("metadata"))) {
            continue;
        }
        size_t dot = str_rfind_char(pair->key->text, '.');
        walk.gvk.kind = dot == STR_NONE ? pair->key->text : str_skip(pair->key->text, dot + 1);
        rc = walk_crd(&walk, pair->key->text, (Str) { 0 });
    }
    sort_config(config);
    *ret_config = config;
    return rc;
}
