#include "promql_parser.h"

#include <stdarg.h>

void promql_fail(PromParser *p, size_t start, size_t end, const char *format, ...)
{
    if (p->failed) {
        return;
    }
    va_list args;
    va_start(args, format);
    *p->error = (PromError) { start, end, str_from(arena_vprintf(p->arena, format, args)) };
    va_end(args);
    p->failed = true;
}

void promql_fail_here(PromParser *p, const char *expected)
{
    if (p->token.kind == TOKEN_END) {
        promql_fail(p, p->last_end, p->last_end, "ends where %s should follow", expected);
    } else {
        Str text = str_slice(p->lexer.text, p->token.start, p->token.end);
        promql_fail(
            p,
            p->token.start,
            p->token.end,
            "%s expected, not \"%" STR_FMT "\"",
            expected,
            STR_ARG(text)
        );
    }
}

void promql_advance(PromParser *p)
{
    p->last_end = p->token.end;
    p->token = promql_next(&p->lexer);
    if (p->token.kind == TOKEN_BAD) {
        promql_fail(p, p->token.start, p->token.end, "%s", p->lexer.message);
    }
}

bool promql_at_punct(const PromParser *p, const char *text)
{
    return p->token.kind == TOKEN_PUNCT && str_eq_cstr(p->token.text, text);
}

bool promql_at_word(const PromParser *p, const char *word)
{
    return p->token.kind == TOKEN_NAME && !p->token.has_variable &&
           str_eq_nocase(p->token.text, str_from(word));
}

bool promql_accept_punct(PromParser *p, const char *text)
{
    bool there = promql_at_punct(p, text);
    if (there) {
        promql_advance(p);
    }
    return there;
}

bool promql_accept_word(PromParser *p, const char *word)
{
    bool there = promql_at_word(p, word);
    if (there) {
        promql_advance(p);
    }
    return there;
}

void promql_expect_punct(PromParser *p, const char *text, const char *expected)
{
    if (!promql_accept_punct(p, text)) {
        promql_fail_here(p, expected);
    }
}

PromNode *promql_new_node(PromParser *p, PromKind kind, size_t start)
{
    PromNode *node = ARENA_NEW(p->arena, PromNode);
    node->kind = kind;
    node->start = start;
    return node;
}

PromNode *promql_finish(PromParser *p, PromNode *node)
{
    PromCheck check = { .arena = p->arena,
                        .variables = p->lexer.variables,
                        .selects_all = p->selects_all,
                        .error = p->error };
    node->end = p->last_end;
    if (!p->failed && !promql_check(&check, node)) {
        p->failed = true;
    }
    return node;
}

bool promql_enter(PromParser *p)
{
    if (++p->depth > PROM_DEPTH_MOST) {
        promql_fail(p, p->token.start, p->token.end, "nested too deeply");
    }
    return !p->failed;
}

void promql_leave(PromParser *p)
{
    p->depth--;
}
