/* Ignore: the patterns of .gitignore files, asked while a tree is walked.
 * https://git-scm.com/docs/gitignore#_pattern_format */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/vec.h"

typedef struct IgnorePattern {
    Str glob;
    Str base;      /* directory of the file it stands in, relative to the root; "" for the root */
    bool negated;  /* "!keep": takes back what an earlier pattern said */
    bool dir_only; /* "build/" */
    bool anchored; /* with a '/' inside: against the whole path, else against the name */
} IgnorePattern;

typedef struct Ignore Ignore;
struct Ignore {
    Arena *arena;
    VEC(IgnorePattern) patterns;
    const Ignore *above; /* asked where none of the patterns matches; may be NULL */
};

/* Adds the lines of a file that stands in `base`. */
void ignore_add(Ignore *ignore, Str base, Str text);
/* The last pattern that matches decides. What stands in an ignored directory is never asked. */
bool ignore_has(const Ignore *ignore, Str path, bool is_dir);
