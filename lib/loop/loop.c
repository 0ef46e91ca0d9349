#include <assert.h>
#include <signal.h>

#include "base/log.h"

#include "internal.h"

/* How long loop_free waits for canceled fibers before it takes them for a bug. */
enum { FIBERS_END_WITHIN_S = 30 };

static _Thread_local Loop *current_loop;

Loop *loop_current(void)
{
    return current_loop;
}

static void run_calls(LoopCalls *waiting, LoopCalls *running)
{
    LoopCalls calls = *waiting;
    *waiting = *running;
    *running = calls;
    vec_foreach(call, &calls) {
        call->fn(call->arg);
    }
    vec_clear(running);
}

static void run_posted(Loop *loop)
{
    LoopCalls calls;
    pthread_mutex_lock(&loop->post_lock);
    calls = loop->posted;
    loop->posted = loop->posted_running;
    loop->posted_running = calls;
    pthread_mutex_unlock(&loop->post_lock);
    vec_foreach(call, &calls) {
        call->fn(call->arg);
    }
    vec_clear(&loop->posted_running);
}

static void on_async(uv_async_t *async)
{
    Loop *loop = CONTAINER_OF(async, Loop, async);
    loop_wake(loop);
    run_posted(loop);
}

static void on_alarm(uv_timer_t *alarm)
{
    Loop *loop = CONTAINER_OF(alarm, Loop, alarm);
    loop->alarm_ns = DEADLINE_NEVER;
    loop_wake(loop);
    /* libuv may ring before it waits for events; our timers fire after that wait, so it must be
     * short */
    uv_stop(&loop->uv);
}

static void ignore_broken_pipes(void)
{
    struct sigaction present;
    if (sigaction(SIGPIPE, NULL, &present) == 0 && present.sa_handler == SIG_DFL) {
        signal(SIGPIPE, SIG_IGN);
    }
}

int loop_new(Loop **ret_loop, Error *err)
{
    Loop *loop = MEM_NEW(Loop);
    int rc = uv_loop_init(&loop->uv);
    if (rc < 0) {
        free(loop);
        return error_errno(err, rc, "make an event loop");
    }
    rc = uv_async_init(&loop->uv, &loop->async, on_async);
    if (rc < 0) {
        uv_loop_close(&loop->uv);
        free(loop);
        return error_errno(err, rc, "make an event loop");
    }
    uv_unref((uv_handle_t *) &loop->async);
    uv_timer_init(&loop->uv, &loop->alarm);
    pthread_mutex_init(&loop->post_lock, NULL);
    loop->alarm_ns = DEADLINE_NEVER;
    loop->now_ns = clock_monotonic_ns();
    loop->read_buffer = mem_alloc(READ_BUFFER_BYTES);
    jobs_set_limit(loop, 0);
    fibers_init(loop);
    ignore_broken_pipes();
    *ret_loop = loop;
    return 0;
}

void loop_wake(Loop *loop)
{
    if (loop->awake_ns == 0) {
        loop->awake_ns = loop->now_ns = clock_monotonic_ns();
    }
}

/* libuv's one timer follows the first of ours. A later first timer leaves the earlier alarm: it
 * rings in vain once, which is cheaper than moving it with every timer that is stopped. */
static void set_alarm(Loop *loop)
{
    int64_t next = timers_next_ns(loop);
    if (next < loop->alarm_ns) {
        uv_update_time(&loop->uv);
        uv_timer_start(&loop->alarm, on_alarm, (uint64_t) deadline_left_ms(next), 0);
        loop->alarm_ns = next;
    } else if (next == DEADLINE_NEVER && loop->alarm_ns != DEADLINE_NEVER) {
        uv_timer_stop(&loop->alarm);
        loop->alarm_ns = DEADLINE_NEVER;
    }
    if (loop->timers.referenced) {
        uv_ref((uv_handle_t *) &loop->alarm);
    } else {
        uv_unref((uv_handle_t *) &loop->alarm);
    }
}

static bool has_work(const Loop *loop)
{
    return loop->fibers.ready_count || loop->deferred.len;
}

void loop_turn(Loop *loop)
{
    set_alarm(loop);
    loop->awake_ns = 0;
    uv_run(&loop->uv, has_work(loop) ? UV_RUN_NOWAIT : UV_RUN_ONCE);
    loop_wake(loop);
    timers_fire(loop);
    fibers_run(loop);
    run_calls(&loop->deferred, &loop->deferred_running);
    loop->lag_ns = clock_monotonic_ns() - loop->awake_ns;
}

static bool is_alive(const Loop *loop)
{
    return has_work(loop) || loop->timers.referenced || uv_loop_alive(&loop->uv);
}

static void enter(Loop *loop)
{
    assert(!loop->running && !current_loop);
    loop->running = true;
    current_loop = loop;
    fibers_enter_thread(loop);
}

static void leave(Loop *loop)
{
    loop->running = false;
    current_loop = NULL;
}

void loop_run(Loop *loop)
{
    enter(loop);
    while (!atomic_exchange(&loop->stop, false) && is_alive(loop)) {
        loop_turn(loop);
    }
    leave(loop);
}

int fiber_run_main(Loop *loop, FiberFn fn, void *arg)
{
    Fiber *fiber;
    FiberOptions options = { .name = "main" };
    int rc = fiber_spawn(loop, &options, fn, arg, &fiber);
    if (rc < 0) {
        return rc;
    }
    enter(loop);
    while (!fiber_has_ended(fiber)) {
        if (atomic_exchange(&loop->stop, false)) {
            fiber_cancel(fiber);
        }
        loop_turn(loop);
    }
    fiber_free(fiber);
    leave(loop);
    return 0;
}

static void wake_up(Loop *loop)
{
    pthread_mutex_lock(&loop->post_lock);
    if (!loop->post_closed) {
        uv_async_send(&loop->async);
    }
    pthread_mutex_unlock(&loop->post_lock);
}

void loop_stop(Loop *loop)
{
    atomic_store(&loop->stop, true);
    if (current_loop != loop) {
        wake_up(loop);
    }
}

int64_t loop_now_ms(const Loop *loop)
{
    return loop->now_ns / NS_PER_MS;
}

int64_t loop_now_ns(const Loop *loop)
{
    return loop->now_ns;
}

int64_t loop_lag_ns(const Loop *loop)
{
    return loop->lag_ns;
}

int loop_post(Loop *loop, void (*fn)(void *arg), void *arg)
{
    int rc = -ECANCELED;
    pthread_mutex_lock(&loop->post_lock);
    if (!loop->post_closed) {
        vec_push(&loop->posted, NULL, ((LoopCall) { .fn = fn, .arg = arg }));
        uv_async_send(&loop->async);
        rc = 0;
    }
    pthread_mutex_unlock(&loop->post_lock);
    return rc;
}

void loop_defer(Loop *loop, void (*fn)(void *arg), void *arg)
{
    vec_push(&loop->deferred, NULL, ((LoopCall) { .fn = fn, .arg = arg }));
}

static void abandon(uv_handle_t *handle, void *arg)
{
    (void) arg;
    LoopObject *object = handle->data;
    if (uv_is_closing(handle)) {
        return;
    }
    if (object) {
        object->abandon(object);
    } else {
        uv_close(handle, NULL);
    }
}

static void end_fibers(Loop *loop)
{
    Deadline patience = deadline_in_ms(FIBERS_END_WITHIN_S * 1000);
    fibers_cancel_all(loop);
    Timer alarm;
    timer_init(&alarm, loop, fibers_report_stuck, NULL);
    timer_start_at(&alarm, patience);
    while (loop->fibers.count > 0) {
        loop_turn(loop);
    }
    timer_stop(&alarm);
}

void loop_free(Loop *loop)
{
    if (!loop) {
        return;
    }
    enter(loop);
    end_fibers(loop);
    pthread_mutex_lock(&loop->post_lock);
    loop->post_closed = true;
    pthread_mutex_unlock(&loop->post_lock);
    run_posted(loop);
    end_fibers(loop);
    uv_walk(&loop->uv, abandon, NULL);
    while (uv_loop_alive(&loop->uv) || has_work(loop)) {
        fibers_cancel_all(loop);
        uv_run(&loop->uv, has_work(loop) ? UV_RUN_NOWAIT : UV_RUN_ONCE);
        fibers_run(loop);
        run_calls(&loop->deferred, &loop->deferred_running);
    }
    int rc = uv_loop_close(&loop->uv);
    assert(rc == 0);
    (void) rc;
    timers_done(loop);
    fibers_done(loop);
    vec_done(&loop->deferred);
    vec_done(&loop->deferred_running);
    vec_done(&loop->posted);
    vec_done(&loop->posted_running);
    pthread_mutex_destroy(&loop->post_lock);
    free(loop->read_buffer);
    leave(loop);
    free(loop);
}
