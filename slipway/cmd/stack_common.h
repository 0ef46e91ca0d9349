/* What the commands around a running stack share. */
#pragma once

#include "cli/cli.h"
#include "model/catalog.h"
#include "stack/place.h"
#include "stack/plan.h"
#include "stack/view.h"

/* Where the stack of this directory lives. The catalog may have mistakes: what runs can still be
 * looked at and stopped. Errors are shown already. */
ExitCode stack_place(Cli *cli, Place *ret_place);
/* The view of what runs or, when nothing does, of what ran last (then every node that ran has
 * ended). NULL in *ret_view when there never was a stack here. */
ExitCode stack_view(Cli *cli, const Place *place, StackView **ret_view, bool *ret_is_live);
/* Every operand must be a node of the view: EXIT_USAGE with the nearest name. */
ExitCode stack_check_names(Cli *cli, const StackView *view);
/* Says that there never was a stack here. With nothing else to show, the catalog's mistakes are shown and
 * count, and an operand must be a name of it. */
ExitCode stack_never_ran(Cli *cli);
/* An error of a call to the stack, shown; the exit code that goes with it. */
ExitCode stack_failed(Cli *cli, int rc, const Error *err);
/* Follows the running stack until the named nodes (none: all selected) are ready, shows the table
 * or why not. */
ExitCode stack_wait(Cli *cli, const Place *place, bool completed, int64_t timeout_ns);
/* The nodes of a view as `ps` shows them: the table, or as `format` (a CliFormat) says. */
ExitCode stack_print(Cli *cli, const StackView *view, int format);
/* start, stop, restart. */
ExitCode stack_act(Cli *cli, const char *verb);

static inline int64_t ns_to_ms(int64_t ns)
{
    return ns > 0 && ns < 1000000 ? 1 : ns / 1000000;
}
