/* UpScreen: what `up` in the foreground shows: the merged log on stdout, changes of state on
 * stderr. It never waits for a terminal or a pipe that doesn't take what is written: what doesn't
 * fit is dropped and counted, and the stack goes on. */
#pragma once

#include "cli/cli.h"
#include "stack/supervisor.h"

typedef struct UpScreen UpScreen;

/* `plan` gives the names. */
UpScreen *up_screen_new(Cli *cli, const Plan *plan);
void up_screen_free(UpScreen *screen);
/* Before the first line, on the supervisor's loop. */
void up_screen_attach(UpScreen *screen, Supervisor *supervisor);
SupervisorListener up_screen_listener(UpScreen *screen);
/* Writes what is left, waiting a second at most. */
void up_screen_flush(UpScreen *screen);
