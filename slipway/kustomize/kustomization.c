#include "kustomization.h"

#include "load.h"
#include "resource.h"

typedef enum FieldType { TEXT, BOOL, INT, TEXTS, TEXT_MAP, OBJECT, OBJECTS, ANY } FieldType;

typedef struct KnownField {
    const char *name;
    FieldType type;
    const struct KnownField *fields; /* of OBJECT and OBJECTS, NULL: unchecked */
} KnownField;

#define SELECTOR_FIELDS                                                         \
    { "group", TEXT, NULL }, { "version", TEXT, NULL }, { "kind", TEXT, NULL }, \
        { "name", TEXT, NULL },                                                 \
    {                                                                           \
        "namespace", TEXT, NULL                                                 \
    }

static const KnownField selector[] = {
    SELECTOR_FIELDS,
    { "annotationSelector", TEXT, NULL },
    { "labelSelector", TEXT, NULL },
    { 0 },
};
static const KnownField metadata[] = {
    { "name", TEXT, NULL },
    { "namespace", TEXT, NULL },
    { "labels", TEXT_MAP, NULL },
    { "annotations", TEXT_MAP, NULL },
    { 0 },
};
static const KnownField field_spec[] = {
    { "group", TEXT, NULL }, { "version", TEXT, NULL }, { "kind", TEXT, NULL },
    { "path", TEXT, NULL },  { "create", BOOL, NULL },  { 0 },
};
static const KnownField label[] = {
    { "pairs", TEXT_MAP, NULL },        { "includeSelectors", BOOL, NULL },
    { "includeTemplates", BOOL, NULL }, { "includeVolumeClaimTemplates", BOOL, NULL },
    { "fields", OBJECTS, field_spec },  { 0 },
};
static const KnownField patch_options[] = {
    { "allowNameChange", BOOL, NULL },
    { "allowKindChange", BOOL, NULL },
    { 0 },
};
static const KnownField patch[] = {
    { "path", TEXT, NULL },
    { "patch", TEXT, NULL },
    { "target", OBJECT, selector },
    { "options", OBJECT, patch_options },
    { 0 },
};
static const KnownField image[] = {
    { "name", TEXT, NULL },   { "newName", TEXT, NULL }, { "tagSuffix", TEXT, NULL },
    { "newTag", TEXT, NULL }, { "digest", TEXT, NULL },  { 0 },
};
static const KnownField field_options[] = {
    { "delimiter", TEXT, NULL },
    { "index", INT, NULL },
    { "encoding", TEXT, NULL },
    { "create", BOOL, NULL },
    { 0 },
};
static const KnownField source[] = {
    SELECTOR_FIELDS,
    { "fieldPath", TEXT, NULL },
    { "options", OBJECT, field_options },
    { 0 },
};
static const KnownField replacement_target[] = {
    { "select", OBJECT, selector },
    { "reject", OBJECTS, selector },
    { "fieldPaths", TEXTS, NULL },
    { "options", OBJECT, field_options },
    { 0 },
};
static const KnownField replacement[] = {
    { "path", TEXT, NULL },
    { "source", OBJECT, source },
    { "sourceValue", TEXT, NULL },
    { "targets", OBJECTS, replacement_target },
    { 0 },
};
static const KnownField replica[] = { { "name", TEXT, NULL }, { "count", INT, NULL }, { 0 } };
static const KnownField object_ref[] = {
    { "apiVersion", TEXT, NULL },
    SELECTOR_FIELDS,
    { 0 },
};
static const KnownField field_ref[] = { { "fieldPath", TEXT, NULL }, { 0 } };
static const KnownField var[] = {
    { "name", TEXT, NULL },
    { "objref", OBJECT, object_ref },
    { "fieldref", OBJECT, field_ref },
    { 0 },
};
static const KnownField legacy_sort[] = {
    { "orderFirst", TEXTS, NULL },
    { "orderLast", TEXTS, NULL },
    { 0 },
};
static const KnownField sort_options[] = {
    { "order", TEXT, NULL },
    { "legacySortOptions", OBJECT, legacy_sort },
    { 0 },
};
static const KnownField generator_options[] = {
    { "labels", TEXT_MAP, NULL },
    { "annotations", TEXT_MAP, NULL },
    { "disableNameSuffixHash", BOOL, NULL },
    { "immutable", BOOL, NULL },
    { 0 },
};
#define GENERATOR_FIELDS                                                                \
    { "name", TEXT, NULL }, { "namespace", TEXT, NULL }, { "behavior", TEXT, NULL },    \
        { "literals", TEXTS, NULL }, { "files", TEXTS, NULL }, { "envs", TEXTS, NULL }, \
        { "env", TEXT, NULL },                                                          \
    {                                                                                   \
        "options", OBJECT, generator_options                                            \
    }
static const KnownField config_map[] = { GENERATOR_FIELDS, { 0 } };
static const KnownField secret[] = { GENERATOR_FIELDS, { "type", TEXT, NULL }, { 0 } };

static const KnownField kustomization[] = {
    { "apiVersion", TEXT, NULL },
    { "kind", TEXT, NULL },
    { "metadata", OBJECT, metadata },
    { "openapi", TEXT_MAP, NULL },
    { "namePrefix", TEXT, NULL },
    { "nameSuffix", TEXT, NULL },
    { "namespace", TEXT, NULL },
    { "commonLabels", TEXT_MAP, NULL },
    { "labels", OBJECTS, label },
    { "commonAnnotations", TEXT_MAP, NULL },
    { "patchesStrategicMerge", TEXTS, NULL },
    { "patchesJson6902", OBJECTS, patch },
    { "patches", OBJECTS, patch },
    { "images", OBJECTS, image },
    { "imageTags", OBJECTS, image },
    { "replacements", OBJECTS, replacement },
    { "replicas", OBJECTS, replica },
    { "vars", OBJECTS, var },
    { "sortOptions", OBJECT, sort_options },
    { "resources", TEXTS, NULL },
    { "components", TEXTS, NULL },
    { "crds", TEXTS, NULL },
    { "bases", TEXTS, NULL },
    { "configMapGenerator", OBJECTS, config_map },
    { "secretGenerator", OBJECTS, secret },
    { "helmGlobals", ANY, NULL },
    { "helmCharts", ANY, NULL },
    { "helmChartInflationGenerator", ANY, NULL },
    { "generatorOptions", OBJECT, generator_options },
    { "configurations", TEXTS, NULL },
    { "generators", TEXTS, NULL },
    { "transformers", TEXTS, NULL },
    { "validators", TEXTS, NULL },
    { "buildMetadata", TEXTS, NULL },
    { 0 },
};

/* --- checks ----------------------------------------------------------------------------------- */

static int check_map(Build *b, const Node *map, const KnownField *fields);

static int wrong_type(Build *b, const Node *node, const char *expected)
{
    return build_error(
        b,
        "KZ001",
        node->span,
        "invalid Kustomization: expected %s, this is %s",
        expected,
        node_kind_name(node->kind)
    );
}

static int unknown_field(Build *b, const Node *key, const Str *names, size_t count)
{
    Diag *diag = build_diag(
        b,
        SEVERITY_ERROR,
        "KZ001",
        key->span,
        "invalid Kustomization: json: unknown field \"%" STR_FMT "\"",
        STR_ARG(key->text)
    );
    diag_hint_nearest(b->diags, diag, key->text, names, count);
    return -EINVAL;
}

static int check_text(Build *b, const Node *node)
{
    if (node->kind == NODE_NULL || (node->kind == NODE_STRING && !node->yaml11_bool)) {
        return 0;
    }
    if (node->kind == NODE_STRING) {
        return build_error(
            b,
            "KZ001",
            node->span,
            "invalid Kustomization: expected a string, this is a bool to YAML 1.1: quote it"
        );
    }
    return wrong_type(b, node, "a string");
}

static int check_text_map(Build *b, const Node *node)
{
    int result = node->kind == NODE_MAP ? 0 : wrong_type(b, node, "a map of strings");
    for (size_t i = 0; node_is_map(node) && i < node->map.len; i++) {
        int rc = check_text(b, node->map.pairs[i].value);
        result = rc < 0 ? rc : result;
    }
    return result;
}

static int check_items(Build *b, const Node *node, const KnownField *field)
{
    if (node->kind != NODE_SEQ) {
        return wrong_type(b, node, "a list");
    }
    int result = 0;
    for (size_t i = 0; i < node->seq.len; i++) {
        const Node *item = node->seq.items[i];
        int rc = field->type == TEXTS ? check_text(b, item) : check_map(b, item, field->fields);
        result = rc < 0 ? rc : result;
    }
    return result;
}

static int check_value(Build *b, const Node *node, const KnownField *field)
{
    if (node->kind == NODE_NULL) {
        return 0;
    }
    switch (field->type) {
    case TEXT:
        return check_text(b, node);
    case BOOL:
        return node->kind == NODE_BOOL || node->yaml11_bool ? 0 : wrong_type(b, node, "a bool");
    case INT:
        return node->kind == NODE_INT ? 0 : wrong_type(b, node, "a whole number");
    case TEXT_MAP:
        return check_text_map(b, node);
    case OBJECT:
        return check_map(b, node, field->fields);
    case TEXTS:
    case OBJECTS:
        return check_items(b, node, field);
    default:
        return 0;
    }
}

static const KnownField *find_field(const KnownField *fields, Str name)
{
    for (const KnownField *field = fields; field->name; field++) {
        if (str_eq_nocase(name, str_from(field->name))) {
            return field;
        }
    }
    return NULL;
}

static int check_map(Build *b, const Node *map, const KnownField *fields)
{
    if (map->kind == NODE_NULL) {
        return 0;
    }
    if (map->kind != NODE_MAP) {
        return wrong_type(b, map, "a map");
    }
    Str names[64];
    size_t count = 0;
    for (const KnownField *field = fields; field->name; field++) {
        names[count++] = str_from(field->name);
    }
    int result = 0;
    for (size_t i = 0; i < map->map.len; i++) {
        NodePair *pair = &map->map.pairs[i];
        const KnownField *field = find_field(fields, pair->key->text);
        if (!field) {
            result = unknown_field(b, pair->key, names, count);
            continue;
        }
        node_pair_rename(pair, str_from(field->name)); /* names are read without regard to case */
        int rc = check_value(b, pair->value, field);
        result = rc < 0 ? rc : result;
    }
    return result;
}

int check_fields(Build *b, const Node *map, const char *const *known, const char *what)
{
    if (!node_is_map(map)) {
        return build_error(b, "KZ001", map ? map->span : SPAN_NONE, "%s must be a map", what);
    }
    Str names[64];
    size_t count = 0;
    for (; known[count]; count++) {
        names[count] = str_from(known[count]);
    }
    int result = 0;
    for (size_t i = 0; i < map->map.len; i++) {
        const Node *key = map->map.pairs[i].key;
        bool found = false;
        for (size_t k = 0; k < count && !found; k++) {
            found = str_eq_nocase(key->text, names[k]);
        }
        if (!found) {
            Diag *diag = build_diag(
                b,
                SEVERITY_ERROR,
                "KZ001",
                key->span,
                "unknown field \"%" STR_FMT "\" in %s",
                STR_ARG(key->text),
                what
            );
            diag_hint_nearest(b->diags, diag, key->text, names, count);
            result = -EINVAL;
        }
    }
    return result;
}

int check_list(Build *b, const Node *list)
{
    return node_is_null_or_absent(list) || node_is_seq(list) ? 0 : wrong_type(b, list, "a list");
}

/* --- reading ---------------------------------------------------------------------------------- */

Str field_text(const Node *map, const char *name)
{
    return node_text_or_empty(node_get_cstr(map, name));
}

bool field_bool(const Node *map, const char *name)
{
    const Node *node = node_get_cstr(map, name);
    if (node && node->kind == NODE_STRING && node->yaml11_bool) {
        char first = (char) (node->text.ptr[0] | 0x20);
        return first == 'y' || (first == 'o' && node->text.len == 2);
    }
    return node && node->kind == NODE_BOOL && node->boolean;
}

size_t field_count(const Node *map, const char *name)
{
    const Node *list = node_get_cstr(map, name);
    return node_is_seq(list) ? list->seq.len : 0;
}

Node *field_item(const Node *map, const char *name, size_t at)
{
    return node_get_cstr(map, name)->seq.items[at];
}

Span field_span(const Node *map, const char *name)
{
    const Node *node = node_get_cstr(map, name);
    return node ? node->span : SPAN_NONE;
}

/* --- the file --------------------------------------------------------------------------------- */

/* In the order in which kustomize warns of them. */
static void warn_deprecated(Build *b, const Node *doc)
{
    static const struct {
        const char *name, *instead;
    } deprecated[] = {
        { "bases", "resources" },
        { "commonLabels", "labels" },
        { "imageTags", "images" },
        { "patchesJson6902", "patches" },
        { "patchesStrategicMerge", "patches" },
        { "vars", "replacements" },
    };
    for (size_t i = 0; i < sizeof deprecated / sizeof *deprecated; i++) {
        const Node *node = node_get_cstr(doc, deprecated[i].name);
        if (node_is_null_or_absent(node)) {
            continue;
        }
        bool experimental = str_eq_cstr(STR("vars"), deprecated[i].name);
        build_warn(
            b,
            "KZ901",
            node->span,
            "'%s' is deprecated. Please use '%s' instead. %sRun 'kustomize edit fix' to update "
            "your Kustomization "
            "automatically.",
            deprecated[i].name,
            deprecated[i].instead,
            experimental ? "[EXPERIMENTAL] " : ""
        );
    }
}

static int refuse_unsupported(Build *b, const Node *doc)
{
    static const char *const helm[] = { "helmCharts",
                                        "helmChartInflationGenerator",
                                        "helmGlobals" };
    int result = 0;
    for (size_t i = 0; i < 3; i++) {
        const Node *node = node_get_cstr(doc, helm[i]);
        if (!node_is_empty(node)) {
            result = build_error(
                b,
                "KZ007",
                node->span,
                "%s is not supported: render the chart with helm and list the result in resources",
                helm[i]
            );
        }
    }
    return result;
}

/* Deprecated lists go behind those that replace them. */
static void join_lists(Build *b, Node *doc, const char *name, const char *deprecated)
{
    Node *from = node_get_cstr(doc, deprecated);
    if (!node_is_seq(from)) {
        return;
    }
    Node *into = node_get_cstr(doc, name);
    if (!node_is_seq(into)) {
        into = node_new_seq(b->arena);
        into->span = from->span;
        node_set(b->arena, doc, str_from(name), into);
    }
    for (size_t i = 0; i < from->seq.len; i++) {
        node_append(b->arena, into, from->seq.items[i]);
    }
    (void) node_remove(doc, str_from(deprecated));
}

static bool is_set(const Node *node)
{
    switch (node->kind) {
    case NODE_NULL:
        return false;
    case NODE_STRING:
        return node->text.len > 0;
    default:
        return true;
    }
}

static int check_not_empty(Build *b, const Target *target)
{
    const Node *doc = target->doc;
    for (size_t i = 0; node_is_map(doc) && i < doc->map.len; i++) {
        Str name = doc->map.pairs[i].key->text;
        if (!str_eq_cstr(name, "kind") && !str_eq_cstr(name, "apiVersion") &&
            is_set(doc->map.pairs[i].value)) {
            return 0;
        }
    }
    return build_error(b, "KZ001", doc->span, "kustomization.yaml is empty");
}

static int check_kind(Target *target)
{
    Build *b = target->b;
    Str kind = field_text(target->doc, "kind"), version = field_text(target->doc, "apiVersion");
    target->is_component = str_eq(kind, STR("Component"));
    int result = 0;
    if (kind.len > 0 && !target->is_component && !str_eq(kind, STR("Kustomization"))) {
        result = build_error(
            b, "KZ001", field_span(target->doc, "kind"), "kind should be Kustomization or Component"
        );
    }
    const char *wanted = target->is_component ? "kustomize.config.k8s.io/v1alpha1"
                                              : "kustomize.config.k8s.io/v1beta1";
    if (version.len > 0 && !str_eq_cstr(version, wanted)) {
        result = build_error(
            b,
            "KZ001",
            field_span(target->doc, "apiVersion"),
            "apiVersion for %s should be %s",
            target->is_component ? "Component" : "Kustomization",
            wanted
        );
    }
    return result;
}

int kustomization_load(Target *target)
{
    Build *b = target->b;
    int rc = load_kustomization_file(target);
    if (rc < 0) {
        return rc;
    }
    if (target->doc->kind == NODE_NULL) {
        return check_not_empty(b, target);
    }
    rc = check_map(b, target->doc, kustomization);
    if (rc == 0) {
        warn_deprecated(b, target->doc);
        rc = refuse_unsupported(b, target->doc);
    }
    if (rc == 0) {
        rc = check_not_empty(b, target);
    }
    if (rc == 0) {
        rc = check_kind(target);
    }
    join_lists(b, target->doc, "resources", "bases");
    join_lists(b, target->doc, "images", "imageTags");
    return rc;
}
