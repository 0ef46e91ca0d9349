/* Fiber: straight-line code that waits without blocking its loop.
 *
 * A fiber has a stack of its own (default 64 KiB of address space, guard page below, pooled; only
 * touched pages cost memory) and runs on one loop until it parks. Every waiting function in lib/
 * parks the calling fiber and returns 0 or a negative errno: -ETIMEDOUT when the fiber's deadline
 * passed, -ECANCELED when it was canceled. A fiber spawned by a fiber inherits its deadline and is
 * canceled with it unless detached. Stacks are annotated for AddressSanitizer and ThreadSanitizer.
 *
 * All functions are for the loop's own thread; from another one, loop_post a function that spawns
 * or wakes. The context switch is a few instructions of assembly on x86-64 and AArch64, ucontext
 * elsewhere. */
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
    bool detached;      /* not canceled with its parent, inherits neither deadline nor local */
} FiberOptions;

/* Makes a fiber ready; it first runs after the caller parks or returns to the loop. -EAGAIN when
 * the loop's bound on fibers (fiber_set_limit) or the system's memory is reached: the caller sheds
 * load. `options` may be NULL. With ret_fiber NULL it frees itself at its end; else it must be
 * joined. A fiber that outlives its parent belongs to its grandparent: it is canceled with that
 * one. */
int fiber_spawn(Loop *loop, const FiberOptions *options, FiberFn fn, void *arg, Fiber **ret_fiber);
/* Runs fn on a fresh fiber and loops until it ended: a `main` that is a fiber. loop_stop cancels
 * it. */
int fiber_run_main(Loop *loop, FiberFn fn, void *arg);

Fiber *fiber_self(void); /* NULL outside a fiber */
Loop *fiber_loop(const Fiber *fiber);
/* Any number of bytes for whoever spawned it: the request, the span. Inherited as a pointer, but
 * not by a detached fiber, which may outlive what it points to. */
void fiber_set_local(void *local);
void *fiber_local(void);

/* Parks until fiber_wake, the deadline or cancellation; returns what fiber_wake gave. A wake before
 * the park is not lost. Spurious returns do not happen, if whoever parks with a way to be woken
 * takes that way back before it does anything else (fiber_wake on a fiber that parks elsewhere by
 * then would end that other park). */
int fiber_park(void);
/* As fiber_park with a nearer deadline: -ETIME when that one passed, -ETIMEDOUT when the fiber's
 * did. */
int fiber_park_until(Deadline deadline);
/* As fiber_park but neither deadline nor cancellation end it: for a short wait for something that
 * holds a pointer into this stack and is already being aborted. */
int fiber_park_uninterrupted(void);
/* Makes a parked fiber ready with this result; own thread only; a second wake before it ran is
 * ignored. A fiber that runs or was not parked yet finds the result at its next park. */
void fiber_wake(Fiber *fiber, int result);
/* In a park that nothing ended yet: whether fiber_wake would be what ends it. */
bool fiber_is_parked(const Fiber *fiber);
/* Ends the present park (and every later one) of `fiber` and of its children, which are not
 * detached, with -ECANCELED. */
void fiber_cancel(Fiber *fiber);
bool fiber_is_canceled(void);
/* Waits for the end of a fiber and frees it, in any case: when the deadline of the caller passes or
 * it is canceled, the fiber is canceled, its end awaited all the same (it may use the caller's
 * stack) and -ETIMEDOUT or -ECANCELED returned. One joiner a fiber. */
int fiber_join(Fiber *fiber);

int fiber_sleep_ms(int64_t ms);
/* Lets the other ready fibers, and within bounds the loop, go first. */
void fiber_yield(void);

/* The present fiber's deadline; outside a fiber DEADLINE_NEVER. */
Deadline fiber_deadline(void);
/* Narrows it (never widens) and returns the former one, for fiber_restore_deadline. */
Deadline fiber_narrow_deadline(Deadline deadline);
void fiber_restore_deadline(Deadline former);

void fiber_set_limit(Loop *loop, size_t most); /* 0: 10,000 */
size_t fiber_count(const Loop *loop);          /* that have not ended */

/* FiberQueue: fibers that wait for one thing, first come first served. Embedded, zero-initialised.
 */
typedef struct FiberQueue {
    struct FiberWaiter *head, *tail;
    size_t len;
} FiberQueue;
int fiber_queue_wait(FiberQueue *queue); /* as fiber_park; leaves the queue in any case */
/* Wakes the first whose wait nothing ended yet: what it is handed is not lost. False: there is
 * none. */
bool fiber_queue_wake_one(FiberQueue *queue, int result);
size_t fiber_queue_wake_all(FiberQueue *queue, int result);

/* Runs fn(arg) on a worker thread and parks until it returned; it is not interrupted by deadline or
 * cancellation, because `arg` usually lies on this stack. -EAGAIN when as many jobs of this loop as
 * jobs_set_limit allows wait or run. */
int job_run(void (*fn)(void *arg), void *arg);
void jobs_set_limit(Loop *loop, size_t most_queued); /* 0: 256 */
