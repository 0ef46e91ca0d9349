#include <assert.h>

#include "internal.h"

enum { DEFAULT_JOBS = 256 };

/* On the stack of the fiber that waits. */
typedef struct Job {
    uv_work_t work;
    void (*fn)(void *arg);
    void *arg;
    Fiber *fiber;
} Job;

void jobs_set_limit(Loop *loop, size_t most_queued)
{
    loop->jobs_limit = most_queued ? most_queued : DEFAULT_JOBS;
}

static void on_work(uv_work_t *work)
{
    Job *job = CONTAINER_OF(work, Job, work);
    job->fn(job->arg);
}

static void on_done(uv_work_t *work, int status)
{
    Job *job = CONTAINER_OF(work, Job, work);
    Loop *loop = fiber_loop(job->fiber);
    loop_wake(loop);
    loop->jobs--;
    fiber_wake(job->fiber, status);
}

int job_run(void (*fn)(void *arg), void *arg)
{
    Job job = { .fn = fn, .arg = arg, .fiber = fiber_self() };
    assert(job.fiber);
    Loop *loop = fiber_loop(job.fiber);
    if (loop->jobs >= loop->jobs_limit) {
        return -EAGAIN;
    }
    int rc = uv_queue_work(&loop->uv, &job.work, on_work, on_done);
    if (rc < 0) {
        return rc;
    }
    loop->jobs++;
    return fiber_park_uninterrupted();
}
