/* Files and directories. Every read is bounded, every write is all or nothing, and no function
 * follows a path out of the directory it was given where it says so. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

/* The whole of a regular file, NUL-terminated on the arena. -EFBIG over `max_bytes`, -EISDIR,
 * -EINVAL for devices, sockets and pipes. `path` "-" is not special. */
int fs_read(Arena *arena, const char *path, size_t max_bytes, Str *ret_text, Error *err);
/* The same for a path as fs_real_path gave it: -ELOOP when a part of it has become a link since. */
int fs_read_resolved(Arena *arena, const char *path, size_t max_bytes, Str *ret_text, Error *err);
/* The same for an open descriptor of any kind (standard input too). */
int fs_read_fd(Arena *arena, int fd, size_t max_bytes, Str *ret_text, Error *err);
/* fs_read for whoever looks at many files: with the file's mode, and no words about a failure. */
int fs_read_mode(Arena *arena, const char *path, size_t max_bytes, Str *ret_text, mode_t *ret_mode);
/* Writes beside the file, syncs, renames over it; the mode is exactly `mode`, whatever the umask.
 * The directory must exist. A link at `path` is replaced, not followed. */
int fs_write_atomic(const char *path, Str text, mode_t mode, Error *err);
/* All of it, EINTR and short writes handled. */
int fs_write_all(int fd, const void *data, size_t size);
/* A program's first act: opens /dev/null for those of the descriptors 0 to 2 that are closed. Else what is opened next
 * would be standard output to whoever prints. */
void fs_open_standard_streams(void);

int fs_make_dirs(const char *path, mode_t mode, Error *err); /* like mkdir -p */
/* Removes a tree without following links; an absent path is fine. */
int fs_remove_tree(const char *path, Error *err);
bool fs_exists(const char *path);
bool fs_is_dir(const char *path);
bool fs_is_file(const char *path);
bool fs_is_executable(const char *path);

typedef struct FsEntry {
    Str path; /* relative to the walked root, '/' between parts */
    Str name;
    mode_t mode; /* of the entry itself: a link is a link */
    off_t size;
    unsigned depth; /* 0: directly in the root */
} FsEntry;

typedef enum FsWalk {
    FS_WALK_ON,   /* go on; into a directory */
    FS_WALK_SKIP, /* not into this directory */
    FS_WALK_STOP,
} FsWalk;

typedef FsWalk (*FsVisit)(const FsEntry *entry, void *ctx);
/* Depth first, names in bytewise order, links not followed. */
int fs_walk(const char *root, FsVisit visit, void *ctx, Error *err);
/* Names in `path`, sorted, without "." and "..". */
int fs_list(Arena *arena, const char *path, Str **ret_names, size_t *ret_count, Error *err);

typedef struct FsName {
    Str name;
    mode_t type; /* S_IFREG and its kin, of the entry itself */
} FsName;

/* The same with types, for a path below an open directory. No link on the way is followed: -ELOOP, or -ENOTDIR where
 * the path itself is one. */
int fs_list_beneath(
    Arena *arena, int dir_fd, const char *path, FsName **ret_names, size_t *ret_count
);

/* Absolute, links resolved; on the arena. */
int fs_real_path(Arena *arena, const char *path, Str *ret_path, Error *err);
Str fs_current_dir(Arena *arena);
/* Looks for an executable in $PATH; the empty Str when there is none. */
Str fs_find_program(Arena *arena, const char *name);

static inline void fs_close_fdp(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
    }
}
#define auto_fd __attribute__((cleanup(fs_close_fdp)))
/* Hands a descriptor over: yields it and leaves -1 behind. */
static inline int take_fd(int *fd)
{
    int taken = *fd;
    *fd = -1;
    return taken;
}
