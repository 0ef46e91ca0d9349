/* Commands: one visible table (commands.c), one file each (cmd/<name>.c).
 *
 * How to add one: write cmd/<name>.c with its options struct, its flag table, its Command and its
 * run function (cmd/version.c is the smallest); declare the Command here, name it in commands.c's
 * table and in slipway/meson.build. Help, man page, completion and the SLIPWAY_ variables come from
 * the table. */
#pragma once

#include "cli/cli.h"

extern const Command command_check;
extern const Command command_complete;
extern const Command command_completion;
extern const Command command_doctor;
extern const Command command_down;
extern const Command command_explain;
extern const Command command_help;
extern const Command command_kustomize;
extern const Command command_logs;
extern const Command command_ps;
extern const Command command_render;
extern const Command command_restart;
extern const Command command_schema;
extern const Command command_start;
extern const Command command_stop;
extern const Command command_up;
extern const Command command_version;
extern const Command command_wait;
extern const Command command_why;

/* NULL-terminated, in the order of `slipway help`. */
extern const Command *const commands[];
