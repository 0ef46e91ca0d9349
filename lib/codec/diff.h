/* The difference of two texts by lines, in the unified format of diff(1) and git, and its way back.
 *
 * Shortest edit script by E. W. Myers, "An O(ND) Difference Algorithm and Its Variations"
 * (Algorithmica 1, 1986), in linear space, its cost bounded: texts that have little in common give
 * a longer script, not a long wait. Groups are shifted down as diff(1) does, so the output of both
 * is the same but for the rare case where there are several shortest scripts. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/source.h"
#include "base/str.h"
#include "base/strbuf.h"

typedef struct DiffOptions {
    Str from_label, to_label; /* behind "--- " and "+++ " */
    unsigned context;         /* unchanged lines around a change; 0: 3 */
    uint32_t max_cost;        /* edits searched from each end before a guess is taken; 0: 2,000 */
} DiffOptions;

/* One run of lines that are in one of the texts only, or that stand for each other. Line numbers
 * from 0; both counts 0 never happens. */
typedef struct DiffChange {
    uint32_t from, from_count; /* removed */
    uint32_t to, to_count;     /* added */
} DiffChange;

typedef struct DiffChanges {
    DiffChange *ptr; /* in order, with equal lines between them */
    size_t len;
} DiffChanges;

/* A last line without a newline differs from one with it. Texts of up to 2^31 lines together. */
DiffChanges diff_lines(Arena *arena, Str from, Str to, const DiffOptions *options);

/* Appends the difference, nothing when there is none; returns whether there is one. */
bool diff_unified(StrBuf *out, Str from, Str to, const DiffOptions *options);

/* Applies a unified difference of one file to `text`. Each hunk goes where its lines stand: where it
 * says, or behind the hunk before it if there is one place only; all of its context must be there as
 * it is.
 * What stands before the first "@@" is ignored. All or nothing; the result is on the arena.
 *   -EINVAL  `patch` is malformed, err->span says where
 *   -ESTALE  a hunk finds no place, err->span is its header */
int diff_apply(Arena *arena, Str text, Source *patch, Str *ret_text, Error *err);
