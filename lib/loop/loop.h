/* Loop: the one owner of libuv. One loop a thread; timers, signals and posted work of that thread.
 * Nothing outside lib/loop includes <uv.h>. A handle is embedded in our object and closed here, so
 * an object is freed only after its handle's close callback.
 *
 * All functions are for the loop's own thread, but loop_post and loop_stop, which any thread may
 * call. Callbacks run on the loop's stack and must not block; what waits runs in a fiber
 * (loop/fiber.h). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"

typedef struct Loop Loop;

/* Own heap object; loop_free after loop_run has returned: it closes what is left. */
int loop_new(Loop **ret_loop, Error *err);
void loop_free(Loop *loop);
/* Runs until loop_stop, or until nothing is left to wait for. */
void loop_run(Loop *loop);
void loop_stop(Loop *loop);
/* The loop running on this thread, or NULL. */
Loop *loop_current(void);
/* Cached monotonic time of this turn of the loop. */
int64_t loop_now_ms(const Loop *loop);
/* How long the last turn blocked others (scheduling delay), for metrics and load shedding. */
int64_t loop_lag_ns(const Loop *loop);

/* Runs fn(arg) on the loop's thread soon; callable from any thread. -ECANCELED once the loop has
 * ended: then fn never runs. */
int loop_post(Loop *loop, void (*fn)(void *arg), void *arg);
/* Runs fn(arg) at the end of this turn; the loop's own thread only, no allocation of handles. */
void loop_defer(Loop *loop, void (*fn)(void *arg), void *arg);

/* Timer: embedded by its user. A timer that runs keeps the loop alive unless timer_unref. */
typedef struct Timer Timer;
typedef void (*TimerFn)(Timer *timer, void *arg);
Timer *timer_new(Loop *loop, TimerFn fn, void *arg);
void timer_start(
    Timer *timer, int64_t after_ms, int64_t repeat_ms
); /* repeat 0: once; restarts a running one */
void timer_stop(Timer *timer);
bool timer_is_active(const Timer *timer);
void timer_unref(Timer *timer);
void timer_free(Timer *timer); /* NULL is fine; allowed in its own callback */

/* Signals as ordinary callbacks on the loop. */
typedef struct SignalWatch SignalWatch;
SignalWatch *signal_watch_new(
    Loop *loop, int signal_number, void (*fn)(int signal_number, void *arg), void *arg
);
void signal_watch_free(SignalWatch *watch);

/* Readiness of a descriptor that a library owns (libpq, hiredis, pidfd, inotify, netlink). */
typedef enum PollEvents {
    POLL_READ = 1,
    POLL_WRITE = 2,
    POLL_HANGUP = 4,
} PollEvents;
typedef struct Poll Poll;
typedef void (*PollFn)(Poll *poll, int events, int error, void *arg);
Poll *poll_new(Loop *loop, int fd, PollFn fn, void *arg); /* does not own fd */
void poll_set(Poll *poll, int events);                    /* 0: stop watching */
void poll_free(Poll *poll);                               /* before fd is closed */
