#include "model/explain.h"

#include "commands.h"
#include "model/catalog.h"

typedef struct ExplainOptions {
    const char *env;
    int output;
} ExplainOptions;

static const CliFlag flags[] = {
    CLI_FLAG(
        ExplainOptions,
        env,
        "env",
        0,
        CLI_STRING,
        .argument = "ENV",
        .complete = "environment",
        .help = "Environment to look at; the same as the global --environment"
    ),
    CLI_FLAG(
        ExplainOptions,
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
    const ExplainOptions *options = opaque;
    if (cli->arg_count != 1) {
        cli_errorf(
            cli, "expected one path, such as product.replicas or services.product.ports.http"
        );
        return EXIT_USAGE;
    }
    if (options->env) {
        cli->globals.environment = options->env;
    }
    Catalog *catalog = NULL;
    ExitCode code = cli_load_catalog(cli, &catalog);
    if (code != EXIT_OK) {
        return code;
    }
    Error err = ERROR_INIT;
    Explanation explanation;
    if (explain_path(cli->arena, catalog, str_from(cli->args[0]), &explanation, &err) < 0) {
        cli_error(cli, &err);
        return EXIT_USAGE;
    }
    if (options->output == CLI_TEXT) {
        StrBuf out = STRBUF_ON_ARENA(cli->arena);
        explain_render(&out, &explanation);
        cli_print(cli, strbuf_str(&out));
    } else {
        cli_print_node(cli, explain_to_node(cli->arena, &explanation), (CliFormat) options->output);
    }
    return EXIT_OK;
}

const Command command_explain = {
    .name = "explain",
    .summary = "Show a value of the catalog, where it comes from and what it means",
    .arguments = "PATH",
    .description =
        "PATH goes through the catalog's keys, separated by dots; a service, resource or task may "
        "be\n"
        "named without its section. The value that wins comes first, then those it overrides.",
    .examples = "slipway explain product.replicas --env production\n"
                "slipway explain services.product.env.LOG_LEVEL -o json",
    .flags = flags,
    .options_size = sizeof(ExplainOptions),
    .max_args = 1,
    .complete = "service",
    .run = run,
};
