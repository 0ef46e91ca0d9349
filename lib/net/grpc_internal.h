/* What the parts of GrpcServer share. Private to net. */
#pragma once

#include "base/embed.h"
#include "base/map.h"
#include "loop/fiber.h"
#include "net/grpc_server.h"

#include "grpc_metadata.h"

/* A method as it was registered; found by its path. */
typedef struct GrpcRoute {
    const GrpcMethod *method;
    void *service_arg;
} GrpcRoute;

typedef struct GrpcFile {
    Str name;
    Str bytes; /* its FileDescriptorProto */
} GrpcFile;

struct GrpcServer {
    Loop *loop;
    GrpcServerOptions options;
    Arena *arena; /* of what is registered */
    Map routes;   /* path -> GrpcRoute */
    Map services; /* name -> GrpcService */
    Map files;    /* name -> GrpcFile */
    Map symbols;  /* full name -> GrpcFile */
    Map health;   /* service -> GrpcServing, as a pointer's value */
    FiberQueue health_changed;
};

typedef struct Call {
    GrpcCall pub;
    GrpcServer *server;
    HttpExchange *exchange;
    StrBuf in; /* what was read, from in_at on */
    size_t in_at;
    bool in_ended;
    bool head_sent;
} Call;

static inline Call *grpc_call_of(GrpcCall *call)
{
    return (Call *) call;
}
_Static_assert(offsetof(Call, pub) == 0, "a GrpcCall is cast to its Call");

/* grpc_call.c */
/* The one message of a unary request. On failure the status is set. */
GrpcStatus grpc_receive_only(Call *call, void **ret_message);
/* Ends the answer with the call's status. */
void grpc_finish(Call *call);

/* grpc_health.c, grpc_reflection.c: built-in services, in bytes */
extern const GrpcService grpc_health_service;
extern const GrpcService grpc_reflection_service;
extern const GrpcService grpc_reflection_alpha_service;
/* The built-in services' own descriptors (proto/). */
extern const EmbeddedFile grpc_builtin_descriptors[];
