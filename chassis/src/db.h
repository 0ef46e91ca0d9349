/* Db inside: the shared connections of a worker, or a transaction. */
#pragma once

#include <chassis/db.h>

#include "clients/pg.h"

#include "runtime.h"

enum { DB_PENDING_MAX = 16, DB_WRITES_MAX = 8 };

struct Db {
    Context *ctx;
    bool is_tx;
    bool is_open; /* a transaction that is neither committed nor rolled back */
    PgSession session;
    PgCall pending[DB_PENDING_MAX]; /* sent together with COMMIT: outbox rows */
    size_t pending_count;
    const char *writes[DB_WRITES_MAX]; /* tables whose cached counts the commit drops */
    size_t write_count;
};

/* The Db of single statements, on the context's arena. */
Db *db_shared(Context *ctx);
/* Records what went wrong in the contract's codes and returns its errno. */
int db_fail(Context *ctx, const PgError *err);

/* Statements by address (static ones) or by text (built ones), so that each is one PgStatement for
 * the life of the worker: libpq prepares it once a connection. */
StatementCache *statement_cache_new(Arena *arena);
const PgStatement *
statement_get(StatementCache *cache, const Statement *statement, DbValues values);

/* Adds a statement to be sent with COMMIT, or before when there are many; values must live until then
 * (on the context's arena). */
int tx_add_pending(Db *tx, const PgStatement *statement, const PgParam *params);

/* Counts of lists, for 2 s, of this process (any thread). */
CountCache *count_cache_new(void);
void count_cache_free(CountCache *cache);
bool count_cache_get(CountCache *cache, Str key, int64_t *ret_count);
void count_cache_put(
    CountCache *cache, const char *table, Str key, int64_t count, uint64_t generation
);
/* A later put with this generation is ignored when `table` was written meanwhile. */
uint64_t count_cache_generation(CountCache *cache, const char *table);
void count_cache_drop(CountCache *cache, const char *table);
