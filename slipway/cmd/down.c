#include <poll.h>

#include "base/clock.h"
#include "base/fs.h"

#include "cmd/stack_common.h"
#include "commands.h"
#include "stack/claim.h"
#include "stack/control_client.h"
#include "stack/state_file.h"

typedef struct DownOptions {
    bool volumes, yes;
    int64_t timeout_ns;
} DownOptions;

static const CliFlag flags[] = {
    CLI_FLAG(
        DownOptions,
        volumes,
        "volumes",
        'v',
        CLI_BOOL,
        .help = "Also delete the resources' data, after asking"
    ),
    CLI_FLAG(DownOptions, yes, "yes", 'y', CLI_BOOL, .help = "Delete without asking"),
    CLI_FLAG(
        DownOptions,
        timeout_ns,
        "timeout",
        0,
        CLI_DURATION,
        .argument = "DURATION",
        .help = "Kill what has not ended after so long"
    ),
    CLI_FLAGS_END,
};

enum { KILL_MS = 10 * 1000, LISTEN_MS = 10 * 1000, LOOK_MS = 20 };

/* One that has the lock and doesn't listen is on its way up or down. */
static int ask_to_stop(const Place *place, Error *err)
{
    Deadline deadline = deadline_in_ms(LISTEN_MS);
    for (;;) {
        int rc = control_post(place, "/v1/down", STR(""), err);
        if (rc != -ENOENT || !control_has_supervisor(place)) {
            return rc;
        }
        error_clear(err);
        if (deadline_left_ms(deadline) == 0) {
            return error_set(err, -ETIMEDOUT, "a supervisor runs here and doesn't listen");
        }
        poll(NULL, 0, LOOK_MS);
    }
}

static int stop(Cli *cli, const Place *place, int64_t timeout_ns, Error *err)
{
    int rc = ask_to_stop(place, err);
    if (rc < 0) {
        return rc;
    }
    rc = control_wait_gone(place, ns_to_ms(timeout_ns), err);
    if (rc == -ETIMEDOUT) {
        cli_status(cli, "the time is up: killing what is left");
        error_clear(err);
        control_post(place, "/v1/down?now", STR(""), NULL);
        rc = control_wait_gone(place, KILL_MS, err);
    }
    return rc;
}

/* No supervisor, but perhaps what one left behind. */
static int clean(Cli *cli, const Place *place, Error *err)
{
    int ended = state_end_leftovers(place, err);
    if (ended > 0) {
        cli_status(
            cli, "ended %d process%s that a former stack had left", ended, ended == 1 ? "" : "es"
        );
    } else if (ended == 0) {
        cli_status(cli, "nothing runs");
    }
    return ended < 0 ? ended : 0;
}

/* Before anything is stopped: a no changes nothing. */
static ExitCode ask(Cli *cli, const Place *place, const DownOptions *options)
{
    const char *data = str_to_cstr(cli->arena, place->data_dir);
    if (!options->volumes || options->yes || !fs_exists(data)) {
        return EXIT_OK;
    }
    const char *question = arena_printf(cli->arena, "Delete all data in %s?", data);
    if (cli_confirm(cli, question)) {
        return EXIT_OK;
    }
    cli_errorf(cli, "nothing is stopped and the data in %s is kept", data);
    cli_hint(cli, "-y deletes it without being asked; without --volumes it is kept");
    return EXIT_USAGE;
}

static ExitCode delete_data(Cli *cli, const Place *place)
{
    const char *data = str_to_cstr(cli->arena, place->data_dir);
    bool has_data = fs_exists(data);
    auto_fd int claim = -1;
    Error err = ERROR_INIT;
    if (has_data && (claim_data(place, &claim, &err) < 0 || fs_remove_tree(data, &err) < 0)) {
        cli_error(cli, &err);
        return EXIT_ENVIRONMENT;
    }
    unlink(str_to_cstr(cli->arena, place->isolation_path));
    if (has_data) {
        cli_status(cli, "deleted %s", data);
    }
    return EXIT_OK;
}

static ExitCode run(Cli *cli, const void *opaque)
{
    const DownOptions *options = opaque;
    Place place;
    ExitCode code = stack_place(cli, &place);
    code = code == EXIT_OK ? ask(cli, &place, options) : code;
    if (code != EXIT_OK) {
        return code;
    }
    Error err = ERROR_INIT;
    int rc = stop(cli, &place, options->timeout_ns, &err);
    if (rc == -ENOENT) {
        error_clear(&err);
        rc = clean(cli, &place, &err);
    } else if (rc == 0) {
        cli_status(cli, "everything is stopped");
    }
    if (rc < 0) {
        return stack_failed(cli, rc, &err);
    }
    return options->volumes ? delete_data(cli, &place) : EXIT_OK;
}

const Command command_down = {
    .name = "down",
    .summary = "Stop everything in reverse order",
    .examples = "slipway down\n"
                "slipway down --volumes -y  # and delete the data",
    .flags = flags,
    .options_size = sizeof(DownOptions),
    .run = run,
};
