/* Several files as one change: each is written beside its place, and only when all of them are there
 * they are renamed into place. When a step fails, what was renamed already is put back as it was. A
 * crash between two renames leaves some of the files new: none is ever half written. */
#pragma once

#include <sys/types.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "base/vec.h"

typedef struct FsBatchEntry {
    char *path;
    bool removes; /* else it writes */
    Str text;
    mode_t mode;
    /* of the commit */
    char *fresh; /* beside its place, NULL before it is written */
    bool was_there, is_done;
    Str before;
    mode_t mode_before;
} FsBatchEntry;

typedef struct FsBatch {
    Arena *arena;
    VEC(FsBatchEntry) entries;
} FsBatch;

/* `text` isn't copied. Missing directories of `path` are made by the commit. */
void fs_batch_write(FsBatch *batch, Str path, Str text, mode_t mode);
void fs_batch_remove(FsBatch *batch, Str path);
int fs_batch_commit(FsBatch *batch, Error *err);
