/* The Dockerfiles of a run, each with the .dockerignore that its build would use. */
#include "base/fs.h"
#include "base/path.h"

#include "audit/run.h"
#include "dockerfile.h"
#include "shellcheck.h"

enum { FOLDERS_MOST = 6 };

static bool read_ignore(Arena *arena, Dockerfile *file, Str path)
{
    Str text;
    if (fs_is_file(path.ptr) && fs_read(arena, path.ptr, ARTIFACT_BYTES_MOST, &text, NULL) == 0) {
        file->ignore = source_new(arena, path, text);
    }
    return file->ignore != NULL;
}

/* Beside the file under its name, else in its folder or one above it, up to the repository's root:
 * what the context is isn't written anywhere. */
static void find_ignore(Arena *arena, Dockerfile *file)
{
    Str path = file->source->path;
    file->context = path_dir(path);
    if (read_ignore(arena, file, str_concat(arena, path, STR(".dockerignore")))) {
        return;
    }
    Str folder = file->context;
    for (int i = 0; i < FOLDERS_MOST; i++) {
        if (read_ignore(arena, file, path_join(arena, folder, STR(".dockerignore")))) {
            file->context = folder;
            return;
        }
        if (fs_exists(path_join(arena, folder, STR(".git")).ptr) || str_eq(folder, STR(".")) ||
            str_eq(folder, STR("/"))) {
            return;
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
    for (size_t i = 0; i < audit->files.artifacts.len; i++) {
        const Artifact *artifact = audit->files.artifacts.ptr[i];
        if (artifact->kind == ARTIFACT_DOCKERFILE) {
            Dockerfile *file = artifact->subject;
            find_ignore(audit->arena, file);
            vec_push(&files, audit->arena, file);
            vec_push(&audit->dockerfiles, audit->arena, file);
        }
    }
    if (audit->options->shellcheck) {
        ask_shellcheck(audit, files.ptr, files.len);
    }
}
