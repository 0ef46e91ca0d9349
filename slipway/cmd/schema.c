#include "codec/json.h"

#include "commands.h"
#include "model/fields.h"

static ExitCode run(Cli *cli, const void *options)
{
    (void) options;
    StrBuf out = STRBUF_ON_ARENA(cli->arena);
    JsonWriter writer = json_writer(&out, 2);
    catalog_schema(&writer);
    strbuf_add_char(&out, '\n');
    cli_print(cli, strbuf_str(&out));
    return EXIT_OK;
}

const Command command_schema = {
    .name = "schema",
    .summary = "Print the JSON Schema of slipway.yaml",
    .description =
        "Editors that speak the YAML language server check and complete the catalog with it:\n"
        "put \"# yaml-language-server: $schema=slipway.schema.json\" on its first line.",
    .examples = "slipway schema > slipway.schema.json",
    .run = run,
};
