/* Peers inside: the clients of one worker, the breakers of the process. */
#pragma once

#include <chassis/peers.h>

#include "net/grpc_client.h"
#include "net/http_client.h"

#include "breaker.h"
#include "runtime.h"

typedef struct Peer {
    Str name;           /* "product" */
    Str base_url;       /* <SVC>_SERVICE_URL */
    const char *target; /* <SVC>_GRPC_ADDR */
    Breaker *breaker;   /* the process' */
    GrpcClient *grpc;   /* made at the first call */
} Peer;

Peers *peers_new(Worker *worker);
/* Also of NULL. */
void peers_free(Peers *peers);
/* NULL, with a failure in ctx: no service of that name is known. */
Peer *peer_get(Context *ctx, const char *name);
HttpClient *peers_http(Context *ctx);

/* The breakers of the process: by name, made at the first use. */
Breaker *runtime_breaker(Runtime *runtime, Str name);

/* Calls try until it is final: at most 3 times, 100 ms·2^n ±25 % apart, within the deadline,
 * through the breaker. */
typedef struct PeerTry {
    Context *ctx;
    Peer *peer;
    bool may_repeat;
    /* Sets *ret_transport when the peer, not the request, was at fault. */
    int (*run)(struct PeerTry *attempt, bool *ret_transport);
    void *arg;
} PeerTry;
int peer_try(PeerTry *attempt);

/* authorization, x-correlation-id, traceparent, idempotency-key: what travels along. */
void peer_add_headers(
    Context *ctx, HttpHeaders *headers, const char *peer, bool as_user, Str idempotency_key
);
