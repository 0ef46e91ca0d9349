/* Peers: calls to other services. Each peer has its circuit breaker; reads and calls with an
 * idempotency key are tried up to three times, all inside the caller's deadline. The service token,
 * the user's Authorization, the correlation id and the trace travel along. Addresses come from
 * <SVC>_SERVICE_URL and <SVC>_GRPC_ADDR. */
#pragma once

#include <chassis/base.h>
#include <chassis/context.h>
#include <protobuf-c/protobuf-c.h>

typedef struct PeerCall {
    const char *peer;   /* "product" */
    const char *method; /* gRPC: "GetProducts" */
    const ProtobufCServiceDescriptor *service;
    bool is_read;        /* may be tried again */
    Str idempotency_key; /* set: may be tried again */
    bool as_user;        /* forwards the user's token instead of a service token */
    int64_t timeout_ms;  /* of one try; 0: 3 s */
} PeerCall;

/* Unary call. The reply lives on ctx->arena. A failure of the peer becomes this context's failure,
 * with the peer's own code; a peer that can't be reached is SERVICE_UNAVAILABLE, one that is late
 * TIMEOUT. */
int peer_call(
    Context *ctx,
    const PeerCall *call,
    const ProtobufCMessage *request,
    const ProtobufCMessage **ret_reply
);

typedef struct PeerHttpCall {
    const char *peer;
    const char *method; /* "GET" */
    Str path;           /* with its query */
    Str body;           /* JSON; empty: none */
    bool is_read;
    Str idempotency_key;
    bool as_user;
    int64_t timeout_ms;
} PeerHttpCall;
/* The object under "data" of a 2xx answer. */
int peer_http(Context *ctx, const PeerHttpCall *call, const Node **ret_data);
