#include "base/map.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* `entries` keeps the order of insertion; `slots` is the open-addressed index over it: 0 is free,
 * anything else an entry's index plus one. A removed entry keeps its slot, so a probe passes over
 * it; both go when the map is rebuilt. */
enum { ENTRIES_FIRST = 8, SLOTS_PER_ENTRY = 2 };

static void *map_calloc(Map *map, size_t count, size_t size)
{
    return map->arena ? arena_calloc(map->arena, count, size) : mem_calloc(count, size);
}

static void map_free(Map *map, void *memory)
{
    if (!map->arena) {
        free(memory);
    }
}

void map_done(Map *map)
{
    map_free(map, map->entries);
    map_free(map, map->slots);
    *map = (Map) { .arena = map->arena };
}

void map_clear(Map *map)
{
    if (map->slots) {
        memset(map->slots, 0, map->slot_count * sizeof(*map->slots));
    }
    map->len = 0;
    map->used = 0;
}

static MapEntry *find(const Map *map, Str key, uint64_t hash)
{
    if (map->slot_count == 0) {
        return NULL;
    }
    size_t mask = map->slot_count - 1;
    for (size_t at = hash & mask; map->slots[at]; at = (at + 1) & mask) {
        MapEntry *entry = &map->entries[map->slots[at] - 1];
        if (entry->hash == hash && !entry->deleted && str_eq(entry->key, key)) {
            return entry;
        }
    }
    return NULL;
}

static void index_entry(Map *map, size_t position)
{
    size_t mask = map->slot_count - 1;
    size_t at = map->entries[position].hash & mask;
    while (map->slots[at]) {
        at = (at + 1) & mask;
    }
    map->slots[at] = (uint32_t) position + 1;
}

/* Makes room for one more entry, dropping the deleted ones on the way. */
static void rebuild(Map *map)
{
    size_t cap = ENTRIES_FIRST;
    while (cap < map->len + map->len / 2 + 1) {
        cap *= 2;
    }
    assert(cap < UINT32_MAX / SLOTS_PER_ENTRY);
    Map old = *map;
    map->entries = map_calloc(map, cap, sizeof(*map->entries));
    map->slots = map_calloc(map, cap * SLOTS_PER_ENTRY, sizeof(*map->slots));
    map->cap = cap;
    map->slot_count = cap * SLOTS_PER_ENTRY;
    map->used = 0;
    for (size_t i = 0; i < old.used; i++) {
        if (!old.entries[i].deleted) {
            map->entries[map->used] = old.entries[i];
            index_entry(map, map->used++);
        }
    }
    map_free(map, old.entries);
    map_free(map, old.slots);
}

void *map_get(const Map *map, Str key)
{
    MapEntry *entry = map->len ? find(map, key, str_hash(key)) : NULL;
    return entry ? entry->value : NULL;
}

bool map_has(const Map *map, Str key)
{
    return map->len && find(map, key, str_hash(key));
}

void **map_at(Map *map, Str key)
{
    uint64_t hash = str_hash(key);
    MapEntry *entry = find(map, key, hash);
    if (entry) {
        return &entry->value;
    }
    if (map->used == map->cap) {
        rebuild(map);
    }
    entry = &map->entries[map->used];
    *entry = (MapEntry) { .key = key, .hash = hash };
    index_entry(map, map->used++);
    map->len++;
    return &entry->value;
}

void *map_set(Map *map, Str key, void *value)
{
    void **at = map_at(map, key);
    void *former = *at;
    *at = value;
    return former;
}

void *map_remove(Map *map, Str key)
{
    MapEntry *entry = map->len ? find(map, key, str_hash(key)) : NULL;
    if (!entry) {
        return NULL;
    }
    entry->deleted = true;
    map->len--;
    return entry->value;
}

MapEntry *map_next(const Map *map, MapEntry *after)
{
    size_t i = after ? (size_t) (after - map->entries) + 1 : 0;
    while (i < map->used && map->entries[i].deleted) {
        i++;
    }
    return i < map->used ? &map->entries[i] : NULL;
}
