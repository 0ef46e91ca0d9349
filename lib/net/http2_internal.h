/* What the parts of the HTTP/2 server share. Private to net. */
#pragma once

#include "server_internal.h"

/* http2_parse.c */
void http2_set_callbacks(nghttp2_session_callbacks *callbacks);

/* http2_server.c: a client that resets, or sends frames of no use, faster than any does in earnest
 * gets GOAWAY. */
void http2_count_reset(Connection *connection);
void http2_count_oddity(Connection *connection);
/* Arms what the connection now waits for: the next request, the end of the drain, or nothing. */
void http2_settle_timeout(Connection *connection);
void http2_release(Exchange *exchange);

/* http2_respond.c: END_STREAM has left; what remains of the request is not wanted. */
void http2_on_response_sent(Exchange *exchange);
