/* The Dockerfiles of a run, each with the .dockerignore that its build would use. */
#include "base/fs.h"
#include "base/map.h"
#include "base/path.h"

#include "audit/run.h"
#include "dockerfile.h"
#include "shellcheck.h"

enum { FOLDERS_MOST = 6 };

/* What a folder is to the Dockerfiles in it and below, found out once a run. */
typedef struct Place {
    Source *ignore; /* its .dockerignore; NULL: it has none */
    bool is_top;    /* nobody looks above it */
} Place;

typedef struct Gather {
    Arena *arena;
    Map places; /* folder -> Place */
} Gather;

static Source *read_ignore(Arena *arena, Str path)
{
    Str text;
    bool is_read =
        fs_is_file(path.ptr) && fs_read(arena, path.ptr, ARTIFACT_BYTES_MOST, &text, NULL) == 0;
    return is_read ? source_new(arena, path, text) : NULL;
}

static const Place *place_of(Gather *gather, Str folder)
{
    Arena *arena = gather->arena;
    Place *place = map_get(&gather->places, folder);
    if (!place) {
        place = ARENA_NEW(arena, Place);
        place->ignore = read_ignore(arena, path_join(arena, folder, STR(".dockerignore")));
        place->is_top = str_eq(folder, STR(".")) || str_eq(folder, STR("/")) ||
                        fs_exists(path_join(arena, folder, STR(".git")).ptr);
        map_set(&gather->places, folder, place);
    }
    return place;
}

/* Beside the file under its name, else in its folder or one above it, up to the repository's root:
 * what the context is isn't written anywhere. */
static void find_ignore(Gather *gather, Dockerfile *file)
{
    Str path = file->source->path;
    file->context = path_dir(path);
    file->ignore =
        read_ignore(gather->arena, str_concat(gather->arena, path, STR(".dockerignore")));
    const Place *place = NULL;
    Str folder = file->context;
    for (int i = 0; i < FOLDERS_MOST && !file->ignore && !(place && place->is_top); i++) {
        place = place_of(gather, folder);
        if (place->ignore) {
            file->ignore = place->ignore;
            file->context = folder;
        }
        folder = path_dir(folder);
    }
}

/* What can't be asked is a finding, at the first file that has something to ask about. */
static void ask_shellcheck(Audit *audit, Dockerfile *const *files, size_t count)
{
    Error err = ERROR_INIT;
    if (count > 0 && dockerfiles_ask_shellcheck(audit->arena, files, count, &err) < 0) {
        (void) audit_find(audit, "DF070", span_make(files[0]->source, 0, 0), "%s", err.message);
    }
}

void dockerfiles_gather(Audit *audit)
{
    VEC(Dockerfile *) files = { 0 };
    Gather gather = { audit->arena, MAP_ON_ARENA(audit->arena) };
    for (size_t i = 0; i < audit->files.artifacts.len; i++) {
        const Artifact *artifact = audit->files.artifacts.ptr[i];
        if (artifact->kind == ARTIFACT_DOCKERFILE) {
            Dockerfile *file = artifact->subject;
            find_ignore(&gather, file);
            vec_push(&files, audit->arena, file);
            vec_push(&audit->dockerfiles, audit->arena, file);
        }
    }
    if (audit->options->shellcheck) {
        ask_shellcheck(audit, files.ptr, files.len);
    }
}
