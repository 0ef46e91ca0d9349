/* Words: quoting, expansions, what stands in them. */
#include "base/strbuf.h"

#include "internal.h"

/* A word being put together; the text is copied only where it differs from the raw bytes. */
typedef struct Word {
    ShellReader *reader;
    StrBuf text;
    bool is_literal, is_quoted;
} Word;

static void take_expansion(Word *word);

void shell_fail(ShellReader *reader, size_t start, const char *mistake)
{
    if (!reader->script->has_problem) {
        reader->script->has_problem = true;
        reader->script->problem = mapped_text_span(reader->text, start, reader->at);
        reader->script->mistake = mistake;
    }
    reader->at = reader->text->text.len;
}

static void take_raw(Word *word, size_t from)
{
    strbuf_add(&word->text, str_slice(word->reader->text->text, from, word->reader->at));
}

static void refer(ShellReader *reader, size_t start, Str name, bool has_default)
{
    ShellReference *reference = vec_add(&reader->script->references, reader->arena);
    reference->name = name;
    reference->has_default = has_default;
    reference->span = mapped_text_span(reader->text, start, reader->at);
}

static Str take_name(ShellReader *reader)
{
    size_t start = reader->at;
    while (shell_is_name_char(shell_peek(reader, 0), reader->at == start)) {
        reader->at++;
    }
    return str_slice(reader->text->text, start, reader->at);
}

/* Up to the quote that closes, which is passed. */
static void take_double_quoted(Word *word)
{
    ShellReader *reader = word->reader;
    size_t start = reader->at++;
    word->is_quoted = true;
    while (!shell_is_at_end(reader) && shell_peek(reader, 0) != '"') {
        char c = shell_peek(reader, 0), next = shell_peek(reader, 1);
        if (c == '$' || c == '`') {
            take_expansion(word);
            continue;
        }
        if (c == '\\' && (next == '"' || next == '\\' || next == '$' || next == '`')) {
            reader->at++;
            c = next;
        }
        strbuf_add_char(&word->text, c);
        reader->at++;
    }
    if (shell_is_at_end(reader)) {
        shell_fail(reader, start, "a double quote isn't closed");
        return;
    }
    reader->at++;
}

static void take_single_quoted(Word *word, bool has_escapes)
{
    ShellReader *reader = word->reader;
    size_t start = reader->at++;
    word->is_quoted = true;
    while (!shell_is_at_end(reader) && shell_peek(reader, 0) != '\'') {
        if (has_escapes && shell_peek(reader, 0) == '\\') {
            strbuf_add_char(&word->text, '\\');
            reader->at++;
        }
        if (!shell_is_at_end(reader)) {
            strbuf_add_char(&word->text, shell_peek(reader, 0));
            reader->at++;
        }
    }
    if (shell_is_at_end(reader)) {
        shell_fail(reader, start, "a single quote isn't closed");
        return;
    }
    reader->at++;
}

/* --- expansions ------------------------------------------------------------------------------- */

/* Behind "${name": the rest up to the brace that closes, with what is expanded in it. */
static void take_brace_rest(Word *word, size_t start)
{
    ShellReader *reader = word->reader;
    Word inner = { .reader = reader, .text = STRBUF_ON_ARENA(reader->arena) };
    while (!shell_is_at_end(reader) && shell_peek(reader, 0) != '}') {
        char c = shell_peek(reader, 0);
        if (c == '"') {
            take_double_quoted(&inner);
        } else if (c == '\'') {
            take_single_quoted(&inner, false);
        } else if (c == '$' || c == '`') {
            take_expansion(&inner);
        } else {
            reader->at += c == '\\' && reader->at + 1 < reader->text->text.len ? 2 : 1;
        }
    }
    if (shell_is_at_end(reader)) {
        shell_fail(reader, start, NULL);
        return;
    }
    reader->at++;
}

static void take_braces(Word *word)
{
    ShellReader *reader = word->reader;
    size_t start = reader->at;
    reader->at += 2;
    if (shell_peek(reader, 0) == '#' || shell_peek(reader, 0) == '!') {
        reader->at++;
    }
    Str name = take_name(reader);
    char c = shell_peek(reader, 0);
    char sign = c == ':' ? shell_peek(reader, 1) : c;
    bool has_default = sign != '\0' && strchr("-+=", sign) != NULL;
    if (sign == '=' && name.len > 0) {
        shell_add_variable(reader, name);
    }
    take_brace_rest(word, start);
    if (name.len > 0 && !reader->script->has_problem) {
        refer(reader, start, name, has_default);
    }
}

/* $(( … )) */
static void take_arithmetic(Word *word)
{
    ShellReader *reader = word->reader;
    size_t start = reader->at;
    reader->at += 3;
    unsigned open = 2;
    while (!shell_is_at_end(reader) && open > 0) {
        char c = shell_peek(reader, 0);
        if (c == '$' || c == '`') {
            take_expansion(word);
            continue;
        }
        open += c == '(';
        open -= c == ')';
        reader->at++;
    }
    if (open > 0) {
        shell_fail(reader, start, NULL);
    }
}

static void take_command(Word *word, size_t skip)
{
    ShellReader *reader = word->reader;
    reader->at += skip;
    shell_read_substitution(reader);
}

/* `…`: the commands are read from the text between, as it stands. */
static void take_backquoted(Word *word)
{
    ShellReader *reader = word->reader;
    size_t start = reader->at++;
    while (!shell_is_at_end(reader) && shell_peek(reader, 0) != '`') {
        reader->at +=
            shell_peek(reader, 0) == '\\' && reader->at + 1 < reader->text->text.len ? 2 : 1;
    }
    if (shell_is_at_end(reader)) {
        shell_fail(reader, start, "a backquote isn't closed");
        return;
    }
    MappedText inside = mapped_text_slice(reader->text, 0, reader->at);
    size_t end = reader->at + 1;
    const MappedText *outer = reader->text;
    reader->text = &inside;
    reader->at = start + 1;
    shell_read_substitution(reader);
    reader->text = outer;
    reader->at = reader->script->has_problem ? outer->text.len : end;
}

/* At '$' or '`'. */
static void take_expansion(Word *word)
{
    ShellReader *reader = word->reader;
    size_t start = reader->at;
    char next = shell_peek(reader, 1);
    bool was_literal = word->is_literal;
    word->is_literal = false;
    if (shell_peek(reader, 0) == '`') {
        take_backquoted(word);
    } else if (next == '{') {
        if (++reader->depth > SHELL_DEPTH_MOST) {
            shell_fail(reader, start, NULL);
        } else {
            take_braces(word);
        }
        reader->depth--;
    } else if (next == '(' && shell_peek(reader, 2) == '(') {
        if (++reader->depth > SHELL_DEPTH_MOST) {
            shell_fail(reader, start, NULL);
        } else {
            take_arithmetic(word);
        }
        reader->depth--;
    } else if (next == '(') {
        take_command(word, 2);
    } else if (shell_is_name_char(next, true)) {
        reader->at++;
        Str name = take_name(reader);
        refer(reader, start, name, false);
    } else {
        reader->at++;
        if (next != '\0' && strchr("?#@*$!-0123456789", next) != NULL) {
            reader->at++;
        } else {
            word->is_literal = was_literal; /* a dollar sign */
        }
    }
    take_raw(word, start);
}

/* --- words ------------------------------------------------------------------------------------ */

static void take_part(Word *word)
{
    ShellReader *reader = word->reader;
    char c = shell_peek(reader, 0), next = shell_peek(reader, 1);
    size_t start = reader->at;
    if (c == '\'') {
        take_single_quoted(word, false);
    } else if (c == '"') {
        take_double_quoted(word);
    } else if (c == '$' && next == '\'') {
        reader->at++;
        take_single_quoted(word, true);
    } else if (c == '$' || c == '`') {
        take_expansion(word);
    } else if (c == '\\' && next == '\n') {
        reader->at += 2;
    } else if (c == '\\' && reader->at + 1 < reader->text->text.len) {
        word->is_quoted = true;
        strbuf_add_char(&word->text, next);
        reader->at += 2;
    } else if (c == '<' || c == '>') {
        word->is_literal = false;
        take_command(word, 2);
        take_raw(word, start);
    } else {
        strbuf_add_char(&word->text, c);
        reader->at++;
    }
}

static bool is_special(char c)
{
    return c == '\'' || c == '"' || c == '$' || c == '`' || c == '\\';
}

/* <( and >( are part of a word. */
static bool is_process(const ShellReader *reader)
{
    char c = shell_peek(reader, 0);
    return (c == '<' || c == '>') && shell_peek(reader, 1) == '(';
}

ShellWord shell_read_word(ShellReader *reader)
{
    Str text = reader->text->text;
    size_t start = reader->at;
    while (reader->at < text.len && !shell_is_meta(text.ptr[reader->at]) &&
           !is_special(text.ptr[reader->at])) {
        reader->at++;
    }
    ShellWord done = { .is_literal = true, .text = str_slice(text, start, reader->at) };
    if (reader->at < text.len && (is_special(text.ptr[reader->at]) || is_process(reader))) {
        Word word = { .reader = reader,
                      .text = STRBUF_ON_ARENA(reader->arena),
                      .is_literal = true };
        take_raw(&word, start);
        while (!shell_is_at_end(reader) &&
               (!shell_is_meta(shell_peek(reader, 0)) || is_process(reader))) {
            take_part(&word);
        }
        done.text = strbuf_str(&word.text);
        done.is_literal = word.is_literal;
        done.is_quoted = word.is_quoted;
    }
    done.raw = str_slice(text, start, reader->at);
    done.span = mapped_text_span(reader->text, start, reader->at);
    return done;
}

void shell_scan_heredoc(ShellReader *reader, size_t from, size_t to)
{
    size_t end = reader->at;
    MappedText lines = mapped_text_slice(reader->text, 0, to);
    const MappedText *outer = reader->text;
    Word word = { .reader = reader, .text = STRBUF_ON_ARENA(reader->arena) };
    reader->text = &lines;
    reader->at = from;
    while (!shell_is_at_end(reader)) {
        char c = shell_peek(reader, 0);
        if (c == '$' || c == '`') {
            take_expansion(&word);
        } else {
            reader->at += c == '\\' && reader->at + 1 < to ? 2 : 1;
        }
    }
    reader->text = outer;
    reader->at = reader->script->has_problem ? outer->text.len : end;
}
