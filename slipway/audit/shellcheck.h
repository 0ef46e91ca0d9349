/* ShellCheck, where it is asked for and installed: one child process for many scripts, as its start
 * costs more than the rest of the run. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "base/vec.h"

typedef struct ShellComplaint {
    size_t start, end; /* bytes of the script */
    size_t code;       /* 2086 of SC2086 */
    Str message;
} ShellComplaint;

typedef struct CheckedScript {
    Str text;
    const char *dialect;   /* as ShellCheck calls it: sh, bash, dash, ksh */
    const char *disable;   /* codes that mean nothing here, each with a comma before it, or NULL */
    Str names;             /* variables it has from elsewhere, parted by blanks */
    bool stops_at_failure; /* it runs under set -e */
    const char *path;      /* where it is written to while ShellCheck runs */
    VEC(ShellComplaint) complaints;
} CheckedScript;

/* Fills the complaints of each. -ENOENT: it isn't installed; -ETIMEDOUT after half a minute; -EBADMSG
 * where what it says isn't understood. */
int shellcheck_run(Arena *arena, CheckedScript *scripts, size_t count, Error *err);
