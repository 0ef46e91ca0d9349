#include "gitignore.h"

#include "base/path.h"

/* Trailing spaces don't count unless escaped; a lone "\#" or "\!" starts with that character. */
static Str clean_line(Str line)
{
    while (line.len > 0 && line.ptr[line.len - 1] == ' ' &&
           (line.len < 2 || line.ptr[line.len - 2] != '\\')) {
        line.len--;
    }
    return line;
}

static void add_line(Ignore *ignore, Str base, Str line)
{
    line = clean_line(line);
    if (line.len == 0 || line.ptr[0] == '#') {
        return;
    }
    IgnorePattern pattern = { .base = base };
    pattern.negated = str_strip_prefix(&line, STR("!"));
    if (!pattern.negated && line.len > 1 && line.ptr[0] == '\\' &&
        (line.ptr[1] == '#' || line.ptr[1] == '!')) {
        line = str_skip(line, 1);
    }
    pattern.dir_only = str_strip_suffix(&line, STR("/"));
    pattern.anchored = str_has_char(line, '/');
    (void) str_strip_prefix(&line, STR("/"));
    pattern.glob = line;
    if (line.len > 0) {
        vec_push(&ignore->patterns, ignore->arena, pattern);
    }
}

void ignore_add(Ignore *ignore, Str base, Str text)
{
    base = str_dup(ignore->arena, base);
    Str rest = str_dup(ignore->arena, text);
    Str line;
    while (str_next_line(&rest, &line)) {
        add_line(ignore, base, line);
    }
}

static bool is_below(Str base, Str path)
{
    return base.len == 0 ||
           (path.len > base.len && str_has_prefix(path, base) && path.ptr[base.len] == '/');
}

static bool pattern_matches(const IgnorePattern *pattern, Str path, bool is_dir)
{
    if ((pattern->dir_only && !is_dir) || !is_below(pattern->base, path)) {
        return false;
    }
    Str below = pattern->base.len ? str_skip(path, pattern->base.len + 1) : path;
    return path_match(pattern->glob, pattern->anchored ? below : path_base(below));
}

bool ignore_has(const Ignore *ignore, Str path, bool is_dir)
{
    for (; ignore; ignore = ignore->above) {
        for (size_t i = ignore->patterns.len; i > 0; i--) {
            const IgnorePattern *pattern = &ignore->patterns.ptr[i - 1];
            if (pattern_matches(pattern, path, is_dir)) {
                return !pattern->negated;
            }
        }
    }
    return false;
}
