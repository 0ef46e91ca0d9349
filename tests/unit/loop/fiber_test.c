#include <pthread.h>
#include <stdio.h>

#include "support.h"

static void count_up(void *arg)
{
    ++*(int *) arg;
}

static void spawn_one(void *arg)
{
    Loop *loop = loop_current();
    assert_int_equal(fiber_spawn(loop, NULL, count_up, arg, NULL), 0);
    assert_int_equal(*(int *) arg, 0);
    fiber_yield();
    assert_int_equal(*(int *) arg, 1);
}

static void a_spawned_fiber_runs_when_its_spawner_yields(void **state)
{
    (void) state;
    int count = 0;
    run_on_fiber(spawn_one, &count);
    assert_int_equal(count, 1);
}

typedef struct Crowd {
    size_t running, most_running, ended;
} Crowd;

static void join_crowd(void *arg)
{
    Crowd *crowd = arg;
    crowd->running++;
    assert_int_equal(fiber_sleep_ms(1), 0);
    if (crowd->running > crowd->most_running) {
        crowd->most_running = crowd->running;
    }
    crowd->running--;
    crowd->ended++;
}

static void thousands_of_fibers_sleep_at_once(void **state)
{
    (void) state;
    Loop *loop = new_loop();
    Crowd crowd = { 0 };
    for (size_t i = 0; i < MANY_FIBERS; i++) {
        assert_int_equal(fiber_spawn(loop, NULL, join_crowd, &crowd, NULL), 0);
    }
    assert_int_equal(fiber_count(loop), MANY_FIBERS);
    loop_run(loop);
    assert_int_equal(crowd.ended, MANY_FIBERS);
    assert_int_equal(crowd.most_running, MANY_FIBERS);
    assert_int_equal(fiber_count(loop), 0);
    loop_free(loop);
}

static void spawning_beyond_the_limit_is_refused(void **state)
{
    (void) state;
    Loop *loop = new_loop();
    int count = 0;
    fiber_set_limit(loop, 2);
    assert_int_equal(fiber_spawn(loop, NULL, count_up, &count, NULL), 0);
    assert_int_equal(fiber_spawn(loop, NULL, count_up, &count, NULL), 0);
    assert_int_equal(fiber_spawn(loop, NULL, count_up, &count, NULL), -EAGAIN);
    loop_run(loop);
    assert_int_equal(fiber_spawn(loop, NULL, count_up, &count, NULL), 0);
    loop_run(loop);
    assert_int_equal(count, 3);
    loop_free(loop);
}

static void use_much_stack(void *arg)
{
    char text[300 * 1024];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    *(size_t *) arg = strlen(text);
}

static void a_larger_stack_can_be_asked_for(void **state)
{
    (void) state;
    Loop *loop = new_loop();
    size_t len = 0;
    FiberOptions options = { .stack_bytes = 512 * 1024 };
    assert_int_equal(fiber_spawn(loop, &options, use_much_stack, &len, NULL), 0);
    loop_run(loop);
    assert_int_equal(len, 300 * 1024 - 1);
    loop_free(loop);
}

typedef struct Numbers {
    double sum;
    int rounds;
} Numbers;

static void compute(void *arg)
{
    Numbers *numbers = arg;
    double a = 0.5 * numbers->rounds;
    double b = 1.25;
    for (int i = 0; i < numbers->rounds; i++) {
        a += b;
        fiber_yield();
        b *= 1.0625;
    }
    numbers->sum = a + b;
}

static void registers_survive_a_switch(void **state)
{
    (void) state;
    Numbers alone = { .rounds = 20 };
    Numbers first = alone;
    Numbers second = alone;
    run_on_fiber(compute, &alone);
    Loop *loop = new_loop();
    assert_int_equal(fiber_spawn(loop, NULL, compute, &first, NULL), 0);
    assert_int_equal(fiber_spawn(loop, NULL, compute, &second, NULL), 0);
    loop_run(loop);
    assert_memory_equal(&first.sum, &alone.sum, sizeof(alone.sum));
    assert_memory_equal(&second.sum, &alone.sum, sizeof(alone.sum));
    loop_free(loop);
}

typedef struct Parked {
    Fiber *fiber;
    FiberQueue queue;
    int result;
    bool ended;
} Parked;

static void park_once(void *arg)
{
    Parked *parked = arg;
    parked->result = fiber_park();
    parked->ended = true;
}

static void wake_a_parked_one(void *arg)
{
    Parked *parked = arg;
    fiber_spawn(loop_current(), NULL, park_once, parked, &parked->fiber);
    fiber_yield();
    assert_true(fiber_is_parked(parked->fiber));
    fiber_wake(parked->fiber, 17);
    fiber_wake(parked->fiber, 18);
    assert_int_equal(fiber_join(parked->fiber), 0);
    assert_int_equal(parked->result, 17);
}

static void a_second_wake_before_it_ran_is_ignored(void **state)
{
    (void) state;
    Parked parked = { 0 };
    run_on_fiber(wake_a_parked_one, &parked);
    assert_true(parked.ended);
}

static void wake_before_park(void *arg)
{
    (void) arg;
    fiber_wake(fiber_self(), 5);
    assert_int_equal(fiber_park(), 5);
}

static void a_wake_before_the_park_is_not_lost(void **state)
{
    (void) state;
    run_on_fiber(wake_before_park, NULL);
}

static void meet_deadlines(void *arg)
{
    (void) arg;
    Deadline former = fiber_narrow_deadline(deadline_in_ms(3));
    assert_int_equal(fiber_park_until(deadline_in_ms(1)), -ETIME);
    assert_int_equal(fiber_park_until(deadline_in_ms(1000)), -ETIMEDOUT);
    assert_int_equal(fiber_park(), -ETIMEDOUT);
    assert_int_equal(fiber_sleep_ms(1), -ETIMEDOUT);
    fiber_restore_deadline(former);
    assert_int_equal(fiber_sleep_ms(1), 0);
    assert_true(fiber_deadline() == DEADLINE_NEVER);
}

static void tells_its_own_deadline_from_the_fibers(void **state)
{
    (void) state;
    run_on_fiber(meet_deadlines, NULL);
}

static void later_deadlines(void *arg)
{
    (void) arg;
    for (int i = 0; i < 200; i++) {
        fiber_spawn(loop_current(), NULL, wake_before_park, NULL, NULL);
        assert_int_equal(fiber_park_until(clock_monotonic_ns() + 20 * NS_PER_US), -ETIME);
    }
    assert_int_equal(fiber_park_until(deadline_in_ms(2)), -ETIME);
}

static void ever_later_deadlines_are_all_kept(void **state)
{
    (void) state;
    run_on_fiber(later_deadlines, NULL);
}

typedef struct Sleeper {
    int64_t ms;
    int *next;
    int order;
} Sleeper;

static void sleep_and_note(void *arg)
{
    Sleeper *sleeper = arg;
    assert_int_equal(fiber_sleep_ms(sleeper->ms), 0);
    sleeper->order = (*sleeper->next)++;
}

static void sleepers_wake_in_the_order_of_their_deadlines(void **state)
{
    (void) state;
    Loop *loop = new_loop();
    int next = 0;
    Sleeper sleepers[] = { { 30, &next, 0 }, { 10, &next, 0 }, { 20, &next, 0 } };
    for (size_t i = 0; i < ARRAY_LEN(sleepers); i++) {
        fiber_spawn(loop, NULL, sleep_and_note, &sleepers[i], NULL);
    }
    loop_run(loop);
    assert_int_equal(sleepers[1].order, 0);
    assert_int_equal(sleepers[2].order, 1);
    assert_int_equal(sleepers[0].order, 2);
    loop_free(loop);
}

static void note_inherited(void *arg)
{
    *(Deadline *) arg = fiber_deadline();
    assert_string_equal(fiber_local(), "request 7");
}

static void note_nothing_inherited(void *arg)
{
    *(Deadline *) arg = fiber_deadline();
    assert_null(fiber_local());
}

static void spawn_heirs(void *arg)
{
    (void) arg;
    Deadline mine = deadline_in_ms(60000);
    Deadline child = 0;
    Deadline stranger = 0;
    Loop *loop = loop_current();
    fiber_narrow_deadline(mine);
    fiber_set_local((void *) (uintptr_t) "request 7");
    FiberOptions detached = { .detached = true };
    fiber_spawn(loop, NULL, note_inherited, &child, NULL);
    fiber_spawn(loop, &detached, note_nothing_inherited, &stranger, NULL);
    fiber_yield();
    assert_true(child == mine);
    assert_true(stranger == DEADLINE_NEVER);
}

static void children_inherit_deadline_and_local_unless_detached(void **state)
{
    (void) state;
    run_on_fiber(spawn_heirs, NULL);
}

typedef struct Family {
    Fiber *fibers[4];
    int results[4];
    size_t next;
} Family;

static void be_canceled(void *arg)
{
    Family *family = arg;
    size_t me = family->next++;
    if (me < 2) {
        FiberOptions options = { 0 };
        fiber_spawn(loop_current(), &options, be_canceled, family, NULL);
    } else if (me == 2) {
        FiberOptions options = { .detached = true };
        fiber_spawn(loop_current(), &options, be_canceled, family, &family->fibers[3]);
    }
    family->results[me] = fiber_park();
    if (family->results[me] == -ECANCELED) {
        assert_true(fiber_is_canceled());
        assert_int_equal(fiber_sleep_ms(1000), -ECANCELED);
    }
}

static void cancel_family(void *arg)
{
    Family *family = arg;
    fiber_spawn(loop_current(), NULL, be_canceled, family, &family->fibers[0]);
    while (family->next < 4) {
        fiber_yield();
    }
    fiber_cancel(family->fibers[0]);
    assert_int_equal(fiber_join(family->fibers[0]), 0);
    fiber_yield();
    for (int i = 0; i < 3; i++) {
        assert_int_equal(family->results[i], -ECANCELED);
    }
    assert_true(fiber_is_parked(family->fibers[3]));
    fiber_wake(family->fibers[3], 3);
    assert_int_equal(fiber_join(family->fibers[3]), 0);
    assert_int_equal(family->results[3], 3);
}

static void cancels_children_but_not_detached_ones(void **state)
{
    (void) state;
    Family family = { 0 };
    run_on_fiber(cancel_family, &family);
}

typedef struct Chain {
    size_t left, ended;
} Chain;

static void be_a_link(void *arg)
{
    Chain *chain = arg;
    if (chain->left > 0) {
        chain->left--;
        fiber_spawn(loop_current(), NULL, be_a_link, chain, NULL);
    }
    assert_int_equal(fiber_park(), -ECANCELED);
    chain->ended++;
}

static void cancel_chain(void *arg)
{
    Chain *chain = arg;
    Fiber *first;
    fiber_spawn(loop_current(), NULL, be_a_link, chain, &first);
    while (chain->left > 0) {
        fiber_yield();
    }
    fiber_yield();
    fiber_cancel(first);
    fiber_join(first);
    while (fiber_count(loop_current()) > 1) {
        fiber_yield();
    }
    assert_int_equal(chain->ended, MANY_FIBERS);
}

static void a_long_line_of_descendants_is_canceled(void **state)
{
    (void) state;
    Chain chain = { .left = MANY_FIBERS - 1 };
    run_on_fiber(cancel_chain, &chain);
}

static void leave_an_orphan(void *arg)
{
    fiber_spawn(loop_current(), NULL, park_once, arg, NULL);
    fiber_yield();
}

static void grandparent(void *arg)
{
    fiber_spawn(loop_current(), NULL, leave_an_orphan, arg, NULL);
    fiber_park();
}

static void cancel_grandparent(void *arg)
{
    Parked *parked = arg;
    Fiber *fiber;
    fiber_spawn(loop_current(), NULL, grandparent, arg, &fiber);
    while (fiber_count(loop_current()) != 3 || !fiber_is_parked(fiber)) {
        fiber_yield();
    }
    fiber_yield();
    fiber_cancel(fiber);
    assert_int_equal(fiber_join(fiber), 0);
    fiber_yield();
    assert_int_equal(parked->result, -ECANCELED);
}

static void an_orphan_is_canceled_with_its_grandparent(void **state)
{
    (void) state;
    Parked parked = { 0 };
    run_on_fiber(cancel_grandparent, &parked);
}

static void join_under_deadline(void *arg)
{
    Parked *parked = arg;
    fiber_narrow_deadline(deadline_in_ms(1));
    FiberOptions options = { .deadline = DEADLINE_NEVER };
    fiber_spawn(loop_current(), &options, park_once, parked, &parked->fiber);
    assert_int_equal(fiber_join(parked->fiber), -ETIMEDOUT);
    assert_true(parked->ended);
    assert_int_equal(parked->result, -ECANCELED);
}

static void a_join_that_times_out_cancels_and_still_awaits_the_end(void **state)
{
    (void) state;
    Parked parked = { 0 };
    run_on_fiber(join_under_deadline, &parked);
}

static void wait_in_queue(void *arg)
{
    Parked *parked = arg;
    parked->result = fiber_queue_wait(&parked[-1 - parked->result].queue);
    parked->ended = true;
}

/* entry 0 holds the queue; entry i is a waiter and knows by -result how far it is from entry 0 */
static void queue_up(Parked *all, int count)
{
    for (int i = 1; i <= count; i++) {
        all[i].result = i - 1;
        fiber_spawn(loop_current(), NULL, wait_in_queue, &all[i], &all[i].fiber);
    }
    fiber_yield();
    assert_int_equal(all[0].queue.len, count);
}

static void serve_queue(void *arg)
{
    Parked *all = arg;
    queue_up(all, 3);
    fiber_cancel(all[1].fiber);
    assert_true(fiber_queue_wake_one(&all[0].queue, 4));
    assert_int_equal(fiber_queue_wake_all(&all[0].queue, 5), 1);
    assert_false(fiber_queue_wake_one(&all[0].queue, 6));
    for (int i = 1; i <= 3; i++) {
        fiber_join(all[i].fiber);
    }
    assert_int_equal(all[1].result, -ECANCELED);
    assert_int_equal(all[2].result, 4);
    assert_int_equal(all[3].result, 5);
    assert_int_equal(all[0].queue.len, 0);
    assert_null(all[0].queue.head);
    assert_null(all[0].queue.tail);
}

static void a_canceled_waiter_does_not_swallow_a_wake(void **state)
{
    (void) state;
    Parked all[4] = { 0 };
    run_on_fiber(serve_queue, all);
}

static void time_out_in_queue(void *arg)
{
    Parked *all = arg;
    queue_up(all, 1);
    fiber_cancel(all[1].fiber);
    fiber_join(all[1].fiber);
    assert_int_equal(all[0].queue.len, 0);
    assert_false(fiber_queue_wake_one(&all[0].queue, 0));
}

static void a_waiter_that_gives_up_leaves_the_queue(void **state)
{
    (void) state;
    Parked all[2] = { 0 };
    run_on_fiber(time_out_in_queue, all);
}

static void freeing_the_loop_ends_its_fibers(void **state)
{
    (void) state;
    Loop *loop = new_loop();
    Parked parked[3] = { 0 };
    for (int i = 0; i < 3; i++) {
        fiber_spawn(loop, NULL, park_once, &parked[i], i == 2 ? &parked[i].fiber : NULL);
    }
    loop_free(loop);
    for (int i = 0; i < 3; i++) {
        assert_true(parked[i].ended);
        assert_int_equal(parked[i].result, -ECANCELED);
    }
}

static void stop_and_park(void *arg)
{
    loop_stop(loop_current());
    park_once(arg);
}

static void stopping_the_loop_cancels_the_main_fiber(void **state)
{
    (void) state;
    Parked parked = { 0 };
    run_on_fiber(stop_and_park, &parked);
    assert_int_equal(parked.result, -ECANCELED);
}

static void *run_own_loop(void *arg)
{
    Crowd *crowd = arg;
    Loop *loop;
    if (loop_new(&loop, NULL) != 0) {
        abort();
    }
    for (size_t i = 0; i < 100; i++) {
        fiber_spawn(loop, NULL, join_crowd, crowd, NULL);
    }
    loop_run(loop);
    loop_free(loop);
    return NULL;
}

static void each_thread_may_have_its_loop(void **state)
{
    (void) state;
    Crowd crowds[3] = { 0 };
    pthread_t threads[ARRAY_LEN(crowds)];
    for (size_t i = 0; i < ARRAY_LEN(crowds); i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, run_own_loop, &crowds[i]), 0);
    }
    for (size_t i = 0; i < ARRAY_LEN(crowds); i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(crowds[i].ended, 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_spawned_fiber_runs_when_its_spawner_yields),
        cmocka_unit_test(thousands_of_fibers_sleep_at_once),
        cmocka_unit_test(spawning_beyond_the_limit_is_refused),
        cmocka_unit_test(a_larger_stack_can_be_asked_for),
        cmocka_unit_test(registers_survive_a_switch),
        cmocka_unit_test(a_second_wake_before_it_ran_is_ignored),
        cmocka_unit_test(a_wake_before_the_park_is_not_lost),
        cmocka_unit_test(tells_its_own_deadline_from_the_fibers),
        cmocka_unit_test(ever_later_deadlines_are_all_kept),
        cmocka_unit_test(sleepers_wake_in_the_order_of_their_deadlines),
        cmocka_unit_test(children_inherit_deadline_and_local_unless_detached),
        cmocka_unit_test(cancels_children_but_not_detached_ones),
        cmocka_unit_test(a_long_line_of_descendants_is_canceled),
        cmocka_unit_test(an_orphan_is_canceled_with_its_grandparent),
        cmocka_unit_test(a_join_that_times_out_cancels_and_still_awaits_the_end),
        cmocka_unit_test(a_canceled_waiter_does_not_swallow_a_wake),
        cmocka_unit_test(a_waiter_that_gives_up_leaves_the_queue),
        cmocka_unit_test(freeing_the_loop_ends_its_fibers),
        cmocka_unit_test(stopping_the_loop_cancels_the_main_fiber),
        cmocka_unit_test(each_thread_may_have_its_loop),
    };
    return cmocka_run_group_tests_name("loop/fiber", tests, NULL, NULL);
}
