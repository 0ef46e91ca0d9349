/* HTTP/1 in bad faith: every shape is answered as it must be, in bounded memory, and the next
 * client is served. */
#include "base/mem.h"

#include "support.h"

#define HOST "Host: test\r\n"

static void check_serves_others(Fixture *fixture)
{
    Str answer = raw_talk(fixture, STR("GET /hello HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n"));
    assert_has(answer, "\r\n\r\nhello\n");
}

/* Sends it with a second request behind, which must never be reached. */
static void check_refused(Fixture *fixture, Str attack, int status)
{
    int before = fixture->handled;
    Str request = str_concat(fixture->arena, attack, STR("GET /smuggled HTTP/1.1\r\n" HOST "\r\n"));
    Stream *stream = raw_connect(fixture);
    raw_send(stream, request);
    Str answer = raw_read_all(fixture, stream);
    stream_close(stream);
    const char *expected = arena_printf(fixture->arena, "HTTP/1.1 %d ", status);
    if (!str_has_prefix(answer, str_from(expected)) || count_of(answer, "HTTP/1.1") != 1) {
        fail_msg(
            "want %d for:\n%" STR_FMT "\ngot:\n%" STR_FMT, status, STR_ARG(attack), STR_ARG(answer)
        );
    }
    assert_has(answer, "Connection: close\r\n");
    assert_has(answer, "{\"status\":");
    assert_int_equal(fixture->last_error, status);
    assert_int_equal(fixture->handled, before);
}

static const Str smuggling_shapes[] = {
    /* two lengths, or a length and chunks */
    STR_INIT("POST / HTTP/1.1\r\n" HOST
             "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    STR_INIT("POST / HTTP/1.1\r\n" HOST
             "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"),
    STR_INIT("POST / HTTP/1.1\r\n" HOST "Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd"),
    STR_INIT("POST / HTTP/1.1\r\n" HOST "Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd"),
    STR_INIT("POST / HTTP/1.1\r\n" HOST "Content-Length: 4, 4\r\n\r\nabcd"),
    STR_INIT("POST / HTTP/1.1\r\n" HOST "Content-Length: +4\r\n\r\nabcd"),
    STR_INIT("POST / HTTP/1.1\r\n" HOST "Content-Length: -4\r\n\r\nabcd"),
    STR_INIT("POST / HTTP/1.1\r\n" HOST "Content-Length: 4 4\r\n\r\nabcd"),
    STR_INIT("POST / HTTP/1.1\r\n" HOST "Content-Length: 0x4\r\n\r\nabcd"),
    STR_INIT("POST / HTTP/1.1\r\n" HOST "Content-Length: 99999999999999999999999\r\n\r\nabcd"),
    STR_INIT("POST / HTTP/1.1\r\n" HOST "Content-Length : 4\r\n\r\nabcd"),
    STR_INIT("POST / HTTP/1.1\r\n" HOST " Content-Length: 4\r\n\r\nabcd"),
    /* codings that a proxy may read differently */
    STR_INIT("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: identity\r\n\r\n"),
    STR_INIT("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    STR_INIT("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
    STR_INIT("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
    STR_INIT("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
    STR_INIT("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: \x0b"
             "chunked\r\n\r\n0\r\n\r\n"),
    STR_INIT("POST / HTTP/1.1\r\n" HOST
             "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n"),
    STR_INIT("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
    STR_INIT("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding\r\n : chunked\r\n\r\n0\r\n\r\n"),
    STR_INIT("POST / HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    /* ends of lines */
    STR_INIT("GET / HTTP/1.1\n" HOST "\r\n"),
    STR_INIT("GET / HTTP/1.1\r\nHost: test\n\r\n"),
    STR_INIT("GET / HTTP/1.1\r\nHost: test\r\n\n"),
    STR_INIT("GET / HTTP/1.1\r\nHost: test\r\r\n\r\n"),
    STR_INIT("GET / HTTP/1.1\r\n" HOST "X: a\r\n folded\r\n\r\n"),
    STR_INIT("GET / HTTP/1.1\r\n" HOST "X: a\r\n\tfolded\r\n\r\n"),
    STR_INIT("GET / HTTP/1.1\r\n" HOST "X: a\rY: b\r\n\r\n"),
    STR_INIT("GET / HTTP/1.1\r\n" HOST "X: a\0b\r\n\r\n"),
    /* chunks */
    STR_INIT("POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n2\nab\r\n0\r\n\r\n"),
    STR_INIT("POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n2;a\nab\r\n0\r\n\r\n"
    ),
    STR_INIT("POST /echo HTTP/1.1\r\n" HOST
             "Transfer-Encoding: chunked\r\n\r\n2;\0\r\nab\r\n0\r\n\r\n"),
    STR_INIT("POST /echo HTTP/1.1\r\n" HOST
             "Transfer-Encoding: chunked\r\n\r\n2 ;a=b\r\nab\r\n0\r\n\r\n"),
    STR_INIT("POST /echo HTTP/1.1\r\n" HOST
             "Transfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n0\r\n\r\n"),
    STR_INIT("POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n2\r\nab\n0\r\n\r\n"),
    STR_INIT("POST /echo HTTP/1.1\r\n" HOST
             "Transfer-Encoding: chunked\r\n\r\n-2\r\nab\r\n0\r\n\r\n"),
    STR_INIT("POST /echo HTTP/1.1\r\n" HOST
             "Transfer-Encoding: chunked\r\n\r\n0x2\r\nab\r\n0\r\n\r\n"),
    STR_INIT("POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n\r\nab\r\n0\r\n\r\n"
    ),
    STR_INIT("POST /echo HTTP/1.1\r\n" HOST
             "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nab"),
    STR_INIT("POST /echo HTTP/1.1\r\n" HOST
             "Transfer-Encoding: chunked\r\n\r\n0\r\nX: a\nY: b\r\n\r\n"),
    STR_INIT("POST /echo HTTP/1.1\r\n" HOST
             "Transfer-Encoding: chunked\r\n\r\n0\r\nX: a\r\n folded\r\n\r\n"),
    /* hosts and targets */
    STR_INIT("GET / HTTP/1.1\r\n\r\n"),
    STR_INIT("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
    STR_INIT("GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"),
    STR_INIT("GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
    STR_INIT("GET /a b HTTP/1.1\r\n" HOST "\r\n"),
    STR_INIT("GET /a#b HTTP/1.1\r\n" HOST "\r\n"),
    STR_INIT("GET a HTTP/1.1\r\n" HOST "\r\n"),
    STR_INIT("GET * HTTP/1.1\r\n" HOST "\r\n"),
    STR_INIT("GET ftp://a/ HTTP/1.1\r\n" HOST "\r\n"),
    STR_INIT("GET /\x01 HTTP/1.1\r\n" HOST "\r\n"),
    /* names */
    STR_INIT("GET / HTTP/1.1\r\n" HOST "X(y): a\r\n\r\n"),
    STR_INIT("GET / HTTP/1.1\r\n" HOST ": a\r\n\r\n"),
    STR_INIT("GET / HTTP/1.1\r\n" HOST "X\r\n\r\n"),
    STR_INIT("G@T / HTTP/1.1\r\n" HOST "\r\n"),
    STR_INIT("get / HTTP/1.1\r\n" HOST "\r\n"),
};

static void refuses_smuggling_shapes(Fixture *fixture)
{
    fixture_start(fixture);
    for (size_t i = 0; i < ARRAY_LEN(smuggling_shapes); i++) {
        check_refused(fixture, smuggling_shapes[i], 400);
    }
    check_serves_others(fixture);
}

static void answers_each_bound_with_its_status(Fixture *fixture)
{
    static const struct {
        Str request;
        int status;
    } cases[] = {
        { STR_INIT("GET / HTTP/2.0\r\n" HOST "\r\n"), 505 },
        { STR_INIT("GET / HTTP/1.2\r\n" HOST "\r\n"), 505 },
        { STR_INIT("GET / HTTP/0.9\r\n" HOST "\r\n"), 505 },
        { STR_INIT("CONNECT test:1 HTTP/1.1\r\n" HOST "\r\n"), 501 },
        { STR_INIT("GET / HTTP/1.1\r\n" HOST "Expect: the unexpected\r\n\r\n"), 417 },
        { STR_INIT("POST / HTTP/1.1\r\n" HOST "Content-Length: 9999999999999999999\r\n\r\n"), 413 },
    };
    fixture_start(fixture);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        check_refused(fixture, cases[i].request, cases[i].status);
    }
    check_serves_others(fixture);
}

static void check_refused_long(
    Fixture *fixture, const char *before, size_t count, const char *repeat, int status
)
{
    StrBuf request = STRBUF_ON_ARENA(fixture->arena);
    strbuf_add_cstr(&request, before);
    for (size_t i = 0; i < count; i++) {
        strbuf_add_cstr(&request, repeat);
    }
    check_refused(fixture, strbuf_str(&request), status);
}

static void bounds_the_head(Fixture *fixture)
{
    fixture_start(fixture);
    check_refused_long(fixture, "GET /", 25000, "a", 414);
    check_refused_long(fixture, "GET / HTTP/1.1\r\n" HOST "X: ", 25000, "a", 431);
    check_refused_long(fixture, "GET / HTTP/1.1\r\n" HOST, 25000, "a", 431);
    check_refused_long(fixture, "GET / HTTP/1.1\r\n" HOST, 101, "a: b\r\n", 431);
    check_refused_long(fixture, "GET / HTTP/1.1\r\n" HOST, 100 * 1000, "a: b\r\n", 431);
    check_serves_others(fixture);
}

static void bounds_what_surrounds_the_chunks(Fixture *fixture)
{
#define CHUNKED "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
    fixture_start(fixture);
    StrBuf extensions = STRBUF_ON_ARENA(fixture->arena), trailers = STRBUF_ON_ARENA(fixture->arena);
    strbuf_add_cstr(&extensions, CHUNKED);
    for (int i = 0; i < 10 * 1000; i++) {
        strbuf_add_cstr(&extensions, "1;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\nx\r\n");
    }
    assert_has(raw_talk(fixture, strbuf_str(&extensions)), "HTTP/1.1 400 ");
    strbuf_add_cstr(&trailers, CHUNKED "0\r\nX: ");
    strbuf_add_repeat(&trailers, 'x', 100 * 1000);
    assert_has(raw_talk(fixture, strbuf_str(&trailers)), "HTTP/1.1 4");
    check_serves_others(fixture);
}

static void ends_a_head_that_drips(Fixture *fixture)
{
    fixture->options.header_timeout_ms = 60;
    fixture_start(fixture);
    Stream *slow = raw_connect(fixture);
    raw_send(slow, STR("GET / HTTP/1.1\r\nHost: te"));
    check_serves_others(fixture);
    Str answer = raw_read_all(fixture, slow);
    stream_close(slow);
    assert_has(answer, "HTTP/1.1 408 ");
    Stream *preface = raw_connect(fixture);
    raw_send(preface, STR("PRI * HTTP/2.0"));
    assert_int_equal(raw_read_all(fixture, preface).len, 0);
    stream_close(preface);
    assert_true(http_server_stats(fixture->server)->timeouts_total >= 1);
}

static void ends_a_body_that_drips(Fixture *fixture)
{
    fixture->options.body_timeout_ms = 60;
    fixture_start(fixture);
    Stream *slow = raw_connect(fixture);
    raw_send(slow, STR("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 100\r\n\r\nab"));
    check_serves_others(fixture);
    Str answer = raw_read_all(fixture, slow);
    stream_close(slow);
    assert_has(answer, "HTTP/1.1 408 ");
    assert_has(answer, "Connection: close");
}

static void closes_connections_that_say_nothing(Fixture *fixture)
{
    fixture->options.idle_timeout_ms = 40;
    fixture_start(fixture);
    Stream *silent = raw_connect(fixture), *kept = raw_connect(fixture);
    raw_send(kept, STR("GET /hello HTTP/1.1\r\n" HOST "\r\n"));
    assert_int_equal(raw_read_all(fixture, silent).len, 0);
    assert_has(raw_read_all(fixture, kept), "hello");
    stream_close(silent);
    stream_close(kept);
    wait_for(http_server_stats(fixture->server)->connections == 0);
}

static void sheds_connections_past_the_bound(Fixture *fixture)
{
    enum { COUNT = 8 };
    fixture->options.max_connections = COUNT;
    fixture_start(fixture);
    Stream *held[COUNT];
    for (int i = 0; i < COUNT; i++) {
        held[i] = raw_connect(fixture);
        raw_send(held[i], STR("GET /hello HTTP/1.1\r\n"));
    }
    wait_for(http_server_stats(fixture->server)->connections == COUNT);
    Str answer = raw_talk(fixture, STR("GET /hello HTTP/1.1\r\n" HOST "\r\n"));
    assert_has(answer, "HTTP/1.1 503 ");
    assert_has(answer, "Retry-After: 1\r\n");
    for (int i = 0; i < COUNT; i++) {
        stream_close(held[i]);
    }
    wait_for(http_server_stats(fixture->server)->connections == 0);
    check_serves_others(fixture);
}

static bool is_served(Fixture *fixture)
{
    Str request = STR("GET /hello HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n");
    return str_find(raw_talk(fixture, request), STR("hello\n")) != STR_NONE;
}

static void lets_the_longest_idle_connection_make_room(Fixture *fixture)
{
    enum { COUNT = 8 };
    fixture->options.max_connections = COUNT;
    fixture_start(fixture);
    Stream *idle[COUNT];
    for (int i = 0; i < COUNT; i++) {
        idle[i] = raw_connect(fixture);
        raw_send(idle[i], i % 2 ? STR("GET /hello HTTP/1.1\r\n" HOST "\r\n") : STR(""));
    }
    wait_for(http_server_stats(fixture->server)->connections == COUNT);
    wait_for(is_served(fixture));
    assert_int_equal(raw_read_all(fixture, idle[0]).len, 0);
    for (int i = 0; i < COUNT; i++) {
        stream_close(idle[i]);
    }
    wait_for(http_server_stats(fixture->server)->connections == 0);
}

static void sheds_requests_past_the_bound_and_recovers(Fixture *fixture)
{
    enum { COUNT = 4 };
    fixture->options.max_requests = COUNT;
    fixture_start(fixture);
    Stream *waiting[COUNT];
    for (int i = 0; i < COUNT; i++) {
        waiting[i] = raw_connect(fixture);
        raw_send(waiting[i], STR("GET /wait HTTP/1.1\r\n" HOST "\r\n"));
    }
    wait_for(fixture->handled == COUNT);
    Stream *stream = raw_connect(fixture);
    for (int i = 0; i < 3; i++) {
        raw_send(stream, STR("GET /hello HTTP/1.1\r\n" HOST "\r\n"));
        Str answer = raw_read_until(fixture, stream, STR("}"), 1);
        assert_has(answer, "HTTP/1.1 503 ");
        assert_has(answer, "Retry-After: 1\r\n");
    }
    for (int i = 0; i < COUNT; i++) {
        stream_close(waiting[i]);
    }
    wait_for(fixture->canceled == COUNT);
    raw_send(stream, STR("GET /hello HTTP/1.1\r\n" HOST "\r\n"));
    assert_has(raw_read_until(fixture, stream, STR("hello\n"), 1), "200 OK");
    stream_close(stream);
    assert_int_equal(http_server_stats(fixture->server)->shed_total, 3);
}

/* Bodies that stop half way, each well within its own bound. */
static void sheds_when_the_bodies_in_hand_hold_too_much(Fixture *fixture)
{
    enum { COUNT = 6, HALF = 200 * 1000, ROOM = 1000 * 1000 };
    fixture->options.max_memory_bytes = ROOM;
    fixture_start(fixture);
    StrBuf half = STRBUF_ON_ARENA(fixture->arena);
    strbuf_addf(&half, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: %d\r\n\r\n", 2 * HALF);
    strbuf_add_repeat(&half, 'x', HALF);
    Stream *held[COUNT];
    for (int i = 0; i < COUNT; i++) {
        held[i] = raw_connect(fixture);
        stream_send(held[i], strbuf_str(&half));
    }
    wait_for(http_server_stats(fixture->server)->shed_total > 0);
    assert_true(http_server_stats(fixture->server)->memory_bytes < 2 * ROOM);
    for (int i = 0; i < COUNT; i++) {
        stream_close(held[i]);
    }
    wait_for(http_server_stats(fixture->server)->requests == 0);
    assert_int_equal(http_server_stats(fixture->server)->memory_bytes, 0);
    check_serves_others(fixture);
}

static void sheds_when_fibers_run_out(Fixture *fixture)
{
    fixture_start(fixture);
    fiber_set_limit(fixture->loop, fiber_count(fixture->loop));
    Str answer = raw_talk(fixture, STR("GET /hello HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n"));
    assert_has(answer, "HTTP/1.1 503 ");
    fiber_set_limit(fixture->loop, 0);
    check_serves_others(fixture);
}

static void send_all(void *arg)
{
    void **args = arg;
    raw_send(args[0], strbuf_str(args[1]));
}

static void sheds_a_pipeline_without_recursion(Fixture *fixture)
{
    enum { COUNT = 10 * 1000 };
    fixture_start(fixture);
    StrBuf all = STRBUF_ON_ARENA(fixture->arena);
    for (int i = 0; i < COUNT; i++) {
        strbuf_add(&all, STR("GET /hello HTTP/1.1\r\n" HOST "\r\n"));
    }
    Stream *stream = raw_connect(fixture);
    void *args[] = { stream, &all };
    Fiber *sender;
    assert_int_equal(fiber_spawn(fixture->loop, NULL, send_all, args, &sender), 0);
    fiber_set_limit(fixture->loop, 1);
    size_t answers = 0;
    while (answers < COUNT) {
        char piece[4 * 1024];
        ssize_t size = stream_read(stream, piece, sizeof(piece));
        assert_true(size > 0);
        answers += count_of(str_make(piece, (size_t) size), "}");
    }
    fiber_join(sender);
    stream_close(stream);
    fiber_set_limit(fixture->loop, 0);
    check_serves_others(fixture);
}

static void holds_back_a_pipeline_behind_a_waiting_request(Fixture *fixture)
{
    enum { PIECES = 4000 };
    fixture_start(fixture);
    Stream *stream = raw_connect(fixture);
    raw_send(stream, STR("GET /wait HTTP/1.1\r\n" HOST "\r\n"));
    char *piece = arena_alloc(fixture->arena, 4096);
    memset(piece, 'x', 4096);
    int sent = 0;
    while (sent < PIECES && stream_send(stream, str_make(piece, 4096)) == 0) {
        fiber_yield();
        sent++;
    }
    assert_true(sent < PIECES);
    check_serves_others(fixture);
    assert_int_equal(http_server_stats(fixture->server)->requests, 1);
    stream_close(stream);
}

static void survives_every_cut_of_a_request(Fixture *fixture)
{
    fixture_start(fixture);
    Str request = STR("POST /echo HTTP/1.1\r\n" HOST
                      "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "3\r\nabc\r\n0\r\nT: u\r\n\r\n");
    for (size_t cut = 0; cut <= request.len; cut++) {
        Stream *stream = raw_connect(fixture);
        raw_send(stream, str_slice(request, 0, cut));
        stream_shutdown(stream);
        raw_read_all(fixture, stream);
        stream_close(stream);
    }
    wait_for(http_server_stats(fixture->server)->connections == 0);
    check_serves_others(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        net_test(refuses_smuggling_shapes),
        net_test(answers_each_bound_with_its_status),
        net_test(bounds_the_head),
        net_test(bounds_what_surrounds_the_chunks),
        net_test(ends_a_head_that_drips),
        net_test(ends_a_body_that_drips),
        net_test(closes_connections_that_say_nothing),
        net_test(sheds_connections_past_the_bound),
        net_test(lets_the_longest_idle_connection_make_room),
        net_test(sheds_requests_past_the_bound_and_recovers),
        net_test(sheds_when_the_bodies_in_hand_hold_too_much),
        net_test(sheds_when_fibers_run_out),
        net_test(sheds_a_pipeline_without_recursion),
        net_test(holds_back_a_pipeline_behind_a_waiting_request),
        net_test(survives_every_cut_of_a_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
