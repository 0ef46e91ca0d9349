/* GrpcServer: services as tables of functions, served through an HttpServer whose handler is
 * grpc_server_handle. A call runs on the request's fiber and arena. Built in: Health (Check, Watch)
 * and Server Reflection (v1, v1alpha). */
#pragma once

#include "base/clock.h"
#include "loop/loop.h"
#include "net/grpc.h"
#include "net/http_server.h"

typedef struct GrpcServer GrpcServer;
typedef struct GrpcMethod GrpcMethod;

typedef struct GrpcCall {
    HttpExchange *exchange;
    const GrpcMethod *method;
    Str path; /* "/ecommerce.product.v1.ProductService/GetProduct" */
    Str peer;
    Arena *arena;
    HttpHeaders
        metadata; /* the client's, "-bin" values decoded; without HTTP's and gRPC's own fields */
    HttpHeaders headers;  /* more for the answer's head; before the first message */
    HttpHeaders trailers; /* more for its end */
    bool has_deadline;    /* the client sent grpc-timeout */
    GrpcStatus status;    /* of grpc_fail, and at the end the one sent */
    Str message;
    void *service_arg; /* given with the service */
    void *user;        /* the hooks' */
} GrpcCall;

/* `request` and `reply` are the protobuf-c structs of the method's types; reply is initialised and
 * its parts may live on the call's arena. Without a type both are Str: `const Str *`, `Str *`.
 * Returns GRPC_OK or what grpc_fail returned. */
typedef GrpcStatus (*GrpcUnaryFn)(GrpcCall *call, const void *request, void *reply);
/* Sends any number of replies by grpc_send. */
typedef GrpcStatus (*GrpcServerStreamFn)(GrpcCall *call, const void *request);
/* Receives and sends in any order. */
typedef GrpcStatus (*GrpcStreamFn)(GrpcCall *call);

/* One of the three functions is set. */
struct GrpcMethod {
    const char *name;                                 /* "GetProduct" */
    const ProtobufCMessageDescriptor *input, *output; /* NULL: bytes */
    GrpcUnaryFn unary;
    GrpcServerStreamFn server_stream;
    GrpcStreamFn stream;
    const void *user; /* the registrar's: allowed callers, say */
};

typedef struct GrpcService {
    const char *name; /* "ecommerce.product.v1.ProductService" */
    const GrpcMethod *methods;
    size_t method_count;
} GrpcService;

typedef struct GrpcServerOptions {
    size_t max_message_bytes;   /* 0: 4 MiB; larger: RESOURCE_EXHAUSTED */
    int64_t default_timeout_ms; /* a unary call without grpc-timeout; 0: 3,000 */
    int64_t max_timeout_ms; /* a longer grpc-timeout is cut to this; 0: 10,000. Streams: only what
                               the client says */
    void *arg;
    /* Before the function: authentication, the span. Another status than OK ends the call. May be
     * NULL. */
    GrpcStatus (*before)(GrpcCall *call, void *arg);
    /* After the answer's end, also for calls that reached no function (method NULL). May be NULL.
     */
    void (*after)(GrpcCall *call, void *arg);
} GrpcServerOptions;

int grpc_server_new(Loop *loop, const GrpcServerOptions *options, GrpcServer **ret_server);
/* After the HttpServer's end. */
void grpc_server_free(GrpcServer *server);
/* The tables must outlive the server. -EEXIST for a service that is there already. */
int grpc_server_add(GrpcServer *server, const GrpcService *service, void *service_arg);
/* A serialized google.protobuf.FileDescriptorSet with its imports (protoc --include_imports
 * --descriptor_set_out), not copied; what Reflection answers from. -EBADMSG. */
int grpc_server_add_descriptors(GrpcServer *server, Str file_descriptor_set);

typedef enum GrpcServing {
    GRPC_SERVING_UNKNOWN = 0,
    GRPC_SERVING = 1,
    GRPC_NOT_SERVING = 2,
    GRPC_SERVICE_UNKNOWN = 3,
} GrpcServing;
/* The empty name is the whole server; a service that was never set follows it. Watchers are told.
 */
void grpc_server_set_health(GrpcServer *server, Str service, GrpcServing serving);

/* The HttpHandler; `arg` is the GrpcServer. */
void grpc_server_handle(HttpExchange *exchange, void *grpc_server);

/* Records the status and its message and returns it: return grpc_fail(call, GRPC_NOT_FOUND, "no
 * product %s", id). */
GrpcStatus grpc_fail(GrpcCall *call, GrpcStatus status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* More for the answer's end; names lower case; a "-bin" value is coded here. Copied. */
void grpc_add_trailer(GrpcCall *call, Str name, Str value);
/* Parks while the client is behind; negative when it is gone. `message` as a unary reply. */
int grpc_send(GrpcCall *call, const void *message);
/* 1 and the message on the call's arena, 0 when the client has ended its side, or negative. */
int grpc_receive(GrpcCall *call, void **ret_message);
