/* What goes through whole directories: listing, walking, removing. */
#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "base/fs.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "base/vec.h"

enum {
    TREE_DEPTH_MOST = 128, /* one open descriptor a level: deeper is a mistake or an attack */
    LIST_FLAGS = O_RDONLY | O_CLOEXEC | O_DIRECTORY,
};

static bool is_dot_entry(const char *name)
{
    return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

static int compare_names(const void *a, const void *b)
{
    const FsName *x = a;
    const FsName *y = b;
    return str_cmp(x->name, y->name);
}

/* Not every file system tells types with the names; 0 for what was removed since. */
static mode_t type_of(int dir_fd, const struct dirent *entry)
{
    struct stat info;
    if (entry->d_type != DT_UNKNOWN) {
        return DTTOIF(entry->d_type);
    }
    return fstatat(dir_fd, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 ? info.st_mode & S_IFMT
                                                                           : 0;
}

/* The sorted names in an open directory, which is closed. */
static int read_names(Arena *arena, int fd, FsName **ret_names, size_t *ret_count)
{
    DIR *dir = fdopendir(fd);
    if (!dir) {
        int code = -errno;
        close(fd);
        return code;
    }
    VEC(FsName) names = { 0 };
    errno = 0;
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (!is_dot_entry(entry->d_name)) {
            FsName name = { str_dup(arena, str_from(entry->d_name)), type_of(fd, entry) };
            vec_push(&names, arena, name);
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

/* The same of one that stays open. */
static int read_names_of(Arena *arena, int dir_fd, FsName **ret_names, size_t *ret_count)
{
    int fd = openat(dir_fd, ".", LIST_FLAGS);
    return fd < 0 ? -errno : read_names(arena, fd, ret_names, ret_count);
}

int fs_list(Arena *arena, const char *path, Str **ret_names, size_t *ret_count, Error *err)
{
    FsName *found = NULL;
    size_t count = 0;
    int fd = open(path, LIST_FLAGS);
    int rc = fd < 0 ? -errno : read_names(arena, fd, &found, &count);
    if (rc) {
        return error_errno(err, rc, "list %s", path);
    }
    Str *names = ARENA_ARRAY(arena, Str, count + 1);
    for (size_t i = 0; i < count; i++) {
        names[i] = found[i].name;
    }
    *ret_names = names;
    *ret_count = count;
    return 0;
}

/* Part by part, for kernels before 5.6, which don't know openat2(2). */
static int open_by_parts(int dir_fd, const char *path)
{
    auto_arena Arena *arena = arena_new(0);
    auto_fd int fd = openat(dir_fd, ".", LIST_FLAGS);
    Str rest = str_from(path);
    for (Str part; fd >= 0 && str_next(&rest, '/', &part);) {
        int next = openat(fd, str_to_cstr(arena, part), LIST_FLAGS | O_NOFOLLOW);
        int code = errno;
        close(fd);
        fd = next;
        errno = code;
    }
    return take_fd(&fd);
}

int fs_list_beneath(
    Arena *arena, int dir_fd, const char *path, FsName **ret_names, size_t *ret_count
)
{
    struct open_how how = { .flags = LIST_FLAGS | O_NOFOLLOW,
                            .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH };
    int fd = (int) syscall(SYS_openat2, dir_fd, path, &how, sizeof how);
    if (fd < 0 && (errno == ENOSYS || errno == EPERM)) {
        fd = open_by_parts(dir_fd, path);
    }
    return fd < 0 ? -errno : read_names(arena, fd, ret_names, ret_count);
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
    auto_fd int fd = openat(dir_fd, name, LIST_FLAGS | O_NOFOLLOW);
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
    FsName *names = NULL;
    size_t count = 0;
    int rc = read_names_of(arena, dir_fd, &names, &count);
    for (size_t i = 0; i < count && rc == 0 && !walk->stopped; i++) {
        size_t len = walk->path.len;
        strbuf_add_cstr(&walk->path, len ? "/" : "");
        strbuf_add(&walk->path, names[i].name);
        rc = walk_entry(walk, dir_fd, names[i].name);
        if (rc == 0) {
            strbuf_truncate(&walk->path, len); /* kept on failure: the message names it */
        }
    }
    return rc;
}

int fs_walk(const char *root, FsVisit visit, void *ctx, Error *err)
{
    auto_fd int fd = open(root, LIST_FLAGS);
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
    auto_fd int fd = openat(dir_fd, name, LIST_FLAGS | O_NOFOLLOW);
    FsName *names = NULL;
    size_t count = 0;
    int rc = fd < 0 ? -errno : read_names_of(arena, fd, &names, &count);
    for (size_t i = 0; i < count && rc == 0; i++) {
        rc = remove_at(fd, names[i].name.ptr, depth + 1);
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
