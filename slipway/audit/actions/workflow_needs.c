#include "base/mem.h"

#include "audit/kubernetes.h"
#include "internal.h"

enum { NEEDS_MOST = 1000 };

static void add_need(Workflow *workflow, Job *job, const Node *node)
{
    if (!node_is_scalar(node) || node->kind == NODE_NULL || job->needs.len >= NEEDS_MOST) {
        return;
    }
    JobNeed *need = vec_add(&job->needs, workflow->arena);
    *need = (JobNeed) { .node = node, .id = node->text, .job = workflow_job(workflow, node->text) };
}

static void read_needs(Workflow *workflow, Job *job)
{
    const Node *needs = node_path(job->node, "needs");
    if (!needs) {
        return;
    }
    if (node_is_scalar(needs)) {
        add_need(workflow, job, needs);
    }
    for (size_t i = 0; i < node_len(needs); i++) {
        add_need(workflow, job, needs->seq.items[i]);
    }
}

/* Takes away, again and again, jobs that nothing left needs or that need nothing left; what stays
 * are the cycles and what connects two of them. */
void workflow_link_needs(Workflow *workflow)
{
    size_t count = workflow->jobs.len;
    const Job *first = workflow->jobs.ptr;
    size_t *open = ARENA_ARRAY(workflow->arena, size_t, count + 1);
    size_t *queue = ARENA_ARRAY(workflow->arena, size_t, count + 1);
    VEC(size_t) *needed_by = arena_calloc(workflow->arena, count + 1, sizeof(*needed_by));
    size_t head = 0, tail = 0;
    vec_foreach(job, &workflow->jobs) {
        read_needs(workflow, job);
    }
    for (size_t i = 0; i < count; i++) {
        vec_foreach(need, &workflow->jobs.ptr[i].needs) {
            if (need->job) {
                open[i]++;
                vec_push(&needed_by[need->job - first], workflow->arena, i);
            }
        }
        if (open[i] == 0) {
            queue[tail++] = i;
        }
    }
    while (head < tail) {
        vec_foreach(other, &needed_by[queue[head]]) {
            if (--open[*other] == 0) {
                queue[tail++] = *other;
            }
        }
        head++;
    }
    for (size_t i = 0; i < count; i++) {
        workflow->jobs.ptr[i].is_in_cycle = open[i] > 0;
    }
}
