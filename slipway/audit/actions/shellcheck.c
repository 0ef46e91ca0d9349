/* What ShellCheck says of the scripts in `run`. */
#include "audit/shellcheck.h"

#include "base/mem.h"

#include "audit/kubernetes.h"
#include "internal.h"
#include "script.h"

/* Of a constant, where an expression stood, and of names that `env` may give. */
static const char meaningless[] = ",SC2043,SC2050,SC2153,SC2154,SC2157,SC2194";

typedef struct Scripts {
    Arena *arena;
    VEC(CheckedScript) scripts;
    VEC(const Step *) steps;   /* of each script */
    VEC(Workflow *) workflows; /* of each script */
} Scripts;

/* The runner gives its own shells -e; a template says all flags itself. */
static bool stops_at_failure(const Step *step)
{
    Str shell = step_shell(step);
    return !str_has_char(shell, ' ') || str_find(shell, STR(" -e")) != STR_NONE;
}

static void add_scripts(Scripts *all, Workflow *workflow)
{
    vec_foreach(job, &workflow->jobs) {
        vec_foreach(step, &job->steps) {
            const char *dialect = step->run ? script_dialect(step) : NULL;
            if (dialect) {
                CheckedScript script = {
                    .text = script_without_expressions(all->arena, step->run->text, false),
                    .dialect = dialect,
                    .disable = meaningless,
                    .stops_at_failure = stops_at_failure(step),
                };
                vec_push(&all->scripts, all->arena, script);
                vec_push(&all->steps, all->arena, step);
                vec_push(&all->workflows, all->arena, workflow);
            }
        }
    }
}

int workflows_ask_shellcheck(Arena *arena, const Map *workflows, Error *err)
{
    Scripts all = { .arena = arena };
    map_foreach(entry, workflows) {
        if (entry->value) { /* else what a step uses isn't there */
            add_scripts(&all, entry->value);
        }
    }
    int rc = shellcheck_run(arena, all.scripts.ptr, all.scripts.len, err);
    for (size_t i = 0; i < all.scripts.len; i++) {
        Workflow *workflow = all.workflows.ptr[i];
        vec_foreach(said, &all.scripts.ptr[i].complaints) {
            Span span = workflow_span(workflow, all.steps.ptr[i]->run, said->start, said->end);
            vec_push(
                &workflow->complaints,
                arena,
                ((ScriptComplaint) { span, said->code, said->message })
            );
        }
    }
    return rc;
}
