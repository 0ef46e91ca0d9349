#include "audit/run.h"
#include "internal.h"

static bool is_of_actions(const Artifact *artifact)
{
    return artifact->kind == ARTIFACT_WORKFLOW || artifact->kind == ARTIFACT_ACTION ||
           artifact->kind == ARTIFACT_DEPENDABOT;
}

static Workflow *read_artifact(Audit *audit, Artifact *artifact)
{
    Node *root = artifact_document(audit->arena, artifact);
    if (artifact->mistake) {
        audit_find(
            audit,
            "AU002",
            artifact->mistake->span,
            "%" STR_FMT,
            STR_ARG(artifact->mistake->message)
        );
        return NULL;
    }
    WorkflowKind kind = artifact->kind == ARTIFACT_DEPENDABOT ? WORKFLOW_DEPENDABOT
                        : artifact->kind == ARTIFACT_ACTION   ? WORKFLOW_ACTION
                                                              : WORKFLOW_JOBS;
    return root ? workflow_read(audit->arena, artifact->source, root, kind) : NULL;
}

/* The path of an action doesn't show where its repository begins: that of a workflow does. */
static void set_roots(const Map *workflows)
{
    Str root = STR("");
    map_foreach(entry, workflows) {
        const Workflow *workflow = entry->value;
        if (workflow->kind == WORKFLOW_JOBS && root.len == 0) {
            root = workflow->root_path;
        }
    }
    map_foreach(entry, workflows) {
        Workflow *workflow = entry->value;
        if (workflow->kind == WORKFLOW_ACTION && str_eq(workflow->root_path, STR(".")) &&
            root.len > 0) {
            workflow->root_path = root;
        }
    }
}

/* What can't be asked is a finding, at the first workflow. */
static void ask_shellcheck(Audit *audit, const Map *workflows)
{
    Error err = ERROR_INIT;
    if (audit->workflows.len > 0 && workflows_ask_shellcheck(audit->arena, workflows, &err) < 0) {
        Source *first = audit->workflows.ptr[0]->source;
        (void) audit_find(audit, "GH011", span_make(first, 0, 0), "%s", err.message);
    }
}

void actions_gather(Audit *audit)
{
    Map *workflows = ARENA_NEW(audit->arena, Map);
    *workflows = (Map) MAP_ON_ARENA(audit->arena);
    vec_foreach(artifact, &audit->files.artifacts) {
        Workflow *workflow = is_of_actions(*artifact) ? read_artifact(audit, *artifact) : NULL;
        if (workflow) {
            workflow->workflows = workflows;
            map_set(workflows, workflow->source->path, workflow);
            vec_push(&audit->workflows, audit->arena, workflow);
        }
    }
    set_roots(workflows);
    if (audit->options->shellcheck) {
        ask_shellcheck(audit, workflows);
    }
}
