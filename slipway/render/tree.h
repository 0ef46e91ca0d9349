/* Tree: the rendered set against the files that are there: what would change, and changing it, all
 * or nothing. A manifest (deploy/.slipway-render.json) names every file that rendering wrote, with
 * its digest; a file that it does not name belongs to somebody else. */
#pragma once

#include "base/diag.h"
#include "base/vec.h"

#include "render/render.h"

typedef enum ChangeKind {
    CHANGE_MISSING,   /* rendered, not there */
    CHANGE_DIFFERS,   /* rendered, there with other content or mode */
    CHANGE_LEFT_OVER, /* rendered once, no longer */
    CHANGE_FOREIGN,   /* there with other content, and not written by slipway */
} ChangeKind;

typedef struct Change {
    ChangeKind kind;
    Str path;
    Str before, after; /* contents; empty where there is none */
    mode_t mode;
    bool was_edited;  /* the file is not what was rendered last: a hand edit */
    bool only_edited; /* and what is rendered now is what was rendered last */
} Change;

typedef struct Changes {
    VEC(Change) list; /* sorted by path; equal files are not in it */
    Str manifest;     /* text of the new manifest */
    bool manifest_differs;
} Changes;

/* Compares. `kinds` as in RenderOptions: leftovers of other kinds are left alone. */
int tree_compare(
    Arena *arena,
    Str root,
    const ArtifactSet *set,
    const RenderOptions *options,
    Changes *ret_changes,
    Error *err
);

/* Makes the tree equal to the set: every file is written beside its place first, then all are
 * renamed; when one fails, what was renamed is put back. Without `force`, -EEXIST with err
 * for a change that is CHANGE_FOREIGN or would lose a hand edit. */
int tree_write(Arena *arena, Str root, const Changes *changes, bool force, Error *err);

/* Makes each hand edit a patch of deploy/patches/: from then on every rendering has it. -EEXIST with
 * err where the catalog changed the same file too: the patch would take that change back. */
int tree_keep_edits(
    Arena *arena,
    Str root,
    const ArtifactSet *set,
    const Changes *changes,
    size_t *ret_count,
    Error *err
);

const char *change_name(ChangeKind kind); /* "missing", "differs", "left over", "not ours" */

/* A unified diff of every change, as `diff -u` writes it: from what is there to what is rendered.
 */
void changes_diff(StrBuf *out, const Changes *changes);
