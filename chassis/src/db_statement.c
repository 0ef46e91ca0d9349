/* One PgStatement for each Statement, kept by the worker: the parameter types come from the values
 * of the first call, so they are written once. Static statements are found by address, built ones
 * by their text; the latter are few, since pieces are fixed texts, and the bound is a guard against
 * a mistake. */
#include <assert.h>

#include "base/map.h"

#include "db.h"

enum { BUILT_STATEMENTS_MAX = 2000 };

struct StatementCache {
    Arena *arena;
    Map by_text;    /* SQL -> PgStatement */
    Map by_address; /* the pointer's bytes -> PgStatement */
    size_t built;
};

StatementCache *statement_cache_new(Arena *arena)
{
    StatementCache *cache = ARENA_NEW(arena, StatementCache);
    cache->arena = arena;
    cache->by_text.arena = arena;
    cache->by_address.arena = arena;
    return cache;
}

static PgStatement *make(StatementCache *cache, const char *name, const char *sql, DbValues values)
{
    assert(values.len < PG_PARAMS_MAX);
    PgStatement *made = ARENA_NEW(cache->arena, PgStatement);
    made->name = name;
    made->sql = sql;
    for (size_t i = 0; i < values.len; i++) {
        made->params[i] = values.ptr[i].type;
    }
    return made;
}

static const PgStatement *
get_static(StatementCache *cache, const Statement *statement, DbValues values)
{
    Str key = str_make((const char *) &statement, sizeof statement);
    PgStatement *found = map_get(&cache->by_address, key);
    if (!found) {
        found = make(cache, statement->name, statement->sql, values);
        map_set(&cache->by_address, str_dup(cache->arena, key), found);
    }
    return found;
}

static const PgStatement *
get_built(StatementCache *cache, const Statement *statement, DbValues values)
{
    Str sql = str_from(statement->sql);
    PgStatement *found = map_get(&cache->by_text, sql);
    if (!found) {
        assert(cache->built < BUILT_STATEMENTS_MAX && "pieces of SQL are fixed texts");
        Str kept = str_dup(cache->arena, sql);
        const char *name = arena_printf(cache->arena, "%s_%zu", statement->name, cache->built++);
        found = make(cache, name, kept.ptr, values);
        map_set(&cache->by_text, kept, found);
    }
    return found;
}

const PgStatement *statement_get(StatementCache *cache, const Statement *statement, DbValues values)
{
    return statement->is_built ? get_built(cache, statement, values)
                               : get_static(cache, statement, values);
}
