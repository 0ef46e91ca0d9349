/* The body before the handler: its type, its size, its syntax. */
#include <errno.h>

#include "exchange.h"

enum { BODY_DEFAULT_BYTES = 1024 * 1024, BODY_MAX_DEPTH = 32 };

static bool is_json(Str media_type)
{
    return str_eq_nocase(media_type, STR("application/json")) ||
           str_has_suffix(media_type, STR("+json"));
}

/* A body is taken as it comes: nothing is unpacked, so nothing can swell. */
static int check_coding(Exchange *exchange)
{
    Str coding = http_headers_get(&exchange->http->headers, STR("content-encoding"));
    if (coding.len == 0 || str_eq_nocase(coding, STR("identity"))) {
        return 0;
    }
    respond_header(&exchange->request, "Accept-Encoding", STR("identity"));
    return fail(
        &exchange->work.ctx, FAIL_UNSUPPORTED_MEDIA_TYPE, "the body must not be compressed"
    );
}

static int check_media_type(Exchange *exchange)
{
    Str value = http_headers_get(&exchange->http->headers, STR("content-type"));
    Str media_type = http_media_type(value);
    bool has_body = http_content_length(exchange->http) != 0;
    if (!has_body || media_type.len == 0 || is_json(media_type)) {
        return 0;
    }
    return fail(
        &exchange->work.ctx, FAIL_UNSUPPORTED_MEDIA_TYPE, "the body must be application/json"
    );
}

static int fail_read(Exchange *exchange, int rc, size_t limit)
{
    Context *ctx = &exchange->work.ctx;
    switch (rc) {
    case -EFBIG:
        return fail(ctx, FAIL_PAYLOAD_TOO_LARGE, "the body is larger than %zu bytes", limit);
    case -ENOBUFS:
        ctx->failure.retry_after_s = 1;
        http_close_after(exchange->http);
        return fail(ctx, FAIL_SERVICE_UNAVAILABLE, "the service is out of room for this body");
    case -EBADMSG:
        return fail(ctx, FAIL_INVALID_INPUT, "the body's framing is malformed");
    case -ETIME:
        return fail(ctx, FAIL_TIMEOUT, "the body did not arrive in time");
    default:
        return rc;
    }
}

/* A tree of many small values is many times its text. */
static int parse(Exchange *exchange, size_t limit)
{
    enum { BYTES_A_VALUE = 16 };
    Context *ctx = &exchange->work.ctx;
    Error err = ERROR_INIT;
    const JsonOptions options = { .max_depth = BODY_MAX_DEPTH,
                                  .max_values = limit / BYTES_A_VALUE };
    int rc =
        json_read_str(ctx->arena, exchange->request.body, &options, &exchange->body_node, &err);
    if (rc == 0) {
        return 0;
    }
    Position at = span_is_known(err.span) ? span_start(err.span) : (Position) { 1, 1 };
    return fail(ctx, FAIL_INVALID_INPUT, "line %u, column %u: %s", at.line, at.column, err.message);
}

int exchange_read_body(Exchange *exchange)
{
    const Route *route = exchange->match.route;
    if (route->body) {
        TRY(check_media_type(exchange));
        TRY(check_coding(exchange));
    }
    size_t limit = route->body_limit_bytes ? route->body_limit_bytes : BODY_DEFAULT_BYTES;
    int rc = http_read_body(exchange->http, limit, &exchange->request.body);
    if (rc < 0) {
        return fail_read(exchange, rc, limit);
    }
    if (!route->body) {
        return 0;
    }
    if (exchange->request.body.len == 0) {
        return fail(&exchange->work.ctx, FAIL_INVALID_INPUT, "the request needs a JSON body");
    }
    return parse(exchange, limit);
}
