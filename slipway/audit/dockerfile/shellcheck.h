/* ShellCheck, where it is asked for and installed: one child process for all scripts of a run, as
 * its start costs more than the rest of the run. */
#pragma once

#include "base/error.h"

#include "dockerfile.h"

/* Fills `complaints` of each file. -ENOENT: it isn't installed; -ETIMEDOUT after half a minute;
 * -EBADMSG where what it says isn't understood. */
int shellcheck_run(Arena *arena, Dockerfile *const *files, size_t count, Error *err);
