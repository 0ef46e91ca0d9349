/* Writing: at once what the kernel takes, the rest from one buffer while the next one fills. */
#include <assert.h>

#include "stream_internal.h"

enum {
    PARTS_A_CALL = 16,
    WRITE_PIECE_BYTES = 64 * 1024,
};

size_t stream_queued_bytes(const Stream *stream)
{
    return stream->in_flight.len + stream->waiting.len;
}

static void empty_buffer(StrBuf *buffer)
{
    if (buffer->cap > STREAM_KEPT_BUFFER_BYTES) {
        strbuf_done(buffer);
        *buffer = (StrBuf) STRBUF_INIT;
    } else {
        strbuf_clear(buffer);
    }
}

static void fail(Stream *stream, int error)
{
    if (!stream->write_error) {
        stream->write_error = error;
    }
    empty_buffer(&stream->waiting);
    fiber_queue_wake_all(&stream->writers, error);
}

static void on_shutdown(uv_shutdown_t *request, int status)
{
    Stream *stream = CONTAINER_OF(request, Stream, shutdown_request);
    loop_wake(stream->loop);
    (void) status; /* a peer that is gone already has no need of it */
    stream->shutdown = SHUTDOWN_DONE;
    stream_flush_on(stream);
}

static void shut_down_when_sent(Stream *stream)
{
    if (stream->shutdown != SHUTDOWN_WANTED || stream_queued_bytes(stream) > 0) {
        return;
    }
    stream->shutdown = SHUTDOWN_RUNNING;
    if (stream->is_fifo) {
        stream->shutdown = SHUTDOWN_DONE;
        stream_close(stream);
    } else if (uv_shutdown(&stream->shutdown_request, &stream->uv.stream, on_shutdown) < 0) {
        stream->shutdown = SHUTDOWN_DONE;
        stream_flush_on(stream);
    }
}

static void drained(Stream *stream)
{
    if (stream_queued_bytes(stream) > STREAM_LOW_WATER_BYTES) {
        return;
    }
    fiber_queue_wake_all(&stream->writers, 0);
    if (stream->over_low_water && !stream->flushing) {
        stream->over_low_water = false;
        if (stream->callbacks.on_drain) {
            stream->callbacks.on_drain(stream, stream->arg);
        }
    }
}

static void start_write(Stream *stream);

static void on_written(uv_write_t *request, int status)
{
    Stream *stream = CONTAINER_OF(request, Stream, write);
    loop_wake(stream->loop);
    empty_buffer(&stream->in_flight);
    if (stream->closing) {
        return;
    }
    if (status < 0) {
        fail(stream, status);
        if (!stream->is_ended) {
            stream_report_broken(stream, status);
        }
        stream_flush_on(stream);
        return;
    }
    if (stream->waiting.len > 0) {
        start_write(stream);
    }
    drained(stream);
    if (!stream->closing) {
        shut_down_when_sent(stream);
        stream_flush_on(stream);
    }
}

static void start_write(Stream *stream)
{
    StrBuf next = stream->waiting;
    stream->waiting = stream->in_flight;
    stream->in_flight = next;
    uv_buf_t buffer = uv_buf_init(next.ptr, (unsigned) next.len);
    int rc = uv_write(&stream->write, &stream->uv.stream, &buffer, 1, on_written);
    if (rc < 0) {
        empty_buffer(&stream->in_flight);
        fail(stream, rc);
    }
}

/* What the kernel takes at once, or a negative errno. */
static ssize_t send_now(Stream *stream, const Str *parts, size_t count)
{
    uv_buf_t buffers[PARTS_A_CALL];
    assert(count <= PARTS_A_CALL);
    for (size_t i = 0; i < count; i++) {
        /* uv_buf_t has no const; it is only read from */
        buffers[i] = (uv_buf_t) { .base = (char *) (uintptr_t) parts[i].ptr, .len = parts[i].len };
    }
    int rc = uv_try_write(&stream->uv.stream, buffers, (unsigned) count);
    return rc == UV_EAGAIN ? 0 : rc;
}

static size_t total_bytes(const Str *parts, size_t count)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        total += parts[i].len;
    }
    return total;
}

static void queue_rest(Stream *stream, const Str *parts, size_t count, size_t sent)
{
    for (size_t i = 0; i < count; i++) {
        Str rest = str_skip(parts[i], sent);
        sent -= parts[i].len - rest.len;
        strbuf_add(&stream->waiting, rest);
    }
}

static int refuse(const Stream *stream)
{
    if (stream_is_closing(stream)) {
        return -ECONNABORTED;
    }
    if (stream->write_error) {
        return stream->write_error;
    }
    if (stream->shutdown != SHUTDOWN_NONE) {
        return -EPIPE;
    }
    return stream_queued_bytes(stream) >= STREAM_MOST_QUEUED_BYTES ? -ENOBUFS : 0;
}

int stream_send_parts(Stream *stream, const Str *parts, size_t count)
{
    int rc = refuse(stream);
    if (rc < 0) {
        return rc;
    }
    size_t tried = 0;
    size_t sent = 0;
    size_t total = 0;
    while (stream_queued_bytes(stream) == 0 && tried < count && sent == total) {
        size_t now = count - tried < PARTS_A_CALL ? count - tried : PARTS_A_CALL;
        ssize_t result = send_now(stream, parts + tried, now);
        if (result < 0) {
            fail(stream, (int) result);
            return (int) result;
        }
        sent += (size_t) result;
        tried += now;
        total = total_bytes(parts, tried);
    }
    queue_rest(stream, parts, count, sent);
    if (stream->in_flight.len == 0 && stream->waiting.len > 0) {
        start_write(stream);
    }
    stream->over_low_water |= stream_queued_bytes(stream) > STREAM_LOW_WATER_BYTES;
    return stream->write_error;
}

int stream_send(Stream *stream, Str data)
{
    return stream_send_parts(stream, &data, 1);
}

static int wait_for_room(Stream *stream)
{
    int rc = 0;
    stream_pin(stream);
    while (rc == 0 && !stream->closing && stream_queued_bytes(stream) > STREAM_HIGH_WATER_BYTES) {
        rc = fiber_queue_wait(&stream->writers);
    }
    if (rc == 0 && stream->closing) {
        rc = -ECONNABORTED;
    }
    stream_unpin(stream);
    return rc;
}

int stream_write(Stream *stream, Str data)
{
    int rc = fiber_take_turn();
    while (rc == 0 && data.len > 0) {
        rc = wait_for_room(stream);
        if (rc == 0) {
            rc = stream_send(stream, str_slice(data, 0, WRITE_PIECE_BYTES));
            data = str_skip(data, WRITE_PIECE_BYTES);
        }
    }
    return rc < 0 ? rc : wait_for_room(stream);
}

void stream_shutdown(Stream *stream)
{
    if (stream->shutdown == SHUTDOWN_NONE && !stream_is_closing(stream)) {
        stream->shutdown = SHUTDOWN_WANTED;
        shut_down_when_sent(stream);
    }
}
