#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>

#include "base/fs.h"

#include "process_internal.h"

enum { LIMITS_BYTES = 4096 };

int process_mark_self(uint64_t mark)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_RTTIME, &limit) != 0) {
        return -errno;
    }
    limit.rlim_cur = (rlim_t) mark;
    if (limit.rlim_cur > limit.rlim_max) {
        return -EPERM;
    }
    return setrlimit(RLIMIT_RTTIME, &limit) != 0 ? -errno : 0;
}

/* "Max realtime timeout      4611686018427387905  unlimited            us" (proc(5)) */
uint64_t process_mark_of(pid_t pid)
{
    char path[64];
    char text[LIMITS_BYTES];
    snprintf(path, sizeof path, "/proc/%d/limits", (int) pid);
    auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, text, sizeof text) : -1;
    Str rest = str_make(text, got > 0 ? (size_t) got : 0), line, number, hard;
    while (str_next_line(&rest, &line)) {
        uint64_t mark = 0;
        if (!str_strip_prefix(&line, STR("Max realtime timeout"))) {
            continue;
        }
        bool whole = str_cut(str_trim(line), ' ', &number, &hard);
        return whole && str_to_uint64(number, &mark) && mark >= PROCESS_MARK_LEAST ? mark : 0;
    }
    return 0;
}
