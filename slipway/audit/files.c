#include "files.h"

#include <errno.h>
#include <fcntl.h>

#include "base/fs.h"
#include "base/parallel.h"
#include "base/path.h"

#include "walk.h"

enum {
    BATCH = 4096, /* files that are read at once */
    SCRATCH_BYTES = 32 << 10,
    HEAD_BYTES = 16 << 10,
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
    VEC(Candidate) batch;
    Arena **scratches; /* one a thread, for what is read and may be no artifact */
    bool is_full;
} Search;

static void add_unread(Search *search, Str path, const char *why)
{
    Arena *arena = search->list->arena;
    Source *source = source_new(arena, str_dup(arena, path), STR(""));
    diag_error(search->diags, "AU001", span_make(source, 0, 0), "%s", why);
}

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
    if (list->artifacts.len == ARTIFACTS_MOST) {
        search->is_full = true;
        add_unread(
            search, candidate->path, "as many artifacts as are looked at: others are left out"
        );
    }
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

/* How a file begins that is larger than what is read. */
static Str beginning_of(Arena *scratch, const char *path)
{
    auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    char *head = arena_alloc(scratch, HEAD_BYTES);
    ssize_t got = fd < 0 ? -1 : read(fd, head, HEAD_BYTES);
    return got > 0 ? str_make(head, (size_t) got) : STR("");
}

/* Of what is too large, only what begins as an artifact is missed: repositories hold all kinds of data. */
static bool is_missed(const Search *search, const Candidate *candidate, Arena *scratch, int rc)
{
    if (rc != -EFBIG || str_eq(candidate->path, search->root)) {
        return true;
    }
    Str head = beginning_of(scratch, str_to_cstr(scratch, candidate->path));
    return !classify_is_data(candidate->path) && classify(candidate->path, head) != ARTIFACT_NONE;
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
    const char *path = str_to_cstr(scratch, candidate->path);
    int rc = given ? 0 : fs_read(scratch, path, ARTIFACT_BYTES_MOST, &text, &err);
    if (rc < 0) {
        bool is_told = is_missed(search, candidate, scratch, rc);
        candidate->mistake = is_told ? arena_strdup(list->arena, err.message) : NULL;
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

/* --- what was walked --------------------------------------------------------------------------- */

/* What is no artifact may tell about them. */
static void take_file(Search *search, const Found *file)
{
    ArtifactList *list = search->list;
    if (file->is_source && list->sources.len < SOURCES_MOST) {
        vec_push(&list->sources, list->arena, file->path);
    } else if (file->is_note && list->notes.len < NOTES_MOST) {
        vec_push(&list->notes, list->arena, file->path);
    }
    if (file->is_wanted) {
        add_candidate(search, ARTIFACT_NONE, file->path, file->real);
    }
}

/* As deep as FOLDERS_DEPTH_MOST. */
static void take_folder(Search *search, const Folder *folder)
{
    if (folder->mistake) {
        add_unread(search, folder->path, folder->mistake);
    } else if (folder->is_chart) {
        Str chart = path_join(search->list->arena, folder->path, STR("Chart.yaml"));
        add_candidate(search, ARTIFACT_HELM_CHART, chart, chart);
    }
    for (size_t i = 0; i < folder->found.len && !search->is_full; i++) {
        const Found *found = &folder->found.ptr[i];
        if (found->folder) {
            take_folder(search, found->folder);
        } else {
            take_file(search, found);
        }
    }
}

static int find_below(Search *search, const Ignore *ignore, Error *err)
{
    Walk walk = {
        .arena = search->list->arena,
        .jobs = search->list->jobs,
        .root = search->root,
        .real_root = search->real_root,
        .ignore = ignore,
        .most = FOUND_MOST,
    };
    Folder *folder = NULL;
    int rc = walk_folders(&walk, &folder, err);
    if (rc == 0) {
        take_folder(search, folder);
        read_batch(search);
    }
    return rc;
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
    };
    Ignore given = { .arena = list->arena };
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
        ignore_add(&given, STR(""), ignore[i]);
    }
    return find_below(&search, &given, err);
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
