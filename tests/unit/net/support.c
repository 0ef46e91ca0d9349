#include "support.h"

static Fixture *of(HttpExchange *exchange)
{
    return exchange->user ? exchange->user : NULL;
}

static void echo(HttpExchange *exchange)
{
    Str body;
    int rc = http_read_body(exchange, 1024 * 1024, &body);
    if (rc == -EFBIG) {
        http_respond(exchange, 413, STR("too large\n"));
    } else if (rc == -EBADMSG) {
        http_respond(exchange, 400, STR("malformed\n"));
    } else if (rc == -ETIME) {
        http_respond(exchange, 408, STR("too slow\n"));
    } else if (rc == 0) {
        http_respond(exchange, 200, body);
    }
}

static void stream_numbers(HttpExchange *exchange)
{
    http_headers_add(&exchange->response_headers, STR("Content-Type"), STR("text/plain"));
    http_respond_start(exchange, 200);
    for (int i = 0; i < 3; i++) {
        http_write(exchange, str_printf(exchange->arena, "piece %d\n", i));
        fiber_yield();
    }
    HttpHeaders trailers = HTTP_HEADERS_ON_ARENA(exchange->arena);
    http_headers_add(&trailers, STR("X-Sum"), STR("3"));
    http_respond_end(exchange, &trailers);
}

static void send_megabytes(HttpExchange *exchange)
{
    enum { PIECES = 64, PIECE_BYTES = 64 * 1024 };
    char *piece = arena_alloc(exchange->arena, PIECE_BYTES);
    memset(piece, 'm', PIECE_BYTES);
    http_respond_start(exchange, 200);
    for (int i = 0; i < PIECES; i++) {
        if (http_write(exchange, str_make(piece, PIECE_BYTES)) < 0) {
            return;
        }
    }
    http_respond_end(exchange, NULL);
}

static void wait_long(HttpExchange *exchange, Fixture *fixture)
{
    if (fiber_sleep_ms(60 * 1000) == -ECANCELED) {
        fixture->canceled++;
        return;
    }
    http_respond(exchange, 200, STR("late\n"));
}

static void describe(HttpExchange *exchange)
{
    StrBuf out = STRBUF_ON_ARENA(exchange->arena);
    strbuf_addf(
        &out,
        "%" STR_FMT " path=%" STR_FMT " query=%" STR_FMT " authority=%" STR_FMT "\n",
        STR_ARG(exchange->method_name),
        STR_ARG(exchange->path),
        STR_ARG(exchange->query),
        STR_ARG(exchange->authority)
    );
    http_headers_foreach(item, &exchange->headers)
    {
        strbuf_addf(
            &out, "[%" STR_FMT "]=[%" STR_FMT "]\n", STR_ARG(item->name), STR_ARG(item->value)
        );
    }
    http_headers_add(&exchange->response_headers, STR("X-Test"), STR("yes"));
    http_respond(exchange, 200, strbuf_str(&out));
}

static void handle(HttpExchange *exchange, void *arg)
{
    Fixture *fixture = arg;
    exchange->user = fixture;
    fixture->handled++;
    if (str_eq_cstr(exchange->path, "/hello")) {
        http_respond(exchange, 200, STR("hello\n"));
    } else if (str_eq_cstr(exchange->path, "/echo")) {
        echo(exchange);
    } else if (str_eq_cstr(exchange->path, "/stream")) {
        stream_numbers(exchange);
    } else if (str_eq_cstr(exchange->path, "/megabytes")) {
        send_megabytes(exchange);
    } else if (str_eq_cstr(exchange->path, "/wait")) {
        wait_long(exchange, fixture);
    } else if (str_eq_cstr(exchange->path, "/empty")) {
        http_respond(exchange, 204, STR(""));
    } else if (str_eq_cstr(exchange->path, "/split")) {
        http_headers_add(&exchange->response_headers, STR("X-Bad"), STR("a\r\nInjected: 1"));
        http_respond(exchange, 200, STR("never\n"));
    } else if (str_eq_cstr(exchange->path, "/half")) {
        http_respond_start(exchange, 200);
        http_write(exchange, STR("half of it"));
    } else if (!str_eq_cstr(exchange->path, "/silent")) {
        describe(exchange);
    }
}

static void count_end(HttpExchange *exchange, void *arg)
{
    assert_ptr_equal(of(exchange), arg);
    ((Fixture *) arg)->ended++;
}

static void count_error(HttpServerError *error, void *arg)
{
    Fixture *fixture = arg;
    fixture->last_error = error->status;
    fixture->errors++;
    http_headers_add(error->headers, STR("Content-Type"), STR("application/json"));
    strbuf_addf(error->body, "{\"status\":%d,\"reason\":\"%s\"}", error->status, error->reason);
}

static void run(void *arg)
{
    Fixture *fixture = arg;
    fixture->body(fixture);
    http_server_free(fixture->server);
}

void fixture_run(void **state)
{
    Fixture *fixture = *state;
    Error err = ERROR_INIT;
    fixture->arena = arena_new(0);
    assert_int_equal(loop_new(&fixture->loop, &err), 0);
    fiber_run_main(fixture->loop, run, fixture);
    loop_free(fixture->loop);
    arena_free(fixture->arena);
}

void fixture_start(Fixture *fixture)
{
    Error err = ERROR_INIT;
    HttpServerOptions *options = &fixture->options;
    options->handler = options->handler ? options->handler : handle;
    options->arg = options->arg ? options->arg : fixture;
    if (options->handler == handle) {
        options->on_end = count_end;
        options->on_error = count_error;
    }
    Address address = { .host = "127.0.0.1", .port = 0 };
    assert_int_equal(http_server_new(fixture->loop, options, &fixture->server, &err), 0);
    if (http_server_listen(fixture->server, &address, &err) < 0) {
        fail_msg("%s", err.message);
    }
}

Address fixture_address(const Fixture *fixture)
{
    return (Address) { .host = "127.0.0.1", .port = http_server_port(fixture->server, 0) };
}

Stream *raw_connect(Fixture *fixture)
{
    Error err = ERROR_INIT;
    Address address = fixture_address(fixture);
    Stream *stream = NULL;
    if (stream_connect(fixture->loop, &address, deadline_in_ms(5000), &stream, &err) < 0) {
        fail_msg("%s", err.message);
    }
    return stream;
}

void raw_send(Stream *stream, Str data)
{
    stream_write(stream, data);
}

/* By the first byte: for a search of the whole, the thread sanitizer walks all that is left each time. */
static size_t count_bytes(Str text, Str part)
{
    size_t count = 0;
    for (size_t at; (at = str_find_char(text, part.ptr[0])) != STR_NONE;) {
        text = str_skip(text, at);
        count += str_has_prefix(text, part);
        text = str_skip(text, 1);
    }
    return count;
}

Str raw_read_until(Fixture *fixture, Stream *stream, Str text, size_t count)
{
    StrBuf got = STRBUF_ON_ARENA(fixture->arena);
    Deadline former = fiber_narrow_deadline(deadline_in_ms(PATIENCE_MS));
    size_t found = 0;
    size_t seen = 0; /* what may still be the beginning of one is looked at again */
    while (text.len == 0 || found < count) {
        enum { PIECE_BYTES = 16 * 1024 };
        ssize_t size = stream_read(stream, strbuf_reserve(&got, PIECE_BYTES), PIECE_BYTES);
        if (size == -ETIMEDOUT) {
            fail_msg("timed out having read %zu bytes: %s", got.len, got.ptr ? got.ptr : "");
        }
        if (size <= 0) {
            break;
        }
        strbuf_advance(&got, (size_t) size);
        if (text.len > 0 && got.len >= text.len) {
            found += count_bytes(str_skip(strbuf_str(&got), seen), text);
            seen = got.len - (text.len - 1);
        }
    }
    fiber_restore_deadline(former);
    return strbuf_str(&got);
}

Str raw_read_all(Fixture *fixture, Stream *stream)
{
    return raw_read_until(fixture, stream, STR(""), 1);
}

Str raw_talk(Fixture *fixture, Str request)
{
    Stream *stream = raw_connect(fixture);
    raw_send(stream, request);
    Str answer = raw_read_all(fixture, stream);
    stream_close(stream);
    return answer;
}

size_t count_of(Str text, const char *part)
{
    return count_bytes(text, str_from(part));
}

void assert_has(Str text, const char *part)
{
    if (str_find(text, str_from(part)) == STR_NONE) {
        fail_msg("'%s' is not in: %" STR_FMT, part, STR_ARG(text));
    }
}

void assert_has_not(Str text, const char *part)
{
    if (str_find(text, str_from(part)) != STR_NONE) {
        fail_msg("'%s' is in: %" STR_FMT, part, STR_ARG(text));
    }
}
