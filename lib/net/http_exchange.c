/* The life of one exchange, whatever the protocol: arena, fiber, handler, answer, end. */
#include <stdio.h>

#include "base/mem.h"

#include "server_internal.h"

static Exchange *of(HttpExchange *exchange)
{
    return CONTAINER_OF(exchange, Exchange, pub);
}

static Arena *take_arena(HttpServer *server)
{
    if (server->arena_count) {
        return server->arenas[--server->arena_count];
    }
    Arena *arena = arena_new(ARENA_BLOCK_BYTES);
    arena_account(arena, &server->stats.memory_bytes);
    return arena;
}

static void give_arena(HttpServer *server, Arena *arena)
{
    if (server->arena_count == ARENA_POOL_MOST) {
        arena_free(arena);
        return;
    }
    arena_clear(arena);
    server->arenas[server->arena_count++] = arena;
}

Exchange *exchange_new(Connection *connection, const ExchangeOps *ops)
{
    HttpServer *server = connection->server;
    Arena *arena = take_arena(server);
    Exchange *exchange = ARENA_NEW(arena, Exchange);
    exchange->pub = (HttpExchange) {
        .server = server,
        .arena = arena,
        .peer = connection->peer,
        .headers = HTTP_HEADERS_ON_ARENA(arena),
        .trailers = HTTP_HEADERS_ON_ARENA(arena),
        .response_headers = HTTP_HEADERS_ON_ARENA(arena),
    };
    exchange->ops = ops;
    exchange->connection = connection;
    exchange->content_length = -1;
    exchange->body_deadline = DEADLINE_NEVER;
    exchange->out.arena = arena;
    exchange->next = connection->exchanges;
    if (exchange->next) {
        exchange->next->prev = exchange;
    }
    connection->exchanges = exchange;
    connection->exchange_count++;
    return exchange;
}

void exchange_release(Exchange *exchange)
{
    Connection *connection = exchange->connection;
    if (exchange->prev) {
        exchange->prev->next = exchange->next;
    } else {
        connection->exchanges = exchange->next;
    }
    if (exchange->next) {
        exchange->next->prev = exchange->prev;
    }
    connection->exchange_count--;
    if (exchange->counted) {
        --*exchange->counted;
    }
    timeout_disarm(&exchange->write_timeout);
    strbuf_done(&exchange->body_more);
    give_arena(connection->server, exchange->pub.arena);
}

/* ---- running ---- */

static const char no_room[] = "the server is out of room for this request";

static bool is_full(HttpServer *server)
{
    bool full = server->stats.memory_bytes >= server->options.max_memory_bytes;
    if (full) {
        server_reclaim(server);
    }
    return full;
}

static void finish(Exchange *exchange, bool handled)
{
    HttpServer *server = exchange->connection->server;
    exchange->fiber = NULL;
    if (!exchange->response_started && !exchange->pub.aborted) {
        exchange_reject(exchange, 500, "the request was not answered");
    } else if (!exchange->response_ended) {
        exchange->pub.aborted = true;
        exchange->response_ended = true;
        exchange->ops->abort(exchange);
    }
    if (handled && server->options.on_end) {
        server->options.on_end(&exchange->pub, server->options.arg);
    }
    exchange->running = false;
    exchange->ops->done(exchange);
}

static void run_handler(void *arg)
{
    Exchange *exchange = arg;
    const HttpServerOptions *options = &exchange->connection->server->options;
    exchange->fiber = fiber_self();
    bool handled = false;
    if (exchange->reject_status) {
        exchange_reject(exchange, exchange->reject_status, exchange->reject_reason);
    } else if (is_full(exchange->connection->server
               )) { /* those that came in one turn have filled it */
        exchange->connection->server->stats.shed_total++;
        exchange_reject(exchange, 503, no_room);
    } else if (!exchange->pub.aborted) {
        handled = true;
        options->handler(&exchange->pub, options->arg);
    }
    finish(exchange, handled);
}

/* Without a fiber. While it is `running`, a connection that breaks leaves it to us. An answer that waits
 * for a shut window holds its arena, so past a bound such requests get no answer but a reset. */
static void refuse(Exchange *exchange, int status, const char *reason)
{
    HttpServer *server = exchange->connection->server;
    exchange->counted = &server->refused_count;
    server->refused_count++;
    exchange->running = true;
    if (exchange->pub.version == HTTP_2 && server->refused_count > server->options.max_requests) {
        http_abort(&exchange->pub);
    } else {
        exchange_reject(exchange, status, reason);
    }
    exchange->running = false;
    exchange->ops->done(exchange);
}

static void shed(Exchange *exchange)
{
    exchange->connection->server->stats.shed_total++;
    refuse(exchange, 503, no_room);
}

void exchange_run(Exchange *exchange)
{
    Connection *connection = exchange->connection;
    HttpServer *server = connection->server;
    server->stats.requests_total++;
    connection->request_count++;
    exchange->pub.started_ns = clock_monotonic_ns();
    exchange->body_deadline =
        exchange->body_ended
            ? DEADLINE_NEVER
            : exchange->pub.started_ns + server->options.body_timeout_ms * NS_PER_MS;
    if (connection->request_count >= server->options.requests_per_connection || connection->shed) {
        exchange->close_after = true;
    }
    if (exchange->reject_status) {
        refuse(exchange, exchange->reject_status, exchange->reject_reason);
        return;
    }
    if (connection->shed || server->stats.requests >= server->options.max_requests ||
        is_full(server)) {
        shed(exchange);
        return;
    }
    FiberOptions fiber = {
        .name = "http request",
        .stack_bytes = server->options.stack_bytes,
        .deadline = DEADLINE_NEVER,
        .detached = true,
    };
    if (fiber_spawn(server->loop, &fiber, run_handler, exchange, NULL) < 0) {
        shed(exchange);
        return;
    }
    exchange->running = true;
    exchange->counted = &server->stats.requests;
    server->stats.requests++;
}

void exchange_wake_reader(Exchange *exchange)
{
    if (exchange->reader) {
        fiber_wake(exchange->reader, 0);
        exchange->reader = NULL;
    }
}

void exchange_wake_writer(Exchange *exchange)
{
    if (exchange->writer) {
        fiber_wake(exchange->writer, 0);
        exchange->writer = NULL;
    }
}

void exchange_abort_handler(Exchange *exchange)
{
    exchange->pub.aborted = true;
    exchange_end_body(exchange, -ECONNRESET);
    exchange_wake_writer(exchange);
    if (exchange->fiber) {
        fiber_cancel(exchange->fiber);
    }
}

/* ---- answers of the server itself ---- */

static void render_error(Exchange *exchange, int status, const char *reason, StrBuf *body)
{
    const HttpServerOptions *options = &exchange->connection->server->options;
    HttpHeaders *headers = &exchange->pub.response_headers;
    headers->len = 0;
    if (status == 503) {
        http_headers_add(
            headers,
            STR("Retry-After"),
            str_printf(exchange->pub.arena, "%d", options->retry_after_s)
        );
    }
    HttpServerError error = {
        .status = status,
        .reason = reason,
        .arena = exchange->pub.arena,
        .headers = headers,
        .body = body,
        .peer = exchange->pub.peer,
    };
    if (options->on_error) {
        options->on_error(&error, options->arg);
    }
    if (body->len == 0) {
        http_headers_set(headers, STR("Content-Type"), STR("text/plain; charset=utf-8"));
        strbuf_addf(
            body, "%d %" STR_FMT ": %s\n", status, STR_ARG(http_status_text(status)), reason
        );
    }
}

void exchange_reject(Exchange *exchange, int status, const char *reason)
{
    if (exchange->response_started || exchange->pub.aborted) {
        return;
    }
    if (status < 500) {
        exchange->connection->server->stats.protocol_errors_total++;
    }
    StrBuf body = STRBUF_ON_ARENA(exchange->pub.arena);
    render_error(exchange, status, reason, &body);
    exchange_respond_stable(exchange, status, strbuf_str(&body));
}

/* ---- the response, for handlers ---- */

static int begin_response(Exchange *exchange, int status)
{
    if (exchange->response_started) {
        return -EALREADY;
    }
    if (exchange->connection->closing) {
        return -EPIPE;
    }
    if (status < 200 || status > 599) {
        return -EINVAL;
    }
    http_headers_foreach(item, &exchange->pub.response_headers)
    {
        if (!http_name_is_valid(item->name) || !http_value_is_valid(item->value)) {
            exchange_reject(exchange, 500, "the answer had a header field that can't be sent");
            return -EINVAL;
        }
    }
    exchange->response_started = true;
    exchange->pub.status = status;
    return 0;
}

static int respond(Exchange *exchange, int status, Str body, bool stable)
{
    int rc = begin_response(exchange, status);
    if (rc < 0) {
        return rc;
    }
    exchange->response_ended = true;
    if (!exchange->is_head) {
        exchange->pub.bytes_out = body.len;
    }
    return exchange->ops->respond(exchange, body, stable);
}

int exchange_respond_stable(Exchange *exchange, int status, Str body)
{
    return respond(exchange, status, body, true);
}

int http_respond(HttpExchange *exchange, int status, Str body)
{
    return respond(of(exchange), status, body, false);
}

int http_respond_start(HttpExchange *pub, int status)
{
    Exchange *exchange = of(pub);
    int rc = begin_response(exchange, status);
    return rc < 0 ? rc : exchange->ops->start(exchange);
}

static bool is_open(const Exchange *exchange)
{
    return exchange->response_started && !exchange->response_ended;
}

/* Parks until the peer has taken enough. A peer that takes nothing for the write timeout is given
 * up. */
static int wait_for_room(Exchange *exchange)
{
    int64_t timeout_ms = exchange->connection->server->options.write_timeout_ms;
    while (exchange->ops->is_behind(exchange)) {
        if (exchange->pub.aborted || exchange->connection->closing) {
            return -EPIPE;
        }
        exchange->writer = fiber_self();
        int rc = fiber_park_until(deadline_in_ms(timeout_ms));
        exchange->writer = NULL;
        if (rc == -ETIME) {
            exchange->connection->server->stats.timeouts_total++;
            http_abort(&exchange->pub);
            return -EPIPE;
        }
        if (rc < 0) {
            return exchange->pub.aborted ? -EPIPE : rc;
        }
    }
    return 0;
}

int http_write(HttpExchange *pub, Str data)
{
    Exchange *exchange = of(pub);
    if (!is_open(exchange) || pub->aborted || exchange->connection->closing) {
        return -EPIPE;
    }
    if (data.len == 0 || exchange->is_head) {
        return 0;
    }
    pub->bytes_out += data.len;
    int rc = exchange->ops->write(exchange, data);
    return rc < 0 ? rc : wait_for_room(exchange);
}

int http_flush(HttpExchange *pub)
{
    Exchange *exchange = of(pub);
    return is_open(exchange) ? exchange->ops->flush(exchange) : -EPIPE;
}

int http_respond_end(HttpExchange *pub, const HttpHeaders *trailers)
{
    Exchange *exchange = of(pub);
    if (!is_open(exchange) || exchange->connection->closing) {
        return -EPIPE;
    }
    exchange->response_ended = true;
    return exchange->ops->end(exchange, trailers);
}

void http_abort(HttpExchange *pub)
{
    Exchange *exchange = of(pub);
    if (exchange->pub.aborted) {
        return;
    }
    exchange->pub.aborted = true;
    exchange->response_started = true;
    exchange->response_ended = true;
    exchange->ops->abort(exchange);
}

void http_close_after(HttpExchange *pub)
{
    of(pub)->close_after = true;
}

void http_end_on_drain(HttpExchange *pub)
{
    Exchange *exchange = of(pub);
    exchange->ends_on_drain = true;
    exchange_end_for_drain(exchange);
}

void exchange_end_for_drain(Exchange *exchange)
{
    if (exchange->ends_on_drain && exchange->connection->server->draining && exchange->fiber) {
        fiber_cancel(exchange->fiber);
    }
}
