/* TLS between bytes and bytes, without parking: for connections that are read by callbacks. Private
 * to net. */
#pragma once

#include "net/tls.h"

/* Bytes that came from the stream. */
int tls_feed(Tls *tls, Str data);
/* Plain bytes out of what was fed: the count, 0 after close_notify, -EAGAIN: none now, -EPROTO. */
ssize_t tls_take(Tls *tls, void *buffer, size_t size);
/* Encrypts and queues; never parks. */
int tls_send(Tls *tls, Str data);
