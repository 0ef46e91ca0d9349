#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

#include "stack/supervisor_internal.h"

enum { DEPTH_MOST = 8 };

typedef struct Usage {
    int64_t cpu_us, rss_bytes;
} Usage;

/* Only what belongs to the node is read, so that a sample costs microseconds on a machine with a
 * thousand processes. */
static void add_tree(Arena *arena, const ProcStat *stat, unsigned depth, Usage *usage)
{
    usage->cpu_us += stat->cpu_us;
    usage->rss_bytes += stat->rss_bytes;
    ProcList children = { 0 };
    if (depth < DEPTH_MOST) {
        proc_add_children(arena, stat->pid, &children);
    }
    vec_foreach(child, &children) {
        add_tree(arena, child, depth + 1, usage);
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
    auto_arena Arena *arena = arena_new(0);
    ProcList children = { 0 }, now = { 0 };
    proc_add_children(arena, getpid(), &children);
    vec_foreach(child, &children) {
        if (is_own(supervisor, child->pid) || child->state != 'Z') {
            continue;
        }
        if (was_seen(supervisor, child)) {
            waitpid(child->pid, NULL, WNOHANG);
        } else {
            vec_push(&now, arena, *child);
        }
    }
    vec_clear(&supervisor->zombies);
    vec_foreach(zombie, &now) {
        vec_push(&supervisor->zombies, NULL, *zombie);
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
    auto_arena Arena *arena = arena_new(0);
    Usage usage = { 0 };
    ProcStat leader;
    if (proc_read(unit->run->leader.pid, &leader) == 0) {
        add_tree(arena, &leader, 0, &usage);
    }
    int64_t elapsed_ms = now_ms - unit->sampled_ms;
    if (unit->sampled_ms > 0 && elapsed_ms > 0 && usage.cpu_us >= unit->cpu_us) {
        unit->cpu_percent = (double) (usage.cpu_us - unit->cpu_us) / (double) elapsed_ms / 10.0;
    }
    unit->cpu_us = usage.cpu_us;
    unit->rss_bytes = usage.rss_bytes;
    unit->sampled_ms = now_ms;
}
