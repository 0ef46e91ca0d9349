#include "render/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/fs_batch.h"
#include "base/map.h"
#include "base/path.h"
#include "codec/diff.h"
#include "codec/digest.h"
#include "codec/json.h"

enum { ARTIFACT_MAX_BYTES = 16 << 20, SCRATCH_BYTES = 64 << 10 };

#define MANIFEST_PATH "deploy/.slipway-render.json"

const char *change_name(ChangeKind kind)
{
    static const char *const names[] = { "missing", "differs", "left over", "not ours" };
    return names[kind];
}

/* --- the manifest --- */

typedef struct ManifestEntry {
    Str digest, kind;
} ManifestEntry;

static Str read_or_empty(Arena *arena, Str root, Str path)
{
    Str text = { 0 };
    fs_read(
        arena, str_to_cstr(arena, path_join(arena, root, path)), ARTIFACT_MAX_BYTES, &text, NULL
    );
    return text;
}

/* "files" of a manifest's text; NULL where it can't be read, which counts as none. */
static const Node *manifest_files(Arena *arena, Str text)
{
    Node *doc = NULL;
    bool is_read = text.len && json_read_str(arena, text, NULL, &doc, NULL) == 0;
    const Node *files = is_read ? node_get_cstr(doc, "files") : NULL;
    return node_is_map(files) ? files : NULL;
}

/* path -> ManifestEntry of the last rendering */
static Map manifest_entries(Arena *arena, const Node *files)
{
    Map entries = MAP_ON_ARENA(arena);
    for (size_t i = 0; files && i < files->map.len; i++) {
        const Node *file = files->map.pairs[i].value;
        ManifestEntry *entry = ARENA_NEW(arena, ManifestEntry);
        entry->digest = node_string_or(node_get_cstr(file, "digest"), STR(""));
        entry->kind = node_string_or(node_get_cstr(file, "kind"), STR(""));
        map_set(&entries, files->map.pairs[i].key->text, entry);
    }
    return entries;
}

static Str digest_of(Arena *arena, Str text)
{
    return str_concat(arena, STR("sha256:"), sha256_hex(arena, text));
}

typedef struct ManifestLine {
    Str path, kind, template, digest;
} ManifestLine;

static int compare_lines(const void *a, const void *b)
{
    return str_cmp(((const ManifestLine *) a)->path, ((const ManifestLine *) b)->path);
}

static void write_manifest(StrBuf *out, ManifestLine *lines, size_t count)
{
    JsonWriter w = json_writer(out, 2);
    json_begin_object(&w);
    json_field_string(&w, "rendered_by", STR("slipway render"));
    json_field_int(&w, "version", 1);
    json_key(&w, "files");
    json_begin_object(&w);
    for (size_t i = 0; i < count; i++) {
        json_key_str(&w, lines[i].path);
        json_begin_object(&w);
        json_field_string(&w, "kind", lines[i].kind);
        json_field_string(&w, "template", lines[i].template);
        json_field_string(&w, "digest", lines[i].digest);
        json_end_object(&w);
    }
    json_end_object(&w);
    json_end_object(&w);
    strbuf_add_char(out, '\n');
}

static bool has_kind(const RenderOptions *options, Str kind)
{
    for (size_t i = 0; i < options->kind_count; i++) {
        if (str_eq_cstr(kind, options->kinds[i])) {
            return true;
        }
    }
    return options->kind_count == 0;
}

typedef struct Compare {
    Arena *arena;
    Arena *scratch; /* for one file; most are equal, and their text is not kept */
    Str root;
    const ArtifactSet *set;
    const RenderOptions *options;
    Str manifest;            /* as it is there */
    Map former;              /* path -> ManifestEntry of it; empty where nothing in it changes */
    VEC(ManifestLine) lines; /* of the new one: the artifacts', then those of other kinds */
    Changes *changes;
} Compare;

static void add_lines(Compare *compare)
{
    vec_foreach(artifact, &compare->set->files) {
        ManifestLine line = { .path = artifact->path,
                              .kind = artifact->kind,
                              .template = artifact->template,
                              .digest = digest_of(compare->arena, artifact->text) };
        vec_push(&compare->lines, compare->arena, line);
    }
}

/* Entries of kinds that were not rendered this time stay as they are. */
static void keep_other_kinds(Compare *compare)
{
    const Node *files =
        compare->options->kind_count ? manifest_files(compare->arena, compare->manifest) : NULL;
    for (size_t i = 0; files && i < files->map.len; i++) {
        const Node *file = files->map.pairs[i].value;
        ManifestLine line = { .path = files->map.pairs[i].key->text,
                              .kind = node_string_or(node_get_cstr(file, "kind"), STR("")),
                              .template = node_string_or(node_get_cstr(file, "template"), STR("")),
                              .digest = node_string_or(node_get_cstr(file, "digest"), STR("")) };
        if (!has_kind(compare->options, line.kind)) {
            vec_push(&compare->lines, compare->arena, line);
        }
    }
}

/* The new manifest, and what the one that is there knew, if that is anything else. */
static void compare_manifests(Compare *compare)
{
    Arena *arena = compare->arena;
    ManifestLine *lines =
        arena_memdup(arena, compare->lines.ptr, compare->lines.len * sizeof(ManifestLine));
    if (compare->options->kind_count && compare->lines.len) {
        qsort(lines, compare->lines.len, sizeof(ManifestLine), compare_lines);
    }
    StrBuf text = STRBUF_ON_ARENA(arena);
    strbuf_reserve(&text, compare->manifest.len);
    write_manifest(&text, lines, compare->lines.len);
    compare->changes->manifest = strbuf_str(&text);
    compare->changes->manifest_differs = !str_eq(strbuf_str(&text), compare->manifest);
    if (compare->changes->manifest_differs) {
        compare->former = manifest_entries(arena, manifest_files(arena, compare->manifest));
    }
}

/* --- comparing --- */

/* What was rendered last at this place; empty: nothing. */
static Str known_digest(const Compare *compare, const ManifestLine *line)
{
    if (!compare->changes->manifest_differs) {
        return line->digest;
    }
    const ManifestEntry *entry = map_get(&compare->former, line->path);
    return entry ? entry->digest : (Str) { 0 };
}

/* A file that can't be read is there all the same. */
static bool read_present(Compare *compare, Str path, Str *ret_text, mode_t *ret_mode)
{
    const char *place =
        str_to_cstr(compare->scratch, path_join(compare->scratch, compare->root, path));
    if (fs_read_mode(compare->scratch, place, ARTIFACT_MAX_BYTES, ret_text, ret_mode) == 0) {
        return true;
    }
    struct stat info;
    bool is_there = stat(place, &info) == 0;
    *ret_mode = is_there ? info.st_mode : 0;
    return is_there;
}

static void compare_artifact(Compare *compare, const Artifact *artifact, const ManifestLine *line)
{
    Arena *arena = compare->arena;
    Str before = { 0 };
    mode_t mode = 0;
    arena_clear(compare->scratch);
    bool is_there = read_present(compare, artifact->path, &before, &mode);
    bool is_equal = is_there && str_eq(before, artifact->text);
    if (is_equal && ((mode & S_IXUSR) != 0) == ((artifact->mode & S_IXUSR) != 0)) {
        return;
    }
    Change change = {
        .kind = CHANGE_MISSING,
        .path = artifact->path,
        .before = str_dup(arena, before),
        .after = artifact->text,
    };
    change.mode = artifact->mode;
    if (is_there) {
        Str known = known_digest(compare, line);
        change.kind = known.len || is_equal ? CHANGE_DIFFERS : CHANGE_FOREIGN;
        change.was_edited = known.len && !str_eq(known, digest_of(arena, before));
        change.only_edited = change.was_edited && str_eq(known, line->digest);
    }
    vec_push(&compare->changes->list, arena, change);
}

static void compare_left_over(Compare *compare)
{
    Map rendered = MAP_ON_ARENA(compare->arena);
    for (size_t i = 0; compare->former.len && i < compare->set->files.len; i++) {
        map_set(&rendered, compare->set->files.ptr[i].path, &compare->set->files.ptr[i]);
    }
    map_foreach(entry, &compare->former) {
        const ManifestEntry *known = entry->value;
        Str place = path_join(compare->arena, compare->root, entry->key);
        bool is_ours =
            path_is_within(compare->root, place) && has_kind(compare->options, known->kind);
        if (map_has(&rendered, entry->key) || !is_ours ||
            !fs_exists(str_to_cstr(compare->arena, place))) {
            continue;
        }
        Str before = read_or_empty(compare->arena, compare->root, entry->key);
        Change change = { .kind = CHANGE_LEFT_OVER, .path = entry->key, .before = before };
        change.was_edited = !str_eq(known->digest, digest_of(compare->arena, before));
        vec_push(&compare->changes->list, compare->arena, change);
    }
}

static int compare_changes(const void *a, const void *b)
{
    return str_cmp(((const Change *) a)->path, ((const Change *) b)->path);
}

int tree_compare(
    Arena *arena,
    Str root,
    const ArtifactSet *set,
    const RenderOptions *options,
    Changes *ret_changes,
    Error *err
)
{
    (void) err;
    *ret_changes = (Changes) { 0 };
    auto_arena Arena *scratch = arena_new(SCRATCH_BYTES);
    Compare compare = { .arena = arena,
                        .scratch = scratch,
                        .root = root,
                        .set = set,
                        .options = options,
                        .manifest = read_or_empty(arena, root, STR(MANIFEST_PATH)),
                        .changes = ret_changes };
    add_lines(&compare);
    keep_other_kinds(&compare);
    compare_manifests(&compare);
    for (size_t i = 0; i < set->files.len; i++) {
        compare_artifact(&compare, &set->files.ptr[i], &compare.lines.ptr[i]);
    }
    compare_left_over(&compare);
    if (ret_changes->list.len) {
        qsort(ret_changes->list.ptr, ret_changes->list.len, sizeof(Change), compare_changes);
    }
    return 0;
}

void changes_diff(StrBuf *out, const Changes *changes)
{
    vec_foreach(change, &changes->list) {
        DiffOptions options = {
            .from_label = change->kind == CHANGE_MISSING ? STR("/dev/null") : change->path,
            .to_label = change->kind == CHANGE_LEFT_OVER ? STR("/dev/null") : change->path,
        };
        diff_unified(out, change->before, change->after, &options);
    }
}

/* --- keeping hand edits --- */

static const Artifact *artifact_at(const ArtifactSet *set, Str path)
{
    vec_foreach(artifact, &set->files) {
        if (str_eq(artifact->path, path)) {
            return artifact;
        }
    }
    return NULL;
}

static int keep_edit(Arena *arena, Str root, const Artifact *artifact, Str edited, Error *err)
{
    StrBuf patch = STRBUF_ON_ARENA(arena);
    DiffOptions options = { .from_label = artifact->path, .to_label = artifact->path };
    Str place = path_join(arena, path_join(arena, root, STR("deploy/patches")), artifact->path);
    diff_unified(&patch, artifact->unpatched, edited, &options);
    int rc = fs_make_dirs(str_to_cstr(arena, path_dir(place)), 0755, err);
    return rc < 0 ? rc : fs_write_atomic(str_to_cstr(arena, place), strbuf_str(&patch), 0644, err);
}

int tree_keep_edits(
    Arena *arena,
    Str root,
    const ArtifactSet *set,
    const Changes *changes,
    size_t *ret_count,
    Error *err
)
{
    *ret_count = 0;
    vec_foreach(change, &changes->list) {
        if (change->kind != CHANGE_DIFFERS || !change->was_edited) {
            continue;
        }
        if (!change->only_edited) {
            return error_set(
                err,
                -EEXIST,
                "%" STR_FMT " was edited by hand and the catalog changes it too; take the "
                "catalog's change back, keep the edits, then make the change again",
                STR_ARG(change->path)
            );
        }
        int rc = keep_edit(arena, root, artifact_at(set, change->path), change->before, err);
        if (rc < 0) {
            return rc;
        }
        (*ret_count)++;
    }
    return 0;
}

/* --- writing --- */

static int refuse_losses(const Changes *changes, Error *err)
{
    vec_foreach(change, &changes->list) {
        if (change->was_edited) {
            return error_set(
                err,
                -EEXIST,
                "%" STR_FMT " was edited by hand; --keep-edits makes the edit a patch that every "
                "rendering applies, --force drops it",
                STR_ARG(change->path)
            );
        }
        if (change->kind == CHANGE_FOREIGN) {
            return error_set(
                err,
                -EEXIST,
                "%" STR_FMT " is there and slipway did not write it; --force overwrites it",
                STR_ARG(change->path)
            );
        }
    }
    return 0;
}

int tree_write(Arena *arena, Str root, const Changes *changes, bool force, Error *err)
{
    int rc = force ? 0 : refuse_losses(changes, err);
    if (rc < 0) {
        return rc;
    }
    FsBatch batch = { .arena = arena };
    vec_foreach(change, &changes->list) {
        Str place = path_join(arena, root, change->path);
        if (change->kind == CHANGE_LEFT_OVER) {
            fs_batch_remove(&batch, place);
        } else {
            fs_batch_write(&batch, place, change->after, change->mode);
        }
    }
    if (changes->manifest_differs) {
        fs_batch_write(&batch, path_join(arena, root, STR(MANIFEST_PATH)), changes->manifest, 0644);
    }
    return fs_batch_commit(&batch, err);
}
