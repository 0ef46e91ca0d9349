#include "model/catalog.h"

#include "cli/internal.h"

ExitCode cli_load_catalog(Cli *cli, Catalog **ret_catalog)
{
    DiagList diags = DIAG_LIST(cli->arena);
    Error err = ERROR_INIT;
    CatalogQuery query = {
        .directory = cli->globals.directory,
        .files = cli->globals.file.ptr,
        .file_count = cli->globals.file.len,
        .environment = cli->globals.environment,
        .sets = cli->globals.set.ptr,
        .set_count = cli->globals.set.len,
    };
    int rc = catalog_load(cli->arena, &query, ret_catalog, &diags, &err);
    if (rc < 0 && err.code) {
        cli_error(cli, &err);
        return rc == -ENOENT ? EXIT_USAGE : EXIT_FINDINGS;
    }
    if (rc < 0 || !cli->globals.quiet) {
        cli_diags(cli, &diags);
    }
    return rc < 0 ? EXIT_FINDINGS : EXIT_OK;
}
