/* Parallel: one loop over many items, on several threads.
 *
 * The caller takes part, every other thread is joined before the call returns, and none is started
 * where there is one item or one job. Items are taken in order; which thread gets which is chance, so a job
 * writes only what belongs to its item, and the caller puts the results together by index: what comes
 * out is then the same for any number of threads. The arena is forked meanwhile, so that jobs may
 * allocate on it and what they made stays. A loop inside of a job, on the same arena, is helped by the threads
 * that find nothing else to do; on another arena it runs on the job's own thread.
 *
 * Threads have a stack of their own like the main thread's and take no signals. One that can't be
 * started is done without. */
#pragma once

#include <stddef.h>

#include "base/arena.h"

enum { PARALLEL_JOBS_MOST = 32 };

/* Processors that this process may use, at least 1. */
size_t parallel_cpus(void);

/* job(ctx, 0) … job(ctx, count - 1), on up to `jobs` threads. */
void parallel_each(
    Arena *arena, size_t jobs, size_t count, void (*job)(void *ctx, size_t index), void *ctx
);
/* Which of the threads runs the calling job: from 0 to `jobs` - 1. For what each of them has once. */
size_t parallel_lane(void);
