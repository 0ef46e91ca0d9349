/* Db inside: the shared connections of a worker, or a transaction. */
#pragma once

#include <chassis/db.h>

#include "clients/pg.h"

#include "runtime.h"

enum { DB_QUEUED_MAX = PG_BATCH_MAX / 2, DB_WRITES_MAX = 8 };

struct Db {
    Context *ctx;
    bool is_tx;
    bool is_open; /* a transaction that is neither committed nor rolled back */
    bool has_events;
    PgSession session;
    PgCall queued[DB_QUEUED_MAX]; /* sent ahead of the next statement, or with COMMIT */
    size_t queued_count;
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

/* What a Db runs, as the client of Postgres takes it. */
PgCall db_call(Db *db, const Statement *statement, DbValues values, DbRows *ret_rows);
/* Notes that a statement ran, or will with the commit, for the cached counts. */
void db_note_write(Db *db, const Statement *statement);
/* Statements of a transaction, in one round trip with those that were queued before. */
int tx_send(Db *tx, const PgCall *calls, size_t count);

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
