/* The steps of a run that take findings away again. */
#pragma once

#include "run.h"

/* suppress.c: takes away what comments cover, adds AU003 for comments that cover nothing. */
void suppress_apply(Audit *audit);

/* baseline.c: takes away what the file lists, each entry as often as it stands there. */
int baseline_apply(Audit *audit, const char *path, Error *err);
/* What a finding says, without its line: the same in another run of the same file, edited. */
Str finding_key(Arena *arena, const Diag *diag);

/* The findings of which `drop` is false stay. */
void findings_filter(AuditResult *result, const bool *drop);
