#include "model/internal.h"

static Node *merge_maps(Arena *arena, Node *base, Node *over)
{
    Node *merged = node_new_map(arena);
    merged->span = over->span;
    merged->style = over->style;
    for (size_t i = 0; i < base->map.len; i++) {
        NodePair *pair = &base->map.pairs[i];
        Node *winner = node_get(over, pair->key->text);
        Node *value = winner ? merge_nodes(arena, pair->value, winner) : pair->value;
        if (value->kind != NODE_NULL || !winner) {
            node_set_pair(
                arena, merged, winner ? node_find(over, pair->key->text)->key : pair->key, value
            );
        }
    }
    for (size_t i = 0; i < over->map.len; i++) {
        NodePair *pair = &over->map.pairs[i];
        if (!node_get(base, pair->key->text)) {
            node_set_pair(arena, merged, pair->key, pair->value);
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

/* services.<name> as the layers say it, `defaults` first in each. */
static Node *merge_service(Arena *arena, const CatalogLayer *layers, size_t count, Str name)
{
    Node *service = node_new_map(arena);
    for (size_t i = 0; i < count; i++) {
        Node *defaults = node_get_cstr(layers[i].root, "defaults");
        Node *own = node_get(node_get_cstr(layers[i].root, "services"), name);
        service = merge_nodes(arena, service, node_is_map(defaults) ? defaults : NULL);
        service = merge_nodes(arena, service, own);
    }
    return service;
}

static Node *
merge_entry(Arena *arena, const CatalogLayer *layers, size_t count, const char *section, Str name)
{
    Node *entry = NULL;
    for (size_t i = 0; i < count; i++) {
        entry = merge_nodes(arena, entry, node_get(node_get_cstr(layers[i].root, section), name));
    }
    return entry;
}

/* The key of an entry where it stands first: its place in messages. */
static void section_names(
    Arena *arena, const CatalogLayer *layers, size_t count, const char *section, Node *names
)
{
    for (size_t i = 0; i < count; i++) {
        Node *entries = node_get_cstr(layers[i].root, section);
        for (size_t j = 0; node_is_map(entries) && j < entries->map.len; j++) {
            Node *key = entries->map.pairs[j].key;
            if (!node_get(names, key->text)) {
                node_set_pair(arena, names, key, entries->map.pairs[j].value);
            }
        }
    }
}

typedef struct Merge {
    Arena *arena;
    const CatalogLayer *layers;
    size_t count;
    Node *root;     /* what is being made */
    Node *standard; /* the standard's own layer */
} Merge;

static void merge_section(Merge *merge, const char *section)
{
    Arena *arena = merge->arena;
    Node *names = node_new_map(arena);
    Node *entries = node_new_map(arena);
    Node *standard = node_new_map(arena);
    Str platform = node_string_or(node_get_cstr(merge->root, "platform"), STR(""));
    section_names(arena, merge->layers, merge->count, section, names);
    for (size_t i = 0; i < names->map.len; i++) {
        Node *key = names->map.pairs[i].key;
        bool services = strcmp(section, "services") == 0;
        Node *entry = services
                          ? merge_service(arena, merge->layers, merge->count, key->text)
                          : merge_entry(arena, merge->layers, merge->count, section, key->text);
        Node *below =
            services
                ? standard_service(arena, key->text, entry, node_get_cstr(merge->root, "resources"))
            : strcmp(section, "resources") == 0 ? standard_resource(arena, entry, platform)
                                                : standard_task(arena);
        node_set_pair(arena, standard, key, below);
        node_set_pair(
            arena, entries, key, node_is_map(entry) ? merge_nodes(arena, below, entry) : entry
        );
    }
    if (names->map.len) {
        node_set(arena, merge->root, str_from(section), entries);
        node_set(arena, merge->standard, str_from(section), standard);
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
