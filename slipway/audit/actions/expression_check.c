#include <stdarg.h>

#include "base/mem.h"
#include "base/strbuf.h"

#include "expression_type.h"

static const Str contexts[] = {
    STR_INIT("github"),   STR_INIT("env"),    STR_INIT("vars"),   STR_INIT("job"),
    STR_INIT("jobs"),     STR_INIT("steps"),  STR_INIT("runner"), STR_INIT("secrets"),
    STR_INIT("strategy"), STR_INIT("matrix"), STR_INIT("needs"),  STR_INIT("inputs"),
};

void type_fault(TypeChecker *checker, const Expr *at, Str hint, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    TypeFault *fault = vec_add(&checker->faults, checker->arena);
    *fault = (TypeFault) { at, str_from(arena_vprintf(checker->arena, format, args)), hint };
    va_end(args);
}

/* `did you mean "x"?`, or empty. */
static Str hint_nearest(Arena *arena, Str word, const Str *candidates, size_t count)
{
    Str nearest = str_nearest(word, candidates, count);
    return nearest.len ? str_printf(arena, "did you mean \"%" STR_FMT "\"?", STR_ARG(nearest))
                       : STR("");
}

/* --- contexts --------------------------------------------------------------------------------- */

static const ExprType *check_variable(TypeChecker *checker, const Expr *expr)
{
    bool is_known = false;
    for (size_t i = 0; i < ARRAY_LEN(contexts); i++) {
        is_known = is_known || str_eq_nocase(contexts[i], expr->name);
    }
    if (!is_known) {
        type_fault(
            checker,
            expr,
            hint_nearest(checker->arena, expr->name, contexts, ARRAY_LEN(contexts)),
            "there is no context \"%" STR_FMT "\"",
            STR_ARG(expr->name)
        );
        return &type_any;
    }
    if (checker->place == PLACE_NOWHERE) {
        return &type_any; /* the place is the fault, and told once */
    }
    if (!place_has_context(checker->place, expr->name)) {
        type_fault(
            checker,
            expr,
            str_printf(
                checker->arena, "what may be used there: %s", place_contexts(checker->place)
            ),
            "the context \"%" STR_FMT "\" isn't available in %s",
            STR_ARG(expr->name),
            place_name(checker->place)
        );
        return &type_any;
    }
    const ExprType *type = checker->context(checker->user, str_lower(checker->arena, expr->name));
    return type ? type : &type_any_object;
}

/* --- places in values ------------------------------------------------------------------------- */

static Str hint_field(TypeChecker *checker, const ExprType *object, Str name)
{
    enum { CANDIDATES_MOST = 64 };
    size_t count = object->fields.len < CANDIDATES_MOST ? object->fields.len : CANDIDATES_MOST;
    if (count == 0) {
        return STR("it has none");
    }
    Str *names = ARENA_ARRAY(checker->arena, Str, count);
    StrBuf all = STRBUF_ON_ARENA(checker->arena);
    strbuf_add_cstr(&all, "there are: ");
    for (size_t i = 0; i < count; i++) {
        names[i] = object->fields.ptr[i].name;
        strbuf_add_cstr(&all, i ? ", " : "");
        strbuf_add(&all, names[i]);
    }
    Str near = hint_nearest(checker->arena, name, names, count);
    return near.len || count > 12 ? near : strbuf_str(&all);
}

static const ExprType *
get_property(TypeChecker *checker, const Expr *expr, const ExprType *object, Str name)
{
    if (object->kind == TYPE_ANY || object->kind == TYPE_NULL) {
        return &type_any;
    }
    if (object->kind == TYPE_ARRAY && object->is_filtered) {
        ExprType *items =
            type_array(checker->arena, get_property(checker, expr, object->other, name));
        items->is_filtered = true;
        return items;
    }
    Str path = expr_path(checker->arena, expr->items.ptr[0]);
    path = path.len ? path : STR("the value");
    if (object->kind != TYPE_OBJECT) {
        type_fault(
            checker,
            expr,
            STR(""),
            "\"%" STR_FMT "\" is %s and has no property \"%" STR_FMT "\"",
            STR_ARG(path),
            type_name(object),
            STR_ARG(name)
        );
        return &type_any;
    }
    const ExprType *type = type_get(object, name);
    if (!type) {
        type_fault(
            checker,
            expr,
            hint_field(checker, object, name),
            "\"%" STR_FMT "\" has no property \"%" STR_FMT "\"",
            STR_ARG(path),
            STR_ARG(name)
        );
        return &type_any;
    }
    return type;
}

static const ExprType *check_filter(TypeChecker *checker, const Expr *expr)
{
    const ExprType *object = expression_check(checker, expr->items.ptr[0]);
    ExprType *items = type_array(checker->arena, &type_any);
    items->is_filtered = true;
    if (object->kind == TYPE_ARRAY) {
        items->other = object->other;
    } else if (object->kind == TYPE_OBJECT) {
        const ExprType *merged = object->other ? object->other : &type_null;
        vec_foreach(field, &object->fields) {
            merged = type_merge(checker->arena, merged, field->type);
        }
        items->other = merged->kind == TYPE_NULL ? &type_any : merged;
    } else if (object->kind != TYPE_ANY) {
        type_fault(
            checker,
            expr,
            STR(""),
            "\".*\" wants an array or an object, this is %s",
            type_name(object)
        );
    }
    return items;
}

static const ExprType *check_index(TypeChecker *checker, const Expr *expr)
{
    const Expr *index = expr->items.ptr[1];
    const ExprType *object = expression_check(checker, expr->items.ptr[0]);
    const ExprType *type = expression_check(checker, index);
    if (index->kind == EXPR_STRING && object->kind == TYPE_OBJECT) {
        return get_property(checker, expr, object, index->name);
    }
    if (object->kind == TYPE_ARRAY) {
        if (!type_may_be(type, TYPE_NUMBER)) {
            type_fault(
                checker,
                index,
                STR(""),
                "the index of an array is a number, this is %s",
                type_name(type)
            );
        }
        return object->other;
    }
    if (object->kind == TYPE_OBJECT) {
        if (type->kind == TYPE_OBJECT || type->kind == TYPE_ARRAY) {
            type_fault(
                checker,
                index,
                STR(""),
                "the key of an object is a string, this is %s",
                type_name(type)
            );
        }
        return object->other && object->fields.len == 0 ? object->other : &type_any;
    }
    if (object->kind != TYPE_ANY && object->kind != TYPE_NULL) {
        type_fault(checker, expr, STR(""), "%s has no items", type_name(object));
    }
    return &type_any;
}

/* --- operators -------------------------------------------------------------------------------- */

static bool is_collection(const ExprType *type)
{
    return type->kind == TYPE_ARRAY || type->kind == TYPE_OBJECT;
}

/* Collections are equal to themselves alone; against a scalar they are NaN. */
static const ExprType *check_comparison(TypeChecker *checker, const Expr *expr)
{
    const ExprType *left = expression_check(checker, expr->items.ptr[0]);
    const ExprType *right = expression_check(checker, expr->items.ptr[1]);
    bool one = is_collection(left) != is_collection(right) && left->kind != TYPE_ANY &&
               right->kind != TYPE_ANY;
    bool null = left->kind == TYPE_NULL || right->kind == TYPE_NULL;
    bool ordered = expr->op >= OP_LESS;
    if ((one && !null) || (ordered && (is_collection(left) || is_collection(right)))) {
        type_fault(
            checker,
            expr,
            STR(""),
            "%s can't be compared with %s",
            type_name(left),
            type_name(right)
        );
    }
    return &type_bool;
}

/* `a && b` is meant for b; `a || b` for either. */
static const ExprType *check_row(TypeChecker *checker, const Expr *expr)
{
    const ExprType *type = &type_null;
    vec_foreach(item, &expr->items) {
        const ExprType *next = expression_check(checker, *item);
        type = expr->kind == EXPR_AND ? next : type_merge(checker->arena, type, next);
    }
    return type;
}

static const ExprType *check_call(TypeChecker *checker, const Expr *call)
{
    const ExprType **types =
        (const ExprType **) arena_calloc(checker->arena, call->items.len + 1, sizeof(*types));
    for (size_t i = 0; i < call->items.len; i++) {
        types[i] = expression_check(checker, call->items.ptr[i]);
    }
    return function_check(checker, call, types);
}

const ExprType *expression_check(TypeChecker *checker, const Expr *expr)
{
    switch (expr->kind) {
    case EXPR_NULL:
        return &type_null;
    case EXPR_BOOL:
        return &type_bool;
    case EXPR_NUMBER:
        return &type_number;
    case EXPR_STRING:
        return &type_string;
    case EXPR_VARIABLE:
        return check_variable(checker, expr);
    case EXPR_PROPERTY:
        return get_property(
            checker, expr, expression_check(checker, expr->items.ptr[0]), expr->name
        );
    case EXPR_FILTER:
        return check_filter(checker, expr);
    case EXPR_INDEX:
        return check_index(checker, expr);
    case EXPR_CALL:
        return check_call(checker, expr);
    case EXPR_NOT:
        (void) expression_check(checker, expr->items.ptr[0]);
        return &type_bool;
    case EXPR_COMPARE:
        return check_comparison(checker, expr);
    case EXPR_AND:
    case EXPR_OR:
        break;
    }
    return check_row(checker, expr);
}
