/* What the files of the Redis client share. */
#pragma once

#include <hiredis/read.h>

#include "base/map.h"
#include "base/vec.h"
#include "clients/redis.h"
#include "loop/stream.h"

/* Commands written together; it outlives its fiber: when that gave up, `fiber` is NULL, and values
 * and arena are not touched any more. */
typedef struct RedisRequest RedisRequest;
struct RedisRequest {
    RedisRequest *next;
    Fiber *fiber;
    Arena *arena;
    RedisValue *values; /* one for each reply */
    size_t expected, got;
    int64_t start_ns;
    int code;
    bool is_parked; /* the fiber may be woken */
    bool is_done;
};

/* One connection: freed when its stream has closed. */
typedef struct RedisConn {
    Redis *redis; /* NULL: given up */
    Stream *stream;
    redisReader *reader;
    RedisRequest *head, *tail; /* in the order sent */
    StrBuf out;                /* of this turn */
    bool is_ready;             /* greeted */
} RedisConn;

typedef struct RedisSeries {
    Metric *ok, *failed, *duration;
} RedisSeries;

struct Redis {
    Loop *loop;
    Arena *strings;
    RedisOptions options;
    RedisConn *conn;    /* NULL: none */
    size_t pending;     /* commands */
    size_t users;       /* fibers parked in a function of ours */
    FiberQueue waiters; /* for a connection */
    FiberQueue closers; /* redis_close, while answers come */
    Fiber *closer;      /* the same, while an attempt to connect ends */
    Timer *reconnect;
    Fiber *connector;
    bool is_connecting;
    int64_t backoff_ms;
    bool is_down;   /* the last attempt failed: `failure` says why */
    bool was_ready; /* ever */
    bool is_closing;
    bool has_deferred_flush;
    Error failure;
    MetricFamily *commands_total, *command_duration;
    Map series;  /* command -> RedisSeries */
    Map digests; /* script's name -> its digest on the server */
};

/* redis_wire.c */
void redis_encode(StrBuf *out, const RedisCommand *command);
/* Deep copy of what hiredis read. */
struct redisReply;
void redis_copy_reply(Arena *arena, const struct redisReply *reply, RedisValue *ret_value);
void redis_free_reply(void *reply);
/* The errno of an error answer, with its text. */
int redis_fail_from(Error *err, Str what, Str answer);

/* redis_conn.c */
void redis_start_connecting(Redis *redis);
/* Sends and parks for the answers, one value each. */
int redis_conn_call(
    RedisConn *conn,
    Arena *arena,
    const RedisCommand *commands,
    size_t count,
    RedisValue *ret_values,
    Error *err
);
/* Ends it: whoever waits gets -ECONNRESET. */
void redis_conn_close(RedisConn *conn, const char *reason);
