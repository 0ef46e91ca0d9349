#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "support.h"

typedef struct Trace {
    Loop *loop;
    int seen[64];
    size_t len;
} Trace;

typedef struct Step {
    Trace *trace;
    int number;
} Step;

static void note(Trace *trace, int number)
{
    assert_true(trace->len < ARRAY_LEN(trace->seen));
    trace->seen[trace->len++] = number;
}

static void note_step(void *arg)
{
    Step *step = arg;
    note(step->trace, step->number);
}

static void on_step_timer(Timer *timer, void *arg)
{
    (void) timer;
    note_step(arg);
}

static void returns_when_nothing_is_left(void **state)
{
    (void) state;
    Loop *loop = new_loop();
    loop_run(loop);
    assert_null(loop_current());
    loop_free(loop);
}

static void fires_timers_in_the_order_of_their_moments(void **state)
{
    (void) state;
    Loop *loop = new_loop();
    Trace trace = { .loop = loop };
    static const int AFTER_MS[] = { 9, 3, 7, 1, 5, 3, 0 };
    Timer timers[ARRAY_LEN(AFTER_MS)];
    Step steps[ARRAY_LEN(AFTER_MS)];
    Deadline base = clock_monotonic_ns();
    for (size_t i = 0; i < ARRAY_LEN(AFTER_MS); i++) {
        steps[i] = (Step) { .trace = &trace, .number = (int) i };
        timer_init(&timers[i], loop, on_step_timer, &steps[i]);
        timer_start_at(&timers[i], base + AFTER_MS[i] * NS_PER_MS);
    }
    loop_run(loop);
    static const int EXPECTED[] = { 6, 3, 1, 5, 4, 2, 0 };
    assert_int_equal(trace.len, ARRAY_LEN(EXPECTED));
    assert_memory_equal(trace.seen, EXPECTED, sizeof(EXPECTED));
    loop_free(loop);
}

enum { MOVED_TIMERS = 500 };

typedef struct Order {
    Deadline last;
    size_t fired;
} Order;

static void on_ordered(Timer *timer, void *arg)
{
    Order *order = arg;
    assert_true(timer->at_ns >= order->last);
    order->last = timer->at_ns;
    order->fired++;
}

static void stays_ordered_when_timers_are_stopped_and_moved(void **state)
{
    (void) state;
    Loop *loop = new_loop();
    Order order = { 0 };
    Timer *timers = mem_calloc(MOVED_TIMERS, sizeof(Timer));
    Deadline base = clock_monotonic_ns() + NS_PER_MS;
    uint32_t random = 7;
    for (size_t i = 0; i < MOVED_TIMERS; i++) {
        timer_init(&timers[i], loop, on_ordered, &order);
    }
    for (size_t i = 0; i < 8 * (size_t) MOVED_TIMERS; i++) {
        random = random * 1664525U + 1013904223U;
        Timer *timer = &timers[(random >> 8) % MOVED_TIMERS];
        if (timer_is_active(timer) && (random >> 24) % 2) {
            timer_stop(timer);
        } else {
            timer_start_at(timer, base + (Deadline) (random >> 16));
        }
    }
    size_t active = 0;
    for (size_t i = 0; i < MOVED_TIMERS; i++) {
        active += timer_is_active(&timers[i]);
    }
    loop_run(loop);
    assert_true(active > 0 && active < MOVED_TIMERS);
    assert_int_equal(order.fired, active);
    free(timers);
    loop_free(loop);
}

typedef struct Repeat {
    int left;
    Timer *timer;
} Repeat;

static void on_repeat(Timer *timer, void *arg)
{
    Repeat *repeat = arg;
    if (--repeat->left == 0) {
        timer_free(timer);
    }
}

static void repeats_until_freed_in_its_own_callback(void **state)
{
    (void) state;
    Loop *loop = new_loop();
    Repeat repeat = { .left = 3 };
    repeat.timer = timer_new(loop, on_repeat, &repeat);
    timer_start(repeat.timer, 0, 1);
    loop_run(loop);
    assert_int_equal(repeat.left, 0);
    loop_free(loop);
}

static void on_restart(Timer *timer, void *arg)
{
    Repeat *repeat = arg;
    if (--repeat->left > 0) {
        timer_start(timer, 0, 0);
    }
}

static void a_timer_restarted_at_once_lets_the_loop_turn(void **state)
{
    (void) state;
    Loop *loop = new_loop();
    Repeat repeat = { .left = 100 };
    Timer timer;
    timer_init(&timer, loop, on_restart, &repeat);
    timer_start(&timer, 0, 0);
    loop_run(loop);
    assert_int_equal(repeat.left, 0);
    loop_free(loop);
}

static void an_unreferenced_timer_does_not_keep_it_running(void **state)
{
    (void) state;
    Loop *loop = new_loop();
    Trace trace = { .loop = loop };
    Step step = { .trace = &trace, .number = 1 };
    Timer timer;
    timer_init(&timer, loop, on_step_timer, &step);
    timer_start(&timer, 3600 * 1000, 0);
    timer_unref(&timer);
    loop_run(loop);
    assert_int_equal(trace.len, 0);
    assert_true(timer_is_active(&timer));
    loop_free(loop);
    assert_false(timer_is_active(&timer));
}

static void on_stop_timer(Timer *timer, void *arg)
{
    (void) timer;
    loop_stop(arg);
}

static void stops_with_timers_still_active(void **state)
{
    (void) state;
    Loop *loop = new_loop();
    Timer far;
    Timer near;
    timer_init(&far, loop, on_stop_timer, loop);
    timer_init(&near, loop, on_stop_timer, loop);
    timer_start(&far, 3600 * 1000, 0);
    timer_start(&near, 1, 0);
    loop_run(loop);
    assert_true(timer_is_active(&far));
    assert_false(timer_is_active(&near));
    loop_free(loop);
}

static void a_stop_before_the_run_ends_it_at_once(void **state)
{
    (void) state;
    Loop *loop = new_loop();
    Timer far;
    timer_init(&far, loop, on_stop_timer, loop);
    timer_start(&far, 3600 * 1000, 0);
    loop_stop(loop);
    loop_run(loop);
    assert_true(timer_is_active(&far));
    loop_free(loop);
}

static void defer_again(void *arg)
{
    Step *step = arg;
    note_step(step);
    if (step->trace->len < 3) {
        loop_defer(step->trace->loop, defer_again, step);
    }
}

static void deferred_work_may_defer_again(void **state)
{
    (void) state;
    Loop *loop = new_loop();
    Trace trace = { .loop = loop };
    Step step = { .trace = &trace, .number = 4 };
    loop_defer(loop, defer_again, &step);
    loop_run(loop);
    assert_int_equal(trace.len, 3);
    loop_free(loop);
}

typedef struct Poster {
    Loop *loop;
    int count;
    int next_by_thread[4];
    int threads_left;
} Poster;

typedef struct Posted {
    Poster *poster;
    int thread, number;
} Posted;

typedef struct PosterThread {
    Poster *poster;
    int index;
} PosterThread;

enum { POSTS = 2000 };

static void on_posted(void *arg)
{
    Posted *posted = arg;
    Poster *poster = posted->poster;
    assert_ptr_equal(loop_current(), poster->loop);
    assert_int_equal(posted->number, poster->next_by_thread[posted->thread]++);
    if (++poster->count == POSTS * (int) ARRAY_LEN(poster->next_by_thread)) {
        loop_stop(poster->loop);
    }
    free(posted);
}

static void *post_many(void *arg)
{
    PosterThread *thread = arg;
    for (int i = 0; i < POSTS; i++) {
        Posted *posted = MEM_NEW(Posted);
        *posted = (Posted) { .poster = thread->poster, .thread = thread->index, .number = i };
        if (loop_post(thread->poster->loop, on_posted, posted) != 0) {
            abort();
        }
    }
    return NULL;
}

static void runs_what_threads_post_in_order_of_each(void **state)
{
    (void) state;
    Poster poster = { .loop = new_loop() };
    pthread_t threads[ARRAY_LEN(poster.next_by_thread)];
    PosterThread args[ARRAY_LEN(poster.next_by_thread)];
    Timer keep_alive;
    timer_init(&keep_alive, poster.loop, on_stop_timer, poster.loop);
    timer_start(&keep_alive, 3600 * 1000, 0);
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
        args[i] = (PosterThread) { .poster = &poster, .index = (int) i };
        assert_int_equal(pthread_create(&threads[i], NULL, post_many, &args[i]), 0);
    }
    loop_run(poster.loop);
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
        pthread_join(threads[i], NULL);
    }
    assert_int_equal(poster.count, POSTS * (int) ARRAY_LEN(threads));
    loop_free(poster.loop);
}

static void post_too_late(void *arg)
{
    Step *step = arg;
    note_step(step);
    assert_int_equal(loop_post(step->trace->loop, note_step, step), -ECANCELED);
}

static void what_was_posted_runs_at_the_latest_when_it_is_freed(void **state)
{
    (void) state;
    Loop *loop = new_loop();
    Trace trace = { .loop = loop };
    Step step = { .trace = &trace, .number = 1 };
    assert_int_equal(loop_post(loop, post_too_late, &step), 0);
    loop_free(loop);
    assert_int_equal(trace.len, 1);
}

static void *stop_from_thread(void *arg)
{
    loop_stop(arg);
    return NULL;
}

static void another_thread_stops_a_waiting_loop(void **state)
{
    (void) state;
    Loop *loop = new_loop();
    Timer far;
    pthread_t thread;
    timer_init(&far, loop, on_stop_timer, loop);
    timer_start(&far, 3600 * 1000, 0);
    assert_int_equal(pthread_create(&thread, NULL, stop_from_thread, loop), 0);
    loop_run(loop);
    pthread_join(thread, NULL);
    assert_true(timer_is_active(&far));
    loop_free(loop);
}

static void on_signal(int signal_number, void *arg)
{
    note_step(arg);
    assert_int_equal(signal_number, SIGUSR1);
    loop_stop(((Step *) arg)->trace->loop);
}

static void delivers_signals_as_callbacks(void **state)
{
    (void) state;
    Loop *loop = new_loop();
    Trace trace = { .loop = loop };
    Step step = { .trace = &trace, .number = 1 };
    Timer far;
    timer_init(&far, loop, on_stop_timer, loop);
    timer_start(&far, 3600 * 1000, 0);
    SignalWatch *watch = signal_watch_new(loop, SIGUSR1, on_signal, &step);
    assert_non_null(watch);
    kill(getpid(), SIGUSR1);
    loop_run(loop);
    assert_int_equal(trace.len, 1);
    signal_watch_free(watch);
    loop_free(loop);
}

static void refuses_to_watch_sigkill(void **state)
{
    (void) state;
    Loop *loop = new_loop();
    assert_null(signal_watch_new(loop, SIGKILL, on_signal, NULL));
    loop_free(loop);
}

static void on_readable(Poll *poll, int events, int error, void *arg)
{
    Step *step = arg;
    assert_int_equal(error, 0);
    assert_int_equal(events, POLL_READ);
    note_step(step);
    poll_free(poll);
}

static void reports_a_readable_descriptor(void **state)
{
    (void) state;
    Loop *loop = new_loop();
    Trace trace = { .loop = loop };
    Step step = { .trace = &trace, .number = 1 };
    int fd = eventfd(1, EFD_CLOEXEC);
    Poll *poll = poll_new(loop, fd, on_readable, &step);
    assert_non_null(poll);
    poll_set(poll, POLL_READ);
    loop_run(loop);
    assert_int_equal(trace.len, 1);
    close(fd);
    loop_free(loop);
}

static void a_regular_file_cannot_be_polled(void **state)
{
    (void) state;
    Loop *loop = new_loop();
    char path[] = "/tmp/loop_test_XXXXXX";
    int fd = mkstemp(path);
    unlink(path);
    assert_null(poll_new(loop, fd, on_readable, NULL));
    close(fd);
    loop_free(loop);
}

static void freeing_closes_what_was_left_open(void **state)
{
    (void) state;
    Loop *loop = new_loop();
    int fd = eventfd(0, EFD_CLOEXEC);
    poll_set(poll_new(loop, fd, on_readable, NULL), POLL_READ);
    assert_non_null(signal_watch_new(loop, SIGUSR2, on_signal, NULL));
    loop_free(loop);
    close(fd);
}

static void block_for_a_while(void *arg)
{
    Deadline until = clock_monotonic_ns() + 2 * NS_PER_MS;
    while (clock_monotonic_ns() < until) {
    }
    loop_stop(arg);
}

static void measures_how_long_a_turn_kept_others_waiting(void **state)
{
    (void) state;
    Loop *loop = new_loop();
    loop_defer(loop, block_for_a_while, loop);
    loop_run(loop);
    assert_true(loop_lag_ns(loop) >= 2 * NS_PER_MS);
    loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(returns_when_nothing_is_left),
        cmocka_unit_test(fires_timers_in_the_order_of_their_moments),
        cmocka_unit_test(stays_ordered_when_timers_are_stopped_and_moved),
        cmocka_unit_test(repeats_until_freed_in_its_own_callback),
        cmocka_unit_test(a_timer_restarted_at_once_lets_the_loop_turn),
        cmocka_unit_test(an_unreferenced_timer_does_not_keep_it_running),
        cmocka_unit_test(stops_with_timers_still_active),
        cmocka_unit_test(a_stop_before_the_run_ends_it_at_once),
        cmocka_unit_test(deferred_work_may_defer_again),
        cmocka_unit_test(runs_what_threads_post_in_order_of_each),
        cmocka_unit_test(what_was_posted_runs_at_the_latest_when_it_is_freed),
        cmocka_unit_test(another_thread_stops_a_waiting_loop),
        cmocka_unit_test(delivers_signals_as_callbacks),
        cmocka_unit_test(refuses_to_watch_sigkill),
        cmocka_unit_test(reports_a_readable_descriptor),
        cmocka_unit_test(a_regular_file_cannot_be_polled),
        cmocka_unit_test(freeing_closes_what_was_left_open),
        cmocka_unit_test(measures_how_long_a_turn_kept_others_waiting),
    };
    return cmocka_run_group_tests_name("loop/loop", tests, NULL, NULL);
}
