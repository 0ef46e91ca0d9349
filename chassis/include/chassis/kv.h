/* Kv: Redis, for a service whose App says that it uses it.
 *
 *     RedisValue cart;
 *     TRY(kv_command(ctx, REDIS_COMMAND(STR("GET"), key), &cart));
 *     if (cart.kind == REDIS_NIL) { … }
 *
 * The address is REDIS_ADDR (or REDIS_HOST and REDIS_PORT), with REDIS_PASSWORD and REDIS_DB. Each
 * event loop has one connection on which the commands of all its requests are pipelined; it
 * reconnects by itself. A command ends by the deadline of its work or after REDIS_TIMEOUT_MS.
 *
 * Every failure is noted in the context: no answer in time is TIMEOUT; no server, a connection lost
 * on the way (the command may have happened) and a server that can't take it now (loading, out of
 * memory, read only) are SERVICE_UNAVAILABLE with Retry-After; any other error answer is a mistake
 * of the program, INTERNAL_ERROR. A consumer's event that fails with the former two is tried again.
 * Silence and lost connections open a circuit breaker, "redis", so that requests are refused at
 * once; it closes when the background check, every 5 s, is answered.
 *
 * Health, with the app's own word: REDIS_REQUIRED makes the check "redis" critical, so that a
 * replica without Redis takes no traffic; with REDIS_OPTIONAL it is degraded and its handlers go
 * on without: kv_is_up, or fail_clear after a failure.
 *
 * Commands that block on the server (BLPOP, XREAD BLOCK), SUBSCRIBE, WATCH and SELECT do not belong
 * on a shared connection. */
#pragma once

#include <chassis/base.h>
#include <chassis/context.h>

#include "clients/redis.h"

typedef enum RedisUse {
    REDIS_UNUSED,
    REDIS_OPTIONAL,
    REDIS_REQUIRED,
} RedisUse;

/* All that is returned lives on ctx->arena. ret_value may be NULL. */
int kv_command(Context *ctx, RedisCommand command, RedisValue *ret_value);
/* MULTI … EXEC in one write: all of them happen, with nobody's command between, or none. ret_values
 * has `count` elements; an error answer is a value. */
int kv_multi(Context *ctx, const RedisCommand *commands, size_t count, RedisValue *ret_values);
/* A Lua script; see clients/redis.h. */
int kv_script(Context *ctx, const RedisScriptCall *call, RedisValue *ret_value);
/* Whether a command would be sent at all: connected, and the breaker is not open. */
bool kv_is_up(const Context *ctx);
