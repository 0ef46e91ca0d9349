/* What the loop's primitives cost: nanoseconds an operation, the best of five runs. */
#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"
#include "loop/fiber.h"
#include "loop/process.h"
#include "loop/stream.h"

enum { RUNS = 5 };

typedef void (*Bench)(int64_t count);

static void measure(const char *name, int64_t count, Bench bench)
{
    int64_t best = INT64_MAX;
    for (int run = 0; run < RUNS; run++) {
        int64_t start = clock_monotonic_ns();
        bench(count);
        int64_t took = clock_monotonic_ns() - start;
        best = took < best ? took : best;
    }
    printf("%-44s %9.1f ns\n", name, (double) best / (double) count);
}

static void nothing(void *arg)
{
    (void) arg;
}

static void spawn_many(int64_t count)
{
    enum { AT_ONCE = 100 };
    for (int64_t i = 0; i < count; i += AT_ONCE) {
        for (int j = 0; j < AT_ONCE; j++) {
            fiber_spawn(loop_current(), NULL, nothing, NULL, NULL);
        }
        fiber_yield();
    }
}

static void spawn_and_join(int64_t count)
{
    Fiber *fiber;
    for (int64_t i = 0; i < count; i++) {
        fiber_spawn(loop_current(), NULL, nothing, NULL, &fiber);
        fiber_join(fiber);
    }
}

static void yield_often(void *arg)
{
    for (int64_t left = *(int64_t *) arg; left > 0; left--) {
        fiber_yield();
    }
}

/* Each yield is two switches: to the loop and to the next fiber. */
static void yield_among_two(int64_t count)
{
    Fiber *fiber;
    int64_t half = count / 2;
    fiber_spawn(loop_current(), NULL, yield_often, &half, &fiber);
    yield_often(&half);
    fiber_join(fiber);
}

enum { CROWD = 1000 };

static void yield_among_crowd(int64_t count)
{
    Fiber *fibers[CROWD];
    int64_t share = count / CROWD;
    for (int i = 0; i < CROWD; i++) {
        fiber_spawn(loop_current(), NULL, yield_often, &share, &fibers[i]);
    }
    for (int i = 0; i < CROWD; i++) {
        fiber_join(fibers[i]);
    }
}

typedef struct Handover {
    Fiber *fibers[2];
    int64_t left;
    bool with_deadline;
} Handover;

static void hand_over(Handover *handover, int me)
{
    while (handover->left-- > 0) {
        fiber_wake(handover->fibers[!me], 0);
        if (handover->with_deadline) {
            fiber_park_until(loop_now_ns(loop_current()) + NS_PER_S + handover->left);
        } else {
            fiber_park();
        }
    }
    fiber_wake(handover->fibers[!me], 0);
}

static void hand_over_back(void *arg)
{
    hand_over(arg, 1);
}

static void run_handover(int64_t count, bool with_deadline)
{
    Handover handover = { .left = count, .with_deadline = with_deadline };
    handover.fibers[0] = fiber_self();
    fiber_spawn(loop_current(), NULL, hand_over_back, &handover, &handover.fibers[1]);
    hand_over(&handover, 0);
    fiber_join(handover.fibers[1]);
}

static void wake_and_park(int64_t count)
{
    run_handover(count, false);
}

static void wake_and_park_with_deadline(int64_t count)
{
    run_handover(count, true);
}

static void on_timer(Timer *timer, void *arg)
{
    (void) timer;
    (void) arg;
}

static void start_timers(int64_t count)
{
    enum { TIMERS = 10000 };
    Timer *timers = mem_calloc(TIMERS, sizeof(Timer));
    for (int i = 0; i < TIMERS; i++) {
        timer_init(&timers[i], loop_current(), on_timer, NULL);
    }
    for (int64_t i = 0; i < count; i++) {
        timer_start(&timers[i * 7919 % TIMERS], 1000 + i % 977, 0);
    }
    for (int i = 0; i < TIMERS; i++) {
        timer_stop(&timers[i]);
    }
    free(timers);
}

static void run_jobs(int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        job_run(nothing, NULL);
    }
}

static void echo(void *arg)
{
    char buffer[1024];
    ssize_t size;
    while ((size = stream_read(arg, buffer, sizeof(buffer))) > 0) {
        stream_send(arg, str_make(buffer, (size_t) size));
    }
    stream_close(arg);
}

static void ping(Stream *stream, int64_t count)
{
    char buffer[64] = "sixteen bytes ..";
    for (int64_t i = 0; i < count; i++) {
        stream_send(stream, str_make(buffer, 16));
        if (stream_read(stream, buffer, sizeof(buffer)) != 16) {
            abort();
        }
    }
    stream_close(stream);
}

static void echo_over_unix(int64_t count)
{
    Stream *here;
    Stream *there;
    if (stream_pair(loop_current(), &here, &there, NULL) < 0) {
        abort();
    }
    fiber_spawn(loop_current(), NULL, echo, there, NULL);
    ping(here, count);
}

static void on_accept(Listener *listener, Stream *stream, void *arg)
{
    (void) arg;
    listener_close(listener);
    fiber_spawn(stream_loop(stream), NULL, echo, stream, NULL);
}

static void echo_over_tcp(int64_t count)
{
    Address address = { .host = "127.0.0.1" };
    Listener *listener;
    Stream *stream;
    if (listener_open(loop_current(), &address, on_accept, NULL, &listener, NULL) < 0) {
        abort();
    }
    address.port = listener_port(listener);
    if (stream_connect(loop_current(), &address, DEADLINE_NEVER, &stream, NULL) < 0) {
        abort();
    }
    ping(stream, count);
}

static void run_true(int64_t count)
{
    static const char *const argv[] = { "/bin/true", NULL };
    ProcessOptions options = { .argv = argv };
    for (int64_t i = 0; i < count; i++) {
        Process *process;
        ProcessExit exit;
        if (process_spawn(loop_current(), &options, NULL, NULL, &process, NULL) < 0) {
            abort();
        }
        process_wait(process, &exit);
        process_free(process);
    }
}

static void run_all(void *arg)
{
    (void) arg;
    measure("spawn and finish a fiber, 100 at once", 1000000, spawn_many);
    measure("spawn and join a fiber", 1000000, spawn_and_join);
    measure("yield among two fibers (two switches)", 4000000, yield_among_two);
    measure("yield among a thousand fibers", 4000000, yield_among_crowd);
    measure("wake and park", 4000000, wake_and_park);
    measure("wake and park under ever later deadlines", 4000000, wake_and_park_with_deadline);
    measure("restart one of 10,000 timers", 1000000, start_timers);
    measure("job on a worker thread", 20000, run_jobs);
    measure("echo of 16 bytes over a unix socket", 100000, echo_over_unix);
    measure("echo of 16 bytes over TCP", 100000, echo_over_tcp);
    measure("start and await /bin/true", 200, run_true);
}

int main(void)
{
    Loop *loop;
    if (loop_new(&loop, NULL) < 0) {
        return 70;
    }
    fiber_run_main(loop, run_all, NULL);
    loop_free(loop);
    return 0;
}
