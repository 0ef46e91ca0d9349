#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include "base/parallel.h"
#include "base/vec.h"

#include "unit.h"

enum { ITEMS = 5000 };

typedef struct Squares {
    Arena *arena;
    size_t *results[ITEMS];
    size_t lanes[ITEMS];
} Squares;

static void square(void *ctx, size_t index)
{
    Squares *squares = ctx;
    squares->results[index] = ARENA_NEW(squares->arena, size_t);
    *squares->results[index] = index * index;
    squares->lanes[index] = parallel_lane();
}

static void expect_squares(Arena *arena, size_t jobs)
{
    Squares *squares = ARENA_NEW(arena, Squares);
    squares->arena = arena;
    parallel_each(arena, jobs, ITEMS, square, squares);
    for (size_t i = 0; i < ITEMS; i++) {
        assert_int_equal(*squares->results[i], i * i);
        assert_true(squares->lanes[i] < jobs);
    }
}

/* First, while no stack of a thread that ended is kept. */
static void does_without_a_thread_that_cannot_be_started(void **state)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    expect_squares(*state, 4); /* a sanitizer needs its address space */
#else
    struct rlimit former;
    struct rlimit tight;
    assert_int_equal(getrlimit(RLIMIT_AS, &former), 0);
    tight = former;
    tight.rlim_cur = 16 << 20;
    assert_int_equal(setrlimit(RLIMIT_AS, &tight), 0);
    expect_squares(*state, 4);
    assert_int_equal(setrlimit(RLIMIT_AS, &former), 0);
#endif
}

static void does_every_item_once(void **state)
{
    expect_squares(*state, 1);
    expect_squares(*state, 2);
    expect_squares(*state, 7);
    expect_squares(*state, PARALLEL_JOBS_MOST);
}

static void does_nothing_of_nothing(void **state)
{
    parallel_each(*state, 4, 0, square, NULL);
    assert_false(arena_is_forked(*state));
}

static void meet(void *ctx, size_t index)
{
    (void) index;
    (void) pthread_barrier_wait(ctx);
}

/* Each item waits for the others: one thread alone would never end. */
static void works_at_the_same_time(void **state)
{
    pthread_barrier_t barrier;
    assert_int_equal(pthread_barrier_init(&barrier, NULL, 3), 0);
    parallel_each(*state, 3, 3, meet, &barrier);
    pthread_barrier_destroy(&barrier);
}

static void nest(void *ctx, size_t index)
{
    (void) index;
    expect_squares(ctx, 4);
}

static void runs_loops_inside_of_jobs(void **state)
{
    parallel_each(*state, 4, 6, nest, *state);
}

static void nest_on_own_arena(void *ctx, size_t index)
{
    auto_arena Arena *arena = arena_new(0);
    Squares *squares = ARENA_NEW(arena, Squares);
    (void) ctx;
    (void) index;
    squares->arena = arena;
    parallel_each(arena, 4, ITEMS, square, squares);
    for (size_t i = 0; i < ITEMS; i++) {
        assert_int_equal(squares->lanes[i], parallel_lane());
        assert_int_equal(*squares->results[i], i * i);
    }
}

static void runs_a_loop_on_a_jobs_own_arena_on_its_thread(void **state)
{
    parallel_each(*state, 3, 6, nest_on_own_arena, NULL);
}

typedef struct Meeting {
    Arena *arena;
    pthread_barrier_t *barrier;
} Meeting;

static void meet_inside(void *ctx, size_t index)
{
    const Meeting *meeting = ctx;
    if (index == 0) {
        parallel_each(meeting->arena, 3, 3, meet, meeting->barrier);
    }
}

/* The two other threads have nothing to do but to help. */
static void helps_with_a_loop_inside_of_a_job(void **state)
{
    pthread_barrier_t barrier;
    assert_int_equal(pthread_barrier_init(&barrier, NULL, 3), 0);
    parallel_each(*state, 3, 2, meet_inside, &(Meeting) { *state, &barrier });
    pthread_barrier_destroy(&barrier);
}

typedef struct Masks {
    pthread_barrier_t barrier;
    bool is_blocked[3];
} Masks;

static void note_mask(void *ctx, size_t index)
{
    Masks *masks = ctx;
    sigset_t now;
    (void) index;
    (void) pthread_sigmask(SIG_SETMASK, NULL, &now);
    masks->is_blocked[parallel_lane()] = sigismember(&now, SIGINT) == 1;
    (void) pthread_barrier_wait(&masks->barrier);
}

static void leaves_signals_to_the_caller(void **state)
{
    Masks masks = { 0 };
    assert_int_equal(pthread_barrier_init(&masks.barrier, NULL, 3), 0);
    parallel_each(*state, 3, 3, note_mask, &masks);
    pthread_barrier_destroy(&masks.barrier);
    assert_false(masks.is_blocked[0]);
    assert_true(masks.is_blocked[1]);
    assert_true(masks.is_blocked[2]);
}

static void counts_at_least_one_processor(void **state)
{
    (void) state;
    assert_true(parallel_cpus() >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(does_without_a_thread_that_cannot_be_started),
        arena_test(does_every_item_once),
        arena_test(does_nothing_of_nothing),
        arena_test(works_at_the_same_time),
        arena_test(runs_loops_inside_of_jobs),
        arena_test(runs_a_loop_on_a_jobs_own_arena_on_its_thread),
        arena_test(helps_with_a_loop_inside_of_a_job),
        arena_test(leaves_signals_to_the_caller),
        arena_test(counts_at_least_one_processor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
