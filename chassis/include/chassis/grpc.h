/* gRPC: a service's methods, on the messages that protobuf-c made of proto/. Deadlines, status and
 * trailers, the callers' tokens, health and reflection are the chassis' business.
 *
 *     static int get_product(Context *ctx, const void *request, void *reply)
 *     {
 *         const GetProductRequest *in = request;
 *         GetProductResponse *out = reply;
 *         …
 *     }
 *
 * `reply` is initialised; what is hung into it lives on ctx->arena. Failures are those of HTTP: the
 * code becomes the status, its exact name travels as the trailer x-error-code. */
#pragma once

#include <chassis/auth.h>
#include <chassis/context.h>
#include <protobuf-c/protobuf-c.h>

#include "base/embed.h"

typedef int (*RpcHandler)(Context *ctx, const void *request, void *reply);

typedef struct RpcMethod {
    const char *name; /* "GetProduct", as in the .proto */
    RpcHandler handle;
    Access access;              /* usually ACCESS_SERVICE */
    const char *const *callers; /* ACCESS_SERVICE: NULL-terminated service names */
} RpcMethod;
#define RPC_METHOD_END { .name = NULL }

typedef struct RpcService {
    const ProtobufCServiceDescriptor *descriptor;
    const RpcMethod *methods;
    const EmbeddedFile *file_descriptor_set; /* for reflection: what protoc --descriptor_set_out
                                                wrote; NULL: none */
} RpcService;

/* The text of a Str as the NUL-terminated string that protobuf-c messages hold. */
char *rpc_text(Arena *arena, Str text);
