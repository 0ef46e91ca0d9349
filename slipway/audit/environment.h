/* Environment: the variables that a container or a Compose service finds, as far as the repository says. */
#pragma once

#include <stdbool.h>

#include "base/vec.h"
#include "codec/node.h"

typedef struct EnvValue {
    Str key;
    Str text;         /* what is known of the value, may be empty */
    const Node *node; /* the value, else the key */
    bool is_literal;  /* false: from a Secret, a field or what isn't known */
    bool is_field;    /* of the pod or node */
} EnvValue;

typedef struct Environment {
    VEC(EnvValue) values;
    bool is_complete; /* false: a file or object that isn't there may say more */
} Environment;
