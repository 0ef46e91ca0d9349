#include "commands.h"

typedef struct HelpOptions {
    bool man;
} HelpOptions;

static const CliFlag flags[] = {
    CLI_FLAG(HelpOptions, man, "man", 0, CLI_BOOL, .help = "Write the man page instead"),
    CLI_FLAGS_END,
};

static ExitCode run(Cli *cli, const void *opaque)
{
    const HelpOptions *options = opaque;
    return cli_help(cli, commands, options->man);
}

const Command command_help = {
    .name = "help",
    .summary = "Show what a command does and how it is called",
    .arguments = "[COMMAND [SUBCOMMAND]]",
    .examples = "slipway help up           # the same as slipway up --help\n"
                "slipway help --man up | man -l -",
    .flags = flags,
    .options_size = sizeof(HelpOptions),
    .max_args = 2,
    .complete = "command",
    .run = run,
};
