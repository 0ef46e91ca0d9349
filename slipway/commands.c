#include "commands.h"

/* one a line, so that two who add one do not collide */
/* clang-format off */
const Command *const commands[] = {
    &command_up,
    &command_down,
    &command_ps,
    &command_start,
    &command_stop,
    &command_restart,
    &command_wait,
    &command_logs,
    &command_why,
    &command_doctor,
    &command_explain,
    &command_check,
    &command_render,
    &command_kustomize,
    &command_schema,
    &command_completion,
    &command_version,
    &command_help,
    &command_complete,
    NULL,
};
/* clang-format on */
