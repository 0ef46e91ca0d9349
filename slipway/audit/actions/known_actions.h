/* Actions that many use: their inputs and outputs, at versions that tools/gen_action_tables.py
 * found. */
#pragma once

#include "workflow.h"

typedef struct KnownAction {
    const char *slug; /* "actions/checkout" */
    const char *refs; /* "v3 v4" */
    const char
        *inputs; /* parted by blanks, those that must be given with '!' before them; "*": any */
    const char *outputs; /* "*": any */
    bool is_outdated;    /* its runtime is no longer run */
} KnownAction;

/* The action of the very version, also where a hash has it in its comment. NULL: not known. */
const KnownAction *known_action_find(const Uses *uses);
/* Any version of it, the newest that is known; NULL: not known. */
const KnownAction *known_action_newest(Str slug);

/* known_actions_table.c: by slug, versions ascending. */
extern const KnownAction known_actions[];
extern const size_t known_action_count;
