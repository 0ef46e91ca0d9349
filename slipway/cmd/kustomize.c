#include "kustomize/kustomize.h"

#include <stdio.h>

#include "base/fs.h"
#include "codec/json.h"

#include "commands.h"

typedef struct BuildOptions {
    int load_restrictor;
    int reorder;
    const char *output;
    const char *explain;
    const char *origins;
    bool no_warnings;
} BuildOptions;

enum { RESTRICT_ROOT_ONLY, RESTRICT_NONE };
enum { REORDER_DEFAULT, REORDER_NONE, REORDER_LEGACY };

static const char *const restrictor_names[] = { "rootOnly", "none", NULL };
static const char *const reorder_names[] = { "default", "none", "legacy", NULL };

static const CliFlag build_flags[] = {
    CLI_FLAG(
        BuildOptions,
        load_restrictor,
        "load-restrictor",
        0,
        CLI_ENUM,
        .argument = "WHERE",
        .values = restrictor_names,
        .help = "Which files may be read: those in or below the kustomization's directory, or any"
    ),
    CLI_FLAG(
        BuildOptions,
        reorder,
        "reorder",
        0,
        CLI_ENUM,
        .argument = "ORDER",
        .values = reorder_names,
        .help =
            "Order of the output where the kustomization has no sortOptions: none as they come, "
            "legacy (the default) by kind"
    ),
    CLI_FLAG(
        BuildOptions,
        output,
        "output",
        'o',
        CLI_STRING,
        .argument = "FILE",
        .complete = "file",
        .help = "Write there instead of stdout"
    ),
    CLI_FLAG(
        BuildOptions,
        explain,
        "explain",
        0,
        CLI_STRING,
        .argument = "KIND/NAME[:PATH]",
        .help = "Show which file and line set a value and what touched it, instead of the output"
    ),
    CLI_FLAG(
        BuildOptions,
        origins,
        "origins",
        0,
        CLI_STRING,
        .argument = "FILE",
        .complete = "file",
        .help = "Write where every value comes from as JSON beside the output"
    ),
    CLI_FLAG(
        BuildOptions,
        no_warnings,
        "no-warnings",
        0,
        CLI_BOOL,
        .help =
            "None of the warnings that kustomize doesn't give, such as a patch that matches nothing"
    ),
    CLI_FLAGS_END,
};

static ExitCode write_file(const Cli *cli, const char *path, Str text)
{
    Error err = ERROR_INIT;
    if (fs_write_atomic(path, text, 0644, &err) < 0) {
        cli_error(cli, &err);
        return EXIT_ENVIRONMENT;
    }
    return EXIT_OK;
}

static ExitCode write_origins(const Cli *cli, const char *path, const KustomizeResult *result)
{
    auto_strbuf StrBuf text = STRBUF_INIT;
    JsonWriter w = json_writer(&text, 1);
    kustomize_write_origins(&w, result);
    strbuf_add_char(&text, '\n');
    return write_file(cli, path, strbuf_str(&text));
}

static ExitCode explain(const Cli *cli, const char *query, const KustomizeResult *result)
{
    StrBuf text = STRBUF_ON_ARENA(cli->arena);
    Error err = ERROR_INIT;
    if (kustomize_explain(&text, result, str_from(query), &err) < 0) {
        cli_error(cli, &err);
        return EXIT_USAGE;
    }
    cli_print(cli, strbuf_str(&text));
    return EXIT_OK;
}

static ExitCode
write_output(const Cli *cli, const BuildOptions *options, const KustomizeResult *result)
{
    auto_strbuf StrBuf text = STRBUF_INIT;
    kustomize_write(&text, result);
    if (options->output) {
        return write_file(cli, options->output, strbuf_str(&text));
    }
    cli_print(cli, strbuf_str(&text));
    return EXIT_OK;
}

/* Deprecations are told in kustomize's own words; with -v their place follows among the others. */
static void show_findings(Cli *cli, DiagList *diags)
{
    DiagList others = DIAG_LIST(cli->arena);
    vec_foreach(diag, &diags->diags) {
        bool deprecation = str_eq(diag->rule, STR("KZ901"));
        if (deprecation) {
            (void) fprintf(stderr, "# Warning: %" STR_FMT "\n", STR_ARG(diag->message));
        }
        if (!deprecation || cli->globals.verbose) {
            vec_push(&others.diags, others.arena, *diag);
        }
    }
    if (others.diags.len > 0) {
        cli_diags(cli, &others);
    }
}

static ExitCode run_build(Cli *cli, const void *opaque)
{
    const BuildOptions *options = opaque;
    KustomizeOptions build = {
        .load_anywhere = options->load_restrictor == RESTRICT_NONE,
        .no_warnings = options->no_warnings,
        .order = options->reorder == REORDER_NONE     ? KUSTOMIZE_ORDER_NONE
                 : options->reorder == REORDER_LEGACY ? KUSTOMIZE_ORDER_LEGACY
                                                      : KUSTOMIZE_ORDER_DEFAULT,
    };
    DiagList diags = DIAG_LIST(cli->arena);
    KustomizeResult result;
    Str directory = cli->arg_count > 0 ? str_from(cli->args[0]) : STR(".");
    int rc = kustomize_build(cli->arena, directory, &build, &result, &diags);
    show_findings(cli, &diags);
    if (rc < 0) {
        return EXIT_FINDINGS;
    }
    if (options->explain) {
        return explain(cli, options->explain, &result);
    }
    ExitCode code = options->origins ? write_origins(cli, options->origins, &result) : EXIT_OK;
    return code == EXIT_OK ? write_output(cli, options, &result) : code;
}

static const Command command_build = {
    .name = "build",
    .summary = "Print the resources of a kustomization",
    .arguments = "[DIR]",
    .description =
        "What `kustomize build` prints, byte for byte, with the file, line and column of every "
        "mistake\n"
        "and a warning for what matches nothing. Nothing is fetched: remote resources, charts and\n"
        "plugins that are programs are refused.",
    .examples = "slipway kustomize build deploy/kubernetes/overlays/production\n"
                "slipway kustomize build . --explain Deployment/web:spec.replicas",
    .flags = build_flags,
    .options_size = sizeof(BuildOptions),
    .max_args = 1,
    .complete = "dir",
    .run = run_build,
};

static const Command *const subcommands[] = { &command_build, NULL };

const Command command_kustomize = {
    .name = "kustomize",
    .summary = "Build kustomizations",
    .description = "A kustomize that says where it hurts. See `slipway help kustomize build`.",
    .subcommands = subcommands,
};
