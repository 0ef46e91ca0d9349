#include "render/patch.h"

#include <errno.h>

#include "base/fs.h"
#include "base/path.h"

enum { PATCH_MAX_BYTES = 4 << 20 };

typedef VEC(Str) Lines;

typedef struct Hunk {
    size_t old_start; /* line of the artifact, from 1; 0: an empty one */
    Lines before;     /* context and removed lines */
    Lines after;      /* context and added lines */
    Span span;        /* of its @@ line */
} Hunk;

typedef VEC(Hunk) Hunks;

typedef struct PatchParse {
    Arena *arena;
    Source *source;
    DiagList *diags;
    Hunks hunks;
} PatchParse;

static Span line_span(const PatchParse *parse, Str line)
{
    size_t start = (size_t) (line.ptr - parse->source->text.ptr);
    return span_make(parse->source, start, start + line.len);
}

/* "@@ -12,3 +12,4 @@": only where the old side starts matters, the lines tell the rest. */
static bool parse_hunk_head(Str line, size_t *ret_start)
{
    Str rest = line;
    if (!str_strip_prefix(&rest, STR("@@ -"))) {
        return false;
    }
    size_t digits = 0;
    while (digits < rest.len && rest.ptr[digits] >= '0' && rest.ptr[digits] <= '9') {
        digits++;
    }
    uint64_t start = 0;
    bool good = str_to_uint64(str_slice(rest, 0, digits), &start);
    *ret_start = (size_t) start;
    return good && str_find(rest, STR("@@")) != STR_NONE;
}

/* A line of a hunk's body; false when it is none. */
static bool parse_hunk_line(PatchParse *parse, Hunk *hunk, Str line)
{
    Str text = str_skip(line, 1);
    char sign = line.len ? line.ptr[0] : ' '; /* editors cut the blank of an empty context line */
    if (sign != ' ' && sign != '-' && sign != '+') {
        return false;
    }
    if (sign != '+') {
        vec_push(&hunk->before, parse->arena, text);
    }
    if (sign != '-') {
        vec_push(&hunk->after, parse->arena, text);
    }
    return true;
}

static int patch_parse(PatchParse *parse)
{
    Hunk *hunk = NULL;
    Str rest = parse->source->text;
    for (Str line; str_next_line(&rest, &line);) {
        size_t start = 0;
        if (str_has_prefix(line, STR("@@"))) {
            if (!parse_hunk_head(line, &start)) {
                diag_error(
                    parse->diags,
                    "R1002",
                    line_span(parse, line),
                    "this is no hunk head: @@ -LINE,COUNT +LINE,COUNT @@"
                );
                return -EINVAL;
            }
            hunk = vec_add(&parse->hunks, parse->arena);
            hunk->old_start = start;
            hunk->span = line_span(parse, line);
        } else if (hunk && !str_has_prefix(line, STR("\\")) &&
                   !parse_hunk_line(parse, hunk, line)) {
            diag_error(
                parse->diags,
                "R1002",
                line_span(parse, line),
                "a line of a hunk begins with a blank, \"+\" or \"-\""
            );
            return -EINVAL;
        }
    }
    if (!parse->hunks.len) {
        diag_error(parse->diags, "R1002", span_make(parse->source, 0, 0), "this patch has no hunk");
        return -EINVAL;
    }
    return 0;
}

static bool fits_at(const Hunk *hunk, const Lines *lines, size_t at)
{
    if (at + hunk->before.len > lines->len) {
        return false;
    }
    for (size_t i = 0; i < hunk->before.len; i++) {
        if (!str_eq(hunk->before.ptr[i], lines->ptr[at + i])) {
            return false;
        }
    }
    return true;
}

/* Where the hunk fits at or behind `from`: at its own line, else in the only place there is. */
static bool
find_place(const Hunk *hunk, const Lines *lines, size_t from, ptrdiff_t shift, size_t *ret_at)
{
    ptrdiff_t wanted = (ptrdiff_t) (hunk->old_start ? hunk->old_start - 1 : 0) + shift;
    if (wanted >= (ptrdiff_t) from && fits_at(hunk, lines, (size_t) wanted)) {
        *ret_at = (size_t) wanted;
        return true;
    }
    size_t found = 0;
    for (size_t at = from; at + hunk->before.len <= lines->len && hunk->before.len; at++) {
        if (fits_at(hunk, lines, at)) {
            *ret_at = at;
            found++;
        }
    }
    return found == 1;
}

static void add_line(StrBuf *out, Str line)
{
    strbuf_add(out, line);
    strbuf_add_char(out, '\n');
}

static int apply_hunks(const PatchParse *parse, const Lines *lines, StrBuf *out)
{
    size_t at = 0;       /* lines copied */
    ptrdiff_t shift = 0; /* how far hunks were found from where they say */
    vec_foreach(hunk, &parse->hunks) {
        size_t place = 0;
        if (!find_place(hunk, lines, at, shift, &place)) {
            Diag *diag = diag_error(
                parse->diags, "R1002", hunk->span, "this hunk no longer fits what is rendered"
            );
            diag_hint(
                parse->diags,
                diag,
                "edit the patch, or remove it, apply the edit again and make it anew with diff -u"
            );
            return -EINVAL;
        }
        shift = (ptrdiff_t) place - (ptrdiff_t) (hunk->old_start ? hunk->old_start - 1 : 0);
        while (at < place) {
            add_line(out, lines->ptr[at++]);
        }
        vec_foreach(line, &hunk->after) {
            add_line(out, *line);
        }
        at += hunk->before.len;
    }
    while (at < lines->len) {
        add_line(out, lines->ptr[at++]);
    }
    return 0;
}

int edit_apply(Arena *arena, Source *patch, Str text, Str *ret_text, DiagList *diags)
{
    PatchParse parse = { .arena = arena, .source = patch, .diags = diags };
    int rc = patch_parse(&parse);
    if (rc < 0) {
        return rc;
    }
    Lines lines = { 0 };
    for (Str line; str_next_line(&text, &line);) {
        vec_push(&lines, arena, line);
    }
    StrBuf out = STRBUF_ON_ARENA(arena);
    rc = apply_hunks(&parse, &lines, &out);
    if (rc == 0) {
        *ret_text = strbuf_str(&out);
    }
    return rc;
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
