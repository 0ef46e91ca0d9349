#include "codec/json.h"

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

static ExitCode print_nodes(Cli *cli, const StackView *view, const PsOptions *options)
{
    StrBuf json = STRBUF_ON_ARENA(cli->arena);
    JsonWriter writer = json_writer(&json, 0);
    json_begin_array(&writer);
    for (size_t i = 0; view && i < view->node_count; i++) {
        if (is_shown(cli, &view->nodes[i], options->all)) {
            node_view_write(&writer, &view->nodes[i]);
        }
    }
    json_end_array(&writer);
    Node *root = NULL;
    Error err = ERROR_INIT;
    if (json_read_str(cli->arena, strbuf_str(&json), NULL, &root, &err) < 0) {
        cli_error(cli, &err);
        return EXIT_BUG;
    }
    cli_print_node(cli, root, (CliFormat) options->output);
    return EXIT_OK;
}

static ExitCode run(Cli *cli, const void *opaque)
{
    const PsOptions *options = opaque;
    Place place;
    StackView *view = NULL;
    bool is_live = false;
    ExitCode code = stack_place(cli, &place);
    code = code == EXIT_OK ? stack_view(cli, &place, &view, &is_live) : code;
    code = code == EXIT_OK ? stack_check_names(cli, view) : code;
    if (code != EXIT_OK) {
        return code;
    }
    if (options->output != CLI_TEXT) {
        return print_nodes(cli, view, options);
    }
    if (!view) {
        cli_status(cli, "nothing ever ran here; start it with `slipway up`");
        return EXIT_OK;
    }
    if (!is_live) {
        cli_status(cli, "nothing runs; this is how the last run ended");
    }
    StackView shown = *view;
    shown.node_count = 0;
    shown.nodes = ARENA_ARRAY(cli->arena, NodeView, view->node_count);
    for (size_t i = 0; i < view->node_count; i++) {
        if (is_shown(cli, &view->nodes[i], options->all)) {
            shown.nodes[shown.node_count++] = view->nodes[i];
        }
    }
    StrBuf out = STRBUF_ON_ARENA(cli->arena);
    stack_table(cli, &out, &shown, true);
    cli_print(cli, strbuf_str(&out));
    return EXIT_OK;
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
