/* A 4-ary heap ordered by (moment, sequence); each timer knows its slot, so stopping is O(log n).
 */
#include "internal.h"

enum { CHILDREN = 4 };

static bool is_before(TimerSlot a, TimerSlot b)
{
    return a.at_ns < b.at_ns || (a.at_ns == b.at_ns && a.timer->sequence < b.timer->sequence);
}

static void place(TimerHeap *heap, size_t at, TimerSlot slot)
{
    heap->slots.ptr[at] = slot;
    slot.timer->slot = at + 1;
}

static void sift_up(TimerHeap *heap, size_t at, TimerSlot slot)
{
    while (at > 0) {
        size_t parent = (at - 1) / CHILDREN;
        if (!is_before(slot, heap->slots.ptr[parent])) {
            break;
        }
        place(heap, at, heap->slots.ptr[parent]);
        at = parent;
    }
    place(heap, at, slot);
}

static void sift_down(TimerHeap *heap, size_t at, TimerSlot slot)
{
    for (;;) {
        size_t first = at * CHILDREN + 1;
        size_t end = first + CHILDREN < heap->slots.len ? first + CHILDREN : heap->slots.len;
        size_t least = first;
        for (size_t child = first + 1; child < end; child++) {
            if (is_before(heap->slots.ptr[child], heap->slots.ptr[least])) {
                least = child;
            }
        }
        if (first >= end || !is_before(heap->slots.ptr[least], slot)) {
            break;
        }
        place(heap, at, heap->slots.ptr[least]);
        at = least;
    }
    place(heap, at, slot);
}

static void insert(Timer *timer, int64_t at_ns)
{
    TimerHeap *heap = &timer->loop->timers;
    timer->at_ns = at_ns;
    timer->sequence = heap->next_sequence++;
    vec_push(&heap->slots, NULL, ((TimerSlot) { .at_ns = at_ns, .timer = timer }));
    sift_up(heap, heap->slots.len - 1, *vec_last(&heap->slots));
    heap->referenced += !timer->unref;
}

static void take_out(Timer *timer)
{
    TimerHeap *heap = &timer->loop->timers;
    size_t at = timer->slot - 1;
    TimerSlot last = vec_pop(&heap->slots);
    if (last.timer != timer) {
        if (at > 0 && is_before(last, heap->slots.ptr[(at - 1) / CHILDREN])) {
            sift_up(heap, at, last);
        } else {
            sift_down(heap, at, last);
        }
    }
    timer->slot = 0;
    heap->referenced -= !timer->unref;
}

void timer_init(Timer *timer, Loop *loop, TimerFn fn, void *arg)
{
    *timer = (Timer) { .loop = loop, .fn = fn, .arg = arg };
}

Timer *timer_new(Loop *loop, TimerFn fn, void *arg)
{
    Timer *timer = MEM_NEW(Timer);
    timer_init(timer, loop, fn, arg);
    return timer;
}

void timer_free(Timer *timer)
{
    if (timer) {
        timer_stop(timer);
        free(timer);
    }
}

/* A timer that is started while others fire comes behind them, in a later turn. */
static void start(Timer *timer, int64_t at_ns)
{
    timer_stop(timer);
    int64_t earliest = timer->loop->now_ns + 1;
    insert(timer, at_ns > earliest ? at_ns : earliest);
}

void timer_start(Timer *timer, int64_t after_ms, int64_t repeat_ms)
{
    timer->repeat_ns = repeat_ms > 0 ? repeat_ms * NS_PER_MS : 0;
    start(timer, deadline_in_ms(after_ms > 0 ? after_ms : 0));
}

void timer_start_at(Timer *timer, Deadline at)
{
    timer->repeat_ns = 0;
    if (at == DEADLINE_NEVER) {
        timer_stop(timer);
    } else {
        start(timer, at);
    }
}

void timer_stop(Timer *timer)
{
    if (timer->slot) {
        take_out(timer);
    }
}

bool timer_is_active(const Timer *timer)
{
    return timer->slot != 0;
}

void timer_unref(Timer *timer)
{
    if (timer->slot && !timer->unref) {
        timer->loop->timers.referenced--;
    }
    timer->unref = true;
}

int64_t timers_next_ns(const Loop *loop)
{
    return loop->timers.slots.len ? loop->timers.slots.ptr[0].at_ns : DEADLINE_NEVER;
}

void timers_fire(Loop *loop)
{
    while (timers_next_ns(loop) <= loop->now_ns) {
        Timer *timer = loop->timers.slots.ptr[0].timer;
        take_out(timer);
        if (timer->repeat_ns) {
            int64_t next = timer->at_ns + timer->repeat_ns;
            insert(timer, next > loop->now_ns ? next : loop->now_ns + timer->repeat_ns);
        }
        timer->fn(timer, timer->arg);
    }
}

void timers_done(Loop *loop)
{
    vec_foreach(slot, &loop->timers.slots) {
        slot->timer->slot = 0;
    }
    vec_done(&loop->timers.slots);
}
