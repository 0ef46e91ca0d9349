#include "http_support.h"

#include <assert.h>

#include "loop/fiber.h"
#include "net/http_server.h"

typedef struct Feed {
    Str before, bytes;
    size_t piece;
    bool http1;
    Loop *loop;
    int handled, ended;
} Feed;

static Loop *loop;

static void handle(HttpExchange *exchange, void *arg)
{
    Feed *feed = arg;
    exchange->user = feed;
    feed->handled++;
    assert(exchange->path.len > 0 && exchange->authority.len + exchange->path.len > 0);
    http_headers_foreach(item, &exchange->headers)
    {
        assert(http_name_is_valid(item->name) && http_value_is_valid(item->value));
    }
    if (exchange->method == HTTP_GET) {
        http_respond_start(exchange, 200);
        http_write(exchange, exchange->target);
        http_respond_end(exchange, NULL);
        return;
    }
    Str body;
    int rc = http_read_body(exchange, 1000, &body);
    assert(rc < 0 || body.len <= 1000);
    http_respond(exchange, rc == 0 ? 200 : rc == -EFBIG ? 413 : 400, rc == 0 ? body : STR("no"));
}

static void on_end(HttpExchange *exchange, void *arg)
{
    assert(exchange->user == arg);
    ((Feed *) arg)->ended++;
}

static void send_pieces(void *arg)
{
    void **args = arg;
    Feed *feed = args[0];
    Stream *client = args[1];
    Str rest = feed->bytes;
    int rc = stream_write(client, feed->before);
    while (rc == 0 && rest.len > 0) {
        rc = stream_write(client, str_slice(rest, 0, feed->piece));
        rest = str_skip(rest, feed->piece);
        fiber_yield();
    }
    stream_shutdown(client);
}

static void run(void *arg)
{
    Feed *feed = arg;
    HttpServerOptions options = { .handler = handle, .on_end = on_end, .arg = feed };
    HttpServer *server;
    Stream *ours, *theirs;
    Fiber *sender;
    int rc = http_server_new(feed->loop, &options, &server, NULL);
    assert(rc == 0);
    rc = stream_pair(feed->loop, &ours, &theirs, NULL);
    assert(rc == 0);
    http_server_serve(server, theirs);
    void *args[] = { feed, ours };
    rc = fiber_spawn(feed->loop, NULL, send_pieces, args, &sender);
    assert(rc == 0);
    char buffer[4096];
    bool first = true;
    for (ssize_t size; (size = stream_read(ours, buffer, sizeof(buffer))) > 0; first = false) {
        assert(!first || !feed->http1 || (size > 9 && memcmp(buffer, "HTTP/1.1 ", 9) == 0));
    }
    fiber_join(sender);
    stream_close(ours);
    while (http_server_stats(server)->connections > 0) {
        fiber_sleep_ms(1);
    }
    assert(feed->handled == feed->ended && http_server_stats(server)->requests == 0);
    http_server_free(server);
}

void feed_server(Str before, Str bytes, size_t piece, bool http1)
{
    if (!loop) {
        int rc = loop_new(&loop, NULL);
        assert(rc == 0);
    }
    Feed feed = { .before = before,
                  .bytes = bytes,
                  .piece = piece ? piece : SIZE_MAX,
                  .http1 = http1,
                  .loop = loop };
    fiber_run_main(loop, run, &feed);
}
