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

/* The text behind an opening quote up to the closing one; false when there is none. */
static bool read_quoted(Arena *arena, Str text, char quote, Str *ret_value)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == quote) {
            Str tail = str_trim(str_skip(text, i + 1));
            *ret_value = strbuf_str(&out);
            return tail.len == 0 || tail.ptr[0] == '#';
        }
        if (c == '\\' && quote == '"' && i + 1 < text.len) {
            c = unescape(text.ptr[++i]);
        }
        strbuf_add_char(&out, c);
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

int dotenv_parse(Arena *arena, Str text, EnvPairs *ret_pairs, Error *err)
{
    Str line;
    int number = 0;
    while (str_next_line(&text, &line)) {
        number++;
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
        pair.value = str_trim(pair.value);
        char quote = pair.value.len ? pair.value.ptr[0] : 0;
        if (quote != '"' && quote != '\'') {
            pair.value = read_plain(pair.value);
        } else if (!read_quoted(arena, str_skip(pair.value, 1), quote, &pair.value)) {
            return error_set(err, -EINVAL, "line %d: the quoted value has no end", number);
        }
        vec_push(ret_pairs, arena, pair);
    }
    return 0;
}
