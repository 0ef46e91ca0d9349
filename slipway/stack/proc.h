/* Proc: what /proc says about processes, and ending them without ever hitting another one. A
 * process is its pid and its start time: a pid alone may have been given to someone else. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/vec.h"

typedef struct ProcStat {
    pid_t pid, parent, session;
    char state;           /* R S D Z T … */
    uint64_t start_ticks; /* since boot */
    int64_t cpu_us;       /* user and system */
    int64_t rss_bytes;
    char name[17];
} ProcStat;

/* -ESRCH when there is no such process. */
int proc_read(pid_t pid, ProcStat *ret_stat);
/* Whether that very process is still there (a zombie is not). */
bool proc_is_alive(pid_t pid, uint64_t start_ticks);
/* Its command line with spaces between the words, cut at 200 bytes; its name when it has none. */
Str proc_command(Arena *arena, pid_t pid);
/* Names the boot: pids of another one mean nothing. */
Str proc_boot_id(Arena *arena);

typedef VEC(ProcStat) ProcList;

/* Appends the children of a process, of each of its threads. False when this kernel doesn't list
 * them (/proc/pid/task/tid/children). */
bool proc_add_children(Arena *arena, pid_t pid, ProcList *list);

/* Which processes belong together: those below `within` for which any of the four holds. */
typedef struct ProcQuery {
    pid_t within;   /* only its descendants are looked at; 0: all */
    pid_t session;  /* members of this session; 0: no matter */
    pid_t ancestor; /* its descendants, not itself; 0: no matter */
    pid_t except;   /* never this one; what descends from it is judged for itself */
    Str marker;     /* NAME=value in its environment; one that ends in '/' matches what begins so;
                       empty: no matter */
    uint64_t mark;  /* with this mark (loop/process.h) in the bits of mark_bits; 0: no matter */
    uint64_t mark_bits;
} ProcQuery;
/* All that match, with their descendants; never this process, its ancestors or a zombie. */
void proc_find(Arena *arena, const ProcQuery *query, ProcList *ret_list);

/* What this process is called from now on, in the kernel's list and where its command line begins
 * (cut at the length of what stood there). Who kills every process called slipway doesn't mean to
 * leave the services behind. */
void proc_take_name(const char *name);
/* The whole process; where there is no loop. */
void proc_sleep_ms(int64_t ms);

/* Through a pidfd, after checking that it is still the same process. -ESRCH. */
int proc_signal(const ProcStat *process, int signal_number);

/* Ends all that match: `signal_number`, then SIGKILL after grace_ms; looks again for what was
 * forked in between. Blocks. Returns how many were found; -ETIME when some outlived SIGKILL for two
 * seconds. */
int proc_end_all(const ProcQuery *query, int signal_number, int64_t grace_ms);
