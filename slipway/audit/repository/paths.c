#include "paths.h"

#include "base/mem.h"

enum {
    PATH_MOST = 200,
    WRAPS_MOST = 5,
    TYPE_MOST = 40, /* between a name and its '=' */
    LINE_MOST = 400,
    NEAR_BYTES = 800,     /* of a variable that isn't constant */
    OCCURRENCES_MOST = 60 /* of a name; one that is used more often is passed over */
};

static char byte_at(Str text, size_t at)
{
    return at < text.len ? text.ptr[at] : '\0';
}

static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static size_t pass_blanks(Str text, size_t at)
{
    while (at < text.len && str_has_char(STR(" \t\r\n"), text.ptr[at])) {
        at++;
    }
    return at;
}

/* --- literals --------------------------------------------------------------------------------- */

/* What an expression stands in: a call that keeps the beginning of its path, or none. */
typedef struct Around {
    Str text;
    bool is_wrapped;
} Around;

static size_t pass_wraps(Around *around, size_t at)
{
    Str text = around->text;
    static const Str wraps[] = {
        STR_INIT("filepath.Join("),
        STR_INIT("path.Join("),
        STR_INIT("path.join("),
        STR_INIT("os.path.join("),
        STR_INIT("path.resolve("),
        STR_INIT("pathlib.Path("),
        STR_INIT("Path("),
        STR_INIT("Paths.get("),
        STR_INIT("Path.of("),
        STR_INIT("File("),
        STR_INIT("Path.Combine("),
        STR_INIT("PathBuf::from("),
        STR_INIT("Path::new("),
        STR_INIT("File.join("),
        STR_INIT("fmt.Sprintf("),
        STR_INIT("String.format("),
        STR_INIT("format!("),
        STR_INIT("fs::path("),
        STR_INIT("std::"),
        STR_INIT("new "),
        STR_INIT("&"),
        STR_INIT("("),
        STR_INIT("String.Format("),
    };
    at = pass_blanks(text, at);
    for (size_t i = 0; i < WRAPS_MOST; i++) {
        size_t before = at;
        for (size_t k = 0; k < ARRAY_LEN(wraps) && at == before; k++) {
            if (str_has_prefix(str_skip(text, at), wraps[k])) {
                at = pass_blanks(text, at + wraps[k].len);
            }
        }
        if (at == before) {
            break;
        }
        around->is_wrapped = around->is_wrapped || byte_at(text, at - 1) == '(';
    }
    return at;
}

/* Up to the quote of f"…", rb'…', $"…", @"…". */
static size_t pass_letters(Str text, size_t at)
{
    size_t end = at;
    while (end < at + 2 && str_has_char(STR("frbuFRBU$@L"), byte_at(text, end)) &&
           byte_at(text, end) != '\0') {
        end++;
    }
    char quote = byte_at(text, end);
    return quote == '"' || quote == '\'' || quote == '`' ? end : at;
}

/* Places that are no part of the image's file system, or that the platform puts files to. */
static bool is_elsewhere(Str path)
{
    static const Str roots[] = { STR_INIT("/dev"),
                                 STR_INIT("/proc"),
                                 STR_INIT("/sys"),
                                 STR_INIT("/etc/hosts"),
                                 STR_INIT("/etc/resolv.conf"),
                                 STR_INIT("/etc/hostname") };
    for (size_t i = 0; i < ARRAY_LEN(roots); i++) {
        if (str_eq(path, roots[i]) ||
            (str_has_prefix(path, roots[i]) && path.ptr[roots[i].len] == '/')) {
            return true;
        }
    }
    return false;
}

static bool is_plain(Str path)
{
    for (size_t i = 0; i < path.len; i++) {
        char c = path.ptr[i];
        if (!is_word_char(c) && !str_has_char(STR("/.-+@:,~"), c)) {
            return false;
        }
    }
    return path.len > 1 && path.len <= PATH_MOST && path.ptr[0] == '/' && path.ptr[1] != '/' &&
           str_find(path, STR("/../")) == STR_NONE;
}

/* How what ends at `at` goes on. */
typedef enum Sequel {
    ENDS,
    GROWS, /* more text is added: its last part isn't known */
    LEADS, /* more parts are joined: it is a folder */
} Sequel;

static Sequel sequel_of(Around around, size_t at)
{
    Str text = around.text;
    size_t next = pass_blanks(text, at);
    if (around.is_wrapped && byte_at(text, next) == ',') {
        return LEADS;
    }
    if (around.is_wrapped && byte_at(text, next) == ')') { /* Path("/data") / "x" */
        next = pass_blanks(text, next + 1);
    }
    if (byte_at(text, next) == '/' && byte_at(text, next + 1) != '/') {
        return LEADS;
    }
    if (byte_at(text, next) != '+' && !(byte_at(text, next) == '.' && next > at)) {
        return ENDS;
    }
    size_t more = pass_blanks(text, next + 1);
    return byte_at(text, more + 1) == '/' && str_has_char(STR("\"'`"), byte_at(text, more)) ? LEADS
                                                                                            : GROWS;
}

static void take_sequel(SourcePath *path, Sequel sequel)
{
    if (sequel == GROWS) {
        size_t slash = str_rfind_char(path->path, '/');
        path->path = str_slice(path->path, 0, slash == STR_NONE ? 0 : slash);
    }
    (void) str_strip_suffix(&path->path, STR("/"));
    path->end = path->start + path->path.len;
    path->is_cut = path->is_cut || sequel != ENDS;
}

/* The literal whose quote is at `at`. */
static bool literal_at(Around around, size_t at, SourcePath *ret)
{
    Str text = around.text;
    char quote = byte_at(text, at);
    size_t start = at + 1;
    size_t end = start;
    bool is_cut = false;
    if ((quote != '"' && quote != '\'' && quote != '`') || byte_at(text, start) != '/') {
        return false;
    }
    while (end < text.len && end - start <= PATH_MOST && text.ptr[end] != quote && !is_cut) {
        is_cut = str_has_char(STR("{$#%\\"), text.ptr[end]);
        end += !is_cut;
    }
    if (!is_cut && byte_at(text, end) != quote) {
        return false;
    }
    *ret = (SourcePath) { str_slice(text, start, end), start, end, false };
    take_sequel(ret, is_cut ? GROWS : sequel_of(around, end + 1));
    return is_plain(ret->path) && !is_elsewhere(ret->path);
}

/* --- names ------------------------------------------------------------------------------------ */

/* As much of it as people write into one. */
static Str line_at(Str text, size_t at)
{
    size_t start = at > LINE_MOST ? at - LINE_MOST : 0;
    size_t newline = str_rfind_char(str_slice(text, start, at), '\n');
    Str line = str_slice(text, newline == STR_NONE ? start : start + newline + 1, at + LINE_MOST);
    return str_slice(line, 0, str_find_char(line, '\n'));
}

static bool has_any(Str text, const Str *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_find(text, words[i]) != STR_NONE) {
            return true;
        }
    }
    return false;
}

/* Where a function starts: a name in such a line may be its parameter. */
static bool starts_function(Str text)
{
    static const Str words[] = { STR_INIT("func"), STR_INIT("def "),    STR_INIT("fn "),
                                 STR_INIT("=>"),   STR_INIT("lambda "), STR_INIT("fun ") };
    return has_any(text, words, ARRAY_LEN(words));
}

static bool is_constant(Str name, Str line)
{
    static const Str words[] = { STR_INIT("const"),
                                 STR_INIT("final "),
                                 STR_INIT("static "),
                                 STR_INIT("val "),
                                 STR_INIT("#define ") };
    bool is_upper = true;
    for (size_t i = 0; i < name.len; i++) {
        is_upper = is_upper && !(name.ptr[i] >= 'a' && name.ptr[i] <= 'z');
    }
    return is_upper || has_any(line, words, ARRAY_LEN(words));
}

/* Behind the '=' that gives the name at `at` a value, 0: it gets none there. Its type may stand between. */
static size_t value_of(Str text, size_t at, size_t end)
{
    Str line = line_at(text, at);
    size_t most = end + TYPE_MOST;
    if (str_has_prefix(str_trim(line), STR("#define "))) {
        return byte_at(text, end) == ' ' ? end : 0;
    }
    if (byte_at(text, end) == '.') {
        return 0; /* a member of it */
    }
    while (end < most &&
           (is_word_char(byte_at(text, end)) || str_has_char(STR(" :&.[]'"), byte_at(text, end)))) {
        end++;
    }
    bool is_value =
        byte_at(text, end) == '=' && byte_at(text, end + 1) != '=' && byte_at(text, end + 1) != '>';
    return is_value ? end + 1 : 0;
}

typedef struct Naming {
    Str text, name;
    size_t used; /* where the name stands for its value */
    size_t count;
    SourcePath path;
} Naming;

/* A place of the name; false: what it means can't be told. */
static bool take_place(Naming *naming, size_t at)
{
    Str text = naming->text;
    Str line = line_at(text, at);
    size_t value = value_of(text, at, at + naming->name.len);
    if (value == 0) {
        return !starts_function(line) && str_find(line, STR("char *")) == STR_NONE;
    }
    size_t before = at;
    while (before > 0 && byte_at(text, before - 1) == ' ') {
        before--;
    }
    if (before > 0 && str_has_char(STR("(,"), text.ptr[before - 1])) {
        return false; /* an argument's name, or one of several values */
    }
    bool is_near = at < naming->used && naming->used - at < NEAR_BYTES &&
                   !starts_function(str_slice(text, at, naming->used));
    Around around = { text, false };
    size_t start = pass_letters(text, pass_wraps(&around, value));
    return ++naming->count == 1 && literal_at(around, start, &naming->path) &&
           (is_near || is_constant(naming->name, line));
}

static bool named_path(Str text, size_t used, Str name, SourcePath *ret)
{
    Naming naming = { .text = text, .name = name, .used = used };
    size_t seen = 0;
    for (size_t at = 0; at < text.len;) {
        size_t found = str_find(str_skip(text, at), name);
        if (found == STR_NONE) {
            break;
        }
        found += at;
        at = found + name.len;
        bool is_whole =
            (found == 0 || !is_word_char(text.ptr[found - 1])) && !is_word_char(byte_at(text, at));
        if (is_whole && (++seen > OCCURRENCES_MOST || !take_place(&naming, found))) {
            return false;
        }
    }
    *ret = naming.path;
    return naming.count == 1;
}

/* --- expressions ------------------------------------------------------------------------------ */

bool source_path_at(Str text, size_t at, SourcePath *ret)
{
    Around around = { text, false };
    at = pass_wraps(&around, at);
    if (literal_at(around, pass_letters(text, at), ret)) {
        return true;
    }
    size_t start = byte_at(text, at) == '$' ? at + 1 : at; /* of PHP */
    size_t end = start;
    while (is_word_char(byte_at(text, end))) {
        end++;
    }
    Str name = str_slice(text, start, end);
    bool is_name = name.len > 1 && !(name.ptr[0] >= '0' && name.ptr[0] <= '9') &&
                   !str_has_char(STR("(.:[-!\"'"), byte_at(text, end));
    SourcePath path;
    if (!is_name || !named_path(text, start, name, &path)) {
        return false;
    }
    take_sequel(&path, sequel_of(around, end));
    *ret = path;
    return path.path.len > 1;
}

bool source_path_before(Str text, size_t end, SourcePath *ret)
{
    size_t start = end;
    size_t least = end > PATH_MOST ? end - PATH_MOST : 0;
    size_t depth = 0;
    while (start > least) {
        char c = text.ptr[start - 1];
        bool is_part = depth > 0 || is_word_char(c) || c == '.' || c == ')';
        if (!is_part && c != '(') {
            break;
        }
        if (c == '(' && depth == 0) {
            break;
        }
        depth = c == ')' ? depth + 1 : c == '(' ? depth - 1 : depth;
        start--;
    }
    if (depth > 0 || start == end) {
        return false;
    }
    if (byte_at(text, end - 1) == ')') {
        return source_path_at(text, start, ret);
    }
    Str name = str_slice(text, start, end);
    return !str_has_char(name, '.') && name.len > 1 && named_path(text, start, name, ret);
}
