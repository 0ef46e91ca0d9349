/* Paths that workflows name, and Dependabot's configuration. */
#include "base/fs.h"
#include "base/mem.h"
#include "base/path.h"

#include "audit/actions/glob.h"
#include "audit/actions/script.h"
#include "audit/rule.h"

/* --- GH034 ------------------------------------------------------------------------------------ */

/* Whether the root really is a repository's: what isn't in a lone file can't be missing. */
static bool has_repository(const Workflow *workflow)
{
    Arena *arena = workflow->arena;
    Str here = path_join(arena, workflow->root_path, STR(".github"));
    return str_find(workflow->source->path, STR(".github/")) != STR_NONE && fs_is_dir(here.ptr);
}

static void check_path(RuleContext *ctx, const Workflow *workflow, const Node *pattern)
{
    bool is_whole;
    Str fixed = pattern->kind == NODE_STRING ? glob_fixed_part(pattern->text, &is_whole) : STR("");
    if (fixed.len == 0 || fixed.ptr[0] == '/' || fixed.ptr[0] == '.') {
        return;
    }
    Str path = path_join(workflow->arena, workflow->root_path, fixed);
    if (!fs_exists(path.ptr)) {
        Diag *diag =
            rule_find(ctx, pattern, "the repository has no \"%" STR_FMT "\"", STR_ARG(fixed));
        rule_hint(ctx, diag, "the filter matches nothing: correct the path, or take it away");
    }
}

/* What `paths-ignore` and "!" leave out may well not be there. */
static void gh034(RuleContext *ctx, const Workflow *workflow)
{
    vec_foreach(event, &workflow->events) {
        const Node *list = node_is_map(event->filter) ? node_path(event->filter, "paths") : NULL;
        for (size_t i = 0; i < node_len(list) && has_repository(workflow); i++) {
            check_path(ctx, workflow, list->seq.items[i]);
        }
    }
}

/* --- GH035 ------------------------------------------------------------------------------------ */

/* Whether something before the step may have made the folder: another checkout, a download, or a
 * script that names it. */
static bool may_be_made(const Step *step, Str folder)
{
    Str rest = folder, first = folder;
    (void) str_next(&rest, '/', &first);
    const Job *job = step->job;
    for (const Step *before = job->steps.ptr; before < step; before++) {
        bool names_it = before->run && str_find(before->run->text, first) != STR_NONE;
        bool is_plain_checkout = uses_is(&before->uses, "actions/checkout") &&
                                 !node_path(before->with, "path") &&
                                 !node_path(before->with, "repository");
        bool is_setup = before->uses.kind == USES_REPOSITORY &&
                        str_has_prefix(before->uses.repo, STR("setup-"));
        bool is_other = before->uses.node && !is_plain_checkout && !is_setup;
        bool makes = before->run && (step_runs(before, "git clone") || step_runs(before, "tar") ||
                                     step_runs(before, "unzip") || step_runs(before, "cd") ||
                                     step_runs(before, "make") || step_runs(before, "npm") ||
                                     step_runs(before, "mkdir"));
        if (names_it || is_other || makes) {
            return true;
        }
    }
    return false;
}

static bool is_checked_out(const Step *step)
{
    for (const Step *before = step->job->steps.ptr; before < step; before++) {
        if (uses_is(&before->uses, "actions/checkout")) {
            return true;
        }
    }
    return false;
}

static void check_folder(RuleContext *ctx, const Step *step, const Node *folder)
{
    const Workflow *workflow = step->job->workflow;
    if (!folder || folder->kind != NODE_STRING || !step->run || !is_checked_out(step)) {
        return;
    }
    Str text = folder->text;
    (void) str_strip_prefix(&text, STR("./"));
    bool is_fixed = text.len > 0 && !str_has_char(text, '$') && !str_has_char(text, '~') &&
                    text.ptr[0] != '/' && !str_has_prefix(text, STR(".."));
    if (!is_fixed || may_be_made(step, text)) {
        return;
    }
    Str path = path_join(workflow->arena, workflow->root_path, text);
    if (!fs_is_dir(path.ptr)) {
        rule_find(ctx, folder, "the repository has no folder \"%" STR_FMT "\"", STR_ARG(text));
    }
}

static void gh035(RuleContext *ctx, const Workflow *workflow)
{
    if (workflow->kind != WORKFLOW_JOBS || !has_repository(workflow)) {
        return;
    }
    vec_foreach(job, &workflow->jobs) {
        const Node *shared = node_path(job->node, "defaults.run.working-directory");
        shared = shared ? shared : node_path(workflow->defaults, "run.working-directory");
        bool is_told = false;
        vec_foreach(step, &job->steps) {
            if (step->working_directory) {
                check_folder(ctx, step, step->working_directory);
            } else if (shared && step->run && !is_told) {
                check_folder(ctx, step, shared);
                is_told = true;
            }
        }
    }
}

/* --- GH033 ------------------------------------------------------------------------------------ */

static void gh033(RuleContext *ctx, const Workflow *workflow)
{
    if (workflow->kind != WORKFLOW_DEPENDABOT) {
        return;
    }
    const Node *updates = node_path(workflow->root, "updates");
    for (size_t i = 0; i < node_len(updates); i++) {
        const Node *update = updates->seq.items[i];
        const Node *name = node_path(update, "package-ecosystem");
        const Node *external = node_path(update, "insecure-external-code-execution");
        if (external && node_is_scalar(external) && str_eq(external->text, STR("allow"))) {
            Diag *diag = rule_find(
                ctx,
                external,
                "an update runs the code of the package before anybody has looked at it"
            );
            diag->severity = SEVERITY_WARN;
            rule_hint(ctx, diag, "deny");
            rule_suggest(ctx, diag, external->span, "deny");
        }
        if (name && !node_path(update, "cooldown")) {
            rule_hint(
                ctx,
                rule_find(ctx, name, "versions come in on the day they are published"),
                "cooldown: {default-days: 7}: what is bad is mostly found within days"
            );
        }
    }
}

#define STEP(yaml) "jobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n" yaml

static const AuditRule rules[] = {
    { .id = "GH033",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_INFO,
      .meaning = "Dependabot takes versions on their first day, or runs their code",
      .why = "A package that was taken over is mostly found out within a week.",
      .fix = "cooldown: {default-days: 7}",
      .bad = "updates:\n- package-ecosystem: npm\n  directory: /\n",
      .good = "updates:\n- package-ecosystem: npm\n  directory: /\n  cooldown: {default-days: 7}\n",
      .peers = "ZZ:dependabot-cooldown ZZ:dependabot-execution",
      .check_workflow = gh033 },
    { .id = "GH034",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_WARN,
      .meaning = "A filter of paths names one that the repository doesn't have",
      .why = "The workflow doesn't run for what was renamed, and the check is silently gone.",
      .fix = "correct the path",
      .bad = "on:\n  push:\n    paths: [\"servces/cart/**\"]\n",
      .good = "on:\n  push:\n    paths: [\"services/cart/**\"]\n",
      .check_workflow = gh034 },
    { .id = "GH035",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_ERROR,
      .meaning = "A step works in a folder that the repository doesn't have",
      .why = "The step fails before its first command.",
      .fix = "correct the path",
      .bad = STEP(
          "    - uses: actions/checkout@v4\n    - run: npm ci\n      working-directory: fronted\n"
      ),
      .good = STEP(
          "    - uses: actions/checkout@v4\n    - run: npm ci\n      working-directory: frontend\n"
      ),
      .check_workflow = gh035 },
};

const RuleFamily rules_actions_files = { rules, ARRAY_LEN(rules) };
