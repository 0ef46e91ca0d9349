/* Holds an object against its type: unknown fields, wrong kinds of values, what is missing, values
 * outside an enumeration. The reading is an API server's that validates strictly: null counts as
 * not said, a number is no string, YAML 1.1's "yes" is a boolean. */
#pragma once

#include "base/vec.h"

#include "api.h"

typedef struct ApiProblem {
    const Node *at;
    Str message; /* "unknown field \"replica\" in spec" */
    Str hint;
    Str better;   /* what to write instead of `at`; empty: not known */
    bool is_sure; /* what the author meant without doubt */
} ApiProblem;

typedef VEC(ApiProblem) ApiProblems;

void api_validate(Api *api, const ApiType *type, const Node *object, ApiProblems *ret_problems);
