/* The contexts of a workflow, as far as it says itself what they hold: the outputs of the steps
 * before, the needs and their outputs, the matrix, the inputs. */
#pragma once

#include "expression_type.h"
#include "workflow.h"

typedef struct Contexts {
    Arena *arena;
    const Workflow *workflow;
    const WorkflowExpr *expr; /* where they are asked for; to be set before each check */
    /* what was made for the job and the step of the last question */
    const Job *job;
    const Step *step;
    const ExprType *matrix, *needs, *steps;
    VEC(TypeField) step_fields; /* all steps of the job that have an id, in their order */
    /* for the whole workflow */
    const ExprType *inputs;
    const ExprType **results; /* of each job, NULL: not asked for yet */
} Contexts;

/* A ContextFn; `user` is the Contexts. */
const ExprType *context_type(void *user, Str context);

/* What a value of the matrix may be; ANY when an expression makes it. */
const ExprType *matrix_type(Arena *arena, const Matrix *matrix);
/* The outputs of a step: an object. */
const ExprType *step_outputs_type(Arena *arena, const Step *step);
/* The outputs of a job, also of one that calls a workflow. */
const ExprType *job_outputs_type(Arena *arena, const Job *job);
