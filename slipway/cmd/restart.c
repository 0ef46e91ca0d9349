#include "cmd/stack_common.h"
#include "commands.h"

static ExitCode run(Cli *cli, const void *options)
{
    (void) options;
    return stack_act(cli, "restart");
}

const Command command_restart = {
    .name = "restart",
    .summary = "Stop services and start them again",
    .arguments = "SERVICE…",
    .examples = "slipway restart product",
    .max_args = SIZE_MAX,
    .complete = "service",
    .run = run,
};
