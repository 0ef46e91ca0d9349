#include "cmd/stack_common.h"
#include "commands.h"

static ExitCode run(Cli *cli, const void *options)
{
    (void) options;
    return stack_act(cli, "stop");
}

const Command command_stop = {
    .name = "stop",
    .summary = "Stop services; the rest goes on",
    .arguments = "SERVICE…",
    .examples = "slipway stop product",
    .max_args = SIZE_MAX,
    .complete = "service",
    .run = run,
};
