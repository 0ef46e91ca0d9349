/* What ShellCheck says of the scripts in RUN. */
#pragma once

#include "base/error.h"

#include "dockerfile.h"

/* Fills `complaints` of each file; fails as shellcheck_run (audit/shellcheck.h) does. */
int dockerfiles_ask_shellcheck(Arena *arena, Dockerfile *const *files, size_t count, Error *err);
