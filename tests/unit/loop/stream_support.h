/* What the tests of streams and of listeners share. */
#pragma once

#include "loop/stream.h"

#include "support.h"

static const Address ANY_PORT = { .host = "127.0.0.1" };

/* --- a server whose connections are fibers that echo --- */

static inline void echo(void *arg)
{
    Stream *stream = arg;
    char buffer[16 * 1024];
    ssize_t count;
    while ((count = stream_read(stream, buffer, sizeof(buffer))) > 0) {
        if (stream_write(stream, str_make(buffer, (size_t) count)) < 0) {
            break;
        }
    }
    stream_close_flushed(stream, 1000);
}

static inline void accept_echo(Listener *listener, Stream *stream, void *arg)
{
    (void) listener;
    (void) arg;
    FiberOptions options = { .name = "echo", .detached = true };
    if (fiber_spawn(stream_loop(stream), &options, echo, stream, NULL) < 0) {
        stream_close(stream);
    }
}

static inline Listener *listen_with(AcceptFn fn, void *arg, Address *ret_address)
{
    Listener *listener = NULL;
    Error err = ERROR_INIT;
    if (listener_open(loop_current(), &ANY_PORT, fn, arg, &listener, &err) != 0) {
        fail_msg("%s", err.message);
    }
    *ret_address = (Address) { .host = "127.0.0.1", .port = listener_port(listener) };
    return listener;
}

static inline Stream *connect_or_fail(const Address *address)
{
    Stream *stream = NULL;
    Error err = ERROR_INIT;
    if (stream_connect(loop_current(), address, DEADLINE_NEVER, &stream, &err) != 0) {
        fail_msg("%s", err.message);
    }
    return stream;
}

static inline void read_exactly(Stream *stream, char *buffer, size_t size)
{
    size_t got = 0;
    while (got < size) {
        ssize_t count = stream_read(stream, buffer + got, size - got);
        assert_true(count > 0);
        got += (size_t) count;
    }
}

/* --- two connected streams --- */

typedef struct Pair {
    Stream *a, *b;
    Fiber *fiber;
    int result;
    int closed;
    int drained;
    size_t received;
    int read_error;
    bool ended;
} Pair;

static inline void on_read(Stream *stream, const void *data, size_t size, int error, void *arg)
{
    (void) stream;
    Pair *pair = arg;
    pair->received += size;
    if (size == 0) {
        assert_null(data);
        pair->ended = true;
        pair->read_error = error;
        if (pair->fiber) {
            fiber_wake(pair->fiber, 0);
        }
    }
}

static inline void on_drain(Stream *stream, void *arg)
{
    (void) stream;
    Pair *pair = arg;
    pair->drained++;
    fiber_wake(pair->fiber, 0);
}

static inline void on_close(Stream *stream, void *arg)
{
    (void) stream;
    ((Pair *) arg)->closed++;
}

static const StreamCallbacks CALLBACKS = { on_read, on_drain, on_close };

static inline void make_pair(Pair *pair)
{
    assert_int_equal(stream_pair(loop_current(), &pair->a, &pair->b, NULL), 0);
    stream_set_callbacks(pair->a, &CALLBACKS, pair);
    stream_set_callbacks(pair->b, &CALLBACKS, pair);
}
