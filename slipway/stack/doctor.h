/* Doctor: what this machine lacks for the selected nodes of a plan, and the command that gets it. */
#pragma once

#include "base/arena.h"
#include "base/vec.h"

#include "stack/env.h"
#include "stack/place.h"
#include "stack/plan.h"

typedef enum DoctorVerdict {
    DOCTOR_FINE,
    DOCTOR_WARN, /* it works, but not well */
    DOCTOR_LACKS,
} DoctorVerdict;

typedef struct DoctorFinding {
    Str subject; /* "postgres", "port 8001", "disk" */
    DoctorVerdict verdict;
    Str message;
    Str fix; /* a shell command, or empty: a person must decide */
} DoctorFinding;

typedef VEC(DoctorFinding) DoctorFindings;

/* Looks, changes nothing. `is_up`: the stack runs, so its own ports are taken by itself. Texts on
 * the arena. */
void doctor_look(
    Arena *arena,
    const Place *place,
    const Plan *plan,
    const EnvContext *env,
    bool is_up,
    DoctorFindings *ret_findings
);
