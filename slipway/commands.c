#include "commands.h"

const Command *const commands[] = {
    &command_explain,
    &command_schema,
    &command_completion,
    &command_version,
    &command_help,
    &command_complete,
    NULL,
};
