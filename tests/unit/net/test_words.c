/* What needs no connection: fields, dates, URLs, gzip, event streams. */
#include "base/mem.h"
#include "net/gzip.h"
#include "net/sse.h"
#include "net/url.h"

#include "support.h"

static void finds_fields_without_case(Fixture *fixture)
{
    HttpHeaders headers = HTTP_HEADERS_ON_ARENA(fixture->arena);
    http_headers_add(&headers, STR("Accept"), STR("a"));
    http_headers_add(&headers, STR("X"), STR("1"));
    http_headers_add(&headers, STR("accept"), STR("b"));
    assert_str(http_headers_get(&headers, STR("ACCEPT")), "a");
    assert_int_equal(http_headers_count(&headers, STR("accept")), 2);
    assert_null(http_headers_get(&headers, STR("none")).ptr);
    http_headers_set(&headers, STR("Accept"), STR("c"));
    assert_int_equal(headers.len, 2);
    assert_str(headers.items[0].name, "X");
    http_headers_remove(&headers, STR("x"));
    assert_int_equal(headers.len, 1);
}

static void reads_lists_in_fields(Fixture *fixture)
{
    HttpHeaders headers = HTTP_HEADERS_ON_ARENA(fixture->arena);
    http_headers_add(&headers, STR("Connection"), STR("keep-alive, Upgrade;q=1"));
    assert_true(http_headers_list_has(&headers, STR("connection"), STR("upgrade")));
    assert_false(http_headers_list_has(&headers, STR("connection"), STR("grade")));
    const struct {
        const char *value;
        bool accepts;
    } cases[] = {
        { "gzip", true }, { "br, GZIP;q=0.5", true },   { "gzip;q=0", false },
        { "*", true },    { "gzip;q=0.000, *", false }, { "br;q=1, deflate", false },
        { "", false },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        http_headers_set(&headers, STR("Accept-Encoding"), str_from(cases[i].value));
        assert_int_equal(http_accepts_gzip(&headers), cases[i].accepts);
    }
    assert_str(http_media_type(STR(" application/json ; charset=utf-8")), "application/json");
}

static void writes_and_reads_dates(Fixture *fixture)
{
    int64_t utc_us;
    assert_true(http_date_parse(STR("Sun, 06 Nov 1994 08:49:37 GMT"), &utc_us));
    assert_int_equal(utc_us, 784111777 * US_PER_S);
    assert_str(http_date(fixture->arena, utc_us), "Sun, 06 Nov 1994 08:49:37 GMT");
    assert_true(http_date_parse(http_date_now(), &utc_us));
    assert_false(http_date_parse(STR("Sun, 06 Nov 1994 25:49:37 GMT"), &utc_us));
    assert_false(http_date_parse(STR("Sunday, 06-Nov-94 08:49:37 GMT"), &utc_us));
}

static void names_methods_and_statuses(Fixture *fixture)
{
    (void) fixture;
    assert_int_equal(http_method_parse(STR("DELETE")), HTTP_DELETE);
    assert_int_equal(http_method_parse(STR("delete")), HTTP_OTHER);
    assert_true(http_method_is_idempotent(HTTP_PUT));
    assert_false(http_method_is_idempotent(HTTP_POST));
    assert_str(http_status_text(404), "Not Found");
    assert_str(http_status_text(299), "");
}

static void takes_urls_apart(Fixture *fixture)
{
    (void) fixture;
    Url url;
    assert_int_equal(url_parse(STR("https://u:p@[::1]:8443/a/b?x=1#f"), &url, NULL), 0);
    assert_str(url.scheme, "https");
    assert_str(url.userinfo, "u:p");
    assert_str(url.host, "::1");
    assert_int_equal(url.port, 8443);
    assert_str(url.path, "/a/b");
    assert_str(url.query, "x=1");
    assert_str(url.fragment, "f");
    assert_int_equal(url_parse(STR("http://host?q"), &url, NULL), 0);
    assert_int_equal(url.port, 80);
    assert_false(url.has_port);
    assert_str(url.path, "");
    assert_str(url.query, "q");
    const char *bad[] = { "",
                          "host",
                          "http://",
                          "http:///x",
                          "://host",
                          "1http://h",
                          "http://h:99999/",
                          "http://h:x/",
                          "http://[::1",
                          "http://h /",
                          "http://h\x80/" };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_int_equal(url_parse(str_from(bad[i]), &url, NULL), -EINVAL);
    }
}

static void codes_and_decodes_percents(Fixture *fixture)
{
    Str text;
    assert_true(url_decode(fixture->arena, STR("a%20b+c%C3%A4"), false, &text));
    assert_str(text, "a b+c\xc3\xa4");
    assert_true(url_decode(fixture->arena, STR("a+b"), true, &text));
    assert_str(text, "a b");
    const Str bad[] = {
        STR_INIT("%"), STR_INIT("%4"), STR_INIT("%4x"), STR_INIT("a%zz"), STR_INIT("%00")
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_false(url_decode(fixture->arena, bad[i], false, &text));
    }
    StrBuf out = STRBUF_INIT;
    url_encode(&out, STR("/a b/\xc3\xa4~"), "/");
    assert_text(&out, "/a%20b/%C3%A4~");
}

static void walks_query_strings(Fixture *fixture)
{
    Str query = STR("a=1&&b=x%3Dy&c&a=2&=v"), name, value;
    const char *pairs[][2] = {
        { "a", "1" }, { "b", "x=y" }, { "c", "" }, { "a", "2" }, { "", "v" }
    };
    size_t i = 0;
    for (Str rest = query; url_query_next(fixture->arena, &rest, &name, &value); i++) {
        assert_str(name, pairs[i][0]);
        assert_str(value, pairs[i][1]);
    }
    assert_int_equal(i, ARRAY_LEN(pairs));
    assert_true(url_query_get(fixture->arena, query, STR("a"), &value));
    assert_str(value, "1");
    assert_false(url_query_get(fixture->arena, query, STR("z"), &value));
    StrBuf out = STRBUF_INIT;
    url_query_add(&out, STR("q"), STR("a&b"));
    url_query_add(&out, STR("r"), STR("1 2"));
    assert_text(&out, "q=a%26b&r=1%202");
}

static void compresses_and_bounds_what_comes_out(Fixture *fixture)
{
    StrBuf plain = STRBUF_ON_ARENA(fixture->arena), coded = STRBUF_ON_ARENA(fixture->arena);
    strbuf_add_repeat(&plain, 'z', 5 * 1000 * 1000);
    gzip_compress(&coded, strbuf_str(&plain), 0);
    assert_true(coded.len < 10 * 1000);
    StrBuf back = STRBUF_INIT;
    assert_int_equal(gzip_decompress(&back, strbuf_str(&coded), plain.len), 0);
    assert_true(str_eq(strbuf_str(&back), strbuf_str(&plain)));
    strbuf_clear(&back);
    assert_int_equal(gzip_decompress(&back, strbuf_str(&coded), 1000 * 1000), -EFBIG);
    strbuf_clear(&back);
    assert_int_equal(
        gzip_decompress(&back, str_slice(strbuf_str(&coded), 0, coded.len - 1), plain.len), -EBADMSG
    );
    assert_int_equal(gzip_decompress(&back, STR("nothing of it"), 1000), -EBADMSG);
    assert_int_equal(gzip_decompress(&back, STR(""), 1000), -EBADMSG);
    strbuf_done(&back);
}

static void reads_members_that_follow_each_other(Fixture *fixture)
{
    StrBuf coded = STRBUF_ON_ARENA(fixture->arena), back = STRBUF_INIT;
    gzip_compress(&coded, STR("one "), 9);
    gzip_compress(&coded, STR("two"), 1);
    assert_int_equal(gzip_decompress(&back, strbuf_str(&coded), 100), 0);
    assert_text(&back, "one two");
}

static void writes_events(Fixture *fixture)
{
    (void) fixture;
    StrBuf out = STRBUF_INIT;
    sse_add(
        &out, &(SseEvent) { .event = STR("tick\ndata: x"), .id = STR("7"), .data = STR("a\nb\n") }
    );
    assert_text(&out, "event: tickdata: x\nid: 7\ndata: a\ndata: b\ndata: \n\n");
}

static void reads_events_however_they_are_cut(Fixture *fixture)
{
    static const Str stream = STR_INIT("\xef\xbb\xbf: comment\r\ndata: a\r\ndata:b\r\nid: 7\r\n\r\n"
                                       "event: none\n\n"
                                       "event: tick\rretry: 250\rdata\r\r"
                                       "data:  two\nid\n\n"
                                       "data: unfinished\n");
    for (size_t piece = 1; piece < stream.len; piece++) {
        SseParser parser;
        StrBuf got = STRBUF_ON_ARENA(fixture->arena);
        sse_parser_init(&parser, 0);
        for (size_t at = 0; at < stream.len; at += piece) {
            Str input = str_slice(stream, at, at + piece);
            SseEvent event;
            while (sse_parser_next(&parser, &input, &event) == 1) {
                strbuf_addf(
                    &got,
                    "[%" STR_FMT "|%" STR_FMT "|%" STR_FMT "]",
                    STR_ARG(event.event),
                    STR_ARG(event.id),
                    STR_ARG(event.data)
                );
            }
        }
        assert_str(strbuf_str(&got), "[|7|a\nb][tick|7|][|| two]");
        assert_int_equal(parser.retry_ms, 250);
        sse_parser_done(&parser);
    }
}

static void bounds_an_event(Fixture *fixture)
{
    SseParser parser;
    SseEvent event;
    StrBuf text = STRBUF_ON_ARENA(fixture->arena);
    sse_parser_init(&parser, 1000);
    strbuf_add_repeat(&text, 'x', 2000);
    Str input = strbuf_str(&text);
    assert_int_equal(sse_parser_next(&parser, &input, &event), -EMSGSIZE);
    sse_parser_done(&parser);
}

static void send_ticks(HttpExchange *exchange, void *arg)
{
    Fixture *fixture = arg;
    sse_start(exchange);
    sse_send(exchange, &(SseEvent) { .id = STR("1"), .data = STR("first") });
    fixture->handled++;
    while (fiber_sleep_ms(1000) == 0) {
        sse_ping(exchange);
    }
    sse_send(exchange, &(SseEvent) { .event = STR("end") });
    http_respond_end(exchange, NULL);
    fixture->ended++;
}

static void drain(void *arg)
{
    assert_int_equal(http_server_drain(arg, deadline_in_ms(10000)), 0);
}

static void ends_an_event_stream_when_the_server_drains(Fixture *fixture)
{
    fixture->options.handler = send_ticks;
    fixture->options.arg = fixture;
    fixture_start(fixture);
    Stream *stream = raw_connect(fixture);
    raw_send(stream, STR("GET / HTTP/1.1\r\nHost: test\r\n\r\n"));
    Str head = raw_read_until(fixture, stream, STR("data: first\n\n"), 1);
    assert_has(head, "Content-Type: text/event-stream\r\n");
    Fiber *drainer;
    assert_int_equal(fiber_spawn(fixture->loop, NULL, drain, fixture->server, &drainer), 0);
    Str rest = raw_read_all(fixture, stream);
    assert_has(rest, "event: end\n");
    assert_true(str_has_suffix(rest, STR("\r\n0\r\n\r\n")));
    stream_close(stream);
    fiber_join(drainer);
    assert_int_equal(fixture->ended, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        net_test(finds_fields_without_case),
        net_test(reads_lists_in_fields),
        net_test(writes_and_reads_dates),
        net_test(names_methods_and_statuses),
        net_test(takes_urls_apart),
        net_test(codes_and_decodes_percents),
        net_test(walks_query_strings),
        net_test(compresses_and_bounds_what_comes_out),
        net_test(reads_members_that_follow_each_other),
        net_test(writes_events),
        net_test(reads_events_however_they_are_cut),
        net_test(bounds_an_event),
        net_test(ends_an_event_stream_when_the_server_drains),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
