/* The fields of a Stream, for the files that make, read and write one. */
#pragma once

#include <sys/socket.h>

#include "base/strbuf.h"
#include "loop/stream.h"

#include "internal.h"

enum {
    STREAM_HIGH_WATER_BYTES = 256 * 1024,
    STREAM_LOW_WATER_BYTES = STREAM_HIGH_WATER_BYTES / 4,
    STREAM_MOST_QUEUED_BYTES = STREAM_HIGH_WATER_BYTES * 4,
    STREAM_KEPT_BUFFER_BYTES = 64 * 1024, /* a larger buffer is given back when it is empty */
    STREAM_PEER_BYTES = 64,
};

/* On the stack of the fiber that reads. */
typedef struct StreamReader {
    Fiber *fiber;
    void *buffer;
    size_t size;
    ssize_t result;
    bool done;
} StreamReader;

typedef enum ShutdownState {
    SHUTDOWN_NONE,
    SHUTDOWN_WANTED, /* after what is queued */
    SHUTDOWN_RUNNING,
    SHUTDOWN_DONE,
} ShutdownState;

struct Stream {
    LoopObject object;
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } uv;
    Loop *loop;
    Stream **owner; /* set to NULL when it closes; may be NULL */
    StreamCallbacks callbacks;
    void *arg;
    unsigned pins;    /* fibers inside a function of this stream */
    bool is_fifo;     /* can't be half-closed */
    bool closing;     /* uv_close was called */
    bool closed;      /* and its callback came */
    bool flushing;    /* stream_close_flushed */
    bool wants_reads; /* stream_read_start */
    bool is_reading;  /* libuv watches for bytes */
    bool is_drained;  /* the last read took all there was */
    bool is_ended;    /* end of file or error: read_error */
    bool over_low_water;
    int read_error;
    int write_error;
    StreamReader *reader;
    FiberQueue writers;
    uv_write_t write;
    StrBuf in_flight; /* given to `write` */
    StrBuf waiting;   /* the next one */
    ShutdownState shutdown;
    uv_shutdown_t shutdown_request;
    Timer linger;
    char peer[STREAM_PEER_BYTES];
};

/* A stream around no descriptor yet; family AF_INET, AF_INET6 or AF_UNIX (also for pipes). */
int stream_make(Loop *loop, int family, Stream **ret_stream);
/* As stream_from_fd when the family is known; owns fd on success only. */
int stream_adopt(Loop *loop, int fd, int family, Stream **ret_stream);

/* While a fiber parks within a function of the stream, so that a close does not free it. */
void stream_pin(Stream *stream);
void stream_unpin(Stream *stream);

/* Makes libuv watch for bytes when someone wants them. */
void stream_watch_bytes(Stream *stream);
/* stream_close_flushed goes on: all was sent, or the peer closed its side too. */
void stream_flush_on(Stream *stream);
/* Tells whoever reads by callbacks that the stream broke. */
void stream_report_broken(Stream *stream, int error);

/* "127.0.0.1:80", "[::1]:80" or "unix" into `text`; empty when unknown. */
void address_format(const struct sockaddr *address, char *text, size_t size);
/* For messages: "host:port" or the path. */
void address_describe(const Address *address, char *text, size_t size);
/* A numeric host, or none (any address): no resolver needed. False otherwise. */
bool address_parse(
    const Address *address, struct sockaddr_storage *ret_address, socklen_t *ret_len
);
/* -ENAMETOOLONG when the path does not fit. */
int address_unix(const char *path, struct sockaddr_storage *ret_address, socklen_t *ret_len);
