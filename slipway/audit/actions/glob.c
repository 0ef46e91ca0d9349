#include "glob.h"

static bool fail(GlobFault *fault, const char *message, size_t at)
{
    *fault = (GlobFault) { message, at };
    return false;
}

/* "[a-z]" at `at`: moves to its "]". */
static bool check_class(Str pattern, size_t *at, GlobFault *fault)
{
    size_t start = *at;
    size_t end = start + 1;
    while (end < pattern.len && pattern.ptr[end] != ']') {
        bool is_range =
            end + 2 < pattern.len && pattern.ptr[end + 1] == '-' && pattern.ptr[end + 2] != ']';
        if (is_range && (unsigned char) pattern.ptr[end] > (unsigned char) pattern.ptr[end + 2]) {
            return fail(fault, "this range ends before it starts", end);
        }
        end += is_range ? 3 : 1;
    }
    if (end >= pattern.len) {
        return fail(fault, "\"[\" without its \"]\"", start);
    }
    if (end == start + 1) {
        return fail(fault, "\"[]\" matches nothing", start);
    }
    *at = end;
    return true;
}

/* Behind a backslash. */
static bool check_escape(Str pattern, size_t at, GlobKind kind, GlobFault *fault)
{
    if (at + 1 >= pattern.len) {
        return fail(fault, "\"\\\" escapes nothing", at);
    }
    return kind == GLOB_PATH || str_has_char(STR("[?+*\\!"), pattern.ptr[at + 1]) ||
           fail(fault, "\"\\\" escapes only [, ?, +, *, \\ and !", at);
}

static bool has_dots(Str pattern)
{
    Str part;
    for (Str rest = pattern; str_next(&rest, '/', &part);) {
        if (str_eq(part, STR(".")) || str_eq(part, STR(".."))) {
            return true;
        }
    }
    return false;
}

/* A character that stands for itself. */
static bool check_plain(Str pattern, size_t at, GlobKind kind, GlobFault *fault)
{
    char c = pattern.ptr[at];
    if (kind == GLOB_REF &&
        (c == ' ' || c == '~' || c == '^' || c == ':' || (unsigned char) c < ' ')) {
        return fail(fault, "no branch or tag has this character", at);
    }
    return true;
}

static bool check_edges(Str pattern, GlobKind kind, GlobFault *fault)
{
    if (kind == GLOB_PATH) {
        if (str_has_prefix(pattern, STR("./")) || str_has_prefix(pattern, STR("../"))) {
            return fail(
                fault, "matches nothing: paths start at the repository's root, without \"./\"", 0
            );
        }
        if (has_dots(pattern)) {
            return fail(fault, "matches nothing: paths have no parts \".\" and \"..\"", 0);
        }
        if (pattern.ptr[0] == ' ' || pattern.ptr[pattern.len - 1] == ' ') {
            return fail(
                fault,
                "white space at an end belongs to the path",
                pattern.ptr[0] == ' ' ? 0 : pattern.len - 1
            );
        }
        return pattern.ptr[0] != '/' ||
               fail(fault, "matches nothing: paths start without \"/\"", 0);
    }
    if (str_has_prefix(pattern, STR("refs/heads/")) || str_has_prefix(pattern, STR("refs/tags/"))) {
        return fail(
            fault,
            "matches nothing: the names of branches and tags start behind \"refs/heads/\" and "
            "\"refs/tags/\"",
            0
        );
    }
    if (pattern.ptr[0] == '/' || pattern.ptr[pattern.len - 1] == '/') {
        return fail(
            fault,
            "no branch or tag starts or ends with \"/\"",
            pattern.ptr[0] == '/' ? 0 : pattern.len - 1
        );
    }
    if (pattern.ptr[pattern.len - 1] == '.') {
        return fail(fault, "no branch or tag ends with \".\"", pattern.len - 1);
    }
    size_t dots = str_find(pattern, STR(".."));
    return dots == STR_NONE || fail(fault, "no branch or tag has \"..\"", dots);
}

bool glob_check(Str pattern, GlobKind kind, GlobFault *ret_fault)
{
    size_t from = str_strip_prefix(&pattern, STR("!"));
    if (pattern.len == 0) {
        return fail(ret_fault, from ? "\"!\" takes nothing back" : "is empty", 0);
    }
    GlobFault fault = { 0 };
    bool is_right = check_edges(pattern, kind, &fault);
    for (size_t at = 0; at < pattern.len && is_right; at++) {
        char c = pattern.ptr[at];
        if (c == '\\') {
            is_right = check_escape(pattern, at, kind, &fault);
            at++;
        } else if (c == '[') {
            is_right = check_class(pattern, &at, &fault);
        } else if (c == '?' || c == '+') {
            bool repeats = at > 0 && pattern.ptr[at - 1] != '*' && pattern.ptr[at - 1] != '?' &&
                           pattern.ptr[at - 1] != '+';
            is_right =
                repeats || fail(&fault, "repeats what stands before it, and there is nothing", at);
        } else {
            is_right = check_plain(pattern, at, kind, &fault);
        }
    }
    if (!is_right) {
        *ret_fault = (GlobFault) { fault.message, fault.at + from };
    }
    return is_right;
}

Str glob_fixed_part(Str pattern, bool *ret_is_whole)
{
    size_t end = 0;
    while (end < pattern.len && !str_has_char(STR("*?+[]!\\"), pattern.ptr[end])) {
        end++;
    }
    *ret_is_whole = end == pattern.len;
    if (*ret_is_whole) {
        return pattern;
    }
    size_t slash = str_rfind_char(str_slice(pattern, 0, end), '/');
    return slash == STR_NONE ? STR("") : str_slice(pattern, 0, slash);
}
