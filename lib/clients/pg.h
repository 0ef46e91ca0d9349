/* Postgres: a pool a loop, on libpq in pipeline mode.
 *
 * Single statements of many fibers share a few connections: each is sent at once behind the others
 * and its fiber parks until its own answer came. A shared connection is never canceled: a fiber
 * whose deadline passes gets -ETIMEDOUT and its answer is thrown away when it comes. A PgSession
 * leases a connection of its own: for a transaction, a session lock, a script. A lease that ends
 * with its state unknown is rolled back and drained before anyone else gets the connection, or
 * closed.
 *
 * Errors: the functions return 0 or a negative errno and fill a PgError:
 *
 *   -EEXIST        unique violation
 *   -ENOENT        foreign key violation
 *   -EAGAIN        serialization failure or deadlock
 *   -ETIMEDOUT     the fiber's deadline or statement_timeout
 *   -ECANCELED     the fiber was canceled
 *   -ECONNREFUSED  no server; at once while the last attempt failed
 *   -EBUSY         the server is far behind
 *   -ECONNRESET    lost while it ran: it may have happened or not
 *   -EACCES        login refused
 *   -EINVAL        any other error of the statement
 *
 * What goes with a statement and what comes back: pg_value.h. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "clients/pg_value.h"
#include "loop/fiber.h"
#include "loop/loop.h"
#include "observe/metrics.h"

typedef struct PgPool PgPool;
typedef struct PgConn PgConn;

typedef struct PgPoolOptions {
    const char *host; /* name, address, or directory of a unix socket; all texts are copied */
    int port;
    const char *user;
    const char *password;
    const char *database;
    const char *ssl_mode;         /* as libpq's sslmode; NULL: disable */
    const char *application_name; /* NULL: libpq's */
    unsigned shared_conns;        /* of max_conns, for single statements; 0: 2 */
    unsigned max_conns;           /* shared and leased together; 0: 10; at least shared_conns + 1 */
    unsigned min_conns;           /* kept however idle; 0: 1 */
    int64_t max_lifetime_ms;      /* 0: an hour; ±10 % */
    int64_t max_idle_ms;          /* 0: 30 minutes; ±10 % */
    int64_t statement_timeout_ms; /* the server's; 0: 5000; negative: none */
    int64_t connect_timeout_ms;   /* 0: 5000 */
    int64_t slow_query_ms; /* one warn line with the statement's name; 0: 500; negative: never */
    Metrics *metrics;      /* db_pool_* and db_query_duration_seconds{statement}; NULL: none */
} PgPoolOptions;

/* Begins to connect and returns without waiting. */
int pg_pool_open(Loop *loop, const PgPoolOptions *options, PgPool **ret_pool, Error *err);
/* Fibers: refuses new work, lets what runs end for `timeout_ms`, frees. No lease is out. NULL is fine. */
void pg_pool_close(PgPool *pool, int64_t timeout_ms);
/* Park until one is up: 0, or the last error at the deadline; _tried: of an attempt. */
int pg_pool_wait_ready(PgPool *pool, Error *err);
int pg_pool_wait_tried(PgPool *pool, Error *err);
bool pg_pool_is_ready(const PgPool *pool);
/* The first attempt to connect is under way: what is asked meanwhile waits for it. */
bool pg_pool_is_starting(const PgPool *pool);

enum { PG_PARAMS_MAX = 32, PG_BATCH_MAX = 32 };

/* One statement of the program: static const; at most 1,024 a pool. It is prepared on each
 * connection at its first use there; `name` names it on the server, in metrics and in spans. */
typedef struct PgStatement {
    const char *name;
    const char *sql;
    PgType params[PG_PARAMS_MAX]; /* ended by PG_END */
    bool heavy; /* takes long: pg_query gives it a connection of its own, so that nobody waits
                   behind it */
} PgStatement;

typedef enum PgErrorKind {
    PG_ERROR_NONE,
    PG_UNIQUE_VIOLATION,
    PG_FOREIGN_KEY_VIOLATION,
    PG_CHECK_VIOLATION,
    PG_NOT_NULL_VIOLATION,
    PG_BAD_DATA,      /* class 22: out of range, invalid text, … */
    PG_SERIALIZATION, /* 40001, 40P01: try the transaction again */
    PG_LOCK_TIMEOUT,
    PG_TIMEOUT, /* deadline or statement_timeout */
    PG_CANCELED,
    PG_UNAVAILABLE, /* no connection */
    PG_LOST,        /* the connection broke while it ran: outcome unknown */
    PG_OTHER,
} PgErrorKind;

typedef struct PgError {
    Error error;
    PgErrorKind kind;
    char sqlstate[6]; /* empty: not the server's */
    char constraint[64];
    char table[64];
    char column[64];
} PgError;
#define PG_ERROR_INIT { 0 }

/* One statement on a shared connection, a transaction of its own. `params` has one element for each
 * type of the statement; NULL when it has none. ret_result may be NULL. */
int pg_query(
    PgPool *pool,
    Arena *arena,
    const PgStatement *statement,
    const PgParam *params,
    PgResult *ret_result,
    PgError *err
);

typedef struct PgCall {
    const PgStatement *statement;
    const PgParam *params;
    PgResult *ret_result; /* may be NULL */
} PgCall;
/* Several statements in one round trip and one transaction: all of them happen or none. The error
 * is the first failing one's. At most PG_BATCH_MAX. */
int pg_batch(PgPool *pool, Arena *arena, const PgCall *calls, size_t count, PgError *err);

/* A connection of one's own. */
typedef enum PgIsolation {
    PG_READ_COMMITTED,
    PG_REPEATABLE_READ,
    PG_SERIALIZABLE,
    PG_READ_ONLY, /* repeatable read, read only */
} PgIsolation;

typedef struct PgSession {
    PgPool *pool;
    PgConn *conn;  /* NULL: not open */
    uint8_t state; /* the rest is the session's own */
    bool is_opened_by_begin;
    bool is_in_script;
    PgIsolation isolation;
} PgSession;
#define PG_SESSION_INIT { 0 }

/* Parks until a connection is free. */
int pg_session_open(PgPool *pool, PgSession *ret_session, PgError *err);
/* Gives the connection back; what is still open in it is rolled back. A session that isn't open:
 * nothing. */
void pg_session_close(PgSession *session);
/* As pg_session_close, but ends the connection: after SET, session locks, temporary tables. */
void pg_session_discard(PgSession *session);
int pg_session_query(
    PgSession *session,
    Arena *arena,
    const PgStatement *statement,
    const PgParam *params,
    PgResult *ret_result,
    PgError *err
);
/* One round trip; outside a transaction it is one, inside it is part of it. */
int pg_session_batch(
    PgSession *session, Arena *arena, const PgCall *calls, size_t count, PgError *err
);
/* Any number of statements as text (migrations); results are thrown away. */
int pg_session_script(PgSession *session, const char *sql, PgError *err);

/* A transaction in a session. pg_begin opens the session when it isn't open, and sends BEGIN
 * together with the first statement. After pg_commit the session is closed when pg_begin had
 * opened it; pg_rollback closes it always, and nobody waits for the server. Commit fails with the
 * session rolled back and closed; -ECONNRESET or -ETIMEDOUT from it means that nobody knows whether
 * it happened. */
int pg_begin(PgPool *pool, PgIsolation isolation, PgSession *session, PgError *err);
int pg_commit(PgSession *session, PgError *err);
/* The last statements and COMMIT in one round trip; when they are the first as well, the whole
 * transaction is one. */
int pg_commit_with(
    PgSession *session, Arena *arena, const PgCall *calls, size_t count, PgError *err
);
void pg_rollback(PgSession *session);
#define auto_pg_session __attribute__((cleanup(pg_session_close)))

/* LISTEN on a connection of its own that reconnects by itself. `fn` runs on the loop for each
 * notification, and with an empty payload after each connect: something may have been missed. */
typedef struct PgListener PgListener;
PgListener *
pg_listen(PgPool *pool, const char *channel, void (*fn)(Str payload, void *arg), void *arg);
void pg_listener_free(PgListener *listener); /* before pg_pool_close; NULL is fine */

/* Names quoted for use in SQL text: "a""b". */
Str pg_quote_identifier(Arena *arena, Str name);
