/* What the texts of a repository tell: READMEs, scripts, Makefiles, workflows. Rules ask for many names,
 * so the texts are read once and their words kept, each once: a text without blanks stands in one of
 * the texts where it stands in one of these words. */
#include "told.h"

#include <string.h>

#include "base/fs.h"

#include "repository.h"

enum {
    TEXT_BYTES_MOST = 256 << 10,
    WORDS_BYTES_MOST = 8 << 20, /* beyond it the texts themselves are searched */
    INDEXED_BYTES_MOST = 2 << 20,
    GRAM_BYTES = 4,
    BUCKET_BITS = 15,
    BUCKETS = 1 << BUCKET_BITS,
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The next piece between blanks; false at the end. */
static bool next_piece(Str *rest, Str *ret)
{
    size_t start = 0;
    while (start < rest->len && is_blank(rest->ptr[start])) {
        start++;
    }
    size_t end = start;
    while (end < rest->len && !is_blank(rest->ptr[end])) {
        end++;
    }
    *ret = str_slice(*rest, start, end);
    *rest = str_skip(*rest, end);
    return ret->len > 0;
}

/* --- an index --------------------------------------------------------------------------------- */

static uint32_t bucket_of(const char *gram)
{
    uint32_t bits = 0;
    memcpy(&bits, gram, GRAM_BYTES);
    return bits * UINT32_C(2654435761) >> (32 - BUCKET_BITS);
}

/* Where each gram stands in the words: as many names are asked for as a repository has, so that a search of the
 * words for each of them would be quadratic. */
static void index_words(Arena *arena, Told *told)
{
    Str words = told->words;
    if (words.len < GRAM_BYTES || words.len > INDEXED_BYTES_MOST) {
        return;
    }
    size_t grams = words.len - GRAM_BYTES + 1;
    uint32_t *starts = ARENA_ARRAY(arena, uint32_t, BUCKETS + 1);
    told->places = ARENA_ARRAY(arena, uint32_t, grams);
    for (size_t i = 0; i < grams; i++) {
        starts[bucket_of(words.ptr + i) + 1]++;
    }
    for (size_t i = 0; i < BUCKETS; i++) {
        starts[i + 1] += starts[i];
    }
    uint32_t *next = arena_memdup(arena, starts, BUCKETS * sizeof(*starts));
    for (size_t i = 0; i < grams; i++) {
        told->places[next[bucket_of(words.ptr + i)]++] = (uint32_t) i;
    }
    told->starts = starts;
}

static bool stands_in_words(const Told *told, Str piece)
{
    if (!told->starts || piece.len < GRAM_BYTES) {
        return str_find(told->words, piece) != STR_NONE;
    }
    size_t rarest = 0;
    size_t fewest = SIZE_MAX;
    for (size_t i = 0; i + GRAM_BYTES <= piece.len; i++) {
        const uint32_t *start = told->starts + bucket_of(piece.ptr + i);
        size_t count = start[1] - start[0];
        if (count < fewest) {
            rarest = i;
            fewest = count;
        }
    }
    const uint32_t *places = told->places + told->starts[bucket_of(piece.ptr + rarest)];
    for (size_t i = 0; i < fewest; i++) {
        Str rest = places[i] < rarest ? STR("") : str_skip(told->words, places[i] - rarest);
        if (str_has_prefix(rest, piece)) {
            return true;
        }
    }
    return false;
}

/* --- reading ---------------------------------------------------------------------------------- */

typedef struct Reading {
    Told *told;
    Arena *scratch; /* of `known` and its keys */
    Map known;
    StrBuf words;
} Reading;

static void add_text(Reading *reading, Str text)
{
    Str word;
    while (!reading->told->is_cut && next_piece(&text, &word)) {
        if (map_has(&reading->known, word)) {
            continue;
        }
        map_set(&reading->known, str_dup(reading->scratch, word), reading);
        strbuf_add(&reading->words, word);
        strbuf_add_char(&reading->words, '\n');
        reading->told->is_cut = reading->words.len > WORDS_BYTES_MOST;
    }
}

static bool read_note(Arena *arena, Str path, Str *ret_text)
{
    return fs_read(arena, str_to_cstr(arena, path), TEXT_BYTES_MOST, ret_text, NULL) == 0;
}

static void read_all(const Repository *repository, Told *told)
{
    auto_arena Arena *scratch = arena_new(TEXT_BYTES_MOST);
    Reading reading = { told, scratch, MAP_ON_ARENA(scratch), STRBUF_ON_ARENA(repository->arena) };
    vec_foreach(workflow, &repository->audit->workflows) {
        add_text(&reading, (*workflow)->source->text);
    }
    vec_foreach(path, &repository->audit->files.notes) {
        auto_arena Arena *arena = arena_new(0);
        Str text;
        if (read_note(arena, *path, &text)) {
            add_text(&reading, text);
        }
    }
    told->words = strbuf_str(&reading.words);
    index_words(repository->arena, told);
    told->is_read = true;
}

/* --- questions -------------------------------------------------------------------------------- */

static bool is_in_texts(const Repository *repository, Str text)
{
    vec_foreach(workflow, &repository->audit->workflows) {
        if (str_find((*workflow)->source->text, text) != STR_NONE) {
            return true;
        }
    }
    vec_foreach(path, &repository->audit->files.notes) {
        auto_arena Arena *arena = arena_new(0);
        Str content;
        if (read_note(arena, *path, &content) && str_find(content, text) != STR_NONE) {
            return true;
        }
    }
    return false;
}

Told *told_new(Arena *arena)
{
    Told *told = ARENA_NEW(arena, Told);
    told->lock = (pthread_mutex_t) PTHREAD_MUTEX_INITIALIZER;
    return told;
}

bool repository_tells_of(const Repository *repository, Str text)
{
    Told *told = repository->told;
    pthread_mutex_lock(&told->lock);
    if (!told->is_read) {
        read_all(repository, told);
    }
    pthread_mutex_unlock(&told->lock);
    Str rest = text;
    Str piece = STR("");
    bool may_be = true;
    while (may_be && !told->is_cut && next_piece(&rest, &piece)) {
        may_be = stands_in_words(told, piece);
    }
    bool is_one_word = !told->is_cut && piece.len == text.len;
    return may_be && (is_one_word || is_in_texts(repository, text));
}
