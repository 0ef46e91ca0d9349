#include "version.h"

#include "commands.h"

typedef struct VersionOptions {
    int output;
} VersionOptions;

static const CliFlag flags[] = {
    CLI_FLAG(
        VersionOptions,
        output,
        "output",
        'o',
        CLI_ENUM,
        .argument = "FORMAT",
        .values = cli_format_names,
        .help = "Format"
    ),
    CLI_FLAGS_END,
};

static ExitCode run(Cli *cli, const void *opaque)
{
    const VersionOptions *options = opaque;
    if (options->output == CLI_TEXT) {
        cli_printf(cli, "slipway %s (%s)\n", SLIPWAY_VERSION, SLIPWAY_COMMIT);
        return EXIT_OK;
    }
    Node *root = node_new_map(cli->arena);
    node_set(cli->arena, root, STR("version"), node_new_string(cli->arena, STR(SLIPWAY_VERSION)));
    node_set(cli->arena, root, STR("commit"), node_new_string(cli->arena, STR(SLIPWAY_COMMIT)));
    node_set(cli->arena, root, STR("compiler"), node_new_string(cli->arena, STR(__VERSION__)));
    cli_print_node(cli, root, (CliFormat) options->output);
    return EXIT_OK;
}

const Command command_version = {
    .name = "version",
    .summary = "Say which slipway this is",
    .examples = "slipway version -o json  # for scripts",
    .flags = flags,
    .options_size = sizeof(VersionOptions),
    .run = run,
};
