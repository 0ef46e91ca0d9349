#include "task.h"

#include "loop/loop.h"

int task_start(Task *task, Loop *loop, const char *name, FiberFn fn, void *arg)
{
    return fiber_spawn(
        loop,
        &(FiberOptions) { .name = name, .deadline = DEADLINE_NEVER, .detached = true },
        fn,
        arg,
        &task->fiber
    );
}

bool task_sleep(Task *task, int64_t ms)
{
    if (!task->is_stopping && !task->is_woken) {
        Deadline former = fiber_narrow_deadline(deadline_in_ms(ms));
        fiber_queue_wait(&task->wake);
        fiber_restore_deadline(former);
    }
    task->is_woken = false;
    return !task->is_stopping && !fiber_is_canceled();
}

void task_wake(Task *task)
{
    task->is_woken = true;
    fiber_queue_wake_all(&task->wake, 0);
}

void task_ask_to_stop(Task *task)
{
    task->is_stopping = true;
    task_wake(task);
}

static void cancel_late(Timer *timer, void *arg)
{
    (void) timer;
    Task *task = arg;
    fiber_cancel(task->fiber);
}

void task_stop(Task *task, int64_t timeout_ms)
{
    if (!task->fiber) {
        return;
    }
    task_ask_to_stop(task);
    Timer *timer = timer_new(fiber_loop(task->fiber), cancel_late, task);
    timer_start(timer, timeout_ms, 0);
    fiber_join(task->fiber);
    timer_free(timer);
    task->fiber = NULL;
}
