#include "database.h"

#include <errno.h>

#include "migrate.h"
#include "worker.h"

enum { START_PATIENCE_MS = 60000, BACKOFF_FIRST_MS = 500, BACKOFF_MOST_MS = 5000 };

PgPoolOptions database_options(const Runtime *runtime)
{
    const Settings *settings = &runtime->settings;
    unsigned workers = (unsigned) runtime->worker_count;
    unsigned share = (unsigned) settings->db_max_conns / workers;
    return (PgPoolOptions) {
        .host = settings->pg_host.ptr,
        .port = (int) settings->pg_port,
        .user = settings->pg_user.ptr,
        .password = settings->pg_password.ptr,
        .database = settings->db_name.ptr,
        .ssl_mode = settings->pg_ssl_mode.ptr,
        .application_name = runtime->service.ptr,
        .shared_conns = workers > 1 ? 1 : 2,
        .max_conns = share < 3 ? 3 : share,
        .min_conns = (unsigned) settings->db_min_conns,
        .max_lifetime_ms = settings->db_max_lifetime_ns / NS_PER_MS,
        .max_idle_ms = settings->db_max_idle_ns / NS_PER_MS,
        .statement_timeout_ms = settings->db_statement_timeout_ms,
        .slow_query_ms = settings->db_slow_query_ms ? settings->db_slow_query_ms : -1,
        .metrics = runtime->metrics,
    };
}

static int open_pool(Worker *worker, Error *err)
{
    return worker->pool ? 0 : worker_open_database(worker, err);
}

/* The database is nearly always there, and each connection costs both sides ten milliseconds of SCRAM: so it is
 * looked for first and made only when that failed. */
static int prepare_once(Worker *worker, Error *err)
{
    enum { POOL_END_MS = 1000 };
    int rc = open_pool(worker, err);
    if (rc == 0 && worker->runtime->settings.db_auto_create &&
        pg_pool_wait_tried(worker->pool, err) < 0) {
        rc = migrate_create_database(worker, err);
        if (rc == 0) {
            pg_pool_close(worker->pool, POOL_END_MS);
            worker->pool = NULL;
            rc = open_pool(worker, err);
        }
    }
    if (rc == 0) {
        rc = pg_pool_wait_ready(worker->pool, err);
    }
    return rc < 0 ? rc : migrate_run(worker, err);
}

int database_prepare(Worker *worker, Error *err)
{
    Deadline patience = deadline_in_ms(START_PATIENCE_MS);
    int64_t pause_ms = BACKOFF_FIRST_MS;
    for (;;) {
        Error last = ERROR_INIT;
        Deadline former = fiber_narrow_deadline(patience);
        int rc = prepare_once(worker, &last);
        fiber_restore_deadline(former);
        bool is_final =
            rc == 0 || rc == -EINVAL || rc == -ECANCELED || deadline_left_ms(patience) < pause_ms;
        if (is_final) {
            if (rc < 0) {
                *err = last;
            }
            return rc;
        }
        log_warn("the database is not ready: %s", last.message);
        rc = fiber_sleep_ms(pause_ms);
        if (rc < 0) {
            return error_set(err, rc, "canceled");
        }
        pause_ms = pause_ms * 2 < BACKOFF_MOST_MS ? pause_ms * 2 : BACKOFF_MOST_MS;
    }
}
