#pragma once

#include <chassis/http.h>

enum { CURSOR_MAX_BYTES = 2048 };

/* The first part is the tag; false when the text was not made by cursor_text. */
bool cursor_parse(Arena *arena, Str text, Cursor *ret_cursor);
