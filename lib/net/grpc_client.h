/* GrpcClient: calls to one peer over a kept HTTP/2 connection that is made on need and made again,
 * with backoff, when lost. For fibers. The fiber's deadline travels as grpc-timeout. */
#pragma once

#include "base/error.h"
#include "loop/loop.h"
#include "net/grpc.h"
#include "net/tls.h"

typedef struct GrpcClient GrpcClient;

typedef struct GrpcClientOptions {
    const char *target;         /* "host:port" or "unix:/path" */
    int64_t timeout_ms;         /* a call without a deadline of its own; 0: 3,000 */
    int64_t connect_timeout_ms; /* 0: 2,000 */
    int64_t backoff_ms;         /* first; doubles up to 30 s; 0: 100 */
    size_t max_message_bytes;   /* 0: 4 MiB */
    TlsContext *tls;            /* NULL: plain text */
} GrpcClientOptions;

int grpc_client_new(
    Loop *loop, const GrpcClientOptions *options, GrpcClient **ret_client, Error *err
);
/* No call may be under way. */
void grpc_client_free(GrpcClient *client);

typedef struct GrpcRequest {
    const char *path;                /* "/package.Service/Method" */
    const HttpHeaders *metadata;     /* may be NULL; "-bin" values are coded here */
    const ProtobufCMessage *message; /* or, when NULL, */
    Str bytes;
    const ProtobufCMessageDescriptor *output; /* NULL: replies are Str */
    int64_t timeout_ms; /* 0: the client's; -1: the fiber's deadline only (streams) */
} GrpcRequest;

/* How a call ended; on the arena given. */
typedef struct GrpcResult {
    GrpcStatus status;
    Str message;
    HttpHeaders headers; /* metadata of the answer's head and end, "-bin" values decoded */
    HttpHeaders trailers;
} GrpcResult;

/* One message each way. Returns the status; *ret_reply (the output's struct, or a Str *) is set
 * with GRPC_OK only. `ret_result` may be NULL. The peer that can't be reached is GRPC_UNAVAILABLE.
 */
GrpcStatus grpc_call(
    GrpcClient *client,
    const GrpcRequest *request,
    Arena *arena,
    void **ret_reply,
    GrpcResult *ret_result
);

/* Server streaming: next until 0 or negative, then the result; close ends the call in any case. */
typedef struct GrpcStream GrpcStream;
int grpc_stream_open(
    GrpcClient *client, const GrpcRequest *request, Arena *arena, GrpcStream **ret_stream
);
/* 1 and a message on `arena` (which may be another one, cleared between messages), 0 at the end; a
 * status other than OK gives -EREMOTEIO: see the result. */
int grpc_stream_next(GrpcStream *stream, Arena *arena, void **ret_message);
const GrpcResult *grpc_stream_result(const GrpcStream *stream);
void grpc_stream_close(GrpcStream *stream); /* NULL is fine */
