#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include "base/vec.h"

#include "process_internal.h"

enum { USER_ENTRY_BYTES = 16 * 1024, MOST_GROUPS = 1024 };

static const char default_path[] = "/usr/local/bin:/usr/bin:/bin";

static char **copy_list(Arena *arena, const char *const *list)
{
    size_t count = 0;
    while (list[count]) {
        count++;
    }
    char **copy = ARENA_ARRAY(arena, char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        copy[i] = arena_strdup(arena, list[i]);
    }
    return copy;
}

static Str path_of(char **envp)
{
    for (char **entry = envp; *entry; entry++) {
        Str value = str_from(*entry);
        if (str_strip_prefix(&value, STR("PATH="))) {
            return value;
        }
    }
    return str_from(default_path);
}

typedef VEC(char *) Paths;

/* Empty parts of PATH, which would mean the current directory, are left out. */
static void add_path_candidates(Arena *arena, const char *program, Str path, Paths *paths)
{
    Str dir;
    while (str_next(&path, ':', &dir)) {
        if (!str_is_empty(dir)) {
            char *candidate = arena_printf(arena, "%" STR_FMT "/%s", STR_ARG(dir), program);
            vec_push(paths, arena, candidate);
        }
    }
}

static char **find_candidates(Arena *arena, const char *program, char **envp)
{
    Paths paths = { 0 };
    if (strchr(program, '/')) {
        vec_push(&paths, arena, arena_strdup(arena, program));
    } else if (program[0]) {
        add_path_candidates(arena, program, path_of(envp), &paths);
    }
    vec_push(&paths, arena, NULL);
    return paths.ptr;
}

static int plan_user(Arena *arena, const char *user, ChildPlan *plan, Error *err)
{
    struct passwd entry;
    struct passwd *found = NULL;
    char *buffer = arena_alloc(arena, USER_ENTRY_BYTES);
    int error = getpwnam_r(user, &entry, buffer, USER_ENTRY_BYTES, &found);
    if (error) {
        return error_errno(err, -error, "look up user %s", user);
    }
    if (!found) {
        return error_set(err, -ENOENT, "there is no user %s", user);
    }
    int count = MOST_GROUPS;
    plan->groups = ARENA_ARRAY(arena, gid_t, MOST_GROUPS);
    if (getgrouplist(user, entry.pw_gid, plan->groups, &count) < 0) {
        return error_set(err, -E2BIG, "user %s is in more than %d groups", user, MOST_GROUPS);
    }
    plan->uid = entry.pw_uid;
    plan->gid = entry.pw_gid;
    plan->group_count = (size_t) count;
    /* whoever is that user already may not call setgroups, and need not */
    plan->switches_user = geteuid() == 0 || geteuid() != plan->uid;
    return 0;
}

int child_plan(Arena *arena, const ProcessOptions *options, ChildPlan *ret_plan, Error *err)
{
    const char *const *envp = options->envp ? options->envp : (const char *const *) environ;
    ChildPlan plan = { .options = options, .parent = getpid() };
    plan.argv = copy_list(arena, options->argv);
    plan.envp = copy_list(arena, envp);
    plan.candidates = find_candidates(arena, options->argv[0], plan.envp);
    if (options->user) {
        int rc = plan_user(arena, options->user, &plan, err);
        if (rc < 0) {
            return error_wrap(err, rc, "start %s", options->argv[0]);
        }
    }
    *ret_plan = plan;
    return 0;
}
