/* Workflows of GitHub Actions and actions (action.yml), as the rules see them. Views only: the nodes
 * belong to the document. Reading is lenient: what has the wrong shape is left out here and told by
 * GH001, which looks at the nodes.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/source.h"
#include "base/vec.h"
#include "codec/node.h"
#include "codec/yaml_place.h"

#include "expression.h"
#include "place.h"

typedef struct Workflow Workflow;
typedef struct Job Job;

typedef enum UsesKind {
    USES_NONE,       /* nothing is used, or what is written has no such form */
    USES_REPOSITORY, /* owner/repo[/path]@ref */
    USES_LOCAL,      /* ./path, or $/path: of the running commit */
    USES_DOCKER,     /* docker://image */
} UsesKind;

typedef struct Uses {
    UsesKind kind;
    const Node *node; /* the scalar, also where it has no such form; NULL: no `uses` */
    Str owner, repo;
    Str path; /* below the repository, or of the local one without "./" or "$/"; of docker the image */
    Str ref;
    Str slug;    /* "owner/repo" or "owner/repo/path" as written */
    Str comment; /* behind it on its line, without '#' and blanks */
    Span ref_span;
} Uses;
typedef VEC(const Uses *) UsesList;

typedef struct Step {
    const Job *job;
    const Node *node;
    size_t index;
    Str id;
    const Node *id_node, *condition, *run, *with, *env, *shell, *working_directory; /* or NULL */
    const struct ShellScript *script; /* of `run`: script.h */
    Uses uses;
} Step;

/* One row or another value of a strategy's matrix. */
typedef struct Matrix {
    const Node *node;    /* strategy.matrix; NULL: none */
    const Node *include; /* lists, or NULL */
    const Node *exclude;
    bool is_known; /* false: an expression makes it or one of its parts */
} Matrix;

typedef struct JobNeed {
    const Node *node;
    Str id;
    const Job *job; /* NULL: there is none of that name */
} JobNeed;

struct Job {
    const Workflow *workflow;
    const Node *key; /* NULL: the steps of an action */
    const Node *node;
    Str id;
    VEC(JobNeed) needs;
    const Node *condition, *permissions, *env, *outputs, *container, *services,
        *environment; /* or NULL */
    const Node *runs_on, *with, *secrets;
    Matrix matrix;
    Uses uses; /* of a reusable workflow */
    VEC(Step) steps;
    Map steps_by_id;  /* lower case -> Step */
    bool is_in_cycle; /* of needs */
};

typedef struct Event {
    Str name;
    const Node *key;    /* where it is named */
    const Node *filter; /* its map, or NULL; of `schedule` the list */
} Event;

/* A `${{ }}`, or a whole `if`. */
typedef struct WorkflowExpr {
    const Node *node; /* the scalar it stands in */
    Str key;          /* the key of that scalar, of the nearest map around it */
    const Workflow *workflow;
    const Job *job;   /* or NULL */
    const Step *step; /* or NULL */
    Place place;
    size_t from, to; /* in node->text, braces included */
    bool is_whole;   /* the scalar is nothing else: the value keeps its type */
    bool is_item;    /* of a list that the key has */
    bool is_condition;
    const Expr *root; /* NULL: it doesn't parse, for the reason in `fault` */
    ExprFault fault;
} WorkflowExpr;

typedef struct ScriptComplaint {
    Span span;
    size_t code; /* 2086 of SC2086 */
    Str message;
} ScriptComplaint;

typedef enum WorkflowKind {
    WORKFLOW_JOBS,
    WORKFLOW_ACTION,     /* action.yml: at most one job, which holds the steps of a composite one */
    WORKFLOW_DEPENDABOT, /* dependabot.yml: only the root */
} WorkflowKind;

struct Workflow {
    Arena *arena;
    Source *source;
    const Node *root;
    WorkflowKind kind;
    Str root_path;   /* of the repository: what "./" of a `uses` means */
    Map *workflows;  /* shown path -> Workflow, of the whole run and what it uses beside */
    const Map *pins; /* of uses_note_pins, over the whole run */
    VEC(Event) events;
    VEC(Job) jobs;
    Map jobs_by_id;                                         /* lower case -> Job */
    const Node *permissions, *env, *defaults, *concurrency; /* or NULL */
    const Node *inputs, *outputs;                           /* of an action */
    VEC(WorkflowExpr) expressions;
    YamlPlace **places;              /* of the last question for a place, one a thread */
    VEC(ScriptComplaint) complaints; /* of ShellCheck, where it was asked */
};

/* Whether the document is a workflow: a map with `on` and `jobs`. An action: `runs` with `using`. */
bool workflow_is_one(const Node *root);
bool action_is_one(const Node *root);
/* `kind` is what the file's place says: its content may be something else. */
Workflow *workflow_read(Arena *arena, Source *source, const Node *root, WorkflowKind kind);

/* NULL when there is no such event. */
const Event *workflow_event(const Workflow *workflow, const char *name);
/* The workflow or action that a local `uses` means, also when the run didn't gather it. NULL: it
 * isn't there or is none. */
const Workflow *workflow_find_local(const Workflow *workflow, const Uses *uses);
/* A map of `on.<event>`, such as the inputs of workflow_call; an action's own `inputs`, `outputs`
 * for any event. */
const Node *workflow_declared(const Workflow *workflow, const char *event, const char *what);
/* Id without case, as GitHub compares them. */
const Job *workflow_job(const Workflow *workflow, Str id);
const Step *job_step(const Job *job, Str id);
/* The shell of a `run`: its own, of the job's or the workflow's defaults, or empty. */
Str step_shell(const Step *step);

Uses uses_read(const Node *node);
static inline bool uses_is(const Uses *uses, const char *slug)
{
    return uses->kind == USES_REPOSITORY && str_eq_nocase(uses->slug, str_from(slug));
}
/* Forty hexadecimal digits. */
bool uses_is_pinned(const Uses *uses);
/* Notes what the workflow uses with a comment behind it, such as "# v4.2.2": of each ref and comment one. */
void uses_note_pins(Arena *arena, Map *pins, const Workflow *workflow);
/* Those of the same repository, in the order of the workflows; never NULL. */
const UsesList *uses_pins_of(const Map *pins, const Uses *uses);

/* Place in the file of bytes from..to of a scalar of the workflow. Asking in ascending order reads the
 * scalar once. */
Span workflow_span(const Workflow *workflow, const Node *node, size_t from, size_t to);
/* Of a part of an expression; of all of it with NULL. */
Span workflow_expr_span(const WorkflowExpr *expr, const Expr *part);
