#include "base/parallel.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>

enum {
    STACK_BYTES = 8 << 20, /* what the main thread usually has: parsers count their depth with it */
};

typedef struct Loop {
    size_t count;
    void (*job)(void *ctx, size_t index);
    void *ctx;
    atomic_size_t next;
} Loop;

typedef struct Worker {
    Loop *loop;
    size_t lane;
    pthread_t thread;
} Worker;

static _Thread_local size_t lane;
static _Thread_local bool is_inside;

size_t parallel_cpus(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    int count = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
    return count > 1 ? (size_t) count : 1;
}

size_t parallel_lane(void)
{
    return lane;
}

static void take_turns(Loop *loop)
{
    for (;;) {
        size_t index = atomic_fetch_add_explicit(&loop->next, 1, memory_order_relaxed);
        if (index >= loop->count) {
            return;
        }
        loop->job(loop->ctx, index);
    }
}

static void *worker_main(void *arg)
{
    const Worker *worker = arg;
    lane = worker->lane;
    is_inside = true;
    arena_use_lane(lane);
    take_turns(worker->loop);
    return NULL;
}

/* How many could be started. */
static size_t start(Worker *workers, size_t wanted, Loop *loop)
{
    sigset_t all, former;
    pthread_attr_t attributes;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &former);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    size_t started = 0;
    for (; started < wanted; started++) {
        workers[started] = (Worker) { .loop = loop, .lane = started + 1 };
        if (pthread_create(&workers[started].thread, &attributes, worker_main, &workers[started])) {
            break;
        }
    }
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &former, NULL);
    return started;
}

void parallel_each(
    Arena *arena, size_t jobs, size_t count, void (*job)(void *ctx, size_t index), void *ctx
)
{
    Loop loop = { .count = count, .job = job, .ctx = ctx };
    jobs = jobs < count ? jobs : count;
    jobs = jobs < PARALLEL_JOBS_MOST ? jobs : PARALLEL_JOBS_MOST;
    if (jobs <= 1 || is_inside) {
        take_turns(&loop);
        return;
    }
    Worker workers[PARALLEL_JOBS_MOST];
    arena_fork(arena, jobs);
    size_t started = start(workers, jobs - 1, &loop);
    is_inside = true;
    take_turns(&loop);
    is_inside = false;
    for (size_t i = 0; i < started; i++) {
        pthread_join(workers[i].thread, NULL);
    }
    arena_join(arena);
}
