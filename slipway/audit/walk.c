/* Level by level: the folders of one are listed side by side, those that they hold are the next. */
#include "walk.h"

#include <fcntl.h>

#include "base/fs.h"
#include "base/parallel.h"
#include "base/path.h"

#include "classify.h"
#include "files.h"

typedef struct Level {
    Walk *walk;
    VEC(Folder *) folders;
} Level;

typedef struct Listing {
    const FsName *names;
    size_t count;
} Listing;

/* Whether the folder has a file of this name; a link to one counts. */
static bool has_file(const Folder *folder, const Listing *listing, const char *name, Arena *arena)
{
    for (size_t i = 0; i < listing->count; i++) {
        const FsName *each = &listing->names[i];
        if (str_eq_cstr(each->name, name)) {
            return S_ISREG(each->type) ||
                   (S_ISLNK(each->type) &&
                    fs_is_file(path_join(arena, folder->path, each->name).ptr));
        }
    }
    return false;
}

/* A .gitignore that can't be read ignores nothing. */
static void read_ignore_file(const Walk *walk, Folder *folder)
{
    Arena *arena = walk->arena;
    Str path = path_join(arena, folder->path, STR(".gitignore"));
    Str text;
    if (fs_read(arena, path.ptr, ARTIFACT_BYTES_MOST, &text, NULL) == 0) {
        Ignore *ignore = ARENA_NEW(arena, Ignore);
        *ignore = (Ignore) { .arena = arena, .above = folder->ignore };
        ignore_add(ignore, folder->below, text);
        folder->ignore = ignore;
    }
}

static Folder *folder_new(const Walk *walk, const Folder *above, Str below)
{
    Folder *folder = ARENA_NEW(walk->arena, Folder);
    folder->below = below;
    folder->path = path_join(walk->arena, walk->root, below);
    folder->ignore = above->ignore;
    folder->depth = above->depth + 1;
    return folder;
}

static void add_folder(const Walk *walk, Folder *folder, Str name, Str below)
{
    if (!str_eq(name, STR(".git")) && !str_eq(name, STR("node_modules"))) {
        Found *found = vec_add(&folder->found, walk->arena);
        found->folder = folder_new(walk, folder, str_dup(walk->arena, below));
    }
}

static void add_file(const Walk *walk, Folder *folder, Str name, Str below)
{
    Found file = { .is_wanted = classify_wants(name), .is_source = classify_is_source(name) };
    file.is_note = !file.is_source && classify_is_note(name);
    if (file.is_wanted || file.is_source || file.is_note) {
        file.path = path_join(walk->arena, walk->root, below);
        file.real = file.is_wanted ? path_join(walk->arena, walk->real_root, below) : STR("");
        vec_push(&folder->found, walk->arena, file);
    }
}

static void take_names(const Walk *walk, Folder *folder, const Listing *listing, Arena *scratch)
{
    for (size_t i = 0; i < listing->count; i++) {
        const FsName *each = &listing->names[i];
        bool is_folder = S_ISDIR(each->type);
        if (!is_folder && !S_ISREG(each->type)) {
            continue;
        }
        Str below = folder->below.len ? path_join(scratch, folder->below, each->name) : each->name;
        if (!ignore_has(folder->ignore, below, is_folder)) {
            (is_folder ? add_folder : add_file)(walk, folder, each->name, below);
        }
    }
}

static void list_folder(void *ctx, size_t index)
{
    const Level *level = ctx;
    const Walk *walk = level->walk;
    Folder *folder = level->folders.ptr[index];
    bool is_root = folder->below.len == 0;
    bool is_deep = folder->depth > FOLDERS_DEPTH_MOST;
    if (is_deep || (!is_root && access(folder->path.ptr, R_OK | X_OK) < 0)) {
        folder->mistake = is_deep ? "a folder too deep to look into" : error_name(errno);
        return;
    }
    auto_arena Arena *scratch = arena_new(0);
    FsName *names = NULL;
    Listing listing = { 0 };
    int rc = fs_list_beneath(
        scratch, walk->root_fd, is_root ? "." : folder->below.ptr, &names, &listing.count
    );
    if (rc < 0) {
        folder->error = rc == -ENOENT ? 0 : rc; /* removed since it was listed */
        return;
    }
    listing.names = names;
    folder->is_chart = has_file(folder, &listing, "Chart.yaml", scratch);
    if (folder->is_chart) {
        return;
    }
    if (has_file(folder, &listing, ".gitignore", scratch)) {
        read_ignore_file(walk, folder);
    }
    take_names(walk, folder, &listing, scratch);
}

/* The next level, unless there would be too much of it. */
static void add_level(Level *next, const Folder *folder)
{
    Walk *walk = next->walk;
    vec_foreach(found, &folder->found) {
        if (found->folder && walk->count < walk->most) {
            vec_push(&next->folders, walk->arena, found->folder);
        } else if (found->folder && !walk->is_cut) {
            found->folder->mistake =
                "more files than are looked at: this folder and others are left out";
            walk->is_cut = true;
        }
    }
}

/* From one level to the next. */
static int go_down(Level *level, Error *err)
{
    Walk *walk = level->walk;
    Level next = { .walk = walk };
    vec_foreach(folder, &level->folders) {
        walk->count += (*folder)->found.len;
    }
    vec_foreach(folder, &level->folders) {
        if ((*folder)->error) {
            Str below = (*folder)->below;
            const char *colon = below.len ? ": " : "";
            return error_errno(
                err,
                (*folder)->error,
                "walk %" STR_FMT "%s%" STR_FMT,
                STR_ARG(walk->root),
                colon,
                STR_ARG(below)
            );
        }
        add_level(&next, *folder);
    }
    *level = next;
    return 0;
}

int walk_folders(Walk *walk, Folder **ret_root, Error *err)
{
    auto_fd int fd = open(walk->root.ptr, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    if (fd < 0) {
        return error_errno(err, -errno, "walk %" STR_FMT, STR_ARG(walk->root));
    }
    walk->root_fd = fd;
    Folder *root = ARENA_NEW(walk->arena, Folder);
    root->path = walk->root;
    root->ignore = walk->ignore;
    Level level = { .walk = walk };
    vec_push(&level.folders, walk->arena, root);
    int rc = 0;
    while (level.folders.len > 0 && rc == 0) {
        size_t count = level.folders.len;
        parallel_each(walk->arena, files_jobs(walk->jobs, count), count, list_folder, &level);
        rc = go_down(&level, err);
    }
    *ret_root = root;
    return rc;
}
