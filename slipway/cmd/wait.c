#include "cmd/stack_common.h"
#include "commands.h"

typedef struct WaitOptions {
    int until;
    int64_t timeout_ns;
} WaitOptions;

static const char *const until_names[] = { "ready", "completed", NULL };

static const CliFlag flags[] = {
    CLI_FLAG(
        WaitOptions,
        until,
        "for",
        0,
        CLI_ENUM,
        .argument = "STATE",
        .values = until_names,
        .help = "What to wait for"
    ),
    CLI_FLAG(
        WaitOptions,
        timeout_ns,
        "timeout",
        0,
        CLI_DURATION,
        .argument = "DURATION",
        .help = "Give up after so long, with exit code 5"
    ),
    CLI_FLAGS_END,
};

static ExitCode run(Cli *cli, const void *opaque)
{
    const WaitOptions *options = opaque;
    Place place;
    StackView *view = NULL;
    bool is_live = false;
    ExitCode code = stack_place(cli, &place);
    code = code == EXIT_OK ? stack_view(cli, &place, &view, &is_live) : code;
    code = code == EXIT_OK && view ? stack_check_names(cli, view) : code;
    return code == EXIT_OK ? stack_wait(cli, &place, options->until == 1, options->timeout_ns)
                           : code;
}

const Command command_wait = {
    .name = "wait",
    .summary = "Wait until services are ready, or have completed",
    .arguments = "[SERVICE…]",
    .description = "Without a name it waits for everything that was started. Exit code 4 when one "
                   "failed, 5 when\n"
                   "the time is up; either way it says why.",
    .examples = "slipway wait product --timeout 30s\n"
                "slipway wait --for completed demo-orders",
    .flags = flags,
    .options_size = sizeof(WaitOptions),
    .max_args = SIZE_MAX,
    .complete = "service",
    .run = run,
};
