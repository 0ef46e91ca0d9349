/* .env files: lines NAME=value, as a stack's secrets and a Compose file's variables stand in. */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

typedef struct EnvPair {
    Str name, value;
} EnvPair;

typedef struct EnvPairs {
    EnvPair *ptr;
    size_t len, cap;
} EnvPairs;

/* Lines NAME=value with an optional "export "; # comments; single quotes literal, double quotes
 * with \n \r \t \\ \" \$; a quoted value may go on over lines (a key in PEM); nothing is expanded.
 * -EINVAL names the line. */
int dotenv_parse(Arena *arena, Str text, EnvPairs *ret_pairs, Error *err);
