/* Where a source writes: files that it makes or opens for writing, and folders that it makes, as far as
 * their absolute path stands in the text (paths.h); the folder for temporary files is /tmp. */
#pragma once

#include "repository.h"

typedef struct FileWrite {
    Str path;          /* of the file or folder */
    Str folder;        /* the one that has to be writable */
    size_t start, end; /* of what says so in the text */
    bool is_temporary; /* TMPDIR and its kin may lead elsewhere */
} FileWrite;

typedef VEC(FileWrite) FileWrites;

/* Each path once, at its first place. */
FileWrites file_writes_of(Arena *arena, RepoLanguage language, Str text);
