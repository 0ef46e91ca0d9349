/* What ShellCheck says of the scripts in `run`. */
#include "audit/shellcheck.h"

#include "base/mem.h"

#include "audit/kubernetes.h"
#include "internal.h"

/* Of a constant, where an expression stood, and of names that `env` may give. */
static const char meaningless[] = ",SC2043,SC2050,SC2153,SC2154,SC2157,SC2194";

typedef struct Scripts {
    Arena *arena;
    VEC(CheckedScript) scripts;
    VEC(const Step *) steps;   /* of each script */
    VEC(Workflow *) workflows; /* of each script */
} Scripts;

/* NULL: a shell that ShellCheck doesn't know. A job that may run on Windows has another by default. */
static const char *dialect_of(const Step *step)
{
    Str shell = step_shell(step), program = shell, rest = shell;
    if (shell.len == 0) {
        const Node *job = step->job->node;
        Str text = step->job->key ? span_text(job->span) : STR("");
        return str_find(text, STR("windows")) == STR_NONE ? "bash" : NULL;
    }
    (void) str_next(&rest, ' ', &program);
    return str_eq(program, STR("bash")) ? "bash" : str_eq(program, STR("sh")) ? "sh" : NULL;
}

/* Every `${{ }}` becomes as many underscores: the places stay. */
static Str without_expressions(Arena *arena, Str text)
{
    char *copy = str_to_cstr(arena, text);
    for (size_t at = 0; at < text.len;) {
        size_t start = str_find(str_skip(text, at), STR("${{"));
        size_t end = start == STR_NONE ? STR_NONE : str_find(str_skip(text, at + start), STR("}}"));
        if (end == STR_NONE) {
            break;
        }
        for (size_t i = at + start; i < at + start + end + 2; i++) {
            copy[i] = copy[i] == '\n' ? '\n' : '_';
        }
        at += start + end + 2;
    }
    return str_make(copy, text.len);
}

static void add_scripts(Scripts *all, Workflow *workflow)
{
    vec_foreach(job, &workflow->jobs) {
        vec_foreach(step, &job->steps) {
            const char *dialect = step->run ? dialect_of(step) : NULL;
            if (dialect) {
                CheckedScript script = { .text = without_expressions(all->arena, step->run->text),
                                         .dialect = dialect,
                                         .disable = meaningless };
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
        add_scripts(&all, entry->value);
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
