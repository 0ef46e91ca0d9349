#include "base/mem.h"
#include "net/gzip.h"
#include "net/http_client.h"

#include "support.h"

static HttpClient *make_client(Fixture *fixture, HttpClientOptions options)
{
    HttpClient *client = NULL;
    Error err = ERROR_INIT;
    assert_int_equal(http_client_new(fixture->loop, &options, &client, &err), 0);
    return client;
}

static Str url(Fixture *fixture, const char *path)
{
    return str_printf(
        fixture->arena, "http://127.0.0.1:%d%s", http_server_port(fixture->server, 0), path
    );
}

static HttpResponse fetch_with(Fixture *fixture, HttpClient *client, HttpRequest request)
{
    HttpResponse response = { 0 };
    Error err = ERROR_INIT;
    if (http_fetch(client, &request, fixture->arena, &response, &err) < 0) {
        fail_msg("%s", err.message);
    }
    return response;
}

static HttpResponse fetch(Fixture *fixture, HttpClient *client, const char *path)
{
    return fetch_with(fixture, client, (HttpRequest) { .url = url(fixture, path) });
}

/* What holds for both protocols. */
static void check_fetching(Fixture *fixture, bool http2)
{
    fixture_start(fixture);
    HttpClient *client =
        make_client(fixture, (HttpClientOptions) { .http2 = http2, .user_agent = "test/1" });
    HttpResponse hello = fetch(fixture, client, "/hello");
    assert_int_equal(hello.status, 200);
    assert_int_equal(hello.version, http2 ? HTTP_2 : HTTP_1_1);
    assert_str(hello.body, "hello\n");
    HttpResponse described = fetch(fixture, client, "/x?y=1");
    assert_has(described.body, "GET path=/x query=y=1 authority=127.0.0.1:");
    assert_has(described.body, "]=[test/1]");
    assert_str(http_headers_get(&described.headers, STR("X-Test")), "yes");
    HttpResponse streamed = fetch(fixture, client, "/stream");
    assert_str(streamed.body, "piece 0\npiece 1\npiece 2\n");
    assert_str(http_headers_get(&streamed.trailers, STR("x-sum")), "3");
    assert_int_equal(fetch(fixture, client, "/empty").status, 204);
    assert_int_equal(fetch(fixture, client, "/silent").status, 500);
    assert_int_equal(fetch(fixture, client, "/megabytes").body.len, 4 * 1024 * 1024);
    HttpResponse head = fetch_with(
        fixture, client, (HttpRequest) { .method = HTTP_HEAD, .url = url(fixture, "/hello") }
    );
    assert_int_equal(head.body.len, 0);
    assert_str(http_headers_get(&head.headers, STR("content-length")), "6");
    assert_int_equal(http_server_stats(fixture->server)->connections_total, 1);
    http_client_free(client);
}

static void fetches_over_http_1(Fixture *fixture)
{
    check_fetching(fixture, false);
}

static void fetches_over_http_2(Fixture *fixture)
{
    check_fetching(fixture, true);
}

static void check_posting(Fixture *fixture, bool http2)
{
    fixture_start(fixture);
    HttpClient *client = make_client(fixture, (HttpClientOptions) { .http2 = http2 });
    for (size_t size = 0; size < 1000 * 1000; size = size * 7 + 1) {
        char *body = arena_alloc(fixture->arena, size);
        memset(body, 'b', size);
        HttpResponse response = fetch_with(
            fixture,
            client,
            (HttpRequest
            ) { .method = HTTP_POST, .url = url(fixture, "/echo"), .body = str_make(body, size) }
        );
        assert_int_equal(response.status, 200);
        assert_true(str_eq(response.body, str_make(body, size)));
    }
    http_client_free(client);
}

static void posts_over_http_1(Fixture *fixture)
{
    check_posting(fixture, false);
}

static void posts_over_http_2(Fixture *fixture)
{
    check_posting(fixture, true);
}

static ssize_t give_pieces(void *arg, void *buffer, size_t size)
{
    int *left = arg;
    assert_true(size >= 1000);
    fiber_yield();
    if (*left == 0) {
        return 0;
    }
    (*left)--;
    memset(buffer, 'p', 1000);
    return 1000;
}

static void check_streamed_upload(Fixture *fixture, bool http2, int64_t length)
{
    HttpClient *client = make_client(fixture, (HttpClientOptions) { .http2 = http2 });
    int pieces = 300;
    HttpResponse response = fetch_with(
        fixture,
        client,
        (HttpRequest) { .method = HTTP_PUT,
                        .url = url(fixture, "/echo"),
                        .body_fn = give_pieces,
                        .body_arg = &pieces,
                        .body_length = length }
    );
    assert_int_equal(response.status, 200);
    assert_int_equal(count_of(response.body, "p"), 300 * 1000);
    http_client_free(client);
}

static void uploads_in_pieces(Fixture *fixture)
{
    fixture_start(fixture);
    check_streamed_upload(fixture, false, -1);
    check_streamed_upload(fixture, false, 300 * 1000);
    check_streamed_upload(fixture, true, -1);
    check_streamed_upload(fixture, true, 300 * 1000);
}

static ssize_t give_up(void *arg, void *buffer, size_t size)
{
    (void) arg;
    (void) buffer;
    (void) size;
    return -EIO;
}

static void gives_up_an_upload_whose_source_fails(Fixture *fixture)
{
    fixture_start(fixture);
    for (int http2 = 0; http2 < 2; http2++) {
        HttpClient *client = make_client(fixture, (HttpClientOptions) { .http2 = http2 });
        HttpRequest request = {
            .method = HTTP_PUT, .url = url(fixture, "/echo"), .body_fn = give_up, .body_length = -1
        };
        HttpResponse response;
        assert_int_equal(http_fetch(client, &request, fixture->arena, &response, NULL), -EIO);
        http_client_free(client);
    }
    wait_for(fixture->ended == fixture->handled);
}

static void reads_an_answer_in_pieces(Fixture *fixture)
{
    fixture_start(fixture);
    for (int http2 = 0; http2 < 2; http2++) {
        HttpClient *client = make_client(fixture, (HttpClientOptions) { .http2 = http2 });
        HttpRequest request = { .url = url(fixture, "/megabytes") };
        HttpReply *reply = NULL;
        Error err = ERROR_INIT;
        assert_int_equal(http_open(client, &request, fixture->arena, &reply, &err), 0);
        assert_int_equal(http_reply_response(reply)->status, 200);
        char piece[1000];
        size_t total = 0;
        for (ssize_t size; (size = http_reply_read(reply, piece, sizeof(piece))) > 0;) {
            total += (size_t) size;
        }
        assert_int_equal(total, 4 * 1024 * 1024);
        http_reply_close(reply);
        http_client_free(client);
    }
}

static void stops_an_answer_that_is_not_wanted_any_more(Fixture *fixture)
{
    fixture_start(fixture);
    for (int http2 = 0; http2 < 2; http2++) {
        HttpClient *client = make_client(fixture, (HttpClientOptions) { .http2 = http2 });
        HttpRequest request = { .url = url(fixture, "/megabytes") };
        HttpReply *reply = NULL;
        assert_int_equal(http_open(client, &request, fixture->arena, &reply, NULL), 0);
        char piece[1000];
        assert_true(http_reply_read(reply, piece, sizeof(piece)) > 0);
        http_reply_close(reply);
        wait_for(fixture->ended == http2 + 1);
        assert_int_equal(fetch(fixture, client, "/hello").status, 200);
        http_client_free(client);
        wait_for(fixture->ended == fixture->handled);
        fixture->ended = fixture->handled = http2 + 1;
    }
}

static void refuses_a_body_past_its_bound(Fixture *fixture)
{
    fixture_start(fixture);
    HttpClient *client = make_client(fixture, (HttpClientOptions) { 0 });
    HttpRequest request = { .url = url(fixture, "/megabytes"), .max_body_bytes = 1000 * 1000 };
    HttpResponse response;
    assert_int_equal(http_fetch(client, &request, fixture->arena, &response, NULL), -EFBIG);
    http_client_free(client);
}

static void times_out_and_cancels_the_handler(Fixture *fixture)
{
    fixture_start(fixture);
    for (int http2 = 0; http2 < 2; http2++) {
        HttpClient *client = make_client(fixture, (HttpClientOptions) { .http2 = http2 });
        HttpRequest request = { .url = url(fixture, "/wait"), .timeout_ms = 20 };
        HttpResponse response;
        Error err = ERROR_INIT;
        assert_int_equal(http_fetch(client, &request, fixture->arena, &response, &err), -ETIMEDOUT);
        assert_has(str_from(err.message), "/wait");
        wait_for(fixture->canceled == http2 + 1);
        http_client_free(client);
    }
}

static void says_that_nobody_listens(Fixture *fixture)
{
    fixture_start(fixture);
    Str gone = url(fixture, "/");
    http_server_free(fixture->server);
    fixture->server = NULL;
    HttpClient *client = make_client(fixture, (HttpClientOptions) { .backoff_ms = 60 * 1000 });
    HttpRequest request = { .url = gone };
    HttpResponse response;
    Error err = ERROR_INIT;
    assert_int_equal(http_fetch(client, &request, fixture->arena, &response, &err), -ECONNREFUSED);
    assert_int_equal(http_fetch(client, &request, fixture->arena, &response, &err), -EHOSTUNREACH);
    http_client_free(client);
}

/* A kept connection that the server closes just as the next request goes out. */
typedef struct OnceServer {
    Listener *listener;
    int accepted;
    int requests;
} OnceServer;

static void serve_once(Stream *stream, const void *data, size_t size, int error, void *arg)
{
    (void) data;
    (void) error;
    OnceServer *server = arg;
    if (size == 0) {
        stream_close(stream);
        return;
    }
    server->requests++;
    bool dies = server->requests == 2;
    if (dies) {
        stream_close(stream);
        return;
    }
    stream_send(
        stream,
        STR("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: "
            "2\r\n\r\nok")
    );
}

static void accept_once(Listener *listener, Stream *stream, void *arg)
{
    (void) listener;
    static const StreamCallbacks callbacks = { .on_read = serve_once };
    ((OnceServer *) arg)->accepted++;
    stream_set_callbacks(stream, &callbacks, arg);
    stream_read_start(stream);
}

static void
check_retry(Fixture *fixture, HttpRequest request, int expected_rc, int expected_accepts)
{
    OnceServer server = { 0 };
    Address address = { .host = "127.0.0.1" };
    HttpClient *client = make_client(fixture, (HttpClientOptions) { 0 });
    assert_int_equal(
        listener_open(fixture->loop, &address, accept_once, &server, &server.listener, NULL), 0
    );
    request.url =
        str_printf(fixture->arena, "http://127.0.0.1:%d/", listener_port(server.listener));
    HttpResponse response;
    assert_int_equal(http_fetch(client, &request, fixture->arena, &response, NULL), 0);
    assert_int_equal(response.status, 200);
    assert_false(http_headers_has(&response.headers, STR("link")));
    assert_int_equal(http_fetch(client, &request, fixture->arena, &response, NULL), expected_rc);
    assert_int_equal(server.accepted, expected_accepts);
    listener_close(server.listener);
    http_client_free(client);
    wait_for(server.requests >= 2);
}

static void repeats_an_idempotent_request_once_when_a_kept_connection_died(Fixture *fixture)
{
    check_retry(fixture, (HttpRequest) { .method = HTTP_GET }, 0, 2);
    check_retry(fixture, (HttpRequest) { .method = HTTP_POST, .idempotent = true }, 0, 2);
}

static void does_not_repeat_a_post(Fixture *fixture)
{
    check_retry(fixture, (HttpRequest) { .method = HTTP_POST }, -ECONNRESET, 1);
}

static void accept_silently(Listener *listener, Stream *stream, void *arg)
{
    (void) listener;
    (void) stream; /* the loop's end closes it */
    ++*(int *) arg;
}

static void leaves_a_connection_on_which_nothing_comes(Fixture *fixture)
{
    int accepted = 0;
    Listener *listener;
    Address address = { .host = "127.0.0.1" };
    HttpClient *client = make_client(fixture, (HttpClientOptions) { .http2 = true });
    assert_int_equal(
        listener_open(fixture->loop, &address, accept_silently, &accepted, &listener, NULL), 0
    );
    HttpRequest request = {
        .url = str_printf(fixture->arena, "http://127.0.0.1:%d/", listener_port(listener)),
        .timeout_ms = 20,
    };
    for (int i = 1; i <= 3; i++) {
        HttpResponse response;
        assert_int_equal(http_fetch(client, &request, fixture->arena, &response, NULL), -ETIMEDOUT);
        wait_for(accepted == i);
    }
    http_client_free(client);
    listener_close(listener);
}

static void one_failure(void *arg)
{
    void **args = arg;
    Fixture *fixture = args[0];
    HttpRequest request = { .url = STR("http://127.0.0.1:1/") };
    HttpResponse response;
    assert_int_equal(http_fetch(args[1], &request, fixture->arena, &response, NULL), -ECONNREFUSED);
    ++*(int *) args[2];
}

static void tells_all_that_wait_when_the_connect_fails(Fixture *fixture)
{
    enum { COUNT = 20 };
    HttpClient *client = make_client(fixture, (HttpClientOptions) { .http2 = true });
    int done = 0;
    void *args[] = { fixture, client, &done };
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(fiber_spawn(fixture->loop, NULL, one_failure, args, NULL), 0);
    }
    wait_for(done == COUNT);
    http_client_free(client);
}

static void opens_no_more_connections_than_allowed(Fixture *fixture)
{
    fixture_start(fixture);
    HttpClient *client = make_client(fixture, (HttpClientOptions) { .max_connections = 1 });
    HttpRequest slow = { .url = url(fixture, "/megabytes") };
    HttpReply *reply = NULL;
    assert_int_equal(http_open(client, &slow, fixture->arena, &reply, NULL), 0);
    HttpRequest waits = { .url = url(fixture, "/hello"), .timeout_ms = 20 };
    HttpResponse response;
    assert_int_equal(http_fetch(client, &waits, fixture->arena, &response, NULL), -ETIMEDOUT);
    http_reply_close(reply);
    assert_int_equal(fetch(fixture, client, "/hello").status, 200);
    size_t open, idle;
    http_client_count(client, &open, &idle);
    assert_int_equal(open, 1);
    assert_int_equal(idle, 1);
    http_client_free(client);
}

static void one_request(void *arg)
{
    void **args = arg;
    Fixture *fixture = args[0];
    HttpResponse response = fetch(fixture, args[1], "/echo-not/but/describe");
    assert_int_equal(response.status, 200);
    ++*(int *) args[2];
}

static void shares_one_http_2_connection_among_many(Fixture *fixture)
{
    enum { COUNT = 250 };
    fixture_start(fixture);
    HttpClient *client =
        make_client(fixture, (HttpClientOptions) { .http2 = true, .max_connections = 1 });
    int done = 0;
    void *args[] = { fixture, client, &done };
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(fiber_spawn(fixture->loop, NULL, one_request, args, NULL), 0);
    }
    wait_for(done == COUNT);
    assert_int_equal(http_server_stats(fixture->server)->connections_total, 1);
    http_client_free(client);
}

static void goes_on_over_a_new_connection_after_goaway(Fixture *fixture)
{
    fixture->options.requests_per_connection = 3;
    fixture_start(fixture);
    for (int http2 = 0; http2 < 2; http2++) {
        HttpClient *client = make_client(fixture, (HttpClientOptions) { .http2 = http2 });
        for (int i = 0; i < 10; i++) {
            assert_int_equal(fetch(fixture, client, "/hello").status, 200);
        }
        http_client_free(client);
    }
    assert_true(http_server_stats(fixture->server)->connections_total >= 5);
}

static void answer_gzip(HttpExchange *exchange, void *arg)
{
    (void) arg;
    assert_true(http_accepts_gzip(&exchange->headers));
    StrBuf text = STRBUF_ON_ARENA(exchange->arena), coded = STRBUF_ON_ARENA(exchange->arena);
    strbuf_add_repeat(&text, 'g', 1000 * 1000);
    gzip_compress(&coded, strbuf_str(&text), 0);
    http_headers_add(&exchange->response_headers, STR("Content-Encoding"), STR("gzip"));
    bool cut = str_eq_cstr(exchange->path, "/cut");
    http_respond(exchange, 200, str_slice(strbuf_str(&coded), 0, coded.len - (cut ? 10 : 0)));
}

static void fetches_over_a_unix_socket(Fixture *fixture)
{
    fixture_start(fixture);
    char folder[] = "/tmp/net-test-XXXXXX";
    Error err = ERROR_INIT;
    assert_non_null(mkdtemp(folder));
    Address address = { .unix_path = arena_printf(fixture->arena, "%s/http.sock", folder) };
    assert_int_equal(http_server_listen(fixture->server, &address, &err), 0);
    for (int http2 = 0; http2 < 2; http2++) {
        HttpClient *client = make_client(fixture, (HttpClientOptions) { .http2 = http2 });
        HttpRequest request = { .url = STR("http://docker/v1/x?y"),
                                .unix_path = address.unix_path };
        HttpResponse response = fetch_with(fixture, client, request);
        assert_has(response.body, "GET path=/v1/x query=y authority=docker\n");
        http_client_free(client);
    }
    http_server_free(fixture->server);
    fixture->server = NULL;
    assert_int_equal(rmdir(folder), 0);
}

static void undoes_gzip(Fixture *fixture)
{
    fixture->options.handler = answer_gzip;
    fixture_start(fixture);
    HttpClient *client = make_client(fixture, (HttpClientOptions) { 0 });
    HttpResponse response = fetch(fixture, client, "/whole");
    assert_int_equal(count_of(response.body, "g"), 1000 * 1000);
    assert_false(http_headers_has(&response.headers, STR("content-encoding")));
    HttpRequest cut = { .url = url(fixture, "/cut") };
    assert_int_equal(http_fetch(client, &cut, fixture->arena, &response, NULL), -EPROTO);
    HttpRequest bomb = { .url = url(fixture, "/whole"), .max_body_bytes = 100 * 1000 };
    assert_int_equal(http_fetch(client, &bomb, fixture->arena, &response, NULL), -EFBIG);
    http_client_free(client);
}

static void refuses_what_can_not_be_sent(Fixture *fixture)
{
    HttpClient *client = make_client(fixture, (HttpClientOptions) { 0 });
    HttpResponse response;
    HttpHeaders headers = HTTP_HEADERS_ON_ARENA(fixture->arena);
    http_headers_add(&headers, STR("X"), STR("a\r\nb: c"));
    const HttpRequest requests[] = {
        { .url = STR("ftp://host/") },
        { .url = STR("no url") },
        { .url = STR("http://host/a b") },
        { .url = STR("http://host/"), .headers = &headers },
        { .url = STR("http://host/"), .method = HTTP_OTHER, .method_name = STR("A B") },
    };
    for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
        assert_true(http_fetch(client, &requests[i], fixture->arena, &response, NULL) < 0);
    }
    http_client_free(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        net_test(fetches_over_http_1),
        net_test(fetches_over_http_2),
        net_test(posts_over_http_1),
        net_test(posts_over_http_2),
        net_test(uploads_in_pieces),
        net_test(gives_up_an_upload_whose_source_fails),
        net_test(reads_an_answer_in_pieces),
        net_test(stops_an_answer_that_is_not_wanted_any_more),
        net_test(refuses_a_body_past_its_bound),
        net_test(times_out_and_cancels_the_handler),
        net_test(says_that_nobody_listens),
        net_test(repeats_an_idempotent_request_once_when_a_kept_connection_died),
        net_test(does_not_repeat_a_post),
        net_test(leaves_a_connection_on_which_nothing_comes),
        net_test(tells_all_that_wait_when_the_connect_fails),
        net_test(opens_no_more_connections_than_allowed),
        net_test(shares_one_http_2_connection_among_many),
        net_test(goes_on_over_a_new_connection_after_goaway),
        net_test(fetches_over_a_unix_socket),
        net_test(undoes_gzip),
        net_test(refuses_what_can_not_be_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
