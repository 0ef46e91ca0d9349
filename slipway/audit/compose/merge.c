#include "base/path.h"
#include "base/strbuf.h"

#include "internal.h"

/* How a key of a service merges; what isn't listed merges as its kind says: maps key by key, lists
 * end to end, scalars are replaced. */
typedef enum Way {
    WAY_GENERIC,
    WAY_REPLACE,
    WAY_PAIRS, /* a map, or a list of "NAME=value" */
    WAY_NAMES, /* a map, or a list of names */
    WAY_SET,   /* one text, or a list of them */
    WAY_PORTS,
    WAY_MOUNTS,
    WAY_LOGGING,
    WAY_BUILD,
    WAY_HEALTHCHECK,
} Way;

typedef struct Special {
    const char *key;
    Way way;
} Special;

static const Special service_specials[] = {
    { "annotations", WAY_PAIRS }, { "build", WAY_BUILD },
    { "command", WAY_REPLACE },   { "depends_on", WAY_NAMES },
    { "dns", WAY_SET },           { "dns_opt", WAY_SET },
    { "dns_search", WAY_SET },    { "entrypoint", WAY_REPLACE },
    { "env_file", WAY_SET },      { "environment", WAY_PAIRS },
    { "extra_hosts", WAY_SET },   { "healthcheck", WAY_HEALTHCHECK },
    { "label_file", WAY_SET },    { "labels", WAY_PAIRS },
    { "logging", WAY_LOGGING },   { "models", WAY_NAMES },
    { "networks", WAY_NAMES },    { "ports", WAY_PORTS },
    { "sysctls", WAY_PAIRS },     { "tmpfs", WAY_SET },
    { "volumes", WAY_MOUNTS },    { NULL, WAY_GENERIC },
};
static const Special build_specials[] = {
    { "additional_contexts", WAY_PAIRS },
    { "args", WAY_PAIRS },
    { "extra_hosts", WAY_SET },
    { "labels", WAY_PAIRS },
    { NULL, WAY_GENERIC },
};
static const Special healthcheck_specials[] = { { "test", WAY_REPLACE }, { NULL, WAY_GENERIC } };
static const Special no_specials[] = { { NULL, WAY_GENERIC } };

static Way way_of(const Special *specials, Str key)
{
    while (specials->key && !str_eq_cstr(key, specials->key)) {
        specials++;
    }
    return specials->way;
}

Node *compose_copy_map(Arena *arena, const Node *map)
{
    Node *copy = node_new_map(arena);
    if (map) {
        copy->span = map->span;
        for (size_t i = 0; i < map->map.len; i++) {
            node_append_pair(arena, copy, map->map.pairs[i].key, map->map.pairs[i].value);
        }
    }
    return copy;
}

static Node *derived(Arena *arena, const Node *from, Str text)
{
    Node *node = node_new_string(arena, text);
    node->span = from->span;
    node->style = from->style;
    return node;
}

/* A list in its form as a map: items are names, or "NAME=value" where `pairs`. */
static Node *to_map(Arena *arena, const Node *node, bool pairs)
{
    if (node->kind != NODE_SEQ) {
        return compose_copy_map(arena, node_is_map(node) ? node : NULL);
    }
    Node *map = node_new_map(arena);
    map->span = node->span;
    for (size_t i = 0; i < node->seq.len; i++) {
        Node *item = node->seq.items[i];
        Str name = item->text;
        Str value = STR("");
        bool has_value = pairs && str_cut(item->text, '=', &name, &value);
        Node *null = node_new_null(arena);
        null->span = item->span;
        if (node_is_scalar(item)) {
            node_set_pair(
                arena,
                map,
                derived(arena, item, name),
                has_value ? derived(arena, item, value) : null
            );
        }
    }
    return map;
}

static Node *to_list(Arena *arena, const Node *node)
{
    Node *list = node_new_seq(arena);
    list->span = node->span;
    for (size_t i = 0; i < node->seq.len && node->kind == NODE_SEQ; i++) {
        node_append(arena, list, node->seq.items[i]);
    }
    for (size_t i = 0; node->kind == NODE_MAP && i < node->map.len; i++) { /* extra_hosts */
        const NodePair *pair = &node->map.pairs[i];
        Str text = str_printf(
            arena, "%" STR_FMT "=%" STR_FMT, STR_ARG(pair->key->text), STR_ARG(pair->value->text)
        );
        node_append(arena, list, derived(arena, pair->value, text));
    }
    if (node_is_scalar(node) && node->kind != NODE_NULL) {
        Node *copy = node_copy(arena, node);
        node_append(arena, list, copy);
    }
    return list;
}

/* What makes two items of a list one: a mount's target, a port's both sides, else the text. */
static Str identity(Arena *arena, const Node *item, Way way)
{
    if (item->kind == NODE_MAP && way == WAY_MOUNTS) {
        return path_clean(arena, node_string_or(node_get_cstr(item, "target"), STR("")));
    }
    if (item->kind == NODE_MAP && way == WAY_PORTS) {
        static const char *const parts[] = { "host_ip", "published", "target", "protocol" };
        StrBuf out = STRBUF_ON_ARENA(arena);
        for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
            const Node *part = node_get_cstr(item, parts[i]);
            strbuf_addf(&out, "%" STR_FMT ":", STR_ARG(part ? part->text : STR("")));
        }
        return strbuf_str(&out);
    }
    if (way == WAY_MOUNTS) {
        Str rest = item->text;
        Str source = STR(""), target = STR("");
        bool has_target = str_next(&rest, ':', &source) && str_next(&rest, ':', &target);
        return path_clean(arena, has_target ? target : source);
    }
    return item->text;
}

/* `over` behind `base`; of two that are one the later stays, at the earlier's place. */
static const Node *merge_lists(Arena *arena, const Node *base, const Node *over, Way way)
{
    Node *list = to_list(arena, base);
    Node *more = to_list(arena, over);
    Map index = MAP_INIT;
    for (size_t i = 0; i < list->seq.len; i++) {
        map_set(&index, identity(arena, list->seq.items[i], way), (void *) (uintptr_t) (i + 1));
    }
    for (size_t i = 0; i < more->seq.len; i++) {
        Str id = identity(arena, more->seq.items[i], way);
        size_t at = id.len > 0 ? (size_t) (uintptr_t) map_get(&index, id) : 0;
        if (at > 0) {
            list->seq.items[at - 1] = more->seq.items[i];
        } else {
            node_append(arena, list, more->seq.items[i]);
        }
    }
    map_done(&index);
    return list;
}

/* A map that another is merged into: the keys of a large one are looked up. */
typedef struct Merging {
    Arena *arena;
    Node *map;
    bool is_large;
    Map places; /* key -> its number from 1 */
} Merging;

static void number_keys(Merging *merging)
{
    map_clear(&merging->places);
    for (size_t i = merging->map->map.len; merging->is_large && i > 0; i--) {
        Str key = merging->map->map.pairs[i - 1].key->text;
        map_set(&merging->places, key, (void *) (uintptr_t) i);
    }
}

static Merging merging_of(Arena *arena, const Node *base)
{
    enum { LARGE = 32 };
    Merging merging = { .arena = arena, .map = compose_copy_map(arena, base) };
    merging.is_large = merging.map->map.len >= LARGE;
    merging.places = (Map) MAP_ON_ARENA(arena);
    number_keys(&merging);
    return merging;
}

static NodePair *merging_find(const Merging *merging, Str key)
{
    if (!merging->is_large) {
        return node_find(merging->map, key);
    }
    size_t place = (size_t) (uintptr_t) map_get(&merging->places, key);
    return place > 0 ? &merging->map->map.pairs[place - 1] : NULL;
}

static void merging_append(Merging *merging, const NodePair *pair)
{
    node_append_pair(merging->arena, merging->map, pair->key, pair->value);
    if (merging->is_large) {
        map_set(&merging->places, pair->key->text, (void *) (uintptr_t) merging->map->map.len);
    }
}

static void merging_remove(Merging *merging, Str key)
{
    if (node_remove(merging->map, key)) {
        number_keys(merging);
    }
}

static const Node *
merge_maps(Arena *arena, const Node *base, const Node *over, const Special *specials);

static const Node *merge_generic(Arena *arena, const Node *base, const Node *over, Way way)
{
    if (over->kind == NODE_NULL) {
        return base;
    }
    if (node_is_map(base) && node_is_map(over)) {
        return merge_maps(arena, base, over, no_specials);
    }
    if (node_is_seq(base) && node_is_seq(over)) {
        return merge_lists(arena, base, over, way);
    }
    return over;
}

static const Node *merge_build(Arena *arena, const Node *base, const Node *over)
{
    const Node *sides[] = { base, over };
    for (size_t i = 0; i < 2; i++) {
        if (node_is_string(sides[i])) {
            Node *map = node_new_map(arena);
            map->span = sides[i]->span;
            node_set(arena, map, STR("context"), node_copy(arena, sides[i]));
            sides[i] = map;
        }
    }
    return merge_maps(arena, sides[0], sides[1], build_specials);
}

static const Node *merge_logging(Arena *arena, const Node *base, const Node *over)
{
    const Node *before = node_get_cstr(base, "driver");
    const Node *after = node_get_cstr(over, "driver");
    bool same = !before || !after || node_equal(before, after);
    return same ? merge_generic(arena, base, over, WAY_GENERIC) : over;
}

static const Node *merge_value(Arena *arena, const Node *base, const Node *over, Way way)
{
    if (str_eq(node_tag(over), STR("!override"))) {
        return over;
    }
    switch (way) {
    case WAY_REPLACE:
        return over->kind == NODE_NULL ? base : over;
    case WAY_PAIRS:
    case WAY_NAMES:
        return merge_maps(
            arena,
            to_map(arena, base, way == WAY_PAIRS),
            to_map(arena, over, way == WAY_PAIRS),
            no_specials
        );
    case WAY_SET:
    case WAY_PORTS:
    case WAY_MOUNTS:
        return over->kind == NODE_NULL ? base : merge_lists(arena, base, over, way);
    case WAY_LOGGING:
        return merge_logging(arena, base, over);
    case WAY_BUILD:
        return merge_build(arena, base, over);
    case WAY_HEALTHCHECK:
        return node_is_map(base) && node_is_map(over)
                   ? merge_maps(arena, base, over, healthcheck_specials)
                   : over;
    case WAY_GENERIC:
        break;
    }
    return merge_generic(arena, base, over, WAY_GENERIC);
}

static const Node *
merge_maps(Arena *arena, const Node *base, const Node *over, const Special *specials)
{
    if (!node_is_map(base) || !node_is_map(over)) {
        return node_is_map(over) ? over : base;
    }
    Merging merging = merging_of(arena, base);
    for (size_t i = 0; i < over->map.len; i++) {
        const NodePair *pair = &over->map.pairs[i];
        NodePair *at = merging_find(&merging, pair->key->text);
        if (str_eq(node_tag(pair->value), STR("!reset"))) {
            merging_remove(&merging, pair->key->text);
        } else if (at) {
            at->value = (Node *) (uintptr_t
            ) merge_value(arena, at->value, pair->value, way_of(specials, pair->key->text));
        } else {
            merging_append(&merging, pair);
        }
    }
    return merging.map;
}

const Node *compose_merge_service(Arena *arena, const Node *base, const Node *over)
{
    if (!base || !over) {
        return base ? base : over;
    }
    return merge_maps(arena, base, over, service_specials);
}

static const Node *merge_services(Arena *arena, const Node *base, const Node *over)
{
    if (!node_is_map(base) || !node_is_map(over)) {
        return node_is_map(over) ? over : base;
    }
    Merging merging = merging_of(arena, base);
    for (size_t i = 0; i < over->map.len; i++) {
        const NodePair *pair = &over->map.pairs[i];
        NodePair *at = merging_find(&merging, pair->key->text);
        if (str_eq(node_tag(pair->value), STR("!reset"))) {
            merging_remove(&merging, pair->key->text);
        } else if (at && str_eq(node_tag(pair->value), STR("!override"))) {
            *at = *pair;
        } else if (at) {
            at->value = (Node *) (uintptr_t) compose_merge_service(arena, at->value, pair->value);
        } else {
            merging_append(&merging, pair);
        }
    }
    return merging.map;
}

const Node *compose_merge(Arena *arena, const Node *base, const Node *over)
{
    if (!node_is_map(base) || !node_is_map(over)) {
        return node_is_map(over) ? over : base;
    }
    Node *merged = compose_copy_map(arena, base);
    for (size_t i = 0; i < over->map.len; i++) {
        const NodePair *pair = &over->map.pairs[i];
        NodePair *at = node_find(merged, pair->key->text);
        bool services =
            str_eq(pair->key->text, STR("services")) || str_eq(pair->key->text, STR("jobs"));
        const Node *value = pair->value;
        if (at && services) {
            value = merge_services(arena, at->value, value);
        } else if (at) {
            value = merge_generic(arena, at->value, value, WAY_GENERIC);
        }
        if (at) {
            at->value = (Node *) (uintptr_t) value;
        } else {
            node_append_pair(arena, merged, pair->key, pair->value);
        }
    }
    return merged;
}

const Node *compose_strip_resets(Arena *arena, const Node *node)
{
    if (node->kind != NODE_MAP) {
        return node;
    }
    Node *map = node_new_map(arena);
    map->span = node->span;
    for (size_t i = 0; i < node->map.len; i++) {
        const NodePair *pair = &node->map.pairs[i];
        if (!str_eq(node_tag(pair->value), STR("!reset"))) {
            const Node *value = compose_strip_resets(arena, pair->value);
            node_append_pair(arena, map, pair->key, (Node *) (uintptr_t) value);
        }
    }
    return map;
}
