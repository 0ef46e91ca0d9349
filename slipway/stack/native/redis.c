/* Redis: the machine's redis-server, told everything on its command line. */
#include <signal.h>
#include <stdio.h>

#include "base/fs.h"
#include "base/vec.h"

#include "stack/native/driver.h"

enum { VERSION_MS = 2000 };

static int check(const NativeContext *ctx, Error *err)
{
    if (str_is_empty(fs_find_program(ctx->arena, "redis-server"))) {
        return error_set(
            err, -ENOENT, "no redis-server in PATH; on Debian: apt-get install redis-server"
        );
    }
    return 0;
}

/* "Redis server v=7.0.15 sha=…" */
static Str version_in(Arena *arena, Str said)
{
    size_t at = str_find(said, STR(" v="));
    Str version = at == STR_NONE ? STR("") : str_skip(said, at + 3), rest;
    str_cut(version, ' ', &version, &rest);
    return str_dup(arena, str_trim(version));
}

/* Not on a loop: doctor asks so. */
static Str ask_version(Arena *arena)
{
    char said[256] = "";
    /* NOLINTNEXTLINE(cert-env33-c): one word of our own, found in PATH as the server will be */
    FILE *pipe = popen("redis-server --version 2>/dev/null", "re");
    if (pipe) {
        size_t got = fread(said, 1, sizeof said - 1, pipe);
        said[got] = 0;
        pclose(pipe);
    }
    return version_in(arena, str_from(said));
}

static Str describe(const NativeContext *ctx)
{
    return str_printf(
        ctx->arena,
        "Redis %" STR_FMT ", %" STR_FMT " (the catalog says %" STR_FMT ")",
        STR_ARG(ask_version(ctx->arena)),
        STR_ARG(fs_find_program(ctx->arena, "redis-server")),
        STR_ARG(ctx->node->resource->version)
    );
}

/* Empty when it can't be told: that is no reason not to run. */
static Str learn_version(NativeContext *ctx, const NativeCommand *command)
{
    const char *const argv[] = { command->argv[0], "--version", NULL };
    ToolRun run = { .argv = argv,
                    .envp = command->envp,
                    .directory = "/",
                    .user = command->user,
                    .timeout_ms = VERSION_MS };
    Str said = STR("");
    return tool_run(ctx, &run, &said, NULL) == 0 ? version_in(ctx->arena, said) : STR("");
}

typedef VEC(const char *) Words;

static void add_flag(Words *words, Arena *arena, const char *name, const char *value)
{
    vec_push(words, arena, name);
    vec_push(words, arena, value);
}

static int prepare(NativeContext *ctx, NativeCommand *ret_command, Error *err)
{
    int rc = check(ctx, err);
    Arena *arena = ctx->arena;
    const Resource *redis = ctx->node->resource;
    Str data = place_data_of(arena, ctx->place, redis->name);
    Str account = place_account(arena, ctx->place, "redis");
    if (rc == 0) {
        rc = place_make_owned(ctx->place, data, account, err);
    }
    if (rc < 0) {
        return rc;
    }
    const char *directory = str_to_cstr(arena, data);
    Words words = { 0 };
    vec_push(&words, arena, str_to_cstr(arena, fs_find_program(arena, "redis-server")));
    add_flag(&words, arena, "--bind", "127.0.0.1");
    add_flag(&words, arena, "--port", arena_printf(arena, "%d", (int) native_port(ctx, 0)));
    add_flag(&words, arena, "--dir", directory);
    add_flag(&words, arena, "--daemonize", "no");
    add_flag(&words, arena, "--appendonly", redis->append_only ? "yes" : "no");
    if (redis->memory.len > 0) {
        add_flag(&words, arena, "--maxmemory", str_to_cstr(arena, redis->memory));
    }
    if (redis->eviction.len > 0) {
        add_flag(&words, arena, "--maxmemory-policy", str_to_cstr(arena, redis->eviction));
    }
    vec_push(&words, arena, NULL);
    *ret_command = (NativeCommand) {
        .argv = words.ptr,
        .envp = native_server_env(ctx, directory),
        .directory = directory,
        .user = account.len ? str_to_cstr(arena, account) : NULL,
        .stop_signal = SIGTERM,
        .stop_leader_only = true,
    };
    ret_command->version = learn_version(ctx, ret_command);
    return 0;
}

static void probe(const NativeContext *ctx, ProbeSpec *ret_spec)
{
    *ret_spec =
        (ProbeSpec) { .kind = PROBE_REDIS, .host = "127.0.0.1", .port = native_port(ctx, 0) };
}

const NativeDriver native_redis = {
    .check = check, .describe = describe, .prepare = prepare, .probe = probe
};
