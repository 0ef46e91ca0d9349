/* grpc.health.v1.Health, as doc/health-checking.md has it. */
#include <errno.h>

#include "codec/protobuf.h"

#include "grpc_internal.h"

/* Kept one above, so that NULL means: never set. */
static void *as_value(GrpcServing serving)
{
    return (void *) (uintptr_t) (serving + 1);
}

static GrpcServing health_of(const GrpcServer *server, Str service)
{
    void *value = map_get(&server->health, service);
    if (!value && map_has(&server->services, service)) {
        value = map_get(&server->health, STR(""));
    }
    return value ? (GrpcServing) ((uintptr_t) value - 1) : GRPC_SERVICE_UNKNOWN;
}

void grpc_server_set_health(GrpcServer *server, Str service, GrpcServing serving)
{
    void **at = map_at(&server->health, service);
    if (*at == NULL) {
        /* the key must live as long as the map */
        map_remove(&server->health, service);
        at = map_at(&server->health, str_dup(server->arena, service));
    }
    *at = as_value(serving);
    fiber_queue_wake_all(&server->health_changed, 0);
}

static Str asked_service(const void *request)
{
    Str service = STR("");
    ProtoReader reader = proto_reader(*(const Str *) request);
    for (ProtoField field; proto_next(&reader, &field);) {
        if (proto_key(&field) == PROTO_KEY(1, PROTO_BYTES)) {
            service = field.bytes;
        }
    }
    return service;
}

static Str make_reply(Arena *arena, GrpcServing serving)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    proto_add_uint(&out, 1, (uint64_t) serving);
    return strbuf_str(&out);
}

static GrpcStatus check(GrpcCall *call, const void *request, void *reply)
{
    GrpcServing serving = health_of(call->service_arg, asked_service(request));
    if (serving == GRPC_SERVICE_UNKNOWN) {
        return grpc_fail(call, GRPC_NOT_FOUND, "unknown service");
    }
    *(Str *) reply = make_reply(call->arena, serving);
    return GRPC_OK;
}

/* Tells each change, until the client leaves or the server drains. */
static GrpcStatus watch(GrpcCall *call, const void *request)
{
    GrpcServer *server = call->service_arg;
    Str service = asked_service(request);
    GrpcServing told = GRPC_SERVING_UNKNOWN;
    bool first = true;
    http_end_on_drain(call->exchange);
    for (;;) {
        GrpcServing now = health_of(server, service);
        if (first || now != told) {
            Str reply = make_reply(call->arena, now);
            if (grpc_send(call, &reply) < 0) {
                return GRPC_CANCELLED;
            }
            told = now;
            first = false;
        }
        int rc = fiber_queue_wait(&server->health_changed);
        if (rc < 0) {
            return grpc_fail(
                call,
                rc == -ETIMEDOUT ? GRPC_DEADLINE_EXCEEDED : GRPC_UNAVAILABLE,
                "the watch has ended"
            );
        }
    }
}

static const GrpcMethod methods[] = {
    { .name = "Check", .unary = check },
    { .name = "Watch", .server_stream = watch },
};

const GrpcService grpc_health_service = { "grpc.health.v1.Health",
                                          methods,
                                          sizeof(methods) / sizeof(methods[0]) };
