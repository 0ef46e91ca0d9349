#include "stack/claim.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "base/fs.h"

#include "stack/keeper.h"

/* Its first byte is held as long as this process lives, however it ends. -EBUSY without a message. */
static int lock_file(const char *path, int *ret_fd, Error *err)
{
    auto_fd int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return error_errno(err, -errno, "open %s", path);
    }
    struct flock lock = { .l_type = F_WRLCK, .l_len = 1 };
    if (fcntl(fd, F_OFD_SETLK, &lock) < 0) {
        return -EBUSY;
    }
    *ret_fd = take_fd(&fd);
    return 0;
}

int claim_stack(const Place *place, int *ret_fd, Error *err)
{
    auto_arena Arena *arena = arena_new(0);
    const char *path = str_to_cstr(arena, place->lock_path);
    int rc = lock_file(path, ret_fd, err);
    if (rc < 0) {
        return rc == -EBUSY ? error_set(err, rc, "another slipway runs the stack of this directory")
                            : rc;
    }
    rc = keeper_shut_out(*ret_fd);
    if (rc == -ETIMEDOUT) {
        return error_set(
            err, rc, "the keeper of the stack before still ends what that left behind"
        );
    }
    return rc < 0 ? error_errno(err, rc, "lock %s", path) : 0;
}

int claim_data(const Place *place, int *ret_fd, Error *err)
{
    auto_arena Arena *arena = arena_new(0);
    if (!place->as_root) {
        return 0; /* they lie in this directory */
    }
    const char *data = str_to_cstr(arena, place->data_dir);
    const char *path = arena_printf(arena, "%s/.lock", data);
    Str owner = STR("");
    int rc = fs_make_dirs(data, 0755, err);
    rc = rc < 0 ? rc : lock_file(path, ret_fd, err);
    if (rc == -EBUSY) {
        fs_read(arena, path, PATH_MAX, &owner, NULL);
        return error_set(
            err,
            rc,
            "the stack of %" STR_FMT " runs on the data in %s; `slipway up --isolated` gives this "
            "checkout data and ports of its own",
            STR_ARG(owner),
            data
        );
    }
    if (rc < 0) {
        return rc;
    }
    if (ftruncate(*ret_fd, 0) < 0) {
        return error_errno(err, -errno, "write %s", path);
    }
    rc = fs_write_all(*ret_fd, place->root.ptr, place->root.len);
    return rc < 0 ? error_errno(err, rc, "write %s", path) : 0;
}
