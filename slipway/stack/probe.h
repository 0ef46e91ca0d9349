/* Prober: asks one node whether it is ready, in process and over kept connections. An answer counts
 * only when the socket that listens on the probed port is held by the node's own processes: an
 * orphan of a former run that still answers is not ours. For fibers. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/strbuf.h"
#include "loop/loop.h"

#include "stack/proc.h"

typedef enum ProbeKind {
    PROBE_NONE,
    PROBE_TCP,      /* accepts a connection */
    PROBE_HTTP,     /* GET gives 2xx or 3xx */
    PROBE_GRPC,     /* grpc.health.v1.Health/Check says SERVING */
    PROBE_EXEC,     /* a command exits 0 */
    PROBE_POSTGRES, /* takes a start-up packet, as pg_isready */
    PROBE_REDIS,    /* PING */
    PROBE_KAFKA,    /* ApiVersions */
} ProbeKind;

typedef struct ProbeSpec {
    ProbeKind kind;
    const char *host;
    int64_t port;
    const char *path;        /* HTTP */
    const char *user;        /* POSTGRES: the role it asks for; EXEC: the account it runs as */
    const char *const *argv; /* EXEC */
    const char *const *envp;
    const char *directory;
    int64_t interval_ms; /* once ready; 0: 5,000 */
    int64_t timeout_ms;  /* 0: 2,000 */
    bool any_owner;      /* the port may be anyone's: an external node */
} ProbeSpec;

typedef struct Prober Prober;
/* `spec` is not copied and outlives the prober. */
Prober *prober_new(Loop *loop, const ProbeSpec *spec);
void prober_free(Prober *prober); /* NULL is fine; not while it asks */
/* A new process: an owner that was known is forgotten, kept connections are closed. */
void prober_renew(Prober *prober);

/* 0: ready; else a negative errno, and `answer` says why: what was answered, or what kept it from
 * being asked. `owners` are the node's processes. */
int prober_ask(Prober *prober, const ProcQuery *owners, StrBuf *answer);

/* "http", "GET http://127.0.0.1:8001/health/ready" */
Str probe_kind_name(ProbeKind kind);
Str probe_target(Arena *arena, const ProbeSpec *spec);
