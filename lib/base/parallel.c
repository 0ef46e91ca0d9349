#include "base/parallel.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>

enum {
    STACK_BYTES = 8 << 20, /* what the main thread usually has: parsers count their depth with it */
};

typedef struct Loop Loop;
struct Loop {
    size_t count;
    void (*job)(void *ctx, size_t index);
    void *ctx;
    atomic_size_t next;
    size_t threads; /* that are in it */
    Loop *later;    /* the one that was opened after it */
};

/* The threads of an outermost loop, and the loops that they are in. */
typedef struct Crew {
    pthread_mutex_t lock; /* over all below and what links and counts the loops */
    pthread_cond_t changed;
    Loop *open; /* the oldest first: its items are the largest */
    bool is_over;
} Crew;

typedef struct Worker {
    Crew *crew;
    size_t lane;
    pthread_t thread;
} Worker;

static _Thread_local size_t own_lane;
static _Thread_local Crew *own_crew;

size_t parallel_cpus(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    int count = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
    return count > 1 ? (size_t) count : 1;
}

size_t parallel_lane(void)
{
    return own_lane;
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

/* --- a crew ----------------------------------------------------------------------------------- */

static Loop *loop_with_items(const Crew *crew)
{
    Loop *loop = crew->open;
    while (loop && atomic_load_explicit(&loop->next, memory_order_relaxed) >= loop->count) {
        loop = loop->later;
    }
    return loop;
}

/* With the lock held. */
static void enter(Crew *crew, Loop *loop)
{
    loop->threads++;
    pthread_mutex_unlock(&crew->lock);
    take_turns(loop);
    pthread_mutex_lock(&crew->lock);
    loop->threads--;
    pthread_cond_broadcast(&crew->changed);
}

static void open_loop(Crew *crew, Loop *loop)
{
    Loop **end = &crew->open;
    while (*end) {
        end = &(*end)->later;
    }
    *end = loop;
    pthread_cond_broadcast(&crew->changed);
}

static void close_loop(Crew *crew, const Loop *loop)
{
    Loop **at = &crew->open;
    while (*at != loop) {
        at = &(*at)->later;
    }
    *at = loop->later;
}

/* What is open is helped with until the loop is done, or until the crew is; a thread that has an item of its own in
 * hand only waits, since what it would take might be longer. */
static void help_until(Crew *crew, const Loop *awaited, bool only_waits)
{
    while (awaited ? awaited->threads > 0 : !crew->is_over) {
        Loop *loop = only_waits ? NULL : loop_with_items(crew);
        if (loop) {
            enter(crew, loop);
        } else {
            pthread_cond_wait(&crew->changed, &crew->lock);
        }
    }
}

static void run_loop(Crew *crew, Loop *loop, bool is_outermost)
{
    pthread_mutex_lock(&crew->lock);
    open_loop(crew, loop);
    enter(crew, loop);
    help_until(crew, loop, !is_outermost);
    close_loop(crew, loop);
    crew->is_over = is_outermost;
    pthread_cond_broadcast(&crew->changed);
    pthread_mutex_unlock(&crew->lock);
}

/* --- its threads ------------------------------------------------------------------------------ */

static void *worker_main(void *arg)
{
    const Worker *worker = arg;
    own_lane = worker->lane;
    own_crew = worker->crew;
    arena_use_lane(own_lane);
    pthread_mutex_lock(&own_crew->lock);
    help_until(own_crew, NULL, false);
    pthread_mutex_unlock(&own_crew->lock);
    return NULL;
}

/* How many could be started. */
static size_t start(Worker *workers, size_t wanted, Crew *crew)
{
    sigset_t all, former;
    pthread_attr_t attributes;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &former);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    size_t started = 0;
    for (; started < wanted; started++) {
        workers[started] = (Worker) { .crew = crew, .lane = started + 1 };
        if (pthread_create(&workers[started].thread, &attributes, worker_main, &workers[started])) {
            break;
        }
    }
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &former, NULL);
    return started;
}

static void run_with_crew(Arena *arena, size_t jobs, Loop *loop)
{
    Worker workers[PARALLEL_JOBS_MOST];
    Crew crew = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };
    arena_fork(arena, jobs);
    size_t started = start(workers, jobs - 1, &crew);
    own_crew = &crew;
    run_loop(&crew, loop, true);
    own_crew = NULL;
    for (size_t i = 0; i < started; i++) {
        pthread_join(workers[i].thread, NULL);
    }
    arena_join(arena);
}

void parallel_each(
    Arena *arena, size_t jobs, size_t count, void (*job)(void *ctx, size_t index), void *ctx
)
{
    Loop loop = { .count = count, .job = job, .ctx = ctx };
    jobs = jobs < PARALLEL_JOBS_MOST ? jobs : PARALLEL_JOBS_MOST;
    if (count <= 1 || jobs <= 1 || (own_crew && !arena_is_forked(arena))) {
        take_turns(&loop);
    } else if (own_crew) {
        run_loop(own_crew, &loop, false);
    } else {
        run_with_crew(arena, jobs, &loop);
    }
}
