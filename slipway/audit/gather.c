/* From artifacts to subjects: each file by itself, several at once, then room by room what they are
 * together. What needs no build is read, joined and judged while kustomizations are built. The repository comes
 * last: it sees all of them. */
#include "compose/gather.h"

#include "base/parallel.h"

#include "dockerfile/dockerfile.h"
#include "monitoring/dashboard.h"
#include "monitoring/gather.h"
#include "repository/repository.h"
#include "run.h"

/* What one artifact says by itself. A kind that isn't here is read by its room, with others. */
static void read_artifact(const Audit *audit, size_t index)
{
    Artifact *artifact = audit->files.artifacts.ptr[index];
    switch (artifact->kind) {
    case ARTIFACT_DOCKERFILE:
        artifact->subject = dockerfile_read(audit->arena, artifact->source);
        break;
    case ARTIFACT_DASHBOARD:
        artifact->subject = dashboard_read(audit->arena, artifact->source);
        break;
    case ARTIFACT_WORKFLOW:
    case ARTIFACT_ACTION:
    case ARTIFACT_DEPENDABOT:
        artifact->subject = actions_read(audit->arena, artifact);
        break;
    case ARTIFACT_KUSTOMIZATION:
        artifact->subject = bundles_paths_of(audit->arena, artifact);
        break;
    case ARTIFACT_MANIFEST:
    case ARTIFACT_COMPOSE:
    case ARTIFACT_PROMETHEUS:
    case ARTIFACT_GRAFANA:
        (void) artifact_documents(audit->arena, artifact);
        break;
    case ARTIFACT_HELM_CHART:
    case ARTIFACT_NONE:
        break;
    }
}

/* --- in order --------------------------------------------------------------------------------- */

/* What kustomizations are built from is read first. */
typedef struct Reading {
    Audit *audit;
    VEC(size_t) first, others; /* artifacts */
} Reading;

static void read_first(void *ctx, size_t index)
{
    const Reading *reading = ctx;
    read_artifact(reading->audit, reading->first.ptr[index]);
}

static void read_other(void *ctx, size_t index)
{
    const Reading *reading = ctx;
    read_artifact(reading->audit, reading->others.ptr[index]);
}

/* With the rooms and rules that need no build. */
static void read_others(Reading *reading)
{
    Audit *audit = reading->audit;
    parallel_each(audit->arena, audit->jobs, reading->others.len, read_other, reading);
    dockerfiles_gather(audit);
    compose_gather(audit);
    actions_gather(audit);
    repository_begin(audit);
    rules_run_on_files(audit);
}

static void take_side(void *ctx, size_t index)
{
    Reading *reading = ctx;
    if (index == 0) {
        bundles_build(reading->audit);
    } else {
        read_others(reading);
    }
}

void audit_gather(Audit *audit)
{
    Reading reading = { .audit = audit };
    for (size_t i = 0; i < audit->files.artifacts.len; i++) {
        ArtifactKind kind = audit->files.artifacts.ptr[i]->kind;
        if (kind == ARTIFACT_KUSTOMIZATION || kind == ARTIFACT_MANIFEST) {
            vec_push(&reading.first, audit->arena, i);
        } else {
            vec_push(&reading.others, audit->arena, i);
        }
    }
    parallel_each(audit->arena, audit->jobs, reading.first.len, read_first, &reading);
    bundles_plan(audit);
    parallel_each(audit->arena, audit->jobs, 2, take_side, &reading);
    bundles_gather(audit);
    monitoring_gather(audit);
    repository_gather(audit);
}
