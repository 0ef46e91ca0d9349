#include "stack/control_client.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fs.h"
#include "codec/json.h"
#include "loop/fiber.h"
#include "net/http_client.h"

#include "stack/proc.h"
#include "stack/state_file.h"

enum { CALL_MS = 30 * 1000, BODY_MOST = 16 * 1024 * 1024, LOOK_MS = 5, SUSPENDED_MS = 2000 };

typedef struct Call {
    const Place *place;
    Arena *arena;
    const char *path;
    Str body;
    HttpMethod method;
    int64_t timeout_ms;
    ControlDone is_done;
    void *done_arg;
    Loop *loop;
    HttpClient *client;
    HttpResponse response;
    Error *err;
    int rc;
} Call;

/* What went wrong below says less than this. */
static int no_stack(Error *err)
{
    if (err) {
        error_clear(err);
    }
    return error_set(err, -ENOENT, "no stack runs here; start one with `slipway up`");
}

static int refused(const Call *call, const HttpResponse *response)
{
    Node *root = NULL;
    Str message = STR("");
    if (json_read_str(call->arena, response->body, NULL, &root, NULL) == 0) {
        message = node_string_or(node_at_path(root, STR("error.message")), STR(""));
    }
    if (str_is_empty(message)) {
        message = str_printf(call->arena, "it answered %d", response->status);
    }
    return error_set(
        call->err, response->status == 404 ? -ESRCH : -EREMOTEIO, "%" STR_FMT, STR_ARG(message)
    );
}

static HttpRequest request_of(const Call *call, HttpMethod method, const char *path)
{
    return (HttpRequest) {
        .method = method,
        .url = str_printf(call->arena, "http://slipway%s", path),
        .unix_path = str_to_cstr(call->arena, call->place->socket_path),
        .body = call->body,
        .timeout_ms = CALL_MS,
        .max_body_bytes = BODY_MOST,
    };
}

/* By Ctrl-Z at its terminal, or a debugger: it answers nobody until it goes on. */
static bool is_suspended(const Call *call, int64_t *ret_pid)
{
    auto_arena Arena *arena = arena_new(0);
    StackView *view = NULL;
    ProcStat stat;
    if (state_file_read(arena, call->place, &view, NULL) < 0 ||
        proc_read((pid_t) view->pid, &stat) < 0) {
        return false;
    }
    *ret_pid = view->pid;
    return (stat.state == 'T' || stat.state == 't') && control_has_supervisor(call->place);
}

static int await_awake(const Call *call)
{
    int64_t pid = 0;
    Deadline deadline = deadline_in_ms(SUSPENDED_MS);
    while (is_suspended(call, &pid)) {
        if (deadline_left_ms(deadline) == 0) {
            return error_set(
                call->err,
                -EAGAIN,
                "the supervisor (pid %d) is suspended; fg in its terminal or `kill -CONT %d` lets "
                "it "
                "go on",
                (int) pid,
                (int) pid
            );
        }
        fiber_sleep_ms(LOOK_MS);
    }
    return 0;
}

static int fetch(Call *call, HttpMethod method, const char *path)
{
    int rc = call->is_done ? 0 : await_awake(call); /* who waits has a bound of its own */
    if (rc < 0) {
        return rc;
    }
    HttpRequest request = request_of(call, method, path);
    rc = http_fetch(call->client, &request, call->arena, &call->response, call->err);
    if (rc == -ENOENT || rc == -ECONNREFUSED) {
        return no_stack(call->err);
    }
    if (rc < 0) {
        return error_wrap(call->err, rc, "ask the stack");
    }
    return call->response.status >= 400 ? refused(call, &call->response) : 0;
}

static void fetch_main(void *arg)
{
    Call *call = arg;
    call->rc = fetch(call, call->method, call->path);
}

static int run_call(Call *call, FiberFn fn)
{
    int rc = loop_new(&call->loop, call->err);
    rc = rc < 0 ? rc
                : http_client_new(call->loop, &(HttpClientOptions) { 0 }, &call->client, call->err);
    if (rc == 0) {
        rc = fiber_run_main(call->loop, fn, call);
        http_client_free(call->client);
    }
    if (call->loop) {
        loop_free(call->loop);
    }
    return rc < 0 ? rc : call->rc;
}

int control_get_view(Arena *arena, const Place *place, StackView **ret_view, Error *err)
{
    Call call = {
        .place = place, .arena = arena, .method = HTTP_GET, .path = "/v1/stack", .err = err
    };
    int rc = run_call(&call, fetch_main);
    return rc < 0 ? rc : stack_view_read(arena, call.response.body, ret_view, err);
}

int control_post(const Place *place, const char *path, Str body, Error *err)
{
    auto_arena Arena *arena = arena_new(0);
    Call call = {
        .place = place, .arena = arena, .method = HTTP_POST, .path = path, .body = body, .err = err
    };
    return run_call(&call, fetch_main);
}

/* ---- waiting ---- */

static int look(Call *call, bool *ret_done)
{
    Arena *former = call->arena;
    auto_arena Arena *arena = arena_new(0);
    call->arena = arena;
    StackView *view = NULL;
    int rc = fetch(call, HTTP_GET, "/v1/stack");
    rc = rc < 0 ? rc : stack_view_read(arena, call->response.body, &view, call->err);
    if (rc == 0) {
        *ret_done = call->is_done(call->done_arg, view);
    }
    call->arena = former;
    return rc;
}

/* The stream says that something changed; what it is now is asked for anew. */
static int look_at_each_change(Call *call, HttpReply *reply)
{
    char buffer[4096];
    for (bool done = false;;) {
        int rc = look(call, &done);
        if (rc < 0 || done) {
            return rc == -ENOENT ? -ESHUTDOWN : rc;
        }
        ssize_t got = http_reply_read(reply, buffer, sizeof buffer);
        if (got < 0) {
            return (int) got;
        }
        if (got == 0) {
            return error_set(call->err, -ESHUTDOWN, "the stack went down");
        }
    }
}

static void wait_main(void *arg)
{
    Call *call = arg;
    if (call->timeout_ms > 0) {
        fiber_narrow_deadline(deadline_in_ms(call->timeout_ms));
    }
    HttpRequest request = request_of(call, HTTP_GET, "/v1/events");
    auto_http_reply HttpReply *reply = NULL;
    call->rc = http_open(call->client, &request, call->arena, &reply, call->err);
    if (call->rc == -ENOENT || call->rc == -ECONNREFUSED) {
        call->rc = no_stack(call->err);
    } else if (call->rc == 0) {
        call->rc = look_at_each_change(call, reply);
    }
    if (call->rc == -ETIMEDOUT && call->err) {
        error_clear(call->err);
        error_set(call->err, -ETIMEDOUT, "the time is up");
    }
}

int control_wait(const Place *place, int64_t timeout_ms, ControlDone is_done, void *arg, Error *err)
{
    auto_arena Arena *arena = arena_new(0);
    Call call = { .place = place,
                  .arena = arena,
                  .timeout_ms = timeout_ms,
                  .is_done = is_done,
                  .done_arg = arg,
                  .err = err };
    return run_call(&call, wait_main);
}

bool control_has_supervisor(const Place *place)
{
    auto_arena Arena *arena = arena_new(0);
    auto_fd int fd = open(str_to_cstr(arena, place->lock_path), O_RDWR | O_CLOEXEC);
    struct flock lock = { .l_type = F_WRLCK, .l_len = 1 }; /* the supervisor's byte */
    return fd >= 0 && fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

int control_wait_gone(const Place *place, int64_t timeout_ms, Error *err)
{
    Deadline deadline = timeout_ms > 0 ? deadline_in_ms(timeout_ms) : DEADLINE_NEVER;
    while (control_has_supervisor(place)) {
        if (deadline_left_ms(deadline) == 0) {
            return error_set(err, -ETIMEDOUT, "the stack is still stopping");
        }
        poll(NULL, 0, LOOK_MS);
    }
    return 0;
}
