/* Stream: a TCP or unix connection, or a pipe. Two ways to read, one a time: a callback for servers
 * that parse as bytes come, or stream_read from a fiber. Writes are bounded: stream_write parks
 * while more than the high-water mark is queued. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/str.h"
#include "loop/loop.h"

typedef struct Stream Stream;
typedef struct Listener Listener;

typedef struct StreamCallbacks {
    /* Bytes that came; they are gone when it returns. size 0 with error 0: end of file; error < 0:
     * broken. */
    void (*on_read)(Stream *stream, const void *data, size_t size, int error, void *arg);
    /* The queue of writes fell below the low-water mark (a quarter of the high one). */
    void (*on_drain)(Stream *stream, void *arg);
    /* The last call: the handle is closed, `arg` may be freed. */
    void (*on_close)(Stream *stream, void *arg);
} StreamCallbacks;

/* host:port or unix path. A host that resolves to several addresses listens on the first. port 0:
 * any. */
typedef struct Address {
    const char *host;
    int port;
    const char *unix_path; /* set: host and port are ignored */
} Address;

typedef void (*AcceptFn)(Listener *listener, Stream *stream, void *arg);
/* -EADDRINUSE with the address in the message. `reuse_port`: several loops share the port
 * (SO_REUSEPORT). A stale unix socket that nobody serves is replaced; mode 0600. */
int listener_open(
    Loop *loop,
    const Address *address,
    bool reuse_port,
    AcceptFn fn,
    void *arg,
    Listener **ret,
    Error *err
);
int listener_port(const Listener *listener);
int listener_fd(const Listener *listener);
void listener_pause(Listener *listener, bool paused); /* leaves connections in the backlog */
void listener_close(Listener *listener);

/* Fibers: parks until connected. Tries the addresses of a name in turn; TCP_NODELAY is set. */
int stream_connect(
    Loop *loop, const Address *address, Deadline deadline, Stream **ret_stream, Error *err
);
/* Takes over an open descriptor (socket or pipe end). */
int stream_from_fd(Loop *loop, int fd, Stream **ret_stream, Error *err);
int stream_pair(Loop *loop, Stream **ret_a, Stream **ret_b, Error *err); /* connected, for tests */

void stream_set_callbacks(Stream *stream, const StreamCallbacks *callbacks, void *arg);
void stream_read_start(Stream *stream); /* callback reading; back-pressure by stop */
void stream_read_stop(Stream *stream);

/* Fiber reading: parks until at least one byte; returns the count, 0 at end of file, or negative.
 */
ssize_t stream_read(Stream *stream, void *buffer, size_t size);

/* Queues a copy, tries to send at once; never parks. -ENOBUFS past four times the high-water mark.
 */
int stream_send(Stream *stream, Str data);
/* Several pieces in one system call where it can. */
int stream_send_parts(Stream *stream, const Str *parts, size_t count);
/* Fiber writing: as stream_send, then parks while the queue is above the high-water mark (256 KiB).
 */
int stream_write(Stream *stream, Str data);
size_t stream_queued_bytes(const Stream *stream);

/* Half-closes the sending side after what is queued. */
void stream_shutdown(Stream *stream);
/* Closes now; what is queued is dropped; a parked reader or writer gets -ECONNABORTED. NULL is
 * fine. */
void stream_close(Stream *stream);
/* Closes after what is queued was sent or `timeout_ms` passed. */
void stream_close_flushed(Stream *stream, int64_t timeout_ms);
bool stream_is_closing(const Stream *stream);
Loop *stream_loop(const Stream *stream);
int stream_fd(const Stream *stream);
/* "127.0.0.1:4711" or "unix"; empty when unknown. */
Str stream_peer(Stream *stream);
