/* Variables in the scalars of a Compose file: $A ${A} ${A:-${B}} ${A-x} ${A:?err} ${A?err} ${A:+x}
 * ${A+x} and $$. Nothing is taken from the environment of this process. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/str.h"
#include "codec/node.h"

typedef enum ComposeOperator {
    COMPOSE_PLAIN,    /* $A, ${A} */
    COMPOSE_DEFAULT,  /* ${A:-x} ${A-x} */
    COMPOSE_REQUIRED, /* ${A:?x} ${A?x} */
    COMPOSE_PRESENT,  /* ${A:+x} ${A+x} */
} ComposeOperator;

typedef struct ComposeVariable {
    Str name;
    ComposeOperator op;
    bool or_empty;     /* with ':': an empty value counts as none */
    Str word;          /* behind the operator, as written */
    size_t start, end; /* in the text */
} ComposeVariable;

/* The next use at or behind *at, which moves behind it; false at the end. */
bool compose_next_variable(Str text, size_t *at, ComposeVariable *ret);
/* The offset of a "${" that doesn't lead to a use, which Compose refuses; STR_NONE: all is fine. */
size_t compose_find_bad_variable(Str text);
/* Replaces all of `text` by `variables` (name -> Str *). false when a value is needed that isn't
 * there and has no default; what could be replaced is in *ret_text then too. */
bool compose_interpolate(Arena *arena, Str text, const Map *variables, Str *ret_text);
