/* Wire: a client's connection, plain or TLS, read by a fiber or by a callback. Private to net. */
#pragma once

#include "loop/stream.h"
#include "net/tls.h"

typedef struct Wire Wire;
/* size 0: the end, with error 0 or negative. The bytes are gone when it returns. */
typedef void (*WireFn)(Wire *wire, Str data, int error, void *arg);

struct Wire {
    Stream *stream; /* NULL: closed */
    Tls *tls;
    WireFn fn;
    void *arg;
    void (*on_drain)(Wire *wire, void *arg);
};

/* Fibers. */
ssize_t wire_read(Wire *wire, void *buffer, size_t size);
int wire_write(Wire *wire, Str head, Str body);
/* Never parks. */
int wire_send(Wire *wire, Str data);
size_t wire_queued_bytes(const Wire *wire);
/* From now on what comes goes to fn, until wire_unwatch or the close. */
void wire_watch(Wire *wire, WireFn fn, void (*on_drain)(Wire *wire, void *arg), void *arg);
void wire_unwatch(Wire *wire);
/* Allowed in fn, if the Wire itself lives until the end of the turn. */
void wire_close(Wire *wire);
