#include <signal.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/mem.h"
#include "loop/fiber.h"
#include "loop/process.h"

#include "stack/log_line.h"
#include "stack/native/driver.h"

enum { OUTPUT_MOST = 1024 * 1024 };

static bool tells_a_failure(Str line)
{
    static const Str words[] = { STR_INIT("ERROR"), STR_INIT("Error"), STR_INIT("error"),
                                 STR_INIT("FATAL"), STR_INIT("fatal"), STR_INIT("Could not") };
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (str_find(line, words[i]) != STR_NONE) {
            return true;
        }
    }
    return false;
}

/* The first line that names a failure, else the last one: what follows a cause is advice. As it
 * shows on a terminal, without colors. */
static Str telling_line(Arena *arena, Str text, bool *ret_tells)
{
    StrBuf shown = STRBUF_ON_ARENA(arena);
    Str last = STR(""), line;
    *ret_tells = false;
    while (!*ret_tells && str_next_line(&text, &line)) {
        strbuf_clear(&shown);
        log_text_escape(&shown, line, false);
        line = str_trim(strbuf_str(&shown));
        *ret_tells = tells_a_failure(line);
        last = str_is_empty(line) ? last : str_dup(arena, line);
    }
    return last;
}

/* Of what it said on either stream. */
static Str last_words(Arena *arena, const ProcessResult *result)
{
    bool err_tells, out_tells;
    Str err = telling_line(arena, result->err, &err_tells);
    Str out = telling_line(arena, result->out, &out_tells);
    return !err_tells && (out_tells || str_is_empty(err)) ? out : err;
}

static int tool_failed(const ToolRun *run, const ProcessResult *result, Error *err)
{
    auto_arena Arena *arena = arena_new(0);
    Str said = last_words(arena, result);
    if (result->exit.signal) {
        return error_set(err, -EIO, "%s was ended by signal %d", run->argv[0], result->exit.signal);
    }
    return error_set(
        err, -EIO, "%s: exit code %d: %" STR_FMT, run->argv[0], result->exit.code, STR_ARG(said)
    );
}

int tool_run(NativeContext *ctx, const ToolRun *run, Str *ret_output, Error *err)
{
    ProcessOptions options = {
        .argv = run->argv,
        .envp = run->envp,
        .directory = run->directory,
        .user = run->user,
        .stdin_mode = STDIO_PIPE,
        .stdout_mode = STDIO_PIPE,
        .stderr_mode = STDIO_PIPE,
        .new_group = true,
        .death_signal = SIGKILL,
        .max_output_bytes = OUTPUT_MOST,
    };
    ProcessResult result = { 0 };
    Deadline former = fiber_narrow_deadline(deadline_in_ms(run->timeout_ms));
    int rc = process_run(ctx->loop, &options, run->input, ctx->arena, &result, err);
    fiber_restore_deadline(former);
    if (rc == -ETIMEDOUT) {
        return error_set(
            err, rc, "%s did not end within %d s", run->argv[0], (int) (run->timeout_ms / 1000)
        );
    }
    if (rc < 0) {
        return error_wrap(err, rc, "run %s", run->argv[0]);
    }
    if (result.exit.code != 0 || result.exit.signal) {
        return tool_failed(run, &result, err);
    }
    if (ret_output) {
        *ret_output = result.out;
    }
    return 0;
}

int64_t native_port(const NativeContext *ctx, size_t index)
{
    const PortList *ports = &ctx->node->ports;
    return index < ports->len ? place_port(ctx->place, &ports->ptr[index]) : 0;
}

static const char *const *argv_of(Arena *arena, const DecodeStrings *words)
{
    const char **argv = ARENA_ARRAY(arena, const char *, words->len + 1);
    for (size_t i = 0; i < words->len; i++) {
        argv[i] = str_to_cstr(arena, words->ptr[i]);
    }
    return argv;
}

static int port_named(const NativeContext *ctx, Str name, int64_t *ret_port, Error *err)
{
    const Port *port = port_find(&ctx->node->ports, name);
    if (!port) {
        return error_set(err, -EINVAL, "health names no port: \"%" STR_FMT "\"", STR_ARG(name));
    }
    *ret_port = place_port(ctx->place, port);
    return 0;
}

int probe_of_health(const NativeContext *ctx, const Health *health, ProbeSpec *ret_spec, Error *err)
{
    ProbeSpec spec = { .host = "127.0.0.1",
                       .interval_ms = health->interval_ns / NS_PER_MS,
                       .timeout_ms = health->timeout_ns / NS_PER_MS };
    int rc = 0;
    if (health->command.len > 0) {
        spec.kind = PROBE_EXEC;
        spec.argv = argv_of(ctx->arena, &health->command);
    } else if (health->ready.len > 0) {
        spec.kind = PROBE_HTTP;
        spec.path = str_to_cstr(ctx->arena, health->ready);
        rc = port_named(ctx, STR("http"), &spec.port, err);
    } else if (health->grpc.len > 0) {
        spec.kind = PROBE_GRPC;
        rc = port_named(ctx, health->grpc, &spec.port, err);
    } else if (health->tcp.len > 0) {
        spec.kind = PROBE_TCP;
        rc = port_named(ctx, health->tcp, &spec.port, err);
    }
    if (rc == 0) {
        *ret_spec = spec;
    }
    return rc;
}

const char *const *native_server_env(const NativeContext *ctx, const char *home)
{
    Arena *arena = ctx->arena;
    const char *path = getenv("PATH");
    const char **envp = ARENA_ARRAY(arena, const char *, 7);
    envp[0] = arena_printf(arena, "PATH=%s", path ? path : "/usr/bin:/bin");
    envp[1] = arena_printf(arena, "HOME=%s", home);
    envp[2] = "LANG=C.UTF-8";
    envp[3] = "TZ=UTC";
    envp[4] = str_to_cstr(arena, place_marker_of(arena, ctx->place, ctx->node->name));
    return envp;
}
