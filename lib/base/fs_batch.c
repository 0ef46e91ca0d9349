#include "base/fs_batch.h"

#include <fcntl.h>
#include <stdio.h>

#include "base/fs.h"
#include "base/path.h"

enum { BEFORE_BYTES_MOST = 1 << 30 };

static FsBatchEntry *add(FsBatch *batch, Str path)
{
    FsBatchEntry *entry = vec_add(&batch->entries, batch->arena);
    entry->path = str_to_cstr(batch->arena, path);
    return entry;
}

void fs_batch_write(FsBatch *batch, Str path, Str text, mode_t mode)
{
    FsBatchEntry *entry = add(batch, path);
    entry->text = text;
    entry->mode = mode;
}

void fs_batch_remove(FsBatch *batch, Str path)
{
    add(batch, path)->removes = true;
}

/* Keeps what is there and writes what is to come beside it. */
static int stage(Arena *arena, FsBatchEntry *entry, Error *err)
{
    struct stat info;
    if (lstat(entry->path, &info) == 0 && S_ISREG(info.st_mode)) {
        int rc = fs_read(arena, entry->path, BEFORE_BYTES_MOST, &entry->before, err);
        if (rc < 0) {
            return rc;
        }
        entry->was_there = true;
        entry->mode_before = info.st_mode & 07777;
    }
    if (entry->removes) {
        return 0;
    }
    Str directory = path_dir(str_from(entry->path));
    int rc = fs_make_dirs(str_to_cstr(arena, directory), 0755, err);
    if (rc < 0) {
        return rc;
    }
    entry->fresh = arena_printf(arena, "%s.slipway-new", entry->path);
    auto_fd int fd =
        open(entry->fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, entry->mode);
    if (fd < 0) {
        return error_errno(err, -errno, "write %s", entry->fresh);
    }
    rc = fs_write_all(fd, entry->text.ptr, entry->text.len);
    rc = rc == 0 && fchmod(fd, entry->mode) < 0 ? -errno : rc;
    return rc < 0 ? error_errno(err, rc, "write %s", entry->fresh) : 0;
}

static int move_in(FsBatchEntry *entry, Error *err)
{
    int rc = entry->removes ? unlink(entry->path) : rename(entry->fresh, entry->path);
    if (rc < 0) {
        return error_errno(err, -errno, "write %s", entry->path);
    }
    entry->is_done = true;
    return 0;
}

/* The best that can be done after a failure, so its own failures are not told. */
static void put_back(const FsBatch *batch)
{
    vec_foreach(entry, &batch->entries) {
        if (entry->is_done && entry->was_there) {
            fs_write_atomic(entry->path, entry->before, entry->mode_before, NULL);
        } else if (entry->is_done) {
            unlink(entry->path);
        } else if (entry->fresh) {
            unlink(entry->fresh);
        }
    }
}

int fs_batch_commit(FsBatch *batch, Error *err)
{
    int rc = 0;
    for (size_t i = 0; i < batch->entries.len && rc == 0; i++) {
        rc = stage(batch->arena, &batch->entries.ptr[i], err);
    }
    for (size_t i = 0; i < batch->entries.len && rc == 0; i++) {
        rc = move_in(&batch->entries.ptr[i], err);
    }
    if (rc < 0) {
        put_back(batch);
    }
    return rc;
}
