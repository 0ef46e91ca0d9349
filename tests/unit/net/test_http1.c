#include <netinet/in.h>
#include <sys/socket.h>

#include "support.h"

#define HOST  "Host: test\r\n"
#define CLOSE "Connection: close\r\n"

static void answers_a_request(Fixture *fixture)
{
    fixture_start(fixture);
    Str answer = raw_talk(fixture, STR("GET /hello HTTP/1.1\r\n" HOST CLOSE "\r\n"));
    assert_true(str_has_prefix(answer, STR("HTTP/1.1 200 OK\r\n")));
    assert_has(answer, "Content-Length: 6\r\n");
    assert_has(answer, "Connection: close\r\n");
    assert_has(answer, "\r\nDate: ");
    assert_has(answer, "\r\n\r\nhello\n");
    wait_for(fixture->ended == 1);
}

static void gives_target_query_and_fields(Fixture *fixture)
{
    fixture_start(fixture);
    Str answer = raw_talk(
        fixture,
        STR("GET /a/b?x=1&y=2 HTTP/1.1\r\n" HOST CLOSE "X-Empty:\r\nX-Spaced: \t a b \t\r\n\r\n")
    );
    assert_has(answer, "GET path=/a/b query=x=1&y=2 authority=test\n");
    assert_has(answer, "[X-Empty]=[]\n");
    assert_has(answer, "[X-Spaced]=[a b]\n");
    assert_has(answer, "X-Test: yes\r\n");
}

static void takes_an_absolute_target_over_the_host_field(Fixture *fixture)
{
    fixture_start(fixture);
    Str answer = raw_talk(fixture, STR("GET http://other:81/p?q HTTP/1.1\r\n" HOST CLOSE "\r\n"));
    assert_has(answer, "GET path=/p query=q authority=other:81\n");
}

static void keeps_the_connection_for_further_requests(Fixture *fixture)
{
    fixture_start(fixture);
    Stream *stream = raw_connect(fixture);
    for (int i = 0; i < 3; i++) {
        raw_send(stream, STR("GET /hello HTTP/1.1\r\n" HOST "\r\n"));
        Str answer = raw_read_until(fixture, stream, STR("hello\n"), 1);
        assert_has_not(answer, "Connection");
    }
    stream_close(stream);
    assert_int_equal(http_server_stats(fixture->server)->connections_total, 1);
    assert_int_equal(http_server_stats(fixture->server)->requests_total, 3);
}

static void answers_pipelined_requests_in_order(Fixture *fixture)
{
    fixture_start(fixture);
    Stream *stream = raw_connect(fixture);
    raw_send(
        stream,
        STR("GET /1 HTTP/1.1\r\n" HOST "\r\n"
            "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc"
            "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n2\r\nxy\r\n0\r\n\r\n"
            "\r\nGET /2 HTTP/1.1\r\n" HOST CLOSE "\r\n")
    );
    Str answer = raw_read_all(fixture, stream);
    stream_close(stream);
    assert_int_equal(count_of(answer, "HTTP/1.1 200 OK"), 4);
    assert_true(str_find(answer, STR("path=/1")) < str_find(answer, STR("abc")));
    assert_true(str_find(answer, STR("abc")) < str_find(answer, STR("\r\n\r\nxy")));
    assert_true(str_find(answer, STR("\r\n\r\nxy")) < str_find(answer, STR("path=/2")));
}

static void answers_thousands_of_pipelined_requests(Fixture *fixture)
{
    enum { COUNT = 5000 };
    fixture_start(fixture);
    StrBuf all = STRBUF_ON_ARENA(fixture->arena);
    for (int i = 0; i < COUNT; i++) {
        strbuf_add(&all, STR("GET /hello HTTP/1.1\r\n" HOST "\r\n"));
    }
    Stream *stream = raw_connect(fixture);
    raw_send(stream, strbuf_str(&all));
    raw_read_until(fixture, stream, STR("hello\n"), COUNT);
    stream_close(stream);
    assert_int_equal(fixture->handled, COUNT);
}

static void takes_a_request_byte_by_byte(Fixture *fixture)
{
    fixture_start(fixture);
    Str request =
        STR("POST /echo?a=b HTTP/1.1\r\n" HOST CLOSE "X-Long: some value\r\n"
            "Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nX-Trailer: t\r\n\r\n");
    Stream *stream = raw_connect(fixture);
    for (size_t i = 0; i < request.len; i++) {
        raw_send(stream, str_slice(request, i, i + 1));
        fiber_yield();
    }
    Str answer = raw_read_all(fixture, stream);
    stream_close(stream);
    assert_has(answer, "\r\n\r\nhello");
}

static void echoes_a_body_larger_than_its_buffers(Fixture *fixture)
{
    enum { SIZE = 700 * 1000 };
    fixture_start(fixture);
    StrBuf request = STRBUF_ON_ARENA(fixture->arena);
    strbuf_addf(&request, "POST /echo HTTP/1.1\r\n" HOST CLOSE "Content-Length: %d\r\n\r\n", SIZE);
    strbuf_add_repeat(&request, 'z', SIZE);
    Str answer = raw_talk(fixture, strbuf_str(&request));
    assert_has(answer, "HTTP/1.1 200 OK");
    assert_int_equal(count_of(answer, "z"), SIZE);
}

static void answers_413_and_closes_when_the_body_is_too_large(Fixture *fixture)
{
    fixture_start(fixture);
    Stream *stream = raw_connect(fixture);
    raw_send(stream, STR("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 2000000\r\n\r\nbegins"));
    Str answer = raw_read_all(fixture, stream);
    stream_close(stream);
    assert_has(answer, "HTTP/1.1 413 Content Too Large");
    assert_has(answer, "Connection: close");
}

static void answers_413_to_chunks_without_end(Fixture *fixture)
{
    fixture_start(fixture);
    StrBuf request = STRBUF_ON_ARENA(fixture->arena);
    strbuf_add(&request, STR("POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"));
    for (int i = 0; i < 100; i++) {
        strbuf_add(&request, STR("4000\r\n"));
        strbuf_add_repeat(&request, 'c', 0x4000);
        strbuf_add(&request, STR("\r\n"));
    }
    Str answer = raw_talk(fixture, strbuf_str(&request));
    assert_has(answer, "HTTP/1.1 413 ");
}

static void asks_for_the_body_where_the_client_waits_to_be_asked(Fixture *fixture)
{
    fixture_start(fixture);
    Stream *stream = raw_connect(fixture);
    raw_send(
        stream,
        STR("POST /echo HTTP/1.1\r\n" HOST CLOSE "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"
        )
    );
    Str interim = raw_read_until(fixture, stream, STR("\r\n\r\n"), 1);
    assert_true(str_eq(interim, STR("HTTP/1.1 100 Continue\r\n\r\n")));
    raw_send(stream, STR("ok"));
    assert_has(raw_read_all(fixture, stream), "\r\n\r\nok");
    stream_close(stream);
}

static void closes_when_the_client_waits_and_the_handler_does_not_ask(Fixture *fixture)
{
    fixture_start(fixture);
    Str answer = raw_talk(
        fixture,
        STR("POST /hello HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
    );
    assert_has_not(answer, "100 Continue");
    assert_has(answer, "Connection: close");
    assert_has(answer, "hello");
}

static void skips_a_small_body_that_the_handler_left(Fixture *fixture)
{
    fixture_start(fixture);
    Stream *stream = raw_connect(fixture);
    raw_send(stream, STR("POST /hello HTTP/1.1\r\n" HOST "Content-Length: 10\r\n\r\n12345"));
    raw_read_until(fixture, stream, STR("hello\n"), 1);
    raw_send(stream, STR("67890GET /2 HTTP/1.1\r\n" HOST CLOSE "\r\n"));
    assert_has(raw_read_all(fixture, stream), "GET path=/2");
    stream_close(stream);
}

static void sends_no_body_to_head(Fixture *fixture)
{
    fixture_start(fixture);
    Str answer = raw_talk(fixture, STR("HEAD /hello HTTP/1.1\r\n" HOST CLOSE "\r\n"));
    assert_has(answer, "Content-Length: 6\r\n");
    assert_true(str_has_suffix(answer, STR("\r\n\r\n")));
    answer = raw_talk(fixture, STR("HEAD /stream HTTP/1.1\r\n" HOST CLOSE "\r\n"));
    assert_true(str_has_suffix(answer, STR("\r\n\r\n")));
}

static void sends_no_length_with_204(Fixture *fixture)
{
    fixture_start(fixture);
    Str answer = raw_talk(fixture, STR("GET /empty HTTP/1.1\r\n" HOST CLOSE "\r\n"));
    assert_has(answer, "HTTP/1.1 204 No Content\r\n");
    assert_has_not(answer, "Content-Length");
    assert_has_not(answer, "Transfer-Encoding");
}

static void streams_in_chunks_with_trailers(Fixture *fixture)
{
    fixture_start(fixture);
    Str answer = raw_talk(fixture, STR("GET /stream HTTP/1.1\r\n" HOST CLOSE "\r\n"));
    assert_has(answer, "Transfer-Encoding: chunked\r\n");
    assert_has(
        answer,
        "\r\n\r\n8\r\npiece 0\n\r\n8\r\npiece 1\n\r\n8\r\npiece 2\n\r\n0\r\nX-Sum: 3\r\n\r\n"
    );
}

static void streams_to_http_1_0_until_the_end_of_the_connection(Fixture *fixture)
{
    fixture_start(fixture);
    Str answer = raw_talk(fixture, STR("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
    assert_has_not(answer, "Transfer-Encoding");
    assert_has(answer, "Connection: close\r\n");
    assert_has(answer, "\r\n\r\npiece 0\npiece 1\npiece 2\n");
}

static void keeps_http_1_0_alive_on_request(Fixture *fixture)
{
    fixture_start(fixture);
    Stream *stream = raw_connect(fixture);
    raw_send(stream, STR("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
    assert_has(raw_read_until(fixture, stream, STR("hello\n"), 1), "Connection: keep-alive\r\n");
    raw_send(stream, STR("GET /hello HTTP/1.0\r\n\r\n"));
    assert_has(raw_read_all(fixture, stream), "Connection: close");
    stream_close(stream);
}

static void parks_a_writer_until_the_client_reads(Fixture *fixture)
{
    fixture_start(fixture);
    Stream *stream = raw_connect(fixture);
    raw_send(stream, STR("GET /megabytes HTTP/1.1\r\n" HOST CLOSE "\r\n"));
    wait_for(fixture->handled == 1);
    for (int i = 0; i < 50; i++) {
        fiber_yield();
    }
    assert_int_equal(fixture->ended, 0);
    Str answer = raw_read_all(fixture, stream);
    stream_close(stream);
    assert_true(answer.len > 64 * 64 * 1024);
    assert_true(str_has_suffix(answer, STR("\r\n0\r\n\r\n")));
}

static void send_all(void *arg)
{
    void **args = arg;
    raw_send(args[0], strbuf_str(args[1]));
}

static void serves_pipelined_requests_as_fast_as_the_client_reads(Fixture *fixture)
{
    enum { COUNT = 4, SIZE = 900 * 1000 };
    fixture_start(fixture);
    StrBuf request = STRBUF_ON_ARENA(fixture->arena);
    for (int i = 0; i < COUNT; i++) {
        strbuf_addf(&request, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: %d\r\n\r\n", SIZE);
        strbuf_add_repeat(&request, 'z', SIZE);
    }
    Stream *stream = raw_connect(fixture);
    Fiber *sender;
    void *args[] = { stream, &request };
    assert_int_equal(fiber_spawn(fixture->loop, NULL, send_all, args, &sender), 0);
    wait_for(fixture->handled >= 2);
    Str answer = raw_read_until(fixture, stream, STR("HTTP/1.1 200"), COUNT);
    assert_int_equal(count_of(answer, "HTTP/1.1 200"), COUNT);
    fiber_join(sender);
    stream_close(stream);
}

static void cuts_off_a_client_that_reads_nothing(Fixture *fixture)
{
    fixture->options.write_timeout_ms = 50;
    fixture_start(fixture);
    Stream *stream = raw_connect(fixture);
    raw_send(stream, STR("GET /megabytes HTTP/1.1\r\n" HOST CLOSE "\r\n"));
    wait_for(http_server_stats(fixture->server)->connections == 0 && fixture->handled == 1);
    assert_int_equal(fixture->ended, 1);
    assert_true(http_server_stats(fixture->server)->timeouts_total >= 1);
    stream_close(stream);
}

static void cancels_the_handler_when_the_client_leaves(Fixture *fixture)
{
    fixture_start(fixture);
    Stream *stream = raw_connect(fixture);
    raw_send(stream, STR("GET /wait HTTP/1.1\r\n" HOST "\r\n"));
    wait_for(fixture->handled == 1);
    stream_close(stream);
    wait_for(fixture->canceled == 1);
    wait_for(fixture->ended == 1);
}

static void answers_500_for_a_handler_that_gives_none(Fixture *fixture)
{
    fixture_start(fixture);
    Str answer = raw_talk(fixture, STR("GET /silent HTTP/1.1\r\n" HOST CLOSE "\r\n"));
    assert_has(answer, "HTTP/1.1 500 ");
    assert_has(answer, "{\"status\":500,");
}

static void refuses_to_send_a_field_that_would_split_the_head(Fixture *fixture)
{
    fixture_start(fixture);
    Str answer = raw_talk(fixture, STR("GET /split HTTP/1.1\r\n" HOST CLOSE "\r\n"));
    assert_has(answer, "HTTP/1.1 500 ");
    assert_has_not(answer, "Injected");
}

static void breaks_the_connection_of_an_answer_left_half(Fixture *fixture)
{
    fixture_start(fixture);
    Str answer = raw_talk(fixture, STR("GET /half HTTP/1.1\r\n" HOST CLOSE "\r\n"));
    assert_has_not(answer, "\r\n0\r\n\r\n");
    wait_for(fixture->ended == 1);
}

static void serves_a_unix_socket(Fixture *fixture)
{
    fixture_start(fixture);
    char path[] = "/tmp/net-test-XXXXXX";
    assert_non_null(mkdtemp(path));
    Address address = { .unix_path = arena_printf(fixture->arena, "%s/http.sock", path) };
    Error err = ERROR_INIT;
    assert_int_equal(http_server_listen(fixture->server, &address, &err), 0);
    Stream *stream;
    assert_int_equal(
        stream_connect(fixture->loop, &address, deadline_in_ms(5000), &stream, &err), 0
    );
    raw_send(stream, STR("GET /hello HTTP/1.1\r\n" HOST CLOSE "\r\n"));
    assert_has(raw_read_all(fixture, stream), "hello");
    stream_close(stream);
    http_server_free(fixture->server);
    fixture->server = NULL;
    assert_int_equal(rmdir(path), 0);
}

static void drain(void *arg)
{
    assert_int_equal(http_server_drain(arg, deadline_in_ms(10000)), 0);
}

static void drains_without_failing_a_request(Fixture *fixture)
{
    fixture_start(fixture);
    Stream *idle = raw_connect(fixture), *busy = raw_connect(fixture);
    raw_send(busy, STR("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 4\r\n\r\nab"));
    raw_send(idle, STR("GET /hello HTTP/1.1\r\n" HOST "\r\n"));
    raw_read_until(fixture, idle, STR("hello\n"), 1);
    wait_for(fixture->handled == 2);
    Fiber *drainer;
    assert_int_equal(fiber_spawn(fixture->loop, NULL, drain, fixture->server, &drainer), 0);
    fiber_yield();
    raw_send(idle, STR("GET /hello HTTP/1.1\r\n" HOST "\r\n"));
    assert_has(raw_read_all(fixture, idle), "Connection: close");
    raw_send(busy, STR("cd"));
    assert_has(raw_read_all(fixture, busy), "\r\n\r\nabcd");
    stream_close(idle);
    stream_close(busy);
    assert_int_equal(fiber_join(drainer), 0);
    assert_int_equal(http_server_stats(fixture->server)->connections, 0);
}

/* Connected and sent, as far as the kernel is concerned, before the server could accept. */
static void serves_what_waits_in_the_backlog_when_it_drains(Fixture *fixture)
{
    enum { COUNT = 150 };
    fixture_start(fixture);
    Stream *streams[COUNT];
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t) http_server_port(fixture->server, 0)),
        .sin_addr = { htonl(INADDR_LOOPBACK) },
    };
    for (int i = 0; i < COUNT; i++) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_int_equal(connect(fd, (struct sockaddr *) &address, sizeof(address)), 0);
        assert_int_equal(stream_from_fd(fixture->loop, fd, &streams[i], NULL), 0);
        stream_send(streams[i], STR("GET /hello HTTP/1.1\r\n" HOST "\r\n"));
    }
    assert_int_equal(fixture->handled, 0);
    assert_int_equal(http_server_drain(fixture->server, deadline_in_ms(10000)), 0);
    for (int i = 0; i < COUNT; i++) {
        assert_has(raw_read_all(fixture, streams[i]), "hello");
        stream_close(streams[i]);
    }
    assert_int_equal(fixture->handled, COUNT);
}

static void cuts_off_at_the_end_of_the_drain(Fixture *fixture)
{
    fixture_start(fixture);
    Stream *stream = raw_connect(fixture);
    raw_send(stream, STR("GET /wait HTTP/1.1\r\n" HOST "\r\n"));
    wait_for(fixture->handled == 1);
    assert_int_equal(http_server_drain(fixture->server, deadline_in_ms(20)), -ETIME);
    wait_for(fixture->canceled == 1);
    stream_close(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        net_test(answers_a_request),
        net_test(gives_target_query_and_fields),
        net_test(takes_an_absolute_target_over_the_host_field),
        net_test(keeps_the_connection_for_further_requests),
        net_test(answers_pipelined_requests_in_order),
        net_test(answers_thousands_of_pipelined_requests),
        net_test(takes_a_request_byte_by_byte),
        net_test(echoes_a_body_larger_than_its_buffers),
        net_test(answers_413_and_closes_when_the_body_is_too_large),
        net_test(answers_413_to_chunks_without_end),
        net_test(asks_for_the_body_where_the_client_waits_to_be_asked),
        net_test(closes_when_the_client_waits_and_the_handler_does_not_ask),
        net_test(skips_a_small_body_that_the_handler_left),
        net_test(sends_no_body_to_head),
        net_test(sends_no_length_with_204),
        net_test(streams_in_chunks_with_trailers),
        net_test(streams_to_http_1_0_until_the_end_of_the_connection),
        net_test(keeps_http_1_0_alive_on_request),
        net_test(parks_a_writer_until_the_client_reads),
        net_test(serves_pipelined_requests_as_fast_as_the_client_reads),
        net_test(cuts_off_a_client_that_reads_nothing),
        net_test(cancels_the_handler_when_the_client_leaves),
        net_test(answers_500_for_a_handler_that_gives_none),
        net_test(refuses_to_send_a_field_that_would_split_the_head),
        net_test(breaks_the_connection_of_an_answer_left_half),
        net_test(serves_a_unix_socket),
        net_test(drains_without_failing_a_request),
        net_test(serves_what_waits_in_the_backlog_when_it_drains),
        net_test(cuts_off_at_the_end_of_the_drain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
