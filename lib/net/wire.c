#include "wire.h"

#include <errno.h>

#include "tls_internal.h"

ssize_t wire_read(Wire *wire, void *buffer, size_t size)
{
    if (!wire->stream) {
        return -ECONNABORTED;
    }
    return wire->tls ? tls_read(wire->tls, buffer, size) : stream_read(wire->stream, buffer, size);
}

int wire_write(Wire *wire, Str head, Str body)
{
    if (!wire->stream) {
        return -ECONNABORTED;
    }
    if (wire->tls) {
        int rc = tls_write(wire->tls, head);
        return rc < 0 || body.len == 0 ? rc : tls_write(wire->tls, body);
    }
    enum { AT_ONCE_BYTES = 64 * 1024 };
    if (body.len <= AT_ONCE_BYTES) {
        Str parts[] = { head, body };
        int rc = stream_send_parts(wire->stream, parts, body.len ? 2 : 1);
        return rc < 0 ? rc : stream_write(wire->stream, STR(""));
    }
    int rc = stream_write(wire->stream, head);
    return rc < 0 ? rc : stream_write(wire->stream, body);
}

int wire_send(Wire *wire, Str data)
{
    if (!wire->stream) {
        return -ECONNABORTED;
    }
    return wire->tls ? tls_send(wire->tls, data) : stream_send(wire->stream, data);
}

size_t wire_queued_bytes(const Wire *wire)
{
    return wire->stream ? stream_queued_bytes(wire->stream) : 0;
}

/* Hands over what TLS has made of the bytes fed; fn may close the wire in between. */
static void take_all(Wire *wire)
{
    char plain[8 * 1024];
    while (wire->fn) {
        ssize_t size = tls_take(wire->tls, plain, sizeof(plain));
        if (size == -EAGAIN) {
            return;
        }
        if (size <= 0) {
            wire->fn(wire, STR(""), (int) size, wire->arg);
            return;
        }
        wire->fn(wire, str_make(plain, (size_t) size), 0, wire->arg);
    }
}

static void on_read(Stream *stream, const void *data, size_t size, int error, void *arg)
{
    (void) stream;
    Wire *wire = arg;
    if (!wire->fn) {
        return;
    }
    if (size == 0 || !wire->tls) {
        wire->fn(wire, str_make(data, size), error, wire->arg);
        return;
    }
    int rc = tls_feed(wire->tls, str_make(data, size));
    if (rc < 0) {
        wire->fn(wire, STR(""), rc, wire->arg);
        return;
    }
    take_all(wire);
}

static void on_drain(Stream *stream, void *arg)
{
    (void) stream;
    Wire *wire = arg;
    if (wire->on_drain) {
        wire->on_drain(wire, wire->arg);
    }
}

void wire_watch(Wire *wire, WireFn fn, void (*drained)(Wire *wire, void *arg), void *arg)
{
    static const StreamCallbacks callbacks = { .on_read = on_read, .on_drain = on_drain };
    wire->fn = fn;
    wire->on_drain = drained;
    wire->arg = arg;
    stream_set_callbacks(wire->stream, &callbacks, wire);
    stream_read_start(wire->stream);
    if (wire->tls) {
        take_all(wire); /* what came together with the end of the handshake */
    }
}

void wire_unwatch(Wire *wire)
{
    static const StreamCallbacks none = { 0 };
    wire->fn = NULL;
    wire->on_drain = NULL;
    if (wire->stream) {
        stream_read_stop(wire->stream);
        stream_set_callbacks(wire->stream, &none, NULL);
    }
}

void wire_close(Wire *wire)
{
    if (!wire->stream) {
        return;
    }
    wire_unwatch(wire);
    if (wire->tls) {
        tls_close(wire->tls);
    } else {
        stream_close(wire->stream);
    }
    wire->tls = NULL;
    wire->stream = NULL;
}
