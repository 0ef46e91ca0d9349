/* Patches: hand edits that survive rendering. deploy/patches/<path> is a unified diff against the
 * artifact <path>; it is applied after rendering, exactly: every hunk's context must match, at its
 * line or elsewhere if it fits in one place only.
 *
 * Format: POSIX diff -u, as `git diff` and `slipway render --diff` print it. */
#pragma once

#include "base/diag.h"

#include "render/render.h"

/* Applies every patch below root/deploy/patches to the set. R1002 at the hunk for one that doesn't
 * fit; with `is_whole`, R1003 for one whose artifact is not in the set. */
int edits_apply(ArtifactSet *set, Str root, bool is_whole, DiagList *diags);

/* One patch on one text; the result is on the arena. */
int edit_apply(Arena *arena, Source *patch, Str text, Str *ret_text, DiagList *diags);
