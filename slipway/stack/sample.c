#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fs.h"

#include "stack/supervisor_internal.h"

enum { DEPTH_MOST = 8, CHILDREN_BYTES = 4096 };

typedef struct Usage {
    int64_t cpu_us, rss_bytes;
} Usage;

/* A process and its children, from /proc/pid/task/pid/children: only what belongs to the node is
 * read, so that a sample costs microseconds on a machine with a thousand processes. */
static void add_tree(pid_t pid, unsigned depth, Usage *usage)
{
    ProcStat stat;
    if (depth > DEPTH_MOST || proc_read(pid, &stat) < 0) {
        return;
    }
    usage->cpu_us += stat.cpu_us;
    usage->rss_bytes += stat.rss_bytes;
    char path[64], text[CHILDREN_BYTES];
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int) pid, (int) pid);
    auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;
    text[got > 0 ? got : 0] = 0;
    char *end = NULL;
    for (char *at = text; *at; at = end) {
        long child = strtol(at, &end, 10);
        if (end == at) {
            return;
        }
        if (child > 0) {
            add_tree((pid_t) child, depth + 1, usage);
        }
    }
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
