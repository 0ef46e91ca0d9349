#include <assert.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stream_internal.h"

static void abandon(LoopObject *object)
{
    stream_close(CONTAINER_OF(object, Stream, object));
}

static void on_linger(Timer *timer, void *arg)
{
    (void) timer;
    stream_close(arg);
}

int stream_make(Loop *loop, int family, Stream **ret_stream)
{
    Stream *stream = MEM_NEW(Stream);
    bool is_tcp = family == AF_INET || family == AF_INET6;
    int rc = is_tcp ? uv_tcp_init(&loop->uv, &stream->uv.tcp)
                    : uv_pipe_init(&loop->uv, &stream->uv.pipe, 0);
    if (rc < 0) {
        free(stream);
        return rc;
    }
    stream->object.abandon = abandon;
    stream->uv.handle.data = &stream->object;
    stream->loop = loop;
    timer_init(&stream->linger, loop, on_linger, stream);
    *ret_stream = stream;
    return 0;
}

int stream_adopt(Loop *loop, int fd, int family, Stream **ret_stream)
{
    Stream *stream;
    int rc = stream_make(loop, family, &stream);
    if (rc < 0) {
        return rc;
    }
    bool is_tcp = family == AF_INET || family == AF_INET6;
    rc = is_tcp ? uv_tcp_open(&stream->uv.tcp, fd) : uv_pipe_open(&stream->uv.pipe, fd);
    if (rc < 0) {
        stream_close(stream);
        return rc;
    }
    if (is_tcp) {
        uv_tcp_nodelay(&stream->uv.tcp, 1);
    }
    *ret_stream = stream;
    return 0;
}

static int family_of(int fd, bool *ret_is_fifo)
{
    struct stat status;
    if (fstat(fd, &status) != 0) {
        return -errno;
    }
    *ret_is_fifo = S_ISFIFO(status.st_mode);
    if (*ret_is_fifo) {
        return AF_UNIX;
    }
    struct sockaddr_storage address = { 0 };
    socklen_t len = sizeof(address);
    if (getsockname(fd, (struct sockaddr *) &address, &len) != 0) {
        return -errno;
    }
    return address.ss_family;
}

int stream_from_fd(Loop *loop, int fd, Stream **ret_stream, Error *err)
{
    bool is_fifo = false;
    int family = family_of(fd, &is_fifo);
    if (family < 0) {
        return error_errno(err, family, "take over descriptor %d as a stream", fd);
    }
    int rc = stream_adopt(loop, fd, family, ret_stream);
    if (rc < 0) {
        return error_errno(err, rc, "take over descriptor %d as a stream", fd);
    }
    (*ret_stream)->is_fifo = is_fifo;
    return 0;
}

int stream_pair(Loop *loop, Stream **ret_a, Stream **ret_b, Error *err)
{
    int fds[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) != 0) {
        return error_errno(err, -errno, "make a pair of sockets");
    }
    Stream *a = NULL;
    int rc = stream_from_fd(loop, fds[0], &a, err);
    if (rc < 0) {
        close(fds[0]);
        close(fds[1]);
        return rc;
    }
    rc = stream_from_fd(loop, fds[1], ret_b, err);
    if (rc < 0) {
        stream_close(a);
        close(fds[1]);
        return rc;
    }
    *ret_a = a;
    return 0;
}

void stream_set_callbacks(Stream *stream, const StreamCallbacks *callbacks, void *arg)
{
    stream->callbacks = *callbacks;
    stream->arg = arg;
}

void stream_pin(Stream *stream)
{
    stream->pins++;
}

void stream_unpin(Stream *stream)
{
    if (--stream->pins == 0 && stream->closed) {
        free(stream);
    }
}

static void on_closed(uv_handle_t *handle)
{
    Stream *stream = CONTAINER_OF(handle, Stream, uv.handle);
    loop_wake(stream->loop);
    strbuf_done(&stream->in_flight);
    strbuf_done(&stream->waiting);
    stream->closed = true;
    if (stream->callbacks.on_close) {
        stream->callbacks.on_close(stream, stream->arg);
    }
    if (stream->pins == 0) {
        free(stream);
    }
}

static void finish_reader(Stream *stream, ssize_t result)
{
    StreamReader *reader = stream->reader;
    if (reader && !reader->done) {
        reader->done = true;
        reader->result = result;
        fiber_wake(reader->fiber, 0);
    }
}

void stream_close(Stream *stream)
{
    if (!stream || stream->closing) {
        return;
    }
    stream->closing = true;
    if (stream->owner) {
        *stream->owner = NULL;
    }
    timer_stop(&stream->linger);
    finish_reader(stream, -ECONNABORTED);
    fiber_queue_wake_all(&stream->writers, -ECONNABORTED);
    uv_close(&stream->uv.handle, on_closed);
}

/* The peer gets a reset instead of the last bytes when a socket is closed before it read what the
 * peer sends (RFC 9112, section 9.6): so bytes are thrown away until the peer closes too. */
void stream_flush_on(Stream *stream)
{
    if (!stream->flushing || stream->closing || stream_queued_bytes(stream) > 0) {
        return;
    }
    bool is_sent = stream->is_fifo || stream->shutdown == SHUTDOWN_DONE;
    if (stream->write_error || (is_sent && (stream->is_fifo || stream->is_ended))) {
        stream_close(stream);
    }
}

void stream_close_flushed(Stream *stream, int64_t timeout_ms)
{
    if (!stream || stream->closing || stream->flushing) {
        return;
    }
    stream_shutdown(stream);
    stream->flushing = true;
    finish_reader(stream, -ECONNABORTED);
    timer_start(&stream->linger, timeout_ms, 0);
    if (!stream->is_fifo) {
        stream_watch_bytes(stream);
    }
    stream_flush_on(stream);
}

bool stream_is_closing(const Stream *stream)
{
    return stream->closing || stream->flushing;
}

Loop *stream_loop(const Stream *stream)
{
    return stream->loop;
}

int stream_fd(const Stream *stream)
{
    uv_os_fd_t fd;
    return uv_fileno(&stream->uv.handle, &fd) == 0 ? fd : -1;
}

Str stream_peer(Stream *stream)
{
    struct sockaddr_storage address;
    socklen_t len = sizeof(address);
    int fd = stream_fd(stream);
    if (!stream->peer[0] && fd >= 0 && getpeername(fd, (struct sockaddr *) &address, &len) == 0) {
        address_format((struct sockaddr *) &address, stream->peer, sizeof(stream->peer));
    }
    return str_from(stream->peer);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_buffer)
{
    (void) suggested;
    Stream *stream = CONTAINER_OF(handle, Stream, uv.handle);
    StreamReader *reader = stream->reader;
    if (reader && !reader->done) {
        *ret_buffer = uv_buf_init(reader->buffer, (unsigned) reader->size);
    } else if (stream->wants_reads || stream->flushing) {
        *ret_buffer = uv_buf_init(stream->loop->read_buffer, READ_BUFFER_BYTES);
    } else {
        *ret_buffer = uv_buf_init(NULL, 0);
    }
}

static void stop_watching(Stream *stream)
{
    uv_read_stop(&stream->uv.stream);
    stream->is_reading = false;
    stream->is_drained = false;
}

void stream_report_broken(Stream *stream, int error)
{
    if (!stream->wants_reads || stream_is_closing(stream)) {
        return;
    }
    stream->wants_reads = false;
    if (stream->is_reading) {
        stop_watching(stream);
    }
    if (stream->callbacks.on_read) {
        stream->callbacks.on_read(stream, NULL, 0, error, stream->arg);
    }
}

static void on_end(Stream *stream, int error)
{
    stop_watching(stream);
    stream->is_ended = true;
    stream->read_error = error == UV_EOF ? 0 : error;
    finish_reader(stream, stream->read_error);
    if (stream->flushing) {
        stream->write_error = stream->read_error;
        stream_flush_on(stream);
    } else {
        stream_report_broken(stream, stream->read_error);
    }
}

static void on_read(uv_stream_t *uv_stream, ssize_t count, const uv_buf_t *buffer)
{
    Stream *stream = CONTAINER_OF(uv_stream, Stream, uv.stream);
    StreamReader *reader = stream->reader;
    loop_wake(stream->loop);
    if (count == 0) {
        return;
    }
    if (count == UV_ENOBUFS) {
        stop_watching(stream);
    } else if (count < 0) {
        on_end(stream, (int) count);
    } else if (reader && !reader->done) {
        stream->is_drained = (size_t) count < reader->size;
        finish_reader(stream, count);
    } else if (!stream->flushing && stream->callbacks.on_read) {
        stream->callbacks.on_read(stream, buffer->base, (size_t) count, 0, stream->arg);
    }
}

/* Watching goes on after a fiber got its bytes: mostly it reads again before the next ones come,
 * and then no system call was needed to stop and start. */
void stream_watch_bytes(Stream *stream)
{
    if (!stream->is_reading && !stream->is_ended && !stream->closing) {
        int rc = uv_read_start(&stream->uv.stream, on_alloc, on_read);
        stream->is_reading = rc == 0;
        if (rc < 0) {
            on_end(stream, rc);
        }
    }
}

static void report_end(void *arg)
{
    Stream *stream = arg;
    stream_report_broken(stream, stream->read_error);
    stream_unpin(stream);
}

void stream_read_start(Stream *stream)
{
    assert(!stream->reader);
    stream->wants_reads = true;
    if (stream->is_ended) {
        stream_pin(stream);
        loop_defer(stream->loop, report_end, stream);
    } else {
        stream_watch_bytes(stream);
    }
}

void stream_read_stop(Stream *stream)
{
    stream->wants_reads = false;
    if (stream->is_reading && !stream_is_closing(stream)) {
        stop_watching(stream);
    }
}

/* 0 when bytes have to be waited for. */
static ssize_t read_now(Stream *stream, void *buffer, size_t size)
{
    ssize_t count;
    do {
        count = read(stream_fd(stream), buffer, size);
    } while (count < 0 && errno == EINTR);
    if (count > 0) {
        stream->is_drained = (size_t) count < size;
    } else if (count == 0 || errno != EAGAIN) {
        stream->is_ended = true;
        stream->read_error = count == 0 ? 0 : -errno;
    }
    return count > 0 ? count : 0;
}

static ssize_t wait_for_bytes(Stream *stream, void *buffer, size_t size)
{
    StreamReader reader = { .fiber = fiber_self(), .buffer = buffer, .size = size };
    stream->reader = &reader;
    stream_pin(stream);
    stream_watch_bytes(stream);
    int rc = fiber_park();
    stream->reader = NULL;
    stream_unpin(stream);
    return reader.done ? reader.result : rc;
}

ssize_t stream_read(Stream *stream, void *buffer, size_t size)
{
    assert(!stream->reader && !stream->wants_reads && size > 0);
    int rc = fiber_take_turn();
    if (rc < 0 || stream_is_closing(stream)) {
        return rc < 0 ? rc : -ECONNABORTED;
    }
    if (!stream->is_ended && !stream->is_drained) {
        ssize_t count = read_now(stream, buffer, size);
        if (count > 0) {
            return count;
        }
    }
    return stream->is_ended ? stream->read_error : wait_for_bytes(stream, buffer, size);
}
