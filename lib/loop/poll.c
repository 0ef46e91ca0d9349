#include "internal.h"

struct Poll {
    LoopObject object;
    uv_poll_t handle;
    Loop *loop;
    PollFn fn;
    void *arg;
    int events;
};

static void on_closed(uv_handle_t *handle)
{
    free(CONTAINER_OF(handle, Poll, handle));
}

static void abandon(LoopObject *object)
{
    poll_free(CONTAINER_OF(object, Poll, object));
}

static int from_uv(int uv_events)
{
    return (uv_events & UV_READABLE ? POLL_READ : 0) | (uv_events & UV_WRITABLE ? POLL_WRITE : 0) |
           (uv_events & UV_DISCONNECT ? POLL_HANGUP : 0);
}

static int to_uv(int events)
{
    return (events & POLL_READ ? UV_READABLE : 0) | (events & POLL_WRITE ? UV_WRITABLE : 0) |
           (events & POLL_HANGUP ? UV_DISCONNECT : 0);
}

static void on_poll(uv_poll_t *handle, int status, int uv_events)
{
    Poll *poll = CONTAINER_OF(handle, Poll, handle);
    loop_wake(poll->loop);
    if (status == 0) {
        poll->fn(poll, from_uv(uv_events), 0, poll->arg);
        return;
    }
    /* libuv stopped watching and says EBADF, whatever the reason */
    int asked = poll->events;
    poll->events = 0;
    poll->fn(poll, asked, -EIO, poll->arg);
}

Poll *poll_new(Loop *loop, int fd, PollFn fn, void *arg)
{
    Poll *poll = MEM_NEW(Poll);
    *poll = (Poll) { .object.abandon = abandon, .loop = loop, .fn = fn, .arg = arg };
    if (uv_poll_init(&loop->uv, &poll->handle, fd) < 0) {
        free(poll);
        return NULL;
    }
    poll->handle.data = &poll->object;
    return poll;
}

void poll_set_object(Poll *poll, LoopObject *object)
{
    poll->handle.data = object;
}

void poll_set(Poll *poll, int events)
{
    if (events == poll->events) {
        return;
    }
    poll->events = events;
    if (events) {
        uv_poll_start(&poll->handle, to_uv(events), on_poll);
    } else {
        uv_poll_stop(&poll->handle);
    }
}

void poll_unref(Poll *poll)
{
    uv_unref((uv_handle_t *) &poll->handle);
}

void poll_free(Poll *poll)
{
    if (poll) {
        uv_poll_stop(&poll->handle);
        uv_close((uv_handle_t *) &poll->handle, on_closed);
    }
}
