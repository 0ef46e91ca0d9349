/* --fix: rounds of auditing and editing in memory, then all files at once.
 *
 * A round makes every safe edit that touches none made before it in that round; what is left over
 * comes in the next one. The rounds end when nothing can be mended any more. A round after which a
 * finding is still there that it was to mend is undone and made again without that one. So is one
 * after which a file doesn't parse that did: the next rounds then mend one finding each, until the
 * one that broke it is known. */
#include "base/fs.h"
#include "base/fs_batch.h"
#include "base/mem.h"
#include "base/path.h"
#include "codec/diff.h"

#include "internal.h"

enum { ROUNDS_MOST = 50, FILE_BYTES_MOST = 64 << 20 };

/* The edits of one file in one round, by start. */
typedef struct FileEdits {
    Source *source;
    VEC(DiagEdit) edits;
} FileEdits;

typedef struct Fixing {
    Arena *arena;
    const AuditOptions *options;
    VEC(Str) roots; /* real paths of the run */
    Map originals;  /* real path -> Source as it is on disk */
    Map texts;      /* real path -> Source as edited so far */
    Map paths;      /* shown path -> real path as a Str */
    size_t count;   /* findings mended */
    bool one_by_one;
    Map refused; /* keys of findings whose edits don't mend them */
} Fixing;

/* --- what may be edited ----------------------------------------------------------------------- */

static Str real_path(Fixing *fixing, Str shown)
{
    Str *known = map_get(&fixing->paths, shown);
    if (!known) {
        known = ARENA_NEW(fixing->arena, Str);
        (void) fs_real_path(fixing->arena, str_to_cstr(fixing->arena, shown), known, NULL);
        map_set(&fixing->paths, shown, known);
    }
    return *known;
}

/* Below what the run was asked for, and as the run saw it. */
static bool may_edit(Fixing *fixing, const Source *source)
{
    Str real = real_path(fixing, source->path);
    bool is_inside = false;
    for (size_t i = 0; i < fixing->roots.len && real.len > 0; i++) {
        is_inside = is_inside || path_is_within(fixing->roots.ptr[i], real);
    }
    const Source *now = map_get(&fixing->texts, real);
    return is_inside && (!now || str_eq(now->text, source->text));
}

/* The first line of what `slipway render` writes says so; it would write it again. */
static bool is_rendered(Source *source)
{
    return str_find(source_line(source, 1), STR("Rendered by `slipway render`")) != STR_NONE;
}

static bool has_rendered(const Diag *diag)
{
    bool found = false;
    vec_foreach(edit, &diag->edits) {
        found = found || is_rendered(edit->span.source);
    }
    return found;
}

static bool is_safe(const Diag *diag)
{
    return diag->edits.len > 0 && !diag->is_suggestion;
}

static bool is_mendable(Fixing *fixing, const Diag *diag)
{
    return is_safe(diag) && !has_rendered(diag) &&
           !map_has(&fixing->refused, finding_key(fixing->arena, diag));
}

static size_t count_of(const Map *counts, Str key)
{
    const size_t *count = map_get(counts, key);
    return count ? *count : 0;
}

static void count_key(Arena *arena, Map *counts, const Diag *diag)
{
    void **count = map_at(counts, finding_key(arena, diag));
    *count = *count ? *count : ARENA_NEW(arena, size_t);
    ++*(size_t *) *count;
}

/* --- one round -------------------------------------------------------------------------------- */

static FileEdits *edits_of(Fixing *fixing, Map *round, Source *source)
{
    Str real = real_path(fixing, source->path);
    FileEdits *edits = map_get(round, real);
    if (!edits) {
        edits = ARENA_NEW(fixing->arena, FileEdits);
        edits->source = source;
        map_set(round, real, edits);
    }
    return edits;
}

/* Where in the list, which is in order, `edit` belongs. */
static size_t place_of(const FileEdits *file, const DiagEdit *edit)
{
    size_t low = 0;
    size_t high = file->edits.len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (file->edits.ptr[middle].span.start < edit->span.start) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool is_same_edit(const DiagEdit *a, const DiagEdit *b)
{
    return a->span.start == b->span.start && a->span.end == b->span.end && str_eq(a->text, b->text);
}

/* Edits that meet are made one a round: what two insertions at one place mean together, nobody
 * said. */
static bool touches(const FileEdits *file, const DiagEdit *edit)
{
    size_t at = place_of(file, edit);
    bool before = at > 0 && file->edits.ptr[at - 1].span.end >= edit->span.start;
    bool after = at < file->edits.len && file->edits.ptr[at].span.start <= edit->span.end;
    return before || after;
}

static bool starts_with_edit(const FileEdits *file, size_t at, const DiagEdit *edit)
{
    return at < file->edits.len && file->edits.ptr[at].span.start == edit->span.start;
}

static bool is_made(const FileEdits *file, const DiagEdit *edit)
{
    bool made = false;
    for (size_t at = place_of(file, edit); starts_with_edit(file, at, edit) && !made; at++) {
        made = is_same_edit(&file->edits.ptr[at], edit);
    }
    return made;
}

static bool fits(Fixing *fixing, Map *round, const Diag *diag)
{
    bool fitting = true;
    vec_foreach(edit, &diag->edits) {
        FileEdits *file = edits_of(fixing, round, edit->span.source);
        fitting = fitting && may_edit(fixing, edit->span.source) &&
                  str_eq(file->source->text, edit->span.source->text) &&
                  (is_made(file, edit) || !touches(file, edit));
    }
    return fitting;
}

static void plan(Fixing *fixing, Map *round, const Diag *diag)
{
    vec_foreach(edit, &diag->edits) {
        FileEdits *file = edits_of(fixing, round, edit->span.source);
        if (!is_made(file, edit)) {
            size_t at = place_of(file, edit);
            while (starts_with_edit(file, at, edit)) {
                at++; /* one finding's insertions at one place keep their order */
            }
            vec_insert(&file->edits, fixing->arena, at, *edit);
        }
    }
}

static Str apply(Arena *arena, const FileEdits *file)
{
    Str text = file->source->text;
    StrBuf out = STRBUF_ON_ARENA(arena);
    size_t at = 0;
    vec_foreach(edit, &file->edits) {
        strbuf_add(&out, str_slice(text, at, edit->span.start));
        strbuf_add(&out, edit->text);
        at = edit->span.end;
    }
    strbuf_add(&out, str_skip(text, at));
    return strbuf_str(&out);
}

/* Plans the round: the edits by file, and the findings that they mend. */
static void plan_round(Fixing *fixing, const AuditResult *result, Map *files, Map *planned)
{
    vec_foreach(diag, &result->diags.diags) {
        bool is_full = fixing->one_by_one && planned->len > 0;
        if (!is_full && is_mendable(fixing, diag) && fits(fixing, files, diag)) {
            plan(fixing, files, diag);
            count_key(fixing->arena, planned, diag);
        }
    }
}

/* What `texts` holds after it. */
static void apply_round(Fixing *fixing, const Map *files, Map *texts)
{
    map_foreach(entry, &fixing->texts) {
        map_set(texts, entry->key, entry->value);
    }
    map_foreach(entry, files) {
        const FileEdits *file = entry->value;
        if (file->edits.len > 0) {
            Str text = apply(fixing->arena, file);
            if (!map_has(&fixing->originals, entry->key)) {
                map_set(&fixing->originals, entry->key, file->source);
            }
            map_set(texts, entry->key, source_new(fixing->arena, file->source->path, text));
        }
    }
}

/* --- the rounds ------------------------------------------------------------------------------- */

static Map count_findings(Fixing *fixing, const AuditResult *result)
{
    Map counts = MAP_ON_ARENA(fixing->arena);
    vec_foreach(diag, &result->diags.diags) {
        count_key(fixing->arena, &counts, diag);
    }
    return counts;
}

/* Files that their readers refuse. */
static size_t count_broken(const AuditResult *result)
{
    static const char *const rules[] = { "AU002", "KU001", "CO001", "DF001", "GH001" };
    size_t broken = 0;
    vec_foreach(diag, &result->diags.diags) {
        for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
            broken += str_eq(diag->rule, str_from(rules[i]));
        }
    }
    return broken;
}

/* Refuses what was planned and is still there; whether there was such a finding. */
static bool refuse_unmended(Fixing *fixing, const Map *planned, const Map *before, const Map *after)
{
    bool found = false;
    map_foreach(entry, planned) {
        if (count_of(after, entry->key) + count_of(planned, entry->key) >
            count_of(before, entry->key)) {
            map_set(&fixing->refused, entry->key, entry->value);
            found = true;
        }
    }
    return found;
}

static void refuse_breaking(Fixing *fixing, const Map *planned)
{
    if (fixing->one_by_one || planned->len == 1) {
        map_foreach(entry, planned) {
            map_set(&fixing->refused, entry->key, entry->value);
        }
    }
    fixing->one_by_one = !fixing->one_by_one && planned->len > 1;
}

static int run_with(Fixing *fixing, const Map *texts, AuditResult *ret_result, Error *err)
{
    AuditOptions options = *fixing->options;
    options.texts = texts;
    return audit_run(fixing->arena, &options, ret_result, err);
}

static int run_rounds(Fixing *fixing, AuditResult *result, Error *err)
{
    for (size_t i = 0; i < ROUNDS_MOST; i++) {
        Map files = MAP_ON_ARENA(fixing->arena);
        Map planned = MAP_ON_ARENA(fixing->arena);
        plan_round(fixing, result, &files, &planned);
        if (planned.len == 0) {
            return 0;
        }
        Map texts = MAP_ON_ARENA(fixing->arena);
        AuditResult next;
        apply_round(fixing, &files, &texts);
        int rc = run_with(fixing, &texts, &next, err);
        if (rc < 0) {
            return rc;
        }
        if (count_broken(&next) > count_broken(result)) {
            refuse_breaking(fixing, &planned);
            continue;
        }
        Map before = count_findings(fixing, result);
        Map after = count_findings(fixing, &next);
        if (!refuse_unmended(fixing, &planned, &before, &after)) {
            fixing->texts = texts;
            *result = next;
            fixing->count += planned.len;
        }
    }
    return 0;
}

static int find_roots(Fixing *fixing, Error *err)
{
    const AuditOptions *options = fixing->options;
    for (size_t i = 0; i < options->path_count || i == 0; i++) {
        Str real;
        const char *path = options->path_count ? options->paths[i] : ".";
        int rc = fs_real_path(fixing->arena, path, &real, err);
        if (rc < 0) {
            return rc;
        }
        vec_push(&fixing->roots, fixing->arena, real);
    }
    return 0;
}

int audit_fix(
    Arena *arena,
    const AuditOptions *options,
    AuditFixes *ret_fixes,
    AuditResult *ret_result,
    Error *err
)
{
    Fixing fixing = {
        .arena = arena,
        .options = options,
        .originals = MAP_ON_ARENA(arena),
        .texts = MAP_ON_ARENA(arena),
        .paths = MAP_ON_ARENA(arena),
        .refused = MAP_ON_ARENA(arena),
    };
    AuditResult result;
    int rc = run_with(&fixing, NULL, &result, err);
    rc = rc < 0 ? rc : find_roots(&fixing, err);
    rc = rc < 0 ? rc : run_rounds(&fixing, &result, err);
    if (rc < 0) {
        return rc;
    }
    AuditFixes fixes = { .count = fixing.count };
    vec_foreach(diag, &result.diags.diags) {
        fixes.rendered += is_safe(diag) && has_rendered(diag);
    }
    map_foreach(entry, &fixing.texts) {
        const Source *original = map_get(&fixing.originals, entry->key);
        const Source *edited = entry->value;
        *vec_add(&fixes.files, arena) = (FixedFile) {
            .path = original->path,
            .real = entry->key,
            .before = original->text,
            .after = edited->text,
        };
    }
    *ret_fixes = fixes;
    *ret_result = result;
    return 0;
}

/* --- what becomes of them --------------------------------------------------------------------- */

void audit_fixes_diff(StrBuf *out, const AuditFixes *fixes)
{
    vec_foreach(file, &fixes->files) {
        DiffOptions options = { .from_label = file->path, .to_label = file->path };
        (void) diff_unified(out, file->before, file->after, &options);
    }
}

int audit_fixes_write(Arena *arena, const AuditFixes *fixes, Error *err)
{
    FsBatch batch = { .arena = arena };
    vec_foreach(file, &fixes->files) {
        struct stat info;
        Str now;
        const char *path = str_to_cstr(arena, file->real);
        int rc = fs_read(arena, path, FILE_BYTES_MOST, &now, err);
        if (rc < 0) {
            return rc;
        }
        if (!str_eq(now, file->before) || stat(path, &info) < 0) {
            return error_set(err, -ESTALE, "%s was changed meanwhile: nothing is written", path);
        }
        fs_batch_write(&batch, file->real, file->after, info.st_mode & 07777);
    }
    return fs_batch_commit(&batch, err);
}
