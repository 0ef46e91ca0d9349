/* Counts of lists, remembered for 2 s. A generation for each table makes sure that a count taken
 * before a write is not stored after it, and ends those taken before. Few tables: a scan is enough,
 * a lock is held for nanoseconds. */
#include <pthread.h>

#include "db.h"

enum { COUNT_SLOTS = 256, COUNT_TABLES = 32, COUNT_LIFE_MS = 2000 };

typedef struct CountTable {
    const char *name;
    uint64_t generation; /* grows with each write */
} CountTable;

typedef struct CountSlot {
    uint64_t key_hash[2];
    const CountTable *table; /* NULL: empty */
    uint64_t generation;     /* of the table, when it was counted */
    int64_t count;
    int64_t until_ms;
} CountSlot;

struct CountCache {
    pthread_mutex_t lock;
    CountSlot slots[COUNT_SLOTS];
    CountTable tables[COUNT_TABLES];
};

CountCache *count_cache_new(void)
{
    CountCache *cache = MEM_NEW(CountCache);
    pthread_mutex_init(&cache->lock, NULL);
    return cache;
}

void count_cache_free(CountCache *cache)
{
    if (cache) {
        pthread_mutex_destroy(&cache->lock);
        free(cache);
    }
}

/* Two hashes make 128 bits: a wrong count by collision is as likely as a flipped bit. */
static void hash_key(Str key, uint64_t ret_hash[static 2])
{
    ret_hash[0] = str_hash(key);
    uint64_t mixed = 0xCBF29CE484222325ULL;
    for (size_t i = 0; i < key.len; i++) {
        mixed = (mixed ^ (unsigned char) key.ptr[i]) * 0x100000001B3ULL;
    }
    ret_hash[1] = mixed;
}

static CountSlot *slot_of(CountCache *cache, const uint64_t hash[static 2])
{
    return &cache->slots[hash[0] % COUNT_SLOTS];
}

static CountTable *table_of(CountCache *cache, const char *name)
{
    for (size_t i = 0; i < COUNT_TABLES; i++) {
        CountTable *table = &cache->tables[i];
        if (!table->name) {
            table->name = name;
        }
        if (strcmp(table->name, name) == 0) {
            return table;
        }
    }
    return &cache->tables[COUNT_TABLES - 1];
}

bool count_cache_get(CountCache *cache, Str key, int64_t *ret_count)
{
    uint64_t hash[2];
    hash_key(key, hash);
    pthread_mutex_lock(&cache->lock);
    const CountSlot *slot = slot_of(cache, hash);
    bool found = slot->table && slot->generation == slot->table->generation &&
                 memcmp(slot->key_hash, hash, sizeof hash) == 0 &&
                 clock_monotonic_ms() < slot->until_ms;
    if (found) {
        *ret_count = slot->count;
    }
    pthread_mutex_unlock(&cache->lock);
    return found;
}

uint64_t count_cache_generation(CountCache *cache, const char *table)
{
    pthread_mutex_lock(&cache->lock);
    uint64_t generation = table_of(cache, table)->generation;
    pthread_mutex_unlock(&cache->lock);
    return generation;
}

void count_cache_put(
    CountCache *cache, const char *table, Str key, int64_t count, uint64_t generation
)
{
    uint64_t hash[2];
    hash_key(key, hash);
    pthread_mutex_lock(&cache->lock);
    const CountTable *counted = table_of(cache, table);
    if (counted->generation == generation) {
        *slot_of(cache, hash) = (CountSlot) {
            .key_hash = { hash[0], hash[1] },
            .table = counted,
            .generation = generation,
            .count = count,
            .until_ms = clock_monotonic_ms() + COUNT_LIFE_MS,
        };
    }
    pthread_mutex_unlock(&cache->lock);
}

void count_cache_drop(CountCache *cache, const char *table)
{
    pthread_mutex_lock(&cache->lock);
    table_of(cache, table)->generation++;
    pthread_mutex_unlock(&cache->lock);
}
