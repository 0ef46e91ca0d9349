/* TLS 1.2 and 1.3 over a Stream (OpenSSL), for fibers. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/str.h"
#include "loop/stream.h"

/* Certificates and policy, made once and shared by many connections (and loops). */
typedef struct TlsContext TlsContext;

typedef struct TlsOptions {
    Str ca_pem;          /* trusted authorities; empty: the system's */
    Str certificate_pem; /* our chain, and */
    Str key_pem;         /* its key: a client certificate, or the server's */
    bool insecure;       /* client: skip verification; only where a person asked for it by name */
    bool server;
    bool require_client_certificate;
    const char *alpn; /* "h2,http/1.1"; NULL: none */
} TlsOptions;

/* -EINVAL with OpenSSL's reason for PEM that doesn't load. */
int tls_context_new(const TlsOptions *options, TlsContext **ret_context, Error *err);
void tls_context_free(TlsContext *context); /* NULL is fine; connections keep what they need */

typedef struct Tls Tls;
/* Handshakes as a client, verifying the name (or IP address). Owns `stream` on success only. */
int tls_connect(
    TlsContext *context,
    Stream *stream,
    const char *host,
    Deadline deadline,
    Tls **ret_tls,
    Error *err
);
int tls_accept(TlsContext *context, Stream *stream, Deadline deadline, Tls **ret_tls, Error *err);
/* The protocol agreed on by ALPN; empty: none. */
Str tls_protocol(const Tls *tls);
/* Parks for at least one byte; 0 after the peer's close_notify; -EPROTO broken, a truncation too.
 */
ssize_t tls_read(Tls *tls, void *buffer, size_t size);
int tls_write(Tls *tls, Str data);
/* Says close_notify, closes the stream, frees. NULL is fine. */
void tls_close(Tls *tls);
