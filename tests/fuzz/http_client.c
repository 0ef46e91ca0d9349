/* The client on any answer; the first byte's lowest bit says which protocol it speaks. */
#include "net/http_client.h"

#include <assert.h>
#include <stdlib.h>

#include "loop/fiber.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct Answer {
    Str bytes;
    bool http2;
} Answer;

static Loop *loop;

static void answer(Stream *stream, const void *data, size_t size, int error, void *arg)
{
    (void) data;
    (void) error;
    Answer *asked = arg;
    if (size > 0) {
        stream_send(stream, asked->bytes);
    }
    stream_close_flushed(stream, 100);
}

static void on_accept(Listener *listener, Stream *stream, void *arg)
{
    (void) listener;
    static const StreamCallbacks callbacks = { .on_read = answer };
    stream_set_callbacks(stream, &callbacks, arg);
    stream_read_start(stream);
}

static void run(void *arg)
{
    Answer *asked = arg;
    auto_arena Arena *arena = arena_new(0);
    HttpClientOptions options = { .http2 = asked->http2,
                                  .max_body_bytes = 10 * 1000,
                                  .timeout_ms = 2000 };
    HttpClient *client;
    Listener *listener;
    Address address = { .host = "127.0.0.1" };
    int rc = listener_open(loop, &address, on_accept, asked, &listener, NULL);
    assert(rc == 0);
    rc = http_client_new(loop, &options, &client, NULL);
    assert(rc == 0);
    HttpRequest request = {
        .url = str_printf(arena, "http://127.0.0.1:%d/", listener_port(listener))
    };
    HttpResponse response = { 0 };
    rc = http_fetch(client, &request, arena, &response, NULL);
    assert(rc < 0 || (response.status >= 0 && response.body.len <= 10 * 1000));
    http_client_free(client);
    listener_close(listener);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    if (!loop) {
        int rc = loop_new(&loop, NULL);
        assert(rc == 0);
    }
    Answer asked = { .bytes = str_make((const char *) data + 1, size - 1), .http2 = data[0] & 1 };
    fiber_run_main(loop, run, &asked);
    return 0;
}
