#include "cmd/up_screen.h"

#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

#include "cmd/log_printer.h"
#include "stack/why.h"

enum { PENDING_MOST = 4 * 1024 * 1024, AGAIN_MS = 10, LAST_MS = 1000 };

struct UpScreen {
    Cli *cli;
    const Plan *plan;
    Supervisor *supervisor;
    LogPrinter printer;
    StrBuf pending;
    uint64_t dropped;
    Timer *timer;
    Str *shown; /* state of each node that was told */
    bool is_ready;
    int64_t started_us;
};

UpScreen *up_screen_new(Cli *cli, const Plan *plan)
{
    UpScreen *screen = MEM_NEW(UpScreen);
    *screen = (UpScreen) {
        .cli = cli,
        .plan = plan,
        .printer = { .color = cli->color_out, .scratch = arena_new(0) },
        .shown = ARENA_ARRAY(cli->arena, Str, plan->len),
        .started_us = clock_utc_us(),
    };
    for (size_t i = 0; i < plan->len; i++) {
        size_t len = plan->nodes[i].selected ? plan->nodes[i].name.len : 0;
        screen->printer.width = len > screen->printer.width ? len : screen->printer.width;
    }
    return screen;
}

void up_screen_free(UpScreen *screen)
{
    timer_free(screen->timer);
    arena_free(screen->printer.scratch);
    strbuf_done(&screen->pending);
    free(screen);
}

/* A pipe or terminal that polls writable takes PIPE_BUF bytes at once. */
static void write_some(UpScreen *screen)
{
    size_t at = 0;
    while (at < screen->pending.len) {
        struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };
        if (poll(&out, 1, 0) != 1) {
            break;
        }
        size_t left = screen->pending.len - at;
        ssize_t wrote =
            write(STDOUT_FILENO, screen->pending.ptr + at, left < PIPE_BUF ? left : PIPE_BUF);
        if (wrote <= 0) {
            at = screen->pending.len; /* nobody reads any more */
            break;
        }
        at += (size_t) wrote;
    }
    strbuf_remove(&screen->pending, 0, at);
}

static void on_timer(Timer *timer, void *arg)
{
    UpScreen *screen = arg;
    write_some(screen);
    if (screen->dropped > 0 && screen->pending.len == 0) {
        strbuf_addf(
            &screen->pending,
            "… %llu lines were not shown; slipway logs has them\n",
            (unsigned long long) screen->dropped
        );
        screen->dropped = 0;
    }
    if (screen->pending.len > 0) {
        timer_start(timer, AGAIN_MS, 0);
    }
}

void up_screen_attach(UpScreen *screen, Supervisor *supervisor)
{
    screen->supervisor = supervisor;
    screen->timer = timer_new(loop_current(), on_timer, screen);
}

static void on_log(void *arg, size_t node, const LogRecord *record)
{
    UpScreen *screen = arg;
    if (screen->pending.len > PENDING_MOST) {
        screen->dropped++;
        return;
    }
    log_printer_add(
        &screen->printer, &screen->pending, screen->plan->nodes[node].name, node, record
    );
    if (screen->timer && !timer_is_active(screen->timer)) {
        timer_start(screen->timer, 1, 0);
    }
}

static void tell_ready(UpScreen *screen)
{
    size_t failed;
    if (screen->is_ready || supervisor_outcome(screen->supervisor, &failed) != CORE_ALL_READY) {
        return;
    }
    screen->is_ready = true;
    cli_status(
        screen->cli,
        "everything is ready after %.1f s; Ctrl-C stops it",
        (double) (clock_utc_us() - screen->started_us) / 1e6
    );
}

static void on_change(void *arg, size_t index)
{
    UpScreen *screen = arg;
    if (!screen->supervisor) {
        return;
    }
    auto_arena Arena *arena = arena_new(0);
    NodeView node = supervisor_node_view(screen->supervisor, arena, index);
    if (str_eq(screen->shown[index], node.state)) {
        return;
    }
    screen->shown[index] = node.state; /* a static name */
    static const char *const told[] = { "ready",  "unhealthy", "backoff",
                                        "exited", "failed",    "completed" };
    for (size_t i = 0; i < ARRAY_LEN(told); i++) {
        if (str_eq_cstr(node.state, told[i])) {
            cli_status(
                screen->cli,
                "%" STR_FMT " is %" STR_FMT "%s%" STR_FMT,
                STR_ARG(node.name),
                STR_ARG(node.state),
                node.reason.len ? ": " : "",
                STR_ARG(node.reason)
            );
        }
    }
    if (str_eq_cstr(node.state, "failed") || str_eq_cstr(node.state, "unhealthy")) {
        cli_hint(screen->cli, "slipway why %" STR_FMT, STR_ARG(node.name));
    }
    tell_ready(screen);
}

SupervisorListener up_screen_listener(UpScreen *screen)
{
    return (SupervisorListener) { .arg = screen, .on_change = on_change, .on_log = on_log };
}

void up_screen_flush(UpScreen *screen)
{
    Deadline deadline = deadline_in_ms(LAST_MS);
    while (screen->pending.len > 0 && deadline_left_ms(deadline) > 0) {
        write_some(screen);
        if (screen->pending.len > 0) {
            poll(NULL, 0, AGAIN_MS);
        }
    }
}
