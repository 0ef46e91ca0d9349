#include "timeout.h"

static void unlink_timeout(Timeout *timeout)
{
    timeout->prev->next = timeout->next;
    timeout->next->prev = timeout->prev;
    timeout->prev = timeout->next = NULL;
}

static void start_timer(Timeouts *timeouts, int64_t due_ms)
{
    int64_t left = due_ms - loop_now_ms(timeouts->loop);
    timer_start(timeouts->timer, left > 0 ? left : 0, 0);
    timeouts->armed_ms = due_ms;
}

/* The timer may come early, when the timeout it was started for is disarmed: then it moves on. */
static void on_timer(Timer *timer, void *arg)
{
    (void) timer;
    Timeouts *timeouts = arg;
    int64_t now = loop_now_ms(timeouts->loop);
    int64_t next_ms = INT64_MAX;
    timeouts->armed_ms = INT64_MAX;
    for (int class = 0; class < TIMEOUT_CLASSES_MAX; class ++) {
        Timeout *head = &timeouts->heads[class];
        while (head->next != head && head->next->due_ms <= now) {
            Timeout *due = head->next;
            unlink_timeout(due);
            timeouts->fn(due, class, timeouts->arg);
        }
        if (head->next != head && head->next->due_ms < next_ms) {
            next_ms = head->next->due_ms;
        }
    }
    if (next_ms < timeouts->armed_ms) {
        start_timer(timeouts, next_ms);
    }
}

void timeouts_init(Timeouts *timeouts, Loop *loop, const int64_t *after_ms, TimeoutFn fn, void *arg)
{
    *timeouts = (Timeouts) { .loop = loop, .fn = fn, .arg = arg, .armed_ms = INT64_MAX };
    for (int class = 0; class < TIMEOUT_CLASSES_MAX; class ++) {
        timeouts->after_ms[class] = after_ms[class];
        timeouts->heads[class].next = timeouts->heads[class].prev = &timeouts->heads[class];
    }
    timeouts->timer = timer_new(loop, on_timer, timeouts);
    timer_unref(timeouts->timer);
}

void timeouts_done(Timeouts *timeouts)
{
    timer_free(timeouts->timer);
    timeouts->timer = NULL;
}

void timeout_arm(Timeouts *timeouts, Timeout *timeout, int class)
{
    if (timeout->next) {
        unlink_timeout(timeout);
    }
    Timeout *head = &timeouts->heads[class];
    timeout->class = class;
    timeout->due_ms = loop_now_ms(timeouts->loop) + timeouts->after_ms[class];
    timeout->prev = head->prev;
    timeout->next = head;
    timeout->prev->next = timeout;
    head->prev = timeout;
    if (timeout->due_ms < timeouts->armed_ms) {
        start_timer(timeouts, timeout->due_ms);
    }
}

void timeout_disarm(Timeout *timeout)
{
    if (timeout->next) {
        unlink_timeout(timeout);
    }
}

Timeout *timeouts_oldest(const Timeouts *timeouts, int class, int64_t least_ms)
{
    const Timeout *head = &timeouts->heads[class];
    Timeout *oldest = head->next;
    int64_t armed_ms = oldest->due_ms - timeouts->after_ms[class];
    bool is_old = oldest != head && loop_now_ms(timeouts->loop) - armed_ms >= least_ms;
    return is_old ? oldest : NULL;
}
