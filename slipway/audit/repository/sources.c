/* The sources, read once for the words that rules ask about: nothing is parsed, a word that stands
 * anywhere in any source counts as mentioned. */
#include "base/fs.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "base/path.h"

#include "audit/gitignore.h"
#include "reads.h"
#include "repository.h"
#include "writes.h"

enum {
    SOURCE_BYTES_MOST = 512 << 10, /* a larger one is generated */
    ALL_BYTES_MOST = 96 << 20,
    IGNORE_BYTES_MOST = 256 << 10,
    SCRATCH_BYTES = 16 << 10,
};

static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* The next word at or behind *at. */
static bool next_word(Str text, size_t *at, Str *ret)
{
    size_t start = *at;
    while (start < text.len && !is_word_char(text.ptr[start])) {
        start++;
    }
    size_t end = start;
    while (end < text.len && is_word_char(text.ptr[end])) {
        end++;
    }
    *at = end;
    *ret = str_slice(text, start, end);
    return end > start;
}

void repository_want(Repository *repository, Str text)
{
    Str word;
    for (size_t at = 0; next_word(text, &at, &word);) {
        if (!map_has(&repository->wanted, word)) {
            map_set(&repository->wanted, word, ARENA_NEW(repository->arena, bool));
        }
    }
}

bool repository_mentions(const Repository *repository, Str word)
{
    const bool *mentioned = map_get(&repository->wanted, word);
    return mentioned && *mentioned;
}

bool repository_knows_sources(const Repository *repository)
{
    return repository->source_count > 0 && !repository->is_cut;
}

/* --- reading ---------------------------------------------------------------------------------- */

static RepoLanguage language_of(Str path)
{
    static const struct {
        const char *extension;
        RepoLanguage language;
    } languages[] = {
        { ".go", REPO_GO },        { ".js", REPO_NODE },    { ".mjs", REPO_NODE },
        { ".cjs", REPO_NODE },     { ".ts", REPO_NODE },    { ".tsx", REPO_NODE },
        { ".jsx", REPO_NODE },     { ".py", REPO_PYTHON },  { ".java", REPO_JAVA },
        { ".kt", REPO_JAVA },      { ".scala", REPO_JAVA }, { ".c", REPO_C },
        { ".h", REPO_C },          { ".cc", REPO_C },       { ".cpp", REPO_C },
        { ".rs", REPO_RUST },      { ".rb", REPO_RUBY },    { ".php", REPO_PHP },
        { ".cs", REPO_DOTNET },    { ".ex", REPO_OTHER },   { ".exs", REPO_OTHER },
        { ".groovy", REPO_OTHER },
    };
    Str extension = path_extension(path);
    for (size_t i = 0; i < ARRAY_LEN(languages); i++) {
        if (str_eq_cstr(extension, languages[i].extension)) {
            return languages[i].language;
        }
    }
    return 0;
}

/* Which first bytes and lengths wanted words have: most words of a source are passed over by it. */
typedef struct Filter {
    bool first[256];
    size_t longest;
} Filter;

static Filter make_filter(const Repository *repository)
{
    Filter filter = { 0 };
    map_foreach(entry, &repository->wanted) {
        filter.first[(unsigned char) entry->key.ptr[0]] = true;
        filter.longest = entry->key.len > filter.longest ? entry->key.len : filter.longest;
    }
    return filter;
}

static bool is_prefix(Str word)
{
    return word.len > 2 && word.ptr[word.len - 1] == '_' && word.ptr[0] >= 'A' &&
           word.ptr[0] <= 'Z';
}

/* What is taken from one source. */
typedef struct Taken {
    bool is_read;
    size_t bytes;
    VEC(Str) prefixes;
    VEC(RepoRead) reads;
    VEC(RepoWrite) writes;
} Taken;

/* Sources that are read side by side. */
typedef struct Reading {
    Repository *repository;
    Filter filter;
    const Str *paths;
    Taken *taken; /* one a path */
} Reading;

/* The bools of wanted words belong to all threads; nobody looks at them before the end. */
static void scan(const Reading *reading, Str text, Taken *taken)
{
    const Repository *repository = reading->repository;
    const Filter *filter = &reading->filter;
    Str word;
    for (size_t at = 0; next_word(text, &at, &word);) {
        if (is_prefix(word)) {
            vec_push(&taken->prefixes, repository->arena, str_dup(repository->arena, word));
        }
        if (filter->first[(unsigned char) word.ptr[0]] && word.len <= filter->longest) {
            bool *mentioned = map_get(&repository->wanted, word);
            if (mentioned && !__atomic_load_n(mentioned, __ATOMIC_RELAXED)) {
                __atomic_store_n(mentioned, true, __ATOMIC_RELAXED);
            }
        }
    }
}

static bool has_one_of(Str path, const Str *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_find(path, words[i]) != STR_NONE) {
            return true;
        }
    }
    return false;
}

/* Tests, examples and tools of the repository set for themselves what they read. */
static bool is_aside(Str path)
{
    static const Str words[] = { STR_INIT("test"),   STR_INIT("spec"),    STR_INIT("example"),
                                 STR_INIT("mock"),   STR_INIT("fixture"), STR_INIT("script"),
                                 STR_INIT("tools/"), STR_INIT("vendor/") };
    return has_one_of(path, words, ARRAY_LEN(words));
}

/* What builds a source, or is run by people, isn't what its image runs. */
static bool is_of_build(Str path)
{
    static const Str words[] = {
        STR_INIT(".config."),  STR_INIT("setup.py"), STR_INIT("build.rs"),    STR_INIT("gulpfile"),
        STR_INIT("Gruntfile"), STR_INIT("bench"),    STR_INIT("e2e"),         STR_INIT("demo"),
        STR_INIT("docs/"),     STR_INIT("hack/"),    STR_INIT("third_party"), STR_INIT("build/"),
        STR_INIT("deploy/"),   STR_INIT("ci/"),      STR_INIT("dev/"),        STR_INIT("notebook"),
        STR_INIT("migration"), STR_INIT("gen/"),     STR_INIT("seed"),        STR_INIT("tasks.py"),
        STR_INIT("noxfile"),   STR_INIT("fabfile"),  STR_INIT(".d.ts"),       STR_INIT("buildSrc"),
    };
    return has_one_of(path, words, ARRAY_LEN(words));
}

/* A source that something is taken of. Its text is of `scratch`: it is copied for the first. */
typedef struct Taking {
    const Repository *repository;
    Arena *scratch;
    Str path, text;
    RepoLanguage language;
    Source *source;
} Taking;

static Source *source_of(Taking *taking)
{
    if (!taking->source) {
        Arena *arena = taking->repository->arena;
        taking->source = source_new(arena, taking->path, str_dup(arena, taking->text));
    }
    return taking->source;
}

static void take_reads(Taking *taking, Taken *taken)
{
    EnvReads reads = env_reads_of(taking->scratch, taking->text);
    vec_foreach(read, &reads) {
        RepoRead *kept = vec_add(&taken->reads, taking->repository->arena);
        kept->span = span_make(source_of(taking), read->start, read->end);
        kept->name = span_text(kept->span);
    }
}

static void take_writes(Taking *taking, Taken *taken)
{
    Arena *arena = taking->repository->arena;
    FileWrites writes = file_writes_of(taking->scratch, taking->language, taking->text);
    vec_foreach(write, &writes) {
        RepoWrite *kept = vec_add(&taken->writes, arena);
        kept->path = str_dup(arena, write->path);
        kept->folder = str_slice(kept->path, 0, write->folder.len);
        kept->span = span_make(source_of(taking), write->start, write->end);
        kept->language = taking->language;
        kept->is_temporary = write->is_temporary;
    }
}

static void read_source(void *ctx, size_t index)
{
    const Reading *reading = ctx;
    const Repository *repository = reading->repository;
    Str path = reading->paths[index];
    Taken *taken = &reading->taken[index];
    auto_arena Arena *scratch = arena_new(SCRATCH_BYTES);
    Str text;
    if (fs_read(scratch, str_to_cstr(scratch, path), SOURCE_BYTES_MOST, &text, NULL) < 0) {
        return;
    }
    taken->is_read = true;
    taken->bytes = text.len;
    scan(reading, text, taken);
    Str relative = repository_relative(repository, path);
    Taking taking = { repository, scratch, path, text, language_of(path), NULL };
    if (taking.language != 0 && !is_aside(relative)) {
        take_reads(&taking, taken);
        if (repository->wants_writes && !is_of_build(relative)) {
            take_writes(&taking, taken);
        }
    }
}

static void keep(Repository *repository, Str path, const Taken *taken)
{
    RepoLanguage language = language_of(path);
    repository->languages |= (unsigned) language;
    repository->source_count += language != 0;
    vec_foreach(prefix, &taken->prefixes) {
        vec_push(&repository->prefixes, repository->arena, *prefix);
    }
    vec_foreach(read, &taken->reads) {
        vec_push(&repository->reads, repository->arena, *read);
    }
    vec_foreach(write, &taken->writes) {
        vec_push(&repository->writes, repository->arena, *write);
    }
}

/* So many at once that the same are read for any number of threads, however large they are. */
void repository_read_sources(Repository *repository)
{
    enum { BATCH = 256 };
    const Audit *audit = repository->audit;
    size_t left = audit->files.sources.len;
    size_t bytes = 0;
    Taken taken[BATCH];
    Reading reading = { repository, make_filter(repository), audit->files.sources.ptr, taken };
    while (left > 0 && !repository->is_cut) {
        size_t count = left < BATCH ? left : BATCH;
        memset(taken, 0, sizeof(taken));
        parallel_each(repository->arena, audit->jobs, count, read_source, &reading);
        for (size_t i = 0; i < count && !repository->is_cut; i++) {
            repository->is_cut = bytes > ALL_BYTES_MOST;
            bytes += taken[i].bytes;
            if (taken[i].is_read && !repository->is_cut) {
                keep(repository, reading.paths[i], &taken[i]);
            }
        }
        reading.paths += count;
        left -= count;
    }
}

/* --- quoted ----------------------------------------------------------------------------------- */

/* Texts that are looked for. */
typedef struct Quoted {
    Map found; /* text -> its bool */
    size_t longest;
} Quoted;

/* From any quote to the next one of its kind: which of them opens isn't known without the language. */
static void find_quoted(const Quoted *quoted, Str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char quote = text.ptr[i];
        if (quote != '"' && quote != '\'' && quote != '`') {
            continue;
        }
        Str rest = str_slice(text, i + 1, i + 2 + quoted->longest);
        size_t len = str_find_char(rest, quote);
        bool *found = len == STR_NONE ? NULL : map_get(&quoted->found, str_slice(rest, 0, len));
        if (found) {
            *found = true;
        }
    }
}

void repository_find_quoted(
    const Repository *repository, const Str *texts, size_t count, bool *ret_found
)
{
    auto_arena Arena *arena = arena_new(0);
    Quoted quoted = { .found = MAP_ON_ARENA(arena) };
    for (size_t i = 0; i < count; i++) {
        ret_found[i] = false;
        map_set(&quoted.found, texts[i], &ret_found[i]);
        quoted.longest = texts[i].len > quoted.longest ? texts[i].len : quoted.longest;
    }
    size_t bytes = 0;
    for (size_t i = 0; count > 0 && i < repository->audit->files.sources.len; i++) {
        auto_arena Arena *scratch = arena_new(SCRATCH_BYTES);
        const char *path = str_to_cstr(scratch, repository->audit->files.sources.ptr[i]);
        Str text;
        if (bytes > ALL_BYTES_MOST || fs_read(scratch, path, SOURCE_BYTES_MOST, &text, NULL) < 0) {
            continue;
        }
        bytes += text.len;
        find_quoted(&quoted, text);
    }
    for (size_t i = 0; i < count; i++) { /* of two that are the same, one was noted */
        ret_found[i] = *(const bool *) map_get(&quoted.found, texts[i]);
    }
}

Str repository_relative(const Repository *repository, Str path)
{
    Str root = repository->root;
    if (str_eq(root, STR(".")) || !path_is_within(root, path) || path.len <= root.len) {
        return path;
    }
    return str_skip(path, root.len + 1);
}

/* --- files ------------------------------------------------------------------------------------ */

bool repository_is_sample(const Repository *repository, Str path)
{
    static const Str folders[] = {
        STR_INIT("testdata"),      STR_INIT("test-data"),    STR_INIT("test_data"),
        STR_INIT("fixtures"),      STR_INIT("__fixtures__"), STR_INIT("test-fixtures"),
        STR_INIT("test_fixtures"), STR_INIT("testfixtures"),
    };
    Str rest = path_dir(repository_relative(repository, path));
    Str folder;
    while (str_next(&rest, '/', &folder)) {
        for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
            if (str_eq(folder, folders[i])) {
                return true;
            }
        }
    }
    return false;
}

bool repository_has_path(const Repository *repository, Str path)
{
    return fs_exists(str_to_cstr(repository->arena, path));
}

static void add_ignore_file(Ignore *ignore, Str directory)
{
    Arena *arena = ignore->arena;
    Str text;
    Str path = path_join(arena, directory, STR(".gitignore"));
    if (fs_is_file(path.ptr) && fs_read(arena, path.ptr, IGNORE_BYTES_MOST, &text, NULL) == 0) {
        ignore_add(ignore, str_eq(directory, STR(".")) ? STR("") : directory, text);
    }
}

/* The directories above are asked from the outside in, as git does. */
bool repository_ignores(Str path)
{
    auto_arena Arena *arena = arena_new(0);
    Ignore ignore = { .arena = arena };
    path = path_clean(arena, path);
    add_ignore_file(&ignore, STR("."));
    for (size_t at = 0; at <= path.len; at++) {
        if (at == path.len || path.ptr[at] == '/') {
            Str part = str_slice(path, 0, at);
            if (part.len > 0 &&
                (ignore_has(&ignore, part, at < path.len) || ignore_has(&ignore, part, true))) {
                return true;
            }
            if (at < path.len && part.len > 0) {
                add_ignore_file(&ignore, str_dup(arena, part));
            }
        }
    }
    return false;
}
