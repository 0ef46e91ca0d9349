/* Stream: a TCP or unix connection, or a pipe. Two ways to read, one a time: a callback for servers
 * that parse as bytes come, or stream_read from a fiber. Writes are bounded: stream_write parks
 * while more than the high-water mark is queued.
 *
 * A Stream is freed by itself after stream_close, once libuv let go of it: do not touch it later
 * than on_close. Fibers parked in it are woken first. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/str.h"
#include "loop/loop.h"

typedef struct Stream Stream;
typedef struct Listener Listener;

/* Each may be NULL. */
typedef struct StreamCallbacks {
    /* Bytes that came; they are gone when it returns. size 0 with error 0: end of file; error < 0:
     * broken, also when that showed while writing. After either nothing more is read. */
    void (*on_read)(Stream *stream, const void *data, size_t size, int error, void *arg);
    /* The queue of writes fell to the low-water mark (a quarter of the high one), from above it. */
    void (*on_drain)(Stream *stream, void *arg);
    /* The last call: the handle is closed, `arg` may be freed. */
    void (*on_close)(Stream *stream, void *arg);
} StreamCallbacks;

/* host:port or unix path. */
typedef struct Address {
    const char *host; /* NULL or "": any of IPv4 */
    int port;
    const char *unix_path; /* set: host and port are ignored */
    bool reuse_port;       /* listening: several loops share the port (SO_REUSEPORT) */
} Address;

/* `stream` is the callee's from now on. */
typedef void (*AcceptFn)(Listener *listener, Stream *stream, void *arg);
/* -EADDRINUSE with the address in the message. A host that resolves to several addresses listens on
 * the first (that blocks, unless numeric); port 0: any. A stale unix socket that nobody serves is
 * replaced; the file has mode 0600 from its first moment and is removed by listener_close. When
 * descriptors run out, connections wait in the kernel's backlog and accepting is tried again. */
int listener_open(
    Loop *loop, const Address *address, AcceptFn fn, void *arg, Listener **ret_listener, Error *err
);
int listener_port(const Listener *listener);
void listener_pause(Listener *listener, bool paused); /* leaves connections in the backlog */
void listener_close(Listener *listener);              /* NULL is fine; allowed in its callback */

/* Fibers: parks until connected. Tries the addresses of a name in turn; TCP_NODELAY is set.
 * -ENOENT: the name is unknown; -ETIMEDOUT: the fiber's deadline or this one passed. */
int stream_connect(
    Loop *loop, const Address *address, Deadline deadline, Stream **ret_stream, Error *err
);
/* Takes over an open descriptor (socket or pipe end) and makes it non-blocking; on failure it stays
 * the caller's. */
int stream_from_fd(Loop *loop, int fd, Stream **ret_stream, Error *err);
int stream_pair(Loop *loop, Stream **ret_a, Stream **ret_b, Error *err); /* connected, for tests */

void stream_set_callbacks(Stream *stream, const StreamCallbacks *callbacks, void *arg);
/* Callback reading; back-pressure by stop. Not while a fiber reads. */
void stream_read_start(Stream *stream);
void stream_read_stop(Stream *stream);

/* Fiber reading: parks until at least one byte; returns the count, 0 at end of file, or negative.
 */
ssize_t stream_read(Stream *stream, void *buffer, size_t size);

/* Tries to send at once, queues a copy of the rest; never parks. All or nothing: -ENOBUFS when four
 * times the high-water mark (1 MiB) is queued already, -ECONNABORTED after a close, -EPIPE after
 * stream_shutdown, or what an earlier write failed with. */
int stream_send(Stream *stream, Str data);
/* Several pieces in one system call where it can. */
int stream_send_parts(Stream *stream, const Str *parts, size_t count);
/* Fiber writing: any size; parks while the queue is above the high-water mark (256 KiB). An error
 * may come after a part was sent. */
int stream_write(Stream *stream, Str data);
size_t stream_queued_bytes(const Stream *stream);

/* Half-closes the sending side after what is queued. A pipe is closed. */
void stream_shutdown(Stream *stream);
/* Closes now; what is queued is dropped; a parked reader or writer gets -ECONNABORTED. NULL is
 * fine. */
void stream_close(Stream *stream);
/* Sends what is queued, half-closes, throws away what still comes until the peer closes too, then
 * closes; closes in any case after `timeout_ms`. Parked readers get -ECONNABORTED at once and no
 * callback but on_close comes any more. */
void stream_close_flushed(Stream *stream, int64_t timeout_ms);
bool stream_is_closing(const Stream *stream);
Loop *stream_loop(const Stream *stream);
int stream_fd(const Stream *stream);
/* "127.0.0.1:4711" or "unix"; empty when unknown. Valid as long as the stream. */
Str stream_peer(Stream *stream);
