/* One run: what its steps share. Each room of subjects has a function that takes its artifacts out
 * of `files`, reads them and fills its vector; gather.c calls them, audit.c runs the rules over what
 * they found. */
#pragma once

#include "audit.h"
#include "files.h"
#include "kubernetes.h"
#include "rule.h"

typedef struct Audit {
    Arena *arena;
    const AuditOptions *options;
    size_t jobs; /* threads */
    ArtifactList files;
    struct BundlePlan *bundle_plan; /* of bundles.c */
    Api *api;                       /* with the definitions of all bundles */
    VEC(Bundle *) bundles;
    VEC(const KustomizationFile *) kustomizations;
    VEC(const Dockerfile *) dockerfiles;
    VEC(ComposeProject *) compose_projects;
    VEC(const Workflow *) workflows; /* and action.yml files */
    VEC(const Dashboard *) dashboards;
    VEC(const PrometheusFile *) prometheus_files;
    Repository *repository; /* NULL: none of its rules runs */
    struct Turns *turns;    /* of run_rules.c */
    AuditResult *result;
} Audit;

/* Whether --only, --skip and --standard leave the rule in. */
bool audit_wants(const AuditOptions *options, const AuditRule *rule);

/* A finding of the step that reads, such as a file that doesn't parse: of rule `id`, which must be
 * in the table. NULL where the run leaves that rule out. */
Diag *audit_find(Audit *audit, const char *id, Span span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* run_rules.c: the rules over what stands for itself, Dockerfiles and workflows; then over all else, and all
 * findings into the result. */
void rules_run_on_files(Audit *audit);
void rules_run_on_rest(Audit *audit);
/* gather.c: every room's artifacts. */
void audit_gather(Audit *audit);
/* bundles.c: what a kustomization may use; which kustomizations are to be built, whose files were read; all of them; then the
 * manifests, the kustomizations as built, and the kinds that they define. */
void *bundles_paths_of(Arena *arena, Artifact *artifact);
void bundles_plan(Audit *audit);
void bundles_build(Audit *audit);
void bundles_gather(Audit *audit);
/* dockerfile/: with the .dockerignore that a build would use. */
void dockerfiles_gather(Audit *audit);
/* actions/: a Workflow; NULL where the file doesn't parse. */
Workflow *actions_read(Arena *arena, Artifact *artifact);
/* actions/: workflows, action.yml, dependabot.yml. */
void actions_gather(Audit *audit);
