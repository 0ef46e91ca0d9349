#include "base/fs.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/strbuf.h"

enum { READ_CHUNK_BYTES = 64 << 10 };

static ssize_t read_retrying(int fd, char *data, size_t size)
{
    ssize_t got;
    do {
        got = read(fd, data, size);
    } while (got < 0 && errno == EINTR);
    return got;
}

/* Reads to the end; `expected` is a guess that saves growing. A regular file that gave just what is known as its `size`
 * needn't be asked again for its end; 0: the size isn't known. */
static int read_all(StrBuf *out, int fd, size_t expected, size_t size, size_t max_bytes, Error *err)
{
    size_t chunk = expected + 1;
    for (;;) {
        char *end = strbuf_reserve(out, chunk);
        ssize_t got = read_retrying(fd, end, chunk);
        if (got < 0) {
            return error_errno(err, -errno, "read");
        }
        if (got == 0) {
            return 0;
        }
        strbuf_advance(out, (size_t) got);
        if (out->len > max_bytes) {
            return error_set(err, -EFBIG, "larger than %zu bytes", max_bytes);
        }
        if (out->len == size) {
            return 0;
        }
        /* what is left of a right guess is enough to see the end */
        size_t room = out->cap - out->len - 1;
        chunk = room > 0 ? room : READ_CHUNK_BYTES;
    }
}

int fs_read_fd(Arena *arena, int fd, size_t max_bytes, Str *ret_text, Error *err)
{
    StrBuf text = STRBUF_ON_ARENA(arena);
    int rc = read_all(&text, fd, READ_CHUNK_BYTES, 0, max_bytes, err);
    if (rc == 0) {
        *ret_text = strbuf_str(&text);
    }
    return rc;
}

static int
read_regular(Arena *arena, int fd, size_t max_bytes, Str *ret_text, mode_t *ret_mode, Error *err)
{
    struct stat info;
    if (fstat(fd, &info) < 0) {
        return error_errno(err, -errno, "stat");
    }
    if (S_ISDIR(info.st_mode)) {
        return error_errno(err, -EISDIR, "read");
    }
    if (!S_ISREG(info.st_mode)) {
        return error_set(err, -EINVAL, "not a regular file");
    }
    if ((uintmax_t) info.st_size > max_bytes) {
        return error_set(err, -EFBIG, "larger than %zu bytes", max_bytes);
    }
    StrBuf text = STRBUF_ON_ARENA(arena);
    size_t size = (size_t) info.st_size;
    int rc = read_all(&text, fd, size, size, max_bytes, err);
    if (rc == 0) {
        *ret_text = strbuf_str(&text);
        *ret_mode = info.st_mode;
    }
    return rc;
}

/* O_NONBLOCK: opening a pipe that nobody writes to would wait for ever */
enum { READ_FLAGS = O_RDONLY | O_CLOEXEC | O_NONBLOCK };

/* openat2(2) came with Linux 5.6; before it only a link at the end is noticed. */
static int open_resolved(const char *path)
{
    struct open_how how = { .flags = READ_FLAGS, .resolve = RESOLVE_NO_SYMLINKS };
    int fd = (int) syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
    bool is_unknown = fd < 0 && (errno == ENOSYS || errno == EPERM);
    return is_unknown ? open(path, READ_FLAGS | O_NOFOLLOW) : fd;
}

static int
read_opened(Arena *arena, int fd, const char *path, size_t max_bytes, Str *ret_text, Error *err)
{
    mode_t mode;
    if (fd < 0) {
        return error_errno(err, -errno, "%s", path);
    }
    int rc = read_regular(arena, fd, max_bytes, ret_text, &mode, err);
    return rc ? error_wrap(err, rc, "%s", path) : 0;
}

int fs_read(Arena *arena, const char *path, size_t max_bytes, Str *ret_text, Error *err)
{
    auto_fd int fd = open(path, READ_FLAGS);
    return read_opened(arena, fd, path, max_bytes, ret_text, err);
}

int fs_read_mode(Arena *arena, const char *path, size_t max_bytes, Str *ret_text, mode_t *ret_mode)
{
    auto_fd int fd = open(path, READ_FLAGS);
    return fd < 0 ? -errno : read_regular(arena, fd, max_bytes, ret_text, ret_mode, NULL);
}

int fs_read_resolved(Arena *arena, const char *path, size_t max_bytes, Str *ret_text, Error *err)
{
    auto_fd int fd = open_resolved(path);
    return read_opened(arena, fd, path, max_bytes, ret_text, err);
}

int fs_write_all(int fd, const void *data, size_t size)
{
    const char *at = data;
    while (size) {
        ssize_t put = write(fd, at, size);
        if (put < 0 && errno != EINTR) {
            return -errno;
        }
        if (put > 0) {
            at += put;
            size -= (size_t) put;
        }
    }
    return 0;
}

void fs_open_standard_streams(void)
{
    int fd;
    do {
        fd = open("/dev/null", O_RDWR);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO) {
        close(fd);
    }
}

static int sync_directory(const char *path)
{
    auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

/* Fills the temporary file and renames it; the caller removes it on failure. */
static int write_and_rename(int fd, const char *temporary, const char *path, Str text, mode_t mode)
{
    int rc = fs_write_all(fd, text.ptr, text.len);
    if (rc) {
        return rc;
    }
    if (fchmod(fd, mode) < 0 || fsync(fd) < 0 || rename(temporary, path) < 0) {
        return -errno;
    }
    return 0;
}

int fs_write_atomic(const char *path, Str text, mode_t mode, Error *err)
{
    auto_arena Arena *arena = arena_new(0);
    Str dir = path_dir(str_from(path));
    Str base = path_base(str_from(path));
    char *temporary =
        arena_printf(arena, "%" STR_FMT "/.%" STR_FMT ".XXXXXX", STR_ARG(dir), STR_ARG(base));
    auto_fd int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0) {
        return error_errno(err, -errno, "write %s", path);
    }
    int rc = write_and_rename(fd, temporary, path, text, mode);
    if (rc) {
        unlink(temporary);
        return error_errno(err, rc, "write %s", path);
    }
    rc = sync_directory(str_to_cstr(arena, dir));
    return rc ? error_errno(err, rc, "sync %" STR_FMT, STR_ARG(dir)) : 0;
}

static int make_dir(const char *path, mode_t mode, Error *err)
{
    if (mkdir(path, mode) == 0) {
        return 0;
    }
    int code = -errno;
    if (code == -EEXIST && fs_is_dir(path)) {
        return 0;
    }
    return error_errno(err, code == -EEXIST ? -ENOTDIR : code, "make directory %s", path);
}

int fs_make_dirs(const char *path, mode_t mode, Error *err)
{
    auto_free char *partial = mem_strdup(path);
    for (char *slash = partial; (slash = strchr(slash + 1, '/'));) {
        *slash = '\0';
        int rc = make_dir(partial, mode, err);
        *slash = '/';
        if (rc) {
            return rc;
        }
    }
    return make_dir(path, mode, err);
}

bool fs_exists(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0;
}

static mode_t type_of(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 ? info.st_mode & S_IFMT : 0;
}

bool fs_is_dir(const char *path)
{
    return type_of(path) == S_IFDIR;
}

bool fs_is_file(const char *path)
{
    return type_of(path) == S_IFREG;
}

bool fs_is_executable(const char *path)
{
    return fs_is_file(path) && access(path, X_OK) == 0;
}

int fs_real_path(Arena *arena, const char *path, Str *ret_path, Error *err)
{
    auto_free char *resolved = realpath(path, NULL);
    if (!resolved) {
        return error_errno(err, -errno, "%s", path);
    }
    *ret_path = str_dup(arena, str_from(resolved));
    return 0;
}

Str fs_current_dir(Arena *arena)
{
    auto_free char *dir = realpath(".", NULL);
    return dir ? str_dup(arena, str_from(dir)) : STR(".");
}

Str fs_find_program(Arena *arena, const char *name)
{
    if (strchr(name, '/')) {
        return fs_is_executable(name) ? str_dup(arena, str_from(name)) : STR("");
    }
    Str rest = str_from(getenv("PATH"));
    for (Str dir; str_next(&rest, ':', &dir);) {
        /* an empty part would mean the current directory: not where a program is looked for */
        char *candidate = arena_printf(arena, "%" STR_FMT "/%s", STR_ARG(dir), name);
        if (dir.len && fs_is_executable(candidate)) {
            return str_from(candidate);
        }
    }
    return STR("");
}
