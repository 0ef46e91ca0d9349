/* A WebSocket on any frames. */
#include "net/websocket.h"

#include <assert.h>

#include "base/text.h"
#include "loop/fiber.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static Loop *loop;

static void handle(HttpExchange *exchange, void *arg)
{
    (void) arg;
    WebSocketOptions options = { .max_message_bytes = 1000 };
    WebSocket *socket;
    WebSocketKind kind;
    Str message;
    int rc = websocket_accept(exchange, &options, &socket);
    assert(rc == 0);
    while (websocket_receive(socket, &kind, &message) == 1) {
        assert(message.len <= 1000 && (kind == WEBSOCKET_BINARY || utf8_is_valid(message)));
        websocket_send(socket, kind, message);
    }
    websocket_close(socket, 0, STR(""));
}

static void run(void *arg)
{
    const Str *frames = arg;
    HttpServerOptions options = { .handler = handle };
    HttpServer *server;
    Stream *ours, *theirs;
    int rc = http_server_new(loop, &options, &server, NULL);
    assert(rc == 0);
    rc = stream_pair(loop, &ours, &theirs, NULL);
    assert(rc == 0);
    http_server_serve(server, theirs);
    stream_write(
        ours,
        STR("GET / HTTP/1.1\r\nHost: t\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
    );
    stream_write(ours, *frames);
    stream_shutdown(ours);
    char buffer[4096];
    while (stream_read(ours, buffer, sizeof(buffer)) > 0) {
    }
    stream_close(ours);
    while (http_server_stats(server)->connections > 0) {
        fiber_sleep_ms(1);
    }
    http_server_free(server);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!loop) {
        int rc = loop_new(&loop, NULL);
        assert(rc == 0);
    }
    Str frames = str_make((const char *) data, size);
    fiber_run_main(loop, run, &frames);
    return 0;
}
