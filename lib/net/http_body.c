/* The request body: what came, what is still to come, and the handler that waits for it. */
#include <string.h>

#include "base/mem.h"

#include "server_internal.h"

_Static_assert(offsetof(Exchange, pub) == 0, "a const HttpExchange is cast to its Exchange");

static Exchange *of(HttpExchange *exchange)
{
    return CONTAINER_OF(exchange, Exchange, pub);
}

size_t exchange_body_buffered(const Exchange *exchange)
{
    return exchange->body_first.len + exchange->body_more.len - exchange->body_at;
}

void exchange_add_body(Exchange *exchange, Str data, bool stable)
{
    exchange->pub.bytes_in += data.len;
    Str *first = &exchange->body_first;
    bool none_more = exchange->body_more.len == 0;
    if (stable && none_more && (first->len == 0 || first->ptr + first->len == data.ptr)) {
        *first = str_make(first->len ? first->ptr : data.ptr, first->len + data.len);
    } else {
        strbuf_add(&exchange->body_more, data);
    }
    exchange_wake_reader(exchange);
}

void exchange_end_body(Exchange *exchange, int error)
{
    if (!exchange->body_ended && exchange->body_error == 0) {
        exchange->body_ended = error == 0;
        exchange->body_error = error;
    }
    exchange_wake_reader(exchange);
}

/* Takes up to `size` bytes of what is there. */
static size_t take(Exchange *exchange, char *buffer, size_t size)
{
    size_t from_first = exchange->body_first.len < size ? exchange->body_first.len : size;
    if (from_first) {
        memcpy(buffer, exchange->body_first.ptr, from_first);
        exchange->body_first = str_skip(exchange->body_first, from_first);
    }
    StrBuf *more = &exchange->body_more;
    size_t left = size - from_first;
    size_t from_more = more->len - exchange->body_at < left ? more->len - exchange->body_at : left;
    if (from_more) {
        memcpy(buffer + from_first, more->ptr + exchange->body_at, from_more);
        exchange->body_at += from_more;
        if (exchange->body_at == more->len) {
            strbuf_clear(more);
            exchange->body_at = 0;
        }
    }
    return from_first + from_more;
}

/* Parks until there is something to take, or the end (0), or an error. */
static int wait_for_body(Exchange *exchange)
{
    while (exchange_body_buffered(exchange) == 0) {
        if (exchange->body_error || exchange->body_ended) {
            return exchange->body_error;
        }
        exchange->ops->want_body(exchange);
        if (exchange->body_error) {
            return exchange->body_error;
        }
        exchange->reader = fiber_self();
        int rc = fiber_park_until(exchange->body_deadline);
        exchange->reader = NULL;
        if (rc == -ETIME) {
            exchange->connection->server->stats.timeouts_total++;
            exchange->body_error = rc;
        }
        if (rc < 0) {
            return rc;
        }
    }
    return 0;
}

ssize_t http_read(HttpExchange *pub, void *buffer, size_t size)
{
    Exchange *exchange = of(pub);
    int rc = wait_for_body(exchange);
    if (rc < 0) {
        return rc;
    }
    size_t taken = take(exchange, buffer, size);
    if (taken) {
        exchange->ops->took_body(exchange, taken);
    }
    return (ssize_t) taken;
}

/* The rest of the body is not read: the connection ends behind the answer. */
static int give_up(Exchange *exchange, int code)
{
    exchange->body_too_large = true;
    return code;
}

static bool is_out_of_room(const Exchange *exchange)
{
    const HttpServer *server = exchange->connection->server;
    return server->stats.memory_bytes > server->options.max_memory_bytes;
}

int http_read_body(HttpExchange *pub, size_t max_bytes, Str *ret_body)
{
    enum {
        PIECE_BYTES = 16 * 1024,
        TRUSTED_BYTES = 64 * 1024, /* reserved on the client's word; more only as it comes */
    };
    Exchange *exchange = of(pub);
    if (exchange->content_length > 0 && (uint64_t) exchange->content_length > max_bytes) {
        return give_up(exchange, -EFBIG);
    }
    if (exchange->body_ended && exchange->body_more.len == 0) {
        if (exchange->body_first.len > max_bytes) {
            return give_up(exchange, -EFBIG);
        }
        *ret_body = exchange->body_first;
        exchange->body_first = STR("");
        if (ret_body->len) {
            exchange->ops->took_body(exchange, ret_body->len);
        }
        return 0;
    }
    StrBuf body = STRBUF_ON_ARENA(pub->arena);
    if (exchange->content_length > 0 && exchange->content_length <= TRUSTED_BYTES) {
        strbuf_reserve(&body, (size_t) exchange->content_length);
    }
    for (;;) {
        size_t room = body.cap > body.len + 1 ? body.cap - body.len - 1 : PIECE_BYTES;
        ssize_t length = http_read(pub, strbuf_reserve(&body, room), room);
        if (length < 0) {
            return (int) length;
        }
        if (length == 0) {
            break;
        }
        strbuf_advance(&body, (size_t) length);
        if (body.len > max_bytes) {
            return give_up(exchange, -EFBIG);
        }
        if (is_out_of_room(exchange)) {
            HttpServer *server = exchange->connection->server;
            server->stats.shed_total++;
            server_reclaim(server);
            return give_up(exchange, -ENOBUFS);
        }
    }
    *ret_body = strbuf_str(&body);
    return 0;
}

int64_t http_content_length(const HttpExchange *pub)
{
    return ((const Exchange *) (const void *) pub)->content_length;
}
