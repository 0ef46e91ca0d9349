/* The Redis client against a real server. */
#include "base/mem.h"
#include "clients/redis.h"

#include "support.h"

static Redis *open_redis(Loop *loop, TestServer *server)
{
    RedisOptions options = { .host = "127.0.0.1", .port = server_port(server) };
    Redis *redis = NULL;
    assert_int_equal(redis_open(loop, &options, &redis, NULL), 0);
    return redis;
}

static RedisValue command(Redis *redis, Arena *arena, RedisCommand what)
{
    RedisValue value = { 0 };
    Error err = ERROR_INIT;
    if (redis_command(redis, arena, what, &value, &err) < 0) {
        fail_msg("%s", err.message);
    }
    return value;
}

CASE(answers_of_every_kind_arrive)
{
    Redis *redis = open_redis(loop, server);
    command(redis, arena, REDIS_COMMAND(STR("FLUSHALL")));
    Str binary = str_make("a\r\n\0b", 5);
    RedisValue value = command(redis, arena, REDIS_COMMAND(STR("SET"), STR("k"), binary));
    assert_str(value.text, "OK");
    value = command(redis, arena, REDIS_COMMAND(STR("GET"), STR("k")));
    assert_true(str_eq(value.text, binary));
    value = command(redis, arena, REDIS_COMMAND(STR("GET"), STR("absent")));
    assert_int_equal(value.kind, REDIS_NIL);
    value = command(redis, arena, REDIS_COMMAND(STR("RPUSH"), STR("l"), STR("1"), STR("2")));
    assert_int_equal(value.integer, 2);
    value = command(redis, arena, REDIS_COMMAND(STR("LRANGE"), STR("l"), STR("0"), STR("-1")));
    assert_int_equal(value.count, 2);
    assert_str(value.items[1].text, "2");
    Error err = ERROR_INIT;
    assert_int_equal(
        redis_command(redis, arena, REDIS_COMMAND(STR("INCR"), STR("l")), NULL, &err), -EINVAL
    );
    assert_non_null(strstr(err.message, "WRONGTYPE"));
    redis_close(redis, 1000);
}

typedef struct Adder {
    Redis *redis;
    int rc;
    Fiber *fiber;
} Adder;

static void add_one(void *arg)
{
    Adder *adder = arg;
    auto_arena Arena *arena = arena_new(0);
    adder->rc =
        redis_command(adder->redis, arena, REDIS_COMMAND(STR("INCR"), STR("sum")), NULL, NULL);
}

CASE(commands_of_many_fibers_share_a_connection)
{
    enum { ADDERS = 500 };
    Redis *redis = open_redis(loop, server);
    command(redis, arena, REDIS_COMMAND(STR("FLUSHALL")));
    Adder *adders = ARENA_ARRAY(arena, Adder, ADDERS);
    for (int i = 0; i < ADDERS; i++) {
        adders[i].redis = redis;
        assert_int_equal(fiber_spawn(loop, NULL, add_one, &adders[i], &adders[i].fiber), 0);
    }
    for (int i = 0; i < ADDERS; i++) {
        assert_int_equal(fiber_join(adders[i].fiber), 0);
        assert_int_equal(adders[i].rc, 0);
    }
    RedisValue sum = command(redis, arena, REDIS_COMMAND(STR("GET"), STR("sum")));
    assert_str(sum.text, "500");
    redis_close(redis, 1000);
}

CASE(a_transaction_is_whole_or_discarded)
{
    Redis *redis = open_redis(loop, server);
    command(redis, arena, REDIS_COMMAND(STR("FLUSHALL")));
    const RedisCommand good[] = {
        REDIS_COMMAND(STR("SET"), STR("a"), STR("1")),
        REDIS_COMMAND(STR("XADD"), STR("s"), STR("*"), STR("k"), STR("v")),
    };
    RedisValue values[2];
    Error err = ERROR_INIT;
    assert_int_equal(redis_multi(redis, arena, good, 2, values, &err), 0);
    assert_str(values[0].text, "OK");
    assert_int_equal(values[1].kind, REDIS_STRING);
    const RedisCommand bad[] = {
        REDIS_COMMAND(STR("SET"), STR("a"), STR("2")),
        REDIS_COMMAND(STR("NOSUCHCOMMAND")),
    };
    assert_int_equal(redis_multi(redis, arena, bad, 2, values, &err), -ECANCELED);
    assert_str(command(redis, arena, REDIS_COMMAND(STR("GET"), STR("a"))).text, "1");
    redis_close(redis, 1000);
}

CASE(a_script_is_sent_again_where_the_server_forgot_it)
{
    static const RedisScript twice = { "twice",
                                       "return redis.call('incrby', KEYS[1], ARGV[1] * 2)" };
    Redis *redis = open_redis(loop, server);
    command(redis, arena, REDIS_COMMAND(STR("FLUSHALL")));
    const Str key = STR("n"), two = STR("2");
    const RedisScriptCall call = { &twice, &key, 1, &two, 1 };
    RedisValue value = { 0 };
    assert_int_equal(redis_script(redis, arena, &call, &value, NULL), 0);
    assert_int_equal(value.integer, 4);
    command(redis, arena, REDIS_COMMAND(STR("SCRIPT"), STR("FLUSH")));
    assert_int_equal(redis_script(redis, arena, &call, &value, NULL), 0);
    assert_int_equal(value.integer, 8);
    redis_close(redis, 1000);
}

CASE(a_deadline_leaves_the_other_answers_in_order)
{
    Redis *redis = open_redis(loop, server);
    command(redis, arena, REDIS_COMMAND(STR("SET"), STR("k"), STR("v")));
    server_pause(server, true);
    Deadline former = fiber_narrow_deadline(deadline_in_ms(30));
    Error err = ERROR_INIT;
    assert_int_equal(
        redis_command(redis, arena, REDIS_COMMAND(STR("ECHO"), STR("late")), NULL, &err), -ETIMEDOUT
    );
    fiber_restore_deadline(former);
    server_pause(server, false);
    assert_str(command(redis, arena, REDIS_COMMAND(STR("GET"), STR("k"))).text, "v");
    redis_close(redis, 1000);
}

static int until_it_works(Redis *redis, Arena *arena)
{
    Deadline until = deadline_in_ms(15000);
    int rc;
    while ((rc = redis_command(redis, arena, REDIS_COMMAND(STR("GET"), STR("k")), NULL, NULL)) <
               0 &&
           deadline_left_ms(until) > 0) {
        fiber_sleep_ms(10);
    }
    return rc;
}

CASE(a_killed_server_is_met_again)
{
    Redis *redis = open_redis(loop, server);
    command(redis, arena, REDIS_COMMAND(STR("SET"), STR("k"), STR("v")));
    server_kill(server);
    Error err = ERROR_INIT;
    int rc = 0;
    Deadline until = deadline_in_ms(10000);
    while (rc != -ECONNREFUSED && deadline_left_ms(until) > 0) {
        rc = redis_command(redis, arena, REDIS_COMMAND(STR("GET"), STR("k")), NULL, &err);
        assert_true(rc == -ECONNRESET || rc == -ECONNREFUSED);
    }
    assert_int_equal(rc, -ECONNREFUSED);
    assert_false(redis_is_ready(redis));
    assert_true(server_restart(server));
    assert_int_equal(until_it_works(redis, arena), 0);
    redis_close(redis, 1000);
}

CASE(a_wrong_password_is_told)
{
    RedisOptions options = { .host = "localhost",
                             .port = server_port(server),
                             .password = "wrong" };
    Redis *redis = NULL;
    assert_int_equal(redis_open(loop, &options, &redis, NULL), 0);
    Error err = ERROR_INIT;
    assert_int_equal(
        redis_command(redis, arena, REDIS_COMMAND(STR("GET"), STR("k")), NULL, &err), -ECONNREFUSED
    );
    assert_non_null(strstr(err.message, "AUTH"));
    redis_close(redis, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_of_every_kind_arrive),
        cmocka_unit_test(commands_of_many_fibers_share_a_connection),
        cmocka_unit_test(a_transaction_is_whole_or_discarded),
        cmocka_unit_test(a_script_is_sent_again_where_the_server_forgot_it),
        cmocka_unit_test(a_deadline_leaves_the_other_answers_in_order),
        cmocka_unit_test(a_killed_server_is_met_again),
        cmocka_unit_test(a_wrong_password_is_told),
    };
    RUN_WITH_SERVER("redis", server_start_redis);
}
