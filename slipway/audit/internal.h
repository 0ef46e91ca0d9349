/* The steps of a run and what they share. */
#pragma once

#include "audit.h"
#include "files.h"
#include "kubernetes.h"
#include "rule.h"

typedef struct Audit {
    Arena *arena;
    const AuditOptions *options;
    ArtifactList files;
    VEC(Bundle *) bundles;
    AuditResult *result;
} Audit;

/* Whether --only, --skip and --standard leave the rule in. */
bool audit_wants(const AuditOptions *options, const AuditRule *rule);

/* bundles.c: the documents of the artifacts, kustomizations as built. */
void bundles_gather(Audit *audit);

/* suppress.c: takes away what comments cover, adds AU003 for comments that cover nothing. */
void suppress_apply(Audit *audit);

/* baseline.c: takes away what the file lists, each entry as often as it stands there. */
int baseline_apply(Audit *audit, const char *path, Error *err);

/* The findings of which `drop` is false stay. */
void findings_filter(AuditResult *result, const bool *drop);
