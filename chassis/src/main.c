/* From the command line to a running service. */
#include <chassis/app.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fs.h"
#include "loop/process.h"

#include "build_info.h"
#include "options.h"
#include "serve.h"

#ifdef CHASSIS_FAILPOINTS
#define FAILPOINTS_NOTE ", with fail points"
#else
#define FAILPOINTS_NOTE ""
#endif

static const char *from_environment(const char *name, void *ctx)
{
    (void) ctx;
    return getenv(name);
}

static int print_config(const App *app, const ConfigSource *source)
{
    auto_strbuf StrBuf out = STRBUF_INIT;
    config_print(source, settings_rows(app, source->arena), &out);
    config_print(source, app->config, &out);
    fwrite(out.ptr, 1, out.len, stdout);
    return EXIT_FINE;
}

static int print_help(const App *app)
{
    printf(
        "%s-service: %s\n\n"
        "usage: %s-service [OPTION]\n\n"
        "Without an option it serves until SIGTERM. Its settings are environment variables.\n\n"
        "  --print-config            show every variable, its value and its meaning\n"
        "  --healthcheck             ask the running service; exit 0 when it is ready\n"
        "  --migrate-only            bring the database up to date and end\n"
        "  --dlq-replay TOPIC [--max N]  bring dead letters back to their topic\n"
        "  --version                 show what was built\n"
        "  --help                    this text\n",
        app->name,
        app->summary,
        app->name
    );
    return EXIT_FINE;
}

static int print_version(const App *app)
{
    Str commit = build_commit();
    Str time = build_time();
    printf(
        "%s-service %s (%" STR_FMT ", %" STR_FMT ", %s" FAILPOINTS_NOTE ")\n",
        app->name,
        BUILD_VERSION,
        STR_ARG(commit),
        STR_ARG(time),
        BUILD_COMPILER
    );
    return EXIT_FINE;
}

static bool read_settings(const App *app, const ConfigSource *source, Runtime *runtime)
{
    bool fine = settings_read(app, source, &runtime->settings);
    if (app->config) {
        runtime->config = arena_alloc(source->arena, app->config_bytes);
        fine = config_read(source, app->config, runtime->config) && fine;
    }
    if (!fine) {
        fprintf(stderr, "%s-service: configuration\n%s", app->name, source->problems->ptr);
    }
    return fine;
}

static int run_command(Runtime *runtime, const Options *options)
{
    switch (options->command) {
    case COMMAND_MIGRATE_ONLY:
        return serve_migrate_only(runtime);
    case COMMAND_DLQ_REPLAY:
        return serve_dlq_replay(runtime, options->topic, options->most);
    case COMMAND_HEALTHCHECK:
        return serve_healthcheck(runtime);
    default:
        return serve_run(runtime);
    }
}

static int run(const App *app, const ConfigSource *source, const Options *options)
{
    Runtime *runtime = ARENA_NEW(source->arena, Runtime);
    runtime->app = app;
    runtime->arena = source->arena;
    runtime->started_us = clock_utc_us();
    runtime->service = str_printf(source->arena, "%s-service", app->name);
    if (!read_settings(app, source, runtime)) {
        return EXIT_USAGE;
    }
    Error err = ERROR_INIT;
    int rc = runtime_init(runtime, &err);
    if (rc < 0) {
        fprintf(stderr, "%s: %s\n", runtime->service.ptr, err.message);
    }
    int exit_code = rc < 0 ? EXIT_ENVIRONMENT : run_command(runtime, options);
    runtime_done(runtime);
    return exit_code;
}

int app_main(const App *app, int argc, char **argv)
{
    Options options;
    const char *problem = NULL;
    fs_open_standard_streams();
    process_raise_files(); /* a shell's 1,024 would be 768 connections */
    if (!options_read(argc, argv, &options, &problem)) {
        fprintf(stderr, "%s-service: %s\n", app->name, problem);
        return EXIT_USAGE;
    }
    auto_arena Arena *arena = arena_new(0);
    StrBuf problems = STRBUF_ON_ARENA(arena);
    const ConfigSource source = { .lookup = from_environment,
                                  .arena = arena,
                                  .problems = &problems };
    switch (options.command) {
    case COMMAND_HELP:
        return print_help(app);
    case COMMAND_VERSION:
        return print_version(app);
    case COMMAND_PRINT_CONFIG:
        return print_config(app, &source);
    default:
        return run(app, &source, &options);
    }
}
