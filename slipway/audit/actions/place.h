/* Place: where in a workflow an expression may stand, and what it may use there.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#context-availability */
#pragma once

#include <stdbool.h>

#include "base/str.h"

typedef enum Place {
    PLACE_NOWHERE, /* no expression is evaluated there */
    PLACE_RUN_NAME,
    PLACE_CONCURRENCY,
    PLACE_ENV,
    PLACE_INPUT_DEFAULT,
    PLACE_CALL_OUTPUT,
    PLACE_JOB, /* name, runs-on, concurrency, container and its kin */
    PLACE_JOB_IF,
    PLACE_JOB_ENV,
    PLACE_JOB_DEFAULTS,
    PLACE_JOB_STRATEGY,
    PLACE_JOB_OUTPUT,
    PLACE_JOB_SECRET,
    PLACE_ENVIRONMENT_URL,
    PLACE_CREDENTIALS,
    PLACE_CONTAINER_ENV,
    PLACE_STEP,
    PLACE_STEP_IF,
    PLACE_ACTION_STEP,
    PLACE_ACTION_OUTPUT,
} Place;

/* How the docs call it: "jobs.<job_id>.if". */
const char *place_name(Place place);
/* Whether the context (of any case) may be used there. */
bool place_has_context(Place place, Str context);
/* Whether the functions of the state (success, always…) and hashFiles may be called there. */
bool place_has_state(Place place);
bool place_has_hash_files(Place place);
/* "github, needs, vars, inputs", for messages. */
const char *place_contexts(Place place);
