#include "options.h"

static const struct {
    const char *flag;
    Command command;
} flags[] = {
    { "--print-config", COMMAND_PRINT_CONFIG }, { "--healthcheck", COMMAND_HEALTHCHECK },
    { "--version", COMMAND_VERSION },           { "--migrate-only", COMMAND_MIGRATE_ONLY },
    { "--dlq-replay", COMMAND_DLQ_REPLAY },     { "--help", COMMAND_HELP },
};

static bool find_command(const char *text, Command *ret_command)
{
    for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
        if (strcmp(text, flags[i].flag) == 0) {
            *ret_command = flags[i].command;
            return true;
        }
    }
    return false;
}

static bool read_replay(int argc, char **argv, Options *options, const char **ret_problem)
{
    if (argc < 3) {
        *ret_problem = "--dlq-replay needs a topic";
        return false;
    }
    options->topic = argv[2];
    options->most = INT64_MAX;
    if (argc == 3) {
        return true;
    }
    bool is_max = argc == 5 && strcmp(argv[3], "--max") == 0;
    if (!is_max || !str_to_int64(str_from(argv[4]), &options->most) || options->most < 1) {
        *ret_problem = "after the topic only --max N may stand, with N from 1";
        return false;
    }
    return true;
}

bool options_read(int argc, char **argv, Options *ret_options, const char **ret_problem)
{
    Options options = { .command = COMMAND_SERVE };
    if (argc > 1 && !find_command(argv[1], &options.command)) {
        *ret_problem = "unknown option; see --help";
        return false;
    }
    if (options.command == COMMAND_DLQ_REPLAY) {
        if (!read_replay(argc, argv, &options, ret_problem)) {
            return false;
        }
    } else if (argc > 2) {
        *ret_problem = "one option at a time";
        return false;
    }
    *ret_options = options;
    return true;
}
