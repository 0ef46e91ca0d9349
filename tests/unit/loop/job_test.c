#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "support.h"

typedef struct Work {
    pthread_t thread;
    int value;
} Work;

static void square(void *arg)
{
    Work *work = arg;
    work->thread = pthread_self();
    work->value *= work->value;
}

static void run_jobs(void *arg)
{
    (void) arg;
    Work work = { .value = 12 };
    fiber_narrow_deadline(clock_monotonic_ns());
    assert_int_equal(job_run(square, &work), 0);
    assert_int_equal(work.value, 144);
    assert_false(pthread_equal(work.thread, pthread_self()));
}

static void a_job_runs_on_another_thread_to_its_end(void **state)
{
    (void) state;
    run_on_fiber(run_jobs, NULL);
}

typedef struct Gate {
    atomic_bool open;
    int refused, done;
} Gate;

static void wait_for_gate(void *arg)
{
    Gate *gate = arg;
    while (!atomic_load(&gate->open)) {
        sched_yield();
    }
}

static void pass_gate(void *arg)
{
    Gate *gate = arg;
    int rc = job_run(wait_for_gate, gate);
    if (rc == -EAGAIN) {
        gate->refused++;
        atomic_store(&gate->open, true);
    } else {
        gate->done += rc == 0;
    }
}

static void jobs_beyond_the_bound_are_refused(void **state)
{
    (void) state;
    Loop *loop = new_loop();
    Gate gate = { 0 };
    jobs_set_limit(loop, 2);
    for (int i = 0; i < 3; i++) {
        fiber_spawn(loop, NULL, pass_gate, &gate, NULL);
    }
    loop_run(loop);
    assert_int_equal(gate.refused, 1);
    assert_int_equal(gate.done, 2);
    loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_runs_on_another_thread_to_its_end),
        cmocka_unit_test(jobs_beyond_the_bound_are_refused),
    };
    return cmocka_run_group_tests_name("loop/job", tests, NULL, NULL);
}
