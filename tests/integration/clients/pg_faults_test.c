/* What the Postgres client makes of a server that is killed, slow, absent or refuses. */
#include "base/mem.h"
#include "clients/pg.h"

#include "support.h"

enum { WAIT_MS = 30000 };

static PgPoolOptions pool_options(const TestServer *server)
{
    return (PgPoolOptions) {
        .host = "127.0.0.1",
        .port = server_port(server),
        .user = SERVER_USER,
        .password = SERVER_PASSWORD,
        .database = "postgres",
    };
}

static PgPool *open_pool(Loop *loop, const PgPoolOptions *options)
{
    PgPool *pool = NULL;
    assert_int_equal(pg_pool_open(loop, options, &pool, NULL), 0);
    return pool;
}

static const PgStatement one = { .name = "one", .sql = "SELECT 1" };
static const PgStatement nap = { .name = "nap",
                                 .sql = "SELECT pg_sleep($1)",
                                 .params = { PG_FLOAT8 } };
static const PgStatement echo = { .name = "echo", .sql = "SELECT $1", .params = { PG_INT8 } };
static const PgStatement insert = { .name = "insert_pair",
                                    .sql = "INSERT INTO pair (id, half) VALUES ($1, $2)",
                                    .params = { PG_INT8, PG_INT8 } };

/* The number of a query that has to come back with its own answer. */
static void expect_echo(PgPool *pool, Arena *arena, int64_t number)
{
    PgResult result = { 0 };
    PgError err = PG_ERROR_INIT;
    if (pg_query(pool, arena, &echo, PG_PARAMS(pg_int(number)), &result, &err) < 0) {
        fail_msg("%s", err.error.message);
    }
    assert_int_equal(pg_get_int(&result, 0, 0), number);
}

CASE(a_deadline_on_a_shared_connection_disturbs_nobody)
{
    PgPoolOptions options = pool_options(server);
    options.shared_conns = 1;
    PgPool *pool = open_pool(loop, &options);
    PgError err = PG_ERROR_INIT;
    expect_echo(pool, arena, 1);
    Deadline former = fiber_narrow_deadline(deadline_in_ms(20));
    assert_int_equal(
        pg_query(pool, arena, &nap, PG_PARAMS(pg_double(0.2)), NULL, &err), -ETIMEDOUT
    );
    fiber_restore_deadline(former);
    assert_int_equal(err.kind, PG_TIMEOUT);
    for (int64_t i = 0; i < 20; i++) {
        expect_echo(pool, arena, i);
    }
    pg_pool_close(pool, 1000);
}

CASE(a_deadline_in_a_transaction_rolls_it_back_and_keeps_the_connection)
{
    PgPoolOptions options = pool_options(server);
    options.shared_conns = 1;
    options.max_conns = 2;
    Metrics *metrics = metrics_new(NULL, 0);
    options.metrics = metrics;
    PgPool *pool = open_pool(loop, &options);
    for (int i = 0; i < 3; i++) {
        PgError err = PG_ERROR_INIT;
        auto_pg_session PgSession session = PG_SESSION_INIT;
        assert_int_equal(pg_begin(pool, PG_READ_COMMITTED, &session, &err), 0);
        Deadline former = fiber_narrow_deadline(deadline_in_ms(20));
        assert_int_equal(
            pg_session_query(&session, arena, &nap, PG_PARAMS(pg_double(0.1)), NULL, &err),
            -ETIMEDOUT
        );
        fiber_restore_deadline(former);
    }
    StrBuf out = STRBUF_ON_ARENA(arena);
    metrics_expose(metrics, &out);
    assert_true(str_find(strbuf_str(&out), STR("db_pool_new_connections_total 2\n")) != STR_NONE);
    pg_pool_close(pool, 1000);
    metrics_free(metrics);
}

CASE(the_server_ends_a_statement_past_its_timeout)
{
    PgPoolOptions options = pool_options(server);
    options.statement_timeout_ms = 50;
    PgPool *pool = open_pool(loop, &options);
    PgError err = PG_ERROR_INIT;
    assert_int_equal(pg_query(pool, arena, &nap, PG_PARAMS(pg_double(10)), NULL, &err), -ETIMEDOUT);
    assert_string_equal(err.sqlstate, "57014");
    expect_echo(pool, arena, 7);
    pg_pool_close(pool, 1000);
}

CASE(a_wrong_password_and_a_missing_database_are_told_apart)
{
    PgPoolOptions options = pool_options(server);
    options.password = "wrong";
    PgPool *pool = open_pool(loop, &options);
    PgError err = PG_ERROR_INIT;
    assert_int_equal(pg_query(pool, arena, &one, NULL, NULL, &err), -EACCES);
    assert_int_equal(err.kind, PG_UNAVAILABLE);
    pg_pool_close(pool, 1000);
    options = pool_options(server);
    options.database = "nowhere";
    pool = open_pool(loop, &options);
    assert_int_equal(pg_query(pool, arena, &one, NULL, NULL, &err), -ENOENT);
    assert_int_equal(err.kind, PG_UNAVAILABLE);
    pg_pool_close(pool, 1000);
}

CASE(a_refused_connection_is_told_at_once)
{
    PgPoolOptions options = pool_options(server);
    options.port = 1;
    PgPool *pool = open_pool(loop, &options);
    PgError err = PG_ERROR_INIT;
    assert_int_equal(pg_query(pool, arena, &one, NULL, NULL, &err), -ECONNREFUSED);
    assert_int_equal(pg_query(pool, arena, &one, NULL, NULL, &err), -ECONNREFUSED);
    PgSession session = PG_SESSION_INIT;
    assert_int_equal(pg_begin(pool, PG_READ_COMMITTED, &session, &err), -ECONNREFUSED);
    Deadline former = fiber_narrow_deadline(deadline_in_ms(50));
    Error error = ERROR_INIT;
    assert_int_equal(pg_pool_wait_ready(pool, &error), -ECONNREFUSED);
    fiber_restore_deadline(former);
    pg_pool_close(pool, 1000);
}

CASE(a_name_is_resolved_without_blocking)
{
    PgPoolOptions options = pool_options(server);
    options.host = "localhost";
    PgPool *pool = open_pool(loop, &options);
    expect_echo(pool, arena, 3);
    pg_pool_close(pool, 1000);
    options.host = "no-such-host.invalid";
    pool = open_pool(loop, &options);
    PgError err = PG_ERROR_INIT;
    assert_int_equal(pg_query(pool, arena, &one, NULL, NULL, &err), -ECONNREFUSED);
    assert_non_null(strstr(err.error.message, "no-such-host.invalid"));
    pg_pool_close(pool, 1000);
}

typedef struct Load {
    PgPool *pool;
    int64_t next_id;
    size_t committed, refused, unknown, wrong;
    size_t running;
    bool is_over;
} Load;

/* Two rows or none: both halves in one transaction. */
static int write_pair(Load *load, Arena *arena, int64_t id, PgError *err)
{
    auto_pg_session PgSession session = PG_SESSION_INIT;
    int rc = pg_begin(load->pool, PG_READ_COMMITTED, &session, err);
    const PgParam first[] = { pg_int(id), pg_int(1) };
    const PgParam second[] = { pg_int(id), pg_int(2) };
    const PgCall last = { .statement = &insert, .params = second };
    rc = rc < 0 ? rc : pg_session_query(&session, arena, &insert, first, NULL, err);
    return rc < 0 ? rc : pg_commit_with(&session, arena, &last, 1, err);
}

static void load_main(void *arg)
{
    Load *load = arg;
    load->running++;
    while (!load->is_over) {
        auto_arena Arena *arena = arena_new(0);
        PgError err = PG_ERROR_INIT;
        PgResult result = { 0 };
        int64_t id = load->next_id++;
        int rc = write_pair(load, arena, id, &err);
        load->committed += rc == 0;
        load->unknown += rc == -ECONNRESET;
        load->refused += rc == -ECONNREFUSED;
        load->wrong += rc < 0 && rc != -ECONNRESET && rc != -ECONNREFUSED;
        rc = pg_query(load->pool, arena, &echo, PG_PARAMS(pg_int(id)), &result, &err);
        load->wrong += rc == 0 && pg_get_int(&result, 0, 0) != id;
        fiber_sleep_ms(1);
    }
    load->running--;
}

static void until_committed(const Load *load, size_t count)
{
    Deadline until = deadline_in_ms(WAIT_MS);
    while (load->committed < count && deadline_left_ms(until) > 0) {
        fiber_sleep_ms(5);
    }
    assert_true(load->committed >= count);
}

static int64_t ask(PgPool *pool, Arena *arena, const PgStatement *statement)
{
    PgSession session = PG_SESSION_INIT;
    PgResult result = { 0 };
    PgError err = PG_ERROR_INIT;
    assert_int_equal(pg_session_open(pool, &session, &err), 0);
    if (pg_session_query(&session, arena, statement, NULL, &result, &err) < 0) {
        fail_msg("%s", err.error.message);
    }
    pg_session_close(&session);
    return pg_get_int(&result, 0, 0);
}

CASE(killed_under_load_it_gives_no_wrong_answer_and_no_half_transaction)
{
    enum { FIBERS = 40 };
    PgPoolOptions options = pool_options(server);
    PgPool *pool = open_pool(loop, &options);
    PgSession session = PG_SESSION_INIT;
    PgError err = PG_ERROR_INIT;
    assert_int_equal(pg_session_open(pool, &session, &err), 0);
    assert_int_equal(
        pg_session_script(
            &session,
            "DROP TABLE IF EXISTS pair; CREATE TABLE pair (id bigint, half bigint, PRIMARY KEY "
            "(id, half))",
            &err
        ),
        0
    );
    pg_session_close(&session);
    Load load = { .pool = pool, .next_id = 1 };
    for (int i = 0; i < FIBERS; i++) {
        assert_int_equal(fiber_spawn(loop, NULL, load_main, &load, NULL), 0);
    }
    until_committed(&load, 200);
    server_kill(server);
    Deadline until = deadline_in_ms(WAIT_MS);
    while (load.refused == 0 && deadline_left_ms(until) > 0) {
        fiber_sleep_ms(5);
    }
    assert_true(load.refused > 0);
    assert_false(pg_pool_is_ready(pool));
    assert_true(server_restart(server));
    until_committed(&load, load.committed + 200);
    load.is_over = true;
    while (load.running > 0) {
        fiber_sleep_ms(1);
    }
    assert_int_equal(load.wrong, 0);
    static const PgStatement odd = {
        .name = "odd",
        .sql = "SELECT count(*) FROM (SELECT id FROM pair GROUP BY id HAVING count(*) <> 2) AS o",
    };
    int64_t halves = ask(pool, arena, &odd);
    assert_int_equal(halves, 0);
    /* What was acknowledged is there; what was lost on the way may be. */
    static const PgStatement pairs = { .name = "pairs",
                                       .sql = "SELECT count(DISTINCT id) FROM pair" };
    PgResult result = { 0 };
    assert_int_equal(pg_query(pool, arena, &pairs, NULL, &result, &err), 0);
    int64_t found = pg_get_int(&result, 0, 0);
    assert_in_range(found, (int64_t) load.committed, (int64_t) (load.committed + load.unknown));
    pg_pool_close(pool, 5000);
}

static void nap_in_session(void *arg)
{
    Load *load = arg;
    auto_arena Arena *arena = arena_new(0);
    PgError err = PG_ERROR_INIT;
    auto_pg_session PgSession session = PG_SESSION_INIT;
    load->running++;
    if (pg_begin(load->pool, PG_READ_COMMITTED, &session, &err) == 0) {
        pg_session_query(&session, arena, &nap, PG_PARAMS(pg_double(0.05)), NULL, &err);
    }
    load->running--;
}

CASE(a_fiber_that_is_canceled_gives_its_lease_back)
{
    PgPoolOptions options = pool_options(server);
    options.shared_conns = 1;
    options.max_conns = 2;
    PgPool *pool = open_pool(loop, &options);
    for (int i = 0; i < 5; i++) {
        Load load = { .pool = pool };
        Fiber *fiber = NULL;
        assert_int_equal(fiber_spawn(loop, NULL, nap_in_session, &load, &fiber), 0);
        while (load.running == 0) {
            fiber_yield();
        }
        fiber_sleep_ms(i * 3);
        fiber_cancel(fiber);
        assert_int_equal(fiber_join(fiber), 0);
    }
    assert_int_equal(ask(pool, arena, &one), 1);
    pg_pool_close(pool, 1000);
}

/* A sample of the pool's metrics, e.g. "db_pool_idle_connections". */
static int64_t sample(Metrics *metrics, const char *name)
{
    auto_strbuf StrBuf out = STRBUF_INIT;
    metrics_expose(metrics, &out);
    Str rest = strbuf_str(&out), line, value;
    int64_t number = -1;
    while (str_next_line(&rest, &line)) {
        if (str_cut(line, ' ', &line, &value) && str_eq_cstr(line, name)) {
            str_to_int64(value, &number);
        }
    }
    return number;
}

static void until_sample(Metrics *metrics, const char *name, int64_t least)
{
    Deadline until = deadline_in_ms(WAIT_MS);
    while (sample(metrics, name) < least && deadline_left_ms(until) > 0) {
        fiber_sleep_ms(5);
    }
    assert_true(sample(metrics, name) >= least);
}

CASE(old_connections_are_replaced_without_a_failure)
{
    Metrics *metrics = metrics_new(NULL, 0);
    PgPoolOptions options = pool_options(server);
    options.shared_conns = 1;
    options.max_lifetime_ms = 200;
    options.metrics = metrics;
    PgPool *pool = open_pool(loop, &options);
    Deadline until = deadline_in_ms(WAIT_MS);
    for (int64_t i = 0; sample(metrics, "db_pool_new_connections_total") < 4; i++) {
        assert_true(deadline_left_ms(until) > 0);
        expect_echo(pool, arena, i);
        fiber_sleep_ms(1);
    }
    assert_true(sample(metrics, "db_pool_max_lifetime_destroy_total") >= 3);
    pg_pool_close(pool, 1000);
    metrics_free(metrics);
}

CASE(idle_connections_are_closed)
{
    Metrics *metrics = metrics_new(NULL, 0);
    PgPoolOptions options = pool_options(server);
    options.max_idle_ms = 100;
    options.metrics = metrics;
    PgPool *pool = open_pool(loop, &options);
    assert_int_equal(ask(pool, arena, &one), 1);
    until_sample(metrics, "db_pool_max_idle_destroy_total", 1);
    assert_int_equal(sample(metrics, "db_pool_total_connections"), 1);
    assert_int_equal(ask(pool, arena, &one), 1);
    pg_pool_close(pool, 1000);
    metrics_free(metrics);
}

static void nap_long(void *arg)
{
    static const PgStatement long_nap = { .name = "long_nap",
                                          .sql = "SELECT pg_sleep(0.3)",
                                          .heavy = true };
    Load *load = arg;
    auto_arena Arena *arena = arena_new(0);
    PgError err = PG_ERROR_INIT;
    load->running++;
    load->wrong += pg_query(load->pool, arena, &long_nap, NULL, NULL, &err) < 0;
    load->running--;
}

CASE(nobody_waits_behind_a_heavy_statement)
{
    PgPoolOptions options = pool_options(server);
    options.shared_conns = 1;
    PgPool *pool = open_pool(loop, &options);
    expect_echo(pool, arena, 1);
    Load load = { .pool = pool };
    assert_int_equal(fiber_spawn(loop, NULL, nap_long, &load, NULL), 0);
    fiber_yield();
    for (int64_t i = 0; i < 20; i++) {
        expect_echo(pool, arena, i);
    }
    assert_int_equal(load.running, 1); /* it naps still */
    while (load.running > 0) {
        fiber_sleep_ms(5);
    }
    assert_int_equal(load.wrong, 0);
    pg_pool_close(pool, 1000);
}

CASE(a_server_that_hangs_is_left_and_met_again)
{
    Metrics *metrics = metrics_new(NULL, 0);
    PgPoolOptions options = pool_options(server);
    options.shared_conns = 1;
    options.statement_timeout_ms = 100;
    options.connect_timeout_ms = 200;
    options.metrics = metrics;
    PgPool *pool = open_pool(loop, &options);
    expect_echo(pool, arena, 1);
    server_pause(server, true);
    PgError err = PG_ERROR_INIT;
    int rc = 0;
    Deadline until = deadline_in_ms(WAIT_MS);
    while (rc != -ECONNREFUSED && deadline_left_ms(until) > 0) {
        Deadline former = fiber_narrow_deadline(deadline_in_ms(50));
        rc = pg_query(pool, arena, &echo, PG_PARAMS(pg_int(1)), NULL, &err);
        fiber_restore_deadline(former);
        assert_true(rc == -ETIMEDOUT || rc == -ECONNRESET || rc == -ECONNREFUSED);
    }
    assert_int_equal(rc, -ECONNREFUSED);
    server_pause(server, false);
    Error error = ERROR_INIT;
    assert_int_equal(pg_pool_wait_ready(pool, &error), 0);
    expect_echo(pool, arena, 2);
    pg_pool_close(pool, 1000);
    metrics_free(metrics);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_deadline_on_a_shared_connection_disturbs_nobody),
        cmocka_unit_test(a_deadline_in_a_transaction_rolls_it_back_and_keeps_the_connection),
        cmocka_unit_test(the_server_ends_a_statement_past_its_timeout),
        cmocka_unit_test(a_wrong_password_and_a_missing_database_are_told_apart),
        cmocka_unit_test(a_refused_connection_is_told_at_once),
        cmocka_unit_test(a_name_is_resolved_without_blocking),
        cmocka_unit_test(killed_under_load_it_gives_no_wrong_answer_and_no_half_transaction),
        cmocka_unit_test(a_fiber_that_is_canceled_gives_its_lease_back),
        cmocka_unit_test(old_connections_are_replaced_without_a_failure),
        cmocka_unit_test(idle_connections_are_closed),
        cmocka_unit_test(nobody_waits_behind_a_heavy_statement),
        cmocka_unit_test(a_server_that_hangs_is_left_and_met_again),
    };
    RUN_WITH_SERVER("pg_faults", server_start_postgres);
}
