/* Expressions of GitHub Actions, `${{ … }}`: text to tree. Offsets count bytes of the text that was
 * parsed; yaml_text_span makes places in the file of them.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/expressions */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/vec.h"

enum {
    EXPR_DEPTH_MOST = 50,
    EXPR_BYTES_MOST = 21000, /* GitHub's own bound */
};

typedef enum ExprKind {
    EXPR_NULL,
    EXPR_BOOL,
    EXPR_NUMBER,
    EXPR_STRING,
    EXPR_VARIABLE, /* name: a context such as github */
    EXPR_PROPERTY, /* items[0].name */
    EXPR_FILTER,   /* items[0].* */
    EXPR_INDEX,    /* items[0][items[1]] */
    EXPR_CALL,     /* name(items…) */
    EXPR_NOT,      /* !items[0] */
    EXPR_COMPARE,  /* items[0] op items[1] */
    EXPR_AND,
    EXPR_OR,
} ExprKind;

typedef enum ExprOp {
    OP_EQUAL,
    OP_NOT_EQUAL,
    OP_LESS,
    OP_LESS_EQUAL,
    OP_GREATER,
    OP_GREATER_EQUAL
} ExprOp;

typedef struct Expr Expr;
struct Expr {
    ExprKind kind;
    ExprOp op;
    bool boolean;
    double number;
    Str name; /* as written; of a string its value */
    VEC(Expr *) items;
    size_t start, end;
};

typedef struct ExprFault {
    Str message;
    size_t start, end;
} ExprFault;

typedef enum ExprForm {
    EXPR_BRACED, /* up to the "}}" that ends it */
    EXPR_BARE,   /* up to the end of the text, as in `if:` */
} ExprForm;

/* Parses what starts at text[from], behind the "${{" of a braced one. *ret_end is behind the "}}",
 * or the end of the text. NULL with a fault otherwise; then *ret_end is where to go on. */
Expr *expression_parse(
    Arena *arena, Str text, size_t from, ExprForm form, size_t *ret_end, ExprFault *ret_fault
);

/* Names are compared without case. */
static inline bool expr_is_variable(const Expr *expr, const char *name)
{
    return expr->kind == EXPR_VARIABLE && str_eq_nocase(expr->name, str_from(name));
}
static inline bool expr_is_call(const Expr *expr, const char *name)
{
    return expr->kind == EXPR_CALL && str_eq_nocase(expr->name, str_from(name));
}
/* "github.event.issue.title", lower case, indices by a string as properties and others as ".*";
 * empty when it starts with no context. */
Str expr_path(Arena *arena, const Expr *expr);
/* Whether the value is the same at every run: made of literals alone. */
bool expr_is_constant(const Expr *expr);
