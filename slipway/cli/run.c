/* The body of main: global flags, the command, its flags, its run. */
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/mem.h"

#include "cli/internal.h"

static const char *const color_names[] = { "auto", "always", "never", NULL };
const char *const cli_format_names[] = { "text", "json", "yaml", NULL };

const CliFlag cli_global_flags[] = {
    CLI_FLAG(
        CliGlobals,
        file,
        "file",
        'f',
        CLI_STRINGS,
        .argument = "FILE",
        .complete = "file",
        .help = "Catalog to read; several are merged left to right"
    ),
    CLI_FLAG(
        CliGlobals,
        directory,
        "directory",
        'C',
        CLI_STRING,
        .argument = "DIR",
        .complete = "dir",
        .help = "Work as if started in DIR"
    ),
    CLI_FLAG(
        CliGlobals,
        environment,
        "environment",
        'e',
        CLI_STRING,
        .argument = "ENV",
        .complete = "environment",
        .help = "Environment to merge over the catalog (default: local where there is one)"
    ),
    CLI_FLAG(
        CliGlobals,
        project,
        "project",
        'p',
        CLI_STRING,
        .argument = "PROJECT",
        .help = "Name of this copy of the stack (default: the platform)"
    ),
    CLI_FLAG(
        CliGlobals,
        set,
        "set",
        0,
        CLI_STRINGS,
        .argument = "PATH=VALUE",
        .help = "Override one value of the catalog"
    ),
    CLI_FLAG(
        CliGlobals,
        color,
        "color",
        0,
        CLI_ENUM,
        .argument = "WHEN",
        .values = color_names,
        .help = "When to use colors; NO_COLOR is honoured"
    ),
    CLI_FLAG(
        CliGlobals, quiet, "quiet", 'q', CLI_BOOL, .help = "No status or progress, errors only"
    ),
    CLI_FLAG(CliGlobals, verbose, "verbose", 'v', CLI_BOOL, .help = "Say more on stderr"),
    CLI_FLAGS_END,
};

const Command *command_by_name(const Command *const *commands, Str name)
{
    for (; *commands; commands++) {
        if (str_eq_cstr(name, (*commands)->name)) {
            return *commands;
        }
    }
    return NULL;
}

DecodeStrings command_names(Arena *arena, const Command *const *commands)
{
    VEC(Str) names = { 0 };
    for (; *commands; commands++) {
        if (!(*commands)->is_hidden) {
            vec_push(&names, arena, str_from((*commands)->name));
        }
    }
    return (DecodeStrings) { .ptr = names.ptr, .len = names.len };
}

/* NO_COLOR (no-color.org) and a dumb terminal switch colors off unless --color always asks for
 * them. */
static bool wants_color(const CliGlobals *globals, int fd)
{
    if (globals->color != CLI_COLOR_AUTO) {
        return globals->color == CLI_COLOR_ALWAYS;
    }
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    return isatty(fd) && !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
}

static void look_at_terminal(Cli *cli)
{
    struct winsize size = { 0 };
    const char *ci = getenv("CI");
    cli->color_out = wants_color(&cli->globals, STDOUT_FILENO);
    cli->color_err = wants_color(&cli->globals, STDERR_FILENO);
    cli->is_terminal = isatty(STDERR_FILENO) && !(ci && *ci);
    cli->width = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}

static ExitCode usage_error(Cli *cli, const Error *err, const char *path)
{
    cli_error(cli, err);
    cli_hint(cli, "slipway %s%s--help shows the usage", path, *path ? " " : "");
    return EXIT_USAGE;
}

static ExitCode show_help(Cli *cli, const Command *command, const char *path)
{
    StrBuf out = STRBUF_ON_ARENA(cli->arena);
    help_command(&out, command, path, cli);
    cli_print(cli, strbuf_str(&out));
    return EXIT_OK;
}

static ExitCode
unknown_command(Cli *cli, const Command *const *commands, const char *name, const char *path)
{
    Error err = ERROR_INIT;
    DecodeStrings names = command_names(cli->arena, commands);
    Str near = str_nearest(str_from(name), names.ptr, names.len);
    if (near.len) {
        error_set(
            &err,
            -EINVAL,
            "unknown command \"%s\"; did you mean \"%" STR_FMT "\"?",
            name,
            STR_ARG(near)
        );
    } else {
        error_set(&err, -EINVAL, "unknown command \"%s\"", name);
    }
    return usage_error(cli, &err, path);
}

static ExitCode
run_decoded(Cli *cli, const Command *command, const char *path, int argc, const char *const *argv)
{
    Error err = ERROR_INIT;
    size_t size = command->options_size ? command->options_size : 1;
    void *options = command->defaults ? arena_memdup(cli->arena, command->defaults, size)
                                      : arena_alloc(cli->arena, size);
    FlagParse parse = { .arena = cli->arena, .flags = command->flags, .options = options };
    if (flags_from_environment(&parse, &err) < 0 || flags_parse(&parse, argc, argv, &err) < 0) {
        return usage_error(cli, &err, path);
    }
    if (parse.help) {
        return show_help(cli, command, path);
    }
    for (size_t i = 0; !command->takes_rest && i < parse.rest_count; i++) {
        vec_push(&parse.operands, cli->arena, parse.rest[i]);
    }
    if (parse.operands.len > command->max_args) {
        error_set(
            &err, -EINVAL, "unexpected argument \"%s\"", parse.operands.ptr[command->max_args]
        );
        return usage_error(cli, &err, path);
    }
    cli->args = parse.operands.ptr;
    cli->arg_count = parse.operands.len;
    cli->rest = command->takes_rest ? parse.rest : NULL;
    cli->rest_count = command->takes_rest ? parse.rest_count : 0;
    return command->run(cli, options);
}

/* Walks down the subcommands, then decodes and runs. `argv` starts behind the command's name. */
static ExitCode run_command(Cli *cli, const Command *command, int argc, const char *const *argv)
{
    const char *path = command->name;
    while (command->subcommands) {
        if (argc == 0 || strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0) {
            ExitCode code = show_help(cli, command, path);
            return argc == 0 ? EXIT_USAGE : code;
        }
        const Command *next = command_by_name(command->subcommands, str_from(argv[0]));
        if (!next) {
            return unknown_command(cli, command->subcommands, argv[0], path);
        }
        path = arena_printf(cli->arena, "%s %s", path, next->name);
        command = next;
        argc--;
        argv++;
    }
    cli->command = command;
    if (command->is_raw) {
        cli->args = argv;
        cli->arg_count = (size_t) argc;
        return command->run(cli, NULL);
    }
    return run_decoded(cli, command, path, argc, argv);
}

static ExitCode run(Cli *cli, int argc, const char *const *argv, const Command *const *commands)
{
    Error err = ERROR_INIT;
    FlagParse parse = { .arena = cli->arena,
                        .flags = cli_global_flags,
                        .options = &cli->globals,
                        .stop_at_operand = true };
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        look_at_terminal(cli);
        return run_command(cli, command_by_name(commands, STR("version")), 0, argv + argc);
    }
    if (flags_from_environment(&parse, &err) < 0 ||
        flags_parse(&parse, argc - 1, argv + 1, &err) < 0) {
        look_at_terminal(cli);
        return usage_error(cli, &err, "");
    }
    look_at_terminal(cli);
    int at = parse.consumed + 1;
    if (parse.help || at >= argc) {
        StrBuf out = STRBUF_ON_ARENA(cli->arena);
        help_overview(&out, commands, cli);
        cli_print(cli, strbuf_str(&out));
        return parse.help ? EXIT_OK : EXIT_USAGE;
    }
    const Command *command = command_by_name(commands, str_from(argv[at]));
    if (!command) {
        return unknown_command(cli, commands, argv[at], "");
    }
    return run_command(cli, command, argc - at - 1, argv + at + 1);
}

ExitCode cli_main(int argc, char **argv, const Command *const *commands)
{
    auto_arena Arena *arena = arena_new(0);
    Cli cli = { .arena = arena };
    return run(&cli, argc, (const char *const *) argv, commands);
}
