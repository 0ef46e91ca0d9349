#include "loop/fswatch.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "base/map.h"
#include "base/path.h"

#include "internal.h"

enum {
    DEFAULT_QUIET_MS = 100,
    MOST_QUIETS = 10, /* then changes are told although more come */
    EVENT_BYTES = 16 * 1024,
};
static const uint32_t watched_events = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM |
                                       IN_MOVED_TO | IN_ONLYDIR | IN_EXCL_UNLINK;

typedef struct WatchedDir {
    int id; /* inotify's */
    char *path;
    bool is_tree;      /* all names count */
    VEC(char *) names; /* or these */
} WatchedDir;

struct FileWatch {
    LoopObject object;
    Loop *loop;
    Poll *poll;
    int fd;
    FileWatchOptions options;
    VEC(WatchedDir *) dirs;
    VEC(char *) added; /* what the caller asked for */
    Arena *changes;    /* holds `changed` */
    Map changed;       /* path -> unused */
    Timer quiet;
    int64_t first_ns; /* of the changes not told yet */
    bool in_callback;
    bool freed;
};

static int watch_tree(FileWatch *watch, const char *path, bool tells);

static void free_dir(WatchedDir *dir)
{
    vec_foreach(name, &dir->names) {
        free(*name);
    }
    vec_done(&dir->names);
    free(dir->path);
    free(dir);
}

static void destroy(FileWatch *watch)
{
    vec_foreach(dir, &watch->dirs) {
        free_dir(*dir);
    }
    vec_foreach(path, &watch->added) {
        free(*path);
    }
    vec_done(&watch->dirs);
    vec_done(&watch->added);
    map_done(&watch->changed);
    arena_free(watch->changes);
    free(watch);
}

static bool ignores(const FileWatch *watch, const char *path, bool is_dir)
{
    return watch->options.ignores &&
           watch->options.ignores(str_from(path), is_dir, watch->options.arg);
}

static void note_change(FileWatch *watch, const char *path)
{
    int64_t now = clock_monotonic_ns();
    int64_t quiet_ns = watch->options.quiet_ms * NS_PER_MS;
    if (watch->changed.len == 0) {
        watch->first_ns = now;
    }
    if (!map_has(&watch->changed, str_from(path))) {
        map_set(&watch->changed, str_dup(watch->changes, str_from(path)), NULL);
    }
    timer_start_at(
        &watch->quiet, deadline_min(now + quiet_ns, watch->first_ns + MOST_QUIETS * quiet_ns)
    );
}

static void on_quiet(Timer *timer, void *arg)
{
    (void) timer;
    FileWatch *watch = arg;
    VEC(Str) paths = { 0 };
    map_foreach(entry, &watch->changed) {
        vec_push(&paths, watch->changes, entry->key);
    }
    watch->in_callback = true;
    watch->options.on_change(watch, paths.ptr, paths.len, watch->options.arg);
    watch->in_callback = false;
    map_clear(&watch->changed);
    arena_clear(watch->changes);
    if (watch->freed) {
        destroy(watch);
    }
}

/* The kernel hands out ever higher numbers, so `dirs` is in their order. */
static WatchedDir *find_dir(const FileWatch *watch, int id)
{
    size_t from = 0;
    size_t to = watch->dirs.len;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (watch->dirs.ptr[middle]->id < id) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from < watch->dirs.len && watch->dirs.ptr[from]->id == id ? watch->dirs.ptr[from] : NULL;
}

static char *join(const char *dir, const char *name)
{
    bool is_here = strcmp(dir, ".") == 0;
    bool is_root = strcmp(dir, "/") == 0;
    return mem_printf("%s%s%s", is_here || is_root ? "" : dir, is_here ? "" : "/", name);
}

/* A directory that is watched already under another path keeps that one. */
static int watch_dir(FileWatch *watch, const char *path, WatchedDir **ret_dir)
{
    int id = inotify_add_watch(watch->fd, path, watched_events);
    if (id < 0) {
        return -errno;
    }
    WatchedDir *dir = find_dir(watch, id);
    if (!dir) {
        dir = MEM_NEW(WatchedDir);
        *dir = (WatchedDir) { .id = id, .path = mem_strdup(path) };
        vec_push(&watch->dirs, NULL, dir);
    }
    *ret_dir = dir;
    return 0;
}

static int watch_entries(FileWatch *watch, const char *path, bool tells)
{
    DIR *stream = opendir(path);
    int rc = stream ? 0 : -errno;
    for (struct dirent *entry; rc == 0 && (entry = readdir(stream));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        struct stat status;
        auto_free char *below = join(path, entry->d_name);
        if (lstat(below, &status) != 0 || ignores(watch, below, S_ISDIR(status.st_mode))) {
            continue;
        }
        if (tells) {
            note_change(watch, below);
        }
        if (S_ISDIR(status.st_mode)) {
            rc = watch_tree(watch, below, tells);
        }
    }
    if (stream) {
        closedir(stream);
    }
    return rc;
}

/* Watches before it looks, so that what is made meanwhile is seen by one of the two. A directory
 * that went away meanwhile is no error. */
static int watch_tree(FileWatch *watch, const char *path, bool tells)
{
    WatchedDir *dir = NULL;
    int rc = watch_dir(watch, path, &dir);
    if (dir && !dir->is_tree) {
        dir->is_tree = true;
        rc = watch_entries(watch, path, tells);
    }
    return rc == -ENOENT || rc == -ENOTDIR || rc == -EACCES ? 0 : rc;
}

static void forget_tree(FileWatch *watch, const char *path)
{
    for (size_t i = watch->dirs.len; i-- > 0;) {
        WatchedDir *dir = watch->dirs.ptr[i];
        if (path_is_within(str_from(path), str_from(dir->path))) {
            inotify_rm_watch(watch->fd, dir->id);
            vec_remove(&watch->dirs, i);
            free_dir(dir);
        }
    }
}

static void forget_dir(FileWatch *watch, WatchedDir *gone)
{
    for (size_t i = 0; i < watch->dirs.len; i++) {
        if (watch->dirs.ptr[i] == gone) {
            vec_remove(&watch->dirs, i);
            free_dir(gone);
            return;
        }
    }
}

static bool counts(const WatchedDir *dir, const char *name)
{
    if (dir->is_tree) {
        return true;
    }
    vec_foreach(wanted, &dir->names) {
        if (strcmp(*wanted, name) == 0) {
            return true;
        }
    }
    return false;
}

static void take_event(FileWatch *watch, const struct inotify_event *event)
{
    if (event->mask & IN_Q_OVERFLOW) {
        vec_foreach(path, &watch->added) {
            note_change(watch, *path);
        }
        return;
    }
    WatchedDir *dir = find_dir(watch, event->wd);
    if (!dir) {
        return;
    }
    if (event->mask & IN_IGNORED) {
        forget_dir(watch, dir);
        return;
    }
    bool is_dir = event->mask & IN_ISDIR;
    if (event->len == 0 || !counts(dir, event->name)) {
        return;
    }
    auto_free char *path = join(dir->path, event->name);
    if (ignores(watch, path, is_dir)) {
        return;
    }
    bool is_tree = dir->is_tree;
    note_change(watch, path);
    if (is_dir && event->mask & IN_MOVED_FROM) {
        forget_tree(watch, path);
    } else if (is_dir && is_tree && event->mask & (IN_CREATE | IN_MOVED_TO)) {
        watch_tree(watch, path, true);
    }
}

static void on_readable(Poll *poll, int events, int error, void *arg)
{
    (void) poll;
    (void) events;
    (void) error;
    FileWatch *watch = arg;
    _Alignas(struct inotify_event) char buffer[EVENT_BYTES];
    ssize_t size;
    while ((size = read(watch->fd, buffer, sizeof(buffer))) > 0) {
        const char *at = buffer;
        while (at < buffer + size) {
            const struct inotify_event *event = (const void *) at;
            take_event(watch, event);
            at += sizeof(*event) + event->len;
        }
    }
}

static void abandon(LoopObject *object)
{
    file_watch_free(CONTAINER_OF(object, FileWatch, object));
}

int file_watch_new(Loop *loop, const FileWatchOptions *options, FileWatch **ret_watch, Error *err)
{
    auto_fd int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0) {
        return error_errno(err, -errno, "watch files (see fs.inotify.max_user_instances)");
    }
    FileWatch *watch = MEM_NEW(FileWatch);
    *watch = (FileWatch) { .object.abandon = abandon, .loop = loop, .options = *options };
    watch->options.quiet_ms = options->quiet_ms > 0 ? options->quiet_ms : DEFAULT_QUIET_MS;
    watch->poll = poll_new(loop, fd, on_readable, watch);
    if (!watch->poll) {
        free(watch);
        return error_set(err, -EBADF, "watch files: the descriptor can't be watched");
    }
    poll_set_object(watch->poll, &watch->object);
    poll_set(watch->poll, POLL_READ);
    poll_unref(watch->poll);
    watch->fd = take_fd(&fd);
    watch->changes = arena_new(0);
    timer_init(&watch->quiet, loop, on_quiet, watch);
    timer_unref(&watch->quiet);
    *ret_watch = watch;
    return 0;
}

static int watch_name(FileWatch *watch, Arena *arena, Str path)
{
    WatchedDir *dir = NULL;
    int rc = watch_dir(watch, str_to_cstr(arena, path_dir(path)), &dir);
    if (dir) {
        vec_push(&dir->names, NULL, mem_strdup(str_to_cstr(arena, path_base(path))));
    }
    return rc;
}

int file_watch_add(FileWatch *watch, const char *path, Error *err)
{
    auto_arena Arena *arena = arena_new(0);
    const char *clean = str_to_cstr(arena, path_clean(arena, str_from(path)));
    int rc = fs_is_dir(clean) ? watch_tree(watch, clean, false)
                              : watch_name(watch, arena, str_from(clean));
    if (rc == -ENOSPC) {
        return error_set(err, rc, "watch %s: fs.inotify.max_user_watches is used up", path);
    }
    if (rc < 0) {
        return error_errno(err, rc, "watch %s", path);
    }
    vec_push(&watch->added, NULL, mem_strdup(clean));
    return 0;
}

void file_watch_free(FileWatch *watch)
{
    if (!watch || watch->freed) {
        return;
    }
    watch->freed = true;
    timer_stop(&watch->quiet);
    poll_free(watch->poll);
    close(watch->fd);
    if (!watch->in_callback) {
        destroy(watch);
    }
}
