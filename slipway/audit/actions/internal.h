/* Between the files of this folder. */
#pragma once

#include "base/error.h"

#include "workflow.h"

/* workflow_expressions.c: finds and parses every expression of the workflow. */
void workflow_gather_expressions(Workflow *workflow);
/* workflow_needs.c: `needs` of the jobs, and which are in a cycle. */
void workflow_link_needs(Workflow *workflow);
/* shellcheck.c: fills the complaints of each; fails as shellcheck_run (audit/shellcheck.h) does. */
int workflows_ask_shellcheck(Arena *arena, const Map *workflows, Error *err);
