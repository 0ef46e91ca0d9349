/* Paths as text; nothing here looks at the file system. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

/* Joins and cleans; an absolute `b` wins. */
Str path_join(Arena *arena, Str a, Str b);
/* Lexically shortest: "a/./b//../c" -> "a/c"; "" -> ".". */
Str path_clean(Arena *arena, Str path);
Str path_dir(Str path);       /* "a/b" -> "a", "a" -> ".", "/a" -> "/" */
Str path_base(Str path);      /* "a/b" -> "b" */
Str path_extension(Str path); /* "x.tar.gz" -> ".gz"; "" when there is none */
bool path_is_absolute(Str path);
/* `path` as seen from directory `from`; both absolute or both relative, cleaned. */
Str path_relative(Arena *arena, Str from, Str path);
/* Whether cleaned `path` is `root` or below it. */
bool path_is_within(Str root, Str path);
/* Shell-like pattern: * ? [] within one segment, ** across segments. */
bool path_match(Str pattern, Str path);
