/* HTTP/1 requests: what llhttp finds becomes an Exchange; what RFC 9112 forbids and llhttp lets
 * pass is refused here. Bytes of a head are copied once, into blocks on the exchange's arena, and
 * parsed there, so that names and values are views. */
#include <string.h>

#include "net/url.h"

#include "http1_internal.h"

enum {
    BLOCK_FIRST_BYTES = 1024,
    BLOCK_BYTES = 4096,
    EXTENSION_BYTES = 4096, /* of all chunks of one body */
};

enum LineState {
    LINE_INSIDE,
    LINE_START,
    LINE_EMPTY_CR, /* CR at the start of a line: the head ends */
    LINE_ENDED,
};

static Connection *of(llhttp_t *parser)
{
    return parser->data;
}

int http1_refuse(Exchange *exchange, int status, const char *reason)
{
    exchange->reject_status = status;
    exchange->reject_reason = reason;
    return -1;
}

/* ---- spans ---- */

static int count_head(Connection *connection, size_t bytes)
{
    Http1 *http1 = &connection->http1;
    http1->head_bytes += bytes;
    if (http1->head_bytes <= connection->server->options.header_bytes) {
        return 0;
    }
    return http1->url_complete
               ? http1_refuse(http1->exchange, 431, "the header fields are too large")
               : http1_refuse(http1->exchange, 414, "the request target is too long");
}

/* Adds a piece to what may have come before it, as a view where both lie side by side. */
static int add_span(Connection *connection, Str *span, const char *at, size_t length)
{
    Arena *arena = connection->http1.exchange->pub.arena;
    if (count_head(connection, length) < 0) {
        return -1;
    }
    Str piece = str_make(at, length);
    if (!connection->http1.stable) {
        piece = str_dup(arena, piece);
    }
    if (span->len == 0) {
        *span = piece;
    } else if (span->ptr + span->len == piece.ptr) {
        span->len += length;
    } else {
        *span = str_concat(arena, *span, piece);
    }
    return 0;
}

static int on_url(llhttp_t *parser, const char *at, size_t length)
{
    Connection *connection = of(parser);
    return add_span(connection, &connection->http1.exchange->pub.target, at, length);
}

static int on_url_complete(llhttp_t *parser)
{
    of(parser)->http1.url_complete = true;
    return 0;
}

static int on_header_field(llhttp_t *parser, const char *at, size_t length)
{
    Connection *connection = of(parser);
    return add_span(connection, &connection->http1.field_name, at, length);
}

static int on_header_value(llhttp_t *parser, const char *at, size_t length)
{
    Connection *connection = of(parser);
    return add_span(connection, &connection->http1.field_value, at, length);
}

static int on_header_value_complete(llhttp_t *parser)
{
    Connection *connection = of(parser);
    Http1 *http1 = &connection->http1;
    Exchange *exchange = http1->exchange;
    bool trailing = parser->flags & F_TRAILING;
    if (++http1->head_count > connection->server->options.header_count) {
        return http1_refuse(exchange, 431, "there are too many header fields");
    }
    Str value = str_trim(http1->field_value);
    if (!http_name_is_valid(http1->field_name) || !http_value_is_valid(value)) {
        return http1_refuse(exchange, 400, "a header field is malformed");
    }
    http_headers_add(
        trailing ? &exchange->pub.trailers : &exchange->pub.headers, http1->field_name, value
    );
    http1->field_name = http1->field_value = (Str) { 0 };
    return count_head(connection, 4);
}

/* ---- the head as a whole ---- */

static HttpMethod method_of(uint8_t method)
{
    switch (method) {
    case LLHTTP_GET:
        return HTTP_GET;
    case LLHTTP_HEAD:
        return HTTP_HEAD;
    case LLHTTP_POST:
        return HTTP_POST;
    case LLHTTP_PUT:
        return HTTP_PUT;
    case LLHTTP_PATCH:
        return HTTP_PATCH;
    case LLHTTP_DELETE:
        return HTTP_DELETE;
    case LLHTTP_OPTIONS:
        return HTTP_OPTIONS;
    case LLHTTP_TRACE:
        return HTTP_TRACE;
    case LLHTTP_CONNECT:
        return HTTP_CONNECT;
    default:
        return HTTP_OTHER;
    }
}

/* RFC 9112 section 3.2: origin-form, absolute-form (whose authority wins over Host), or "*" for
 * OPTIONS. */
static bool split_target(HttpExchange *exchange)
{
    Str target = exchange->target;
    if (str_eq(target, STR("*"))) {
        exchange->path = target;
        return exchange->method == HTTP_OPTIONS;
    }
    if (str_has_char(target, '#') || target.len == 0) {
        return false;
    }
    if (target.ptr[0] != '/') {
        Url url;
        if (url_parse(target, &url, NULL) < 0 || !str_has_prefix(url.scheme, STR("http"))) {
            return false;
        }
        const char *host = url.host.ptr;
        const char *end = url.path.ptr ? url.path.ptr : target.ptr + target.len;
        exchange->authority = str_make(host, (size_t) (end - host));
        exchange->path = url.path.len ? url.path : STR("/");
        exchange->query = url.query;
        return true;
    }
    if (!str_cut(target, '?', &exchange->path, &exchange->query)) {
        exchange->path = target;
    }
    return true;
}

/* RFC 9112 section 6.1: the only transfer coding is chunked, said once, and never to HTTP/1.0.
 * Whatever else a proxy before us might read differently. */
static int check_framing(Exchange *exchange, const llhttp_t *parser)
{
    const HttpHeaders *headers = &exchange->pub.headers;
    size_t codings = http_headers_count(headers, STR("transfer-encoding"));
    if (codings == 0) {
        return 0;
    }
    if (parser->http_minor == 0) {
        return http1_refuse(exchange, 400, "HTTP/1.0 has no Transfer-Encoding");
    }
    if (http_headers_has(headers, STR("content-length"))) {
        return http1_refuse(
            exchange, 400, "Content-Length and Transfer-Encoding exclude each other"
        );
    }
    if (codings > 1 ||
        !str_eq_nocase(http_headers_get(headers, STR("transfer-encoding")), STR("chunked"))) {
        return http1_refuse(exchange, 400, "the only transfer coding is chunked, given once");
    }
    return 0;
}

static int check_host(Exchange *exchange, const llhttp_t *parser)
{
    HttpExchange *pub = &exchange->pub;
    size_t hosts = http_headers_count(&pub->headers, STR("host"));
    if (hosts > 1 || (hosts == 0 && parser->http_minor == 1)) {
        return http1_refuse(exchange, 400, "one Host field is wanted");
    }
    Str host = http_headers_get(&pub->headers, STR("host"));
    for (size_t i = 0; i < host.len; i++) {
        if (strchr(" \t/?#@,\\", host.ptr[i])) {
            return http1_refuse(exchange, 400, "the Host field is malformed");
        }
    }
    if (pub->authority.len == 0) {
        pub->authority = host;
    }
    return 0;
}

static int check_expectation(Exchange *exchange, const llhttp_t *parser)
{
    Str expect = http_headers_get(&exchange->pub.headers, STR("expect"));
    if (expect.len == 0 || parser->http_minor == 0) {
        return 0;
    }
    if (!str_eq_nocase(expect, STR("100-continue"))) {
        return http1_refuse(exchange, 417, "the only expectation is 100-continue");
    }
    exchange->expects_continue = true;
    return 0;
}

static int set_length(Exchange *exchange, const llhttp_t *parser)
{
    if (parser->flags & F_CHUNKED) {
        return 0;
    }
    if (parser->content_length > INT64_MAX) {
        return http1_refuse(exchange, 413, "the body is too large");
    }
    exchange->content_length = (int64_t) parser->content_length;
    return 0;
}

static int on_headers_complete(llhttp_t *parser)
{
    Connection *connection = of(parser);
    Exchange *exchange = connection->http1.exchange;
    HttpExchange *pub = &exchange->pub;
    pub->method = method_of(parser->method);
    pub->method_name = str_from(llhttp_method_name(parser->method));
    pub->version = parser->http_minor ? HTTP_1_1 : HTTP_1_0;
    exchange->is_head = pub->method == HTTP_HEAD;
    exchange->close_after = !llhttp_should_keep_alive(parser);
    if (parser->http_major != 1 || parser->http_minor > 1) {
        return http1_refuse(exchange, 505, "the version is HTTP/1.0, 1.1 or 2");
    }
    if (pub->method == HTTP_CONNECT) {
        return http1_refuse(exchange, 501, "CONNECT is for proxies");
    }
    if (!split_target(pub)) {
        return http1_refuse(exchange, 400, "the request target is malformed");
    }
    if (check_framing(exchange, parser) < 0 || check_host(exchange, parser) < 0 ||
        check_expectation(exchange, parser) < 0 || set_length(exchange, parser) < 0) {
        return -1;
    }
    /* An Upgrade that nobody takes is ignored (RFC 9110 section 7.8); http_upgrade works without
     * the parser. */
    parser->upgrade = 0;
    connection->http1.in_head = false;
    connection->http1.head_complete = true;
    return 0;
}

/* ---- the body ---- */

static int on_body(llhttp_t *parser, const char *at, size_t length)
{
    Connection *connection = of(parser);
    Http1 *http1 = &connection->http1;
    if (!http1->discarding) {
        exchange_add_body(http1->exchange, str_make(at, length), http1->stable);
    }
    return 0;
}

static int on_chunk_extension(llhttp_t *parser, const char *at, size_t length)
{
    (void) at;
    Http1 *http1 = &of(parser)->http1;
    http1->extension_bytes += length;
    return http1->extension_bytes > EXTENSION_BYTES
               ? http1_refuse(http1->exchange, 400, "the chunk extensions are too long")
               : 0;
}

/* The last chunk: stops here, so that the lines of the trailer section are looked at as those of
 * the head are. */
static int on_chunk_header(llhttp_t *parser)
{
    Http1 *http1 = &of(parser)->http1;
    if (parser->content_length > 0) {
        return 0;
    }
    http1->in_trailers = true;
    http1->line_state = LINE_START;
    return HPE_PAUSED;
}

static int on_message_complete(llhttp_t *parser)
{
    Http1 *http1 = &of(parser)->http1;
    http1->paused = true;
    exchange_end_body(http1->exchange, 0);
    return HPE_PAUSED;
}

const llhttp_settings_t http1_settings = {
    .on_url = on_url,
    .on_url_complete = on_url_complete,
    .on_header_field = on_header_field,
    .on_header_value = on_header_value,
    .on_header_value_complete = on_header_value_complete,
    .on_headers_complete = on_headers_complete,
    .on_body = on_body,
    .on_chunk_extension_name = on_chunk_extension,
    .on_chunk_extension_value = on_chunk_extension,
    .on_chunk_header = on_chunk_header,
    .on_message_complete = on_message_complete,
};

void http1_refuse_syntax(Connection *connection, llhttp_errno_t code)
{
    Exchange *exchange = connection->http1.exchange;
    if (exchange->reject_status) {
        return;
    }
    switch (code) {
    case HPE_INVALID_VERSION:
        http1_refuse(exchange, 505, "the version is HTTP/1.0, 1.1 or 2");
        break;
    case HPE_INVALID_METHOD:
        http1_refuse(exchange, 400, "the method is unknown or malformed");
        break;
    case HPE_UNEXPECTED_CONTENT_LENGTH:
    case HPE_INVALID_CONTENT_LENGTH:
        http1_refuse(exchange, 400, "the Content-Length is malformed, repeated or out of place");
        break;
    case HPE_INVALID_TRANSFER_ENCODING:
        http1_refuse(exchange, 400, "the Transfer-Encoding is not chunked");
        break;
    case HPE_INVALID_CHUNK_SIZE:
        http1_refuse(exchange, 400, "a chunk is malformed");
        break;
    default:
        http1_refuse(exchange, 400, "the request is malformed");
        break;
    }
}

/* ---- the bytes of a head ---- */

Str http1_keep(Connection *connection, Str data)
{
    Http1 *http1 = &connection->http1;
    if (http1->block_len == http1->block_cap) {
        size_t cap =
            http1->block_cap || data.len > BLOCK_FIRST_BYTES ? BLOCK_BYTES : BLOCK_FIRST_BYTES;
        http1->block = arena_alloc_raw(http1->exchange->pub.arena, cap);
        http1->block_cap = cap;
        http1->block_len = 0;
    }
    size_t room = http1->block_cap - http1->block_len;
    size_t take = data.len < room ? data.len : room;
    char *to = http1->block + http1->block_len;
    memcpy(to, data.ptr, take);
    http1->block_len += take;
    return str_make(to, take);
}

void http1_reset_head(Http1 *http1)
{
    http1->field_name = http1->field_value = (Str) { 0 };
    http1->block = NULL;
    http1->block_len = http1->block_cap = 0;
    http1->head_bytes = http1->head_count = http1->extension_bytes = 0;
    http1->line_state = LINE_INSIDE;
    http1->last_was_cr = http1->url_complete = http1->head_complete = false;
    http1->paused = http1->discarding = http1->in_trailers = false;
    http1->in_head = true;
}

/* Takes the rest of a line; false when it ends in LF alone. */
static bool skip_line(Http1 *http1, Str piece, size_t *at)
{
    const char *from = piece.ptr + *at;
    const char *end = memchr(from, '\n', piece.len - *at);
    if (end == NULL) {
        http1->last_was_cr = piece.ptr[piece.len - 1] == '\r';
        *at = piece.len;
        return true;
    }
    bool after_cr = end > from ? end[-1] == '\r' : http1->last_was_cr;
    *at = (size_t) (end - piece.ptr) + 1;
    http1->line_state = LINE_START;
    return after_cr;
}

bool http1_lines_are_strict(Http1 *http1, Str piece)
{
    size_t at = 0;
    while (at < piece.len && http1->line_state != LINE_ENDED) {
        char c = piece.ptr[at];
        switch ((enum LineState) http1->line_state) {
        case LINE_INSIDE:
            if (!skip_line(http1, piece, &at)) {
                return false;
            }
            break;
        case LINE_START:
            if (c == ' ' || c == '\t' || c == '\n') {
                return false;
            }
            http1->last_was_cr = c == '\r';
            http1->line_state = c == '\r' ? LINE_EMPTY_CR : LINE_INSIDE;
            at++;
            break;
        case LINE_EMPTY_CR:
            if (c != '\n') {
                return false;
            }
            http1->line_state = LINE_ENDED;
            break;
        case LINE_ENDED:
            break;
        }
    }
    return true;
}
