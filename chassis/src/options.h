/* The command line of a service. */
#pragma once

#include <chassis/app.h>

typedef enum Command {
    COMMAND_SERVE,
    COMMAND_PRINT_CONFIG,
    COMMAND_HEALTHCHECK,
    COMMAND_VERSION,
    COMMAND_MIGRATE_ONLY,
    COMMAND_DLQ_REPLAY,
    COMMAND_HELP,
} Command;

typedef struct Options {
    Command command;
    const char *topic; /* DLQ_REPLAY */
    int64_t most;
} Options;

/* False: *ret_problem says what is wrong. */
bool options_read(int argc, char **argv, Options *ret_options, const char **ret_problem);
