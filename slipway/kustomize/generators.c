#include "generators.h"

#include <stdlib.h>

#include "base/path.h"
#include "base/text.h"

#include "kustomization.h"
#include "load.h"
#include "resource.h"

typedef struct DataPair {
    Str key, value;
    Span span;
} DataPair;

typedef VEC(DataPair) DataPairs;

typedef struct Generator {
    Target *target;
    const Node *args;
    const Node *global;
    const char *kind;
    DataPairs pairs;
} Generator;

/* --- where the data comes from ---------------------------------------------------------------- */

static void add_pair(Generator *generator, Str key, Str value, Span span)
{
    DataPair pair = { .key = key, .value = value, .span = span };
    vec_push(&generator->pairs, generator->target->b->arena, pair);
}

static Str strip_quotes(Str text)
{
    bool quoted = text.len >= 2 && text.ptr[0] == text.ptr[text.len - 1] &&
                  (text.ptr[0] == '"' || text.ptr[0] == '\'');
    return quoted ? str_slice(text, 1, text.len - 1) : text;
}

static int add_literal(Generator *generator, const Node *literal)
{
    Str key, value;
    if (!str_cut(literal->text, '=', &key, &value) || key.len == 0) {
        return build_error(
            generator->target->b,
            "KZ001",
            literal->span,
            "invalid literal source %" STR_FMT ", expected key=value",
            STR_ARG(literal->text)
        );
    }
    add_pair(generator, key, strip_quotes(value), literal->span);
    return 0;
}

static int parse_file_source(Build *b, const Node *entry, Str *ret_key, Str *ret_path)
{
    Str source = entry->text;
    if (!str_cut(source, '=', ret_key, ret_path)) {
        *ret_key = path_base(source);
        *ret_path = source;
        return 0;
    }
    if (str_has_char(*ret_path, '=')) {
        return build_error(
            b,
            "KZ001",
            entry->span,
            "source \"%" STR_FMT "\" key name or file path contains '='",
            STR_ARG(source)
        );
    }
    if (ret_key->len == 0 || ret_path->len == 0) {
        return build_error(
            b,
            "KZ001",
            entry->span,
            "missing %s in source \"%" STR_FMT "\"",
            ret_key->len == 0 ? "key name for file path" : "file path for key name",
            STR_ARG(source)
        );
    }
    return 0;
}

static int add_file(Generator *generator, const Node *entry)
{
    Build *b = generator->target->b;
    Str key, path;
    Source *source = NULL;
    int rc = parse_file_source(b, entry, &key, &path);
    if (rc == 0) {
        rc = load_file_at(generator->target, path, entry->span, &source);
    }
    if (rc == 0) {
        add_pair(generator, key, source->text, span_make(source, 0, source->text.len));
    }
    return rc;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static int add_env_line(Generator *generator, Source *source, Str line)
{
    while (line.len > 0 && is_space(line.ptr[0])) {
        line = str_skip(line, 1);
    }
    if (line.len == 0 || line.ptr[0] == '#') {
        return 0;
    }
    size_t start = (size_t) (line.ptr - source->text.ptr);
    Span span = span_make(source, start, start + line.len);
    if (!utf8_is_valid(line)) {
        return build_error(generator->target->b, "KZ002", span, "the line has invalid utf8 bytes");
    }
    Str key = line, value = { 0 };
    (void) str_cut(line, '=', &key, &value);
    if (key.len > 0) {
        add_pair(generator, key, value, span);
    }
    return 0;
}

static int add_env(Generator *generator, const Node *entry)
{
    Source *source = NULL;
    int rc = load_file_at(generator->target, entry->text, entry->span, &source);
    if (rc < 0) {
        return rc;
    }
    Str rest = source->text, line;
    (void) str_strip_prefix(&rest, STR("\xEF\xBB\xBF"));
    while (rc == 0 && str_next_line(&rest, &line)) {
        rc = add_env_line(generator, source, line);
    }
    return rc;
}

static int
add_sources(Generator *generator, const char *field, int (*add)(Generator *, const Node *))
{
    int result = 0;
    for (size_t i = 0; i < field_count(generator->args, field); i++) {
        int rc = add(generator, field_item(generator->args, field, i));
        result = rc < 0 ? rc : result;
    }
    return result;
}

static int load_pairs(Generator *generator)
{
    int rc = add_sources(generator, "envs", add_env);
    const Node *env = node_get(generator->args, STR("env"));
    if (rc == 0 && node_text_or_empty(env).len > 0) {
        rc = add_env(generator, env);
    }
    if (rc == 0) {
        rc = add_sources(generator, "literals", add_literal);
    }
    return rc < 0 ? rc : add_sources(generator, "files", add_file);
}

static int compare_pairs(const void *a, const void *b)
{
    return str_cmp(((const DataPair *) a)->key, ((const DataPair *) b)->key);
}

static int sort_pairs(Generator *generator)
{
    if (generator->pairs.len == 0) {
        return 0;
    }
    qsort(generator->pairs.ptr, generator->pairs.len, sizeof(DataPair), compare_pairs);
    for (size_t i = 1; i < generator->pairs.len; i++) {
        const DataPair *pair = &generator->pairs.ptr[i];
        if (str_eq(pair->key, pair[-1].key)) {
            Diag *diag = build_diag(
                generator->target->b,
                SEVERITY_ERROR,
                "KZ001",
                pair->span,
                "configmap %" STR_FMT " illegally repeats the key `%" STR_FMT "`",
                STR_ARG(field_text(generator->args, "name")),
                STR_ARG(pair->key)
            );
            diag_relate(generator->target->b->diags, diag, pair[-1].span, "here too");
            return -EINVAL;
        }
    }
    return 0;
}

/* --- the resource ----------------------------------------------------------------------------- */

static void set_data(Build *b, Node *root, const char *field, const DataPair *pair, Str value)
{
    Node *data = node_child_map(b->arena, root, str_from(field), pair->span);
    Node *key = node_string(b->arena, pair->key, pair->span);
    node_set_pair(b->arena, data, key, node_string(b->arena, value, pair->span));
}

static void add_data(Generator *generator, Node *root, bool is_secret)
{
    Build *b = generator->target->b;
    if (is_secret) {
        (void) node_child_map(b->arena, root, STR("data"), generator->args->span);
    }
    vec_foreach(pair, &generator->pairs) {
        if (is_secret) {
            set_data(b, root, "data", pair, base64_lines(b->arena, pair->value));
        } else if (utf8_is_valid(pair->value)) {
            set_data(b, root, "data", pair, pair->value);
        } else {
            set_data(b, root, "binaryData", pair, base64_lines(b->arena, pair->value));
        }
    }
}

/* An entry's own options win over generatorOptions. */
static void copy_strings(Build *b, Node *metadata, const char *field, const Node *options)
{
    const Node *from = node_get_cstr(options, field);
    for (size_t i = 0; node_is_map(from) && i < from->map.len; i++) {
        const NodePair *pair = &from->map.pairs[i];
        Node *into = node_child_map(b->arena, metadata, str_from(field), from->span);
        if (!node_get(into, pair->key->text)) {
            node_set_pair(
                b->arena,
                into,
                pair->key,
                node_string(b->arena, pair->value->text, pair->value->span)
            );
        }
    }
}

static bool option_is_set(const Generator *generator, const char *name)
{
    return field_bool(node_get(generator->args, STR("options")), name) ||
           field_bool(generator->global, name);
}

static void set_text(Build *b, Node *map, const char *key, Str value, Span span)
{
    node_set(b->arena, map, str_from(key), node_string(b->arena, value, span));
}

static Node *make_root(const Generator *generator)
{
    Build *b = generator->target->b;
    const Node *args = generator->args;
    Node *root = node_new_map(b->arena);
    root->span = args->span;
    set_text(b, root, "apiVersion", STR("v1"), args->span);
    set_text(b, root, "kind", str_from(generator->kind), args->span);
    Node *metadata = node_child_map(b->arena, root, STR("metadata"), args->span);
    set_text(b, metadata, "name", field_text(args, "name"), field_span(args, "name"));
    if (field_text(args, "namespace").len > 0) {
        set_text(
            b, metadata, "namespace", field_text(args, "namespace"), field_span(args, "namespace")
        );
    }
    return root;
}

static void apply_options(const Generator *generator, Node *root)
{
    Build *b = generator->target->b;
    const Node *options = node_get(generator->args, STR("options"));
    Node *metadata = node_get(root, STR("metadata"));
    copy_strings(b, metadata, "labels", options);
    copy_strings(b, metadata, "labels", generator->global);
    copy_strings(b, metadata, "annotations", options);
    copy_strings(b, metadata, "annotations", generator->global);
    if (option_is_set(generator, "immutable")) {
        Node *immutable = node_new_bool(b->arena, true);
        immutable->span = generator->args->span;
        node_set(b->arena, root, STR("immutable"), immutable);
    }
}

static Behavior behavior_from_text(Str text)
{
    return str_eq(text, STR("replace"))  ? BEHAVIOR_REPLACE
           : str_eq(text, STR("merge"))  ? BEHAVIOR_MERGE
           : str_eq(text, STR("create")) ? BEHAVIOR_CREATE
                                         : BEHAVIOR_UNSPECIFIED;
}

static int generate(Generator *generator, Resource **ret_resource)
{
    Build *b = generator->target->b;
    bool is_secret = generator->kind[0] == 'S';
    if (field_text(generator->args, "name").len == 0) {
        return build_error(b, "KZ001", generator->args->span, "a configmap must have a name");
    }
    int rc = load_pairs(generator);
    if (rc == 0) {
        rc = sort_pairs(generator);
    }
    if (rc < 0) {
        return rc;
    }
    Node *root = make_root(generator);
    if (is_secret) {
        Str type = field_text(generator->args, "type");
        set_text(
            b, root, "type", type.len ? type : STR("Opaque"), field_span(generator->args, "type")
        );
    }
    add_data(generator, root, is_secret);
    apply_options(generator, root);
    Resource *resource = resource_new(b, root);
    resource->behavior = behavior_from_text(field_text(generator->args, "behavior"));
    resource->needs_hash = !option_is_set(generator, "disableNameSuffixHash");
    resource_touch(
        b,
        resource,
        generator->args->span,
        is_secret ? "secretGenerator" : "configMapGenerator",
        NULL
    );
    *ret_resource = resource;
    return 0;
}

int generate_config_map(
    Target *target, const Node *args, const Node *global, Resource **ret_resource
)
{
    Generator generator = { .target = target, .args = args, .global = global, .kind = "ConfigMap" };
    return generate(&generator, ret_resource);
}

int generate_secret(Target *target, const Node *args, const Node *global, Resource **ret_resource)
{
    Generator generator = { .target = target, .args = args, .global = global, .kind = "Secret" };
    return generate(&generator, ret_resource);
}

/* --- merging with the one that is there ------------------------------------------------------- */

/* What `into` lacks of `from`, all as strings. */
static void take_strings(Build *b, Node *parent, const char *field, const Node *from)
{
    for (size_t i = 0; node_is_map(from) && i < from->map.len; i++) {
        const NodePair *pair = &from->map.pairs[i];
        Node *into = node_child_map(b->arena, parent, str_from(field), from->span);
        if (!node_get(into, pair->key->text)) {
            Str text = node_is_scalar(pair->value) ? pair->value->text : (Str) { 0 };
            node_set_pair(
                b->arena, into, pair->key, node_string(b->arena, text, pair->value->span)
            );
        }
    }
}

void generated_take_metadata(Build *b, Resource *resource, const Resource *old)
{
    Node *metadata =
        node_child_map(b->arena, resource->node, STR("metadata"), resource->node->span);
    take_strings(b, metadata, "labels", node_metadata(old->node, "labels"));
    take_strings(b, metadata, "annotations", node_metadata(old->node, "annotations"));
    const Node *name = node_metadata(old->node, "name"),
               *ns = node_metadata(old->node, "namespace");
    node_set_field_text(
        b->arena, metadata, STR("name"), resource_name(old), name ? name->span : SPAN_NONE
    );
    if (resource_namespace(old).len == 0) {
        (void) node_remove(metadata, STR("namespace"));
    } else {
        node_set_field_text(
            b->arena, metadata, STR("namespace"), resource_namespace(old), ns->span
        );
    }
    resource->previous = old->previous;
    resource->previous.cap = resource->previous.len;
    resource->prefixes = old->prefixes;
    resource->prefixes.cap = resource->prefixes.len;
    resource->suffixes = old->suffixes;
    resource->suffixes.cap = resource->suffixes.len;
    resource->vars = old->vars;
    resource->vars.cap = resource->vars.len;
    resource->transformations = old->transformations;
    resource->transformations.cap = resource->transformations.len;
    resource->allow_name_change = old->allow_name_change;
    resource->allow_kind_change = old->allow_kind_change;
    resource->needs_hash = resource->needs_hash && old->needs_hash;
    /* the behaviour that was asked for when the old one was made is the one that counts from now on
     */
    resource->behavior = old->behavior;
    for (size_t i = 0; i < old->touches.len; i++) {
        vec_insert(&resource->touches, b->arena, i, old->touches.ptr[i]);
    }
}

static void warn_overwritten(Build *b, const Resource *resource, const Resource *old)
{
    const Node *data = node_get(resource->node, STR("data"));
    for (size_t i = 0; node_is_map(data) && i < data->map.len; i++) {
        const NodePair *pair = &data->map.pairs[i];
        const Node *was = node_get(node_get(old->node, STR("data")), pair->key->text);
        if (was && !node_equal(was, pair->value)) {
            build_warn(
                b,
                "KZ105",
                pair->key->span,
                "the key \"%" STR_FMT "\" of %" STR_FMT " is overwritten",
                STR_ARG(pair->key->text),
                STR_ARG(resource_title(b->arena, old))
            );
        }
    }
}

/* A secret's stringData counts as data, over data of the same name. */
static Node *old_data(Build *b, const Resource *old)
{
    Node *data = node_get(old->node, STR("data"));
    const Node *strings = node_get(old->node, STR("stringData"));
    if (!str_eq(resource_kind(old), STR("Secret")) || !node_is_map(strings)) {
        return data;
    }
    Node *joined = node_is_map(data) ? node_copy(b->arena, data) : node_new_map(b->arena);
    for (size_t i = 0; i < strings->map.len; i++) {
        const NodePair *pair = &strings->map.pairs[i];
        Str value = base64_lines(b->arena, pair->value->text);
        node_set_pair(b->arena, joined, pair->key, node_string(b->arena, value, pair->value->span));
    }
    return joined;
}

void generated_merge(Build *b, Resource *resource, const Resource *old)
{
    warn_overwritten(b, resource, old);
    const Node *data = old_data(b, old);
    const Node *binary = node_get(old->node, STR("binaryData"));
    Origin *origin = old->origin;
    generated_take_metadata(b, resource, old);
    take_strings(b, resource->node, "data", data);
    take_strings(b, resource->node, "binaryData", binary);
    if (node_is_empty(node_get(resource->node, STR("data")))) {
        (void) node_remove(resource->node, STR("data"));
    }
    if (origin) {
        resource->origin = origin;
    }
}
