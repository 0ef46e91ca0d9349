/* What an expression yields, and whether it can. Types are those of the runner, with ANY for what
 * only a run knows; an object either lists all of its keys or says of what type the others are. */
#pragma once

#include <stdbool.h>

#include "codec/node.h"

#include "expression.h"
#include "place.h"

typedef enum TypeKind {
    TYPE_ANY,
    TYPE_NULL,
    TYPE_BOOL,
    TYPE_NUMBER,
    TYPE_STRING,
    TYPE_ARRAY,
    TYPE_OBJECT,
} TypeKind;

typedef struct ExprType ExprType;

typedef struct TypeField {
    Str name;
    const ExprType *type;
} TypeField;

struct ExprType {
    TypeKind kind;
    const ExprType
        *other; /* of an array's items; of keys that aren't listed, NULL: there are none */
    VEC(TypeField) fields; /* of an object; names are compared without case */
    bool is_filtered;      /* an array that ".*" made: properties are those of its items */
};

extern const ExprType type_any, type_null, type_bool, type_number, type_string;
extern const ExprType type_strings;       /* an array of strings */
extern const ExprType type_string_object; /* any key, a string each */
extern const ExprType type_any_object;    /* any key */

ExprType *type_object(Arena *arena); /* without keys */
ExprType *type_array(Arena *arena, const ExprType *items);
void type_add(Arena *arena, ExprType *object, Str name, const ExprType *type);
/* Names parted by blanks, each a string. */
void type_add_strings(Arena *arena, ExprType *object, const char *names);
/* NULL: there is no such key. */
const ExprType *type_get(const ExprType *object, Str name);
/* What may be either; of two objects one with the keys of both. */
const ExprType *type_merge(Arena *arena, const ExprType *a, const ExprType *b);
/* Of a value as it stands in a document; a text with an expression inside is ANY. */
const ExprType *type_of_node(Arena *arena, const Node *node);
const char *type_name(const ExprType *type); /* "a string" */
/* false: never of that kind, whatever a run brings. */
bool type_may_be(const ExprType *type, TypeKind kind);

typedef struct TypeFault {
    const Expr *at;
    Str message;
    Str hint; /* may be empty */
} TypeFault;

/* Asked for the type of a context that `place` has; NULL for the default of that context. */
typedef const ExprType *(*ContextFn)(void *user, Str context);

typedef struct TypeChecker {
    Arena *arena;
    Place place;
    ContextFn context;
    void *user;
    VEC(TypeFault) faults;
} TypeChecker;

/* The type of the whole; what is wrong on the way is added to `faults`. */
const ExprType *expression_check(TypeChecker *checker, const Expr *expr);
void type_fault(TypeChecker *checker, const Expr *at, Str hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* functions.c: checks a call whose arguments have these types. */
const ExprType *
function_check(TypeChecker *checker, const Expr *call, const ExprType *const *types);
