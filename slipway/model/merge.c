#include "base/map.h"

#include "model/internal.h"

static Node *merge_maps(Arena *arena, Node *base, Node *over)
{
    Node *merged = node_new_map(arena);
    merged->span = over->span;
    merged->style = over->style;
    for (size_t i = 0; i < base->map.len; i++) {
        NodePair *pair = &base->map.pairs[i];
        NodePair *winner = node_find(over, pair->key->text);
        Node *value = winner ? merge_nodes(arena, pair->value, winner->value) : pair->value;
        if (value->kind != NODE_NULL || !winner) {
            node_append_pair(arena, merged, winner ? winner->key : pair->key, value);
        }
    }
    for (size_t i = 0; i < over->map.len; i++) {
        NodePair *pair = &over->map.pairs[i];
        if (!node_find(base, pair->key->text)) {
            node_append_pair(arena, merged, pair->key, pair->value);
        }
    }
    return merged;
}

Node *merge_nodes(Arena *arena, Node *base, Node *over)
{
    if (!base || !over) {
        return over ? over : base;
    }
    return node_is_map(base) && node_is_map(over) ? merge_maps(arena, base, over) : over;
}

/* A section (services, resources, tasks) of every layer. */
typedef struct Section {
    Map *entries;    /* a layer: name -> Node */
    Node **defaults; /* a layer: what stands below every service; NULL: nothing */
    size_t count;
    VEC(Node *) names; /* keys of the entries where they stand first: their place in messages */
} Section;

static Section section_of(Arena *arena, const CatalogLayer *layers, size_t count, const char *name)
{
    Section section = { .entries = ARENA_ARRAY(arena, Map, count),
                        .defaults = ARENA_ARRAY(arena, Node *, count),
                        .count = count };
    Map seen = MAP_ON_ARENA(arena);
    bool has_defaults = strcmp(name, "services") == 0;
    for (size_t i = 0; i < count; i++) {
        Node *defaults = has_defaults ? node_get_cstr(layers[i].root, "defaults") : NULL;
        Node *entries = node_get_cstr(layers[i].root, name);
        section.defaults[i] = node_is_map(defaults) ? defaults : NULL;
        section.entries[i] = (Map) MAP_ON_ARENA(arena);
        for (size_t j = 0; node_is_map(entries) && j < entries->map.len; j++) {
            Node *key = entries->map.pairs[j].key;
            map_set(&section.entries[i], key->text, entries->map.pairs[j].value);
            if (!map_set(&seen, key->text, key)) {
                vec_push(&section.names, arena, key);
            }
        }
    }
    return section;
}

/* An entry as the layers say it, `defaults` first in each. */
static Node *merge_entry(Arena *arena, const Section *section, Node *entry, Str name)
{
    for (size_t i = 0; i < section->count; i++) {
        entry = merge_nodes(arena, entry, section->defaults[i]);
        entry = merge_nodes(arena, entry, map_get(&section->entries[i], name));
    }
    return entry;
}

typedef struct Merge {
    Arena *arena;
    const CatalogLayer *layers;
    size_t count;
    Node *root;     /* what is being made */
    Node *standard; /* the standard's own layer */
} Merge;

static void merge_section(Merge *merge, const char *name)
{
    Arena *arena = merge->arena;
    Section section = section_of(arena, merge->layers, merge->count, name);
    Node *entries = node_new_map(arena), *standard = node_new_map(arena);
    const Node *resources = node_get_cstr(merge->root, "resources");
    Str platform = node_string_or(node_get_cstr(merge->root, "platform"), STR(""));
    bool services = strcmp(name, "services") == 0, servers = strcmp(name, "resources") == 0;
    for (size_t i = 0; i < section.names.len; i++) {
        Node *key = section.names.ptr[i];
        Node *entry =
            merge_entry(arena, &section, services ? node_new_map(arena) : NULL, key->text);
        Node *below = services  ? standard_service(arena, key->text, entry, resources)
                      : servers ? standard_resource(arena, entry, platform)
                                : standard_task(arena);
        node_append_pair(arena, standard, key, below);
        node_append_pair(
            arena, entries, key, node_is_map(entry) ? merge_nodes(arena, below, entry) : entry
        );
    }
    if (section.names.len) {
        node_set(arena, merge->root, str_from(name), entries);
        node_set(arena, merge->standard, str_from(name), standard);
    }
}

Node *
merge_layers(Arena *arena, const CatalogLayer *layers, size_t count, CatalogLayer *ret_standard)
{
    Node *root = node_new_map(arena);
    for (size_t i = 0; i < count; i++) {
        root = merge_nodes(arena, root, layers[i].root);
    }
    root = node_is_map(root) ? merge_nodes(arena, root, node_new_map(arena)) : node_new_map(arena);
    Merge merge = { .arena = arena,
                    .layers = layers,
                    .count = count,
                    .root = root,
                    .standard = node_new_map(arena) };
    merge_section(
        &merge, "resources"
    ); /* first: the standard environment of services looks at them */
    merge_section(&merge, "services");
    merge_section(&merge, "tasks");
    *ret_standard = (CatalogLayer) { .name = STR("standard"), .root = merge.standard };
    return root;
}
