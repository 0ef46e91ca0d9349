#include "stack/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/fs.h"
#include "loop/process.h"

enum { COMMAND_MOST = 200, CHILDREN_MOST = 1024 * 1024, LOOK_AGAIN_MS = 10, KILL_WAIT_MS = 2000 };

/* One read of a small file of /proc; the count, or a negative errno. */
static ssize_t read_small(pid_t pid, const char *name, char *buffer, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int) pid, name);
    auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return -errno;
    }
    ssize_t got = read(fd, buffer, size - 1);
    if (got < 0) {
        return -errno;
    }
    buffer[got] = 0;
    return got;
}

/* Fields of proc(5) /proc/pid/stat behind the name, from field 3 (state) on. */
static void parse_fields(const char *text, ProcStat *stat)
{
    char *end = NULL;
    stat->state = text[0];
    unsigned long long fields[25] = { 0 };
    const char *at = text + 1;
    for (size_t field = 4; field < 25; field++) {
        fields[field] = strtoull(at, &end, 10);
        at = end;
    }
    int64_t tick_us = US_PER_S / sysconf(_SC_CLK_TCK);
    stat->parent = (pid_t) fields[4];
    stat->session = (pid_t) fields[6];
    stat->cpu_us = (int64_t) (fields[14] + fields[15]) * tick_us;
    stat->start_ticks = fields[22];
    stat->rss_bytes = (int64_t) fields[24] * sysconf(_SC_PAGESIZE);
}

int proc_read(pid_t pid, ProcStat *ret_stat)
{
    char buffer[1024];
    ssize_t got = read_small(pid, "stat", buffer, sizeof buffer);
    if (got <= 0) {
        return -ESRCH;
    }
    /* The name may hold anything, so its end is the last parenthesis. */
    char *open = strchr(buffer, '('), *close = strrchr(buffer, ')');
    if (!open || !close || close[1] != ' ') {
        return -ESRCH;
    }
    *ret_stat = (ProcStat) { .pid = pid };
    size_t len = (size_t) (close - open - 1);
    len = len < sizeof ret_stat->name - 1 ? len : sizeof ret_stat->name - 1;
    memcpy(ret_stat->name, open + 1, len);
    parse_fields(close + 2, ret_stat);
    return 0;
}

bool proc_is_alive(pid_t pid, uint64_t start_ticks)
{
    ProcStat stat;
    return pid > 0 && proc_read(pid, &stat) == 0 && stat.start_ticks == start_ticks &&
           stat.state != 'Z';
}

Str proc_command(Arena *arena, pid_t pid)
{
    char buffer[COMMAND_MOST + 1];
    ssize_t got = read_small(pid, "cmdline", buffer, sizeof buffer);
    ProcStat stat;
    if (got <= 0) {
        return proc_read(pid, &stat) == 0 ? str_dup(arena, str_from(stat.name)) : STR("");
    }
    for (ssize_t i = 0; i < got; i++) {
        unsigned char c = (unsigned char) buffer[i];
        buffer[i] = c < ' ' || c == 127 ? ' ' : (char) c;
    }
    return str_dup(arena, str_trim(str_make(buffer, (size_t) got)));
}

Str proc_boot_id(Arena *arena)
{
    auto_fd int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    Str text = STR("");
    if (fd >= 0) {
        fs_read_fd(arena, fd, 256, &text, NULL);
    }
    return str_trim(text);
}

static bool add_thread_children(Arena *arena, pid_t pid, Str thread, ProcList *list)
{
    const char *path =
        arena_printf(arena, "/proc/%d/task/%" STR_FMT "/children", (int) pid, STR_ARG(thread));
    auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
    Str text, word;
    if (fd < 0 || fs_read_fd(arena, fd, CHILDREN_MOST, &text, NULL) < 0) {
        return fd >= 0;
    }
    while (str_next(&text, ' ', &word)) {
        int64_t child = 0;
        ProcStat stat;
        if (str_to_int64(word, &child) && proc_read((pid_t) child, &stat) == 0) {
            vec_push(list, arena, stat);
        }
    }
    return true;
}

bool proc_add_children(Arena *arena, pid_t pid, ProcList *list)
{
    Str *threads = NULL;
    size_t count = 0;
    bool is_listed = false;
    fs_list(arena, arena_printf(arena, "/proc/%d/task", (int) pid), &threads, &count, NULL);
    for (size_t i = 0; i < count; i++) {
        is_listed = add_thread_children(arena, pid, threads[i], list) || is_listed;
    }
    return is_listed;
}

int proc_signal(const ProcStat *process, int signal_number)
{
    auto_fd int fd = (int) syscall(SYS_pidfd_open, process->pid, 0);
    if (fd < 0) {
        return -errno;
    }
    if (!proc_is_alive(process->pid, process->start_ticks)) {
        return -ESRCH;
    }
    return syscall(SYS_pidfd_send_signal, fd, signal_number, NULL, 0) < 0 ? -errno : 0;
}

void proc_take_name(const char *name)
{
    prctl(PR_SET_NAME, name);
    size_t room = strlen(program_invocation_name);
    size_t len = strlen(name) < room ? strlen(name) : room;
    memset(program_invocation_name, 0, room);
    memcpy(program_invocation_name, name, len);
}

void proc_sleep_ms(int64_t ms)
{
    struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * NS_PER_MS };
    nanosleep(&time, NULL);
}

int proc_end_all(const ProcQuery *query, int signal_number, int64_t grace_ms)
{
    int64_t start_ms = clock_monotonic_ms();
    size_t found = 0;
    uint64_t newest = 0; /* start of the newest that was asked: later ones are asked in turn */
    for (;;) {
        auto_arena Arena *arena = arena_new(0);
        ProcList list = { 0 };
        proc_find(arena, query, &list);
        if (list.len == 0) {
            return (int) found;
        }
        found = list.len > found ? list.len : found;
        int64_t waited_ms = clock_monotonic_ms() - start_ms;
        if (waited_ms > grace_ms + KILL_WAIT_MS) {
            return -ETIME;
        }
        uint64_t asked = newest;
        vec_foreach(process, &list) {
            bool is_new = process->start_ticks > asked;
            if (waited_ms >= grace_ms || is_new) {
                proc_signal(process, waited_ms >= grace_ms ? SIGKILL : signal_number);
            }
            newest = process->start_ticks > newest ? process->start_ticks : newest;
        }
        proc_sleep_ms(LOOK_AGAIN_MS);
    }
}
