/* Who decides what the value of an expression is.
 * https://securitylab.github.com/resources/github-actions-untrusted-input/ */
#pragma once

#include "workflow.h"

typedef enum Taint {
    TAINT_NONE,   /* the workflow itself, or GitHub */
    TAINT_KEEPER, /* who names branches, labels or releases of this repository */
    TAINT_CALLER, /* who starts or calls the workflow */
    TAINT_ANYONE, /* whoever opens an issue or a pull request */
} Taint;

typedef struct TaintFound {
    Taint taint;
    Str path;         /* "github.event.issue.title" */
    const Expr *part; /* the part of the expression; of what `env` holds the use of env */
} TaintFound;

/* The worst that reaches the text the expression becomes. Comparisons and functions that yield
 * booleans let nothing through. */
TaintFound taint_of(const WorkflowExpr *expr);
/* Whether the value, a path such as "github.head_ref", or a part of it is anyone's. */
bool taint_is_anyones(Str path);
