#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/path.h"
#include "codec/json.h"

#include "cmd/stack_common.h"
#include "cmd/up_screen.h"
#include "commands.h"
#include "stack/control_client.h"
#include "stack/guardian.h"
#include "stack/isolation.h"
#include "stack/native/driver.h"
#include "stack/session.h"

typedef struct UpOptions {
    bool detach, wait, no_deps, dry_run, isolated;
    int64_t timeout_ns;
    CliStrings profile;
    int output;
} UpOptions;

static const CliFlag flags[] = {
    CLI_FLAG(UpOptions, detach, "detach", 'd', CLI_BOOL, .help = "Run in the background"),
    CLI_FLAG(
        UpOptions,
        wait,
        "wait",
        0,
        CLI_BOOL,
        .help = "In the background, and return when everything is ready; a task that completed is"
    ),
    CLI_FLAG(
        UpOptions,
        timeout_ns,
        "timeout",
        0,
        CLI_DURATION,
        .argument = "DURATION",
        .help = "Give up when not ready after so long, with exit code 5"
    ),
    CLI_FLAG(
        UpOptions,
        profile,
        "profile",
        0,
        CLI_STRINGS,
        .argument = "PROFILE",
        .help = "Also what stands in this profile"
    ),
    CLI_FLAG(UpOptions, no_deps, "no-deps", 0, CLI_BOOL, .help = "Only the services named"),
    CLI_FLAG(
        UpOptions,
        isolated,
        "isolated",
        0,
        CLI_BOOL,
        .help = "Beside other checkouts: with free ports and data of its own, from now on"
    ),
    CLI_FLAG(
        UpOptions, dry_run, "dry-run", 0, CLI_BOOL, .help = "Show what would start, in which order"
    ),
    CLI_FLAG(
        UpOptions,
        output,
        "output",
        'o',
        CLI_ENUM,
        .argument = "FORMAT",
        .values = cli_format_names,
        .help = "Format of what --wait and --dry-run show"
    ),
    CLI_FLAGS_END,
};

/* Everything an `up` needs, before and behind the forks. */
typedef struct Up {
    Cli *cli;
    const UpOptions *options;
    Place place;
    Plan *plan;
    int report_fd; /* detached: where the outcome of the start is told; else -1 */
    UpScreen *screen;
} Up;

static PlanQuery query_of(const Up *up)
{
    return (PlanQuery) { .names = up->cli->args,
                         .name_count = up->cli->arg_count,
                         .profiles = up->options->profile.ptr,
                         .profile_count = up->options->profile.len,
                         .no_deps = up->options->no_deps };
}

/* ---- --dry-run ---- */

static Str needs_cell(const Up *up, const PlanNode *node)
{
    StrBuf text = STRBUF_ON_ARENA(up->cli->arena);
    for (size_t i = 0; i < node->needs.len; i++) {
        strbuf_addf(
            &text, "%s%" STR_FMT, i ? ", " : "", STR_ARG(up->plan->nodes[node->needs.ptr[i]].name)
        );
    }
    return strbuf_str(&text);
}

static Str ports_cell(const Up *up, const PlanNode *node)
{
    StrBuf ports = STRBUF_ON_ARENA(up->cli->arena);
    for (size_t k = 0; k < node->ports.len; k++) {
        int port = (int) place_port(&up->place, &node->ports.ptr[k]);
        strbuf_addf(&ports, "%s%d", k ? " " : "", port);
    }
    return strbuf_str(&ports);
}

static ExitCode show_plan(const Up *up)
{
    Cli *cli = up->cli;
    CliTable table = { .arena = cli->arena, .columns = 5 };
    static const char *const heads[] = { "NAME", "KIND", "ENGINE", "NEEDS", "PORTS" };
    for (size_t i = 0; i < table.columns; i++) {
        cli_table_add(&table, str_from(heads[i]));
    }
    for (size_t i = 0; i < up->plan->len; i++) {
        const PlanNode *node = &up->plan->nodes[i];
        if (node->selected) {
            cli_table_add(&table, node->name);
            cli_table_add(&table, plan_kind_name(node->kind));
            cli_table_add(&table, engine_name(node->engine));
            cli_table_add(&table, needs_cell(up, node));
            cli_table_add(&table, ports_cell(up, node));
        }
    }
    StrBuf out = STRBUF_ON_ARENA(cli->arena);
    cli_table_render(&table, &out);
    cli_print(cli, strbuf_str(&out));
    return EXIT_OK;
}

static void write_plan_node(const Up *up, JsonWriter *writer, const PlanNode *node)
{
    json_begin_object(writer);
    json_field_string(writer, "name", node->name);
    json_field_string(writer, "kind", plan_kind_name(node->kind));
    json_field_string(writer, "engine", engine_name(node->engine));
    json_key(writer, "needs");
    json_begin_array(writer);
    for (size_t i = 0; i < node->needs.len; i++) {
        json_string(writer, up->plan->nodes[node->needs.ptr[i]].name);
    }
    json_end_array(writer);
    json_key(writer, "ports");
    json_begin_array(writer);
    for (size_t i = 0; i < node->ports.len; i++) {
        json_begin_object(writer);
        json_field_string(writer, "name", node->ports.ptr[i].name);
        json_field_int(writer, "port", place_port(&up->place, &node->ports.ptr[i]));
        json_end_object(writer);
    }
    json_end_array(writer);
    json_end_object(writer);
}

static ExitCode print_plan(const Up *up)
{
    StrBuf json = STRBUF_ON_ARENA(up->cli->arena);
    JsonWriter writer = json_writer(&json, 0);
    json_begin_array(&writer);
    for (size_t i = 0; i < up->plan->len; i++) {
        if (up->plan->nodes[i].selected) {
            write_plan_node(up, &writer, &up->plan->nodes[i]);
        }
    }
    json_end_array(&writer);
    return cli_print_json(up->cli, strbuf_str(&json), up->options->output);
}

static ExitCode dry_run(Up *up)
{
    Error err = ERROR_INIT;
    bool is_isolated = up->options->isolated || up->place.is_isolated;
    if (is_isolated && isolation_assign(up->cli->arena, &up->place, up->plan, &err) < 0) {
        cli_error(up->cli, &err);
        return EXIT_ENVIRONMENT;
    }
    return up->options->output == CLI_TEXT ? show_plan(up) : print_plan(up);
}

/* ---- a stack that runs already ---- */

static Str up_request(const Up *up)
{
    StrBuf body = STRBUF_ON_ARENA(up->cli->arena);
    JsonWriter writer = json_writer(&body, 0);
    json_begin_object(&writer);
    json_key(&writer, "services");
    json_begin_array(&writer);
    for (size_t i = 0; i < up->cli->arg_count; i++) {
        json_cstr(&writer, up->cli->args[i]);
    }
    json_end_array(&writer);
    json_key(&writer, "profiles");
    json_begin_array(&writer);
    for (size_t i = 0; i < up->options->profile.len; i++) {
        json_cstr(&writer, up->options->profile.ptr[i]);
    }
    json_end_array(&writer);
    json_field_bool(&writer, "no_deps", up->options->no_deps);
    json_end_object(&writer);
    return strbuf_str(&body);
}

static ExitCode show_nodes(const Up *up)
{
    StackView *view = NULL;
    bool is_live = false;
    ExitCode code = stack_view(up->cli, &up->place, &view, &is_live);
    if (code != EXIT_OK || !view) {
        return code;
    }
    size_t count = 0;
    for (size_t i = 0; i < view->node_count; i++) {
        if (view->nodes[i].selected || view->nodes[i].run > 0) {
            view->nodes[count++] = view->nodes[i];
        }
    }
    view->node_count = count;
    return stack_print(up->cli, view, up->options->output);
}

/* What runs was started from the catalog as it was then. */
static void note_newer_catalog(const Up *up, const StackView *view)
{
    const Catalog *catalog = up->plan->catalog;
    struct stat info;
    for (size_t i = 0; i < catalog->layer_count; i++) {
        Str name = catalog->layers[i].name;
        if (stat(str_to_cstr(up->cli->arena, name), &info) == 0 && S_ISREG(info.st_mode) &&
            (int64_t) info.st_mtim.tv_sec * US_PER_S > view->started_us) {
            cli_hint(
                up->cli,
                "%" STR_FMT " changed since; what runs follows it after slipway down, then up",
                STR_ARG(name)
            );
        }
    }
}

/* Says what runs already, and has it start what is asked for besides. */
static ExitCode join(const Up *up, const StackView *view)
{
    Cli *cli = up->cli;
    Error err = ERROR_INIT;
    if (up->options->isolated && !up->place.is_isolated) {
        cli_errorf(cli, "a stack runs here on the catalog's own ports (pid %d)", (int) view->pid);
        cli_hint(cli, "slipway down, then up --isolated");
        return EXIT_ENVIRONMENT;
    }
    cli_status(cli, "a stack runs here already (pid %d)", (int) view->pid);
    note_newer_catalog(up, view);
    int rc = control_post(&up->place, "/v1/up", up_request(up), &err);
    if (rc < 0) {
        ExitCode code = stack_failed(cli, rc, &err);
        if (rc == -ESRCH) {
            cli_hint(cli, "the catalog may have changed since it started: slipway down, then up");
        }
        return code;
    }
    ExitCode code = EXIT_OK;
    if (up->options->wait) {
        code = stack_wait(cli, &up->place, false, up->options->timeout_ns);
    }
    ExitCode shown = show_nodes(up);
    return code == EXIT_OK ? shown : code;
}

/* ---- the supervisor's side ---- */

static void on_started(void *arg, Supervisor *supervisor)
{
    Up *up = arg;
    if (up->screen) {
        up_screen_attach(up->screen, supervisor);
    }
    if (up->report_fd >= 0) {
        fs_write_all(up->report_fd, "ok", 2);
        close(up->report_fd);
        up->report_fd = -1;
    }
}

static void on_stopping(void *arg, int signal_number)
{
    Up *up = arg;
    if (signal_number == SIGINT) {
        cli_status(up->cli, "\nstopping; Ctrl-C again ends everything at once");
    }
}

/* The exit code for the caller, the message for people; detached both go through the pipe. */
static ExitCode report_failure(const Up *up, const Error *err)
{
    if (up->report_fd >= 0) {
        fs_write_all(up->report_fd, err->message, strlen(err->message));
    } else {
        cli_error(up->cli, err);
    }
    return EXIT_ENVIRONMENT;
}

static int supervise(void *arg)
{
    Up *up = arg;
    Error err = ERROR_INIT;
    SessionEnd end = SESSION_DOWN;
    bool is_detached = up->report_fd >= 0;
    if (!is_detached) {
        up->screen = up_screen_new(up->cli, up->plan);
    }
    SessionOptions options = {
        .place = &up->place,
        .plan = up->plan,
        .isolated = up->options->isolated,
        .stays = is_detached,
        .timeout_ms = is_detached ? 0 : ns_to_ms(up->options->timeout_ns),
        .on_started = on_started,
        .on_stopping = on_stopping,
        .arg = up,
    };
    if (up->screen) {
        options.listener = up_screen_listener(up->screen);
    }
    int rc = session_run(up->cli->arena, &options, &end, &err);
    if (up->screen) {
        up_screen_flush(up->screen);
        up_screen_free(up->screen);
    }
    if (rc == -EADDRINUSE && !up->place.is_isolated) {
        Str told = str_dup(up->cli->arena, str_from(err.message));
        error_set(
            &err,
            rc,
            "%" STR_FMT "\n`slipway up --isolated` runs beside it, on other ports",
            STR_ARG(told)
        );
    }
    if (rc < 0) {
        return (int) report_failure(up, &err);
    }
    static const ExitCode codes[] = { [SESSION_DOWN] = EXIT_OK,
                                      [SESSION_FAILED] = EXIT_SERVICE,
                                      [SESSION_TIMEOUT] = EXIT_TIMEOUT,
                                      [SESSION_INTERRUPTED] = EXIT_INTERRUPTED };
    if (end == SESSION_TIMEOUT) {
        cli_errorf(up->cli, "not ready in time");
    }
    return (int) codes[end];
}

static ExitCode run_foreground(Up *up)
{
    int code = guardian_run(&up->place, supervise, up);
    if (code < 0) {
        cli_errorf(up->cli, "fork: %s", error_name(code));
        return EXIT_ENVIRONMENT;
    }
    return (ExitCode) code;
}

/* ---- -d ---- */

/* What slipway itself says in the background stands in .slipway/slipway.log. */
static void leave_terminal(const Up *up)
{
    Arena *arena = up->cli->arena;
    const char *log = str_to_cstr(arena, path_join(arena, up->place.state_dir, STR("slipway.log")));
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int out = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    setsid();
    if (null < 0) {
        _exit(EXIT_ENVIRONMENT);
    }
    dup2(null, STDIN_FILENO);
    dup2(out >= 0 ? out : null, STDOUT_FILENO);
    dup2(out >= 0 ? out : null, STDERR_FILENO);
    if (null > 2) {
        close(null);
    }
    if (out > 2) {
        close(out);
    }
    /* Nothing of the caller's (a pipe, a lock) is held for as long as the stack runs. */
    syscall(SYS_close_range, 3U, (unsigned) up->report_fd - 1, 0U);
    syscall(SYS_close_range, (unsigned) up->report_fd + 1, ~0U, 0U);
}

static ExitCode await_start(Up *up, int fd, pid_t pid)
{
    Cli *cli = up->cli;
    Str said = STR("");
    Error err = ERROR_INIT;
    /* One write, then the guardian keeps its copy open: the end of the file is not waited for. */
    char *text = arena_alloc(cli->arena, ERROR_MESSAGE_BYTES);
    ssize_t got;
    do {
        got = read(fd, text, ERROR_MESSAGE_BYTES);
    } while (got < 0 && errno == EINTR);
    said = str_make(text, got > 0 ? (size_t) got : 0);
    if (str_eq_cstr(said, "ok")) {
        return EXIT_OK;
    }
    int status = 0;
    waitpid(pid, &status, 0);
    if (str_is_empty(said)) {
        said = STR("the supervisor ended before anything was started");
    }
    error_set(&err, -EIO, "%" STR_FMT, STR_ARG(said));
    cli_error(cli, &err);
    return WIFEXITED(status) && WEXITSTATUS(status) ? (ExitCode) WEXITSTATUS(status)
                                                    : EXIT_ENVIRONMENT;
}

static ExitCode run_detached(Up *up)
{
    int fds[2] = { -1, -1 };
    Error err = ERROR_INIT;
    int rc = place_make(&up->place, &err);
    if (rc == 0 && pipe2(fds, O_CLOEXEC) < 0) {
        rc = error_errno(&err, -errno, "pipe");
    }
    if (rc < 0) {
        return stack_failed(up->cli, rc, &err);
    }
    pid_t pid = fork();
    if (pid == 0) {
        close(fds[0]);
        up->report_fd = fds[1];
        leave_terminal(up);
        int code = guardian_run(&up->place, supervise, up);
        _exit(code < 0 ? EXIT_ENVIRONMENT : code);
    }
    close(fds[1]);
    ExitCode code = pid < 0 ? EXIT_ENVIRONMENT : await_start(up, fds[0], pid);
    close(fds[0]);
    if (code != EXIT_OK) {
        return code;
    }
    if (!up->options->wait) {
        cli_status(up->cli, "started; look with `slipway ps`, `slipway logs -f`, `slipway why`");
        return EXIT_OK;
    }
    code = stack_wait(up->cli, &up->place, false, up->options->timeout_ns);
    return code == EXIT_OK ? show_nodes(up) : code;
}

static ExitCode run(Cli *cli, const void *opaque)
{
    Up up = { .cli = cli, .options = opaque, .report_fd = -1 };
    Catalog *catalog = NULL;
    Error err = ERROR_INIT;
    ExitCode code = cli_load_catalog(cli, &catalog);
    if (code != EXIT_OK) {
        return code;
    }
    PlanQuery query = query_of(&up);
    int rc = place_init(cli->arena, catalog, cli->globals.project, &up.place, &err);
    rc = rc < 0 ? rc : plan_build(cli->arena, catalog, &query, &up.plan, &err);
    if (rc < 0) {
        cli_error(cli, &err);
        return rc == -ENOENT || rc == -ENOTSUP ? EXIT_USAGE : EXIT_ENVIRONMENT;
    }
    if (up.options->dry_run) {
        return dry_run(&up);
    }
    StackView *view = NULL;
    if (control_get_view(cli->arena, &up.place, &view, NULL) == 0) {
        return join(&up, view);
    }
    return up.options->detach || up.options->wait ? run_detached(&up) : run_foreground(&up);
}

const Command command_up = {
    .name = "up",
    .summary = "Start the services and what they need",
    .arguments = "[SERVICE…]",
    .description = "In the foreground it shows the merged logs; Ctrl-C stops everything in reverse "
                   "order, a second\n"
                   "one ends it at once. Ports are checked before anything starts. Exit code 3 "
                   "when something is\n"
                   "missing or a port is taken, 4 when a service failed, 5 when the time is up.\n"
                   "\n"
                   "With --isolated every port of the catalog gets a free one and the data are "
                   "this checkout's alone, so\n"
                   "that it runs beside others; `ps` shows the ports. It is noted in "
                   ".slipway/isolated.json: every later\n"
                   "command here follows, with the same ports, until `down --volumes` deletes "
                   "data and note.",
    .examples = "slipway up\n"
                "slipway up -d --wait --timeout 2m\n"
                "slipway up product  # it and what it needs\n"
                "slipway up --isolated -d --wait  # a second checkout beside the first",
    .flags = flags,
    .options_size = sizeof(UpOptions),
    .max_args = SIZE_MAX,
    .complete = "service",
    .run = run,
};
