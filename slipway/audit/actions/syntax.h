/* The keys of workflows and actions, and what their values may be: tables, and the walk that holds a
 * document against them. */
#pragma once

#include <stdbool.h>

#include "workflow.h"

enum {
    ALLOW_STRING = 1, /* any scalar but null */
    ALLOW_BOOL = 2,   /* or an expression */
    ALLOW_NUMBER = 4, /* or an expression */
    ALLOW_LIST = 8,
    ALLOW_MAP = 16,
    ALLOW_NULL = 32,
    ALLOW_EXPRESSION = 64, /* a text that is one expression, in place of a list or a map */
    ALLOW_EMPTY = 128,     /* the text, list or map may be; where null may be, the text may too */
    ALLOW_TWICE = 256,     /* keys that differ in case only are told elsewhere */
};

typedef struct Syntax Syntax;

typedef struct SyntaxKey {
    const char *name;
    const Syntax *syntax;
    bool is_required;
} SyntaxKey;

struct Syntax {
    unsigned allowed;
    const SyntaxKey *keys; /* of a map; NULL: any */
    size_t key_count;
    const Syntax *values; /* of the keys that `keys` doesn't name; NULL: unchecked */
    const Syntax *items;  /* of a list; NULL: unchecked */
    const char *name;     /* "a step", for messages */
};

/* The jobs of a workflow are held against syntax_of_job each. */
extern const Syntax syntax_workflow, syntax_action;
/* A job that runs steps, or one that calls a workflow. */
const Syntax *syntax_of_job(const Node *job);

typedef struct SyntaxFault {
    Span span;
    Str message;
    Str hint; /* may be empty */
} SyntaxFault;

typedef struct SyntaxCheck {
    Arena *arena;
    VEC(SyntaxFault) faults;
} SyntaxCheck;

void syntax_check(SyntaxCheck *check, const Syntax *syntax, const Node *node, Str key);
SyntaxFault *syntax_fault(SyntaxCheck *check, Span span, const char *format, ...)
    __attribute__((format(printf, 3, 4), returns_nonnull));
/* `unknown X "y"` with the nearest of the names, which are parted by blanks. */
void syntax_fault_unknown(
    SyntaxCheck *check, const Node *node, const char *what, const char *names
);
/* Whether the word is one of the names. */
bool syntax_has_word(const char *names, Str word);

/* workflow_values.c: what no table says: ids, shells, permissions, what excludes what. */
void workflow_check_values(SyntaxCheck *check, const Workflow *workflow);
/* workflow_inputs.c: the inputs of workflow_dispatch and workflow_call. */
void workflow_check_inputs(SyntaxCheck *check, const Workflow *workflow);
