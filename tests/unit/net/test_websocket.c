#include "net/websocket.h"

#include "support.h"

/* Echoes messages; "bye" closes. */
static void serve(HttpExchange *exchange, void *arg)
{
    Fixture *fixture = arg;
    WebSocketOptions options = { .max_message_bytes = 100 * 1000, .protocol = "echo" };
    WebSocket *socket;
    fixture->handled++;
    if (websocket_accept(exchange, &options, &socket) < 0) {
        fixture->errors++;
        return;
    }
    WebSocketKind kind;
    Str message;
    int rc;
    while ((rc = websocket_receive(socket, &kind, &message)) == 1) {
        if (str_eq_cstr(message, "bye")) {
            break;
        }
        if (websocket_send(socket, kind, message) < 0) {
            break;
        }
    }
    fixture->last_error = rc;
    websocket_close(socket, rc == 1 ? 4000 : 0, STR("so long"));
    fixture->ended++;
}

static void start(Fixture *fixture)
{
    fixture->options.handler = serve;
    fixture->options.arg = fixture;
    fixture_start(fixture);
}

#define UPGRADE \
    "GET /ws HTTP/1.1\r\nHost: test\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"
#define KEY     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

/* A frame as a client sends it, masked. */
static void add_frame(StrBuf *out, int first, Str payload)
{
    static const char mask[] = { 1, 2, 3, 4 };
    strbuf_add_char(out, (char) first);
    if (payload.len < 126) {
        strbuf_add_char(out, (char) (0x80 | payload.len));
    } else {
        const char size[] = { (char) 0xff,
                              0,
                              0,
                              0,
                              0,
                              (char) (payload.len >> 24),
                              (char) (payload.len >> 16),
                              (char) (payload.len >> 8),
                              (char) payload.len };
        strbuf_add_bytes(out, size, sizeof(size));
    }
    strbuf_add_bytes(out, mask, sizeof(mask));
    for (size_t i = 0; i < payload.len; i++) {
        strbuf_add_char(out, (char) (payload.ptr[i] ^ mask[i % 4]));
    }
}

static Stream *shake_hands(Fixture *fixture)
{
    Stream *stream = raw_connect(fixture);
    raw_send(stream, STR(UPGRADE VERSION KEY "Sec-WebSocket-Protocol: other, echo\r\n\r\n"));
    Str answer = raw_read_until(fixture, stream, STR("\r\n\r\n"), 1);
    assert_has(answer, "HTTP/1.1 101 Switching Protocols\r\n");
    assert_has(
        answer, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
    ); /* RFC 6455, 1.3 */
    assert_has(answer, "Sec-WebSocket-Protocol: echo\r\n");
    return stream;
}

/* Sends frames; all that comes back until the server closes. */
static Str talk(Fixture *fixture, StrBuf *frames)
{
    Stream *stream = shake_hands(fixture);
    raw_send(stream, strbuf_str(frames));
    Str answer = raw_read_all(fixture, stream);
    stream_close(stream);
    return answer;
}

static void echoes_messages_and_closes(Fixture *fixture)
{
    start(fixture);
    StrBuf frames = STRBUF_ON_ARENA(fixture->arena);
    add_frame(&frames, 0x81, STR("hello"));
    add_frame(&frames, 0x01, STR("in "));
    add_frame(&frames, 0x89, STR("ping"));
    add_frame(&frames, 0x00, STR("three "));
    add_frame(&frames, 0x80, STR("parts"));
    add_frame(&frames, 0x8a, STR("a pong nobody asked for"));
    add_frame(&frames, 0x82, STR("\0\377"));
    add_frame(&frames, 0x81, STR("bye"));
    Str answer = talk(fixture, &frames);
    assert_true(str_eq(
        answer, STR("\x81\5hello\x8a\4ping\x81\16in three parts\x82\2\0\377\x88\x09\x0f\xa0so long")
    ));
    wait_for(fixture->ended == 1);
}

static void takes_frames_that_come_with_the_handshake(Fixture *fixture)
{
    start(fixture);
    StrBuf all = STRBUF_ON_ARENA(fixture->arena);
    strbuf_add(&all, STR(UPGRADE VERSION KEY "\r\n"));
    add_frame(&all, 0x81, STR("early"));
    add_frame(&all, 0x88, STR("\x03\xe8"));
    Stream *stream = raw_connect(fixture);
    raw_send(stream, strbuf_str(&all));
    Str answer = raw_read_all(fixture, stream);
    stream_close(stream);
    assert_true(str_has_suffix(answer, STR("\r\n\r\n\x81\5early\x88\2\x03\xe8")));
    wait_for(fixture->ended == 1);
    assert_int_equal(fixture->last_error, 0);
}

static void carries_large_messages(Fixture *fixture)
{
    enum { SIZE = 70 * 1000 };
    start(fixture);
    char *bytes = arena_alloc(fixture->arena, SIZE);
    memset(bytes, 'w', SIZE);
    StrBuf frames = STRBUF_ON_ARENA(fixture->arena);
    add_frame(&frames, 0x82, str_make(bytes, SIZE));
    add_frame(&frames, 0x88, STR(""));
    Str answer = talk(fixture, &frames);
    assert_int_equal(answer.len, 10 + SIZE + 2);
    assert_int_equal(count_of(answer, "w"), SIZE);
}

static void check_broken(Fixture *fixture, StrBuf *frames, int code)
{
    Str answer = talk(fixture, frames);
    const char end[] = { (char) 0x88, 2, (char) (code >> 8), (char) code };
    assert_true(str_has_suffix(answer, str_make(end, sizeof(end))));
}

static void closes_with_the_code_of_what_was_broken(Fixture *fixture)
{
    static const struct {
        int first;
        Str payload;
        int code;
    } cases[] = {
        { 0x80, STR_INIT("continues nothing"), 1002 },
        { 0x83, STR_INIT("an opcode that is none"), 1002 },
        { 0xc1, STR_INIT("a reserved bit"), 1002 },
        { 0x09, STR_INIT("a ping in pieces"), 1002 },
        { 0x81, STR_INIT("\xff\xfe"), 1007 },
        { 0x88, STR_INIT("\x03"), 1002 },
        { 0x88, STR_INIT("\x03\xed"), 1002 },
    };
    start(fixture);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        StrBuf frames = STRBUF_ON_ARENA(fixture->arena);
        add_frame(&frames, cases[i].first, cases[i].payload);
        check_broken(fixture, &frames, cases[i].code);
    }
    StrBuf unmasked = STRBUF_ON_ARENA(fixture->arena);
    strbuf_add(&unmasked, STR("\x81\x02hi"));
    check_broken(fixture, &unmasked, 1002);
    StrBuf huge = STRBUF_ON_ARENA(fixture->arena);
    strbuf_add(&huge, STR("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\1\2\3\4"));
    check_broken(fixture, &huge, 1009);
    StrBuf many = STRBUF_ON_ARENA(fixture->arena);
    char *bytes = arena_alloc(fixture->arena, 60 * 1000);
    add_frame(&many, 0x02, str_make(bytes, 60 * 1000));
    add_frame(&many, 0x00, str_make(bytes, 60 * 1000));
    check_broken(fixture, &many, 1009);
}

static void refuses_other_handshakes(Fixture *fixture)
{
    static const struct {
        Str request;
        const char *status;
    } cases[] = {
        { STR_INIT("GET /ws HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"),
          "HTTP/1.1 426 " },
        { STR_INIT(UPGRADE "Connection: close\r\nSec-WebSocket-Version: 8\r\n" KEY "\r\n"),
          "HTTP/1.1 426 " },
        { STR_INIT(UPGRADE "Connection: close\r\n" VERSION "Sec-WebSocket-Key: short\r\n\r\n"),
          "HTTP/1.1 400 " },
        { STR_INIT(UPGRADE "Connection: close\r\n" VERSION KEY "Origin: http://evil\r\n\r\n"),
          "HTTP/1.1 403 " },
    };
    start(fixture);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_has(raw_talk(fixture, cases[i].request), cases[i].status);
    }
    assert_int_equal(fixture->errors, 4);
}

static void notices_that_the_peer_has_left(Fixture *fixture)
{
    start(fixture);
    Stream *stream = shake_hands(fixture);
    stream_close(stream);
    wait_for(fixture->ended == 1);
    assert_int_equal(fixture->last_error, -ECONNRESET);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        net_test(echoes_messages_and_closes), net_test(takes_frames_that_come_with_the_handshake),
        net_test(carries_large_messages),     net_test(closes_with_the_code_of_what_was_broken),
        net_test(refuses_other_handshakes),   net_test(notices_that_the_peer_has_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
