#include "net/http_client.h"

#include <string.h>

#include "base/mem.h"

#include "client_internal.h"

int http_client_new(
    Loop *loop, const HttpClientOptions *options, HttpClient **ret_client, Error *err
)
{
    HttpClient *client = MEM_NEW(HttpClient);
    HttpClientOptions *o = &client->options;
    client->loop = loop;
    if (options) {
        *o = *options;
    }
    o->max_connections = o->max_connections ? o->max_connections : 64;
    o->idle_timeout_ms = o->idle_timeout_ms ? o->idle_timeout_ms : 30 * 1000;
    o->connect_timeout_ms = o->connect_timeout_ms ? o->connect_timeout_ms : 5 * 1000;
    o->timeout_ms = o->timeout_ms ? o->timeout_ms : 30 * 1000;
    o->header_bytes = o->header_bytes ? o->header_bytes : 64 * 1024;
    o->max_body_bytes = o->max_body_bytes ? o->max_body_bytes : 16 * 1024 * 1024;
    int rc = client_http2_init(client);
    if (rc < 0) {
        free(client);
        return error_errno(err, rc, "set up HTTP/2");
    }
    client_pool_init(client);
    *ret_client = client;
    return 0;
}

void http_client_free(HttpClient *client)
{
    if (client) {
        client_pool_done(client);
        client_http2_done(client);
        tls_context_free(client->own_tls);
        free(client);
    }
}

/* ---- requests ---- */

Str request_method(const HttpRequest *request)
{
    return request->method == HTTP_OTHER ? request->method_name : http_method_name(request->method);
}

bool request_wants_gzip(const HttpClient *client, const HttpRequest *request)
{
    bool asked = request->headers && http_headers_has(request->headers, STR("accept-encoding"));
    return !client->options.no_gzip && !client->options.http2 && !asked &&
           request->method != HTTP_HEAD;
}

static int check_request(const HttpRequest *request, Url *ret_url, Error *err)
{
    int rc = url_parse(request->url, ret_url, err);
    if (rc < 0) {
        return rc;
    }
    bool known =
        str_eq_nocase(ret_url->scheme, STR("http")) || str_eq_nocase(ret_url->scheme, STR("https"));
    if (!known) {
        return error_set(
            err,
            -EPROTONOSUPPORT,
            "'%" STR_FMT "' is neither http nor https",
            STR_ARG(ret_url->scheme)
        );
    }
    if (!http_name_is_valid(request_method(request))) {
        return error_set(err, -EINVAL, "the method is malformed");
    }
    if (!request->headers) {
        return 0;
    }
    http_headers_foreach(item, request->headers)
    {
        if (!http_name_is_valid(item->name) || !http_value_is_valid(item->value)) {
            return error_set(
                err, -EINVAL, "the field '%" STR_FMT "' can't be sent", STR_ARG(item->name)
            );
        }
    }
    return 0;
}

/* RFC 9110 section 9.2.2: only what does no harm twice is repeated by itself. */
static bool may_retry(const HttpRequest *request, const HttpReply *reply, bool used, int error)
{
    if (request->body_fn || reply->any_byte || error == -ECANCELED || error == -ETIMEDOUT) {
        return false;
    }
    if (reply->refused) {
        return true;
    }
    return used && (request->idempotent || http_method_is_idempotent(request->method));
}

static HttpReply *make_reply(const HttpRequest *request, Arena *arena)
{
    HttpReply *reply = MEM_NEW(HttpReply);
    reply->arena = arena;
    reply->request = request;
    reply->is_head = request->method == HTTP_HEAD;
    reply->response.headers = (HttpHeaders) HTTP_HEADERS_ON_ARENA(arena);
    reply->response.trailers = (HttpHeaders) HTTP_HEADERS_ON_ARENA(arena);
    return reply;
}

void reply_free(HttpReply *reply)
{
    strbuf_done(&reply->body);
    strbuf_done(&reply->out_pieces);
    gunzip_free(reply->gunzip);
    free(reply);
}

static int
send_once(Origin *origin, HttpReply *reply, const Url *url, bool fresh, bool *ret_used, Error *err)
{
    ClientConnection *connection;
    *ret_used = false;
    int rc = origin_acquire(origin, fresh, &connection, err);
    if (rc < 0) {
        return rc;
    }
    *ret_used = connection->used;
    return connection->is_http2 ? client_http2_send(connection, reply, url, err)
                                : client_http1_send(connection, reply, url, err);
}

static int send_request(
    HttpClient *client,
    const HttpRequest *request,
    const Url *url,
    Arena *arena,
    HttpReply **ret_reply,
    Error *err
)
{
    Origin *origin = origin_find(client, request, url);
    for (int tries = 0;; tries++) {
        HttpReply *reply = make_reply(request, arena);
        Error this_err = ERROR_INIT;
        bool used;
        int rc = send_once(origin, reply, url, tries > 0, &used, &this_err);
        if (rc == 0) {
            reply->request = NULL;
            *ret_reply = reply;
            return 0;
        }
        bool again = tries == 0 && may_retry(request, reply, used, rc);
        http_reply_close(reply);
        if (!again) {
            if (err) {
                *err = this_err;
            }
            return error_wrap(
                err,
                rc,
                "%" STR_FMT " %" STR_FMT,
                STR_ARG(request_method(request)),
                STR_ARG(request->url)
            );
        }
    }
}

/* gzip is undone here; its fields would then be wrong. */
static void set_up_decoding(HttpClient *client, const HttpRequest *request, HttpReply *reply)
{
    HttpHeaders *headers = &reply->response.headers;
    Str coding = http_headers_get(headers, STR("content-encoding"));
    if (!request_wants_gzip(client, request) ||
        !(str_eq_nocase(coding, STR("gzip")) || str_eq_nocase(coding, STR("x-gzip")))) {
        return;
    }
    reply->gunzip = gunzip_new();
    http_headers_remove(headers, STR("content-encoding"));
    http_headers_remove(headers, STR("content-length"));
}

static Deadline narrow(const HttpClient *client, const HttpRequest *request)
{
    int64_t timeout_ms = request->timeout_ms ? request->timeout_ms : client->options.timeout_ms;
    return fiber_narrow_deadline(timeout_ms < 0 ? DEADLINE_NEVER : deadline_in_ms(timeout_ms));
}

int http_open(
    HttpClient *client, const HttpRequest *request, Arena *arena, HttpReply **ret_reply, Error *err
)
{
    Url url;
    int rc = check_request(request, &url, err);
    if (rc < 0) {
        return rc;
    }
    Deadline former = narrow(client, request);
    HttpReply *reply = NULL;
    rc = send_request(client, request, &url, arena, &reply, err);
    fiber_restore_deadline(former);
    if (rc < 0) {
        return rc;
    }
    set_up_decoding(client, request, reply);
    *ret_reply = reply;
    return 0;
}

/* ---- replies ---- */

const HttpResponse *http_reply_response(const HttpReply *reply)
{
    return &reply->response;
}

int reply_add_field(HttpReply *reply, Str name, Str value)
{
    HttpHeaders *headers =
        reply->head_complete ? &reply->response.trailers : &reply->response.headers;
    http_headers_add(headers, name, value);
    return 0;
}

size_t reply_body_left(const HttpReply *reply)
{
    return reply->body.len - reply->body_at;
}

static Str body_view(const HttpReply *reply)
{
    return str_skip(strbuf_str(&reply->body), reply->body_at);
}

static void took(HttpReply *reply, size_t size)
{
    reply->body_at += size;
    if (reply->body_at == reply->body.len) {
        strbuf_clear(&reply->body);
        reply->body_at = 0;
    }
    if (reply->response.version == HTTP_2) {
        client_http2_took(reply, size);
    }
}

static int fill(HttpReply *reply)
{
    if (reply_body_left(reply) || reply->ended || reply->error) {
        return reply_body_left(reply) || reply->ended ? 0 : reply->error;
    }
    return reply->response.version == HTTP_2 ? client_http2_fill(reply) : client_http1_fill(reply);
}

static ssize_t read_plain(HttpReply *reply, void *buffer, size_t size)
{
    int rc = fill(reply);
    if (rc < 0) {
        return rc;
    }
    Str left = body_view(reply);
    size_t now = left.len < size ? left.len : size;
    if (now) {
        memcpy(buffer, left.ptr, now);
        took(reply, now);
    }
    return (ssize_t) now;
}

static ssize_t read_gzip(HttpReply *reply, void *buffer, size_t size)
{
    for (;;) {
        int rc = fill(reply);
        if (rc < 0) {
            return rc;
        }
        Str left = body_view(reply);
        size_t before = left.len;
        ssize_t count = gunzip_read(reply->gunzip, &left, buffer, size);
        took(reply, before - left.len);
        if (count != 0) {
            return count < 0 ? -EPROTO : count;
        }
        if (reply->ended && reply_body_left(reply) == 0) {
            return gunzip_is_complete(reply->gunzip) || reply->is_head ? 0 : -EPROTO;
        }
    }
}

ssize_t http_reply_read(HttpReply *reply, void *buffer, size_t size)
{
    return reply->gunzip ? read_gzip(reply, buffer, size) : read_plain(reply, buffer, size);
}

void http_reply_close(HttpReply *reply)
{
    if (!reply) {
        return;
    }
    if (reply->connection && reply->connection->is_http2) {
        client_http2_close(reply);
        return;
    }
    if (reply->connection) {
        client_http1_close(reply);
    }
    reply_free(reply);
}

/* ---- whole answers ---- */

static int read_whole(HttpReply *reply, size_t max_bytes, Str *ret_body)
{
    enum { PIECE_BYTES = 4 * 1024 };
    StrBuf body = STRBUF_ON_ARENA(reply->arena);
    for (;;) {
        size_t room = body.cap > body.len + 1 ? body.cap - body.len - 1 : PIECE_BYTES;
        ssize_t count = http_reply_read(reply, strbuf_reserve(&body, room), room);
        if (count <= 0) {
            *ret_body = strbuf_str(&body);
            return (int) count;
        }
        strbuf_advance(&body, (size_t) count);
        if (body.len > max_bytes) {
            return -EFBIG;
        }
    }
}

static int fetch(
    HttpClient *client,
    const HttpRequest *request,
    Arena *arena,
    HttpResponse *ret_response,
    Error *err
)
{
    auto_http_reply HttpReply *reply = NULL;
    int rc = http_open(client, request, arena, &reply, err);
    if (rc < 0) {
        return rc;
    }
    size_t max_bytes =
        request->max_body_bytes ? request->max_body_bytes : client->options.max_body_bytes;
    Str body = STR("");
    rc = read_whole(reply, max_bytes, &body);
    if (rc < 0) {
        return error_errno(err, rc, "read the answer of %" STR_FMT, STR_ARG(request->url));
    }
    *ret_response = reply->response;
    ret_response->body = body;
    return 0;
}

int http_fetch(
    HttpClient *client,
    const HttpRequest *request,
    Arena *arena,
    HttpResponse *ret_response,
    Error *err
)
{
    Deadline former = narrow(client, request);
    int rc = fetch(client, request, arena, ret_response, err);
    fiber_restore_deadline(former);
    return rc;
}
