/* The clients against peers that answer nonsense, nothing, or half an answer. */
#include "base/mem.h"
#include "clients/pg.h"
#include "clients/redis.h"
#include "loop/fiber.h"
#include "loop/stream.h"

#include "unit.h"

typedef struct Peer {
    Loop *loop;
    Str answer; /* to whatever comes; empty: silence */
    bool hangs_up;
    Listener *listener;
    Stream *streams[64];
    size_t stream_count;
} Peer;

static void on_read(Stream *stream, const void *data, size_t size, int error, void *arg)
{
    (void) data;
    (void) error;
    Peer *peer = arg;
    if (size == 0) {
        return;
    }
    if (peer->answer.len > 0) {
        stream_send(stream, peer->answer);
    }
    if (peer->hangs_up) {
        stream_shutdown(stream);
    }
}

static void on_close(Stream *stream, void *arg)
{
    (void) stream;
    (void) arg;
}

static void on_accept(Listener *listener, Stream *stream, void *arg)
{
    static const StreamCallbacks callbacks = { .on_read = on_read, .on_close = on_close };
    (void) listener;
    Peer *peer = arg;
    assert_true(peer->stream_count < ARRAY_LEN(peer->streams));
    peer->streams[peer->stream_count++] = stream;
    stream_set_callbacks(stream, &callbacks, peer);
    stream_read_start(stream);
}

static void peer_open(Peer *peer)
{
    const Address address = { .host = "127.0.0.1" };
    assert_int_equal(
        listener_open(peer->loop, &address, on_accept, peer, &peer->listener, NULL), 0
    );
}

static void peer_close(Peer *peer)
{
    for (size_t i = 0; i < peer->stream_count; i++) {
        stream_close(peer->streams[i]);
    }
    listener_close(peer->listener);
}

static int ask_redis(Peer *peer, int64_t timeout_ms)
{
    const RedisOptions options = { .host = "127.0.0.1", .port = listener_port(peer->listener) };
    auto_arena Arena *arena = arena_new(0);
    Redis *redis = NULL;
    assert_int_equal(redis_open(peer->loop, &options, &redis, NULL), 0);
    Deadline former = fiber_narrow_deadline(deadline_in_ms(timeout_ms));
    Error err = ERROR_INIT;
    int rc = redis_command(redis, arena, REDIS_COMMAND(STR("PING")), NULL, &err);
    fiber_restore_deadline(former);
    assert_true(err.message[0] != '\0');
    redis_close(redis, 100);
    return rc;
}

static int ask_pg(Peer *peer, int64_t timeout_ms)
{
    static const PgStatement one = { .name = "one", .sql = "SELECT 1" };
    const PgPoolOptions options = {
        .host = "127.0.0.1",
        .port = listener_port(peer->listener),
        .user = "u",
        .password = "p",
        .database = "d",
        .connect_timeout_ms = timeout_ms,
    };
    auto_arena Arena *arena = arena_new(0);
    PgPool *pool = NULL;
    PgError err = PG_ERROR_INIT;
    assert_int_equal(pg_pool_open(peer->loop, &options, &pool, NULL), 0);
    int rc = pg_query(pool, arena, &one, NULL, NULL, &err);
    assert_true(err.kind == PG_UNAVAILABLE || err.kind == PG_LOST);
    pg_pool_close(pool, 100);
    return rc;
}

enum { PATIENCE_MS = 10000, IMPATIENCE_MS = 30 };

static const Str nonsense[] = {
    STR_INIT("nonsense\r\n"),
    STR_INIT("HTTP/1.1 400 Bad Request\r\n\r\n"),
    STR_INIT("*-7\r\n"),
    STR_INIT("$99999999999999999999\r\n"),
    STR_INIT("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n"),
    STR_INIT("+OK\r\n+OK\r\n+OK\r\n+OK\r\n"),
};

static void redis_meets_nonsense(void *arg)
{
    Peer *peer = arg;
    peer_open(peer);
    for (size_t i = 0; i < ARRAY_LEN(nonsense); i++) {
        peer->answer = nonsense[i];
        int rc = ask_redis(peer, PATIENCE_MS);
        if (rc != -ECONNREFUSED && rc != -ECONNRESET) {
            fail_msg("%d to %" STR_FMT, rc, STR_ARG(nonsense[i]));
        }
    }
    peer_close(peer);
}

static void redis_meets_silence(void *arg)
{
    Peer *peer = arg;
    peer_open(peer);
    assert_int_equal(ask_redis(peer, IMPATIENCE_MS), -ETIMEDOUT);
    peer_close(peer);
}

static void pg_meets_nonsense(void *arg)
{
    static const Str answers[] = {
        STR_INIT("nonsense\r\n"),
        STR_INIT("R\0\0\0\x08\0\0\0\x63"),         /* an unknown authentication */
        STR_INIT("R\xff\xff\xff\xff\0\0\0\0"),     /* a negative length */
        STR_INIT("R\0\0\0\x08\0\0\0\0Z\0\0\0\5X"), /* let in without a word of it */
        STR_INIT("E\0\0\0\x05\0"),                 /* an error without fields */
    };
    Peer *peer = arg;
    peer->hangs_up = true;
    peer_open(peer);
    for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
        peer->answer = answers[i];
        int rc = ask_pg(peer, PATIENCE_MS);
        assert_true(rc < 0 && rc != -ETIMEDOUT);
    }
    peer_close(peer);
}

static void pg_meets_silence(void *arg)
{
    Peer *peer = arg;
    peer_open(peer);
    assert_int_equal(ask_pg(peer, IMPATIENCE_MS), -ECONNREFUSED);
    peer_close(peer);
}

static void run(FiberFn fn)
{
    Peer peer = { 0 };
    assert_int_equal(loop_new(&peer.loop, NULL), 0);
    assert_int_equal(fiber_run_main(peer.loop, fn, &peer), 0);
    loop_free(peer.loop);
}

static void redis_gives_nonsense_a_clear_error(void **state)
{
    (void) state;
    run(redis_meets_nonsense);
}

static void redis_gives_up_on_a_silent_peer(void **state)
{
    (void) state;
    run(redis_meets_silence);
}

static void postgres_gives_nonsense_a_clear_error(void **state)
{
    (void) state;
    run(pg_meets_nonsense);
}

static void postgres_gives_up_on_a_silent_peer(void **state)
{
    (void) state;
    run(pg_meets_silence);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(redis_gives_nonsense_a_clear_error),
        cmocka_unit_test(redis_gives_up_on_a_silent_peer),
        cmocka_unit_test(postgres_gives_nonsense_a_clear_error),
        cmocka_unit_test(postgres_gives_up_on_a_silent_peer),
    };
    return cmocka_run_group_tests_name("garbage", tests, NULL, NULL);
}
