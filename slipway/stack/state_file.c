#include "stack/state_file.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fs.h"

#include "stack/proc.h"

enum { STATE_MOST = 16 * 1024 * 1024, LEFTOVER_GRACE_MS = 1000 };

int state_file_write(const Place *place, const StackView *view, Error *err)
{
    auto_arena Arena *arena = arena_new(16 * 1024);
    StrBuf text = STRBUF_ON_ARENA(arena);
    JsonWriter writer = json_writer(&text, 0);
    stack_view_write(&writer, view);
    strbuf_add_char(&text, '\n');
    const char *path = str_to_cstr(arena, place->state_path);
    const char *beside = arena_printf(arena, "%s.new", path);
    auto_fd int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    int rc = fd < 0 ? -errno : fs_write_all(fd, text.ptr, text.len);
    if (rc == 0 && rename(beside, path) < 0) {
        rc = -errno;
    }
    return rc < 0 ? error_errno(err, rc, "write %s", path) : 0;
}

int state_file_read(Arena *arena, const Place *place, StackView **ret_view, Error *err)
{
    Str text;
    const char *path = str_to_cstr(arena, place->state_path);
    int rc = fs_read(arena, path, STATE_MOST, &text, err);
    if (rc < 0) {
        return rc;
    }
    rc = stack_view_read(arena, text, ret_view, err);
    return rc < 0 ? error_wrap(err, -EBADMSG, "%s", path) : 0;
}

int state_end_leftovers(const Place *place, Error *err)
{
    ProcQuery query = { .marker = place->marker,
                        .mark = place->mark,
                        .mark_bits = PLACE_MARK_OF_STACK };
    int marked = proc_end_all(&query, SIGTERM, LEFTOVER_GRACE_MS);
    if (marked < 0) {
        return error_set(
            err, marked, "processes of a former stack do not end; they may hang in the kernel"
        );
    }
    return marked;
}
