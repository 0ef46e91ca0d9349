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

static bool env_has(pid_t pid, Str marker, StrBuf *scratch)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/environ", (int) pid);
    auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    strbuf_clear(scratch);
    for (;;) {
        char *into = strbuf_reserve(scratch, 16 * 1024);
        ssize_t got = read(fd, into, 16 * 1024);
        if (got <= 0) {
            break;
        }
        strbuf_advance(scratch, (size_t) got);
    }
    Str rest = strbuf_str(scratch), entry;
    bool is_prefix = str_has_suffix(marker, STR("/"));
    while (str_next(&rest, '\0', &entry)) {
        if (is_prefix ? str_has_prefix(entry, marker) : str_eq(entry, marker)) {
            return true;
        }
    }
    return false;
}

static void read_all(Arena *arena, ProcList *all)
{
    Str *names = NULL;
    size_t count = 0;
    if (fs_list(arena, "/proc", &names, &count, NULL) < 0) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        int64_t pid = 0;
        ProcStat stat;
        if (str_to_int64(names[i], &pid) && proc_read((pid_t) pid, &stat) == 0) {
            vec_push(all, arena, stat);
        }
    }
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

/* `root` and all below it, parents first: what else runs on the machine isn't looked at. */
static bool read_below(Arena *arena, pid_t root, ProcList *all)
{
    ProcStat stat;
    if (proc_read(root, &stat) < 0) {
        return false;
    }
    vec_push(all, arena, stat);
    if (!proc_add_children(arena, root, all)) {
        return false;
    }
    for (size_t i = 1; i < all->len; i++) {
        proc_add_children(arena, all->ptr[i].pid, all);
    }
    return true;
}

static const ProcStat *find_pid(const ProcList *all, pid_t pid)
{
    vec_foreach(stat, all) {
        if (stat->pid == pid) {
            return stat;
        }
    }
    return NULL;
}

/* This process and those above it are never meant, whatever their environment says. */
static void mark_own_line(const ProcList *all, signed char *marks)
{
    for (pid_t pid = getpid(); pid > 0;) {
        const ProcStat *stat = find_pid(all, pid);
        if (!stat) {
            return;
        }
        marks[stat - all->ptr] = -1;
        pid = stat->parent;
    }
}

static void mark_descendants(const ProcList *all, signed char *marks, pid_t ancestor)
{
    for (bool grew = true; grew;) {
        grew = false;
        for (size_t i = 0; i < all->len; i++) {
            if (marks[i] != 0) {
                continue;
            }
            const ProcStat *parent = find_pid(all, all->ptr[i].parent);
            if (parent && (parent->pid == ancestor || marks[parent - all->ptr] == 1)) {
                marks[i] = 1;
                grew = true;
            }
        }
    }
}

/* One of another user can't be signaled, so it is left alone. */
static bool has_mark(const ProcQuery *query, pid_t pid)
{
    if (query->mark == 0 || (process_mark_of(pid) & query->mark_bits) != query->mark) {
        return false;
    }
    char path[64];
    struct stat info;
    snprintf(path, sizeof path, "/proc/%d", (int) pid);
    return geteuid() == 0 || (stat(path, &info) == 0 && info.st_uid == geteuid());
}

static bool matches(const ProcQuery *query, const ProcStat *stat, StrBuf *scratch)
{
    bool in_session = query->session > 0 && stat->session == query->session;
    if (in_session || has_mark(query, stat->pid)) {
        return true;
    }
    return query->marker.len > 0 && env_has(stat->pid, query->marker, scratch);
}

void proc_find(Arena *arena, const ProcQuery *query, ProcList *ret_list)
{
    ProcList all = { 0 };
    if (query->within <= 0 || !read_below(arena, query->within, &all)) {
        vec_clear(&all);
        read_all(arena, &all);
    }
    signed char *marks = ARENA_ARRAY(arena, signed char, all.len);
    StrBuf scratch = STRBUF_ON_ARENA(arena);
    mark_own_line(&all, marks);
    signed char *inside = ARENA_ARRAY(arena, signed char, all.len);
    if (query->within > 0) {
        mark_descendants(&all, inside, query->within);
    }
    for (size_t i = 0; i < all.len; i++) {
        const ProcStat *stat = &all.ptr[i];
        if (query->within > 0 && inside[i] == 0) {
            continue;
        }
        if (marks[i] == 0 && matches(query, stat, &scratch)) {
            marks[i] = 1;
        }
    }
    mark_descendants(&all, marks, query->ancestor > 0 ? query->ancestor : -1);
    for (size_t i = 0; i < all.len; i++) {
        if (marks[i] == 1 && all.ptr[i].state != 'Z' && all.ptr[i].pid != query->except) {
            vec_push(ret_list, arena, all.ptr[i]);
        }
    }
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
