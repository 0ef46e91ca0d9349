/* What a statement costs the client: CPU of this process a query, 64 fibers on one loop against a
 * Postgres of the test harness, 10,000 rows. Beside it the floor: libpq alone in pipeline mode, one
 * Sync a statement, as many statements under way. */
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <sys/resource.h>

#include "base/mem.h"
#include "clients/pg.h"

#include "servers.h"

enum { FIBERS = 64, QUERIES = 100000, ROWS = 10000 };

static const PgStatement by_key = {
    .name = "by_key",
    .sql = "SELECT id, name, price, updated FROM item WHERE id = $1",
    .params = { PG_INT8 },
};
static const PgStatement insert = {
    .name = "insert",
    .sql = "INSERT INTO note (text) VALUES ($1)",
    .params = { PG_TEXT },
};

static double cpu_us(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return 1e6 * (double) (used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double) (used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

typedef struct Bench {
    Loop *loop;
    TestServer *server;
    PgPool *pool;
    int64_t left;
    int64_t sum;
} Bench;

static void die(const PgError *err)
{
    fprintf(stderr, "%s\n", err->error.message);
    abort();
}

static void read_rows(void *arg)
{
    Bench *bench = arg;
    auto_arena Arena *arena = arena_new(0);
    while (bench->left > 0) {
        int64_t id = bench->left-- % ROWS;
        PgResult result = { 0 };
        PgError err;
        if (pg_query(bench->pool, arena, &by_key, PG_PARAMS(pg_int(id)), &result, &err) < 0) {
            die(&err);
        }
        bench->sum += pg_get_int(&result, 0, 2);
        arena_clear(arena);
    }
}

static void write_rows(void *arg)
{
    Bench *bench = arg;
    auto_arena Arena *arena = arena_new(0);
    const PgParam text[] = { pg_text(STR("some text of a note")) };
    const PgCall call = { .statement = &insert, .params = text };
    while (bench->left > 0) {
        bench->left--;
        PgSession session = PG_SESSION_INIT;
        PgError err;
        if (pg_begin(bench->pool, PG_READ_COMMITTED, &session, &err) < 0 ||
            pg_session_query(&session, arena, &insert, text, NULL, &err) < 0 ||
            pg_commit_with(&session, arena, &call, 1, &err) < 0) {
            die(&err);
        }
        arena_clear(arena);
    }
}

static void measure(Bench *bench, const char *name, int64_t count, FiberFn fn)
{
    Fiber *fibers[FIBERS];
    bench->left = count;
    int64_t start_ns = clock_monotonic_ns();
    double start_us = cpu_us();
    for (size_t i = 0; i < FIBERS; i++) {
        fiber_spawn(bench->loop, NULL, fn, bench, &fibers[i]);
    }
    for (size_t i = 0; i < FIBERS; i++) {
        fiber_join(fibers[i]);
    }
    double seconds = (double) (clock_monotonic_ns() - start_ns) / 1e9;
    printf(
        "%-44s %7.2f us CPU %9.0f a second\n",
        name,
        (cpu_us() - start_us) / (double) count,
        (double) count / seconds
    );
}

static void fill(PgPool *pool)
{
    PgSession session = PG_SESSION_INIT;
    PgError err = PG_ERROR_INIT;
    if (pg_session_open(pool, &session, &err) < 0 ||
        pg_session_script(
            &session,
            "CREATE TABLE item (id bigint PRIMARY KEY, name text, price bigint, updated "
            "timestamptz);"
            "INSERT INTO item SELECT n, 'item ' || n, n * 100, now() FROM generate_series(0, 9999) "
            "n;"
            "CREATE TABLE note (id bigserial PRIMARY KEY, text text); ANALYZE",
            &err
        ) < 0) {
        die(&err);
    }
    pg_session_close(&session);
}

static void bench_main(void *arg)
{
    Bench *bench = arg;
    const PgPoolOptions options = {
        .host = "127.0.0.1",
        .port = server_port(bench->server),
        .user = SERVER_USER,
        .password = SERVER_PASSWORD,
        .database = "postgres",
    };
    pg_pool_open(bench->loop, &options, &bench->pool, NULL);
    fill(bench->pool);
    measure(bench, "pg_query, one row by key", QUERIES, read_rows);
    measure(bench, "pg_begin, insert; insert and commit", QUERIES / 10, write_rows);
    pg_pool_close(bench->pool, 1000);
}

/* The floor. */
static void send_one(PGconn *pq, int64_t id)
{
    uint64_t key = __builtin_bswap64((uint64_t) id);
    const char *values[] = { (const char *) &key };
    const int lengths[] = { sizeof key };
    const int formats[] = { 1 };
    PQsendQueryPrepared(pq, "floor", 1, values, lengths, formats, 1);
    PQpipelineSync(pq);
}

/* The Syncs among what has come; two NULLs in a row say that nothing is left. */
static int64_t take_all(PGconn *pq)
{
    int64_t synced = 0;
    for (int nulls = 0; nulls < 2 && !PQisBusy(pq);) {
        PGresult *result = PQgetResult(pq);
        nulls = result ? 0 : nulls + 1;
        synced += result && PQresultStatus(result) == PGRES_PIPELINE_SYNC;
        PQclear(result);
    }
    return synced;
}

static void measure_floor(const TestServer *server)
{
    static const Oid type = PG_INT8;
    char text[160];
    snprintf(
        text,
        sizeof text,
        "host=127.0.0.1 port=%d user=%s password=%s dbname=postgres sslmode=disable",
        server_port(server),
        SERVER_USER,
        SERVER_PASSWORD
    );
    PGconn *pq = PQconnectdb(text);
    PQclear(PQprepare(pq, "floor", by_key.sql, 1, &type));
    PQsetnonblocking(pq, 1);
    PQenterPipelineMode(pq);
    int64_t sent = 0, done = 0;
    double start_us = cpu_us();
    int64_t start_ns = clock_monotonic_ns();
    while (done < QUERIES) {
        while (sent < QUERIES && sent - done < FIBERS / 2) {
            send_one(pq, sent++ % ROWS);
        }
        struct pollfd readable = { .fd = PQsocket(pq), .events = POLLIN };
        poll(&readable, 1, -1);
        PQconsumeInput(pq);
        done += take_all(pq);
    }
    double seconds = (double) (clock_monotonic_ns() - start_ns) / 1e9;
    printf(
        "%-44s %7.2f us CPU %9.0f a second\n",
        "libpq alone, one row by key",
        (cpu_us() - start_us) / (double) QUERIES,
        (double) QUERIES / seconds
    );
    PQfinish(pq);
}

int main(void)
{
    const char *why_not = NULL;
    Bench bench = { .server = server_start_postgres(&why_not) };
    if (!bench.server) {
        fprintf(stderr, "%s\n", why_not);
        return 3;
    }
    loop_new(&bench.loop, NULL);
    fiber_run_main(bench.loop, bench_main, &bench);
    loop_free(bench.loop);
    measure_floor(bench.server);
    server_stop(bench.server);
    return 0;
}
