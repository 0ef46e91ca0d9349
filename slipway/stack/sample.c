#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fs.h"

#include "stack/supervisor_internal.h"

enum { DEPTH_MOST = 8, CHILDREN_BYTES = 4096 };

typedef struct Usage {
    int64_t cpu_us, rss_bytes;
} Usage;

/* The children of a process, from /proc/pid/task/pid/children: only what belongs to it is read, so
 * that a sample costs microseconds on a machine with a thousand processes. */
typedef struct Children {
    char text[CHILDREN_BYTES];
    char *at;
} Children;

static void children_open(Children *children, pid_t pid)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int) pid, (int) pid);
    auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, children->text, sizeof children->text - 1) : 0;
    children->text[got > 0 ? got : 0] = 0;
    children->at = children->text;
}

/* 0 at the end. */
static pid_t children_next(Children *children)
{
    char *end = NULL;
    long pid = strtol(children->at, &end, 10);
    bool is_last = end == children->at;
    children->at = end;
    return is_last ? 0 : (pid_t) pid;
}

static void add_tree(pid_t pid, unsigned depth, Usage *usage)
{
    ProcStat stat;
    if (depth > DEPTH_MOST || proc_read(pid, &stat) < 0) {
        return;
    }
    usage->cpu_us += stat.cpu_us;
    usage->rss_bytes += stat.rss_bytes;
    Children children;
    children_open(&children, pid);
    for (pid_t child; (child = children_next(&children));) {
        add_tree(child, depth + 1, usage);
    }
}

static bool is_own(const Supervisor *supervisor, pid_t pid)
{
    for (size_t i = 0; i < supervisor->options.plan->len; i++) {
        const Run *run = supervisor->units[i].run;
        if (run && run->leader.pid == pid) {
            return true;
        }
    }
    return false;
}

static bool was_seen(const Supervisor *supervisor, const ProcStat *zombie)
{
    vec_foreach(seen, &supervisor->zombies) {
        if (seen->pid == zombie->pid && seen->start_ticks == zombie->start_ticks) {
            return true;
        }
    }
    return false;
}

/* A zombie of our own is waited for by who started it, at once; only one that is still there at the
 * next sample was adopted. */
void reap_adopted(Supervisor *supervisor)
{
    Children children;
    VEC(ProcStat) now = { 0 };
    children_open(&children, getpid());
    for (pid_t pid; (pid = children_next(&children));) {
        ProcStat stat;
        if (is_own(supervisor, pid) || proc_read(pid, &stat) < 0 || stat.state != 'Z') {
            continue;
        }
        if (was_seen(supervisor, &stat)) {
            waitpid(pid, NULL, WNOHANG);
        } else {
            vec_push(&now, NULL, stat);
        }
    }
    vec_clear(&supervisor->zombies);
    vec_foreach(zombie, &now) {
        vec_push(&supervisor->zombies, NULL, *zombie);
    }
    vec_done(&now);
}

void unit_sample(Unit *unit)
{
    int64_t now_ms = clock_monotonic_ms();
    if (!unit->run || unit->run->ended) {
        unit->cpu_percent = 0;
        unit->rss_bytes = 0;
        unit->sampled_ms = 0;
        return;
    }
    Usage usage = { 0 };
    add_tree(unit->run->leader.pid, 0, &usage);
    int64_t elapsed_ms = now_ms - unit->sampled_ms;
    if (unit->sampled_ms > 0 && elapsed_ms > 0 && usage.cpu_us >= unit->cpu_us) {
        unit->cpu_percent = (double) (usage.cpu_us - unit->cpu_us) / (double) elapsed_ms / 10.0;
    }
    unit->cpu_us = usage.cpu_us;
    unit->rss_bytes = usage.rss_bytes;
    unit->sampled_ms = now_ms;
}
