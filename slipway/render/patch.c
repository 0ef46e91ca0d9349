#include "render/patch.h"

#include <errno.h>

#include "base/fs.h"
#include "base/path.h"
#include "codec/diff.h"

enum { PATCH_MAX_BYTES = 4 << 20 };

int edit_apply(Arena *arena, Source *patch, Str text, Str *ret_text, DiagList *diags)
{
    Error err = ERROR_INIT;
    if (str_find(patch->text, STR("@@")) == STR_NONE) {
        diag_error(diags, "R1002", span_make(patch, 0, 0), "this patch has no hunk");
        return -EINVAL;
    }
    int rc = diff_apply(arena, text, patch, ret_text, &err);
    if (rc < 0) {
        Diag *diag = diag_error(diags, "R1002", err.span, "%s", err.message);
        if (rc == -ESTALE) {
            diag_hint(
                diags,
                diag,
                "edit the patch, or remove it, apply the edit again and run slipway render "
                "--keep-edits"
            );
        }
        return -EINVAL;
    }
    return 0;
}

/* --- the folder of patches --- */

typedef struct PatchWalk {
    ArtifactSet *set;
    Str folder;
    DiagList *diags;
    bool is_whole; /* every kind was rendered */
    int rc;
} PatchWalk;

static Artifact *artifact_at(ArtifactSet *set, Str path)
{
    vec_foreach(artifact, &set->files) {
        if (str_eq(artifact->path, path)) {
            return artifact;
        }
    }
    return NULL;
}

static void apply_file(PatchWalk *walk, Str path)
{
    Arena *arena = walk->set->arena;
    Str shown = path_join(arena, STR("deploy/patches"), path);
    Error err = ERROR_INIT;
    Str text = { 0 };
    if (fs_read(
            arena,
            str_to_cstr(arena, path_join(arena, walk->folder, path)),
            PATCH_MAX_BYTES,
            &text,
            &err
        ) < 0) {
        diag_error(walk->diags, "R1002", SPAN_NONE, "%s", err.message);
        walk->rc = -EINVAL;
        return;
    }
    Source *source = source_new(arena, shown, text);
    Artifact *artifact = artifact_at(walk->set, path);
    if (!artifact && !walk->is_whole) {
        return;
    }
    if (!artifact) {
        diag_error(
            walk->diags,
            "R1003",
            span_make(source, 0, 0),
            "nothing renders %" STR_FMT ", which this patch is for",
            STR_ARG(path)
        );
        walk->rc = -EINVAL;
        return;
    }
    int rc = edit_apply(arena, source, artifact->text, &artifact->text, walk->diags);
    walk->rc = rc < 0 ? rc : walk->rc;
}

static FsWalk visit(const FsEntry *entry, void *opaque)
{
    PatchWalk *walk = opaque;
    if (S_ISREG(entry->mode)) {
        apply_file(walk, str_dup(walk->set->arena, entry->path));
    }
    return FS_WALK_ON;
}

int edits_apply(ArtifactSet *set, Str root, bool is_whole, DiagList *diags)
{
    PatchWalk walk = { .set = set,
                       .folder = path_join(set->arena, root, STR("deploy/patches")),
                       .diags = diags,
                       .is_whole = is_whole };
    const char *folder = str_to_cstr(set->arena, walk.folder);
    if (fs_is_dir(folder)) {
        Error err = ERROR_INIT;
        int rc = fs_walk(folder, visit, &walk, &err);
        walk.rc = rc < 0 ? rc : walk.rc;
    }
    return walk.rc;
}
