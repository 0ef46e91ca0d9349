/* Services and tasks: their command, or what their language implies. */
#include <signal.h>

#include "base/fs.h"
#include "base/path.h"

#include "stack/native/driver.h"

static Str directory_of(const NativeContext *ctx)
{
    const PlanNode *node = ctx->node;
    Arena *arena = ctx->arena;
    Str path = node->kind == PLAN_TASK ? node->task->path : node->service->path;
    Str directory = path_join(arena, ctx->place->root, path);
    bool is_built = node->kind == PLAN_SERVICE && node->service->language == LANGUAGE_C &&
                    node->service->command.len == 0;
    /* What Meson built runs where the catalog lies; a command runs in the service's own folder. */
    return is_built || !fs_is_dir(str_to_cstr(arena, directory)) ? ctx->place->root : directory;
}

/* A word with a '/' is a path seen from the working directory or, failing that, the catalog's. */
static Str program_path(const NativeContext *ctx, Str word)
{
    Arena *arena = ctx->arena;
    if (!str_has_char(word, '/') || path_is_absolute(word)) {
        return word;
    }
    Str beside = path_join(arena, directory_of(ctx), word);
    if (fs_exists(str_to_cstr(arena, beside))) {
        return beside;
    }
    return path_join(arena, ctx->place->root, word);
}

static Str built_program(const NativeContext *ctx)
{
    Str name = ctx->node->name;
    return path_join(
        ctx->arena,
        ctx->place->root,
        str_printf(
            ctx->arena,
            "build/services/%" STR_FMT "/%" STR_FMT "-service",
            STR_ARG(name),
            STR_ARG(name)
        )
    );
}

static int implied_command(const NativeContext *ctx, const char ***ret_argv, Error *err)
{
    static const char *npm_dev[] = { "npm", "run", "dev", NULL };
    const Service *service = ctx->node->service;
    if (service->language == LANGUAGE_NODE) {
        *ret_argv = npm_dev;
        return 0;
    }
    if (service->language != LANGUAGE_C) {
        return error_set(
            err,
            -EINVAL,
            "no command says how %" STR_FMT " starts; add `command: [program, argument…]`",
            STR_ARG(service->name)
        );
    }
    Str program = built_program(ctx);
    const char **argv = ARENA_ARRAY(ctx->arena, const char *, 2);
    argv[0] = str_to_cstr(ctx->arena, program);
    if (!fs_is_executable(argv[0])) {
        return error_set(
            err, -ENOENT, "%s is not built; run `make build`", argv[0] + ctx->place->root.len + 1
        );
    }
    *ret_argv = argv;
    return 0;
}

static int command_of(const NativeContext *ctx, const char ***ret_argv, Error *err)
{
    const PlanNode *node = ctx->node;
    const DecodeStrings *words =
        node->kind == PLAN_TASK ? &node->task->command : &node->service->command;
    if (words->len == 0) {
        return implied_command(ctx, ret_argv, err);
    }
    const char **argv = ARENA_ARRAY(ctx->arena, const char *, words->len + 1);
    for (size_t i = 0; i < words->len; i++) {
        Str word;
        int rc = env_expand(ctx->arena, ctx->env, node, words->ptr[i], &word, err);
        if (rc < 0) {
            return error_wrap(err, rc, "command");
        }
        argv[i] = str_to_cstr(ctx->arena, i == 0 ? program_path(ctx, word) : word);
    }
    *ret_argv = argv;
    return 0;
}

static int check(const NativeContext *ctx, Error *err)
{
    const char **argv = NULL;
    int rc = command_of(ctx, &argv, err);
    if (rc < 0) {
        return rc;
    }
    if (strchr(argv[0], '/') && fs_is_executable(argv[0])) {
        return 0;
    }
    if (strchr(argv[0], '/')) {
        return fs_is_file(argv[0])
                   ? error_set(err, -EACCES, "%s may not be executed; chmod +x it", argv[0])
                   : error_set(err, -ENOENT, "no program %s", argv[0]);
    }
    if (str_is_empty(fs_find_program(ctx->arena, argv[0]))) {
        return error_set(err, -ENOENT, "no program \"%s\" in PATH", argv[0]);
    }
    return 0;
}

static int prepare(NativeContext *ctx, NativeCommand *ret_command, Error *err)
{
    const char **argv = NULL;
    const char *const *envp = NULL;
    int rc = command_of(ctx, &argv, err);
    if (rc == 0) {
        rc = env_build(ctx->arena, ctx->env, ctx->node, &envp, err);
    }
    if (rc < 0) {
        return rc;
    }
    *ret_command = (NativeCommand) { .argv = argv,
                                     .envp = envp,
                                     .directory = str_to_cstr(ctx->arena, directory_of(ctx)),
                                     .stop_signal = SIGTERM };
    return 0;
}

const NativeDriver native_service = { .check = check, .prepare = prepare };
