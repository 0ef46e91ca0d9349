/* --fix: rounds of auditing and editing in memory, then all files at once.
 *
 * A round makes every safe edit that touches none made before it in that round; what is left over
 * comes in the next one. The rounds end when nothing can be mended any more. A round after which a
 * finding is still there that it was to mend is undone and made again without that one. So is one
 * after which a file doesn't parse that did: the next rounds then mend half as many, until the one
 * that broke it is known. */
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
    size_t most;    /* findings of one round */
    Map refused;    /* findings whose edits don't mend them: key_with_line, in the texts so far */
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

/* Two findings may say the same of two lines: their edits are judged each by itself. */
static Str key_with_line(Arena *arena, const Diag *diag)
{
    Str key = finding_key(arena, diag);
    return str_printf(arena, "%" STR_FMT "\n%u", STR_ARG(key), span_start(diag->span).line);
}

static void refuse(Fixing *fixing, const Diag *diag)
{
    map_set(&fixing->refused, key_with_line(fixing->arena, diag), fixing);
}

static bool is_mendable(Fixing *fixing, const Diag *diag)
{
    return is_safe(diag) && !has_rendered(diag) &&
           !map_has(&fixing->refused, key_with_line(fixing->arena, diag));
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

/* The edits of a round by file, and the findings that they mend. */
typedef struct Round {
    Map files;   /* real path -> FileEdits */
    Map planned; /* finding_key -> Findings */
    size_t count;
} Round;

typedef VEC(const Diag *) Findings;

static void add_planned(Fixing *fixing, Round *round, const Diag *diag)
{
    void **findings = map_at(&round->planned, finding_key(fixing->arena, diag));
    *findings = *findings ? *findings : ARENA_NEW(fixing->arena, Findings);
    vec_push((Findings *) *findings, fixing->arena, diag);
    round->count++;
}

static void plan_round(Fixing *fixing, const AuditResult *result, Round *round)
{
    vec_foreach(diag, &result->diags.diags) {
        if (round->count < fixing->most && is_mendable(fixing, diag) &&
            fits(fixing, &round->files, diag)) {
            plan(fixing, &round->files, diag);
            add_planned(fixing, round, diag);
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

static uint32_t count_lines(Str text)
{
    uint32_t lines = 0;
    for (size_t i = 0; i < text.len; i++) {
        lines += text.ptr[i] == '\n';
    }
    return lines;
}

/* The line of the finding when the round's edits above it are made. */
static uint32_t line_after(Fixing *fixing, const Round *round, const Diag *diag)
{
    uint32_t line = span_start(diag->span).line;
    const FileEdits *file = map_get(&round->files, real_path(fixing, diag->span.source->path));
    for (size_t i = 0; file && i < file->edits.len; i++) {
        const DiagEdit *edit = &file->edits.ptr[i];
        if (edit->span.end <= diag->span.start) {
            line += count_lines(edit->text) - count_lines(span_text(edit->span));
        }
    }
    return line;
}

static bool
is_still_there(Fixing *fixing, const Round *round, const Diag *diag, const AuditResult *next)
{
    Str key = finding_key(fixing->arena, diag);
    uint32_t line = span_is_known(diag->span) ? line_after(fixing, round, diag) : 0;
    vec_foreach(other, &next->diags.diags) {
        if (str_eq(other->rule, diag->rule) && span_start(other->span).line == line &&
            str_eq(finding_key(fixing->arena, other), key)) {
            return true;
        }
    }
    return false;
}

/* Of findings that say the same, those whose line still has one; all, where none has. */
static void
refuse_some(Fixing *fixing, const Round *round, const Findings *same, const AuditResult *next)
{
    bool found = false;
    for (int pass = 0; pass < 2 && !found; pass++) {
        vec_foreach(diag, same) {
            if (pass == 1 || is_still_there(fixing, round, *diag, next)) {
                refuse(fixing, *diag);
                found = true;
            }
        }
    }
}

/* Refuses what was planned and is still there; whether there was such a finding. */
static bool refuse_unmended(
    Fixing *fixing, const Round *round, const AuditResult *result, const AuditResult *next
)
{
    Map before = count_findings(fixing, result);
    Map after = count_findings(fixing, next);
    bool found = false;
    map_foreach(entry, &round->planned) {
        const Findings *same = entry->value;
        if (count_of(&after, entry->key) + same->len > count_of(&before, entry->key)) {
            refuse_some(fixing, round, same, next);
            found = true;
        }
    }
    return found;
}

static void refuse_breaking(Fixing *fixing, const Round *round)
{
    fixing->most = round->count / 2;
    if (round->count > 1) {
        return;
    }
    map_foreach(entry, &round->planned) {
        const Findings *same = entry->value;
        refuse(fixing, same->ptr[0]);
    }
    fixing->most = SIZE_MAX;
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
        Round round = { .files = MAP_ON_ARENA(fixing->arena),
                        .planned = MAP_ON_ARENA(fixing->arena) };
        plan_round(fixing, result, &round);
        if (round.count == 0) {
            return 0;
        }
        Map texts = MAP_ON_ARENA(fixing->arena);
        AuditResult next;
        apply_round(fixing, &round.files, &texts);
        int rc = run_with(fixing, &texts, &next, err);
        if (rc < 0) {
            return rc;
        }
        if (count_broken(&next) > count_broken(result)) {
            refuse_breaking(fixing, &round);
        } else if (!refuse_unmended(fixing, &round, result, &next)) {
            fixing->texts = texts;
            *result = next;
            fixing->count += round.count;
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
        .most = SIZE_MAX,
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
