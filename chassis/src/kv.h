/* Kv inside: the Redis connection of each worker, one breaker for the process. */
#pragma once

#include <chassis/kv.h>

#include "runtime.h"

/* Begins to connect, where the app uses Redis. */
int kv_open(Worker *worker, Error *err);
void kv_close(Worker *worker);
/* The background check: asks past the breaker, and closes it when an answer comes. */
int kv_check(Context *ctx);
/* A command would be sent, or wait for the first connection. */
bool kv_is_open(const Worker *worker);
