/* HTTP/1.1 requests, driven by the fiber that asks. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

#include "client_internal.h"

/* ---- the answer ---- */

static HttpReply *of(llhttp_t *parser)
{
    return ((ClientConnection *) parser->data)->reply;
}

static int add_span(HttpReply *reply, Str *span, const char *at, size_t length)
{
    reply->head_bytes += length;
    if (reply->head_bytes > reply->connection->origin->client->options.header_bytes) {
        reply->error = -EMSGSIZE;
        return -1;
    }
    Str piece = str_make(at, length);
    *span = span->len ? str_concat(reply->arena, *span, piece) : str_dup(reply->arena, piece);
    return 0;
}

static int on_message_begin(llhttp_t *parser)
{
    of(parser)->any_byte = true;
    return 0;
}

static int on_header_field(llhttp_t *parser, const char *at, size_t length)
{
    return add_span(of(parser), &of(parser)->field_name, at, length);
}

static int on_header_value(llhttp_t *parser, const char *at, size_t length)
{
    return add_span(of(parser), &of(parser)->field_value, at, length);
}

static int on_header_value_complete(llhttp_t *parser)
{
    HttpReply *reply = of(parser);
    reply_add_field(reply, reply->field_name, str_trim(reply->field_value));
    reply->field_name = reply->field_value = (Str) { 0 };
    return 0;
}

/* RFC 9110 section 15.2: an interim answer is passed over; the real one follows. */
static bool is_interim(const llhttp_t *parser)
{
    return parser->status_code >= 100 && parser->status_code < 200;
}

static int on_headers_complete(llhttp_t *parser)
{
    HttpReply *reply = of(parser);
    ClientConnection *connection = parser->data;
    if (is_interim(parser)) {
        reply->response.headers.len = 0;
        return parser->status_code == 101 ? -1 : 0;
    }
    reply->response.status = parser->status_code;
    reply->response.version = parser->http_minor ? HTTP_1_1 : HTTP_1_0;
    reply->head_complete = true;
    connection->keep = llhttp_should_keep_alive(parser);
    return reply->is_head;
}

static int on_body(llhttp_t *parser, const char *at, size_t length)
{
    strbuf_add_bytes(&of(parser)->body, at, length);
    return 0;
}

static int on_message_complete(llhttp_t *parser)
{
    if (is_interim(parser)) {
        return 0;
    }
    of(parser)->ended = true;
    return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
    .on_message_begin = on_message_begin,
    .on_header_field = on_header_field,
    .on_header_value = on_header_value,
    .on_header_value_complete = on_header_value_complete,
    .on_headers_complete = on_headers_complete,
    .on_body = on_body,
    .on_message_complete = on_message_complete,
};

static int parse(ClientConnection *connection, HttpReply *reply)
{
    Str data = connection->unparsed;
    connection->unparsed = STR("");
    llhttp_errno_t code = llhttp_execute(&connection->parser, data.ptr, data.len);
    if (code == HPE_OK) {
        return 0;
    }
    if (code == HPE_PAUSED) {
        const char *stop = llhttp_get_error_pos(&connection->parser);
        connection->unparsed = str_skip(data, (size_t) (stop - data.ptr));
        return 0;
    }
    return reply->error ? reply->error : -EPROTO;
}

/* Takes what comes next: parks for bytes where none are left. */
static int advance(HttpReply *reply)
{
    ClientConnection *connection = reply->connection;
    if (connection->unparsed.len == 0) {
        ssize_t size = wire_read(&connection->wire, connection->buffer, CLIENT_READ_BYTES);
        if (size < 0) {
            return (int) size;
        }
        if (size == 0) {
            /* A body that the end of the connection ends: on_message_complete pauses here too. */
            llhttp_errno_t code = llhttp_finish(&connection->parser);
            if (reply->head_complete && (code == HPE_OK || code == HPE_PAUSED)) {
                reply->ended = true;
                connection->keep = false;
                return 0;
            }
            return reply->any_byte ? -EPROTO : -ECONNRESET;
        }
        connection->unparsed = str_make(connection->buffer, (size_t) size);
    }
    return parse(connection, reply);
}

int client_http1_fill(HttpReply *reply)
{
    while (reply_body_left(reply) == 0 && !reply->ended) {
        int rc = reply->connection ? advance(reply) : -ECONNABORTED;
        if (rc < 0) {
            reply->error = rc;
            return rc;
        }
    }
    return 0;
}

/* ---- the request ---- */

static bool is_own_field(Str name)
{
    return str_eq_nocase(name, STR("host")) || str_eq_nocase(name, STR("content-length")) ||
           str_eq_nocase(name, STR("connection")) ||
           str_eq_nocase(name, STR("transfer-encoding")) || str_eq_nocase(name, STR("keep-alive"));
}

static void add_authority(StrBuf *out, const Url *url)
{
    bool is_ipv6 = str_has_char(url->host, ':');
    strbuf_addf(out, is_ipv6 ? "[%" STR_FMT "]" : "%" STR_FMT, STR_ARG(url->host));
    if (url->has_port) {
        strbuf_addf(out, ":%d", url->port);
    }
}

static void add_framing(StrBuf *out, const HttpRequest *request)
{
    bool wants_length = request->method == HTTP_POST || request->method == HTTP_PUT ||
                        request->method == HTTP_PATCH;
    if (request->body_fn && request->body_length < 0) {
        strbuf_add(out, STR("Transfer-Encoding: chunked\r\n"));
    } else if (request->body_fn) {
        strbuf_addf(out, "Content-Length: %lld\r\n", (long long) request->body_length);
    } else if (request->body.len || wants_length) {
        strbuf_addf(out, "Content-Length: %zu\r\n", request->body.len);
    }
}

static Str make_head(const HttpClient *client, HttpReply *reply, const Url *url)
{
    const HttpRequest *request = reply->request;
    StrBuf out = STRBUF_ON_ARENA(reply->arena);
    strbuf_reserve(&out, 512);
    strbuf_add(&out, request_method(request));
    strbuf_add_char(&out, ' ');
    strbuf_add(&out, url->path.len ? url->path : STR("/"));
    if (url->query.len) {
        strbuf_add_char(&out, '?');
        strbuf_add(&out, url->query);
    }
    strbuf_add(&out, STR(" HTTP/1.1\r\nHost: "));
    add_authority(&out, url);
    strbuf_add(&out, STR("\r\n"));
    if (client->options.user_agent) {
        strbuf_addf(&out, "User-Agent: %s\r\n", client->options.user_agent);
    }
    if (request_wants_gzip(client, request)) {
        strbuf_add(&out, STR("Accept-Encoding: gzip\r\n"));
    }
    add_framing(&out, request);
    if (request->headers) {
        http_headers_foreach(item, request->headers)
        {
            if (!is_own_field(item->name)) {
                strbuf_add(&out, item->name);
                strbuf_add(&out, STR(": "));
                strbuf_add(&out, item->value);
                strbuf_add(&out, STR("\r\n"));
            }
        }
    }
    strbuf_add(&out, STR("\r\n"));
    return strbuf_str(&out);
}

static int send_piece(Wire *wire, Str piece, bool chunked)
{
    if (!chunked) {
        return wire_write(wire, piece, STR(""));
    }
    char size[24];
    int length = snprintf(size, sizeof(size), "%zx\r\n", piece.len);
    int rc = wire_write(wire, str_make(size, (size_t) length), piece);
    return rc < 0 ? rc : wire_write(wire, STR("\r\n"), STR(""));
}

/* The announced length is kept, or the request is given up: the peer would read the next one as
 * this one's body. */
static int send_pieces(Wire *wire, const HttpRequest *request, char *buffer)
{
    bool chunked = request->body_length < 0;
    int64_t left = request->body_length;
    for (;;) {
        ssize_t size = request->body_fn(request->body_arg, buffer, CLIENT_READ_BYTES);
        if (size < 0) {
            return (int) size;
        }
        if (size == 0) {
            break;
        }
        if (!chunked && size > left) {
            return -EINVAL;
        }
        left -= size;
        int rc = send_piece(wire, str_make(buffer, (size_t) size), chunked);
        if (rc < 0) {
            return rc;
        }
    }
    if (chunked) {
        return wire_write(wire, STR("0\r\n\r\n"), STR(""));
    }
    return left == 0 ? 0 : -EINVAL;
}

static bool peer_left(int error)
{
    return error == -EPIPE || error == -ECONNRESET || error == -ECONNABORTED;
}

/* A peer that stopped reading may have answered first (413): that answer counts. */
static int send_all(ClientConnection *connection, HttpReply *reply, const Url *url)
{
    const HttpRequest *request = reply->request;
    Str head = make_head(connection->origin->client, reply, url);
    Wire *wire = &connection->wire;
    int rc = wire_write(wire, head, request->body_fn ? STR("") : request->body);
    if (rc == 0 && request->body_fn) {
        rc = send_pieces(wire, request, connection->buffer);
    }
    return rc;
}

int client_http1_send(ClientConnection *connection, HttpReply *reply, const Url *url, Error *err)
{
    if (!connection->buffer) {
        connection->buffer = mem_alloc(CLIENT_READ_BYTES);
    }
    connection->reply = reply;
    connection->keep = false;
    connection->unparsed = STR("");
    reply->connection = connection;
    llhttp_init(&connection->parser, HTTP_RESPONSE, &settings);
    connection->parser.data = connection;
    int sent = send_all(connection, reply, url);
    int rc = sent < 0 && !peer_left(sent) ? sent : 0;
    while (rc == 0 && !reply->head_complete) {
        rc = advance(reply);
    }
    if (rc < 0) {
        reply->error = rc;
        return error_errno(err, rc, reply->any_byte ? "read the answer" : "send the request");
    }
    if (sent < 0) {
        connection->keep = false;
    }
    return 0;
}

void client_http1_close(HttpReply *reply)
{
    ClientConnection *connection = reply->connection;
    bool keep =
        reply->ended && connection->keep && connection->unparsed.len == 0 && reply->error == 0;
    reply->connection = NULL;
    if (keep) {
        connection_keep(connection);
    } else {
        connection_drop(connection);
    }
}
