#include "base/path.h"

#include "base/strbuf.h"
#include "base/vec.h"

bool path_is_absolute(Str path)
{
    return str_has_prefix(path, STR("/"));
}

/* Whether cleaning would change nothing; false where that takes more than a look at each slash. */
static bool is_clean(Str path)
{
    if (path.len == 0 || path.ptr[0] == '.') {
        return false;
    }
    for (size_t i = 0; i < path.len; i++) {
        if (path.ptr[i] == '/' && path.len > 1 &&
            (i + 1 == path.len || path.ptr[i + 1] == '/' || path.ptr[i + 1] == '.')) {
            return false;
        }
    }
    return true;
}

Str path_join(Arena *arena, Str a, Str b)
{
    if (path_is_absolute(b) || a.len == 0) {
        return path_clean(arena, b);
    }
    StrBuf joined = STRBUF_ON_ARENA(arena);
    strbuf_reserve(&joined, a.len + 1 + b.len);
    strbuf_add(&joined, a);
    strbuf_add_char(&joined, '/');
    strbuf_add(&joined, b);
    Str path = strbuf_str(&joined);
    return is_clean(path) ? path : path_clean(arena, path);
}

/* Takes the last part of a cleaned path under construction away, unless it is "..". */
static bool drop_last_part(StrBuf *clean, size_t root_len)
{
    Str path = strbuf_str(clean);
    if (path.len == root_len) {
        return false;
    }
    size_t slash = str_rfind_char(path, '/');
    size_t start = slash == STR_NONE || slash + 1 < root_len ? root_len : slash + 1;
    if (str_eq(str_skip(path, start), STR(".."))) {
        return false;
    }
    strbuf_truncate(clean, start > root_len ? start - 1 : root_len);
    return true;
}

Str path_clean(Arena *arena, Str path)
{
    if (is_clean(path)) {
        return str_dup(arena, path);
    }
    StrBuf clean = STRBUF_ON_ARENA(arena);
    bool absolute = path_is_absolute(path);
    size_t root_len = absolute ? 1 : 0;
    strbuf_reserve(&clean, path.len + 1);
    strbuf_add_cstr(&clean, absolute ? "/" : "");
    for (Str part; str_next(&path, '/', &part);) {
        if (part.len == 0 || str_eq(part, STR("."))) {
            continue;
        }
        if (str_eq(part, STR("..")) && (drop_last_part(&clean, root_len) || absolute)) {
            continue;
        }
        strbuf_add_cstr(&clean, clean.len > root_len ? "/" : "");
        strbuf_add(&clean, part);
    }
    return clean.len ? strbuf_str(&clean) : STR(".");
}

static Str without_end_slashes(Str path)
{
    while (path.len > 1 && path.ptr[path.len - 1] == '/') {
        path.len--;
    }
    return path;
}

Str path_dir(Str path)
{
    path = without_end_slashes(path);
    size_t slash = str_rfind_char(path, '/');
    if (slash == STR_NONE) {
        return STR(".");
    }
    return without_end_slashes(str_slice(path, 0, slash ? slash : 1));
}

Str path_base(Str path)
{
    path = without_end_slashes(path);
    size_t slash = str_rfind_char(path, '/');
    return slash == STR_NONE || path.len == 1 ? path : str_skip(path, slash + 1);
}

Str path_extension(Str path)
{
    Str base = path_base(path);
    size_t dot = str_rfind_char(base, '.');
    return dot == STR_NONE || dot == 0 ? STR("") : str_skip(base, dot);
}

Str path_relative(Arena *arena, Str from, Str path)
{
    Str from_rest = path_clean(arena, from);
    Str path_rest = path_clean(arena, path);
    if (str_eq(from_rest, STR("."))) {
        return path_rest;
    }
    Str from_part = { 0 };
    Str path_part = { 0 };
    for (;;) {
        Str from_next = from_rest;
        Str path_next = path_rest;
        bool both = str_next(&from_next, '/', &from_part) && str_next(&path_next, '/', &path_part);
        if (!both || !str_eq(from_part, path_part)) {
            break;
        }
        from_rest = from_next;
        path_rest = path_next;
    }
    StrBuf out = STRBUF_ON_ARENA(arena);
    while (str_next(&from_rest, '/', &from_part)) {
        strbuf_add_cstr(&out, out.len ? "/.." : "..");
    }
    if (path_rest.len && !str_eq(path_rest, STR("."))) {
        strbuf_add_cstr(&out, out.len ? "/" : "");
        strbuf_add(&out, path_rest);
    }
    return out.len ? strbuf_str(&out) : STR(".");
}

bool path_is_within(Str root, Str path)
{
    if (str_eq(root, STR("/")) || str_eq(root, STR("."))) {
        bool climbs = str_eq(path, STR("..")) || str_has_prefix(path, STR("../"));
        return path_is_absolute(root) == path_is_absolute(path) && !climbs;
    }
    return str_strip_prefix(&path, root) && (path.len == 0 || path.ptr[0] == '/');
}

/* The length of the class "[…]" at the start of the pattern, and whether it has `c`; 0 when the
 * bracket is never closed and so stands for itself. */
static size_t match_class(Str pattern, char c, bool *ret_has)
{
    size_t at = 1;
    bool negate = at < pattern.len && (pattern.ptr[at] == '!' || pattern.ptr[at] == '^');
    bool has = false;
    at += negate;
    for (size_t first = at; at < pattern.len && (pattern.ptr[at] != ']' || at == first); at++) {
        char low = pattern.ptr[at];
        char high = low;
        if (at + 2 < pattern.len && pattern.ptr[at + 1] == '-' && pattern.ptr[at + 2] != ']') {
            high = pattern.ptr[at + 2];
            at += 2;
        }
        has |=
            (unsigned char) c >= (unsigned char) low && (unsigned char) c <= (unsigned char) high;
    }
    *ret_has = has != negate;
    return at < pattern.len ? at + 1 : 0;
}

/* How much of the pattern one character uses up, 0 when it does not fit. No wildcard spans '/'. */
static size_t match_one(Str pattern, char c)
{
    if (pattern.len == 0) {
        return 0;
    }
    if (pattern.ptr[0] == '?') {
        return c != '/';
    }
    if (pattern.ptr[0] == '[') {
        bool has = false;
        size_t len = match_class(pattern, c, &has);
        if (len) {
            return has && c != '/' ? len : 0;
        }
    }
    return pattern.ptr[0] == c;
}

/* A place to go on from with one character (star) or one segment (globstar) more. */
typedef struct Retry {
    Str pattern;
    Str path;
    bool active;
} Retry;

static bool retry_star(Retry *star, Str *pattern, Str *path)
{
    if (!star->active || star->path.len == 0 || star->path.ptr[0] == '/') {
        return false;
    }
    star->path = str_skip(star->path, 1);
    *pattern = star->pattern;
    *path = star->path;
    return true;
}

static bool retry_globstar(Retry *globstar, Str *pattern, Str *path)
{
    size_t slash = globstar->active ? str_find_char(globstar->path, '/') : STR_NONE;
    if (slash == STR_NONE) {
        return false;
    }
    globstar->path = str_skip(globstar->path, slash + 1);
    *pattern = globstar->pattern;
    *path = globstar->path;
    return true;
}

/* Going back to the newest wildcard of each kind is enough: an earlier one that took more would
 * only leave the newer one less. So the work is bounded, whatever the pattern. */
bool path_match(Str pattern, Str path)
{
    Retry star = { 0 };
    Retry globstar = { 0 };
    bool at_segment = true;
    for (;;) {
        if (at_segment && str_eq(pattern, STR("**"))) {
            return true;
        }
        if (at_segment && str_strip_prefix(&pattern, STR("**/"))) {
            globstar = (Retry) { pattern, path, true };
            star.active = false;
            continue;
        }
        if (str_strip_prefix(&pattern, STR("*"))) {
            star = (Retry) { pattern, path, true };
            at_segment = false;
            continue;
        }
        size_t used = path.len ? match_one(pattern, path.ptr[0]) : 0;
        if (used) {
            at_segment = path.ptr[0] == '/';
            pattern = str_skip(pattern, used);
            path = str_skip(path, 1);
        } else if (path.len == 0 && pattern.len == 0) {
            return true;
        } else if (retry_star(&star, &pattern, &path)) {
            at_segment = false;
        } else if (retry_globstar(&globstar, &pattern, &path)) {
            star.active = false;
            at_segment = true;
        } else {
            return false;
        }
    }
}
