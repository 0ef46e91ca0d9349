#include "base/fs.h"
#include "base/parallel.h"
#include "base/path.h"

#include "audit/audit.h"
#include "audit/rule.h"
#include "commands.h"
#include "model/catalog.h"
#include "render/render.h"
#include "render/tree.h"
#include "version.h"

typedef struct CheckOptions {
    int format;
    int level;
    int standard;
    CliStrings only, skip;
    const char *baseline;
    const char *explain;
    const char *kubernetes;
    int64_t jobs;
    bool docs, fix, dry_run, shellcheck;
} CheckOptions;

enum { FORMAT_TEXT, FORMAT_JSON, FORMAT_SARIF, FORMAT_GITHUB };
enum { LEVEL_UNSET, LEVEL_INFO, LEVEL_WARN, LEVEL_ERROR, LEVEL_WARNING };

static const char *const format_names[] = { "text", "json", "sarif", "github", NULL };
static const char *const level_names[] = { "default", "info", "warn", "error", "warning", NULL };
static const char *const standard_names[] = { "none", "baseline", "restricted", NULL };

static const CliFlag flags[] = {
    CLI_FLAG(
        CheckOptions,
        format,
        "format",
        0,
        CLI_ENUM,
        .argument = "FORMAT",
        .values = format_names,
        .help = "How findings are written"
    ),
    CLI_FLAG(
        CheckOptions,
        level,
        "level",
        0,
        CLI_ENUM,
        .argument = "LEVEL",
        .values = level_names,
        .help = "The least severity that is shown and fails the check; the catalog's "
                "check.level, else warn, and info where --only names rules"
    ),
    CLI_FLAG(
        CheckOptions,
        only,
        "only",
        0,
        CLI_STRINGS,
        .argument = "RULE,…",
        .help = "Only these rules, or families such as K8"
    ),
    CLI_FLAG(
        CheckOptions,
        skip,
        "skip",
        0,
        CLI_STRINGS,
        .argument = "RULE,…",
        .help = "All rules but these"
    ),
    CLI_FLAG(
        CheckOptions,
        baseline,
        "baseline",
        0,
        CLI_STRING,
        .argument = "FILE",
        .complete = "file",
        .help = "Leave out the findings of an earlier run, written with --format json"
    ),
    CLI_FLAG(
        CheckOptions,
        standard,
        "standard",
        0,
        CLI_ENUM,
        .argument = "STANDARD",
        .values = standard_names,
        .help = "The checks of this Pod Security Standard alone, worded exactly as it is"
    ),
    CLI_FLAG(
        CheckOptions,
        kubernetes,
        "kubernetes-version",
        0,
        CLI_STRING,
        .argument = "VERSION",
        .help = "The Kubernetes that the manifests are for, such as 1.33; else the newest known"
    ),
    CLI_FLAG(
        CheckOptions,
        fix,
        "fix",
        0,
        CLI_BOOL,
        .help = "Mend what can be mended safely, in place; what is left is reported"
    ),
    CLI_FLAG(
        CheckOptions,
        dry_run,
        "dry-run",
        0,
        CLI_BOOL,
        .help = "With --fix: show the unified diff and change nothing"
    ),
    CLI_FLAG(
        CheckOptions,
        shellcheck,
        "shellcheck",
        0,
        CLI_BOOL,
        .help = "Ask ShellCheck about the scripts in Dockerfiles and workflows too; it takes "
                "longer than the rest"
    ),
    CLI_FLAG(
        CheckOptions,
        jobs,
        "jobs",
        'j',
        CLI_INT,
        .argument = "N",
        .help =
            "Threads to check with; else one a processor, and one for a small repository. What is "
            "found is the same"
    ),
    CLI_FLAG(
        CheckOptions,
        explain,
        "explain",
        0,
        CLI_STRING,
        .argument = "RULE",
        .help = "What a rule is about and what to do"
    ),
    CLI_FLAG(
        CheckOptions, docs, "docs", 0, CLI_BOOL, .help = "Write docs/rules/README.md to stdout"
    ),
    CLI_FLAGS_END,
};

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* "A,B" and repeated flags alike. */
static void split_rules(Arena *arena, const CliStrings *given, Str **ret_rules, size_t *ret_count)
{
    VEC(Str) rules = { 0 };
    for (size_t i = 0; i < given->len; i++) {
        Str rest = str_from(given->ptr[i]);
        Str rule;
        while (str_next(&rest, ',', &rule)) {
            vec_push(&rules, arena, str_trim(rule));
        }
    }
    *ret_rules = rules.ptr;
    *ret_count = rules.len;
}

/* What the catalog says about checking, where there is one that can be read. */
/* Who names a rule wants to see what it finds; a family holds both grave and slight ones. */
static bool names_rules_alone(const AuditOptions *audit)
{
    bool alone = audit->only_count > 0;
    for (size_t i = 0; i < audit->only_count; i++) {
        alone = alone && rule_get(audit->only[i]) != NULL;
    }
    return alone;
}

static void take_level(const CheckOptions *options, AuditOptions *audit)
{
    if (options->level == LEVEL_WARNING) { /* as findings say it */
        audit->level = SEVERITY_WARN;
    } else if (options->level != LEVEL_UNSET) {
        audit->level = (Severity) (options->level - LEVEL_INFO);
    } else if (names_rules_alone(audit)) {
        audit->level = SEVERITY_INFO;
    }
}

static void take_catalog(const Cli *cli, AuditOptions *audit, bool takes_level, Str *ret_kubernetes)
{
    DiagList diags = DIAG_LIST(cli->arena);
    Error err = ERROR_INIT;
    CatalogQuery query = {
        .directory = cli->globals.directory,
        .files = cli->globals.file.ptr,
        .file_count = cli->globals.file.len,
        .environment = cli->globals.environment,
    };
    Catalog *catalog = NULL;
    if (catalog_load(cli->arena, &query, &catalog, &diags, &err) < 0 || !catalog) {
        return;
    }
    audit->ignore = catalog->check_ignore.ptr;
    audit->ignore_count = catalog->check_ignore.len;
    audit->registries = catalog->check_registries.ptr;
    audit->registry_count = catalog->check_registries.len;
    *ret_kubernetes = catalog->check_kubernetes_version;
    if (takes_level) {
        audit->level = str_eq(catalog->check_level, STR("error"))  ? SEVERITY_ERROR
                       : str_eq(catalog->check_level, STR("info")) ? SEVERITY_INFO
                                                                   : SEVERITY_WARN;
    }
}

/* --- drift --- */

typedef VEC(AuditDrift) Drifts;

static const char *drift_message(const Change *change)
{
    switch (change->kind) {
    case CHANGE_MISSING:
        return "isn't there, and the catalog renders it";
    case CHANGE_LEFT_OVER:
        return "was rendered once, and the catalog renders it no longer";
    default:
        return change->was_edited ? "was edited by hand since it was rendered"
                                  : "isn't as the catalog renders it";
    }
}

static bool is_same_directory(Arena *arena, const char *a, const char *b)
{
    Str real_a;
    Str real_b;
    return fs_real_path(arena, a, &real_a, NULL) == 0 &&
           fs_real_path(arena, b, &real_b, NULL) == 0 && str_eq(real_a, real_b);
}

/* What `render --check` would say, where the run is about all of the catalog's directory and
 * something was rendered there. A catalog that can't be rendered is told as render tells it. */
static void find_drifts(const Cli *cli, Drifts *ret)
{
    RenderOptions render = { .catalog = { .directory = cli->globals.directory,
                                          .files = cli->globals.file.ptr,
                                          .file_count = cli->globals.file.len,
                                          .sets = cli->globals.set.ptr,
                                          .set_count = cli->globals.set.len } };
    ArtifactSet set = { 0 };
    Changes changes = { 0 };
    Str root = STR("");
    DiagList diags = DIAG_LIST(cli->arena);
    Error err = ERROR_INIT;
    if (render_all(cli->arena, &render, &set, &root, &diags, &err) < 0) {
        const Diag *first = diags.diags.len > 0 ? &diags.diags.ptr[0] : NULL;
        Str why = first ? first->message : str_from(err.message);
        AuditDrift drift = { STR("slipway.yaml"),
                             str_concat(cli->arena, STR("doesn't render: "), why) };
        if (err.code != -ENOENT) {
            vec_push(ret, cli->arena, drift);
        }
        return;
    }
    const char *directory = cli->globals.directory ? cli->globals.directory : ".";
    Str manifest = path_join(cli->arena, root, STR("deploy/.slipway-render.json"));
    if (!is_same_directory(cli->arena, directory, str_to_cstr(cli->arena, root)) ||
        !fs_is_file(manifest.ptr) ||
        tree_compare(cli->arena, root, &set, &render, &changes, NULL) < 0) {
        return;
    }
    vec_foreach(change, &changes.list) {
        if (change->kind != CHANGE_FOREIGN) {
            Str path = path_join(cli->arena, str_from(directory), change->path);
            AuditDrift drift = { path, str_from(drift_message(change)) };
            vec_push(ret, cli->arena, drift);
        }
    }
}

static void report(const Cli *cli, const CheckOptions *options, const AuditResult *result)
{
    StrBuf out = STRBUF_ON_ARENA(cli->arena);
    DiagStyle style = { .color = cli->color_out, .width = cli->is_terminal ? cli->width : 0 };
    switch (options->format) {
    case FORMAT_JSON:
        audit_report_json(&out, result);
        break;
    case FORMAT_SARIF:
        audit_report_sarif(&out, result, STR(SLIPWAY_VERSION));
        break;
    case FORMAT_GITHUB:
        audit_report_github(&out, result);
        break;
    default:
        audit_report_text(&out, result, &style);
    }
    cli_print(cli, strbuf_str(&out));
}

static ExitCode run_texts(const Cli *cli, const CheckOptions *options)
{
    StrBuf out = STRBUF_ON_ARENA(cli->arena);
    Error err = ERROR_INIT;
    if (options->docs) {
        audit_write_docs(&out);
    } else if (audit_explain(&out, str_from(options->explain), &err) < 0) {
        cli_error(cli, &err);
        return EXIT_USAGE;
    }
    cli_print(cli, strbuf_str(&out));
    return EXIT_OK;
}

static const char *const *paths_of(const Cli *cli)
{
    size_t count = cli->arg_count ? cli->arg_count : 1;
    const char **paths = ARENA_ARRAY(cli->arena, const char *, count);
    Str directory = str_from(cli->globals.directory);
    for (size_t i = 0; i < count; i++) {
        Str path = cli->arg_count ? str_from(cli->args[i]) : STR(".");
        paths[i] = path_join(cli->arena, directory, path).ptr;
    }
    return paths;
}

static ExitCode finish(const Cli *cli, const CheckOptions *options, const AuditResult *result)
{
    report(cli, options, result);
    if (result->diags.diags.len > 0) {
        return EXIT_FINDINGS;
    }
    cli_status(
        cli,
        "%zu artifact%s, %lld ms: nothing found",
        result->artifact_count,
        plural(result->artifact_count),
        (long long) result->elapsed_ms
    );
    return EXIT_OK;
}

static void say_fixes(const Cli *cli, const AuditFixes *fixes, const char *what)
{
    size_t files = fixes->files.len;
    cli_status(
        cli,
        "%zu finding%s in %zu file%s %s",
        fixes->count,
        plural(fixes->count),
        files,
        plural(files),
        what
    );
    if (fixes->rendered > 0) {
        cli_status(
            cli,
            "%zu more in rendered files, which `slipway render` would write again: left alone",
            fixes->rendered
        );
    }
}

static ExitCode run_fix(Cli *cli, const CheckOptions *options, const AuditOptions *audit)
{
    AuditFixes fixes;
    AuditResult left;
    Error err = ERROR_INIT;
    if (audit_fix(cli->arena, audit, &fixes, &left, &err) < 0) {
        cli_error(cli, &err);
        return EXIT_USAGE;
    }
    if (options->dry_run) {
        StrBuf diff = STRBUF_ON_ARENA(cli->arena);
        audit_fixes_diff(&diff, &fixes);
        cli_print(cli, strbuf_str(&diff));
        say_fixes(cli, &fixes, "can be mended");
        return fixes.files.len + left.diags.diags.len > 0 ? EXIT_FINDINGS : EXIT_OK;
    }
    if (audit_fixes_write(cli->arena, &fixes, &err) < 0) {
        cli_error(cli, &err);
        return EXIT_ENVIRONMENT;
    }
    say_fixes(cli, &fixes, "mended");
    return finish(cli, options, &left);
}

static ExitCode run(Cli *cli, const void *opaque)
{
    const CheckOptions *options = opaque;
    if (options->docs || options->explain) {
        return run_texts(cli, options);
    }
    if (options->dry_run && !options->fix) {
        cli_errorf(cli, "--dry-run shows what --fix would do: give both");
        return EXIT_USAGE;
    }
    if (options->shellcheck && fs_find_program(cli->arena, "shellcheck").len == 0) {
        cli_errorf(cli, "shellcheck isn't installed");
        return EXIT_ENVIRONMENT;
    }
    if (options->jobs < 0 || options->jobs > PARALLEL_JOBS_MOST) {
        cli_errorf(cli, "--jobs takes 1 to %d", PARALLEL_JOBS_MOST);
        return EXIT_USAGE;
    }
    AuditOptions audit = {
        .paths = paths_of(cli),
        .path_count = cli->arg_count ? cli->arg_count : 1,
        .baseline = options->baseline,
        .level = SEVERITY_WARN,
        .standard = (AuditStandard) options->standard,
        .shellcheck = options->shellcheck,
        .jobs = (size_t) options->jobs,
    };
    Str *only = NULL;
    Str *skip = NULL;
    split_rules(cli->arena, &options->only, &only, &audit.only_count);
    split_rules(cli->arena, &options->skip, &skip, &audit.skip_count);
    audit.only = only;
    audit.skip = skip;
    Str kubernetes = STR("");
    Error err = ERROR_INIT;
    take_catalog(cli, &audit, options->level == LEVEL_UNSET, &kubernetes);
    kubernetes = options->kubernetes ? str_from(options->kubernetes) : kubernetes;
    if (kubernetes.len > 0 && !audit_parse_kubernetes(kubernetes, &audit.kubernetes_minor, &err)) {
        cli_error(cli, &err);
        return EXIT_USAGE;
    }
    take_level(options, &audit);
    Drifts drifts = { 0 };
    if (cli->arg_count == 0 && audit.standard == AUDIT_STANDARD_NONE) {
        find_drifts(cli, &drifts);
        audit.drifts = drifts.ptr;
        audit.drift_count = drifts.len;
    }
    if (options->fix) {
        return run_fix(cli, options, &audit);
    }
    AuditResult result;
    if (audit_run(cli->arena, &audit, &result, &err) < 0) {
        cli_error(cli, &err);
        return EXIT_USAGE;
    }
    return finish(cli, options, &result);
}

const Command command_check = {
    .name = "check",
    .summary = "Audit the deploy artifacts of a directory",
    .arguments = "[PATH…]",
    .description =
        "Kubernetes manifests are found by their content, kustomizations are built, and every\n"
        "finding stands at the line that set the value. A comment `# slipway:ignore RULE reason`\n"
        "behind a line, or above a block, suppresses a finding; one without an effect is a "
        "finding\n"
        "itself. Exits 1 when anything of the level or above was found.",
    .examples = "slipway check                              # all below the current directory\n"
                "slipway check deploy --standard restricted # one Pod Security Standard\n"
                "slipway check --explain K8011\n"
                "slipway check --fix --dry-run              # how it would mend what it can\n"
                "slipway check --format json > known.json; slipway check --baseline known.json",
    .flags = flags,
    .options_size = sizeof(CheckOptions),
    .max_args = SIZE_MAX,
    .complete = "file",
    .run = run,
};
