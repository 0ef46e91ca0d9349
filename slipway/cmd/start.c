#include "cmd/stack_common.h"
#include "commands.h"

static ExitCode run(Cli *cli, const void *options)
{
    (void) options;
    return stack_act(cli, "start");
}

const Command command_start = {
    .name = "start",
    .summary = "Start services, and what they need, in the running stack",
    .arguments = "SERVICE…",
    .examples = "slipway start product",
    .max_args = SIZE_MAX,
    .complete = "service",
    .run = run,
};
