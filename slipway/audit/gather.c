/* From artifacts to subjects: each file by itself, several at once, then room by room what they are
 * together. The repository comes last: it sees all of them. */
#include "compose/gather.h"

#include "base/parallel.h"

#include "dockerfile/dockerfile.h"
#include "monitoring/dashboard.h"
#include "monitoring/gather.h"
#include "repository/repository.h"
#include "run.h"

/* clang-format off */
static void (*const rooms[])(Audit *audit) = {
    bundles_gather,
    dockerfiles_gather,
    compose_gather,
    actions_gather,
    monitoring_gather,
    repository_gather,
};
/* clang-format on */

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
    case ARTIFACT_MANIFEST:
    case ARTIFACT_KUSTOMIZATION:
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

/* --- in two steps ----------------------------------------------------------------------------- */

/* What kustomizations are built from comes first, then they are built beside the reading of all others. */
typedef struct Reading {
    Audit *audit;
    VEC(size_t) first, others; /* artifacts */
    size_t builds;
} Reading;

static void read_first(void *ctx, size_t index)
{
    const Reading *reading = ctx;
    read_artifact(reading->audit, reading->first.ptr[index]);
}

static void build_or_read(void *ctx, size_t index)
{
    const Reading *reading = ctx;
    if (index < reading->builds) {
        bundles_build(reading->audit, index);
    } else {
        read_artifact(reading->audit, reading->others.ptr[index - reading->builds]);
    }
}

static void read_and_build(Audit *audit)
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
    reading.builds = bundles_plan(audit);
    size_t count = reading.builds + reading.others.len;
    parallel_each(audit->arena, audit->jobs, count, build_or_read, &reading);
}

void audit_gather(Audit *audit)
{
    read_and_build(audit);
    for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
        rooms[i](audit);
    }
}
