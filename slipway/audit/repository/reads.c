#include "reads.h"

#include "base/map.h"
#include "base/mem.h"

enum { READS_MOST = 500, NAME_MOST = 100, HANDLING_BYTES = 160 };

static bool is_name_char(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Asked about each byte of all sources: few comparisons. */
static inline bool is_word_char(char c)
{
    return (unsigned) (c | 0x20) - 'a' < 26 || (unsigned) c - '0' < 10 || c == '_' || c == '$';
}

static char byte_at(Str text, size_t at)
{
    return at < text.len ? text.ptr[at] : '\0';
}

static size_t pass_blanks(Str text, size_t at)
{
    while (at < text.len && str_has_char(STR(" \t\r\n"), text.ptr[at])) {
        at++;
    }
    return at;
}

static bool goes_on(Str text, size_t at, const char *with)
{
    return str_has_prefix(str_skip(text, at), str_from(with));
}

/* What stands around a name: the bytes before it without quote, and where it goes on behind it. */
typedef struct Around {
    Str text;
    Str before; /* up to the opening quote, or to the name where it isn't quoted */
    size_t start, end;
    size_t behind; /* of the closing quote */
    bool is_quoted;
} Around;

static bool ends_with(Str text, const char *ending)
{
    return str_has_suffix(text, str_from(ending));
}

/* The word in front of "(" : "mustEnv", "config.require_env". */
static Str caller_of(Str before)
{
    if (!str_strip_suffix(&before, STR("("))) {
        return STR("");
    }
    size_t start = before.len;
    while (start > 0 && is_word_char(before.ptr[start - 1])) {
        start--;
    }
    return str_skip(before, start);
}

/* mustEnv("X"), requiredEnv("X"), get_required_env('X'): a default would be a second argument. */
static bool is_demanding_call(Arena *arena, const Around *around)
{
    Str caller = str_lower(arena, caller_of(around->before));
    bool demands =
        str_find(caller, STR("must")) != STR_NONE || str_find(caller, STR("require")) != STR_NONE;
    return demands && str_find(caller, STR("env")) != STR_NONE &&
           byte_at(around->text, pass_blanks(around->text, around->behind)) == ')';
}

static bool is_python(const Around *around)
{
    if (!ends_with(around->before, "environ[") || byte_at(around->text, around->behind) != ']') {
        return false;
    }
    size_t next = pass_blanks(around->text, around->behind + 1);
    bool is_set = byte_at(around->text, next) == '=' && byte_at(around->text, next + 1) != '=';
    Str line = around->before;
    size_t newline = str_rfind_char(line, '\n');
    line = str_trim(newline == STR_NONE ? line : str_skip(line, newline + 1));
    return !is_set && !str_has_prefix(line, STR("del "));
}

static bool is_rust(const Around *around)
{
    if (!ends_with(around->before, "env::var(") || byte_at(around->text, around->behind) != ')') {
        return false;
    }
    size_t next = pass_blanks(around->text, around->behind + 1);
    return goes_on(around->text, next, ".expect(") || goes_on(around->text, next, ".unwrap()");
}

static bool is_ruby(const Around *around)
{
    size_t next = around->behind + 1;
    while (byte_at(around->text, next) == ' ') {
        next++;
    }
    return ends_with(around->before, "ENV.fetch(") &&
           byte_at(around->text, around->behind) == ')' && byte_at(around->text, next) != '{' &&
           !goes_on(around->text, next, "do");
}

/* `env:"X,required"` and `env:"X,notEmpty"` of a struct's tag. */
static bool is_tag(const Around *around)
{
    return ends_with(around->before, "env:") && (goes_on(around->text, around->end, ",required") ||
                                                 goes_on(around->text, around->end, ",notEmpty"));
}

static bool has_any(Str text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_find(text, str_from(words[i])) != STR_NONE) {
            return true;
        }
    }
    return false;
}

/* What is done where the variable is empty, up to the end of that block. */
static bool gives_up(Str text, size_t at)
{
    static const char *const words[] = { "Fatal",      "panic(", "os.Exit",     "errors.New",
                                         "fmt.Errorf", "throw ", "process.exit" };
    Str block = str_slice(text, at, at + HANDLING_BYTES);
    return has_any(str_slice(block, 0, str_find_char(block, '}')), words, ARRAY_LEN(words));
}

/* x := os.Getenv("X"), and then `if x == "" {` with an end in it. */
static bool is_go(const Around *around)
{
    static const char *const tests[] = { "== \"\" {", "!ok {", "!found {" };
    bool looks_up = ends_with(around->before, "os.LookupEnv(");
    if (!looks_up && !ends_with(around->before, "os.Getenv(")) {
        return false;
    }
    Str next = str_slice(around->text, around->behind, around->behind + HANDLING_BYTES);
    for (size_t i = 0; i < ARRAY_LEN(tests); i++) {
        size_t test = str_find(next, str_from(tests[i]));
        Str between = str_slice(next, 0, test);
        if (test != STR_NONE && str_find(between, STR("}")) == STR_NONE &&
            str_find(between, STR("env(")) == STR_NONE &&
            str_find(between, STR("Env(")) == STR_NONE) {
            return gives_up(around->text, around->behind + test);
        }
    }
    return false;
}

/* process.env.X!, which TypeScript takes for set, and if (!process.env.X) with an end in it. */
static bool is_node(const Around *around)
{
    if (!ends_with(around->before, "process.env.") || around->is_quoted) {
        return false;
    }
    char next = byte_at(around->text, around->end);
    bool is_asserted = next == '!' && byte_at(around->text, around->end + 1) != '=';
    bool is_denied = ends_with(around->before, "(!process.env.") && next == ')';
    return is_asserted || (is_denied && gives_up(around->text, around->end));
}

static bool is_demanded(Arena *arena, const Around *around)
{
    if (is_node(around) || is_tag(around)) {
        return true;
    }
    return around->is_quoted && (is_python(around) || is_rust(around) || is_ruby(around) ||
                                 is_go(around) || is_demanding_call(arena, around));
}

/* Whether the name is read here at all: as a whole literal that is no message, or out of process.env. */
static bool is_use(const Around *around)
{
    return (around->is_quoted && !ends_with(around->before, ".expect(")) ||
           ends_with(around->before, "process.env.") || ends_with(around->before, "env:");
}

/* The next name in capitals with a '_' in it. */
static bool next_name(Str text, size_t *at, Around *ret)
{
    for (size_t i = *at; i < text.len;) {
        if (!is_word_char(text.ptr[i])) {
            i++;
            continue;
        }
        size_t end = i + 1;
        while (end < text.len && is_word_char(text.ptr[end])) {
            end++;
        }
        Str word = str_make(text.ptr + i, end - i);
        bool is_name = word.len > 2 && word.len <= NAME_MOST && str_has_char(word, '_') &&
                       word.ptr[0] >= 'A' && word.ptr[0] <= 'Z';
        for (size_t k = 0; k < word.len && is_name; k++) {
            is_name = is_name_char(word.ptr[k]);
        }
        *at = end;
        if (is_name) {
            char quote = i > 0 ? text.ptr[i - 1] : '\0';
            bool is_quote = quote == '"' || quote == '\'' || quote == '`';
            *ret = (Around) { .text = text, .start = i, .end = end };
            ret->is_quoted = is_quote && byte_at(text, end) == quote;
            ret->behind = ret->is_quoted ? end + 1 : end;
            ret->before = str_slice(text, 0, is_quote ? i - 1 : i);
            return true;
        }
        i = *at;
    }
    return false;
}

EnvReads env_reads_of(Arena *arena, Str text)
{
    EnvReads found = { 0 };
    EnvReads reads = { 0 };
    Map otherwise = MAP_ON_ARENA(arena);
    Map known = MAP_ON_ARENA(arena);
    Around around;
    for (size_t at = 0; found.len < READS_MOST && next_name(text, &at, &around);) {
        Str name = str_slice(text, around.start, around.end);
        if (is_demanded(arena, &around)) {
            vec_push(&found, arena, ((EnvRead) { name, around.start, around.end }));
        } else if (is_use(&around)) {
            map_set(&otherwise, name, &around);
        }
    }
    vec_foreach(read, &found) {
        if (!map_has(&otherwise, read->name) && !map_has(&known, read->name)) {
            map_set(&known, read->name, read);
            vec_push(&reads, arena, *read);
        }
    }
    return reads;
}
