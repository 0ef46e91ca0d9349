#include <stdarg.h>

#include "base/mem.h"
#include "base/strbuf.h"

#include "expression_lex.h"

typedef struct Parser {
    Lexer lexer;
    Token next;
    size_t depth;
    bool failed;
    ExprFault *fault;
} Parser;

static Expr *parse_or(Parser *p);

/* --- tokens ----------------------------------------------------------------------------------- */

static void fail(Parser *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void fail(Parser *p, const char *format, ...)
{
    if (p->failed) {
        return;
    }
    va_list args;
    va_start(args, format);
    p->failed = true;
    *p->fault = (ExprFault
    ) { str_from(arena_vprintf(p->lexer.arena, format, args)), p->next.start, p->next.end };
    va_end(args);
}

static void advance(Parser *p)
{
    if (p->failed || p->next.kind == TOKEN_END) {
        return;
    }
    p->next = lexer_next(&p->lexer);
    if (p->next.kind == TOKEN_BROKEN) {
        fail(p, "%" STR_FMT, STR_ARG(p->next.text));
        p->next.kind = TOKEN_END;
    }
}

static bool accept(Parser *p, TokenKind kind)
{
    if (p->failed || p->next.kind != kind) {
        return false;
    }
    advance(p);
    return true;
}

static void expect(Parser *p, TokenKind kind, const char *what)
{
    if (!accept(p, kind)) {
        fail(p, "expected %s, found %s", what, token_describe(p->lexer.arena, &p->next));
    }
}

/* --- tree ------------------------------------------------------------------------------------- */

static Expr *expr_new(Parser *p, ExprKind kind, size_t start)
{
    Expr *expr = ARENA_NEW(p->lexer.arena, Expr);
    expr->kind = kind;
    expr->start = start;
    expr->end = p->next.end;
    return expr;
}

static void add_item(Parser *p, Expr *expr, Expr *item)
{
    vec_push(&expr->items, p->lexer.arena, item);
    expr->end = item->end > expr->end ? item->end : expr->end;
}

static Expr *expr_pair(Parser *p, ExprKind kind, Expr *left, Expr *right)
{
    Expr *expr = expr_new(p, kind, left->start);
    expr->end = left->end;
    add_item(p, expr, left);
    add_item(p, expr, right);
    return expr;
}

static Expr *parse_literal(Parser *p, ExprKind kind)
{
    Expr *expr = expr_new(p, kind, p->next.start);
    expr->name = p->next.text;
    expr->number = p->next.number;
    advance(p);
    return expr;
}

static Expr *parse_call(Parser *p, const Token *name)
{
    Expr *call = expr_new(p, EXPR_CALL, name->start);
    call->name = name->text;
    advance(p);
    if (p->next.kind != TOKEN_CLOSE) {
        do {
            add_item(p, call, parse_or(p));
        } while (accept(p, TOKEN_COMMA));
    }
    call->end = p->next.end;
    expect(p, TOKEN_CLOSE, "\",\" or \")\" behind an argument");
    return call;
}

static Expr *parse_name(Parser *p)
{
    Token name = p->next;
    advance(p);
    if (p->next.kind == TOKEN_OPEN) {
        return parse_call(p, &name);
    }
    Expr *expr = expr_new(p, EXPR_VARIABLE, name.start);
    expr->end = name.end;
    expr->name = name.text;
    if (str_eq_nocase(name.text, STR("true")) || str_eq_nocase(name.text, STR("false"))) {
        expr->kind = EXPR_BOOL;
        expr->boolean = name.text.len == 4;
    } else if (str_eq_nocase(name.text, STR("null"))) {
        expr->kind = EXPR_NULL;
    }
    return expr;
}

static Expr *parse_primary(Parser *p)
{
    switch (p->next.kind) {
    case TOKEN_NAME:
        return parse_name(p);
    case TOKEN_NUMBER:
        return parse_literal(p, EXPR_NUMBER);
    case TOKEN_STRING:
        return parse_literal(p, EXPR_STRING);
    case TOKEN_OPEN: {
        advance(p);
        Expr *inside = parse_or(p);
        expect(p, TOKEN_CLOSE, "\")\"");
        return inside;
    }
    default:
        fail(p, "expected a value, found %s", token_describe(p->lexer.arena, &p->next));
        return expr_new(p, EXPR_NULL, p->next.start);
    }
}

static Expr *parse_dot(Parser *p, Expr *object)
{
    Expr *expr = expr_new(p, EXPR_PROPERTY, object->start);
    expr->end = p->next.end;
    add_item(p, expr, object);
    if (p->next.kind == TOKEN_STAR) {
        expr->kind = EXPR_FILTER;
        advance(p);
    } else {
        expr->name = p->next.text;
        expect(p, TOKEN_NAME, "a name or \"*\" behind \".\"");
    }
    return expr;
}

static Expr *parse_index(Parser *p, Expr *object)
{
    Expr *expr = expr_new(p, EXPR_INDEX, object->start);
    add_item(p, expr, object);
    if (p->next.kind == TOKEN_STAR) { /* a[*] is a.* */
        expr->kind = EXPR_FILTER;
        advance(p);
    } else {
        add_item(p, expr, parse_or(p));
    }
    expr->end = p->next.end;
    expect(p, TOKEN_CLOSE_INDEX, "\"]\"");
    return expr;
}

static Expr *parse_postfix(Parser *p)
{
    Expr *expr = parse_primary(p);
    size_t count = 0;
    while (!p->failed) {
        if (accept(p, TOKEN_DOT)) {
            expr = parse_dot(p, expr);
        } else if (accept(p, TOKEN_OPEN_INDEX)) {
            expr = parse_index(p, expr);
        } else {
            break;
        }
        if (++count > EXPR_DEPTH_MOST) {
            fail(p, "nested too deep");
        }
    }
    return expr;
}

static Expr *parse_not(Parser *p)
{
    size_t start = p->next.start;
    if (p->depth >= EXPR_DEPTH_MOST) {
        fail(p, "nested too deep");
        return expr_new(p, EXPR_NULL, start);
    }
    p->depth++;
    Expr *expr;
    if (accept(p, TOKEN_NOT)) {
        Expr *operand = parse_not(p);
        expr = expr_new(p, EXPR_NOT, start);
        expr->end = operand->end;
        add_item(p, expr, operand);
    } else {
        expr = parse_postfix(p);
    }
    p->depth--;
    return expr;
}

static bool is_comparison(TokenKind kind, bool ordered)
{
    return ordered ? kind >= TOKEN_LESS && kind <= TOKEN_GREATER_EQUAL
                   : kind == TOKEN_EQUAL || kind == TOKEN_NOT_EQUAL;
}

static Expr *parse_comparison(Parser *p, bool ordered)
{
    Expr *left = ordered ? parse_not(p) : parse_comparison(p, true);
    size_t count = 0;
    while (!p->failed && is_comparison(p->next.kind, ordered)) {
        ExprOp op = (ExprOp) (p->next.kind - TOKEN_EQUAL);
        advance(p);
        left = expr_pair(p, EXPR_COMPARE, left, ordered ? parse_not(p) : parse_comparison(p, true));
        left->op = op;
        if (++count > EXPR_DEPTH_MOST) {
            fail(p, "too many comparisons in a row");
        }
    }
    return left;
}

/* A row of the same operator is one node, so that its length costs no depth. */
static Expr *parse_row(Parser *p, ExprKind kind, TokenKind token)
{
    Expr *first = kind == EXPR_OR ? parse_row(p, EXPR_AND, TOKEN_AND) : parse_comparison(p, false);
    if (p->failed || p->next.kind != token) {
        return first;
    }
    Expr *row = expr_new(p, kind, first->start);
    row->end = first->end;
    add_item(p, row, first);
    while (accept(p, token)) {
        add_item(
            p, row, kind == EXPR_OR ? parse_row(p, EXPR_AND, TOKEN_AND) : parse_comparison(p, false)
        );
    }
    return row;
}

static Expr *parse_or(Parser *p)
{
    return parse_row(p, EXPR_OR, TOKEN_OR);
}

Expr *expression_parse(
    Arena *arena, Str text, size_t from, ExprForm form, size_t *ret_end, ExprFault *ret_fault
)
{
    size_t most = from + EXPR_BYTES_MOST;
    bool is_cut = text.len > most;
    Parser p = {
        .lexer = { .arena = arena,
                   .text = str_slice(text, 0, most),
                   .at = from,
                   .braced = form == EXPR_BRACED },
        .next = { .kind = TOKEN_DOT, .start = from, .end = from },
        .fault = ret_fault,
    };
    advance(&p);
    Expr *root = parse_or(&p);
    if (form == EXPR_BRACED && p.next.kind == TOKEN_END) {
        fail(&p, "%s", is_cut ? "the expression is too long" : "\"${{\" without its \"}}\"");
    } else if (p.next.kind != (form == EXPR_BRACED ? TOKEN_END_BRACES : TOKEN_END)) {
        fail(&p, "expected an operator or the end, found %s", token_describe(arena, &p.next));
    }
    size_t close =
        form == EXPR_BRACED ? str_find(str_skip(text, p.next.start), STR("}}")) : STR_NONE;
    if (form == EXPR_BARE || (p.failed && close == STR_NONE)) {
        *ret_end = text.len;
    } else {
        *ret_end = p.failed ? p.next.start + close + 2 : p.next.end;
    }
    return p.failed ? NULL : root;
}

/* --- questions -------------------------------------------------------------------------------- */

static bool add_path(StrBuf *out, Arena *arena, const Expr *expr)
{
    if (expr->kind == EXPR_VARIABLE) {
        strbuf_add(out, str_lower(arena, expr->name));
        return true;
    }
    bool is_step =
        expr->kind == EXPR_PROPERTY || expr->kind == EXPR_FILTER || expr->kind == EXPR_INDEX;
    if (!is_step || !add_path(out, arena, expr->items.ptr[0])) {
        return false;
    }
    strbuf_add_char(out, '.');
    if (expr->kind == EXPR_PROPERTY) {
        strbuf_add(out, str_lower(arena, expr->name));
    } else if (expr->kind == EXPR_INDEX && expr->items.ptr[1]->kind == EXPR_STRING) {
        strbuf_add(out, str_lower(arena, expr->items.ptr[1]->name));
    } else {
        strbuf_add_char(out, '*');
    }
    return true;
}

Str expr_path(Arena *arena, const Expr *expr)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    return add_path(&out, arena, expr) ? strbuf_str(&out) : STR("");
}

bool expr_is_constant(const Expr *expr)
{
    if (expr->kind == EXPR_VARIABLE) {
        return false;
    }
    if (expr->kind == EXPR_CALL) {
        static const char *const pure[] = { "contains", "startsWith", "endsWith", "format",
                                            "join",     "toJSON",     "fromJSON" };
        bool is_pure = false;
        for (size_t i = 0; i < ARRAY_LEN(pure); i++) {
            is_pure = is_pure || expr_is_call(expr, pure[i]);
        }
        if (!is_pure) {
            return false;
        }
    }
    vec_foreach(item, &expr->items) {
        if (!expr_is_constant(*item)) {
            return false;
        }
    }
    return true;
}
