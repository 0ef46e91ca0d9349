/* Timeouts: many deadlines of few lengths at one timer. Each class waits a fixed time, so a list in
 * order of arming is in order of expiry, and arming, moving and clearing are a few stores. Private
 * to net. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loop/loop.h"

typedef struct Timeout {
    struct Timeout *prev, *next; /* NULL: not armed */
    int64_t due_ms;
    int class;
} Timeout;

enum { TIMEOUT_CLASSES_MAX = 6 };

typedef void (*TimeoutFn)(Timeout *timeout, int class, void *arg);

typedef struct Timeouts {
    Loop *loop;
    Timer *timer;
    TimeoutFn fn; /* called once the timeout is disarmed; may arm it again or free what holds it */
    void *arg;
    int64_t armed_ms; /* when the timer fires; INT64_MAX: it does not run */
    int64_t after_ms[TIMEOUT_CLASSES_MAX];
    Timeout heads[TIMEOUT_CLASSES_MAX];
} Timeouts;

/* `after_ms` holds TIMEOUT_CLASSES_MAX lengths. In place: the Timeouts must not move. */
void timeouts_init(
    Timeouts *timeouts, Loop *loop, const int64_t *after_ms, TimeoutFn fn, void *arg
);
void timeouts_done(Timeouts *timeouts);
void timeout_arm(Timeouts *timeouts, Timeout *timeout, int class);
void timeout_disarm(Timeout *timeout);
/* The one of its class armed the longest ago, if that is at least `least_ms`; else NULL. */
Timeout *timeouts_oldest(const Timeouts *timeouts, int class, int64_t least_ms);
static inline bool timeout_is_armed(const Timeout *timeout)
{
    return timeout->next != NULL;
}
