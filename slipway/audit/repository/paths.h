/* The path that an expression of a source is: a literal, one that is joined or formatted as far as it is
 * known, or a name that the source gives such a value once. Nothing is parsed: what isn't plain is none. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

typedef struct SourcePath {
    Str path;          /* absolute; a view of the text, without a last '/' */
    size_t start, end; /* of the literal in the text */
    bool is_cut;       /* what is behind it isn't known: it is a folder */
} SourcePath;

/* The expression that starts at `at`. */
bool source_path_at(Str text, size_t at, SourcePath *ret);
/* The one that ends before `end`, as the receiver of a method does. */
bool source_path_before(Str text, size_t end, SourcePath *ret);
