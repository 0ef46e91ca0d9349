/* From physical lines to instructions. How lines join is BuildKit's: an escape character at the end
 * of a line, with blanks behind it, joins the next one; comment lines and blank lines in between
 * don't count. https://docs.docker.com/reference/dockerfile/#escape */
#include "internal.h"

static bool is_blank_char(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

/* The line at `at` without its end; *ret_next is where the following one starts. */
static Str line_at(const Source *source, size_t at, size_t *ret_next)
{
    Str rest = str_skip(source->text, at);
    size_t newline = str_find_char(rest, '\n');
    size_t len = newline == STR_NONE ? rest.len : newline;
    *ret_next = at + len + (newline == STR_NONE ? 0 : 1);
    if (len > 0 && rest.ptr[len - 1] == '\r') {
        len--;
    }
    return str_slice(rest, 0, len);
}

static size_t blanks_of(Str line)
{
    size_t count = 0;
    while (count < line.len && is_blank_char(line.ptr[count])) {
        count++;
    }
    return count;
}

static bool is_comment(Str line)
{
    size_t blanks = blanks_of(line);
    return blanks < line.len && line.ptr[blanks] == '#';
}

/* --- directives ------------------------------------------------------------------------------- */

/* "# name = value" */
static bool is_directive(Str line, Str *ret_name, Str *ret_value)
{
    Str name, value;
    if (!is_comment(line) || !str_cut(str_skip(line, blanks_of(line) + 1), '=', &name, &value)) {
        return false;
    }
    *ret_name = str_trim(name);
    *ret_value = str_trim(value);
    bool is_word = ret_name->len > 0;
    for (size_t i = 0; i < ret_name->len && is_word; i++) {
        char c = ret_name->ptr[i];
        is_word =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (i > 0 && c >= '0' && c <= '9');
    }
    return is_word && ret_value->len > 0;
}

static void directive_problem(Dockerfile *file, Str part, const char *message, const char *hint)
{
    size_t start = (size_t) (part.ptr - file->source->text.ptr);
    DockerProblem problem = { .span = span_make(file->source, start, start + part.len),
                              .message = str_from(message),
                              .hint = str_from(hint) };
    vec_push(&file->problems, file->arena, problem);
}

static void set_escape(Dockerfile *file, Str value)
{
    if (value.len == 1 && (value.ptr[0] == '\\' || value.ptr[0] == '`')) {
        file->escape = value.ptr[0];
    } else {
        directive_problem(
            file, value, "the escape directive takes a backslash or a backquote", "write # escape=`"
        );
    }
}

/* Sets what `name` says; false for a name that is none: the line is an ordinary comment. */
static bool set_directive(Dockerfile *file, Str name, Str value, bool seen[3])
{
    static const Str names[] = { STR_INIT("escape"), STR_INIT("syntax"), STR_INIT("check") };
    size_t which = 0;
    while (which < 3 && !str_eq_nocase(name, names[which])) {
        which++;
    }
    if (which == 3) {
        return false;
    }
    if (seen[which]) {
        directive_problem(file, name, "the directive is given twice", "keep the first one");
    } else if (which == 0) {
        set_escape(file, value);
    } else if (which == 1) {
        file->syntax = value;
    } else {
        file->check = value;
    }
    seen[which] = true;
    return true;
}

void lines_read_directives(Dockerfile *file, LineReader *reader)
{
    bool seen[3] = { false };
    if (str_has_prefix(reader->source->text, STR("\xEF\xBB\xBF"))) {
        reader->at = 3;
    }
    for (;;) {
        size_t next;
        Str line = line_at(reader->source, reader->at, &next);
        Str name, value;
        if (!is_directive(line, &name, &value) || !set_directive(file, name, value, seen)) {
            break;
        }
        reader->at = next;
    }
    reader->escape = file->escape;
}

/* --- instructions ----------------------------------------------------------------------------- */

/* Length of the line without the escape character that joins the next one; false: it ends here.
 * Two of them are an escaped one. */
static bool is_continued(Str line, char escape, size_t *ret_len)
{
    size_t len = line.len;
    while (len > 0 && is_blank_char(line.ptr[len - 1])) {
        len--;
    }
    if (len == 0 || line.ptr[len - 1] != escape || (len > 1 && line.ptr[len - 2] == escape)) {
        return false;
    }
    *ret_len = len - 1;
    return true;
}

/* Appends the lines that follow a continued one. */
static void join_lines(LineReader *reader, MappedTextBuilder *joined)
{
    bool continued = true;
    while (continued && reader->at < reader->source->text.len) {
        size_t start = reader->at;
        Str line = line_at(reader->source, start, &reader->at);
        size_t len = line.len;
        if (is_comment(line) || blanks_of(line) == line.len) {
            continue;
        }
        continued = is_continued(line, reader->escape, &len);
        mapped_text_add(joined, start, start + len);
    }
}

static MappedText trim(const MappedText *line)
{
    size_t from = blanks_of(line->text);
    size_t to = line->text.len;
    while (to > from && is_blank_char(line->text.ptr[to - 1])) {
        to--;
    }
    return mapped_text_slice(line, from, to);
}

bool lines_next(LineReader *reader, MappedText *ret_line)
{
    while (reader->at < reader->source->text.len) {
        size_t start = reader->at;
        Str line = line_at(reader->source, start, &reader->at);
        if (is_comment(line) || blanks_of(line) == line.len) {
            continue;
        }
        MappedTextBuilder joined = MAPPED_TEXT_BUILDER(reader->arena, reader->source);
        size_t len = line.len;
        bool continued = is_continued(line, reader->escape, &len);
        mapped_text_add(&joined, start, start + len);
        if (continued) {
            join_lines(reader, &joined);
        }
        MappedText whole = mapped_text_build(&joined);
        *ret_line = trim(&whole);
        if (ret_line->text.len > 0) {
            return true;
        }
    }
    return false;
}

/* --- heredocs --------------------------------------------------------------------------------- */

static size_t tabs_of(Str line)
{
    size_t count = 0;
    while (count < line.len && line.ptr[count] == '\t') {
        count++;
    }
    return count;
}

bool lines_read_heredoc(LineReader *reader, DockerHeredoc *heredoc)
{
    MappedTextBuilder body = MAPPED_TEXT_BUILDER(reader->arena, reader->source);
    size_t plain_start = reader->at;
    for (size_t at = reader->at; at < reader->source->text.len;) {
        size_t next;
        Str line = line_at(reader->source, at, &next);
        size_t tabs = heredoc->strips_tabs ? tabs_of(line) : 0;
        if (str_eq(str_skip(line, tabs), heredoc->name)) {
            heredoc->body = heredoc->strips_tabs
                                ? mapped_text_build(&body)
                                : mapped_text_plain(reader->arena, reader->source, plain_start, at);
            reader->at = next;
            return true;
        }
        if (heredoc->strips_tabs) {
            mapped_text_add(&body, at + tabs, next);
        }
        at = next;
    }
    return false;
}
