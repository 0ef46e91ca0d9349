#include <ctype.h>
#include <errno.h>

#include "base/mem.h"
#include "codec/json.h"
#include "codec/yaml.h"

#include "render/template_internal.h"

static int filter_yaml(StrBuf *out, Str value)
{
    /* YAML 1.1 has a meaning for these two that its readers refuse in a value; 1.2 has none */
    if (str_eq(value, STR("=")) || str_eq(value, STR("<<"))) {
        strbuf_addf(out, "\"%" STR_FMT "\"", STR_ARG(value));
    } else if (str_has_char(value, '\n')) { /* on one line: the tag may stand at any column */
        json_add_quoted(out, value);
    } else {
        yaml_write_string(out, value);
    }
    return 0;
}

static int filter_json(StrBuf *out, Str value)
{
    json_add_quoted(out, value);
    return 0;
}

/* One word for any POSIX shell: plain where nothing is special, else in single quotes. */
static int filter_shell(StrBuf *out, Str value)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@%+,";
    bool is_plain = value.len > 0;
    for (size_t i = 0; i < value.len; i++) {
        is_plain = is_plain && value.ptr[i] && strchr(plain, value.ptr[i]);
    }
    if (is_plain) {
        strbuf_add(out, value);
        return 0;
    }
    strbuf_add_char(out, '\'');
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == '\'') {
            strbuf_add_cstr(out, "'\\''");
        } else {
            strbuf_add_char(out, value.ptr[i]);
        }
    }
    strbuf_add_char(out, '\'');
    return 0;
}

/* Go's string literal, which PromQL uses too: JSON's escapes are a subset of it, but for "\/". */
static int filter_promql(StrBuf *out, Str value)
{
    json_add_quoted(out, value);
    return 0;
}

/* In double quotes, where a Dockerfile reads \, " and $ specially. A line end can't be written. */
static int filter_dockerfile(StrBuf *out, Str value)
{
    strbuf_add_char(out, '"');
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];
        if (c == '\n' || c == '\r') {
            return -EINVAL;
        }
        if (c == '"' || c == '\\' || c == '$') {
            strbuf_add_char(out, '\\');
        }
        strbuf_add_char(out, c);
    }
    strbuf_add_char(out, '"');
    return 0;
}

/* Compose and a container's `env` in Kubernetes expand $; there a doubled one is one $. */
static int filter_dollars(StrBuf *out, Str value)
{
    for (size_t i = 0; i < value.len; i++) {
        strbuf_add_repeat(out, value.ptr[i], value.ptr[i] == '$' ? 2 : 1);
    }
    return 0;
}

static int map_bytes(StrBuf *out, Str value, int (*map)(int))
{
    for (size_t i = 0; i < value.len; i++) {
        strbuf_add_char(out, (char) map((unsigned char) value.ptr[i]));
    }
    return 0;
}

static int to_env(int c)
{
    return isalnum(c) ? toupper(c) : '_';
}

static int to_snake(int c)
{
    return isalnum(c) ? c : '_';
}

static int filter_upper(StrBuf *out, Str value)
{
    return map_bytes(out, value, toupper);
}

static int filter_lower(StrBuf *out, Str value)
{
    return map_bytes(out, value, tolower);
}

static int filter_env(StrBuf *out, Str value)
{
    return map_bytes(out, value, to_env);
}

static int filter_snake(StrBuf *out, Str value)
{
    return map_bytes(out, value, to_snake);
}

static int filter_first_upper(StrBuf *out, Str value)
{
    map_bytes(out, str_slice(value, 0, 1), toupper);
    strbuf_add(out, str_skip(value, 1));
    return 0;
}

static const Filter filters[] = {
    { "yaml", filter_yaml },
    { "json", filter_json },
    { "shell", filter_shell },
    { "promql", filter_promql },
    { "dockerfile", filter_dockerfile },
    { "dollars", filter_dollars },
    { "upper", filter_upper },
    { "lower", filter_lower },
    { "env", filter_env },
    { "snake", filter_snake },
    { "first_upper", filter_first_upper },
};

const char *const template_filters[] = { "yaml",       "json",    "shell",       "promql",
                                         "dockerfile", "dollars", "upper",       "lower",
                                         "env",        "snake",   "first_upper", NULL };

const Filter *filter_find(Str name)
{
    for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
        if (str_eq_cstr(name, filters[i].name)) {
            return &filters[i];
        }
    }
    return NULL;
}
