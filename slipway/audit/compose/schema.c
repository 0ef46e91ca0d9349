#include "schema.h"

#include "base/strbuf.h"
#include "codec/yaml.h"

#include "internal.h"

enum { KEYS_MOST = 128 }; /* more than any row of the table has */

/* Where the check is, for messages; on the stack. */
typedef struct Place {
    const struct Place *parent;
    Str key;
    size_t index; /* of an item, where key is empty */
} Place;

static void add_place(StrBuf *out, const Place *place)
{
    if (!place->parent) {
        return;
    }
    add_place(out, place->parent);
    if (place->key.ptr) {
        if (out->len > 0) {
            strbuf_add_char(out, '.');
        }
        strbuf_add(out, place->key);
    } else {
        strbuf_addf(out, "[%zu]", place->index);
    }
}

static const char *describe(const ComposeProject *project, const Place *place)
{
    StrBuf out = STRBUF_ON_ARENA(project->arena);
    add_place(&out, place);
    return out.len > 0 ? out.ptr : "the file";
}

/* --- kinds --- */

static unsigned kinds_of(const Node *node)
{
    switch (node->kind) {
    case NODE_NULL:
        return SCHEMA_NULL;
    case NODE_BOOL:
        return SCHEMA_BOOL;
    case NODE_INT:
        return SCHEMA_INT | SCHEMA_NUMBER;
    case NODE_FLOAT:
        return node->real >= -1e15 && node->real <= 1e15 &&
                       node->real == (double) (int64_t) node->real
                   ? SCHEMA_INT | SCHEMA_NUMBER
                   : SCHEMA_NUMBER;
    case NODE_STRING:
        return SCHEMA_STRING;
    case NODE_SEQ:
        return SCHEMA_LIST;
    case NODE_MAP:
        return SCHEMA_MAP;
    }
    return 0;
}

static const char *describe_kinds(Arena *arena, const SchemaType *type)
{
    static const char *const names[] = { "nothing",  "true or false", "a whole number", "a number",
                                         "a string", "a list",        "a map" };
    StrBuf out = STRBUF_ON_ARENA(arena);
    unsigned kinds = type->kinds;
    if (kinds & SCHEMA_NUMBER) {
        kinds &= ~(unsigned) SCHEMA_INT;
    }
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (kinds & (1U << i)) {
            kinds &= ~(1U << i);
            strbuf_add_cstr(&out, out.len == 0 ? "" : kinds ? ", " : " or ");
            strbuf_add_cstr(&out, names[i]);
        }
    }
    return out.ptr;
}

/* A text whose variables decide what it is counts as that, where they are known. */
static bool
fits_when_replaced(const ComposeProject *project, const SchemaType *type, const Node *node)
{
    Str text;
    if (node->kind != NODE_STRING || !str_has_char(node->text, '$')) {
        return false;
    }
    if (!compose_text(project, node, &text)) {
        return true;
    }
    Node meant = { .kind = NODE_STRING, .text = text };
    yaml_resolve_plain(&meant);
    return (kinds_of(&meant) & type->kinds) != 0;
}

static bool
check_kind(ComposeProject *project, const SchemaType *type, const Node *node, const Place *place)
{
    if (type->kinds == 0 || (kinds_of(node) & type->kinds) ||
        fits_when_replaced(project, type, node)) {
        return true;
    }
    compose_problem(
        project,
        node->span,
        "%s is %s, not %s",
        describe(project, place),
        node_kind_name(node->kind),
        describe_kinds(project->arena, type)
    );
    if (node_is_scalar(node) && (type->kinds & SCHEMA_STRING)) {
        compose_problem_hint(project, "put it in quotes");
    }
    return false;
}

/* --- scalars --- */

/* "a|b" has `word`. */
static bool is_choice(const char *choices, Str word)
{
    Str rest = str_from(choices);
    Str choice;
    while (str_next(&rest, '|', &choice)) {
        if (str_eq(choice, word)) {
            return true;
        }
    }
    return false;
}

/* Texts that the loader makes booleans or numbers of. */
static bool is_boolean(Str text)
{
    static const char *const words[] = { "true", "false", "yes", "no", "y", "n",
                                         "on",   "off",   "1",   "0",  "t", "f" };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (str_eq_nocase(text, str_from(words[i]))) {
            return true;
        }
    }
    return false;
}

static bool is_numeric(const Place *place)
{
    static const char *const keys[] = { "cpu_count",  "cpu_percent", "cpu_period",    "cpu_quota",
                                        "cpu_shares", "cpus",        "oom_score_adj", "pids_limit",
                                        "scale",      "replicas",    "retries",       "soft",
                                        "hard" };
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (str_eq_cstr(place->key, keys[i])) {
            return true;
        }
    }
    return place->parent && str_eq(place->parent->key, STR("ulimits"));
}

static bool is_switch(const SchemaType *type, const Place *place)
{
    unsigned others = type->kinds & ~(unsigned) SCHEMA_MAP;
    bool may_be_text = str_eq(place->key, STR("provenance")) || str_eq(place->key, STR("sbom"));
    return others == (SCHEMA_BOOL | SCHEMA_STRING) && !may_be_text;
}

static void
check_text(ComposeProject *project, const SchemaType *type, const Node *node, const Place *place)
{
    Str text;
    double number;
    if (node->kind != NODE_STRING || !compose_text(project, node, &text)) {
        return;
    }
    bool switch_fails = is_switch(type, place) && !is_boolean(text);
    bool number_fails = is_numeric(place) && !str_to_double(text, &number);
    if (switch_fails || number_fails) {
        compose_problem(
            project,
            node->span,
            "%s: \"%" STR_FMT "\" is %s",
            describe(project, place),
            STR_ARG(text),
            switch_fails ? "neither true nor false" : "no number"
        );
    }
}

static void
check_scalar(ComposeProject *project, const SchemaType *type, const Node *node, const Place *place)
{
    Str text;
    if (type->choices && node->kind == NODE_STRING && compose_text(project, node, &text) &&
        !is_choice(type->choices, text)) {
        compose_problem(
            project,
            node->span,
            "%s: \"%" STR_FMT "\" is none of %" STR_FMT,
            describe(project, place),
            STR_ARG(text),
            STR_ARG(str_replace(project->arena, str_from(type->choices), STR("|"), STR(", ")))
        );
    }
    if (type->bounded && node->kind == NODE_INT &&
        (node->integer < type->least || node->integer > type->most)) {
        compose_problem(
            project,
            node->span,
            "%s: %lld is out of range",
            describe(project, place),
            (long long) node->integer
        );
    }
}

/* --- maps --- */

static const SchemaKey *find_key(const SchemaType *type, Str name)
{
    size_t low = type->first_key;
    size_t high = low + type->key_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = str_cmp(name, str_from(compose_schema_keys[middle].name));
        if (order == 0) {
            return &compose_schema_keys[middle];
        }
        low = order > 0 ? middle + 1 : low;
        high = order > 0 ? high : middle;
    }
    return NULL;
}

static bool is_name(SchemaNames names, Str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool lower = c >= 'a' && c <= 'z';
        bool other =
            (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
        if (names != SCHEMA_NAMES_ANY && !lower && !(other && names == SCHEMA_NAMES_IDENTIFIER)) {
            return false;
        }
    }
    return names != SCHEMA_NAMES_NONE && name.len > 0;
}

static void
report_unknown(ComposeProject *project, const SchemaType *type, const Node *key, const Place *place)
{
    Str candidates[KEYS_MOST];
    size_t count = 0;
    for (; count < type->key_count && count < KEYS_MOST; count++) {
        candidates[count] = str_from(compose_schema_keys[type->first_key + count].name);
    }
    const char *where = describe(project, place);
    if (type->names != SCHEMA_NAMES_NONE) {
        compose_problem(
            project, key->span, "\"%" STR_FMT "\" can't be a name in %s", STR_ARG(key->text), where
        );
        compose_problem_hint(project, "letters, digits, '.', '_' and '-'");
        return;
    }
    compose_problem(
        project, key->span, "unknown key \"%" STR_FMT "\" in %s", STR_ARG(key->text), where
    );
    Str nearest = str_nearest(key->text, candidates, count);
    if (nearest.len > 0) {
        compose_problem_hint(project, "did you mean \"%" STR_FMT "\"?", STR_ARG(nearest));
    }
}

static void
check_node(ComposeProject *project, uint16_t number, const Node *node, const Place *place);

static void check_pair(
    ComposeProject *project, const SchemaType *type, const NodePair *pair, const Place *place
)
{
    Place inside = { .parent = place, .key = pair->key->text };
    const SchemaKey *key = find_key(type, pair->key->text);
    if (key) {
        check_node(project, key->type, pair->value, &inside);
    } else if (is_name(type->names, pair->key->text)) {
        check_node(project, type->values, pair->value, &inside);
    } else if (!type->open && !(type->extensible && str_has_prefix(pair->key->text, STR("x-")))) {
        report_unknown(project, type, pair->key, place);
    }
}

static void check_required(
    ComposeProject *project, const SchemaType *type, const Node *node, const Place *place
)
{
    Str rest = str_from(type->required);
    Str key;
    while (str_next(&rest, '|', &key)) {
        if (!node_get(node, key)) {
            compose_problem(
                project,
                node->span,
                "%s lacks \"%" STR_FMT "\"",
                describe(project, place),
                STR_ARG(key)
            );
        }
    }
}

static bool is_below(const Place *place, const char *const *keys)
{
    for (place = place->parent; place; place = place->parent) {
        for (size_t i = 0; keys[i] && place->key.ptr; i++) {
            if (str_eq_cstr(place->key, keys[i])) {
                return true;
            }
        }
    }
    return false;
}

/* Lists that the loader clears of what stands there twice before it looks at them. */
static bool is_cleared(const Place *place)
{
    static const char *const keys[] = {
        "aliases",
        "annotations",
        "args",
        "cap_add",
        "cap_drop",
        "dns",
        "dns_opt",
        "dns_search",
        "environment",
        "expose",
        "extra_hosts",
        "labels",
        "sysctls",
        "profiles",
        "tmpfs",
        "volumes",
        "additional_contexts",
        "link_local_ips",
    };
    static const char *const others[] = { "volume", "volumes",    "secrets",  "configs",
                                          "exec",   "post_start", "pre_stop", NULL };
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (str_eq_cstr(place->key, keys[i])) {
            return !is_below(place, others);
        }
    }
    return false;
}

static void check_unique(ComposeProject *project, const Node *list, const Place *place)
{
    enum { ITEMS_MOST = 256 };
    for (size_t i = 1; i < list->seq.len && i < ITEMS_MOST; i++) {
        const Node *item = list->seq.items[i];
        for (size_t j = 0; j < i; j++) {
            if (node_equal(item, list->seq.items[j])) {
                compose_problem(project, item->span, "%s has this twice", describe(project, place));
                return;
            }
        }
    }
}

static void
check_node(ComposeProject *project, uint16_t number, const Node *node, const Place *place)
{
    const SchemaType *type = &compose_schema_types[number];
    if (str_eq(node_tag(node), STR("!reset")) || !check_kind(project, type, node, place)) {
        return;
    }
    if (node->kind == NODE_MAP) {
        for (size_t i = 0; i < node->map.len && (type->kinds & SCHEMA_MAP); i++) {
            check_pair(project, type, &node->map.pairs[i], place);
        }
        check_required(project, type, node, place);
    } else if (node->kind == NODE_SEQ) {
        if (type->unique && !is_cleared(place)) {
            check_unique(project, node, place);
        }
        for (size_t i = 0; i < node->seq.len; i++) {
            check_node(
                project, type->items, node->seq.items[i], &(Place) { .parent = place, .index = i }
            );
        }
    } else {
        check_scalar(project, type, node, place);
        check_text(project, type, node, place);
    }
}

/* Whether the services stand alone at the top, as in files of 2014. */
static bool is_first_format(const Node *root)
{
    bool is_it = node_is_map(root) && root->map.len > 0 && !node_get_cstr(root, "services");
    for (size_t i = 0; is_it && i < root->map.len; i++) {
        const Node *service = root->map.pairs[i].value;
        is_it = node_get_cstr(service, "image") || node_get_cstr(service, "build");
    }
    return is_it;
}

void compose_schema_check(ComposeProject *project, const Node *root)
{
    if (is_first_format(root)) {
        compose_problem(
            project,
            root->map.pairs[0].key->span,
            "the services stand at the top: Compose no longer reads the first format"
        );
        compose_problem_hint(project, "put them below \"services:\"");
        return;
    }
    check_node(project, compose_schema_root, root, &(Place) { 0 });
}
