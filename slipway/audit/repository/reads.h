/* Variables of the environment that a source can't do without: read in a way that fails where they
 * aren't set. Only forms that say so themselves count: os.environ["X"], env::var("X").unwrap(),
 * mustEnv("X"), `env:"X,required"`, a Getenv whose empty result ends the program. */
#pragma once

#include "base/arena.h"
#include "base/str.h"
#include "base/vec.h"

typedef struct EnvRead {
    Str name;
    size_t start, end; /* of the name in the text */
} EnvRead;

typedef VEC(EnvRead) EnvReads;

/* Each name once, at its first place; one that the text reads otherwise too is none. */
EnvReads env_reads_of(Arena *arena, Str text);
