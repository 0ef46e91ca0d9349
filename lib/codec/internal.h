/* What the files of codec share among themselves. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"

/* RFC 6901: takes the next reference token, still escaped, from the front of *rest; false at the
 * end, and then *rest is empty unless the pointer is malformed. */
bool pointer_next(Str *rest, Str *ret_token);
/* ~0 and ~1 resolved; false for any other '~'. */
bool pointer_unescape(Arena *arena, Str token, Str *ret_key);
/* An index without leading zeros. */
bool pointer_index(Str token, size_t *ret_index);
