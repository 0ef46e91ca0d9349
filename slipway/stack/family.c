#include "stack/family.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "loop/process.h"

enum { ENVIRON_READ = 16 * 1024 };
#define NO_PARENT SIZE_MAX

/* What is asked of a process once: it costs a file of /proc each. */
typedef struct Member {
    size_t parent; /* index, or NO_PARENT */
    bool
        is_outside; /* not below the one that was looked at, or that one, this process or above it */
    bool has_mark, has_environ; /* known */
    uint64_t mark;
    Str environ;
} Member;

struct Family {
    Arena *arena;
    ProcList all;
    Member *members;
};

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

static size_t index_of(const ProcList *all, pid_t pid)
{
    vec_foreach(stat, all) {
        if (stat->pid == pid) {
            return (size_t) (stat - all->ptr);
        }
    }
    return NO_PARENT;
}

/* Adds to `marks` what descends from a marked one, or from `ancestor`. */
static void mark_descendants(const Family *family, bool *marks, pid_t ancestor)
{
    const ProcList *all = &family->all;
    for (bool grew = true; grew;) {
        grew = false;
        for (size_t i = 0; i < all->len; i++) {
            size_t parent = family->members[i].parent;
            if (marks[i] || parent == NO_PARENT || family->members[i].is_outside) {
                continue;
            }
            marks[i] = marks[parent] || all->ptr[parent].pid == ancestor;
            grew = grew || marks[i];
        }
    }
}

/* This process and those above it are never meant, whatever their environment says. */
static void leave_out_own_line(Family *family)
{
    size_t at = index_of(&family->all, getpid());
    while (at != NO_PARENT) {
        family->members[at].is_outside = true;
        at = family->members[at].parent;
    }
}

Family *family_look(Arena *arena, pid_t within)
{
    Family *family = ARENA_NEW(arena, Family);
    *family = (Family) { .arena = arena };
    ProcList *all = &family->all;
    if (within <= 0 || !read_below(arena, within, all)) {
        vec_clear(all);
        read_all(arena, all);
    }
    family->members = ARENA_ARRAY(arena, Member, all->len);
    bool *inside = ARENA_ARRAY(arena, bool, all->len);
    for (size_t i = 0; i < all->len; i++) {
        family->members[i].parent = index_of(all, all->ptr[i].parent);
    }
    mark_descendants(family, inside, within);
    for (size_t i = 0; i < all->len; i++) {
        family->members[i].is_outside = within > 0 && !inside[i];
    }
    leave_out_own_line(family);
    return family;
}

/* One of another user can't be signaled, so it is left alone. */
static uint64_t mark_of(Family *family, size_t at)
{
    Member *member = &family->members[at];
    if (!member->has_mark) {
        char path[64];
        struct stat info;
        pid_t pid = family->all.ptr[at].pid;
        snprintf(path, sizeof path, "/proc/%d", (int) pid);
        bool is_foreign = geteuid() != 0 && (stat(path, &info) < 0 || info.st_uid != geteuid());
        member->mark = is_foreign ? 0 : process_mark_of(pid);
        member->has_mark = true;
    }
    return member->mark;
}

static Str environ_of(Family *family, size_t at)
{
    Member *member = &family->members[at];
    if (!member->has_environ) {
        char path[64];
        snprintf(path, sizeof path, "/proc/%d/environ", (int) family->all.ptr[at].pid);
        auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
        StrBuf text = STRBUF_ON_ARENA(family->arena);
        for (ssize_t got = fd; got > 0;) {
            got = read(fd, strbuf_reserve(&text, ENVIRON_READ), ENVIRON_READ);
            strbuf_advance(&text, got > 0 ? (size_t) got : 0);
        }
        member->environ = strbuf_str(&text);
        member->has_environ = true;
    }
    return member->environ;
}

static bool env_has(Str environ, Str marker)
{
    Str entry;
    bool is_prefix = str_has_suffix(marker, STR("/"));
    while (str_next(&environ, '\0', &entry)) {
        if (is_prefix ? str_has_prefix(entry, marker) : str_eq(entry, marker)) {
            return true;
        }
    }
    return false;
}

static bool matches(Family *family, const ProcQuery *query, size_t at)
{
    if (query->session > 0 && family->all.ptr[at].session == query->session) {
        return true;
    }
    if (query->mark != 0 && (mark_of(family, at) & query->mark_bits) == query->mark) {
        return true;
    }
    return query->marker.len > 0 && env_has(environ_of(family, at), query->marker);
}

void family_find(Arena *arena, Family *family, const ProcQuery *query, ProcList *ret_list)
{
    const ProcList *all = &family->all;
    bool *marks = ARENA_ARRAY(arena, bool, all->len);
    for (size_t i = 0; i < all->len; i++) {
        marks[i] = !family->members[i].is_outside && matches(family, query, i);
    }
    mark_descendants(family, marks, query->ancestor > 0 ? query->ancestor : -1);
    for (size_t i = 0; i < all->len; i++) {
        const ProcStat *stat = &all->ptr[i];
        if (marks[i] && stat->state != 'Z' && stat->pid != query->except) {
            vec_push(ret_list, arena, *stat);
        }
    }
}

void proc_find(Arena *arena, const ProcQuery *query, ProcList *ret_list)
{
    family_find(arena, family_look(arena, query->within), query, ret_list);
}
