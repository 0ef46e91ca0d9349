/* Redis (RESP2): one connection a loop, on which the commands of all fibers are pipelined.
 *
 * A fiber parks until its own answer came; one whose deadline passes gets -ETIMEDOUT and its answer
 * is thrown away when it comes. A lost connection fails what was sent with -ECONNRESET (it may have
 * happened) and reconnects with growing delays; while the last attempt failed, commands fail at
 * once with -ECONNREFUSED. Commands that block on the server (BLPOP, XREAD BLOCK) and SUBSCRIBE
 * need a Redis of their own. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "loop/fiber.h"
#include "loop/loop.h"
#include "observe/metrics.h"

typedef struct Redis Redis;

typedef struct RedisOptions {
    const char *host; /* texts are copied */
    int port;
    const char *unix_path; /* set: host and port are ignored */
    const char *password;  /* NULL or empty: none */
    int database;
    int64_t connect_timeout_ms; /* 0: 5000 */
    int64_t command_timeout_ms; /* beside the fiber's deadline; 0: 5000 */
    size_t max_pending;         /* commands waiting for an answer; 0: 10,000; past it -EBUSY */
    Metrics *metrics;           /* redis_commands_total{command,result},
                                   redis_command_duration_seconds{command}; NULL: none */
} RedisOptions;

/* Begins to connect and returns without waiting. */
int redis_open(Loop *loop, const RedisOptions *options, Redis **ret_redis, Error *err);
/* From a fiber: lets what was sent end for `timeout_ms` at most, closes and frees. NULL is fine. */
void redis_close(Redis *redis, int64_t timeout_ms);
bool redis_is_ready(const Redis *redis);
/* The first attempt to connect is under way: what is asked meanwhile waits for it. */
bool redis_is_starting(const Redis *redis);
int redis_wait_ready(Redis *redis, Error *err);

typedef enum RedisKind {
    REDIS_NIL,
    REDIS_STRING, /* bulk and simple strings */
    REDIS_INTEGER,
    REDIS_ARRAY,
    REDIS_ERROR, /* only inside arrays and in redis_batch: elsewhere it is the call's error */
} RedisKind;

typedef struct RedisValue {
    RedisKind kind;
    int64_t integer;
    Str text; /* string or error; on the arena, NUL behind it */
    struct RedisValue *items;
    size_t count;
} RedisValue;

typedef struct RedisCommand {
    const Str *args; /* the command's name first */
    size_t count;
} RedisCommand;
#define REDIS_COMMAND(...)                                   \
    ((RedisCommand) { .args = (const Str[]) { __VA_ARGS__ }, \
                      .count = sizeof((const Str[]) { __VA_ARGS__ }) / sizeof(Str) })

/* One command. An error answer is -EINVAL with the server's text, -EACCES for NOAUTH and WRONGPASS,
 * -ENOMEM for OOM, -EBUSY for LOADING, BUSY and TRYAGAIN. ret_value may be NULL. */
int redis_command(
    Redis *redis, Arena *arena, RedisCommand command, RedisValue *ret_value, Error *err
);
/* Several in one write; error answers are values. ret_values has `count` elements. */
int redis_batch(
    Redis *redis,
    Arena *arena,
    const RedisCommand *commands,
    size_t count,
    RedisValue *ret_values,
    Error *err
);
/* MULTI … EXEC in one write. -ECANCELED when the server discarded it (a command was refused when
 * queued), -EPROTO when its answer is none to EXEC. */
int redis_multi(
    Redis *redis,
    Arena *arena,
    const RedisCommand *commands,
    size_t count,
    RedisValue *ret_values,
    Error *err
);

/* A Lua script of the program: static, by name. Runs by digest, and is sent whole where the server
 * doesn't know it. */
typedef struct RedisScript {
    const char *name; /* "command" label of its metrics */
    const char *source;
} RedisScript;
typedef struct RedisScriptCall {
    const RedisScript *script;
    const Str *keys;
    size_t key_count;
    const Str *args;
    size_t arg_count;
} RedisScriptCall;
int redis_script(
    Redis *redis, Arena *arena, const RedisScriptCall *call, RedisValue *ret_value, Error *err
);

/* Decimal text for an argument. */
Str redis_int(Arena *arena, int64_t value);
