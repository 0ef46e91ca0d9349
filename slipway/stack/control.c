#include "stack/control.h"

#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "codec/json.h"
#include "loop/fiber.h"
#include "loop/stream.h"
#include "net/http_server.h"

enum { BODY_MOST = 64 * 1024, DRAIN_MS = 500, EVENTS_MOST = 32, BACKLOG_MOST = 1024 * 1024 };

/* One GET /v1/events under way. */
typedef struct Follower {
    StrBuf pending; /* lines to be sent */
    Fiber *fiber;   /* parked for more, or NULL */
    bool overrun;   /* it doesn't read: it is cut off rather than waited for */
} Follower;

struct Control {
    Loop *loop;
    Supervisor *supervisor;
    HttpServer *server;
    Listener *listener;
    char *socket_path;
    Follower *followers[EVENTS_MOST];
    bool closing;
    void (*done)(void *arg);
    void *done_arg;
};

/* ---- answers ---- */

static void respond_json(HttpExchange *exchange, int status, StrBuf *body)
{
    strbuf_add_char(body, '\n');
    http_headers_add(&exchange->response_headers, STR("Content-Type"), STR("application/json"));
    http_respond(exchange, status, strbuf_str(body));
}

static void respond_error(HttpExchange *exchange, int status, const char *code, Str message)
{
    StrBuf body = STRBUF_ON_ARENA(exchange->arena);
    JsonWriter writer = json_writer(&body, 0);
    json_begin_object(&writer);
    json_key(&writer, "error");
    json_begin_object(&writer);
    json_field_string(&writer, "code", str_from(code));
    json_field_string(&writer, "message", message);
    json_end_object(&writer);
    json_end_object(&writer);
    respond_json(exchange, status, &body);
}

static void respond_result(HttpExchange *exchange, int rc, const Error *err)
{
    Str message = str_from(err->message);
    switch (rc) {
    case 0: {
        StrBuf body = STRBUF_ON_ARENA(exchange->arena);
        strbuf_add_cstr(&body, "{\"ok\":true}");
        respond_json(exchange, 202, &body);
        return;
    }
    case -ESHUTDOWN:
        respond_error(exchange, 409, "stopping", message);
        return;
    case -EADDRINUSE:
        respond_error(exchange, 409, "port_taken", message);
        return;
    case -ENOENT:
        respond_error(exchange, 404, "not_found", message);
        return;
    default:
        respond_error(exchange, 400, "refused", message);
        return;
    }
}

static void get_stack(Control *control, HttpExchange *exchange)
{
    StrBuf body = STRBUF_ON_ARENA(exchange->arena);
    JsonWriter writer = json_writer(&body, 0);
    stack_view_write(&writer, supervisor_view(control->supervisor, exchange->arena));
    respond_json(exchange, 200, &body);
}

/* ---- POST ---- */

static const char **read_names(Arena *arena, const Node *list, size_t *ret_count)
{
    size_t len = node_is_seq(list) ? list->seq.len : 0;
    const char **names = ARENA_ARRAY(arena, const char *, len);
    for (size_t i = 0; i < len; i++) {
        names[i] = str_to_cstr(arena, node_string_or(list->seq.items[i], STR("")));
    }
    *ret_count = len;
    return names;
}

static void post_up(Control *control, HttpExchange *exchange)
{
    Str text;
    Node *root = NULL;
    Error err = ERROR_INIT;
    int rc = http_read_body(exchange, BODY_MOST, &text);
    rc = rc < 0 ? error_errno(&err, rc, "read the request")
                : json_read_str(exchange->arena, text, NULL, &root, &err);
    if (rc == 0) {
        PlanQuery query = { 0 };
        Arena *arena = exchange->arena;
        const Node *no_deps = node_get_cstr(root, "no_deps");
        query.names = read_names(arena, node_get_cstr(root, "services"), &query.name_count);
        query.profiles = read_names(arena, node_get_cstr(root, "profiles"), &query.profile_count);
        query.no_deps = no_deps && no_deps->kind == NODE_BOOL && no_deps->boolean;
        rc = supervisor_add(control->supervisor, &query, &err);
    }
    respond_result(exchange, rc, &err);
}

static void stop_later(void *arg)
{
    supervisor_stop(arg);
}

static void end_now_later(void *arg)
{
    supervisor_end_now(arg);
}

static void post_down(Control *control, HttpExchange *exchange)
{
    Error err = ERROR_INIT;
    respond_result(exchange, 0, &err);
    bool now = str_eq_cstr(exchange->query, "now");
    loop_defer(control->loop, now ? end_now_later : stop_later, control->supervisor);
}

/* "NAME/start" */
static void post_service(Control *control, HttpExchange *exchange, Str rest)
{
    static const char *const acts[] = { "start", "stop", "restart" };
    Str name, verb;
    if (!str_cut(rest, '/', &name, &verb)) {
        respond_error(exchange, 404, "not_found", STR("no such path"));
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
        if (str_eq_cstr(verb, acts[i])) {
            Error err = ERROR_INIT;
            int rc = supervisor_act(control->supervisor, name, (SupervisorAct) i, &err);
            respond_result(exchange, rc, &err);
            return;
        }
    }
    respond_error(exchange, 404, "not_found", STR("a node can start, stop and restart"));
}

/* ---- GET /v1/events ---- */

static void send_line(Control *control, Str line)
{
    for (size_t i = 0; i < EVENTS_MOST; i++) {
        Follower *follower = control->followers[i];
        if (!follower) {
            continue;
        }
        if (follower->pending.len + line.len > BACKLOG_MOST) {
            follower->overrun = true;
        } else {
            strbuf_add(&follower->pending, line);
        }
        if (follower->fiber) {
            Fiber *fiber = follower->fiber;
            follower->fiber = NULL;
            fiber_wake(fiber, 0);
        }
    }
}

static bool has_followers(const Control *control)
{
    for (size_t i = 0; i < EVENTS_MOST; i++) {
        if (control->followers[i]) {
            return true;
        }
    }
    return false;
}

static void on_change(void *arg, size_t node)
{
    Control *control = arg;
    if (!has_followers(control)) {
        return;
    }
    auto_arena Arena *arena = arena_new(0);
    StrBuf line = STRBUF_ON_ARENA(arena);
    JsonWriter writer = json_writer(&line, 0);
    NodeView view = supervisor_node_view(control->supervisor, arena, node);
    json_begin_object(&writer);
    json_key(&writer, "node");
    node_view_write(&writer, &view);
    json_end_object(&writer);
    strbuf_add_char(&line, '\n');
    send_line(control, strbuf_str(&line));
}

static int follow(Control *control, Follower *follower, HttpExchange *exchange)
{
    auto_strbuf StrBuf lines = STRBUF_INIT;
    for (;;) {
        while (follower->pending.len == 0 && !follower->overrun && !control->closing) {
            follower->fiber = fiber_self();
            int rc = fiber_park();
            follower->fiber = NULL;
            if (rc < 0) {
                return rc;
            }
        }
        if (follower->overrun || (control->closing && follower->pending.len == 0)) {
            return 0;
        }
        strbuf_clear(&lines);
        strbuf_add(&lines, strbuf_str(&follower->pending));
        strbuf_clear(&follower->pending);
        int rc = http_write(exchange, strbuf_str(&lines));
        rc = rc < 0 ? rc : http_flush(exchange);
        if (rc < 0) {
            return rc;
        }
    }
}

static void get_events(Control *control, HttpExchange *exchange)
{
    size_t slot = 0;
    while (slot < EVENTS_MOST && control->followers[slot]) {
        slot++;
    }
    if (slot == EVENTS_MOST || control->closing) {
        respond_error(exchange, 503, "busy", STR("too many follow the events already"));
        return;
    }
    Follower follower = { .pending = STRBUF_INIT };
    control->followers[slot] = &follower;
    http_headers_add(&exchange->response_headers, STR("Content-Type"), STR("application/x-ndjson"));
    int rc = http_respond_start(exchange, 200);
    rc = rc < 0 ? rc : http_flush(exchange);
    rc = rc < 0 ? rc : follow(control, &follower, exchange);
    control->followers[slot] = NULL;
    strbuf_done(&follower.pending);
    if (rc == 0) {
        http_respond_end(exchange, NULL);
    }
}

/* ---- routes ---- */

static void handle(HttpExchange *exchange, void *arg)
{
    Control *control = arg;
    Str path = exchange->path;
    bool is_get = exchange->method == HTTP_GET, is_post = exchange->method == HTTP_POST;
    if (is_get && str_eq_cstr(path, "/v1/stack")) {
        get_stack(control, exchange);
    } else if (is_get && str_eq_cstr(path, "/v1/events")) {
        get_events(control, exchange);
    } else if (is_post && str_eq_cstr(path, "/v1/up")) {
        post_up(control, exchange);
    } else if (is_post && str_eq_cstr(path, "/v1/down")) {
        post_down(control, exchange);
    } else if (is_post && str_strip_prefix(&path, STR("/v1/services/"))) {
        post_service(control, exchange, path);
    } else if (!is_get && !is_post) {
        respond_error(exchange, 405, "method", STR("GET and POST are understood"));
    } else {
        respond_error(exchange, 404, "not_found", STR("no such path"));
    }
}

/* ---- life ---- */

static bool is_owner(Stream *stream)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(stream_fd(stream), SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0) {
        return false;
    }
    return peer.uid == geteuid() || peer.uid == 0;
}

static void on_accept(Listener *listener, Stream *stream, void *arg)
{
    (void) listener;
    Control *control = arg;
    if (is_owner(stream)) {
        http_server_serve(control->server, stream);
    } else {
        stream_close(stream);
    }
}

int control_open(
    Loop *loop, const Place *place, Supervisor *supervisor, Control **ret_control, Error *err
)
{
    auto_arena Arena *arena = arena_new(0);
    Control *control = MEM_NEW(Control);
    control->loop = loop;
    control->supervisor = supervisor;
    control->socket_path = mem_strdup(str_to_cstr(arena, place->socket_path));
    HttpServerOptions options = {
        .handler = handle, .arg = control, .http1_only = true, .stack_bytes = 128 * 1024
    };
    Address address = { .unix_path = control->socket_path };
    /* The lock says that nobody serves it. */
    unlink(control->socket_path);
    int rc = http_server_new(loop, &options, &control->server, err);
    if (rc == 0) {
        rc = listener_open(loop, &address, on_accept, control, &control->listener, err);
    }
    if (rc < 0) {
        if (control->server) {
            http_server_free(control->server);
        }
        free(control->socket_path);
        free(control);
        return error_wrap(err, rc, "control socket");
    }
    SupervisorListener ear = { .arg = control, .on_change = on_change };
    supervisor_listen(supervisor, &ear);
    *ret_control = control;
    return 0;
}

static void drain(void *arg)
{
    Control *control = arg;
    http_server_drain(control->server, deadline_in_ms(DRAIN_MS));
    control->done(control->done_arg);
}

void control_free(Control *control)
{
    if (control) {
        http_server_free(control->server);
        free(control->socket_path);
        free(control);
    }
}

void control_close(Control *control, void (*done)(void *arg), void *arg)
{
    if (control->closing) {
        return;
    }
    control->closing = true;
    control->done = done;
    control->done_arg = arg;
    unlink(control->socket_path);
    listener_close(control->listener);
    send_line(control, STR("{\"phase\":\"down\"}\n"));
    FiberOptions options = { .name = "control end", .detached = true, .deadline = DEADLINE_NEVER };
    if (fiber_spawn(control->loop, &options, drain, control, NULL) < 0) {
        done(arg);
    }
}
