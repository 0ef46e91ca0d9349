/* The Postgres client against a real server. */
#include "base/mem.h"
#include "clients/pg.h"

#include "support.h"

static PgPool *open_pool(Loop *loop, TestServer *server, const PgPoolOptions *given)
{
    PgPoolOptions options = given ? *given : (PgPoolOptions) { 0 };
    options.host = "127.0.0.1";
    options.port = server_port(server);
    options.user = options.user ? options.user : SERVER_USER;
    options.password = options.password ? options.password : SERVER_PASSWORD;
    options.database = options.database ? options.database : "postgres";
    PgPool *pool = NULL;
    Error err = ERROR_INIT;
    assert_int_equal(pg_pool_open(loop, &options, &pool, &err), 0);
    return pool;
}

static void script(PgPool *pool, const char *sql)
{
    PgSession session = PG_SESSION_INIT;
    PgError err = PG_ERROR_INIT;
    assert_int_equal(pg_session_open(pool, &session, &err), 0);
    if (pg_session_script(&session, sql, &err) < 0) {
        fail_msg("%s", err.error.message);
    }
    pg_session_close(&session);
}

CASE(reads_and_writes_every_type)
{
    static const PgStatement echo = {
        .name = "echo",
        .sql = "SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $2::int8::numeric * 1000, "
               "NULL::text, $11",
        .params = { PG_BOOL,
                    PG_INT8,
                    PG_INT4,
                    PG_FLOAT8,
                    PG_TEXT,
                    PG_BYTEA,
                    PG_JSONB,
                    PG_UUID,
                    PG_TIMESTAMPTZ,
                    PG_TEXT_ARRAY,
                    PG_UUID_ARRAY },
    };
    PgPool *pool = open_pool(loop, server, NULL);
    Uuid id = uuid_make_v7();
    const Str tags[] = { STR("one"), STR(""), STR("drei \"x\"") };
    const PgParam params[] = {
        pg_bool(true),
        pg_int(-1234567890123),
        pg_int4(-7),
        pg_double(2.5),
        pg_text(STR("grüße")),
        pg_bytea(str_make("a\0b", 3)),
        pg_jsonb(STR("{\"a\": 1}")),
        pg_uuid(id),
        pg_time(1767323045678901),
        pg_text_array(arena, tags, 3),
        pg_uuid_array(arena, &id, 1),
    };
    PgResult result = { 0 };
    PgError err = PG_ERROR_INIT;
    if (pg_query(pool, arena, &echo, params, &result, &err) < 0) {
        fail_msg("%s", err.error.message);
    }
    assert_int_equal(result.rows, 1);
    assert_true(pg_get_bool(&result, 0, 0));
    assert_int_equal(pg_get_int(&result, 0, 1), -1234567890123);
    assert_int_equal(pg_get_int(&result, 0, 2), -7);
    assert_true(pg_get_double(&result, 0, 3) == 2.5);
    assert_str(pg_get_str(&result, 0, 4), "grüße");
    assert_true(str_eq(pg_get_str(&result, 0, 5), str_make("a\0b", 3)));
    assert_str(pg_get_str(&result, 0, 6), "{\"a\": 1}");
    Uuid got = pg_get_uuid(&result, 0, 7);
    assert_memory_equal(got.bytes, id.bytes, 16);
    assert_int_equal(pg_get_time(&result, 0, 8), 1767323045678901);
    const Str *got_tags = NULL;
    assert_int_equal(pg_get_text_array(&result, 0, 9, arena, &got_tags), 3);
    assert_str(got_tags[2], "drei \"x\"");
    assert_int_equal(pg_get_int(&result, 0, 10), -1234567890123000);
    assert_true(pg_is_null(&result, 0, 11));
    assert_str(pg_get_str(&result, 0, 11), "");
    const Uuid *ids = NULL;
    assert_int_equal(pg_get_uuid_array(&result, 0, 12, arena, &ids), 1);
    assert_memory_equal(ids[0].bytes, id.bytes, 16);
    pg_pool_close(pool, 1000);
}

typedef struct Asker {
    PgPool *pool;
    int64_t number;
    int64_t answer;
    int rc;
    Fiber *fiber;
} Asker;

static const PgStatement half = { .name = "half",
                                  .sql = "SELECT 1000 / $1",
                                  .params = { PG_INT8 } };

static void ask(void *arg)
{
    Asker *asker = arg;
    auto_arena Arena *arena = arena_new(0);
    PgResult result = { 0 };
    PgError err = PG_ERROR_INIT;
    asker->rc =
        pg_query(asker->pool, arena, &half, PG_PARAMS(pg_int(asker->number)), &result, &err);
    if (asker->rc == 0) {
        asker->answer = pg_get_int(&result, 0, 0);
    }
}

CASE(a_failing_statement_disturbs_no_other_fiber_on_its_connection)
{
    enum { ASKERS = 200 };
    PgPool *pool = open_pool(loop, server, &(PgPoolOptions) { .shared_conns = 1 });
    Asker *askers = ARENA_ARRAY(arena, Asker, ASKERS);
    for (int i = 0; i < ASKERS; i++) {
        askers[i] = (Asker) { .pool = pool, .number = i % 7 };
        assert_int_equal(fiber_spawn(loop, NULL, ask, &askers[i], &askers[i].fiber), 0);
    }
    for (int i = 0; i < ASKERS; i++) {
        assert_int_equal(fiber_join(askers[i].fiber), 0);
        if (askers[i].number == 0) {
            assert_int_equal(askers[i].rc, -EINVAL);
        } else {
            assert_int_equal(askers[i].rc, 0);
            assert_int_equal(askers[i].answer, 1000 / askers[i].number);
        }
    }
    pg_pool_close(pool, 1000);
}

CASE(names_the_violated_constraint)
{
    static const PgStatement insert = {
        .name = "insert_child",
        .sql = "INSERT INTO child (id, parent, size) VALUES ($1, $2, $3)",
        .params = { PG_INT8, PG_INT8, PG_INT8 }
    };
    PgPool *pool = open_pool(loop, server, NULL);
    script(
        pool,
        "DROP TABLE IF EXISTS child; DROP TABLE IF EXISTS parent;"
        "CREATE TABLE parent (id bigint PRIMARY KEY); INSERT INTO parent VALUES (1);"
        "CREATE TABLE child (id bigint PRIMARY KEY, parent bigint NOT NULL REFERENCES parent,"
        " size bigint CONSTRAINT size_is_positive CHECK (size > 0));"
        "INSERT INTO child VALUES (1, 1, 1)"
    );
    PgError err = PG_ERROR_INIT;
    assert_int_equal(
        pg_query(pool, arena, &insert, PG_PARAMS(pg_int(1), pg_int(1), pg_int(1)), NULL, &err),
        -EEXIST
    );
    assert_int_equal(err.kind, PG_UNIQUE_VIOLATION);
    assert_string_equal(err.constraint, "child_pkey");
    assert_string_equal(err.sqlstate, "23505");
    assert_int_equal(
        pg_query(pool, arena, &insert, PG_PARAMS(pg_int(2), pg_int(9), pg_int(1)), NULL, &err),
        -ENOENT
    );
    assert_int_equal(err.kind, PG_FOREIGN_KEY_VIOLATION);
    assert_string_equal(err.constraint, "child_parent_fkey");
    assert_int_equal(
        pg_query(pool, arena, &insert, PG_PARAMS(pg_int(2), pg_int(1), pg_int(0)), NULL, &err),
        -EINVAL
    );
    assert_int_equal(err.kind, PG_CHECK_VIOLATION);
    assert_string_equal(err.constraint, "size_is_positive");
    assert_int_equal(
        pg_query(pool, arena, &insert, PG_PARAMS(pg_int(2), pg_null(), pg_int(1)), NULL, &err),
        -EINVAL
    );
    assert_int_equal(err.kind, PG_NOT_NULL_VIOLATION);
    assert_string_equal(err.column, "parent");
    pg_pool_close(pool, 1000);
}

static const PgStatement count_rows = { .name = "count_rows", .sql = "SELECT count(*) FROM note" };
static const PgStatement add_note = { .name = "add_note",
                                      .sql = "INSERT INTO note VALUES ($1)",
                                      .params = { PG_INT8 } };

static int64_t notes(PgPool *pool, Arena *arena)
{
    PgResult result = { 0 };
    PgError err = PG_ERROR_INIT;
    if (pg_query(pool, arena, &count_rows, NULL, &result, &err) < 0) {
        fail_msg("%s", err.error.message);
    }
    return pg_get_int(&result, 0, 0);
}

CASE(a_batch_happens_whole_or_not_at_all)
{
    PgPool *pool = open_pool(loop, server, NULL);
    script(pool, "DROP TABLE IF EXISTS note; CREATE TABLE note (id bigint PRIMARY KEY)");
    const PgParam one[] = { pg_int(1) }, two[] = { pg_int(2) };
    PgResult result = { 0 };
    const PgCall good[] = { { &add_note, one, &result }, { &add_note, two, NULL } };
    const PgCall bad[] = { { &add_note, PG_PARAMS(pg_int(3)), NULL }, { &add_note, two, NULL } };
    PgError err = PG_ERROR_INIT;
    assert_int_equal(pg_batch(pool, arena, good, 2, &err), 0);
    assert_int_equal(result.affected, 1);
    assert_int_equal(pg_batch(pool, arena, bad, 2, &err), -EEXIST);
    assert_int_equal(notes(pool, arena), 2);
    pg_pool_close(pool, 1000);
}

CASE(a_transaction_commits_rolls_back_and_frees_its_connection)
{
    PgPool *pool = open_pool(loop, server, &(PgPoolOptions) { .shared_conns = 1, .max_conns = 2 });
    script(pool, "DROP TABLE IF EXISTS note; CREATE TABLE note (id bigint PRIMARY KEY)");
    PgError err = PG_ERROR_INIT;
    for (int i = 0; i < 10; i++) {
        auto_pg_session PgSession session = PG_SESSION_INIT;
        assert_int_equal(pg_begin(pool, PG_READ_COMMITTED, &session, &err), 0);
        assert_int_equal(
            pg_session_query(&session, arena, &add_note, PG_PARAMS(pg_int(i)), NULL, &err), 0
        );
        if (i % 2) {
            assert_int_equal(pg_commit(&session, &err), 0);
        } else if (i % 4) {
            pg_rollback(&session);
        } /* else the end of its scope rolls back */
    }
    assert_int_equal(notes(pool, arena), 5);
    pg_pool_close(pool, 1000);
}

CASE(the_last_statements_travel_with_the_commit)
{
    PgPool *pool = open_pool(loop, server, NULL);
    script(pool, "DROP TABLE IF EXISTS note; CREATE TABLE note (id bigint PRIMARY KEY)");
    PgError err = PG_ERROR_INIT;
    auto_pg_session PgSession session = PG_SESSION_INIT;
    const PgParam one[] = { pg_int(1) };
    const PgCall call = { &add_note, one, NULL };
    assert_int_equal(pg_begin(pool, PG_SERIALIZABLE, &session, &err), 0);
    assert_int_equal(pg_commit_with(&session, arena, &call, 1, &err), 0);
    assert_null(session.conn);
    assert_int_equal(notes(pool, arena), 1);
    assert_int_equal(pg_begin(pool, PG_READ_COMMITTED, &session, &err), 0);
    assert_int_equal(pg_commit_with(&session, arena, &call, 1, &err), -EEXIST);
    assert_null(session.conn);
    assert_int_equal(notes(pool, arena), 1);
    pg_pool_close(pool, 1000);
}

CASE(a_transaction_of_last_statements_alone_is_whole_or_nothing)
{
    PgPool *pool = open_pool(loop, server, NULL);
    script(pool, "DROP TABLE IF EXISTS note; CREATE TABLE note (id bigint PRIMARY KEY)");
    PgError err = PG_ERROR_INIT;
    auto_pg_session PgSession session = PG_SESSION_INIT;
    const PgParam one[] = { pg_int(1) }, two[] = { pg_int(2) };
    const PgCall good[] = { { &add_note, one, NULL }, { &add_note, two, NULL } };
    const PgCall bad[] = { { &add_note, PG_PARAMS(pg_int(3)), NULL }, { &add_note, two, NULL } };
    assert_int_equal(pg_begin(pool, PG_READ_COMMITTED, &session, &err), 0);
    assert_int_equal(pg_commit_with(&session, arena, good, 2, &err), 0);
    assert_null(session.conn);
    assert_int_equal(pg_begin(pool, PG_READ_COMMITTED, &session, &err), 0);
    assert_int_equal(pg_commit_with(&session, arena, bad, 2, &err), -EEXIST);
    assert_null(session.conn);
    /* in a session of one's own the next transaction begins afresh */
    assert_int_equal(pg_session_open(pool, &session, &err), 0);
    assert_int_equal(pg_begin(pool, PG_READ_COMMITTED, &session, &err), 0);
    assert_int_equal(
        pg_commit_with(
            &session, arena, &(PgCall) { &add_note, PG_PARAMS(pg_int(4)), NULL }, 1, &err
        ),
        0
    );
    assert_non_null(session.conn);
    assert_int_equal(pg_begin(pool, PG_READ_COMMITTED, &session, &err), 0);
    assert_int_equal(
        pg_session_query(&session, arena, &add_note, PG_PARAMS(pg_int(5)), NULL, &err), 0
    );
    pg_rollback(&session);
    assert_int_equal(notes(pool, arena), 3);
    pg_pool_close(pool, 1000);
}

CASE(a_failed_transaction_can_not_be_committed)
{
    PgPool *pool = open_pool(loop, server, NULL);
    script(pool, "DROP TABLE IF EXISTS note; CREATE TABLE note (id bigint PRIMARY KEY)");
    PgError err = PG_ERROR_INIT;
    auto_pg_session PgSession session = PG_SESSION_INIT;
    assert_int_equal(pg_begin(pool, PG_READ_COMMITTED, &session, &err), 0);
    assert_int_equal(
        pg_session_query(&session, arena, &add_note, PG_PARAMS(pg_int(1)), NULL, &err), 0
    );
    assert_int_equal(
        pg_session_query(&session, arena, &half, PG_PARAMS(pg_int(0)), NULL, &err), -EINVAL
    );
    assert_int_equal(err.kind, PG_BAD_DATA);
    assert_int_equal(pg_commit(&session, &err), -ECANCELED);
    assert_int_equal(notes(pool, arena), 0);
    pg_pool_close(pool, 1000);
}

typedef struct Worker {
    PgPool *pool;
    int *running, *most;
    int rc;
    Fiber *fiber;
} Worker;

static void work(void *arg)
{
    static const PgStatement yield = { .name = "yield", .sql = "SELECT pg_sleep(0.005)" };
    Worker *worker = arg;
    auto_arena Arena *arena = arena_new(0);
    auto_pg_session PgSession session = PG_SESSION_INIT;
    PgError err = PG_ERROR_INIT;
    worker->rc = pg_begin(worker->pool, PG_READ_COMMITTED, &session, &err);
    if (worker->rc == 0) {
        ++*worker->running;
        *worker->most = *worker->running > *worker->most ? *worker->running : *worker->most;
        worker->rc = pg_session_query(&session, arena, &yield, NULL, NULL, &err);
        --*worker->running;
        worker->rc = worker->rc ? worker->rc : pg_commit(&session, &err);
    }
}

CASE(leases_stay_within_the_bound_and_everybody_gets_one)
{
    enum { WORKERS = 40 };
    PgPool *pool = open_pool(loop, server, &(PgPoolOptions) { .shared_conns = 1, .max_conns = 4 });
    int running = 0, most = 0;
    Worker *workers = ARENA_ARRAY(arena, Worker, WORKERS);
    for (int i = 0; i < WORKERS; i++) {
        workers[i] = (Worker) { .pool = pool, .running = &running, .most = &most };
        assert_int_equal(fiber_spawn(loop, NULL, work, &workers[i], &workers[i].fiber), 0);
    }
    for (int i = 0; i < WORKERS; i++) {
        assert_int_equal(fiber_join(workers[i].fiber), 0);
        assert_int_equal(workers[i].rc, 0);
    }
    assert_int_equal(most, 3);
    pg_pool_close(pool, 1000);
}

static void count_notification(Str payload, void *arg)
{
    Str *last = arg;
    *last = payload.len ? STR("heard") : STR("listening");
}

static bool becomes(const Str *text, const char *wanted)
{
    Deadline until = deadline_in_ms(10000);
    while (!str_eq_cstr(*text, wanted) && deadline_left_ms(until) > 0) {
        fiber_sleep_ms(5);
    }
    return str_eq_cstr(*text, wanted);
}

CASE(a_listener_hears_notifications)
{
    static const PgStatement notify = { .name = "notify",
                                        .sql = "SELECT pg_notify('outbox', 'x')" };
    Str last = { 0 };
    PgPool *pool = open_pool(loop, server, NULL);
    PgListener *listener = pg_listen(pool, "outbox", count_notification, &last);
    PgError err = PG_ERROR_INIT;
    assert_true(becomes(&last, "listening"));
    assert_int_equal(pg_query(pool, arena, &notify, NULL, NULL, &err), 0);
    assert_true(becomes(&last, "heard"));
    pg_listener_free(listener);
    pg_pool_close(pool, 1000);
}

CASE(counts_its_connections_and_statements)
{
    Metrics *metrics = metrics_new(NULL, 0);
    PgPool *pool = open_pool(loop, server, &(PgPoolOptions) { .metrics = metrics });
    script(pool, "SELECT 1");
    PgError err = PG_ERROR_INIT;
    assert_int_equal(pg_query(pool, arena, &half, PG_PARAMS(pg_int(2)), NULL, &err), 0);
    StrBuf out = STRBUF_ON_ARENA(arena);
    metrics_expose(metrics, &out);
    static const char *const lines[] = {
        "db_pool_total_connections 2\n",
        "db_pool_idle_connections 1\n",
        "db_pool_acquired_connections 1\n",
        "db_pool_max_connections 10\n",
        "db_pool_new_connections_total 2\n",
        "db_query_duration_seconds_count{statement=\"half\"} 1\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        if (str_find(strbuf_str(&out), str_from(lines[i])) == STR_NONE) {
            fail_msg("no %s in %s", lines[i], out.ptr);
        }
    }
    pg_pool_close(pool, 1000);
    metrics_free(metrics);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_writes_every_type),
        cmocka_unit_test(a_failing_statement_disturbs_no_other_fiber_on_its_connection),
        cmocka_unit_test(names_the_violated_constraint),
        cmocka_unit_test(a_batch_happens_whole_or_not_at_all),
        cmocka_unit_test(a_transaction_commits_rolls_back_and_frees_its_connection),
        cmocka_unit_test(the_last_statements_travel_with_the_commit),
        cmocka_unit_test(a_transaction_of_last_statements_alone_is_whole_or_nothing),
        cmocka_unit_test(a_failed_transaction_can_not_be_committed),
        cmocka_unit_test(leases_stay_within_the_bound_and_everybody_gets_one),
        cmocka_unit_test(a_listener_hears_notifications),
        cmocka_unit_test(counts_its_connections_and_statements),
    };
    RUN_WITH_SERVER("pg", server_start_postgres);
}
