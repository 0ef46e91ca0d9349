#include "cmd/stack_common.h"
#include "commands.h"

typedef struct PsOptions {
    bool all;
    int output;
} PsOptions;

static const CliFlag flags[] = {
    CLI_FLAG(PsOptions, all, "all", 'a', CLI_BOOL, .help = "Also what was not started"),
    CLI_FLAG(
        PsOptions,
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

static bool is_shown(const Cli *cli, const NodeView *node, bool all)
{
    for (size_t i = 0; i < cli->arg_count; i++) {
        if (str_eq_cstr(node->name, cli->args[i])) {
            return true;
        }
    }
    return cli->arg_count == 0 && (all || node->selected || node->run > 0);
}

static StackView shown_of(const Cli *cli, const StackView *view, bool all)
{
    StackView shown = *view;
    shown.node_count = 0;
    shown.nodes = ARENA_ARRAY(cli->arena, NodeView, view->node_count);
    for (size_t i = 0; i < view->node_count; i++) {
        if (is_shown(cli, &view->nodes[i], all)) {
            shown.nodes[shown.node_count++] = view->nodes[i];
        }
    }
    return shown;
}

static ExitCode run(Cli *cli, const void *opaque)
{
    const PsOptions *options = opaque;
    Place place;
    StackView *view = NULL;
    bool is_live = false;
    ExitCode code = stack_place(cli, &place);
    code = code == EXIT_OK ? stack_view(cli, &place, &view, &is_live) : code;
    if (code == EXIT_OK) {
        code = view ? stack_check_names(cli, view) : stack_never_ran(cli);
    }
    if (code != EXIT_OK) {
        return code;
    }
    if (view && !is_live) {
        cli_status(cli, "nothing runs; this is how the last run ended");
    }
    StackView shown = view ? shown_of(cli, view, options->all) : (StackView) { 0 };
    return view || options->output != CLI_TEXT ? stack_print(cli, &shown, options->output)
                                               : EXIT_OK;
}

const Command command_ps = {
    .name = "ps",
    .summary = "Show what runs: state, health, restarts, ports, cpu and memory",
    .arguments = "[SERVICE…]",
    .examples = "slipway ps\n"
                "slipway ps -o json",
    .flags = flags,
    .options_size = sizeof(PsOptions),
    .max_args = SIZE_MAX,
    .complete = "service",
    .run = run,
};
