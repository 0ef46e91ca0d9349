#include "codec/dotenv.h"

#include "base/strbuf.h"
#include "base/vec.h"

static bool is_name(Str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && (i == 0 || c < '0' || c > '9')) {
            return false;
        }
    }
    return name.len > 0;
}

static char unescape(char c)
{
    switch (c) {
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return c;
    }
}

/* The text behind an opening quote up to the closing one, which may stand lines below; false when
 * there is none or something follows it. `text` is left behind the closing one's line. */
static bool read_quoted(Arena *arena, Str *text, char quote, Str *ret_value)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    for (size_t i = 0; i < text->len; i++) {
        char c = text->ptr[i];
        if (c == quote) {
            Str tail = STR("");
            *text = str_skip(*text, i + 1);
            str_next_line(text, &tail);
            tail = str_trim(tail);
            *ret_value = strbuf_str(&out);
            return tail.len == 0 || tail.ptr[0] == '#';
        }
        if (c == '\\' && quote == '"' && i + 1 < text->len) {
            c = unescape(text->ptr[++i]);
        }
        if (c != '\r' || i + 1 == text->len || text->ptr[i + 1] != '\n') {
            strbuf_add_char(&out, c);
        }
    }
    return false;
}

static Str read_plain(Str text)
{
    for (size_t i = 0; i < text.len; i++) {
        bool after_space = i == 0 || text.ptr[i - 1] == ' ' || text.ptr[i - 1] == '\t';
        if (text.ptr[i] == '#' && after_space) {
            return str_trim(str_slice(text, 0, i));
        }
    }
    return str_trim(text);
}

/* What stands behind "NAME=" at `value`; `text` is left behind it. */
static bool read_value(Arena *arena, Str value, Str *text, Str *ret_value)
{
    char quote = value.len ? value.ptr[0] : 0;
    if (quote != '"' && quote != '\'') {
        *ret_value = read_plain(value);
        return true;
    }
    Str quoted = str_make(value.ptr + 1, (size_t) (text->ptr + text->len - value.ptr) - 1);
    if (!read_quoted(arena, &quoted, quote, ret_value)) {
        return false;
    }
    *text = quoted;
    return true;
}

static int count_lines(const char *from, const char *to)
{
    int count = 0;
    for (; from < to; from++) {
        count += *from == '\n';
    }
    return count;
}

int dotenv_parse(Arena *arena, Str text, EnvPairs *ret_pairs, Error *err)
{
    const char *at = text.ptr;
    int number = 1;
    Str line;
    while (str_next_line(&text, &line)) {
        number += count_lines(at, line.ptr);
        at = line.ptr;
        line = str_trim(line);
        if (line.len == 0 || line.ptr[0] == '#') {
            continue;
        }
        str_strip_prefix(&line, STR("export "));
        EnvPair pair;
        if (!str_cut(line, '=', &pair.name, &pair.value)) {
            return error_set(err, -EINVAL, "line %d: expected NAME=value", number);
        }
        pair.name = str_trim(pair.name);
        if (!is_name(pair.name)) {
            return error_set(
                err, -EINVAL, "line %d: \"%" STR_FMT "\" is no name", number, STR_ARG(pair.name)
            );
        }
        if (!read_value(arena, str_trim(pair.value), &text, &pair.value)) {
            return error_set(err, -EINVAL, "line %d: the quoted value has no end", number);
        }
        vec_push(ret_pairs, arena, pair);
    }
    return 0;
}
