/* Sessions and transactions. BEGIN travels with the first statement, COMMIT with the last ones, and
 * a rollback is sent behind the fiber's back: nobody waits for it. */
#include <assert.h>

#include "base/mem.h"

#include "pg_internal.h"

enum { SESSION_CALLS_MAX = PG_BATCH_MAX + 2 };

typedef enum SessionState {
    SESSION_CLOSED,
    SESSION_OPEN,      /* no transaction */
    SESSION_BEGINNING, /* pg_begin was called, BEGIN not sent yet */
    SESSION_WORKING,   /* in a transaction */
    SESSION_FAILED,    /* the server waits for ROLLBACK */
} SessionState;

static const PgStatement begin_statements[] = {
    [PG_READ_COMMITTED] = { .name = "begin", .sql = "BEGIN" },
    [PG_REPEATABLE_READ] = { .name = "begin_repeatable_read",
                             .sql = "BEGIN ISOLATION LEVEL REPEATABLE READ" },
    [PG_SERIALIZABLE] = { .name = "begin_serializable",
                          .sql = "BEGIN ISOLATION LEVEL SERIALIZABLE" },
    [PG_READ_ONLY] = { .name = "begin_read_only",
                       .sql = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" },
};

bool pg_statement_is_begin(const PgStatement *statement)
{
    return statement >= begin_statements &&
           statement < begin_statements + ARRAY_LEN(begin_statements);
}
static const PgStatement commit_statement = { .name = "commit", .sql = "COMMIT" };

int pg_session_open(PgPool *pool, PgSession *ret_session, PgError *err)
{
    assert(fiber_self());
    PgConn *conn = NULL;
    int rc = pg_pool_lease(pool, &conn, err);
    if (rc < 0) {
        return rc;
    }
    *ret_session = (PgSession) {
        .pool = pool,
        .conn = conn,
        .state = SESSION_OPEN,
    };
    return 0;
}

static void end_session(PgSession *session, PgRelease how)
{
    PgConn *conn = session->conn;
    *session = (PgSession) PG_SESSION_INIT;
    if (conn) {
        pg_pool_release(conn, how);
    }
}

void pg_session_close(PgSession *session)
{
    SessionState state = (SessionState) session->state;
    bool is_clean = state == SESSION_OPEN || state == SESSION_BEGINNING;
    end_session(
        session,
        session->is_in_script ? PG_RELEASE_DISCARD
        : is_clean            ? PG_RELEASE_CLEAN
                              : PG_RELEASE_ROLLBACK
    );
}

void pg_session_discard(PgSession *session)
{
    end_session(session, PG_RELEASE_DISCARD);
}

/* With BEGIN in front where it is due. */
static int send(PgSession *session, Arena *arena, const PgCall *calls, size_t count, PgError *err)
{
    PgCall all[SESSION_CALLS_MAX];
    size_t at = 0;
    if (session->state == SESSION_BEGINNING) {
        all[at++] = (PgCall) { .statement = &begin_statements[session->isolation] };
    }
    assert(count + at <= SESSION_CALLS_MAX);
    for (size_t i = 0; i < count; i++) {
        all[at++] = calls[i];
    }
    int rc = pg_conn_call_observed(session->conn, arena, all, at, err);
    if (session->state != SESSION_OPEN) {
        session->state = rc < 0 ? SESSION_FAILED : SESSION_WORKING;
    }
    return rc;
}

int pg_session_batch(
    PgSession *session, Arena *arena, const PgCall *calls, size_t count, PgError *err
)
{
    assert(session->conn && count > 0 && count <= PG_BATCH_MAX);
    if (session->state == SESSION_FAILED) {
        return pg_fail(
            err,
            PG_OTHER,
            -EINVAL,
            "%s: the transaction has failed before",
            calls[0].statement->name
        );
    }
    return send(session, arena, calls, count, err);
}

int pg_session_query(
    PgSession *session,
    Arena *arena,
    const PgStatement *statement,
    const PgParam *params,
    PgResult *ret_result,
    PgError *err
)
{
    const PgCall call = { .statement = statement, .params = params, .ret_result = ret_result };
    return pg_session_batch(session, arena, &call, 1, err);
}

int pg_session_script(PgSession *session, const char *sql, PgError *err)
{
    assert(session->conn && session->state == SESSION_OPEN);
    session->is_in_script = true;
    int rc = pg_conn_script(session->conn, sql, err);
    session->is_in_script = session->conn->head != NULL; /* given up before its end */
    return rc;
}

int pg_begin(PgPool *pool, PgIsolation isolation, PgSession *session, PgError *err)
{
    if (session->state == SESSION_CLOSED) {
        int rc = pg_session_open(pool, session, err);
        if (rc < 0) {
            return rc;
        }
        session->is_opened_by_begin = true;
    }
    assert(session->state == SESSION_OPEN);
    session->isolation = isolation;
    session->state = SESSION_BEGINNING;
    return 0;
}

/* After a commit that succeeded. */
static void end_transaction(PgSession *session)
{
    session->state = SESSION_OPEN;
    if (session->is_opened_by_begin) {
        pg_session_close(session);
    }
}

/* Nothing was sent yet, and what is sent as one group is a transaction by itself, at the level that is
 * the server's own: neither BEGIN nor COMMIT is needed. */
static bool is_one_group(const PgSession *session)
{
    return session->state == SESSION_BEGINNING && session->isolation == PG_READ_COMMITTED;
}

static int commit(PgSession *session, Arena *arena, const PgCall *calls, size_t count, PgError *err)
{
    if (is_one_group(session)) {
        session->state = SESSION_OPEN;
        return send(session, arena, calls, count, err);
    }
    PgCall all[PG_BATCH_MAX + 1];
    PgResult result = { 0 };
    for (size_t i = 0; i < count; i++) {
        all[i] = calls[i];
    }
    all[count] = (PgCall) { .statement = &commit_statement, .ret_result = &result };
    int rc = send(session, arena, all, count + 1, err);
    if (rc == 0 && strcmp(PQcmdStatus((PGresult *) (uintptr_t) result.handle), "COMMIT") != 0) {
        rc = pg_fail(err, PG_OTHER, -ECANCELED, "commit: the server rolled the transaction back");
    }
    return rc;
}

int pg_commit_with(
    PgSession *session, Arena *arena, const PgCall *calls, size_t count, PgError *err
)
{
    assert(session->conn && count <= PG_BATCH_MAX);
    SessionState state = (SessionState) session->state;
    if (state == SESSION_BEGINNING && count == 0) {
        end_transaction(session);
        return 0;
    }
    int rc = state == SESSION_FAILED
                 ? pg_fail(err, PG_OTHER, -ECANCELED, "commit: the transaction has failed before")
                 : commit(session, arena, calls, count, err);
    if (rc < 0) {
        pg_session_close(session);
        return rc;
    }
    end_transaction(session);
    return 0;
}

int pg_commit(PgSession *session, PgError *err)
{
    auto_arena Arena *arena = arena_new(0);
    return pg_commit_with(session, arena, NULL, 0, err);
}

void pg_rollback(PgSession *session)
{
    if (!session->conn) {
        return;
    }
    /* A session opened for longer goes on with another connection's state unknown to it: so it ends
     * too. */
    pg_session_close(session);
}
