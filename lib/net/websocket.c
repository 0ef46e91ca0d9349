#include "net/websocket.h"

#include <errno.h>
#include <openssl/sha.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "loop/fiber.h"

/* RFC 6455 section 5.2 */
enum Opcode {
    OPCODE_CONTINUATION = 0,
    OPCODE_TEXT = 1,
    OPCODE_BINARY = 2,
    OPCODE_CLOSE = 8,
    OPCODE_PING = 9,
    OPCODE_PONG = 10,
};
enum { FIN_BIT = 0x80, RESERVED_BITS = 0x70, MASK_BIT = 0x80, LENGTH_16 = 126, LENGTH_64 = 127 };

/* Section 7.4.1 */
enum {
    CLOSE_NORMAL = 1000,
    CLOSE_PROTOCOL = 1002,
    CLOSE_NO_CODE = 1005,
    CLOSE_BAD_TEXT = 1007,
    CLOSE_TOO_LARGE = 1009,
};
enum { CONTROL_BYTES_MOST = 125, READ_BYTES = 4096, CLOSE_TIMEOUT_MS = 2000 };

struct WebSocket {
    Stream *stream;
    size_t max_bytes;
    StrBuf in; /* came and not yet taken, from in_at on */
    size_t in_at;
    StrBuf message;
    int kind;  /* of the message that is being put together; 0: none */
    bool told; /* a close frame was sent */
    bool ended;
};

typedef struct Frame {
    int opcode;
    bool fin;
    Str payload; /* unmasked, in the buffer */
} Frame;

/* ---- the handshake ---- */

static void answer(HttpExchange *exchange, int status, Str text)
{
    if (status == 426) {
        http_headers_set(&exchange->response_headers, STR("Sec-WebSocket-Version"), STR("13"));
    }
    http_respond(exchange, status, text);
}

/* Section 10.2: a page of another site must not speak for its visitor. */
static bool origin_is_allowed(HttpExchange *exchange, Str allowed)
{
    Str origin = http_headers_get(&exchange->headers, STR("origin"));
    if (origin.len == 0 || allowed.len) {
        return origin.len == 0 || str_eq_nocase(origin, allowed);
    }
    size_t at = str_find(origin, STR("://"));
    return at != STR_NONE && str_eq_nocase(str_skip(origin, at + 3), exchange->authority);
}

static Str accept_key(Arena *arena, Str key)
{
    unsigned char digest[SHA_DIGEST_LENGTH];
    Str text = str_concat(arena, key, STR("258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
    StrBuf out = STRBUF_ON_ARENA(arena);
    SHA1((const unsigned char *) text.ptr, text.len, digest);
    base64_add(&out, digest, sizeof(digest), BASE64_STANDARD);
    return strbuf_str(&out);
}

static bool check_request(HttpExchange *exchange, const WebSocketOptions *options)
{
    const HttpHeaders *headers = &exchange->headers;
    StrBuf key = STRBUF_ON_ARENA(exchange->arena);
    bool is_upgrade = exchange->method == HTTP_GET && exchange->version == HTTP_1_1 &&
                      http_headers_list_has(headers, STR("upgrade"), STR("websocket")) &&
                      http_headers_list_has(headers, STR("connection"), STR("upgrade"));
    if (!is_upgrade) {
        http_headers_set(&exchange->response_headers, STR("Upgrade"), STR("websocket"));
        answer(exchange, 426, STR("a WebSocket handshake is wanted\n"));
    } else if (!str_eq(http_headers_get(headers, STR("sec-websocket-version")), STR("13"))) {
        answer(exchange, 426, STR("WebSocket version 13 is wanted\n"));
    } else if (!base64_decode(
                   &key, http_headers_get(headers, STR("sec-websocket-key")), BASE64_STANDARD
               ) ||
               key.len != 16) {
        answer(exchange, 400, STR("Sec-WebSocket-Key is malformed\n"));
    } else if (!origin_is_allowed(exchange, options->allowed_origin)) {
        answer(exchange, 403, STR("another site's page may not connect\n"));
    } else {
        return true;
    }
    return false;
}

int websocket_accept(
    HttpExchange *exchange, const WebSocketOptions *options, WebSocket **ret_socket
)
{
    static const WebSocketOptions defaults;
    options = options ? options : &defaults;
    HttpHeaders *headers = &exchange->response_headers;
    if (!check_request(exchange, options)) {
        return -EPROTO;
    }
    Str key = http_headers_get(&exchange->headers, STR("sec-websocket-key"));
    http_headers_set(headers, STR("Sec-WebSocket-Accept"), accept_key(exchange->arena, key));
    Str protocol = str_from(options->protocol);
    if (protocol.len &&
        http_headers_list_has(&exchange->headers, STR("sec-websocket-protocol"), protocol)) {
        http_headers_set(headers, STR("Sec-WebSocket-Protocol"), protocol);
    }
    Stream *stream;
    Str early;
    int rc = http_upgrade(exchange, STR("websocket"), &stream, &early);
    if (rc < 0) {
        return rc;
    }
    WebSocket *socket = MEM_NEW(WebSocket);
    socket->stream = stream;
    socket->max_bytes = options->max_message_bytes ? options->max_message_bytes : 1024 * 1024;
    strbuf_add(&socket->in, early);
    *ret_socket = socket;
    return 0;
}

/* ---- sending ---- */

static int send_frame(WebSocket *socket, int opcode, Str payload)
{
    unsigned char head[10];
    size_t size = 2;
    head[0] = (unsigned char) (FIN_BIT | opcode);
    if (payload.len < LENGTH_16) {
        head[1] = (unsigned char) payload.len;
    } else if (payload.len <= UINT16_MAX) {
        head[1] = LENGTH_16;
        head[2] = (unsigned char) (payload.len >> 8);
        head[3] = (unsigned char) payload.len;
        size = 4;
    } else {
        head[1] = LENGTH_64;
        for (int i = 0; i < 8; i++) {
            head[2 + i] = (unsigned char) ((uint64_t) payload.len >> (56 - 8 * i));
        }
        size = sizeof(head);
    }
    Str parts[] = { str_make((const char *) head, size), payload };
    int rc = stream_send_parts(socket->stream, parts, payload.len ? 2 : 1);
    return rc < 0 ? -EPIPE : rc;
}

/* Parks while the peer is behind. */
static int send_and_wait(WebSocket *socket, int opcode, Str payload)
{
    if (socket->told || socket->ended) {
        return -EPIPE;
    }
    int rc = send_frame(socket, opcode, payload);
    return rc < 0 ? rc : stream_write(socket->stream, STR(""));
}

int websocket_send(WebSocket *socket, WebSocketKind kind, Str message)
{
    return send_and_wait(socket, kind == WEBSOCKET_TEXT ? OPCODE_TEXT : OPCODE_BINARY, message);
}

int websocket_ping(WebSocket *socket)
{
    return send_and_wait(socket, OPCODE_PING, STR(""));
}

static void tell_close(WebSocket *socket, int code, Str reason)
{
    char payload[CONTROL_BYTES_MOST];
    if (socket->told) {
        return;
    }
    socket->told = true;
    payload[0] = (char) (code >> 8);
    payload[1] = (char) code;
    reason = str_slice(reason, 0, sizeof(payload) - 2);
    if (reason.len) {
        memcpy(payload + 2, reason.ptr, reason.len);
    }
    send_frame(socket, OPCODE_CLOSE, str_make(payload, code == CLOSE_NO_CODE ? 0 : 2 + reason.len));
}

static int break_off(WebSocket *socket, int code, int error)
{
    tell_close(socket, code, STR(""));
    socket->ended = true;
    return error;
}

/* ---- receiving ---- */

/* Takes one frame off the buffer: 1, 0 when more bytes are needed, or a close code as its negative. */
static int next_frame(WebSocket *socket, Frame *ret_frame)
{
    unsigned char *at = (unsigned char *) socket->in.ptr + socket->in_at;
    size_t left = socket->in.len - socket->in_at;
    if (left < 2) {
        return 0;
    }
    ret_frame->fin = at[0] & FIN_BIT;
    ret_frame->opcode = at[0] & 0x0f;
    uint64_t size = at[1] & 0x7f;
    if ((at[0] & RESERVED_BITS) || !(at[1] & MASK_BIT)) {
        return -CLOSE_PROTOCOL; /* section 5.1: a client masks */
    }
    if (ret_frame->opcode >= OPCODE_CLOSE && (size > CONTROL_BYTES_MOST || !ret_frame->fin)) {
        return -CLOSE_PROTOCOL;
    }
    size_t extra = size == LENGTH_16 ? 2 : size == LENGTH_64 ? 8 : 0;
    if (left < 2 + extra + 4) {
        return 0;
    }
    if (extra) {
        size = 0;
    }
    for (size_t i = 0; i < extra; i++) {
        size = size << 8 | at[2 + i];
    }
    if (size > socket->max_bytes) {
        return -CLOSE_TOO_LARGE;
    }
    if (left - 2 - extra - 4 < size) {
        return 0;
    }
    const unsigned char *mask = at + 2 + extra;
    unsigned char *payload = at + 2 + extra + 4;
    for (size_t i = 0; i < size; i++) {
        payload[i] ^= mask[i % 4];
    }
    ret_frame->payload = str_make((const char *) payload, size);
    socket->in_at += 2 + extra + 4 + size;
    return 1;
}

static int read_more(WebSocket *socket)
{
    strbuf_remove(&socket->in, 0, socket->in_at);
    socket->in_at = 0;
    ssize_t size = stream_read(socket->stream, strbuf_reserve(&socket->in, READ_BYTES), READ_BYTES);
    if (size <= 0) {
        socket->ended = true;
        return size < 0 ? (int) size : -ECONNRESET;
    }
    strbuf_advance(&socket->in, (size_t) size);
    return 0;
}

/* Section 5.5.1: a close is answered by one. */
static int on_close(WebSocket *socket, Str payload)
{
    const unsigned char *b = (const unsigned char *) payload.ptr;
    int code = payload.len >= 2 ? b[0] << 8 | b[1] : CLOSE_NO_CODE;
    bool reserved = code >= 1004 && code <= 1006;
    bool known = payload.len == 0 || (code >= 1000 && code <= 1011 && !reserved) ||
                 (code >= 3000 && code <= 4999);
    if (payload.len == 1 || !known || (payload.len > 2 && !utf8_is_valid(str_skip(payload, 2)))) {
        return break_off(socket, CLOSE_PROTOCOL, -EPROTO);
    }
    tell_close(socket, code, STR(""));
    socket->ended = true;
    return 0;
}

/* A part of a message: 1 when it is whole. */
static int on_data(WebSocket *socket, const Frame *frame)
{
    bool continues = frame->opcode == OPCODE_CONTINUATION;
    if (continues != (socket->kind != 0)) {
        return break_off(socket, CLOSE_PROTOCOL, -EPROTO);
    }
    if (!continues) {
        socket->kind = frame->opcode;
        strbuf_clear(&socket->message);
    }
    if (socket->message.len + frame->payload.len > socket->max_bytes) {
        return break_off(socket, CLOSE_TOO_LARGE, -EMSGSIZE);
    }
    strbuf_add(&socket->message, frame->payload);
    return frame->fin;
}

/* 1: a message is whole; 0: the peer has closed; -EAGAIN: go on. */
static int on_frame(WebSocket *socket, const Frame *frame)
{
    int rc;
    switch (frame->opcode) {
    case OPCODE_CONTINUATION:
    case OPCODE_TEXT:
    case OPCODE_BINARY:
        rc = on_data(socket, frame);
        return rc == 0 ? -EAGAIN : rc;
    case OPCODE_PING:
        rc = send_and_wait(socket, OPCODE_PONG, frame->payload);
        return rc < 0 ? rc : -EAGAIN;
    case OPCODE_PONG:
        return -EAGAIN;
    case OPCODE_CLOSE:
        return on_close(socket, frame->payload);
    default:
        return break_off(socket, CLOSE_PROTOCOL, -EPROTO);
    }
}

static int give_message(WebSocket *socket, WebSocketKind *ret_kind, Str *ret_message)
{
    Str message = strbuf_str(&socket->message);
    if (socket->kind == OPCODE_TEXT && !utf8_is_valid(message)) {
        return break_off(socket, CLOSE_BAD_TEXT, -EILSEQ);
    }
    *ret_kind = socket->kind == OPCODE_TEXT ? WEBSOCKET_TEXT : WEBSOCKET_BINARY;
    *ret_message = message;
    socket->kind = 0;
    return 1;
}

int websocket_receive(WebSocket *socket, WebSocketKind *ret_kind, Str *ret_message)
{
    while (!socket->ended) {
        Frame frame;
        int rc = next_frame(socket, &frame);
        if (rc < 0) {
            return break_off(socket, -rc, rc == -CLOSE_TOO_LARGE ? -EMSGSIZE : -EPROTO);
        }
        rc = rc == 0 ? read_more(socket) : on_frame(socket, &frame);
        if (rc == 1) {
            return give_message(socket, ret_kind, ret_message);
        }
        if (rc < 0 && rc != -EAGAIN) {
            return rc;
        }
    }
    return 0;
}

void websocket_close(WebSocket *socket, int code, Str reason)
{
    if (!socket) {
        return;
    }
    tell_close(socket, code ? code : CLOSE_NORMAL, reason);
    stream_close_flushed(socket->stream, CLOSE_TIMEOUT_MS);
    strbuf_done(&socket->in);
    strbuf_done(&socket->message);
    free(socket);
}
