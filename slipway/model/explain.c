#include "model/explain.h"

#include "codec/json.h"
#include "codec/yaml.h"

#include "model/internal.h"

typedef struct Lookup {
    Arena *arena;
    const Catalog *catalog;
    VEC(ExplainedValue) sources; /* lowest first while gathering */
} Lookup;

static const char *const sections[] = { "services", "resources", "tasks" };

/* product.replicas -> services.product.replicas */
static Str whole_path(Arena *arena, const Catalog *catalog, Str path)
{
    Str first = path, rest;
    str_cut(path, '.', &first, &rest);
    if (node_get(catalog->root, first)) {
        return path;
    }
    for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
        if (node_get(node_get_cstr(catalog->root, sections[i]), first)) {
            return str_printf(arena, "%s.%" STR_FMT, sections[i], STR_ARG(path));
        }
    }
    return path;
}

static void look_at(Lookup *lookup, const CatalogLayer *layer, Str path)
{
    const Node *value = node_at_path(layer->root, path);
    if (value) {
        vec_push(
            &lookup->sources,
            lookup->arena,
            ((ExplainedValue
            ) { .layer = layer->name, .path = path, .span = value->span, .value = value })
        );
    }
}

/* services.product.replicas.min is also said by defaults.replicas.min of each layer. */
static Str path_in_defaults(Arena *arena, Str path)
{
    Str rest = path, name, below;
    if (!str_strip_prefix(&rest, STR("services.")) || !str_cut(rest, '.', &name, &below)) {
        return (Str) { 0 };
    }
    return str_concat(arena, STR("defaults."), below);
}

static void gather(Lookup *lookup, Str path)
{
    Str in_defaults = path_in_defaults(lookup->arena, path);
    for (size_t i = 0; i < lookup->catalog->layer_count; i++) {
        const CatalogLayer *layer = &lookup->catalog->layers[i];
        if (in_defaults.len) {
            look_at(lookup, layer, in_defaults);
        }
        look_at(lookup, layer, path);
    }
}

static const DecodeField *field_named(const DecodeField *fields, Str name)
{
    for (; fields && fields->type != DECODE_TYPE_END; fields++) {
        if (str_eq_cstr(name, fields->name)) {
            return fields;
        }
    }
    return NULL;
}

/* What the tables say of the last key of the path; a custom field's parts have their field's help.
 */
static Str help_for(Str path)
{
    const DecodeField *fields = catalog_fields, *field = NULL;
    bool is_name = false; /* the next part is an entry's name, not a key */
    for (Str part; str_next(&path, '.', &part);) {
        if (is_name) {
            is_name = false;
            continue;
        }
        const DecodeField *next = field_named(fields, part);
        if (!next) {
            break;
        }
        field = next;
        fields = next->fields;
        is_name = next->type == DECODE_TYPE_DICT;
    }
    return field && field->help ? str_from(field->help) : STR("");
}

/* The nearest to `part` among the keys of the deepest node that is there; from the catalog itself
 * also among what stands in its sections. */
static Str nearest_key(Arena *arena, const Catalog *catalog, const Node *at, Str part)
{
    VEC(Str) keys = { 0 };
    for (size_t i = 0; node_is_map(at) && i < at->map.len; i++) {
        vec_push(&keys, arena, at->map.pairs[i].key->text);
    }
    if (at == catalog->root) {
        DecodeStrings names = catalog_names(catalog, arena);
        for (size_t i = 0; i < names.len; i++) {
            vec_push(&keys, arena, names.ptr[i]);
        }
    }
    return str_nearest(part, keys.ptr, keys.len);
}

/* `path` as it was asked for, `whole` from the root on: what is right of it stays in the proposal. */
static int no_such_path(Arena *arena, const Catalog *catalog, Str path, Str whole, Error *err)
{
    const Node *at = catalog->root;
    Str rest = whole, part = whole;
    while (str_next(&rest, '.', &part) && node_get(at, part)) {
        at = node_get(at, part);
    }
    Str near = nearest_key(arena, catalog, at, part);
    if (near.len == 0) {
        return error_set(
            err,
            -ENOENT,
            "the catalog has no \"%" STR_FMT "\"%s",
            STR_ARG(path),
            at == catalog->root ? "; it has services, resources, tasks… by name" : ""
        );
    }
    size_t right = (size_t) (whole.ptr + whole.len - part.ptr); /* of what was found */
    Str found = str_make(path.ptr, path.len > right ? path.len - right : 0);
    return error_set(
        err,
        -ENOENT,
        "the catalog has no \"%" STR_FMT "\"; did you mean \"%" STR_FMT "%" STR_FMT "%s%" STR_FMT
        "\"?",
        STR_ARG(path),
        STR_ARG(found),
        STR_ARG(near),
        rest.len ? "." : "",
        STR_ARG(rest)
    );
}

int explain_path(Arena *arena, const Catalog *catalog, Str path, Explanation *ret, Error *err)
{
    Str whole = whole_path(arena, catalog, path);
    const Node *value = node_at_path(catalog->root, whole);
    if (!value) {
        return no_such_path(arena, catalog, path, whole, err);
    }
    Lookup lookup = { .arena = arena, .catalog = catalog };
    gather(&lookup, whole);
    for (size_t i = 0, j = lookup.sources.len; i + 1 < j; i++) { /* the winner first */
        ExplainedValue last = lookup.sources.ptr[--j];
        lookup.sources.ptr[j] = lookup.sources.ptr[i];
        lookup.sources.ptr[i] = last;
    }
    *ret = (Explanation) { .path = whole,
                           .help = help_for(whole),
                           .value = value,
                           .sources = lookup.sources.ptr,
                           .source_count = lookup.sources.len };
    return 0;
}

/* Scalars as they are, collections on one line. */
static Str value_text(Arena *arena, const Node *value)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    JsonWriter writer = json_writer(&out, 0);
    if (node_is_scalar(value) && value->text.len) {
        return value->text;
    }
    json_node(&writer, value);
    return strbuf_str(&out);
}

static Str place(Arena *arena, const ExplainedValue *source)
{
    return span_is_known(source->span) ? span_describe(arena, source->span)
                                       : STR("the house standard");
}

void explain_render(StrBuf *out, const Explanation *explanation)
{
    auto_arena Arena *arena = arena_new(0);
    strbuf_addf(
        out,
        "%" STR_FMT ": %" STR_FMT "\n",
        STR_ARG(explanation->path),
        STR_ARG(value_text(arena, explanation->value))
    );
    if (explanation->help.len) {
        strbuf_addf(out, "  %" STR_FMT "\n", STR_ARG(explanation->help));
    }
    for (size_t i = 0; i < explanation->source_count; i++) {
        const ExplainedValue *source = &explanation->sources[i];
        bool is_map = explanation->value->kind == NODE_MAP;
        strbuf_addf(
            out,
            "  %s %" STR_FMT "  (%" STR_FMT " in %" STR_FMT ")",
            i == 0   ? "from     "
            : is_map ? "merged on"
                     : "overrides",
            STR_ARG(place(arena, source)),
            STR_ARG(source->path),
            STR_ARG(source->layer)
        );
        if (i > 0 || is_map) {
            strbuf_addf(out, ": %" STR_FMT, STR_ARG(value_text(arena, source->value)));
        }
        strbuf_add_char(out, '\n');
    }
}

Node *explain_to_node(Arena *arena, const Explanation *explanation)
{
    Node *root = node_new_map(arena);
    Node *sources = node_new_seq(arena);
    node_set(arena, root, STR("path"), node_new_string(arena, explanation->path));
    node_set(arena, root, STR("help"), node_new_string(arena, explanation->help));
    node_set(arena, root, STR("value"), node_copy(arena, explanation->value));
    for (size_t i = 0; i < explanation->source_count; i++) {
        const ExplainedValue *source = &explanation->sources[i];
        Node *entry = node_new_map(arena);
        node_set(arena, entry, STR("layer"), node_new_string(arena, source->layer));
        node_set(arena, entry, STR("path"), node_new_string(arena, source->path));
        if (span_is_known(source->span)) {
            Position position = span_start(source->span);
            node_set(arena, entry, STR("file"), node_new_string(arena, source->span.source->path));
            node_set(arena, entry, STR("line"), node_new_int(arena, position.line));
            node_set(arena, entry, STR("column"), node_new_int(arena, position.column));
        }
        node_set(arena, entry, STR("value"), node_copy(arena, source->value));
        node_append(arena, sources, entry);
    }
    node_set(arena, root, STR("sources"), sources);
    return root;
}
