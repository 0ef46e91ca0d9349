#include "net/grpc_server.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "base/vec.h"
#include "codec/protobuf.h"

#include "grpc_internal.h"

/* ---- registering ---- */

static void add_builtin(GrpcServer *server, const GrpcService *service)
{
    int rc = grpc_server_add(server, service, server);
    (void) rc; /* the names are ours */
}

int grpc_server_new(Loop *loop, const GrpcServerOptions *options, GrpcServer **ret_server)
{
    GrpcServer *server = MEM_NEW(GrpcServer);
    GrpcServerOptions *o = &server->options;
    server->loop = loop;
    server->arena = arena_new(0);
    server->routes.arena = server->services.arena = server->arena;
    server->files.arena = server->symbols.arena = server->health.arena = server->arena;
    if (options) {
        *o = *options;
    }
    o->max_message_bytes = o->max_message_bytes ? o->max_message_bytes : GRPC_MAX_MESSAGE_BYTES;
    o->default_timeout_ms = o->default_timeout_ms ? o->default_timeout_ms : 3 * 1000;
    o->max_timeout_ms = o->max_timeout_ms ? o->max_timeout_ms : 10 * 1000;
    add_builtin(server, &grpc_health_service);
    add_builtin(server, &grpc_reflection_service);
    add_builtin(server, &grpc_reflection_alpha_service);
    int rc = grpc_server_add_descriptors(server, embedded_text(grpc_builtin_descriptors));
    if (rc < 0) {
        grpc_server_free(server);
        return rc;
    }
    grpc_server_set_health(server, STR(""), GRPC_SERVING);
    *ret_server = server;
    return 0;
}

void grpc_server_free(GrpcServer *server)
{
    if (server) {
        arena_free(server->arena);
        free(server);
    }
}

int grpc_server_add(GrpcServer *server, const GrpcService *service, void *service_arg)
{
    Str name = str_from(service->name);
    if (map_has(&server->services, name)) {
        return -EEXIST;
    }
    map_set(&server->services, name, (void *) (uintptr_t) service);
    for (size_t i = 0; i < service->method_count; i++) {
        const GrpcMethod *method = &service->methods[i];
        GrpcRoute *route = ARENA_NEW(server->arena, GrpcRoute);
        route->method = method;
        route->service_arg = service_arg;
        map_set(
            &server->routes, str_printf(server->arena, "/%s/%s", service->name, method->name), route
        );
    }
    return 0;
}

/* ---- one call ---- */

static GrpcStatus run_unary(Call *call, const GrpcMethod *method, const void *request)
{
    Arena *arena = call->pub.arena;
    void *reply;
    if (method->output) {
        reply = arena_alloc(arena, method->output->sizeof_message);
        protobuf_c_message_init(method->output, reply);
    } else {
        reply = ARENA_NEW(arena, Str);
    }
    GrpcStatus status = method->unary(&call->pub, request, reply);
    if (status == GRPC_OK) {
        int rc = grpc_send(&call->pub, reply);
        if (rc < 0) {
            status =
                grpc_fail(&call->pub, grpc_status_from_errno(rc), "the reply could not be sent");
        }
    }
    return status;
}

static GrpcStatus run_method(Call *call)
{
    const GrpcMethod *method = call->pub.method;
    if (method->stream) {
        return method->stream(&call->pub);
    }
    void *request;
    GrpcStatus status = grpc_receive_only(call, &request);
    if (status != GRPC_OK) {
        return status;
    }
    return method->unary ? run_unary(call, method, request)
                         : method->server_stream(&call->pub, request);
}

/* The spec leaves identity alone mandatory; a peer that compresses is told so. */
static GrpcStatus check_encoding(Call *call)
{
    Str encoding = http_headers_get(&call->exchange->headers, STR("grpc-encoding"));
    if (encoding.len == 0 || str_eq(encoding, STR("identity"))) {
        return GRPC_OK;
    }
    http_headers_add(&call->pub.headers, STR("grpc-accept-encoding"), STR("identity"));
    return grpc_fail(
        &call->pub,
        GRPC_UNIMPLEMENTED,
        "messages coded as %" STR_FMT " are not understood",
        STR_ARG(encoding)
    );
}

static GrpcStatus set_deadline(Call *call)
{
    const GrpcServerOptions *options = &call->server->options;
    bool is_stream = call->pub.method->stream || call->pub.method->server_stream;
    Str text = http_headers_get(&call->exchange->headers, STR("grpc-timeout"));
    int64_t timeout_ns = is_stream ? INT64_MAX : options->default_timeout_ms * NS_PER_MS;
    if (text.len && !grpc_timeout_parse(text, &timeout_ns)) {
        return grpc_fail(&call->pub, GRPC_INTERNAL, "grpc-timeout is malformed");
    }
    if (!is_stream && timeout_ns > options->max_timeout_ms * NS_PER_MS) {
        timeout_ns = options->max_timeout_ms * NS_PER_MS;
    }
    call->pub.has_deadline = timeout_ns < INT64_MAX;
    int64_t now = clock_monotonic_ns();
    if (call->pub.has_deadline && timeout_ns < INT64_MAX - now) {
        fiber_narrow_deadline(now + timeout_ns);
    }
    return GRPC_OK;
}

static GrpcStatus find_method(Call *call)
{
    GrpcRoute *route = map_get(&call->server->routes, call->pub.path);
    if (!route) {
        return grpc_fail(
            &call->pub, GRPC_UNIMPLEMENTED, "unknown method %" STR_FMT, STR_ARG(call->pub.path)
        );
    }
    call->pub.method = route->method;
    call->pub.service_arg = route->service_arg;
    return GRPC_OK;
}

static GrpcStatus run_call(Call *call)
{
    const GrpcServerOptions *options = &call->server->options;
    GrpcStatus status = find_method(call);
    if (status == GRPC_OK) {
        status = check_encoding(call);
    }
    if (status == GRPC_OK) {
        status = set_deadline(call);
    }
    if (status == GRPC_OK && options->before) {
        status = options->before(&call->pub, options->arg);
    }
    return status == GRPC_OK ? run_method(call) : status;
}

/* doc/PROTOCOL-HTTP2.md: what is not gRPC at all is answered in HTTP. */
static bool is_grpc(HttpExchange *exchange)
{
    Str type = http_media_type(http_headers_get(&exchange->headers, STR("content-type")));
    bool fits =
        str_eq(type, STR("application/grpc")) || str_eq(type, STR("application/grpc+proto"));
    if (!fits) {
        http_respond(exchange, 415, STR("the content type is application/grpc\n"));
    } else if (exchange->version != HTTP_2) {
        http_respond(exchange, 505, STR("gRPC wants HTTP/2\n"));
        fits = false;
    } else if (exchange->method != HTTP_POST) {
        http_headers_add(&exchange->response_headers, STR("Allow"), STR("POST"));
        http_respond(exchange, 405, STR("gRPC wants POST\n"));
        fits = false;
    }
    return fits;
}

void grpc_server_handle(HttpExchange *exchange, void *grpc_server)
{
    GrpcServer *server = grpc_server;
    if (!is_grpc(exchange)) {
        return;
    }
    Arena *arena = exchange->arena;
    Call *call = ARENA_NEW(arena, Call);
    call->server = server;
    call->exchange = exchange;
    call->in.arena = arena;
    call->pub = (GrpcCall) {
        .exchange = exchange,
        .path = exchange->path,
        .peer = exchange->peer,
        .arena = arena,
        .metadata = HTTP_HEADERS_ON_ARENA(arena),
        .headers = HTTP_HEADERS_ON_ARENA(arena),
        .trailers = HTTP_HEADERS_ON_ARENA(arena),
    };
    grpc_read_metadata(arena, &exchange->headers, &call->pub.metadata);
    call->pub.status = run_call(call);
    grpc_finish(call);
    if (server->options.after) {
        server->options.after(&call->pub, server->options.arg);
    }
}
