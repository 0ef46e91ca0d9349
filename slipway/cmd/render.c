#include "render/render.h"

#include "base/embed.h"
#include "base/fs.h"
#include "base/path.h"

#include "commands.h"
#include "render/tree.h"

typedef struct Options {
    bool check, diff, force, keep_edits;
    const char *out, *eject;
    int output;
} Options;

static const CliFlag flags[] = {
    CLI_FLAG(
        Options,
        check,
        "check",
        0,
        CLI_BOOL,
        .help = "Change nothing; exit 1 where a file differs, is missing or is left over"
    ),
    CLI_FLAG(
        Options,
        diff,
        "diff",
        0,
        CLI_BOOL,
        .help = "With --check or alone: show the unified diff, change nothing"
    ),
    CLI_FLAG(
        Options,
        keep_edits,
        "keep-edits",
        0,
        CLI_BOOL,
        .help = "Make each edit by hand a patch under deploy/patches, which every rendering applies"
    ),
    CLI_FLAG(
        Options, force, "force", 0, CLI_BOOL, .help = "Overwrite files that slipway did not write"
    ),
    CLI_FLAG(
        Options,
        out,
        "out",
        0,
        CLI_STRING,
        .argument = "DIR",
        .complete = "dir",
        .help = "Write below DIR instead of beside the catalog"
    ),
    CLI_FLAG(
        Options,
        eject,
        "eject",
        0,
        CLI_STRING,
        .argument = "KIND",
        .help = "Copy the built-in templates of a kind to templates/, to be edited"
    ),
    CLI_FLAG(
        Options,
        output,
        "output",
        'o',
        CLI_ENUM,
        .argument = "FORMAT",
        .values = cli_format_names,
        .help = "Format of what is shown"
    ),
    CLI_FLAGS_END,
};

static const ArtifactKind *kind_named(const char *name)
{
    for (size_t i = 0; artifact_kinds[i]; i++) {
        if (strcmp(artifact_kinds[i]->name, name) == 0) {
            return artifact_kinds[i];
        }
    }
    return NULL;
}

static ExitCode unknown_kind(Cli *cli, const char *name)
{
    StrBuf names = STRBUF_ON_ARENA(cli->arena);
    for (size_t i = 0; artifact_kinds[i]; i++) {
        strbuf_addf(&names, "%s%s", i ? ", " : "", artifact_kinds[i]->name);
    }
    cli_errorf(
        cli, "there is no artifact kind \"%s\"; there are %s", name, names.ptr ? names.ptr : "none"
    );
    return EXIT_USAGE;
}

static ExitCode fail(Cli *cli, const Error *err, ExitCode code)
{
    cli_error(cli, err);
    return code;
}

/* --- --eject --- */

static ExitCode eject(Cli *cli, const char *kind)
{
    Catalog *catalog = NULL;
    if (!kind_named(kind)) {
        return unknown_kind(cli, kind);
    }
    ExitCode code = cli_load_catalog(cli, &catalog);
    if (code != EXIT_OK) {
        return code;
    }
    Str prefix = str_printf(cli->arena, "%s/", kind);
    Str folder = path_join(cli->arena, catalog->directory, STR("templates"));
    for (const EmbeddedFile *file = render_templates; file->name; file++) {
        Error err = ERROR_INIT;
        Str place = path_join(cli->arena, folder, str_from(file->name));
        if (!str_has_prefix(str_from(file->name), prefix)) {
            continue;
        }
        if (fs_exists(str_to_cstr(cli->arena, place))) {
            cli_status(cli, "kept     templates/%s, which is there already", file->name);
            continue;
        }
        if (fs_make_dirs(str_to_cstr(cli->arena, path_dir(place)), 0755, &err) < 0 ||
            fs_write_atomic(str_to_cstr(cli->arena, place), embedded_text(file), 0644, &err) < 0) {
            return fail(cli, &err, EXIT_ENVIRONMENT);
        }
        cli_status(cli, "ejected  templates/%s", file->name);
    }
    return EXIT_OK;
}

/* --- showing --- */

static Node *changes_node(Arena *arena, const Changes *changes)
{
    Node *list = node_new_seq(arena);
    vec_foreach(change, &changes->list) {
        Node *item = node_new_map(arena);
        node_set(arena, item, STR("path"), node_new_string(arena, change->path));
        node_set(
            arena, item, STR("change"), node_new_string(arena, str_from(change_name(change->kind)))
        );
        node_set(arena, item, STR("edited"), node_new_bool(arena, change->was_edited));
        node_append(arena, list, item);
    }
    return list;
}

static void show_list(Cli *cli, const Changes *changes)
{
    CliTable table = { .arena = cli->arena, .columns = 2 };
    StrBuf out = STRBUF_ON_ARENA(cli->arena);
    vec_foreach(change, &changes->list) {
        cli_table_add(&table, str_from(change_name(change->kind)));
        cli_table_add(
            &table,
            change->was_edited ? str_concat(cli->arena, change->path, STR("  (edited by hand)"))
                               : change->path
        );
    }
    cli_table_render(&table, &out);
    cli_print(cli, strbuf_str(&out));
}

static ExitCode show_changes(Cli *cli, const Options *options, const Changes *changes)
{
    if (options->output != CLI_TEXT) {
        cli_print_node(cli, changes_node(cli->arena, changes), (CliFormat) options->output);
    } else if (options->diff) {
        StrBuf out = STRBUF_ON_ARENA(cli->arena);
        changes_diff(&out, changes);
        cli_print(cli, strbuf_str(&out));
    } else {
        show_list(cli, changes);
    }
    bool differs = changes->list.len || changes->manifest_differs;
    if (differs && !cli->globals.quiet) {
        size_t count = changes->list.len + changes->manifest_differs;
        cli_hint(cli, "slipway render brings %zu file%s up to date", count, count == 1 ? "" : "s");
    }
    return differs ? EXIT_FINDINGS : EXIT_OK;
}

static ExitCode
write_changes(Cli *cli, const Options *options, const Changes *changes, Str root, size_t total)
{
    Error err = ERROR_INIT;
    int rc = tree_write(cli->arena, root, changes, options->force, &err);
    if (rc < 0) {
        return fail(cli, &err, rc == -EEXIST ? EXIT_FINDINGS : EXIT_ENVIRONMENT);
    }
    if (options->output != CLI_TEXT) {
        cli_print_node(cli, changes_node(cli->arena, changes), (CliFormat) options->output);
    }
    cli_status(cli, "%zu artifacts, %zu changed", total, changes->list.len);
    return EXIT_OK;
}

/* --- rendering --- */

typedef struct Rendering {
    ArtifactSet set;
    Changes changes;
    Str root;
} Rendering;

static ExitCode
render_and_compare(Cli *cli, const Options *options, const RenderOptions *render, Rendering *ret)
{
    DiagList diags = DIAG_LIST(cli->arena);
    Error err = ERROR_INIT;
    int rc = render_all(cli->arena, render, &ret->set, &ret->root, &diags, &err);
    if (rc < 0 && err.code) {
        return fail(cli, &err, rc == -ENOENT ? EXIT_USAGE : EXIT_FINDINGS);
    }
    cli_diags(cli, &diags);
    if (rc < 0) {
        return EXIT_FINDINGS;
    }
    if (options->out) {
        ret->root = path_join(cli->arena, fs_current_dir(cli->arena), str_from(options->out));
    }
    rc = tree_compare(cli->arena, ret->root, &ret->set, render, &ret->changes, &err);
    return rc < 0 ? fail(cli, &err, EXIT_ENVIRONMENT) : EXIT_OK;
}

static ExitCode keep_edits(Cli *cli, const Rendering *now)
{
    Error err = ERROR_INIT;
    size_t count = 0;
    int rc = tree_keep_edits(cli->arena, now->root, &now->set, &now->changes, &count, &err);
    if (rc < 0) {
        return fail(cli, &err, rc == -EEXIST ? EXIT_FINDINGS : EXIT_ENVIRONMENT);
    }
    cli_status(cli, "%zu edit%s kept under deploy/patches", count, count == 1 ? "" : "s");
    return EXIT_OK;
}

static ExitCode check_usage(Cli *cli, const Options *options)
{
    for (size_t i = 0; i < cli->arg_count; i++) {
        if (!kind_named(cli->args[i])) {
            return unknown_kind(cli, cli->args[i]);
        }
    }
    if (options->keep_edits && (options->check || options->diff || options->out)) {
        cli_errorf(
            cli, "--keep-edits writes beside the catalog: not with --check, --diff or --out"
        );
        return EXIT_USAGE;
    }
    return EXIT_OK;
}

static ExitCode run(Cli *cli, const void *opaque)
{
    const Options *options = opaque;
    if (options->eject) {
        return eject(cli, options->eject);
    }
    ExitCode code = check_usage(cli, options);
    if (code != EXIT_OK) {
        return code;
    }
    RenderOptions render = { .catalog = { .directory = cli->globals.directory,
                                          .files = cli->globals.file.ptr,
                                          .file_count = cli->globals.file.len,
                                          .sets = cli->globals.set.ptr,
                                          .set_count = cli->globals.set.len },
                             .kinds = cli->args,
                             .kind_count = cli->arg_count };
    Rendering now = { 0 };
    code = render_and_compare(cli, options, &render, &now);
    if (code == EXIT_OK && options->keep_edits) {
        code = keep_edits(cli, &now);
        code = code == EXIT_OK ? render_and_compare(cli, options, &render, &now) : code;
    }
    if (code != EXIT_OK) {
        return code;
    }
    return options->check || options->diff
               ? show_changes(cli, options, &now.changes)
               : write_changes(cli, options, &now.changes, now.root, now.set.files.len);
}

const Command command_render = {
    .name = "render",
    .summary = "Write every deploy artifact of the catalog",
    .arguments = "[KIND…]",
    .description =
        "Renders Dockerfiles, Compose, Kubernetes, GitHub Actions, Prometheus and "
        "Grafana files from the\n"
        "catalog, all or nothing. A patch under deploy/patches/<path> is applied to the "
        "file of that path;\n"
        "a template under templates/ wins over the built-in one of its name. Kinds: actions, "
        "compose,\n"
        "dockerfile, kubernetes, observability.",
    .examples = "slipway render                    # bring everything up to date\n"
                "slipway render --check            # for CI: exit 1 where the tree differs\n"
                "slipway render kubernetes --diff  # what would change in one kind\n"
                "slipway render --keep-edits       # make edits by hand patches that stay",
    .flags = flags,
    .options_size = sizeof(Options),
    .max_args = SIZE_MAX,
    .complete = "actions|compose|dockerfile|kubernetes|observability",
    .run = run,
};
