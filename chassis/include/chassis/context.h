/* Context: what one piece of work stands on, be it a request, a gRPC call, an event or the run of a
 * job: its memory, who asks, where statements go, which trace it belongs to. It is handed on
 * explicitly and lives until the work ends. */
#pragma once

#include <chassis/auth.h>
#include <chassis/base.h>
#include <chassis/fail.h>

typedef struct Db Db;
typedef struct Worker Worker;

struct Context {
    Arena *arena;        /* all memory of this work; given back when it ends */
    Db *db;              /* shared connections; NULL in a service without a database */
    Principal principal; /* who asks; a job or an event is PRINCIPAL_SYSTEM */
    Str correlation_id;
    Failure failure;
    Worker *worker; /* the event loop this work runs on: the chassis' own */
    void *request;  /* HTTP: the Request this belongs to; else NULL */
};

/* The struct that the App's config rows filled (chassis/config.h). */
const void *context_config(const Context *ctx);
/* What App.start returned in ret_state: the service's own long-lived things. */
void *context_state(const Context *ctx);
/* "product-service": source of events and issuer of service tokens. */
Str context_service(const Context *ctx);

/* One JSON line, with correlation, trace and user of this work; nothing secret (services.md 1.11).
 */
void context_log(const Context *ctx, LogLevel level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Counts in the service's own metrics: counter names end in _total; labels as "key", "value" pairs,
 * ended by NULL, with values from a small fixed set. */
void count_metric(const Context *ctx, const char *name, int64_t by, ...) __attribute__((sentinel));
