/* Loop: the one owner of libuv. One loop a thread; timers, signals and posted work of that thread.
 * Nothing outside lib/loop includes <uv.h>. A handle is embedded in our object and closed here, so
 * an object is freed only after its handle's close callback.
 *
 * All functions are for the loop's own thread, but loop_post and loop_stop, which any thread may
 * call. Callbacks run on the loop's stack and must not block; what waits runs in a fiber
 * (loop/fiber.h). One turn is: wait for events and run their callbacks, fire timers, run the fibers
 * that are ready, run what was deferred. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"

typedef struct Loop Loop;

/* A heap object of its own. Also ignores SIGPIPE if that is at its default: a peer that went away
 * is an error of the write. */
int loop_new(Loop **ret_loop, Error *err);
/* After loop_run has returned. Cancels the fibers that are left and runs until they ended, runs
 * what was posted, closes and frees streams, listeners, polls, signal watches and file watches that
 * are still open: pointers to them are dangling then. No thread may post any more when it returns.
 */
void loop_free(Loop *loop);
/* Runs until loop_stop, or until nothing is left to wait for. Fibers that live, active timers and
 * polls, open listeners, streams that read or write and running jobs keep it alive; signal watches
 * do not. */
void loop_run(Loop *loop);
/* Any thread. Ends loop_run after the present turn; before loop_run, the next one returns at once.
 */
void loop_stop(Loop *loop);
/* The loop running on this thread, or NULL. */
Loop *loop_current(void);
/* Cached monotonic time of this turn of the loop. */
int64_t loop_now_ms(const Loop *loop);
int64_t loop_now_ns(const Loop *loop);
/* How long the last turn kept others waiting (from the first event to the end of the turn), for
 * metrics and load shedding. */
int64_t loop_lag_ns(const Loop *loop);

/* Runs fn(arg) on the loop's thread soon, in order of posting; callable from any thread. 0: it runs
 * exactly once, at the latest within loop_free. -ECANCELED once loop_free began: fn never runs. */
int loop_post(Loop *loop, void (*fn)(void *arg), void *arg);
/* Runs fn(arg) at the end of this turn; the loop's own thread only, no allocation of handles. */
void loop_defer(Loop *loop, void (*fn)(void *arg), void *arg);

/* Timer: plain memory in the loop's own heap, no handle: cheap to start and to stop, and gone after
 * timer_stop. Embed it and call timer_init, or take one of the heap's with timer_new. An active
 * timer keeps the loop alive unless timer_unref. Fields are private; a zeroed one is a stopped one.
 */
typedef struct Timer Timer;
typedef void (*TimerFn)(Timer *timer, void *arg);
struct Timer {
    Loop *loop;
    TimerFn fn;
    void *arg;
    int64_t at_ns;
    int64_t repeat_ns;
    uint64_t sequence; /* timers of one moment fire in the order of their start */
    size_t slot;       /* 1 + index in the loop's heap; 0: not active */
    bool unref;
};
void timer_init(Timer *timer, Loop *loop, TimerFn fn, void *arg);
Timer *timer_new(Loop *loop, TimerFn fn, void *arg);
void timer_free(Timer *timer); /* NULL is fine; allowed in its own callback */
/* repeat_ms 0: once; restarts a running one. A repetition that comes late is not made up for. */
void timer_start(Timer *timer, int64_t after_ms, int64_t repeat_ms);
void timer_start_at(Timer *timer, Deadline at); /* once; DEADLINE_NEVER stops it */
void timer_stop(Timer *timer);
bool timer_is_active(const Timer *timer);
void timer_unref(Timer *timer);

/* Signals as ordinary callbacks on the loop. NULL when the number can't be watched (SIGKILL). */
typedef struct SignalWatch SignalWatch;
typedef void (*SignalFn)(int signal_number, void *arg);
SignalWatch *signal_watch_new(Loop *loop, int signal_number, SignalFn fn, void *arg);
void signal_watch_free(SignalWatch *watch); /* NULL is fine */

/* Readiness of a descriptor that a library owns (libpq, hiredis, pidfd, inotify, netlink). */
typedef enum PollEvents {
    POLL_READ = 1,
    POLL_WRITE = 2,
    POLL_HANGUP = 4,
} PollEvents;
typedef struct Poll Poll;
/* error: 0, or -EIO when the descriptor is in an error state; then `events` holds all that was
 * asked for, reading or writing tells the reason, and nothing is watched until poll_set. */
typedef void (*PollFn)(Poll *poll, int events, int error, void *arg);
/* Does not own fd. Watches nothing before poll_set. NULL when the descriptor can't be watched (a
 * regular file) or has a Poll on this loop already. */
Poll *poll_new(Loop *loop, int fd, PollFn fn, void *arg);
void poll_set(Poll *poll, int events); /* 0: stop watching */
void poll_unref(Poll *poll);           /* does not keep the loop alive */
void poll_free(Poll *poll); /* before fd is closed; allowed in its callback; NULL is fine */
