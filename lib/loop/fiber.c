#include <assert.h>

#include "base/log.h"

#include "fiber_internal.h"

/* resumed fibers between two looks at the loop's events, unless more were ready at once */
enum { MOST_RESUMED_A_TURN = 128 };
/* waits that need not wait, before a fiber lets others run */
enum { MOST_TURNS = 32 };
enum { DEFAULT_LIMIT = 10000 };

static _Thread_local Fiber *current_fiber;

Fiber *fiber_self(void)
{
    return current_fiber;
}

Loop *fiber_loop(const Fiber *fiber)
{
    return fiber->loop;
}

void fiber_set_local(void *local)
{
    current_fiber->local = local;
}

void *fiber_local(void)
{
    return current_fiber ? current_fiber->local : NULL;
}

void fiber_set_limit(Loop *loop, size_t most)
{
    loop->fibers.limit = most ? most : DEFAULT_LIMIT;
}

size_t fiber_count(const Loop *loop)
{
    return loop->fibers.count;
}

bool fiber_is_canceled(void)
{
    return current_fiber && current_fiber->canceled;
}

bool fiber_is_parked(const Fiber *fiber)
{
    return fiber->state == FIBER_PARKED;
}

bool fiber_has_ended(const Fiber *fiber)
{
    return fiber->state == FIBER_ENDED;
}

Deadline fiber_deadline(void)
{
    return current_fiber ? current_fiber->deadline : DEADLINE_NEVER;
}

Deadline fiber_narrow_deadline(Deadline deadline)
{
    Deadline former = fiber_deadline();
    if (current_fiber) {
        current_fiber->deadline = deadline_min(former, deadline);
    }
    return former;
}

void fiber_restore_deadline(Deadline former)
{
    if (current_fiber) {
        current_fiber->deadline = former;
    }
}

static void link_fiber(Fiber **list, Fiber *fiber)
{
    fiber->next = *list;
    fiber->link = list;
    if (fiber->next) {
        fiber->next->link = &fiber->next;
    }
    *list = fiber;
}

static void unlink_fiber(Fiber *fiber)
{
    *fiber->link = fiber->next;
    if (fiber->next) {
        fiber->next->link = fiber->link;
    }
}

static void make_ready(Fiber *fiber, FiberState state)
{
    FiberSched *sched = &fiber->loop->fibers;
    fiber->state = state;
    fiber->next_ready = NULL;
    *(sched->ready_tail ? &sched->ready_tail->next_ready : &sched->ready_head) = fiber;
    sched->ready_tail = fiber;
    sched->ready_count++;
}

static Fiber *next_ready(FiberSched *sched)
{
    Fiber *fiber = sched->ready_head;
    sched->ready_head = fiber->next_ready;
    if (!sched->ready_head) {
        sched->ready_tail = NULL;
    }
    sched->ready_count--;
    return fiber;
}

static void end_park(Fiber *fiber, int result)
{
    fiber->result = result;
    make_ready(fiber, FIBER_WOKEN);
}

void fiber_wake(Fiber *fiber, int result)
{
    if (fiber->state == FIBER_PARKED) {
        end_park(fiber, result);
    } else if (fiber->state != FIBER_WOKEN && fiber->state != FIBER_ENDED && !fiber->has_token) {
        fiber->has_token = true;
        fiber->result = result;
    }
}

static void cancel_one(Fiber *fiber)
{
    fiber->canceled = true;
    if (fiber->state == FIBER_PARKED && fiber->interruptible) {
        end_park(fiber, -ECANCELED);
    }
}

/* Through the tree without recursion, which a fiber's stack might not have room for. */
void fiber_cancel(Fiber *top)
{
    Fiber *fiber = top;
    for (;;) {
        cancel_one(fiber);
        if (fiber->first_child) {
            fiber = fiber->first_child;
            continue;
        }
        while (fiber != top && !fiber->next) {
            fiber = fiber->parent;
        }
        if (fiber == top) {
            return;
        }
        fiber = fiber->next;
    }
}

void fibers_cancel_all(Loop *loop)
{
    for (Fiber *fiber = loop->fibers.roots; fiber; fiber = fiber->next) {
        fiber_cancel(fiber);
    }
}

void fibers_report_stuck(Timer *timer, void *arg)
{
    (void) arg;
    Fiber *fiber = timer->loop->fibers.roots;
    log_error("loop_free: fiber %s was canceled and does not end", fiber ? fiber->name : "");
    abort();
}

static int expired(const Fiber *fiber)
{
    return fiber->park_until < fiber->deadline ? -ETIME : -ETIMEDOUT;
}

static void on_deadline(Timer *timer, void *arg)
{
    Fiber *fiber = arg;
    if (fiber->state != FIBER_PARKED || !fiber->interruptible) {
        return;
    }
    Deadline limit = deadline_min(fiber->park_until, fiber->deadline);
    if (limit <= fiber->loop->now_ns) {
        end_park(fiber, expired(fiber));
    } else {
        timer_start_at(timer, limit);
    }
}

/* A timer left from an earlier park rings too early at worst and is set anew then: a fiber that
 * waits a thousand times under one deadline, or under ever later ones, touches the heap once. */
static inline void arm(Fiber *fiber, Deadline limit)
{
    if (limit < DEADLINE_NEVER && (!timer_is_active(&fiber->timer) || limit < fiber->timer.at_ns)) {
        timer_start_at(&fiber->timer, limit);
    }
}

static void leave_to_loop(Fiber *fiber)
{
    fiber->turns = 0;
    context_switch(&fiber->context, &fiber->loop->fibers.context);
}

/* 0, or why an interruptible wait must not begin. */
static int refuse(Fiber *fiber)
{
    if (fiber->canceled) {
        return -ECANCELED;
    }
    Deadline limit = deadline_min(fiber->park_until, fiber->deadline);
    return limit <= fiber->loop->now_ns ? expired(fiber) : 0;
}

static int park(Deadline until, bool interruptible)
{
    Fiber *fiber = current_fiber;
    assert(fiber);
    if (fiber->has_token) {
        fiber->has_token = false;
        return fiber->result;
    }
    fiber->park_until = until;
    fiber->interruptible = interruptible;
    if (interruptible) {
        int rc = refuse(fiber);
        if (rc < 0) {
            return rc;
        }
        arm(fiber, deadline_min(until, fiber->deadline));
    }
    fiber->state = FIBER_PARKED;
    leave_to_loop(fiber);
    return fiber->result;
}

int fiber_park(void)
{
    return park(DEADLINE_NEVER, true);
}

int fiber_park_until(Deadline deadline)
{
    return park(deadline, true);
}

int fiber_park_uninterrupted(void)
{
    return park(DEADLINE_NEVER, false);
}

int fiber_sleep_ms(int64_t ms)
{
    int rc = fiber_park_until(deadline_in_ms(ms));
    return rc == -ETIME ? 0 : rc;
}

void fiber_yield(void)
{
    Fiber *fiber = current_fiber;
    assert(fiber);
    make_ready(fiber, FIBER_YIELDED);
    leave_to_loop(fiber);
}

int fiber_take_turn(void)
{
    Fiber *fiber = current_fiber;
    assert(fiber);
    if (++fiber->turns >= MOST_TURNS) {
        fiber_yield();
    }
    fiber->park_until = DEADLINE_NEVER;
    return refuse(fiber);
}

static void run_fiber(void *arg)
{
    Fiber *fiber = arg;
    fiber->fn(fiber->arg);
    fiber->state = FIBER_ENDED;
    context_leave(&fiber->context, &fiber->loop->fibers.context);
}

static size_t fiber_bytes(void)
{
    return (sizeof(Fiber) + 63) & ~(size_t) 63;
}

static Fiber *make_fiber(Loop *loop, Stack stack)
{
    Fiber *fiber = (Fiber *) (void *) ((char *) stack.base + stack.size - fiber_bytes());
    *fiber = (Fiber) { .loop = loop, .stack = stack, .state = FIBER_NEW };
    context_init(&fiber->context, stack.base, stack.size - fiber_bytes(), run_fiber, fiber);
    timer_init(&fiber->timer, loop, on_deadline, fiber);
    timer_unref(&fiber->timer);
    return fiber;
}

static void inherit(Fiber *fiber, const FiberOptions *options)
{
    Fiber *parent = current_fiber;
    fiber->name = options->name ? options->name : "fiber";
    fiber->detached = options->detached;
    fiber->deadline = options->deadline ? options->deadline : DEADLINE_NEVER;
    if (parent && parent->loop == fiber->loop && !options->detached) {
        fiber->parent = parent;
        fiber->local = parent->local;
        fiber->deadline = options->deadline ? options->deadline : parent->deadline;
        fiber->canceled = parent->canceled;
    }
    link_fiber(fiber->parent ? &fiber->parent->first_child : &fiber->loop->fibers.roots, fiber);
}

int fiber_spawn(Loop *loop, const FiberOptions *options, FiberFn fn, void *arg, Fiber **ret_fiber)
{
    static const FiberOptions defaults;
    options = options ? options : &defaults;
    FiberSched *sched = &loop->fibers;
    Stack stack;
    if (sched->count >= sched->limit ||
        stack_take(&sched->stacks, options->stack_bytes, &stack) < 0) {
        return -EAGAIN;
    }
    Fiber *fiber = make_fiber(loop, stack);
    fiber->fn = fn;
    fiber->arg = arg;
    fiber->joinable = ret_fiber != NULL;
    inherit(fiber, options);
    if (sched->count++ == 0) {
        uv_ref((uv_handle_t *) &loop->async);
    }
    make_ready(fiber, FIBER_NEW);
    if (ret_fiber) {
        *ret_fiber = fiber;
    }
    return 0;
}

void fiber_free(Fiber *fiber)
{
    Loop *loop = fiber->loop;
    assert(fiber->state == FIBER_ENDED);
    unlink_fiber(fiber);
    stack_give(&loop->fibers.stacks, fiber->stack);
}

static void hand_children_up(Fiber *fiber)
{
    Fiber **heirs = fiber->parent ? &fiber->parent->first_child : &fiber->loop->fibers.roots;
    while (fiber->first_child) {
        Fiber *child = fiber->first_child;
        unlink_fiber(child);
        child->parent = fiber->parent;
        link_fiber(heirs, child);
    }
}

static void finish(Fiber *fiber)
{
    Loop *loop = fiber->loop;
    context_done(&fiber->context);
    timer_stop(&fiber->timer);
    hand_children_up(fiber);
    unlink_fiber(fiber);
    link_fiber(&loop->fibers.ended, fiber);
    if (--loop->fibers.count == 0) {
        uv_unref((uv_handle_t *) &loop->async);
    }
    if (fiber->joiner) {
        fiber_wake(fiber->joiner, 0);
    } else if (!fiber->joinable) {
        fiber_free(fiber);
    }
}

int fiber_join(Fiber *fiber)
{
    assert(current_fiber && fiber != current_fiber && fiber->joinable && !fiber->joiner);
    int rc = 0;
    fiber->joiner = current_fiber;
    if (fiber->state != FIBER_ENDED) {
        rc = fiber_park();
    }
    if (fiber->state != FIBER_ENDED) {
        fiber_cancel(fiber);
        fiber_park_uninterrupted();
    }
    fiber_free(fiber);
    return rc;
}

static void resume(FiberSched *sched, Fiber *fiber)
{
    fiber->state = FIBER_RUNNING;
    current_fiber = fiber;
    context_switch(&sched->context, &fiber->context);
    current_fiber = NULL;
    if (fiber->state == FIBER_ENDED) {
        finish(fiber);
    }
}

void fibers_run(Loop *loop)
{
    FiberSched *sched = &loop->fibers;
    size_t left =
        sched->ready_count > MOST_RESUMED_A_TURN ? sched->ready_count : MOST_RESUMED_A_TURN;
    while (sched->ready_head && left-- > 0) {
        resume(sched, next_ready(sched));
    }
}

void fibers_init(Loop *loop)
{
    fiber_set_limit(loop, 0);
}

void fibers_enter_thread(Loop *loop)
{
    context_init_thread(&loop->fibers.context);
}

void fibers_done(Loop *loop)
{
    while (loop->fibers.ended) {
        fiber_free(loop->fibers.ended);
    }
    stack_pool_done(&loop->fibers.stacks);
}
