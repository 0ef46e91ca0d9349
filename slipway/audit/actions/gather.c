#include "audit/run.h"
#include "internal.h"

static bool is_of_actions(const Artifact *artifact)
{
    return artifact->kind == ARTIFACT_WORKFLOW || artifact->kind == ARTIFACT_ACTION ||
           artifact->kind == ARTIFACT_DEPENDABOT;
}

Workflow *actions_read(Arena *arena, Artifact *artifact)
{
    Node *root = artifact_document(arena, artifact);
    WorkflowKind kind = artifact->kind == ARTIFACT_DEPENDABOT ? WORKFLOW_DEPENDABOT
                        : artifact->kind == ARTIFACT_ACTION   ? WORKFLOW_ACTION
                                                              : WORKFLOW_JOBS;
    return root ? workflow_read(arena, artifact->source, root, kind) : NULL;
}

static Workflow *take(Audit *audit, const Artifact *artifact)
{
    const Diag *mistake = artifact->mistake;
    if (mistake) {
        (void) audit_find(audit, "AU002", mistake->span, "%" STR_FMT, STR_ARG(mistake->message));
    }
    return artifact->subject;
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

/* So that they are there when the rules ask. */
static void read_used(const Workflow *workflow)
{
    vec_foreach(job, &workflow->jobs) {
        (void) workflow_find_local(workflow, &job->uses);
        vec_foreach(step, &job->steps) {
            (void) workflow_find_local(workflow, &step->uses);
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
    Map *pins = ARENA_NEW(audit->arena, Map);
    *pins = (Map) MAP_ON_ARENA(audit->arena);
    vec_foreach(artifact, &audit->files.artifacts) {
        Workflow *workflow = is_of_actions(*artifact) ? take(audit, *artifact) : NULL;
        if (workflow) {
            workflow->workflows = workflows;
            workflow->pins = pins;
            map_set(workflows, workflow->source->path, workflow);
            vec_push(&audit->workflows, audit->arena, workflow);
        }
    }
    set_roots(workflows);
    vec_foreach(workflow, &audit->workflows) {
        uses_note_pins(audit->arena, pins, *workflow);
        read_used(*workflow);
    }
    if (audit->options->shellcheck) {
        ask_shellcheck(audit, workflows);
    }
}
