#include "files.h"

#include "base/fs.h"
#include "base/parallel.h"
#include "base/path.h"

#include "gitignore.h"

enum {
    BATCH = 4096, /* files that are read at once */
    SCRATCH_BYTES = 32 << 10,
};

/* A file that may be an artifact, in the order of the walk. */
typedef struct Candidate {
    ArtifactKind kind; /* NONE before it is read */
    Str path, real;
    Str text;
    const char *mistake; /* why it can't be read */
} Candidate;

typedef struct Search {
    ArtifactList *list;
    DiagList *diags;
    Str root;
    Str real_root;
    Ignore ignore;
    VEC(Candidate) batch;
    Arena **scratches; /* one a thread, for what is read and may be no artifact */
    bool is_full;
} Search;

static void add(Search *search, const Candidate *candidate)
{
    ArtifactList *list = search->list;
    if (search->is_full || map_has(&list->by_path, candidate->path)) {
        return; /* two of the paths overlap */
    }
    Artifact *artifact = ARENA_NEW(list->arena, Artifact);
    artifact->kind = candidate->kind;
    artifact->source = source_new(list->arena, candidate->path, candidate->text);
    vec_push(&list->artifacts, list->arena, artifact);
    map_set(&list->by_path, candidate->path, artifact);
    if (candidate->kind != ARTIFACT_HELM_CHART) {
        map_set(&list->by_real, candidate->real, artifact->source);
    }
    search->is_full = list->artifacts.len >= ARTIFACTS_MOST;
}

static void add_unread(Search *search, Str path, const char *why)
{
    Arena *arena = search->list->arena;
    Source *source = source_new(arena, str_dup(arena, path), STR(""));
    diag_error(search->diags, "AU001", span_make(source, 0, 0), "%s", why);
}

/* --- a batch of them -------------------------------------------------------------------------- */

static Arena *scratch_of(const Search *search)
{
    Arena **scratch = &search->scratches[parallel_lane()];
    if (*scratch) {
        arena_clear(*scratch);
    } else {
        *scratch = arena_new(SCRATCH_BYTES);
    }
    return *scratch;
}

/* Only the text of an artifact is kept. */
static void read_candidate(void *ctx, size_t index)
{
    Search *search = ctx;
    const ArtifactList *list = search->list;
    Candidate *candidate = &search->batch.ptr[index];
    const Source *given = list->texts ? map_get(list->texts, candidate->real) : NULL;
    Arena *scratch = scratch_of(search);
    Str text = given ? given->text : STR("");
    Error err = ERROR_INIT;
    if (candidate->kind == ARTIFACT_HELM_CHART) {
        return;
    }
    if (!given &&
        fs_read(scratch, str_to_cstr(scratch, candidate->path), ARTIFACT_BYTES_MOST, &text, &err) <
            0) {
        candidate->mistake = arena_strdup(list->arena, err.message);
        return;
    }
    candidate->kind = classify(candidate->path, text);
    if (candidate->kind != ARTIFACT_NONE) {
        candidate->text = given ? text : str_dup(list->arena, text);
    }
}

static void read_batch(Search *search)
{
    ArtifactList *list = search->list;
    Arena *scratches[PARALLEL_JOBS_MOST] = { 0 };
    search->scratches = scratches;
    size_t count = search->batch.len;
    parallel_each(list->arena, files_jobs(list->jobs, count), count, read_candidate, search);
    vec_foreach(candidate, &search->batch) {
        list->file_count += candidate->kind != ARTIFACT_HELM_CHART && !candidate->mistake;
        if (candidate->mistake) {
            add_unread(search, candidate->path, candidate->mistake);
        } else if (candidate->kind != ARTIFACT_NONE) {
            add(search, candidate);
        }
    }
    vec_clear(&search->batch);
    for (size_t i = 0; i < PARALLEL_JOBS_MOST; i++) {
        arena_free(scratches[i]);
    }
}

static void add_candidate(Search *search, ArtifactKind kind, Str path, Str real)
{
    Candidate candidate = { .kind = kind, .path = path, .real = real };
    vec_push(&search->batch, search->list->arena, candidate);
    if (search->batch.len == BATCH) {
        read_batch(search);
    }
}

/* --- the walk --------------------------------------------------------------------------------- */

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
        add_candidate(search, ARTIFACT_HELM_CHART, chart, chart);
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
    Str real = path_join(search->list->arena, search->real_root, entry->path);
    add_candidate(search, ARTIFACT_NONE, path, real);
    return FS_WALK_ON;
}

static int walk(Search *search, const char *path, Error *err)
{
    Str chart = path_join(search->list->arena, search->root, STR("Chart.yaml"));
    if (fs_is_file(chart.ptr)) {
        add_candidate(search, ARTIFACT_HELM_CHART, chart, chart);
        return 0;
    }
    read_ignore_file(search, STR(""), search->root);
    return fs_walk(path, visit, search, err);
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
        add_candidate(&search, ARTIFACT_NONE, search.root, search.real_root);
        read_batch(&search);
        return 0;
    }
    for (size_t i = 0; i < ignore_count; i++) {
        ignore_add(&search.ignore, STR(""), ignore[i]);
    }
    int rc = walk(&search, path, err);
    read_batch(&search);
    return rc;
}

size_t files_jobs(size_t asked, size_t count)
{
    enum { SMALL = 300 };
    size_t jobs = asked > 0 ? asked : count < SMALL ? 1 : parallel_cpus();
    return jobs < PARALLEL_JOBS_MOST ? jobs : PARALLEL_JOBS_MOST;
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

bool artifact_take_documents(Artifact *artifact, YamlDocuments *ret_documents)
{
    if (artifact->mistake || !__atomic_exchange_n(&artifact->is_read, false, __ATOMIC_ACQ_REL)) {
        return false;
    }
    *ret_documents = artifact->documents;
    return true;
}

Node *artifact_document(Arena *arena, Artifact *artifact)
{
    const YamlDocuments *documents = artifact_documents(arena, artifact);
    return documents->len > 0 && !artifact->mistake ? documents->roots[0] : NULL;
}
