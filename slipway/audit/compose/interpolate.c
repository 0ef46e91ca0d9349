#include "interpolate.h"

#include "base/strbuf.h"

enum {
    NESTING_MOST = 16,          /* of defaults in defaults */
    EXPANDED_MOST = 256 * 1024, /* bytes that one scalar may grow to */
};

static bool starts_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static size_t name_length(Str text)
{
    size_t len = 0;
    while (len < text.len && (starts_name(text.ptr[len]) ||
                              (len > 0 && text.ptr[len] >= '0' && text.ptr[len] <= '9'))) {
        len++;
    }
    return len;
}

/* Index of the brace that closes the one before `text`, or STR_NONE. */
static size_t closing_brace(Str text)
{
    size_t open = 1;
    for (size_t i = 0; i < text.len; i++) {
        open += text.ptr[i] == '{';
        open -= text.ptr[i] == '}';
        if (open == 0) {
            return i;
        }
    }
    return STR_NONE;
}

static bool read_operator(Str *rest, ComposeVariable *variable)
{
    variable->or_empty = str_strip_prefix(rest, STR(":"));
    char c = rest->len > 0 ? rest->ptr[0] : 0;
    variable->op = c == '-'   ? COMPOSE_DEFAULT
                   : c == '?' ? COMPOSE_REQUIRED
                   : c == '+' ? COMPOSE_PRESENT
                              : COMPOSE_PLAIN;
    *rest = str_skip(*rest, variable->op != COMPOSE_PLAIN);
    return variable->op != COMPOSE_PLAIN;
}

/* `text` starts behind "${". */
static bool read_braced(Str text, ComposeVariable *ret)
{
    ComposeVariable variable = { 0 };
    size_t close = closing_brace(text);
    size_t len = name_length(text);
    if (close == STR_NONE || len == 0) {
        return false;
    }
    variable.name = str_slice(text, 0, len);
    Str rest = str_slice(text, len, close);
    if (rest.len > 0 && !read_operator(&rest, &variable)) {
        return false;
    }
    variable.word = rest;
    variable.end = close + 1;
    *ret = variable;
    return true;
}

typedef enum Found { FOUND_NONE, FOUND_VARIABLE, FOUND_DOLLAR, FOUND_BAD } Found;

/* The next '$' that means something, at or behind `at`; ret->start and ret->end bound it. */
static Found next(Str text, size_t at, ComposeVariable *ret)
{
    for (; at + 1 < text.len; at++) {
        if (text.ptr[at] != '$') {
            continue;
        }
        char c = text.ptr[at + 1];
        *ret = (ComposeVariable) { .start = at, .end = at + 2 };
        if (c == '$') {
            return FOUND_DOLLAR;
        }
        if (c == '{') {
            bool fine = read_braced(str_skip(text, at + 2), ret);
            ret->start = at;
            ret->end = fine ? ret->end + at + 2 : at + 2;
            return fine ? FOUND_VARIABLE : FOUND_BAD;
        }
        if (starts_name(c)) {
            ret->name = str_slice(text, at + 1, at + 1 + name_length(str_skip(text, at + 1)));
            ret->end = at + 1 + ret->name.len;
            return FOUND_VARIABLE;
        }
    }
    return FOUND_NONE;
}

bool compose_next_variable(Str text, size_t *at, ComposeVariable *ret)
{
    ComposeVariable variable;
    Found found = FOUND_NONE;
    do {
        found = next(text, *at, &variable);
        *at = found == FOUND_NONE ? text.len : variable.end;
    } while (found == FOUND_DOLLAR || found == FOUND_BAD);
    if (found == FOUND_VARIABLE) {
        *ret = variable;
    }
    return found == FOUND_VARIABLE;
}

static size_t find_bad(Str text, unsigned depth)
{
    ComposeVariable variable;
    Found found = FOUND_NONE;
    for (size_t at = 0; (found = next(text, at, &variable)) != FOUND_NONE; at = variable.end) {
        size_t inside = STR_NONE;
        if (found == FOUND_VARIABLE && depth < NESTING_MOST) {
            inside = find_bad(variable.word, depth + 1);
        }
        if (inside != STR_NONE) {
            return (size_t) (variable.word.ptr - text.ptr) + inside;
        }
        if (found == FOUND_BAD || depth == NESTING_MOST) {
            return variable.start;
        }
    }
    return STR_NONE;
}

size_t compose_find_bad_variable(Str text)
{
    return str_has_char(text, '$') ? find_bad(text, 0) : STR_NONE;
}

typedef struct Expansion {
    const Map *variables;
    StrBuf *out;
    bool complete;
} Expansion;

static void expand(Expansion *expansion, Str text, unsigned depth);

static void expand_variable(Expansion *expansion, const ComposeVariable *variable, unsigned depth)
{
    const Str *value = expansion->variables ? map_get(expansion->variables, variable->name) : NULL;
    bool is_set = value && !(variable->or_empty && value->len == 0);
    if (variable->op == COMPOSE_PRESENT) {
        if (is_set) {
            expand(expansion, variable->word, depth + 1);
        }
        expansion->complete = expansion->complete && is_set;
        return;
    }
    if (is_set) {
        strbuf_add(expansion->out, *value);
    } else if (variable->op == COMPOSE_DEFAULT) {
        expand(expansion, variable->word, depth + 1);
    } else {
        expansion->complete = false;
    }
}

static void expand(Expansion *expansion, Str text, unsigned depth)
{
    size_t at = 0;
    ComposeVariable variable;
    Found found = depth < NESTING_MOST ? FOUND_VARIABLE : FOUND_NONE;
    while (found != FOUND_NONE && (found = next(text, at, &variable)) != FOUND_NONE) {
        strbuf_add(expansion->out, str_slice(text, at, variable.start));
        if (found == FOUND_DOLLAR) {
            strbuf_add_char(expansion->out, '$');
        } else if (found == FOUND_BAD || expansion->out->len > EXPANDED_MOST) {
            expansion->complete = false;
        } else {
            expand_variable(expansion, &variable, depth);
        }
        at = variable.end;
    }
    strbuf_add(expansion->out, str_skip(text, at));
}

bool compose_interpolate(Arena *arena, Str text, const Map *variables, Str *ret_text)
{
    if (!str_has_char(text, '$')) {
        *ret_text = text;
        return true;
    }
    StrBuf out = STRBUF_ON_ARENA(arena);
    Expansion expansion = { .variables = variables, .out = &out, .complete = true };
    expand(&expansion, text, 0);
    *ret_text = strbuf_str(&out);
    return expansion.complete;
}
