#include "migrate.h"

#include <errno.h>

#include "codec/digest.h"

static const PgStatement select_applied = {
    .name = "migrations_applied",
    .sql = "SELECT version, checksum FROM service_migrations ORDER BY version",
};
static const PgStatement insert_applied = {
    .name = "migration_insert",
    .sql = "INSERT INTO service_migrations (version, name, checksum) VALUES ($1, $2, $3)",
    .params = { PG_INT8, PG_TEXT, PG_TEXT },
};

/* 0x65636D6D: the contract's number. Asked for again and again rather than waited for: a session that
 * waits holds a snapshot, and CREATE INDEX CONCURRENTLY in the session that has the lock would wait
 * for that. */
static const PgStatement try_lock = {
    .name = "migrations_lock",
    .sql = "SELECT pg_try_advisory_lock(1701014893)",
};
_Static_assert(0x65636D6D == 1701014893, "the lock's number as the contract writes it");
enum { LOCK_EVERY_MS = 50 };

static const char begin_script[] =
    "SET statement_timeout = 0; SET client_min_messages = warning;"
    "CREATE TABLE IF NOT EXISTS service_migrations (version int PRIMARY KEY, name text NOT NULL, "
    "checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())";

typedef struct Applied {
    int64_t version;
    Str checksum;
} Applied;

typedef struct MigrateRun {
    PgSession session;
    Arena *arena;
    Runtime *runtime;
    VEC(Applied) applied;
} MigrateRun;

static void keep_applied(MigrateRun *run, const PgResult *rows)
{
    for (int i = 0; i < rows->rows; i++) {
        Applied applied = { .version = pg_get_int(rows, i, 0), .checksum = pg_get_str(rows, i, 1) };
        vec_push(&run->applied, run->arena, applied);
    }
}

static int read_applied(MigrateRun *run, PgError *err)
{
    PgResult rows;
    int rc = pg_session_query(&run->session, run->arena, &select_applied, NULL, &rows, err);
    if (rc == 0) {
        keep_applied(run, &rows);
    }
    return rc;
}

static const Applied *find_applied(const MigrateRun *run, int version)
{
    for (size_t i = 0; i < run->applied.len; i++) {
        if (run->applied.ptr[i].version == version) {
            return &run->applied.ptr[i];
        }
    }
    return NULL;
}

static int record(MigrateRun *run, const Migration *migration, Str checksum, PgError *err)
{
    const PgParam params[] = { pg_int(migration->version),
                               pg_text(str_from(migration->name)),
                               pg_text(checksum) };
    return pg_session_query(&run->session, run->arena, &insert_applied, params, NULL, err);
}

static int
apply_in_transaction(MigrateRun *run, const Migration *migration, Str checksum, PgError *err)
{
    int rc = pg_session_script(&run->session, "BEGIN", err);
    if (rc == 0) {
        rc = pg_session_script(&run->session, migration->sql, err);
    }
    if (rc == 0) {
        rc = record(run, migration, checksum, err);
    }
    if (rc == 0) {
        return pg_session_script(&run->session, "COMMIT", err);
    }
    PgError ignored = PG_ERROR_INIT;
    pg_session_script(&run->session, "ROLLBACK", &ignored);
    return rc;
}

static int apply_outside(MigrateRun *run, const Migration *migration, Str checksum, PgError *err)
{
    Str rest = str_from(migration->sql);
    Str statement;
    while (migrate_next_statement(&rest, &statement)) {
        int rc = pg_session_script(&run->session, str_to_cstr(run->arena, statement), err);
        if (rc < 0) {
            return rc;
        }
    }
    return record(run, migration, checksum, err);
}

static int apply(MigrateRun *run, const Migration *migration, Error *err)
{
    Str sql = str_from(migration->sql);
    Str checksum = sha256_hex(run->arena, sql);
    const Applied *applied = find_applied(run, migration->version);
    if (applied) {
        return str_eq(applied->checksum, checksum)
                   ? 0
                   : error_set(
                         err,
                         -EINVAL,
                         "migration %d (%s) was changed after it was applied",
                         migration->version,
                         migration->name
                     );
    }
    PgError pg_err = PG_ERROR_INIT;
    int rc = migrate_is_outside_transaction(sql)
                 ? apply_outside(run, migration, checksum, &pg_err)
                 : apply_in_transaction(run, migration, checksum, &pg_err);
    if (rc < 0) {
        return error_set(
            err,
            rc,
            "migration %d (%s): %s",
            migration->version,
            migration->name,
            pg_err.error.message
        );
    }
    log_info("migration %d (%s) applied", migration->version, migration->name);
    return 0;
}

static int apply_all(MigrateRun *run, const Migration *migrations, Error *err)
{
    int rc = 0;
    for (const Migration *next = migrations; rc == 0 && next && next->sql; next++) {
        rc = apply(run, next, err);
    }
    return rc;
}

/* A database that a newer binary has changed is not this one's to serve. */
static int check_newest(const MigrateRun *run, Error *err)
{
    int64_t known = 0;
    for (const Migration *next = run->runtime->app->migrations; next && next->sql; next++) {
        known = next->version;
    }
    size_t count = run->applied.len;
    if (count == 0 || run->applied.ptr[count - 1].version <= known) {
        return 0;
    }
    return error_set(
        err,
        -EINVAL,
        "the database has migration %lld, which this binary does not know",
        (long long) run->applied.ptr[count - 1].version
    );
}

static int take_lock(MigrateRun *run, PgError *err)
{
    for (;;) {
        PgResult rows;
        int rc = pg_session_query(&run->session, run->arena, &try_lock, NULL, &rows, err);
        if (rc < 0 || pg_get_bool(&rows, 0, 0)) {
            return rc;
        }
        rc = fiber_sleep_ms(LOCK_EVERY_MS);
        if (rc < 0) {
            return error_set(&err->error, rc, "another replica is still migrating");
        }
    }
}

static int run_locked(MigrateRun *run, Error *err)
{
    PgError pg_err = PG_ERROR_INIT;
    int rc = take_lock(run, &pg_err);
    if (rc == 0) {
        rc = pg_session_script(&run->session, begin_script, &pg_err);
    }
    if (rc == 0) {
        rc = read_applied(run, &pg_err);
    }
    if (rc < 0) {
        return error_set(err, rc, "%s", pg_err.error.message);
    }
    rc = check_newest(run, err);
    if (rc == 0) {
        rc = apply_all(run, chassis_migrations, err);
    }
    if (rc == 0) {
        rc = apply_all(run, run->runtime->app->migrations, err);
    }
    return rc;
}

static bool has_all(const MigrateRun *run, const Migration *migrations)
{
    for (const Migration *next = migrations; next && next->sql; next++) {
        const Applied *applied = find_applied(run, next->version);
        if (!applied || !str_eq(applied->checksum, sha256_hex(run->arena, str_from(next->sql)))) {
            return false;
        }
    }
    return true;
}

/* By one statement on a shared connection, without the lock: what is applied stays so. Whatever looks wrong is left
 * to the run under the lock, which can say what it is. */
static bool is_done_already(const MigrateRun *like, PgPool *pool)
{
    MigrateRun run = *like;
    PgError err = PG_ERROR_INIT;
    PgResult rows;
    if (pg_query(pool, run.arena, &select_applied, NULL, &rows, &err) < 0) {
        return false;
    }
    keep_applied(&run, &rows);
    return check_newest(&run, NULL) == 0 && has_all(&run, chassis_migrations) &&
           has_all(&run, run.runtime->app->migrations);
}

int migrate_run(Worker *worker, Error *err)
{
    auto_arena Arena *arena = arena_new(0);
    MigrateRun run = { .session = PG_SESSION_INIT, .arena = arena, .runtime = worker->runtime };
    if (is_done_already(&run, worker->pool)) {
        return 0;
    }
    PgError pg_err = PG_ERROR_INIT;
    int rc = pg_session_open(worker->pool, &run.session, &pg_err);
    if (rc < 0) {
        return error_set(err, rc, "%s", pg_err.error.message);
    }
    rc = run_locked(&run, err);
    pg_session_discard(&run.session); /* its end gives the lock back */
    return rc;
}
