#include "stack/why.h"

#include "base/clock.h"

#include "cmd/stack_common.h"
#include "commands.h"

typedef struct WhyFlags {
    int64_t lines;
    int output;
} WhyFlags;

static const CliFlag flags[] = {
    CLI_FLAG(
        WhyFlags, lines, "lines", 'n', CLI_INT, .argument = "N", .help = "Log lines of each service"
    ),
    CLI_FLAG(
        WhyFlags,
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

static const WhyFlags defaults = { .lines = 5 };

static ExitCode run(Cli *cli, const void *opaque)
{
    const WhyFlags *given = opaque;
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
    if (!view) {
        return given->output == CLI_TEXT ? EXIT_OK : cli_print_json(cli, STR("[]"), given->output);
    }
    WhyOptions options = { .place = &place,
                           .is_live = is_live,
                           .color = cli->color_out,
                           .now_us = clock_utc_us(),
                           .log_lines = given->lines > 0 ? (size_t) given->lines : 0 };
    StrBuf out = STRBUF_ON_ARENA(cli->arena);
    if (given->output != CLI_TEXT) {
        JsonWriter writer = json_writer(&out, 0);
        why_write(&writer, view, cli->args, cli->arg_count, &options);
        return cli_print_json(cli, strbuf_str(&out), given->output);
    }
    if (!is_live) {
        strbuf_add_cstr(&out, "nothing runs; this is how the last run ended\n");
    }
    for (size_t i = 0; i < cli->arg_count; i++) {
        why_node(&out, view, stack_view_find(view, str_from(cli->args[i])), &options);
    }
    if (cli->arg_count == 0) {
        why_stack(&out, view, &options);
    }
    cli_print(cli, strbuf_str(&out));
    return EXIT_OK;
}

const Command command_why = {
    .name = "why",
    .summary = "Explain why a service is not ready: the chain of causes",
    .arguments = "[SERVICE…]",
    .description = "Names what it waits for (and why that isn't ready), what its probe was "
                   "answered, how it ended,\n"
                   "who holds its port, and its last error lines. Without a name: every service "
                   "with a problem.",
    .examples = "slipway why product\n"
                "slipway why -o json  # a cause behind what it is the cause of",
    .flags = flags,
    .options_size = sizeof(WhyFlags),
    .defaults = &defaults,
    .max_args = SIZE_MAX,
    .complete = "service",
    .run = run,
};
