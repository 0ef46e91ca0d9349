/* HTTP/2 in bad faith, frame by frame: ended in bounded memory and time, while others are served. */
#include "base/mem.h"
#include "net/http_client.h"

#include "support.h"

enum {
    DATA = 0,
    HEADERS = 1,
    PRIORITY = 2,
    RST_STREAM = 3,
    SETTINGS = 4,
    PING = 6,
    GOAWAY = 7,
    WINDOW_UPDATE = 8,
    CONTINUATION = 9,
};
enum { END_STREAM = 1, ACK = 1, END_HEADERS = 4 };
enum { NO_ERROR = 0, PROTOCOL_ERROR = 1, REFUSED_STREAM = 7, CANCEL = 8, ENHANCE_YOUR_CALM = 11 };

static const Str preface = STR_INIT("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

static void add_uint32(StrBuf *out, uint32_t value)
{
    const char bytes[] = {
        (char) (value >> 24), (char) (value >> 16), (char) (value >> 8), (char) value
    };
    strbuf_add_bytes(out, bytes, sizeof(bytes));
}

static void add_frame(StrBuf *out, int type, int flags, uint32_t stream, Str payload)
{
    const char head[] = { (char) (payload.len >> 16),
                          (char) (payload.len >> 8),
                          (char) payload.len,
                          (char) type,
                          (char) flags };
    strbuf_add_bytes(out, head, sizeof(head));
    add_uint32(out, stream);
    strbuf_add(out, payload);
}

/* RFC 7541: GET, http and :authority by the static table, the path literally. */
static Str head_block(Arena *arena, const char *path)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    strbuf_add(&out, STR("\x82\x86\x41\x04test\x04"));
    strbuf_add_char(&out, (char) strlen(path));
    strbuf_add_cstr(&out, path);
    return strbuf_str(&out);
}

static void add_get(Fixture *fixture, StrBuf *out, uint32_t stream, const char *path)
{
    add_frame(out, HEADERS, END_STREAM | END_HEADERS, stream, head_block(fixture->arena, path));
}

static StrBuf begin(Fixture *fixture)
{
    StrBuf out = STRBUF_ON_ARENA(fixture->arena);
    strbuf_add(&out, preface);
    add_frame(&out, SETTINGS, 0, 0, STR(""));
    return out;
}

typedef struct Frames {
    int count[256];
    uint32_t goaway_code; /* of the last one */
    uint32_t reset_code;
    uint32_t reset_stream;
} Frames;

static uint32_t uint32_at(Str data, size_t at)
{
    const unsigned char *b = (const unsigned char *) data.ptr + at;
    return (uint32_t) b[0] << 24 | (uint32_t) b[1] << 16 | (uint32_t) b[2] << 8 | b[3];
}

static Frames parse_frames(Str data)
{
    Frames frames = { 0 };
    while (data.len >= 9) {
        size_t size = uint32_at(data, 0) >> 8;
        uint8_t type = (uint8_t) data.ptr[3];
        Str payload = str_slice(data, 9, 9 + size);
        frames.count[type]++;
        if (type == GOAWAY && payload.len >= 8) {
            frames.goaway_code = uint32_at(payload, 4);
        } else if (type == RST_STREAM && payload.len >= 4) {
            frames.reset_code = uint32_at(payload, 0);
            frames.reset_stream = uint32_at(data, 5);
        }
        data = str_skip(data, 9 + size);
    }
    return frames;
}

static void check_serves_others(Fixture *fixture)
{
    HttpClient *client = NULL;
    HttpClientOptions options = { .http2 = true };
    assert_int_equal(http_client_new(fixture->loop, &options, &client, NULL), 0);
    HttpRequest request = {
        .url = str_printf(
            fixture->arena, "http://127.0.0.1:%d/hello", http_server_port(fixture->server, 0)
        )
    };
    HttpResponse response;
    Error err = ERROR_INIT;
    if (http_fetch(client, &request, fixture->arena, &response, &err) < 0) {
        fail_msg("%s", err.message);
    }
    assert_str(response.body, "hello\n");
    http_client_free(client);
}

/* Sends it all, whatever comes back; then what came back, up to the server's close. */
static Frames attack(Fixture *fixture, StrBuf *bytes)
{
    Stream *stream = raw_connect(fixture);
    raw_send(stream, strbuf_str(bytes));
    Frames frames = parse_frames(raw_read_all(fixture, stream));
    stream_close(stream);
    check_serves_others(fixture);
    return frames;
}

static void answers_frames_made_by_hand(Fixture *fixture)
{
    fixture_start(fixture);
    StrBuf out = begin(fixture);
    add_get(fixture, &out, 1, "/hello");
    Stream *stream = raw_connect(fixture);
    for (size_t i = 0; i < out.len; i++) {
        raw_send(stream, str_slice(strbuf_str(&out), i, i + 1));
        fiber_yield();
    }
    raw_read_until(fixture, stream, STR("hello\n"), 1);
    stream_close(stream);
}

static void ends_a_rapid_reset(Fixture *fixture)
{
    enum { COUNT = 5000 };
    fixture_start(fixture);
    StrBuf out = begin(fixture);
    for (uint32_t i = 0; i < COUNT; i++) {
        add_get(fixture, &out, i * 2 + 1, "/wait");
        add_frame(&out, RST_STREAM, 0, i * 2 + 1, STR("\0\0\0\x08"));
    }
    Frames frames = attack(fixture, &out);
    assert_int_equal(frames.count[GOAWAY], 1);
    assert_int_equal(frames.goaway_code, ENHANCE_YOUR_CALM);
    assert_true(http_server_stats(fixture->server)->requests_total < 1000);
    assert_true(http_server_stats(fixture->server)->floods_total == 1);
    wait_for(http_server_stats(fixture->server)->requests == 0);
}

static void check_flood(Fixture *fixture, int type, int flags, uint32_t stream, Str payload)
{
    enum { COUNT = 20 * 1000 };
    StrBuf out = begin(fixture);
    add_get(fixture, &out, 1, "/wait");
    for (int i = 0; i < COUNT; i++) {
        add_frame(&out, type, flags, stream, payload);
    }
    uint64_t before = http_server_stats(fixture->server)->floods_total;
    Frames frames = attack(fixture, &out);
    assert_int_equal(frames.goaway_code, ENHANCE_YOUR_CALM);
    assert_true(http_server_stats(fixture->server)->floods_total > before);
}

static void ends_floods_of_frames_that_do_nothing(Fixture *fixture)
{
    fixture_start(fixture);
    check_flood(fixture, PING, 0, 0, STR("12345678"));
    check_flood(fixture, PING, ACK, 0, STR("12345678"));
    check_flood(fixture, SETTINGS, 0, 0, STR(""));
    check_flood(fixture, SETTINGS, 0, 0, STR("\0\4\0\0\x40\0"));
    check_flood(fixture, PRIORITY, 0, 1, STR("\0\0\0\0\x10"));
}

static void ends_a_flood_of_empty_data(Fixture *fixture)
{
    enum { COUNT = 20 * 1000 };
    fixture_start(fixture);
    StrBuf out = begin(fixture);
    StrBuf block = STRBUF_ON_ARENA(fixture->arena);
    strbuf_add(&block, STR("\x83\x86\x41\x04test\x04\x05/echo"));
    add_frame(&out, HEADERS, END_HEADERS, 1, strbuf_str(&block));
    for (int i = 0; i < COUNT; i++) {
        add_frame(&out, DATA, 0, 1, STR(""));
    }
    assert_int_equal(attack(fixture, &out).goaway_code, ENHANCE_YOUR_CALM);
}

static void ends_a_flood_of_continuations(Fixture *fixture)
{
    fixture_start(fixture);
    StrBuf out = begin(fixture);
    add_frame(&out, HEADERS, END_STREAM, 1, head_block(fixture->arena, "/hello"));
    for (int i = 0; i < 10 * 1000; i++) {
        add_frame(
            &out,
            CONTINUATION,
            0,
            1,
            STR("\x0f\x0d\x01"
                "1")
        );
    }
    Frames frames = attack(fixture, &out);
    assert_int_equal(frames.count[GOAWAY], 1);
    assert_int_equal(fixture->handled, 1);
}

/* A field of 4,000 bytes put into the table once and named thousands of times. */
static void ends_an_hpack_bomb(Fixture *fixture)
{
    fixture_start(fixture);
    StrBuf out = begin(fixture), block = STRBUF_ON_ARENA(fixture->arena);
    strbuf_add(&block, head_block(fixture->arena, "/hello"));
    strbuf_add(&block, STR("\x40\x01x\x7f\xa1\x1e"));
    strbuf_add_repeat(&block, 'y', 4000);
    strbuf_add_repeat(&block, (char) 0xbe, 10 * 1000);
    add_frame(&out, HEADERS, END_STREAM | END_HEADERS, 1, strbuf_str(&block));
    add_get(fixture, &out, 3, "/hello");
    Stream *stream = raw_connect(fixture);
    raw_send(stream, strbuf_str(&out));
    Str answer = raw_read_until(fixture, stream, STR("hello\n"), 1);
    stream_close(stream);
    Frames frames = parse_frames(answer);
    assert_int_equal(frames.reset_stream, 1);
    assert_int_equal(fixture->handled, 1);
    check_serves_others(fixture);
}

static void answers_431_for_fields_too_large(Fixture *fixture)
{
    fixture_start(fixture);
    HttpClient *client = NULL;
    HttpClientOptions options = { .http2 = true };
    assert_int_equal(http_client_new(fixture->loop, &options, &client, NULL), 0);
    HttpHeaders headers = HTTP_HEADERS_ON_ARENA(fixture->arena);
    for (int i = 0; i < 20; i++) {
        char *value = arena_alloc(fixture->arena, 1000);
        memset(value, 'v', 1000);
        http_headers_add(&headers, str_printf(fixture->arena, "x-%d", i), str_make(value, 1000));
    }
    HttpRequest request = {
        .url = str_printf(
            fixture->arena, "http://127.0.0.1:%d/hello", http_server_port(fixture->server, 0)
        ),
        .headers = &headers,
    };
    HttpResponse response = { 0 };
    Error err = ERROR_INIT;
    if (http_fetch(client, &request, fixture->arena, &response, &err) < 0) {
        fail_msg("%s", err.message);
    }
    assert_int_equal(response.status, 431);
    assert_int_equal(fixture->handled, 0);
    headers.len = 0;
    request.headers = NULL;
    assert_int_equal(http_fetch(client, &request, fixture->arena, &response, &err), 0);
    assert_int_equal(response.status, 200);
    http_client_free(client);
}

static void resets_streams_whose_window_stays_shut(Fixture *fixture)
{
    fixture->options.write_timeout_ms = 60;
    fixture_start(fixture);
    StrBuf out = STRBUF_ON_ARENA(fixture->arena);
    strbuf_add(&out, preface);
    add_frame(&out, SETTINGS, 0, 0, STR("\0\4\0\0\0\0")); /* INITIAL_WINDOW_SIZE 0 */
    add_get(fixture, &out, 1, "/megabytes");
    add_get(fixture, &out, 3, "/hello");
    Stream *stream = raw_connect(fixture);
    raw_send(stream, strbuf_str(&out));
    wait_for(fixture->ended == 2);
    wait_for(http_server_stats(fixture->server)->timeouts_total == 2);
    stream_close(stream);
    check_serves_others(fixture);
}

/* Each answer that waits holds memory: they count as requests, and refusals are bounded in turn. */
static void bounds_answers_that_wait_for_shut_windows(Fixture *fixture)
{
    enum { MOST = 4, COUNT = 3 * MOST };
    fixture->options.max_requests = MOST;
    fixture->options.write_timeout_ms = 200;
    fixture_start(fixture);
    StrBuf out = STRBUF_ON_ARENA(fixture->arena);
    strbuf_add(&out, preface);
    add_frame(&out, SETTINGS, 0, 0, STR("\0\4\0\0\0\0")); /* INITIAL_WINDOW_SIZE 0 */
    for (uint32_t i = 0; i < COUNT; i++) {
        add_get(fixture, &out, i * 2 + 1, "/hello");
    }
    Stream *stream = raw_connect(fixture);
    raw_send(stream, strbuf_str(&out));
    Frames frames = parse_frames(raw_read_until(fixture, stream, STR("\0\0\4\3"), MOST));
    assert_int_equal(frames.count[RST_STREAM], MOST);
    assert_int_equal(frames.reset_code, REFUSED_STREAM);
    assert_int_equal(fixture->handled, MOST);
    assert_int_equal(http_server_stats(fixture->server)->requests, MOST);
    wait_for(http_server_stats(fixture->server)->requests == 0);
    check_serves_others(fixture);
    stream_close(stream);
}

/* While they hold too much, answers that nobody takes get a fraction of the write timeout. */
static void gives_up_stalled_answers_for_room(Fixture *fixture)
{
    enum { COUNT = 8, ROOM = 200 * 1000 };
    fixture->options.max_memory_bytes = ROOM;
    fixture->options.write_timeout_ms = 60 * 1000;
    fixture_start(fixture);
    StrBuf out = STRBUF_ON_ARENA(fixture->arena);
    strbuf_add(&out, preface);
    add_frame(&out, SETTINGS, 0, 0, STR("\0\4\0\0\0\0")); /* INITIAL_WINDOW_SIZE 0 */
    for (uint32_t i = 0; i < COUNT; i++) {
        add_get(fixture, &out, i * 2 + 1, "/megabytes");
    }
    Stream *stream = raw_connect(fixture);
    raw_send(stream, strbuf_str(&out));
    wait_for(http_server_stats(fixture->server)->memory_bytes > ROOM);
    while (http_server_stats(fixture->server)->shed_total == 0) {
        raw_talk(fixture, STR("GET /hello HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"));
    }
    wait_for(http_server_stats(fixture->server)->memory_bytes < ROOM);
    assert_true(http_server_stats(fixture->server)->timeouts_total > 0);
    check_serves_others(fixture);
    stream_close(stream);
}

static void refuses_streams_past_the_bound(Fixture *fixture)
{
    enum { COUNT = 10 };
    fixture->options.max_streams = COUNT;
    fixture_start(fixture);
    StrBuf out = begin(fixture);
    for (uint32_t i = 0; i < COUNT + 5; i++) {
        add_get(fixture, &out, i * 2 + 1, "/wait");
    }
    Stream *stream = raw_connect(fixture);
    raw_send(stream, strbuf_str(&out));
    wait_for(fixture->handled == COUNT);
    Frames frames = parse_frames(raw_read_until(fixture, stream, STR("\0\0\4\3"), 5));
    assert_int_equal(frames.count[RST_STREAM], 5);
    assert_int_equal(frames.reset_code, REFUSED_STREAM);
    stream_close(stream);
    wait_for(fixture->canceled == COUNT);
    check_serves_others(fixture);
}

/* Once the client has acknowledged the bound, it has no excuse. */
static void ends_a_connection_that_ignores_the_bound_it_acknowledged(Fixture *fixture)
{
    enum { COUNT = 10 };
    fixture->options.max_streams = COUNT;
    fixture_start(fixture);
    StrBuf out = begin(fixture);
    add_frame(&out, SETTINGS, ACK, 0, STR(""));
    for (uint32_t i = 0; i < COUNT + 5; i++) {
        add_get(fixture, &out, i * 2 + 1, "/wait");
    }
    Frames frames = attack(fixture, &out);
    assert_int_equal(frames.goaway_code, PROTOCOL_ERROR);
    wait_for(http_server_stats(fixture->server)->requests == 0);
}

static void sheds_requests_with_503(Fixture *fixture)
{
    fixture->options.max_requests = 1;
    fixture_start(fixture);
    StrBuf out = begin(fixture);
    add_get(fixture, &out, 1, "/wait");
    add_get(fixture, &out, 3, "/hello");
    Stream *stream = raw_connect(fixture);
    raw_send(stream, strbuf_str(&out));
    raw_read_until(fixture, stream, STR("{\"status\":503"), 1);
    stream_close(stream);
    wait_for(fixture->canceled == 1);
    check_serves_others(fixture);
}

static void ends_an_idle_connection_although_it_pings(Fixture *fixture)
{
    fixture->options.idle_timeout_ms = 60;
    fixture_start(fixture);
    StrBuf out = begin(fixture);
    Stream *stream = raw_connect(fixture);
    raw_send(stream, strbuf_str(&out));
    strbuf_clear(&out);
    add_frame(&out, PING, 0, 0, STR("12345678"));
    while (http_server_stats(fixture->server)->connections == 1 &&
           stream_send(stream, strbuf_str(&out)) == 0) {
        fiber_sleep_ms(5);
    }
    Frames frames = parse_frames(raw_read_all(fixture, stream));
    assert_int_equal(frames.count[GOAWAY], 1);
    assert_int_equal(frames.goaway_code, NO_ERROR);
    stream_close(stream);
}

static void ends_a_head_that_does_not_end(Fixture *fixture)
{
    fixture->options.header_timeout_ms = 60;
    fixture_start(fixture);
    StrBuf out = begin(fixture);
    add_frame(&out, HEADERS, END_STREAM, 1, head_block(fixture->arena, "/hello"));
    Frames frames = attack(fixture, &out);
    assert_int_equal(frames.count[GOAWAY], 1);
    assert_true(http_server_stats(fixture->server)->timeouts_total >= 1);
}

static void ends_connections_that_break_the_protocol(Fixture *fixture)
{
    static const struct {
        int type, flags;
        uint32_t stream;
        Str payload;
    } cases[] = {
        { DATA, 0, 0, STR_INIT("x") },
        { DATA, 0, 1, STR_INIT("x") },
        { HEADERS, END_HEADERS, 2, STR_INIT("\x82\x86\x84") },
        { HEADERS, END_HEADERS, 0, STR_INIT("\x82\x86\x84") },
        { HEADERS, END_HEADERS, 1, STR_INIT("\xff\xff\xff\xff\xff\xff\xff\xff") },
        { SETTINGS, 0, 0, STR_INIT("\0\4\xff\xff\xff\xff") },
        { SETTINGS, 0, 0, STR_INIT("\0") },
        { SETTINGS, ACK, 0, STR_INIT("\0\4\0\0\0\0") },
        { PING, 0, 0, STR_INIT("short") },
        { WINDOW_UPDATE, 0, 0, STR_INIT("\0\0\0\0") },
        { CONTINUATION, END_HEADERS, 1, STR_INIT("\x82") },
        { RST_STREAM, 0, 1, STR_INIT("\0\0\0\0") },
    };
    fixture_start(fixture);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        StrBuf out = begin(fixture);
        add_frame(&out, cases[i].type, cases[i].flags, cases[i].stream, cases[i].payload);
        Frames frames = attack(fixture, &out);
        if (frames.count[GOAWAY] != 1 || frames.goaway_code == NO_ERROR) {
            fail_msg("case %zu was let pass", i);
        }
    }
    StrBuf wrong = STRBUF_ON_ARENA(fixture->arena);
    strbuf_add(&wrong, preface);
    strbuf_add_repeat(&wrong, (char) 0xff, 100);
    attack(fixture, &wrong);
}

/* A malformed request costs its stream, not the connection (RFC 9113 section 8.1.1). */
static void refuses_malformed_requests(Fixture *fixture)
{
    static const Str blocks[] = {
        STR_INIT("\x82\x86\x41\x04test"),         /* no :path */
        STR_INIT("\x86\x84\x41\x04test"),         /* no :method */
        STR_INIT("\x82\x82\x86\x84\x41\x04test"), /* twice :method */
        STR_INIT("\x82\x86\x84\x41\x04test\x40\x01"
                 "A\x01"
                 "b"), /* an upper-case name */
        STR_INIT("\x82\x86\x84\x41\x04test\x40\x0a"
                 "connection\x05"
                 "close"),
        STR_INIT("\x82\x86\x84\x41\x04test\x40\x11transfer-encoding\x07"
                 "chunked"),
        STR_INIT("\x82\x86\x84\x41\x04test\x40\x01"
                 "a\x03"
                 "b\r\n"), /* a line break in a value */
        STR_INIT("\x82\x86\x84\x40\x01"
                 "a\x01"
                 "b\x41\x04test"),                /* a pseudo-field behind a field */
        STR_INIT("\x82\x86\x04\x00\x41\x04test"), /* an empty path */
        STR_INIT("\x82\x86\x04\x01"
                 "a\x41\x04test"),                                 /* a path without '/' */
        STR_INIT("\x82\x86\x84\x41\x04test\x40\x04host\x05other"), /* two hosts */
        STR_INIT("\x82\x86\x84\x41\x04test\x40\x0e"
                 "content-length\x01"
                 "5"), /* a body that doesn't come */
    };
    fixture_start(fixture);
    for (size_t i = 0; i < ARRAY_LEN(blocks); i++) {
        StrBuf out = begin(fixture);
        add_frame(&out, HEADERS, END_STREAM | END_HEADERS, 1, blocks[i]);
        add_get(fixture, &out, 3, "/hello");
        Stream *stream = raw_connect(fixture);
        raw_send(stream, strbuf_str(&out));
        Str answer = raw_read_until(fixture, stream, STR("hello\n"), 1);
        Frames frames = parse_frames(answer);
        stream_close(stream);
        bool refused =
            frames.reset_stream == 1 || str_find(answer, STR("{\"status\":400")) != STR_NONE;
        if (!refused || fixture->handled != (int) i + 1) {
            fail_msg("block %zu was let pass", i);
        }
    }
}

static void says_goodbye_twice_when_it_drains(Fixture *fixture)
{
    fixture_start(fixture);
    StrBuf out = begin(fixture);
    Stream *stream = raw_connect(fixture);
    add_get(fixture, &out, 1, "/hello");
    raw_send(stream, strbuf_str(&out));
    raw_read_until(fixture, stream, STR("hello\n"), 1);
    assert_int_equal(http_server_drain(fixture->server, deadline_in_ms(10000)), 0);
    Frames frames = parse_frames(raw_read_all(fixture, stream));
    assert_int_equal(frames.count[GOAWAY], 2);
    assert_int_equal(frames.goaway_code, NO_ERROR);
    stream_close(stream);
}

static void survives_every_cut_of_a_connection(Fixture *fixture)
{
    fixture_start(fixture);
    StrBuf out = begin(fixture);
    add_frame(&out, HEADERS, END_HEADERS, 1, STR("\x83\x86\x41\x04test\x04\x05/echo"));
    add_frame(&out, DATA, 0, 1, STR("abc"));
    add_frame(&out, DATA, END_STREAM, 1, STR("def"));
    add_get(fixture, &out, 3, "/stream");
    for (size_t cut = 0; cut <= out.len; cut++) {
        Stream *stream = raw_connect(fixture);
        raw_send(stream, str_slice(strbuf_str(&out), 0, cut));
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
        net_test(answers_frames_made_by_hand),
        net_test(ends_a_rapid_reset),
        net_test(ends_floods_of_frames_that_do_nothing),
        net_test(ends_a_flood_of_empty_data),
        net_test(ends_a_flood_of_continuations),
        net_test(ends_an_hpack_bomb),
        net_test(answers_431_for_fields_too_large),
        net_test(resets_streams_whose_window_stays_shut),
        net_test(bounds_answers_that_wait_for_shut_windows),
        net_test(gives_up_stalled_answers_for_room),
        net_test(refuses_streams_past_the_bound),
        net_test(ends_a_connection_that_ignores_the_bound_it_acknowledged),
        net_test(sheds_requests_with_503),
        net_test(ends_an_idle_connection_although_it_pings),
        net_test(ends_a_head_that_does_not_end),
        net_test(ends_connections_that_break_the_protocol),
        net_test(refuses_malformed_requests),
        net_test(says_goodbye_twice_when_it_drains),
        net_test(survives_every_cut_of_a_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
