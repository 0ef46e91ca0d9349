#include "files.h"

#include "base/fs.h"
#include "base/path.h"

#include "gitignore.h"

typedef struct Search {
    ArtifactList *list;
    DiagList *diags;
    Str root;
    Str real_root;
    Ignore ignore;
    bool is_full;
} Search;

static void add(Search *search, ArtifactKind kind, Str path, Str real, Str text)
{
    ArtifactList *list = search->list;
    Str shown = str_dup(list->arena, path);
    if (map_has(&list->by_path, shown)) {
        return; /* two of the paths overlap */
    }
    Artifact *artifact = ARENA_NEW(list->arena, Artifact);
    artifact->kind = kind;
    artifact->source = source_new(list->arena, shown, text);
    vec_push(&list->artifacts, list->arena, artifact);
    map_set(&list->by_path, shown, artifact);
    if (kind != ARTIFACT_HELM_CHART) {
        map_set(&list->by_real, real, artifact->source);
    }
    search->is_full = list->artifacts.len >= ARTIFACTS_MOST;
}

static int read_text(Search *search, Str path, Str real, Str *ret_text, Error *err)
{
    const Map *texts = search->list->texts;
    const Source *given = texts ? map_get(texts, real) : NULL;
    if (given) {
        *ret_text = given->text;
        return 0;
    }
    Arena *arena = search->list->arena;
    return fs_read(arena, str_to_cstr(arena, path), ARTIFACT_BYTES_MOST, ret_text, err);
}

static void add_unread(Search *search, Str path, const char *why)
{
    Arena *arena = search->list->arena;
    Source *source = source_new(arena, str_dup(arena, path), STR(""));
    diag_error(search->diags, "AU001", span_make(source, 0, 0), "%s", why);
}

static void read_candidate(Search *search, Str path, Str real)
{
    Str text;
    Error err = ERROR_INIT;
    if (read_text(search, path, real, &text, &err) < 0) {
        add_unread(search, path, err.message);
        return;
    }
    search->list->file_count++;
    ArtifactKind kind = classify(path, text);
    if (kind != ARTIFACT_NONE) {
        add(search, kind, path, real, text);
    }
}

/* A directory's own .gitignore, read on the way into it; one that can't be read ignores nothing. */
static void read_ignore_file(Search *search, Str below, Str directory)
{
    Arena *arena = search->list->arena;
    Str path = path_join(arena, directory, STR(".gitignore"));
    Str text;
    if (fs_is_file(path.ptr) && fs_read(arena, path.ptr, ARTIFACT_BYTES_MOST, &text, NULL) == 0) {
        ignore_add(&search->ignore, below, text);
    }
}

static bool enter_directory(Search *search, const FsEntry *entry, Str path)
{
    if (str_eq(entry->name, STR(".git")) || str_eq(entry->name, STR("node_modules"))) {
        return false;
    }
    bool is_deep = entry->depth >= FOLDERS_DEPTH_MOST;
    if (is_deep || access(path.ptr, R_OK | X_OK) < 0) {
        add_unread(search, path, is_deep ? "a folder too deep to look into" : error_name(errno));
        return false;
    }
    Str chart = path_join(search->list->arena, path, STR("Chart.yaml"));
    if (fs_is_file(chart.ptr)) {
        add(search, ARTIFACT_HELM_CHART, chart, chart, STR(""));
        return false;
    }
    read_ignore_file(search, entry->path, path);
    return true;
}

/* What is no artifact, but tells about them. */
static void list_other(Search *search, const FsEntry *entry)
{
    ArtifactList *list = search->list;
    bool is_source = classify_is_source(entry->name);
    if (!is_source && !classify_is_note(entry->name)) {
        return;
    }
    Str path = path_join(list->arena, search->root, entry->path);
    if (is_source && list->sources.len < SOURCES_MOST) {
        vec_push(&list->sources, list->arena, path);
    } else if (!is_source && list->notes.len < NOTES_MOST) {
        vec_push(&list->notes, list->arena, path);
    }
}

static FsWalk visit(const FsEntry *entry, void *ctx)
{
    Search *search = ctx;
    if (search->is_full) {
        return FS_WALK_STOP;
    }
    ignore_enter(&search->ignore, entry->path);
    if (ignore_has(&search->ignore, entry->path, S_ISDIR(entry->mode))) {
        return FS_WALK_SKIP;
    }
    if (S_ISREG(entry->mode)) {
        list_other(search, entry);
    }
    if (!S_ISDIR(entry->mode) && !(S_ISREG(entry->mode) && classify_wants(entry->name))) {
        return FS_WALK_ON;
    }
    Str path = path_join(search->list->arena, search->root, entry->path);
    if (S_ISDIR(entry->mode)) {
        return enter_directory(search, entry, path) ? FS_WALK_ON : FS_WALK_SKIP;
    }
    read_candidate(search, path, path_join(search->list->arena, search->real_root, entry->path));
    return FS_WALK_ON;
}

int files_find(
    ArtifactList *list,
    const char *path,
    const Str *ignore,
    size_t ignore_count,
    DiagList *diags,
    Error *err
)
{
    Search search = {
        .list = list,
        .diags = diags,
        .root = path_clean(list->arena, str_from(path)),
        .ignore = { .arena = list->arena },
    };
    if (fs_exists(path)) {
        int rc = fs_real_path(list->arena, path, &search.real_root, err);
        if (rc < 0) {
            return rc;
        }
    }
    if (!fs_is_dir(path)) {
        if (!fs_is_file(path)) {
            return error_set(err, -ENOENT, "no such file or directory: %s", path);
        }
        read_candidate(&search, search.root, search.real_root);
        return 0;
    }
    Str chart = path_join(list->arena, search.root, STR("Chart.yaml"));
    if (fs_is_file(chart.ptr)) {
        add(&search, ARTIFACT_HELM_CHART, chart, chart, STR(""));
        return 0;
    }
    for (size_t i = 0; i < ignore_count; i++) {
        ignore_add(&search.ignore, STR(""), ignore[i]);
    }
    read_ignore_file(&search, STR(""), search.root);
    return fs_walk(path, visit, &search, err);
}

const YamlDocuments *artifact_documents(Arena *arena, Artifact *artifact)
{
    if (!artifact->is_read) {
        DiagList diags = DIAG_LIST(arena);
        artifact->is_read = true;
        YamlOptions options = { 0 };
        (void) yaml_read(arena, artifact->source, &options, &artifact->documents, &diags);
        artifact->mistake = diags.diags.len > 0 ? &diags.diags.ptr[0] : NULL;
    }
    return &artifact->documents;
}

Node *artifact_document(Arena *arena, Artifact *artifact)
{
    const YamlDocuments *documents = artifact_documents(arena, artifact);
    return documents->len > 0 && !artifact->mistake ? documents->roots[0] : NULL;
}
