#include "cmd/stack_common.h"

#include "base/clock.h"
#include "base/map.h"

#include "stack/control_client.h"
#include "stack/state_file.h"
#include "stack/why.h"

ExitCode stack_place(Cli *cli, Place *ret_place)
{
    DiagList diags = DIAG_LIST(cli->arena);
    Error err = ERROR_INIT;
    Catalog *catalog = NULL;
    CatalogQuery query = {
        .directory = cli->globals.directory,
        .files = cli->globals.file.ptr,
        .file_count = cli->globals.file.len,
        .environment = cli->globals.environment,
        .sets = cli->globals.set.ptr,
        .set_count = cli->globals.set.len,
    };
    int rc = catalog_load(cli->arena, &query, &catalog, &diags, &err);
    if (!catalog && err.code) {
        cli_error(cli, &err);
        return rc == -ENOENT ? EXIT_USAGE : EXIT_FINDINGS;
    }
    if (!catalog) {
        cli_diags(cli, &diags);
        return EXIT_FINDINGS;
    }
    rc = place_init(cli->arena, catalog, cli->globals.project, ret_place, &err);
    if (rc < 0) {
        cli_error(cli, &err);
        return EXIT_ENVIRONMENT;
    }
    return EXIT_OK;
}

/* What a state file says runs has ended with its supervisor. */
static void mark_ended(StackView *view)
{
    for (size_t i = 0; i < view->node_count; i++) {
        NodeView *node = &view->nodes[i];
        MachineState state = MACHINE_PENDING;
        machine_state_parse(node->state, &state);
        bool was_ended = state == MACHINE_FAILED || state == MACHINE_COMPLETED ||
                         state == MACHINE_EXITED || state == MACHINE_PENDING;
        if (!was_ended) {
            node->state = machine_state_name(node->run > 0 ? MACHINE_EXITED : MACHINE_PENDING);
            node->reason = STR("the supervisor is gone");
        }
        node->pid = 0;
        node->health = STR("none");
        node->cpu_percent = 0;
        node->rss_bytes = 0;
        node->waiting_count = 0;
        node->progress = STR("");
    }
    view->phase = STR("down");
}

ExitCode stack_view(Cli *cli, const Place *place, StackView **ret_view, bool *ret_is_live)
{
    Error err = ERROR_INIT;
    *ret_view = NULL;
    int rc = control_get_view(cli->arena, place, ret_view, &err);
    *ret_is_live = rc == 0;
    if (rc == 0) {
        return EXIT_OK;
    }
    if (rc != -ENOENT) {
        return stack_failed(cli, rc, &err);
    }
    error_clear(&err);
    rc = state_file_read(cli->arena, place, ret_view, &err);
    if (rc == 0) {
        mark_ended(*ret_view);
    } else if (rc != -ENOENT) {
        cli_status(cli, "note: %s; nothing is known of the last run", err.message);
    }
    return EXIT_OK;
}

static bool is_among(Str name, const Str *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(names[i], name)) {
            return true;
        }
    }
    return false;
}

static ExitCode check_names(Cli *cli, const Str *names, size_t count)
{
    for (size_t i = 0; i < cli->arg_count; i++) {
        Str name = str_from(cli->args[i]);
        if (is_among(name, names, count)) {
            continue;
        }
        Str nearest = str_nearest(name, names, count);
        cli_errorf(cli, "no service, resource or task \"%s\"", cli->args[i]);
        if (nearest.len > 0) {
            cli_hint(cli, "did you mean \"%" STR_FMT "\"?", STR_ARG(nearest));
        }
        return EXIT_USAGE;
    }
    return EXIT_OK;
}

ExitCode stack_check_names(Cli *cli, const StackView *view)
{
    Str *names = ARENA_ARRAY(cli->arena, Str, view->node_count);
    for (size_t i = 0; i < view->node_count; i++) {
        names[i] = view->nodes[i].name;
    }
    return check_names(cli, names, view->node_count);
}

ExitCode stack_never_ran(Cli *cli)
{
    Catalog *catalog = NULL;
    ExitCode code = cli_load_catalog(cli, &catalog);
    if (code != EXIT_OK) {
        return code;
    }
    DecodeStrings names = catalog_names(catalog, cli->arena);
    code = check_names(cli, names.ptr, names.len);
    if (code == EXIT_OK) {
        cli_status(cli, "nothing ever ran here; start it with `slipway up`");
    }
    return code;
}

ExitCode stack_failed(Cli *cli, int rc, const Error *err)
{
    cli_error(cli, err);
    return rc == -ETIMEDOUT ? EXIT_TIMEOUT : rc == -ESRCH ? EXIT_USAGE : EXIT_ENVIRONMENT;
}

/* ---- waiting ---- */

typedef struct Wait {
    Cli *cli;
    bool completed;
    ViewOutcome outcome;
    Str failed;
    bool has_ended; /* without an error, but others wait for it */
    Map seen;       /* name -> state that was told */
} Wait;

static void tell_change(Wait *wait, const NodeView *node)
{
    Cli *cli = wait->cli;
    Str doing = node->progress.len ? node->progress : node->state;
    Str *seen = map_get(&wait->seen, node->name);
    if (!node->selected || (seen && str_eq(*seen, doing))) {
        return;
    }
    Str *copy = ARENA_NEW(cli->arena, Str);
    *copy = str_dup(cli->arena, doing);
    map_set(&wait->seen, str_dup(cli->arena, node->name), copy);
    bool is_news = node->progress.len > 0 || str_eq_cstr(node->state, "ready") ||
                   str_eq_cstr(node->state, "completed") || str_eq_cstr(node->state, "exited") ||
                   str_eq_cstr(node->state, "failed") || str_eq_cstr(node->state, "unhealthy") ||
                   str_eq_cstr(node->state, "backoff");
    if (is_news) {
        cli_status(
            cli,
            "%" STR_FMT ": %" STR_FMT "%s%" STR_FMT,
            STR_ARG(node->name),
            STR_ARG(doing),
            node->reason.len && !node->progress.len ? ", " : "",
            STR_ARG(node->progress.len ? STR("") : node->reason)
        );
    }
}

static bool is_done(void *arg, const StackView *view)
{
    Wait *wait = arg;
    Cli *cli = wait->cli;
    for (size_t i = 0; i < view->node_count; i++) {
        tell_change(wait, &view->nodes[i]);
    }
    const NodeView *failed = NULL;
    wait->outcome = stack_view_outcome(view, cli->args, cli->arg_count, wait->completed, &failed);
    if (wait->outcome == VIEW_FAILED) {
        wait->failed = str_dup(cli->arena, failed->name);
        wait->has_ended = str_eq_cstr(failed->state, "exited");
    }
    return wait->outcome != VIEW_UNDER_WAY;
}

static void show_why(Cli *cli, const Place *place, Str name)
{
    StackView *view = NULL;
    bool is_live = false;
    stack_view(cli, place, &view, &is_live);
    if (!view) {
        return;
    }
    StrBuf out = STRBUF_ON_ARENA(cli->arena);
    WhyOptions options = {
        .place = place, .is_live = is_live, .color = cli->color_err, .now_us = clock_utc_us()
    };
    const NodeView *node = name.len ? stack_view_find(view, name) : NULL;
    if (node) {
        why_node(&out, view, node, &options);
    } else {
        why_stack(&out, view, &options);
    }
    cli_status(cli, "%" STR_FMT, STR_ARG(str_trim_end(strbuf_str(&out))));
}

ExitCode stack_wait(Cli *cli, const Place *place, bool completed, int64_t timeout_ns)
{
    Wait wait = { .cli = cli, .completed = completed, .seen = MAP_ON_ARENA(cli->arena) };
    Error err = ERROR_INIT;
    int rc = control_wait(place, ns_to_ms(timeout_ns), is_done, &wait, &err);
    if (rc == -ETIMEDOUT) {
        cli_errorf(cli, "not ready in time");
        show_why(cli, place, STR(""));
        return EXIT_TIMEOUT;
    }
    if (rc == -ESHUTDOWN) {
        cli_error(cli, &err);
        show_why(cli, place, STR(""));
        return EXIT_SERVICE;
    }
    if (rc < 0) {
        return stack_failed(cli, rc, &err);
    }
    if (wait.outcome == VIEW_FAILED) {
        const char *how = wait.has_ended ? "has ended, and others wait for it" : "failed";
        cli_errorf(cli, "%" STR_FMT " %s", STR_ARG(wait.failed), how);
        show_why(cli, place, wait.failed);
        return EXIT_SERVICE;
    }
    return EXIT_OK;
}

ExitCode stack_act(Cli *cli, const char *verb)
{
    if (cli->arg_count == 0) {
        cli_errorf(cli, "%s needs the name of a service", verb);
        return EXIT_USAGE;
    }
    Place place;
    ExitCode code = stack_place(cli, &place);
    for (size_t i = 0; code == EXIT_OK && i < cli->arg_count; i++) {
        Error err = ERROR_INIT;
        const char *path = arena_printf(cli->arena, "/v1/services/%s/%s", cli->args[i], verb);
        int rc = control_post(&place, path, STR(""), &err);
        if (rc < 0) {
            code = stack_failed(cli, rc, &err);
        }
    }
    return code;
}
