/* FileWatch: tells when files change, once things are quiet again.
 *
 * Watches whole trees and single files through inotify(7). Editors write many times and replace
 * files by renaming: so changes are collected until none came for `quiet_ms`, or ten times that
 * after the first, and then told at once. A file is watched by its name: it may be absent, deleted
 * and made anew. Links are not followed. An open FileWatch does not keep the loop alive. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"
#include "loop/loop.h"

typedef struct FileWatch FileWatch;

typedef struct FileWatchOptions {
    int64_t quiet_ms; /* 0: 100 */
    /* `paths` as they were given to file_watch_add, with what is below them behind a '/'; each
     * once, in the order of their first change; valid within the call. After an overflow of the
     * kernel's queue the watched paths themselves. */
    void (*on_change)(FileWatch *watch, const Str *paths, size_t count, void *arg);
    /* Whether to leave something in a tree out (a directory with all below it); may be NULL. */
    bool (*ignores)(Str path, bool is_dir, void *arg);
    void *arg;
} FileWatchOptions;

/* -EMFILE, -ENFILE: the user's inotify instances are used up. */
int file_watch_new(Loop *loop, const FileWatchOptions *options, FileWatch **ret_watch, Error *err);
/* A directory: all below it, also what is made later. Anything else: that name in its directory,
 * which must exist. -ENOSPC: fs.inotify.max_user_watches is used up. */
int file_watch_add(FileWatch *watch, const char *path, Error *err);
void file_watch_free(FileWatch *watch); /* NULL is fine; allowed in its callback */
