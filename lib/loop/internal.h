/* What the files of lib/loop share. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <uv.h>

#include "base/mem.h"
#include "base/vec.h"
#include "loop/fiber.h"
#include "loop/loop.h"

#include "context.h"
#include "stack.h"

typedef struct LoopCall {
    void (*fn)(void *arg);
    void *arg;
} LoopCall;
typedef VEC(LoopCall) LoopCalls;

/* What uv_handle_t.data of every handle points to: how loop_free ends it when its owner did not. */
typedef struct LoopObject {
    void (*abandon)(struct LoopObject *object);
} LoopObject;

typedef struct TimerSlot {
    int64_t at_ns;
    Timer *timer;
} TimerSlot;

typedef struct TimerHeap {
    VEC(TimerSlot) slots;
    uint64_t next_sequence;
    size_t referenced; /* active timers that keep the loop alive */
} TimerHeap;

typedef struct FiberSched {
    Context context; /* the loop's own stack while a fiber runs */
    Fiber *ready_head, *ready_tail;
    size_t ready_count;
    size_t count; /* not ended */
    size_t limit;
    Fiber *roots; /* fibers without a parent */
    Fiber *ended; /* not joined yet */
    StackPool stacks;
} FiberSched;

enum {
    READ_BUFFER_BYTES = 64 * 1024,
};

struct Loop {
    uv_loop_t uv;
    uv_async_t async; /* referenced while fibers live */
    uv_timer_t alarm; /* set for the first of `timers` */
    int64_t alarm_ns; /* when it rings; DEADLINE_NEVER: not set */
    int64_t now_ns;
    int64_t awake_ns; /* when this turn's waiting ended; 0 while it waits */
    int64_t lag_ns;
    TimerHeap timers;
    FiberSched fibers;
    LoopCalls deferred, deferred_running;
    size_t jobs, jobs_limit;
    bool running;
    atomic_bool stop;
    pthread_mutex_t post_lock; /* guards the next two, and `async` against its close */
    LoopCalls posted;
    bool post_closed;
    LoopCalls posted_running;
    char *read_buffer; /* READ_BUFFER_BYTES, for callbacks that read */
};

/* First in every callback of libuv: notes when this turn's waiting ended. */
void loop_wake(Loop *loop);
void loop_turn(Loop *loop);

void timers_fire(Loop *loop);
void timers_done(Loop *loop);
/* DEADLINE_NEVER when there is none. */
int64_t timers_next_ns(const Loop *loop);

void fibers_init(Loop *loop);
/* Before fibers run on this thread. */
void fibers_enter_thread(Loop *loop);
/* Runs what is ready, within a bound that lets the loop see its events. */
void fibers_run(Loop *loop);
void fibers_cancel_all(Loop *loop);
/* A TimerFn: canceled fibers that do not end are a bug. Aborts. */
void fibers_report_stuck(Timer *timer, void *arg);
bool fiber_has_ended(const Fiber *fiber);
/* Of an ended one. */
void fiber_free(Fiber *fiber);
void fibers_done(Loop *loop);
/* For a waiting function that found no need to wait: every so often it yields, so that a fast peer
 * does not keep one fiber running for ever. -ECANCELED or -ETIMEDOUT as a park would. */
int fiber_take_turn(void);

/* As LoopObject of a Poll that belongs to a larger object. */
void poll_set_object(Poll *poll, LoopObject *object);
