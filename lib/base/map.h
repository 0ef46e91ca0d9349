/* Map: Str -> pointer, in order of insertion. Keys are not copied: they must live as long as the
 * map. With an arena the memory is the arena's; without, free with map_done. A deleted entry
 * leaves the order of the others unchanged. Lookup is O(1) and safe against chosen keys. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

typedef struct MapEntry {
    Str key;
    void *value;
    uint64_t hash;
    bool deleted;
} MapEntry;

typedef struct Map {
    MapEntry *entries; /* in order of insertion, deleted ones marked */
    uint32_t *slots;
    size_t len;  /* live entries */
    size_t used; /* entries, deleted ones included */
    size_t cap;
    size_t slot_count;
    Arena *arena; /* NULL: heap */
} Map;

#define MAP_INIT               { 0 }
#define MAP_ON_ARENA(on_arena) { .arena = (on_arena) }

void map_done(Map *map);
void map_clear(Map *map);
/* The value, or NULL when the key is absent (or its value is NULL: see map_has). */
void *map_get(const Map *map, Str key);
bool map_has(const Map *map, Str key);
/* Sets and returns the former value, or NULL. */
void *map_set(Map *map, Str key, void *value);
/* Where the value of `key` stands, made with NULL when absent; valid until the next change. */
void **map_at(Map *map, Str key);
/* Removes and returns the value, or NULL. */
void *map_remove(Map *map, Str key);

/* for (MapEntry *e = NULL; (e = map_next(map, e));) */
MapEntry *map_next(const Map *map, MapEntry *after);
#define map_foreach(entry, map) for (MapEntry *entry = NULL; (entry = map_next((map), entry));)
