/* Task: a fiber of worker 0 that works until it is told to stop: relay, jobs, health, topics. It is
 * asked first and canceled only when it overstays. */
#pragma once

#include "loop/fiber.h"

typedef struct Task {
    Fiber *fiber;
    FiberQueue wake;
    bool is_woken; /* a wake that came while it worked */
    bool is_stopping;
} Task;

int task_start(Task *task, Loop *loop, const char *name, FiberFn fn, void *arg);
/* Parks for `ms`, or until task_wake; false: the task must end. */
bool task_sleep(Task *task, int64_t ms);
void task_wake(Task *task);
void task_ask_to_stop(Task *task);
/* Asks, cancels after `timeout_ms`, and joins. One that was never started is fine. */
void task_stop(Task *task, int64_t timeout_ms);
