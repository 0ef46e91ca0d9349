/* Fiber: straight-line code that waits without blocking its loop.
 *
 * A fiber has a stack of its own (default 64 KiB of address space, guard page below, pooled) and
 * runs on one loop until it parks. Every waiting function in lib/ parks the calling fiber and
 * returns 0 or a negative errno: -ETIMEDOUT when the fiber's deadline passed, -ECANCELED when it
 * was canceled. A fiber spawned by a fiber inherits its deadline and is canceled with it unless
 * detached. Stacks are annotated for AddressSanitizer and ThreadSanitizer.
 *
 * The context switch is a few instructions of assembly on x86-64 and AArch64, ucontext elsewhere.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "loop/loop.h"

typedef struct Fiber Fiber;
typedef void (*FiberFn)(void *arg);

typedef struct FiberOptions {
    const char *name;   /* static text, for traces and asserts */
    size_t stack_bytes; /* 0: 64 KiB; rounded up to pages */
    Deadline deadline;  /* 0: inherited from the spawning fiber, else DEADLINE_NEVER */
    bool detached;      /* not canceled with its parent */
} FiberOptions;

/* Makes a fiber ready; it first runs after the caller parks or returns to the loop. -EAGAIN when
 * the loop's bound on fibers (fiber_set_limit) is reached: the caller sheds load. `options` may be
 * NULL. */
int fiber_spawn(Loop *loop, const FiberOptions *options, FiberFn fn, void *arg, Fiber **ret_fiber);
/* Runs fn on a fresh fiber and loops until it ended: a `main` that is a fiber. */
int fiber_run_main(Loop *loop, FiberFn fn, void *arg);

Fiber *fiber_self(void); /* NULL outside a fiber */
Loop *fiber_loop(const Fiber *fiber);
/* Any number of bytes for whoever spawned it: the request, the span. Inherited as a pointer. */
void fiber_set_local(void *local);
void *fiber_local(void);

/* Parks until fiber_wake, the deadline or cancellation; returns what fiber_wake gave. A wake before
 * the park is not lost. Spurious returns do not happen. */
int fiber_park(void);
/* As fiber_park with a nearer deadline: -ETIME when that one passed, -ETIMEDOUT when the fiber's
 * did. */
int fiber_park_until(Deadline deadline);
/* As fiber_park but neither deadline nor cancellation end it: for a short wait for something that
 * holds a pointer into this stack and is already being aborted. */
int fiber_park_uninterrupted(void);
/* Makes a parked fiber ready with this result; own thread only; a second wake before it ran is
 * ignored. */
void fiber_wake(Fiber *fiber, int result);
/* Ends the present park (and every later one) of `fiber` with -ECANCELED. */
void fiber_cancel(Fiber *fiber);
bool fiber_is_canceled(void);
/* Waits for the end of a fiber; the one that joins frees it. A fiber that nobody joins frees itself
 * when it was spawned with ret_fiber NULL. */
int fiber_join(Fiber *fiber);

int fiber_sleep_ms(int64_t ms);
void fiber_yield(void);

/* The present fiber's deadline; outside a fiber DEADLINE_NEVER. */
Deadline fiber_deadline(void);
/* Narrows it (never widens) and returns the former one, for fiber_restore_deadline. */
Deadline fiber_narrow_deadline(Deadline deadline);
void fiber_restore_deadline(Deadline former);

void fiber_set_limit(Loop *loop, size_t most); /* 0: 10,000 */
size_t fiber_count(const Loop *loop);

/* FiberQueue: fibers that wait for one thing, first come first served. Embedded, zero-initialised.
 */
typedef struct FiberQueue {
    struct FiberWaiter *head, *tail;
    size_t len;
} FiberQueue;
int fiber_queue_wait(FiberQueue *queue); /* as fiber_park; leaves the queue in any case */
bool fiber_queue_wake_one(FiberQueue *queue, int result);
size_t fiber_queue_wake_all(FiberQueue *queue, int result);

/* Runs fn(arg) on a worker thread and parks until it returned; it is not interrupted by deadline or
 * cancellation, because `arg` usually lies on this stack. -EAGAIN when `jobs_set_limit` queued jobs
 * wait. */
int job_run(void (*fn)(void *arg), void *arg);
void jobs_set_limit(Loop *loop, size_t most_queued); /* 0: 256 */
