/* A server to be proved: HTTP that gives every body back, and gRPC with test.v1.Echo. Prints both ports, ends
 * with its input. usage: net_probe DESCRIPTOR_SET */
#include <stdio.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "loop/fiber.h"
#include "net/grpc_server.h"

#include "echo.pb-c.h"

static void handle(HttpExchange *exchange, void *arg)
{
    (void) arg;
    enum { BODY_BYTES_MOST = 1024 * 1024 };
    Str body = STR("");
    int rc = http_read_body(exchange, BODY_BYTES_MOST, &body);
    if (rc == 0) {
        http_respond(exchange, 200, body.len > 0 ? body : STR("nothing was sent\n"));
    }
}

static GrpcStatus say(GrpcCall *call, const void *request, void *reply)
{
    const Test__V1__Item *in = request;
    Test__V1__Item *out = reply;
    if (in->count < 0) {
        return grpc_fail(call, GRPC_INVALID_ARGUMENT, "count is below zero");
    }
    out->name = in->name;
    out->count = in->count + 1;
    return GRPC_OK;
}

static GrpcStatus count(GrpcCall *call, const void *request)
{
    const Test__V1__Item *in = request;
    for (int64_t i = 0; i < in->count; i++) {
        Test__V1__Item item;
        test__v1__item__init(&item);
        item.name = in->name;
        item.count = i;
        if (grpc_send(call, &item) < 0) {
            return GRPC_CANCELLED;
        }
    }
    return GRPC_OK;
}

static const GrpcMethod methods[] = {
    { .name = "Say",
      .unary = say,
      .input = &test__v1__item__descriptor,
      .output = &test__v1__item__descriptor },
    { .name = "Count",
      .server_stream = count,
      .input = &test__v1__item__descriptor,
      .output = &test__v1__item__descriptor },
};
static const GrpcService service = { "test.v1.Echo", methods, ARRAY_LEN(methods) };

static HttpServer *listen_on(Loop *loop, const HttpServerOptions *options)
{
    HttpServer *server;
    Error err = ERROR_INIT;
    Address address = { .host = "127.0.0.1" };
    if (http_server_new(loop, options, &server, &err) < 0 ||
        http_server_listen(server, &address, &err) < 0) {
        fprintf(stderr, "%s\n", err.message);
        _exit(1);
    }
    return server;
}

static void on_input(Poll *poll, int events, int error, void *arg)
{
    (void) events;
    (void) error;
    char byte;
    if (read(STDIN_FILENO, &byte, 1) <= 0) {
        poll_free(poll);
        loop_stop(arg);
    }
}

int main(int argc, char **argv)
{
    auto_arena Arena *arena = arena_new(0);
    Error err = ERROR_INIT;
    Str descriptors = STR("");
    Loop *loop = NULL;
    GrpcServer *grpc = NULL;
    if (argc != 2 || fs_read(arena, argv[1], 1024 * 1024, &descriptors, &err) < 0 ||
        loop_new(&loop, &err) < 0 || grpc_server_new(loop, NULL, &grpc) < 0 ||
        grpc_server_add(grpc, &service, NULL) < 0 ||
        grpc_server_add_descriptors(grpc, descriptors) < 0) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    HttpServer *http = listen_on(loop, &(HttpServerOptions) { .handler = handle });
    HttpServer *rpc =
        listen_on(loop, &(HttpServerOptions) { .handler = grpc_server_handle, .arg = grpc });
    printf("%d %d\n", http_server_port(http, 0), http_server_port(rpc, 0));
    fflush(stdout);
    poll_set(poll_new(loop, STDIN_FILENO, on_input, loop), POLL_READ);
    loop_run(loop);
    http_server_free(http);
    http_server_free(rpc);
    loop_free(loop);
    grpc_server_free(grpc);
    return 0;
}
