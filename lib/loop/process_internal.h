/* What process.c prepares and process_child.c does with it after the fork. */
#pragma once

#include <sys/types.h>

#include "loop/process.h"

/* In the order in which the child takes them. */
typedef enum ChildStep {
    CHILD_GROUP,
    CHILD_STDIO,
    CHILD_DESCRIPTORS,
    CHILD_USER,
    CHILD_DIRECTORY,
    CHILD_DEATH_SIGNAL,
    CHILD_EXEC,
} ChildStep;

/* Comes through the pipe when a step failed; nothing comes when the exec succeeded. */
typedef struct ChildFailure {
    ChildStep step;
    int error; /* negative errno */
} ChildFailure;

typedef struct ChildPlan {
    const ProcessOptions *options;
    char **argv, **envp;
    char **candidates; /* paths to try, NULL-terminated */
    pid_t parent;
    int stdio[3]; /* descriptors above 2 to put on 0, 1, 2; -1: inherit */
    int failure_fd;
    bool switches_user;
    uid_t uid;
    gid_t gid;
    gid_t *groups;
    size_t group_count;
} ChildPlan;

/* In the forked child: async-signal-safe functions only. */
_Noreturn void child_start(const ChildPlan *plan);

/* In the child: undoes process_raise_files. */
void process_lower_files(void);

/* Before the fork: what is looked up and allocated. On the arena. */
int child_plan(Arena *arena, const ProcessOptions *options, ChildPlan *ret_plan, Error *err);

/* SIGKILL to it, and to its group if it has one. */
void process_kill(Process *process);
