/* The patterns of branches, tags and paths filters.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

typedef enum GlobKind { GLOB_REF, GLOB_PATH } GlobKind;

typedef struct GlobFault {
    const char *message;
    size_t at;
} GlobFault;

/* false: not a pattern, or one that matches nothing. */
bool glob_check(Str pattern, GlobKind kind, GlobFault *ret_fault);
/* The folders and the name that stand before the first special character: "a/b" of "a/b/x*.c" (only
 * whole parts); *ret_is_whole when nothing is special. */
Str glob_fixed_part(Str pattern, bool *ret_is_whole);
