#include "syntax.h"

#include <stdarg.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/strbuf.h"

enum { NAMES_MOST = 80 };

SyntaxFault *syntax_fault(SyntaxCheck *check, Span span, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    SyntaxFault *fault = vec_add(&check->faults, check->arena);
    *fault = (SyntaxFault) { .span = span,
                             .message = str_from(arena_vprintf(check->arena, format, args)) };
    va_end(args);
    return fault;
}

static void
hint_nearest(SyntaxCheck *check, SyntaxFault *fault, Str word, const Str *names, size_t count)
{
    Str near = str_nearest(word, names, count);
    if (near.len) {
        fault->hint = str_printf(check->arena, "did you mean \"%" STR_FMT "\"?", STR_ARG(near));
        return;
    }
    StrBuf all = STRBUF_ON_ARENA(check->arena);
    strbuf_add_cstr(&all, "there are: ");
    for (size_t i = 0; i < count; i++) {
        strbuf_add_cstr(&all, i ? ", " : "");
        strbuf_add(&all, names[i]);
    }
    fault->hint = strbuf_str(&all);
}

void syntax_fault_unknown(SyntaxCheck *check, const Node *node, const char *what, const char *names)
{
    Str list[NAMES_MOST];
    Str rest = str_from(names);
    size_t count = 0;
    while (count < NAMES_MOST && str_next(&rest, ' ', &list[count])) {
        count++;
    }
    SyntaxFault *fault = syntax_fault(
        check, node->span, "there is no %s \"%" STR_FMT "\"", what, STR_ARG(node->text)
    );
    hint_nearest(check, fault, node->text, list, count);
}

bool syntax_has_word(const char *names, Str word)
{
    Str rest = str_from(names);
    Str name;
    while (str_next(&rest, ' ', &name)) {
        if (str_eq(name, word)) {
            return true;
        }
    }
    return false;
}

/* --- the walk --------------------------------------------------------------------------------- */

static bool has_expression(const Node *node)
{
    return node->kind == NODE_STRING && str_find(node->text, STR("${{")) != STR_NONE;
}

static bool is_allowed(unsigned allowed, const Node *node)
{
    switch (node->kind) {
    case NODE_NULL:
        return allowed & ALLOW_NULL;
    case NODE_SEQ:
        return allowed & ALLOW_LIST;
    case NODE_MAP:
        return allowed & ALLOW_MAP;
    case NODE_BOOL:
        return allowed & (ALLOW_STRING | ALLOW_BOOL);
    case NODE_INT:
    case NODE_FLOAT:
        return allowed & (ALLOW_STRING | ALLOW_NUMBER);
    case NODE_STRING:
        break;
    }
    bool is_loose = allowed & (ALLOW_BOOL | ALLOW_NUMBER | ALLOW_EXPRESSION);
    return (allowed & ALLOW_STRING) || (is_loose && has_expression(node));
}

static const char *describe_allowed(Arena *arena, unsigned allowed)
{
    static const struct {
        unsigned bit;
        const char *name;
    } names[] = {
        { ALLOW_STRING, "a string" }, { ALLOW_BOOL, "a boolean" }, { ALLOW_NUMBER, "a number" },
        { ALLOW_LIST, "a list" },     { ALLOW_MAP, "a map" },
    };
    StrBuf text = STRBUF_ON_ARENA(arena);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (allowed & names[i].bit) {
            strbuf_addf(&text, "%s%s", text.len ? " or " : "", names[i].name);
        }
    }
    return strbuf_str(&text).ptr;
}

static const SyntaxKey *find_key(const Syntax *syntax, Str name)
{
    for (size_t i = 0; i < syntax->key_count; i++) {
        if (str_eq_cstr(name, syntax->keys[i].name)) {
            return &syntax->keys[i];
        }
    }
    return NULL;
}

static void fault_key(SyntaxCheck *check, const Syntax *syntax, const Node *key)
{
    Str names[NAMES_MOST];
    size_t count = syntax->key_count < NAMES_MOST ? syntax->key_count : NAMES_MOST;
    for (size_t i = 0; i < count; i++) {
        names[i] = str_from(syntax->keys[i].name);
    }
    SyntaxFault *fault = syntax_fault(
        check, key->span, "%s has no key \"%" STR_FMT "\"", syntax->name, STR_ARG(key->text)
    );
    hint_nearest(check, fault, key->text, names, count);
}

/* GitHub compares keys without case. */
static void check_twice(SyntaxCheck *check, const Node *map)
{
    Map seen = MAP_ON_ARENA(check->arena);
    for (size_t i = 0; map->map.len > 1 && i < map->map.len; i++) {
        const Node *key = map->map.pairs[i].key;
        Str lower = str_lower(check->arena, key->text);
        if (map_has(&seen, lower)) {
            SyntaxFault *fault = syntax_fault(
                check, key->span, "\"%" STR_FMT "\" a second time", STR_ARG(key->text)
            );
            fault->hint = STR("keys are compared without case");
        }
        map_set(&seen, lower, NULL);
    }
}

static void check_map(SyntaxCheck *check, const Syntax *syntax, const Node *map, Str where)
{
    if (!(syntax->allowed & ALLOW_TWICE)) {
        check_twice(check, map);
    }
    for (size_t i = 0; i < map->map.len; i++) {
        const NodePair *pair = &map->map.pairs[i];
        const SyntaxKey *key = find_key(syntax, pair->key->text);
        if (key) {
            syntax_check(check, key->syntax, pair->value, pair->key->text);
        } else if (syntax->keys && !syntax->values) {
            fault_key(check, syntax, pair->key);
        } else if (syntax->values) {
            syntax_check(check, syntax->values, pair->value, pair->key->text);
        }
    }
    for (size_t i = 0; i < syntax->key_count; i++) {
        if (syntax->keys[i].is_required && !node_get_cstr(map, syntax->keys[i].name)) {
            Span span = map->span;
            span.end =
                span.start < span.end && map->map.len ? map->map.pairs[0].key->span.end : span.end;
            syntax_fault(
                check,
                span,
                "%s%s%" STR_FMT "%s wants the key \"%s\"",
                syntax->name,
                where.len ? " \"" : "",
                STR_ARG(where),
                where.len ? "\"" : "",
                syntax->keys[i].name
            );
        }
    }
}

void syntax_check(SyntaxCheck *check, const Syntax *syntax, const Node *node, Str key)
{
    if (!syntax) {
        return;
    }
    if (!is_allowed(syntax->allowed, node)) {
        syntax_fault(
            check,
            node->span,
            "\"%" STR_FMT "\" wants %s, this is %s",
            STR_ARG(key),
            describe_allowed(check->arena, syntax->allowed),
            node_kind_name(node->kind)
        );
        return;
    }
    bool is_empty = (node->kind == NODE_MAP && node->map.len == 0) ||
                    (node->kind == NODE_SEQ && node->seq.len == 0) ||
                    (node->kind == NODE_STRING && node->text.len == 0);
    unsigned may_be_empty = node->kind == NODE_STRING ? ALLOW_EMPTY | ALLOW_NULL : ALLOW_EMPTY;
    if (is_empty && !(syntax->allowed & may_be_empty)) {
        syntax_fault(check, node->span, "\"%" STR_FMT "\" is empty", STR_ARG(key));
        return;
    }
    if (node->kind == NODE_MAP) {
        check_map(check, syntax, node, syntax->name ? STR("") : key);
    }
    for (size_t i = 0; node->kind == NODE_SEQ && i < node->seq.len; i++) {
        syntax_check(check, syntax->items, node->seq.items[i], key);
    }
}
