/* Breaker: one for each peer of a process, shared by its event loops (services.md 1.12). Closed, it
 * counts; when enough calls failed it opens and refuses at once; after a while it lets a few
 * through and their fate decides. */
#pragma once

#include <chassis/base.h>

#include "observe/metrics.h"

typedef enum BreakerState {
    BREAKER_CLOSED,
    BREAKER_HALF_OPEN,
    BREAKER_OPEN,
} BreakerState;

typedef struct BreakerOptions {
    int64_t min_requests;
    double failure_ratio;
    int64_t interval_ms;  /* a closed breaker forgets after it */
    int64_t timeout_ms;   /* open for so long */
    int64_t max_requests; /* let through half-open */
} BreakerOptions;

typedef struct Breaker Breaker;

Breaker *breaker_new(const BreakerOptions *options, Metrics *metrics, Str name);
void breaker_free(Breaker *breaker);
/* False: refused. True: the call must be followed by one breaker_done with the same ticket. */
bool breaker_allow(Breaker *breaker, int64_t now_ms, uint64_t *ret_ticket);
void breaker_done(Breaker *breaker, int64_t now_ms, uint64_t ticket, bool failed);
/* Someone else has seen that the peer is well. */
void breaker_close(Breaker *breaker, int64_t now_ms);
BreakerState breaker_state(Breaker *breaker, int64_t now_ms);
