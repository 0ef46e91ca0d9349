/* What goes through whole directories: listing, walking, removing. */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/fs.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "base/vec.h"

/* One open descriptor a level: deeper than this is a mistake or an attack. */
enum { TREE_DEPTH_MOST = 128 };

static bool is_dot_entry(const char *name)
{
    return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

static int compare_names(const void *a, const void *b)
{
    const Str *x = a;
    const Str *y = b;
    return str_cmp(*x, *y);
}

/* The sorted names in an open directory, which stays open. */
static int read_names(Arena *arena, int dir_fd, Str **ret_names, size_t *ret_count)
{
    int fd = openat(dir_fd, ".", O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    if (fd < 0) {
        return -errno;
    }
    DIR *dir = fdopendir(fd);
    if (!dir) {
        int code = -errno;
        close(fd);
        return code;
    }
    VEC(Str) names = { 0 };
    errno = 0;
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (!is_dot_entry(entry->d_name)) {
            vec_push(&names, arena, str_dup(arena, str_from(entry->d_name)));
        }
        errno = 0;
    }
    int code = -errno;
    closedir(dir);
    if (names.len) {
        qsort(names.ptr, names.len, sizeof(*names.ptr), compare_names);
    }
    *ret_names = names.ptr;
    *ret_count = names.len;
    return code;
}

int fs_list(Arena *arena, const char *path, Str **ret_names, size_t *ret_count, Error *err)
{
    auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    int rc = fd < 0 ? -errno : read_names(arena, fd, ret_names, ret_count);
    return rc ? error_errno(err, rc, "list %s", path) : 0;
}

/* Where a walk stands: `path` is relative to the root and shrinks back on the way up. */
typedef struct Walk {
    FsVisit visit;
    void *ctx;
    StrBuf path;
    unsigned depth;
    bool stopped;
} Walk;

static int walk_dir(Walk *walk, int dir_fd);

static int walk_into(Walk *walk, int dir_fd, const char *name)
{
    if (walk->depth + 1 >= TREE_DEPTH_MOST) {
        return -ELOOP;
    }
    auto_fd int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW);
    if (fd < 0) {
        return errno == ENOENT ? 0 : -errno;
    }
    walk->depth++;
    int rc = walk_dir(walk, fd);
    walk->depth--;
    return rc;
}

static int walk_entry(Walk *walk, int dir_fd, Str name)
{
    struct stat info;
    if (fstatat(dir_fd, name.ptr, &info, AT_SYMLINK_NOFOLLOW) < 0) {
        return errno == ENOENT ? 0 : -errno; /* removed since it was listed */
    }
    Str path = strbuf_str(&walk->path);
    FsEntry entry = {
        .path = path,
        .name = str_skip(path, path.len - name.len),
        .mode = info.st_mode,
        .size = info.st_size,
        .depth = walk->depth,
    };
    FsWalk next = walk->visit(&entry, walk->ctx);
    if (next == FS_WALK_STOP) {
        walk->stopped = true;
        return 0;
    }
    return next == FS_WALK_ON && S_ISDIR(info.st_mode) ? walk_into(walk, dir_fd, name.ptr) : 0;
}

static int walk_dir(Walk *walk, int dir_fd)
{
    auto_arena Arena *arena = arena_new(0);
    Str *names = NULL;
    size_t count = 0;
    int rc = read_names(arena, dir_fd, &names, &count);
    for (size_t i = 0; i < count && rc == 0 && !walk->stopped; i++) {
        size_t len = walk->path.len;
        strbuf_add_cstr(&walk->path, len ? "/" : "");
        strbuf_add(&walk->path, names[i]);
        rc = walk_entry(walk, dir_fd, names[i]);
        if (rc == 0) {
            strbuf_truncate(&walk->path, len); /* kept on failure: the message names it */
        }
    }
    return rc;
}

int fs_walk(const char *root, FsVisit visit, void *ctx, Error *err)
{
    auto_fd int fd = open(root, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    if (fd < 0) {
        return error_errno(err, -errno, "walk %s", root);
    }
    Walk walk = { .visit = visit, .ctx = ctx };
    int rc = walk_dir(&walk, fd);
    if (rc) {
        error_errno(err, rc, "walk %s: %" STR_FMT, root, STR_ARG(strbuf_str(&walk.path)));
    }
    strbuf_done(&walk.path);
    return rc;
}

static int remove_at(int dir_fd, const char *name, unsigned depth);

static int remove_children(int dir_fd, const char *name, unsigned depth)
{
    if (depth >= TREE_DEPTH_MOST) {
        return -ELOOP;
    }
    auto_arena Arena *arena = arena_new(0);
    auto_fd int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW);
    Str *names = NULL;
    size_t count = 0;
    int rc = fd < 0 ? -errno : read_names(arena, fd, &names, &count);
    for (size_t i = 0; i < count && rc == 0; i++) {
        rc = remove_at(fd, names[i].ptr, depth + 1);
    }
    return rc;
}

static int remove_at(int dir_fd, const char *name, unsigned depth)
{
    if (unlinkat(dir_fd, name, 0) == 0 || errno == ENOENT) {
        return 0;
    }
    if (errno != EISDIR && errno != EPERM) {
        return -errno;
    }
    int rc = remove_children(dir_fd, name, depth);
    if (rc) {
        return rc;
    }
    return unlinkat(dir_fd, name, AT_REMOVEDIR) == 0 || errno == ENOENT ? 0 : -errno;
}

int fs_remove_tree(const char *path, Error *err)
{
    int rc = remove_at(AT_FDCWD, path, 0);
    return rc ? error_errno(err, rc, "remove %s", path) : 0;
}
