#include "stack/doctor.h"

#include <stdlib.h>
#include <sys/wait.h>

#include "codec/json.h"

#include "cmd/stack_common.h"
#include "commands.h"
#include "stack/control_client.h"

typedef struct DoctorOptions {
    bool fix;
    int output;
    CliStrings profile;
} DoctorOptions;

static const CliFlag flags[] = {
    CLI_FLAG(
        DoctorOptions, fix, "fix", 0, CLI_BOOL, .help = "Run the commands that get what is missing"
    ),
    CLI_FLAG(
        DoctorOptions,
        profile,
        "profile",
        0,
        CLI_STRINGS,
        .argument = "PROFILE",
        .help = "Also for what stands in this profile"
    ),
    CLI_FLAG(
        DoctorOptions,
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

static const char *const verdict_names[] = { "ok", "warning", "missing" };

static ExitCode look(Cli *cli, const DoctorOptions *options, DoctorFindings *findings)
{
    Catalog *catalog = NULL;
    ExitCode code = cli_load_catalog(cli, &catalog);
    if (code != EXIT_OK) {
        return code;
    }
    Error err = ERROR_INIT;
    Place *place = ARENA_NEW(cli->arena, Place);
    Plan *plan = NULL;
    EnvContext *env = ARENA_NEW(cli->arena, EnvContext);
    StackView *view = NULL;
    PlanQuery query = { .names = cli->args,
                        .name_count = cli->arg_count,
                        .profiles = options->profile.ptr,
                        .profile_count = options->profile.len };
    int rc = place_init(cli->arena, catalog, cli->globals.project, place, &err);
    rc = rc < 0 ? rc : plan_build(cli->arena, catalog, &query, &plan, &err);
    rc = rc < 0 ? rc : env_context_init(cli->arena, place, plan, env, &err);
    if (rc < 0) {
        cli_error(cli, &err);
        return EXIT_USAGE;
    }
    bool is_up = control_get_view(cli->arena, place, &view, NULL) == 0;
    doctor_look(cli->arena, place, plan, env, is_up, findings);
    return EXIT_OK;
}

static void show_text(Cli *cli, const DoctorFindings *findings)
{
    static const char *const codes[] = { "32", "33", "31" };
    CliTable table = { .arena = cli->arena, .columns = 3 };
    for (size_t i = 0; i < findings->len; i++) {
        const DoctorFinding *finding = &findings->ptr[i];
        cli_table_add(
            &table,
            str_printf(
                cli->arena,
                "%s%s%s",
                cli_sgr(cli->color_out, codes[finding->verdict]),
                verdict_names[finding->verdict],
                cli_sgr(cli->color_out, "0")
            )
        );
        cli_table_add(&table, finding->subject);
        cli_table_add(&table, finding->message);
    }
    StrBuf out = STRBUF_ON_ARENA(cli->arena);
    cli_table_render(&table, &out);
    for (size_t i = 0; i < findings->len; i++) {
        if (findings->ptr[i].fix.len > 0) {
            strbuf_addf(
                &out,
                "%" STR_FMT ": %" STR_FMT "\n",
                STR_ARG(findings->ptr[i].subject),
                STR_ARG(findings->ptr[i].fix)
            );
        }
    }
    cli_print(cli, strbuf_str(&out));
}

static void show_nodes(Cli *cli, const DoctorFindings *findings, CliFormat format)
{
    Node *list = node_new_seq(cli->arena);
    for (size_t i = 0; i < findings->len; i++) {
        const DoctorFinding *finding = &findings->ptr[i];
        Node *entry = node_new_map(cli->arena);
        Str verdict = str_from(verdict_names[finding->verdict]);
        node_set(cli->arena, entry, STR("subject"), node_new_string(cli->arena, finding->subject));
        node_set(cli->arena, entry, STR("verdict"), node_new_string(cli->arena, verdict));
        node_set(cli->arena, entry, STR("message"), node_new_string(cli->arena, finding->message));
        node_set(cli->arena, entry, STR("fix"), node_new_string(cli->arena, finding->fix));
        node_append(cli->arena, list, entry);
    }
    cli_print_node(cli, list, format);
}

static bool run_fix(Cli *cli, const DoctorFinding *finding)
{
    cli_status(cli, "%" STR_FMT ": %" STR_FMT, STR_ARG(finding->subject), STR_ARG(finding->fix));
    /* NOLINTNEXTLINE(cert-env33-c): one of our own commands, shown to the user just now */
    int status = system(str_to_cstr(cli->arena, finding->fix));
    bool ok = status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!ok) {
        cli_errorf(cli, "the command for %" STR_FMT " failed", STR_ARG(finding->subject));
    }
    return ok;
}

static bool fix_all(Cli *cli, const DoctorFindings *findings)
{
    bool ok = true;
    for (size_t i = 0; i < findings->len; i++) {
        if (findings->ptr[i].fix.len > 0) {
            ok = run_fix(cli, &findings->ptr[i]) && ok;
        }
    }
    return ok;
}

static bool lacks_anything(const DoctorFindings *findings)
{
    for (size_t i = 0; i < findings->len; i++) {
        if (findings->ptr[i].verdict == DOCTOR_LACKS) {
            return true;
        }
    }
    return false;
}

static ExitCode run(Cli *cli, const void *opaque)
{
    const DoctorOptions *options = opaque;
    DoctorFindings findings = { 0 };
    ExitCode code = look(cli, options, &findings);
    if (code == EXIT_OK && options->fix && lacks_anything(&findings)) {
        bool ok = fix_all(cli, &findings);
        vec_clear(&findings);
        code = look(cli, options, &findings);
        code = code == EXIT_OK && !ok ? EXIT_ENVIRONMENT : code;
    }
    if (code != EXIT_OK) {
        return code;
    }
    if (options->output == CLI_TEXT) {
        show_text(cli, &findings);
    } else {
        show_nodes(cli, &findings, (CliFormat) options->output);
    }
    return lacks_anything(&findings) ? EXIT_ENVIRONMENT : EXIT_OK;
}

const Command command_doctor = {
    .name = "doctor",
    .summary = "Say what this machine lacks for this catalog, and how to get it",
    .arguments = "[SERVICE…]",
    .description = "Looks at the programs that services and resources need, ports, limits and room "
                   "on the disk.\n"
                   "Exit code 3 when something is missing.",
    .examples = "slipway doctor\n"
                "slipway doctor --fix",
    .flags = flags,
    .options_size = sizeof(DoctorOptions),
    .max_args = SIZE_MAX,
    .complete = "service",
    .run = run,
};
