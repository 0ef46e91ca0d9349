#include <assert.h>

#include "internal.h"

/* On the stack of the fiber that waits. */
typedef struct FiberWaiter {
    Fiber *fiber;
    bool is_queued;
    struct FiberWaiter *next, *previous;
} FiberWaiter;

static void append(FiberQueue *queue, FiberWaiter *waiter)
{
    waiter->is_queued = true;
    waiter->previous = queue->tail;
    *(queue->tail ? &queue->tail->next : &queue->head) = waiter;
    queue->tail = waiter;
    queue->len++;
}

static void take_out(FiberQueue *queue, FiberWaiter *waiter)
{
    *(waiter->previous ? &waiter->previous->next : &queue->head) = waiter->next;
    *(waiter->next ? &waiter->next->previous : &queue->tail) = waiter->previous;
    waiter->is_queued = false;
    queue->len--;
}

int fiber_queue_wait(FiberQueue *queue)
{
    FiberWaiter waiter = { .fiber = fiber_self() };
    assert(waiter.fiber);
    append(queue, &waiter);
    int rc = fiber_park();
    if (waiter.is_queued) {
        take_out(queue, &waiter);
    }
    return rc;
}

bool fiber_queue_wake_one(FiberQueue *queue, int result)
{
    while (queue->head) {
        FiberWaiter *waiter = queue->head;
        /* one that timed out or was canceled, but did not run yet, must not swallow the wake */
        bool is_waiting = fiber_is_parked(waiter->fiber);
        take_out(queue, waiter);
        if (is_waiting) {
            fiber_wake(waiter->fiber, result);
            return true;
        }
    }
    return false;
}

size_t fiber_queue_wake_all(FiberQueue *queue, int result)
{
    size_t count = 0;
    while (fiber_queue_wake_one(queue, result)) {
        count++;
    }
    return count;
}
