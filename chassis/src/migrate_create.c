/* CREATE DATABASE for development: from the maintenance database, once, whoever of several replicas
 * is first. */
#include <errno.h>

#include "database.h"
#include "migrate.h"

static const PgStatement select_database = {
    .name = "database_exists",
    .sql = "SELECT 1 FROM pg_database WHERE datname = $1",
    .params = { PG_TEXT },
};

static int create(PgPool *pool, Arena *arena, Str name, PgError *err)
{
    PgSession session = PG_SESSION_INIT;
    int rc = pg_session_open(pool, &session, err);
    if (rc < 0) {
        return rc;
    }
    Str quoted = pg_quote_identifier(arena, name);
    const char *sql = arena_printf(arena, "CREATE DATABASE %" STR_FMT, STR_ARG(quoted));
    rc = pg_session_script(&session, sql, err);
    pg_session_close(&session);
    /* duplicate_database, or its unique index: another replica was faster */
    bool is_there = strcmp(err->sqlstate, "42P04") == 0 || strcmp(err->sqlstate, "23505") == 0;
    return rc < 0 && !is_there ? rc : 0;
}

static int ensure(PgPool *pool, Str name, Error *err)
{
    auto_arena Arena *arena = arena_new(0);
    PgError pg_err = PG_ERROR_INIT;
    PgResult rows;
    const PgParam params[] = { pg_text(name) };
    int rc = pg_query(pool, arena, &select_database, params, &rows, &pg_err);
    if (rc == 0 && rows.rows == 0) {
        rc = create(pool, arena, name, &pg_err);
        if (rc == 0) {
            log_info("database %" STR_FMT " created", STR_ARG(name));
        }
    }
    return rc < 0 ? error_set(err, rc, "create database: %s", pg_err.error.message) : 0;
}

int migrate_create_database(Worker *worker, Error *err)
{
    const Settings *settings = &worker->runtime->settings;
    PgPoolOptions options = database_options(worker->runtime);
    options.database = "postgres";
    options.shared_conns = 1;
    options.max_conns = 2;
    options.metrics = NULL;
    PgPool *pool = NULL;
    int rc = pg_pool_open(worker->loop, &options, &pool, err);
    if (rc < 0) {
        return rc;
    }
    rc = pg_pool_wait_ready(pool, err);
    if (rc == 0) {
        rc = ensure(pool, settings->db_name, err);
    }
    pg_pool_close(pool, 1000);
    return rc;
}
