/* Regular expressions over Str, PCRE2 underneath: no look-behind surprises for who writes RE2, and
 * a bound on the work of one match, so that no pattern hangs. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

typedef struct Regex Regex;

/* Compiled for the life of the arena. `whole`: the pattern must match the whole text. -EINVAL with
 * what is wrong and at which character. */
int regex_compile(Arena *arena, Str pattern, bool whole, Regex **ret_regex, Error *err);
/* A match that goes past the bound counts as none. A text with bytes that are no UTF-8 is matched
 * beside them, and never as a whole. */
bool regex_matches(const Regex *regex, Str text);
