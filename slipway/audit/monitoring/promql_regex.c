/* Our regular expressions are PCRE's, Prometheus' are RE2's, which look neither back nor around.
 * https://github.com/google/re2/wiki/Syntax */
#include "promql_internal.h"

enum { REPEATS_MOST = 1000 };

/* Behind the class of characters that starts at `at`. */
static size_t pass_class(Str value, size_t at)
{
    at += at + 1 < value.len && value.ptr[at + 1] == '^' ? 2 : 1;
    do {
        at += at < value.len && value.ptr[at] == '\\' ? 2 : 1;
    } while (at < value.len && value.ptr[at] != ']');
    return at + 1;
}

/* The escape whose letter stands at `at`. One digit refers back, two are an octal number. */
static bool is_foreign_escape(Str value, size_t at)
{
    char letter = at < value.len ? value.ptr[at] : 'a';
    char next = at + 1 < value.len ? value.ptr[at + 1] : 'a';
    if (letter >= '1' && letter <= '7') {
        return next < '0' || next > '7';
    }
    return letter == '\0' || strchr("89egGhHkKNRVXZ", letter);
}

static bool takes_number(Str *text, bool *ret_too_large)
{
    uint64_t number = 0;
    size_t len = 0;
    while (len < text->len && text->ptr[len] >= '0' && text->ptr[len] <= '9') {
        len++;
    }
    if (len > 0) {
        bool fits = str_to_uint64(str_slice(*text, 0, len), &number) && number <= REPEATS_MOST;
        *ret_too_large = *ret_too_large || !fits;
        *text = str_skip(*text, len);
    }
    return len > 0;
}

/* {2}+, which gives nothing back, and {1001}. A brace without numbers is a brace. */
static bool is_foreign_count(Str rest)
{
    bool too_large = false;
    rest = str_skip(rest, 1);
    if (!takes_number(&rest, &too_large)) {
        return false;
    }
    if (str_strip_prefix(&rest, STR(","))) {
        (void) takes_number(&rest, &too_large);
    }
    return str_strip_prefix(&rest, STR("}")) && (too_large || str_has_prefix(rest, STR("+")));
}

static bool starts_foreign(Str rest)
{
    static const Str starts[] = { STR_INIT("(?="),  STR_INIT("(?!"), STR_INIT("(?<="),
                                  STR_INIT("(?<!"), STR_INIT("(?>"), STR_INIT("(?|"),
                                  STR_INIT("(?R"),  STR_INIT("(?("), STR_INIT("(*"),
                                  STR_INIT("++"),   STR_INIT("*+"),  STR_INIT("?+") };
    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
        if (str_has_prefix(rest, starts[i])) {
            return true;
        }
    }
    return rest.ptr[0] == '{' && is_foreign_count(rest);
}

bool promql_is_beyond_re2(Str value)
{
    for (size_t at = 0; at < value.len;) {
        if (value.ptr[at] == '[') {
            at = pass_class(value, at);
        } else if (value.ptr[at] == '\\') {
            if (is_foreign_escape(value, at + 1)) {
                return true;
            }
            at += 2;
        } else if (starts_foreign(str_skip(value, at))) {
            return true;
        } else {
            at++;
        }
    }
    return false;
}
