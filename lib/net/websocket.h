/* WebSocket, server side (RFC 6455): an HTTP/1.1 exchange that becomes messages both ways. For
 * fibers. */
#pragma once

#include "base/str.h"
#include "net/http_server.h"

typedef struct WebSocket WebSocket;

typedef enum WebSocketKind {
    WEBSOCKET_TEXT = 1, /* checked to be UTF-8 */
    WEBSOCKET_BINARY = 2,
} WebSocketKind;

typedef struct WebSocketOptions {
    size_t max_message_bytes; /* 0: 1 MiB; larger: closed with 1009 */
    const char *protocol;     /* Sec-WebSocket-Protocol to agree on; NULL: none */
    Str allowed_origin; /* empty: an Origin must equal the Host; browsers send it, others don't */
} WebSocketOptions;

/* Answers the handshake. On a request that is none, the answer (400, 403, 426) is given and -EPROTO
 * returned. */
int websocket_accept(
    HttpExchange *exchange, const WebSocketOptions *options, WebSocket **ret_socket
);
/* The next message, valid until the next call; pings are answered within. 1, or 0 after a proper
 * close, or negative. */
int websocket_receive(WebSocket *socket, WebSocketKind *ret_kind, Str *ret_message);
int websocket_send(WebSocket *socket, WebSocketKind kind, Str message);
int websocket_ping(WebSocket *socket);
/* Sends the close frame and frees. Reason ≤ 123 bytes. NULL is fine. */
void websocket_close(WebSocket *socket, int code, Str reason);
