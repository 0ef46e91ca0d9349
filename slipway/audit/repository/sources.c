/* The sources, read once for the words that rules ask about: nothing is parsed, a word that stands
 * anywhere in any source counts as mentioned. */
#include "base/fs.h"
#include "base/mem.h"
#include "base/path.h"

#include "audit/gitignore.h"
#include "reads.h"
#include "repository.h"

enum {
    SOURCE_BYTES_MOST = 512 << 10, /* a larger one is generated */
    ALL_BYTES_MOST = 96 << 20,
    IGNORE_BYTES_MOST = 256 << 10,
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
        { ".rs", REPO_OTHER },     { ".rb", REPO_OTHER },   { ".php", REPO_OTHER },
        { ".cs", REPO_OTHER },     { ".ex", REPO_OTHER },   { ".exs", REPO_OTHER },
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

static void scan(Repository *repository, const Filter *filter, Str text)
{
    Str word;
    for (size_t at = 0; next_word(text, &at, &word);) {
        if (is_prefix(word)) {
            vec_push(&repository->prefixes, repository->arena, str_dup(repository->arena, word));
        }
        if (filter->first[(unsigned char) word.ptr[0]] && word.len <= filter->longest) {
            bool *mentioned = map_get(&repository->wanted, word);
            if (mentioned) {
                *mentioned = true;
            }
        }
    }
}

/* Tests, examples and tools of the repository set for themselves what they read. */
static bool is_aside(Str path)
{
    static const Str words[] = { STR_INIT("test"),   STR_INIT("spec"),    STR_INIT("example"),
                                 STR_INIT("mock"),   STR_INIT("fixture"), STR_INIT("script"),
                                 STR_INIT("tools/"), STR_INIT("vendor/") };
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (str_find(path, words[i]) != STR_NONE) {
            return true;
        }
    }
    return false;
}

/* `text` is of `scratch`: a source that something is kept of is copied. */
static void keep_reads(Repository *repository, Arena *scratch, Str path, Str text)
{
    EnvReads reads = env_reads_of(scratch, text);
    Source *source = NULL;
    vec_foreach(read, &reads) {
        if (!source) {
            source = source_new(repository->arena, path, str_dup(repository->arena, text));
        }
        RepoRead *kept = vec_add(&repository->reads, repository->arena);
        kept->span = span_make(source, read->start, read->end);
        kept->name = span_text(kept->span);
    }
}

void repository_read_sources(Repository *repository)
{
    Filter filter = make_filter(repository);
    size_t bytes = 0;
    auto_arena Arena *arena = arena_new(SOURCE_BYTES_MOST);
    vec_foreach(path, &repository->audit->files.sources) {
        Str text;
        RepoLanguage language = language_of(*path);
        arena_clear(arena);
        if (bytes > ALL_BYTES_MOST) {
            repository->is_cut = true;
            return;
        }
        if (fs_read(arena, str_to_cstr(arena, *path), SOURCE_BYTES_MOST, &text, NULL) == 0) {
            repository->languages |= (unsigned) language;
            repository->source_count += language != 0;
            bytes += text.len;
            scan(repository, &filter, text);
            if (language != 0 && !is_aside(repository_relative(repository, *path))) {
                keep_reads(repository, arena, *path, text);
            }
        }
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
