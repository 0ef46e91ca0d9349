#include "internal.h"

struct SignalWatch {
    LoopObject object;
    uv_signal_t handle;
    Loop *loop;
    SignalFn fn;
    void *arg;
};

static void on_closed(uv_handle_t *handle)
{
    free(CONTAINER_OF(handle, SignalWatch, handle));
}

static void abandon(LoopObject *object)
{
    signal_watch_free(CONTAINER_OF(object, SignalWatch, object));
}

static void on_signal(uv_signal_t *handle, int signal_number)
{
    SignalWatch *watch = CONTAINER_OF(handle, SignalWatch, handle);
    loop_wake(watch->loop);
    watch->fn(signal_number, watch->arg);
}

SignalWatch *signal_watch_new(Loop *loop, int signal_number, SignalFn fn, void *arg)
{
    SignalWatch *watch = MEM_NEW(SignalWatch);
    *watch = (SignalWatch) { .object.abandon = abandon, .loop = loop, .fn = fn, .arg = arg };
    if (uv_signal_init(&loop->uv, &watch->handle) < 0) {
        free(watch);
        return NULL;
    }
    watch->handle.data = &watch->object;
    if (uv_signal_start(&watch->handle, on_signal, signal_number) < 0) {
        uv_close((uv_handle_t *) &watch->handle, on_closed);
        return NULL;
    }
    uv_unref((uv_handle_t *) &watch->handle);
    return watch;
}

void signal_watch_free(SignalWatch *watch)
{
    if (watch) {
        uv_close((uv_handle_t *) &watch->handle, on_closed);
    }
}
