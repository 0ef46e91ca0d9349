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
static void read_artifact(void *ctx, size_t index)
{
    const Audit *audit = ctx;
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

void audit_gather(Audit *audit)
{
    size_t count = audit->files.artifacts.len;
    parallel_each(audit->arena, audit->jobs, count, read_artifact, audit);
    for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
        rooms[i](audit);
    }
}
