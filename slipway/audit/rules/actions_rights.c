/* What the token of a run may do, and who else gets it. */
#include "base/mem.h"

#include "audit/actions/script.h"
#include "audit/rule.h"

/* --- who uses git ---------------------------------------------------------------------------- */

static bool talks_to_git(const Step *step)
{
    static const char *const commands[] = { "git push",      "git fetch", "git pull",
                                            "git submodule", "git clone", "git ls-remote",
                                            "git lfs" };
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        if (step_runs(step, commands[i])) {
            return true;
        }
    }
    return false;
}

/* Actions that push with what the checkout left. */
static bool pushes(const Uses *uses)
{
    static const char *const slugs[] = {
        "stefanzweifel/git-auto-commit-action",
        "ad-m/github-push-action",
        "endbug/add-and-commit",
        "peter-evans/create-pull-request",
        "changesets/action",
        "jamesives/github-pages-deploy-action",
        "helm/chart-releaser-action",
        "mathieudutour/github-tag-action",
        "cycjimmy/semantic-release-action",
    };
    for (size_t i = 0; i < ARRAY_LEN(slugs); i++) {
        if (uses_is(uses, slugs[i])) {
            return true;
        }
    }
    return false;
}

typedef enum GitUse { GIT_NEVER, GIT_MAYBE, GIT_USED } GitUse;

/* Whether what comes behind the checkout needs its credentials. A script of the repository may. */
static GitUse git_use_behind(const Step *checkout)
{
    const Job *job = checkout->job;
    GitUse use = GIT_NEVER;
    for (size_t i = (size_t) (checkout - job->steps.ptr) + 1; i < job->steps.len; i++) {
        const Step *step = &job->steps.ptr[i];
        if (talks_to_git(step) || pushes(&step->uses)) {
            return GIT_USED;
        }
        bool is_plain = step->uses.kind == USES_REPOSITORY &&
                        (str_eq_nocase(step->uses.owner, STR("actions")) ||
                         str_eq_nocase(step->uses.owner, STR("docker")));
        bool is_quiet = step->run && str_find(step->run->text, STR("git")) == STR_NONE &&
                        str_find(step->run->text, STR("./")) == STR_NONE &&
                        str_find(step->run->text, STR("release")) == STR_NONE;
        use = is_plain || is_quiet ? use : GIT_MAYBE;
    }
    return use;
}

/* --- GH015 ------------------------------------------------------------------------------------ */

static bool is_only_called(const Workflow *workflow)
{
    return workflow->events.len == 1 && workflow_event(workflow, "workflow_call");
}

static void check_all(RuleContext *ctx, const Node *permissions)
{
    if (permissions && permissions->kind == NODE_STRING &&
        str_eq(permissions->text, STR("write-all"))) {
        rule_find(ctx, permissions, "the token may write everything, also code and releases");
    } else if (permissions && permissions->kind == NODE_STRING &&
               str_eq(permissions->text, STR("read-all"))) {
        Diag *diag = rule_find(
            ctx, permissions, "the token may read everything, also what the job never looks at"
        );
        diag->severity = SEVERITY_WARN;
    }
}

/* Jobs that say nothing of their own, and so have the workflow's. */
static size_t count_sharing(const Workflow *workflow)
{
    size_t count = 0;
    vec_foreach(job, &workflow->jobs) {
        count += !job->permissions;
    }
    return count;
}

/* A scope that writes, for whichever job says nothing, belongs to the one that needs it. */
static void check_shared(RuleContext *ctx, const Workflow *workflow)
{
    const Node *permissions = workflow->permissions;
    size_t sharing = count_sharing(workflow);
    bool is_shared = workflow->jobs.len > 1 && sharing > 0;
    for (size_t i = 0; node_is_map(permissions) && i < permissions->map.len && is_shared; i++) {
        const NodePair *pair = &permissions->map.pairs[i];
        if (node_is_scalar(pair->value) && str_eq(pair->value->text, STR("write"))) {
            Diag *diag = rule_find(
                ctx,
                pair->key,
                "%zu of %zu jobs may write \"%" STR_FMT "\"",
                sharing,
                workflow->jobs.len,
                STR_ARG(pair->key->text)
            );
            rule_hint(ctx, diag, "move it to the permissions of the job that needs it");
        }
    }
}

/* Whether reading the code is all that the jobs can do with the token: nobody hands it to them. */
static bool is_content_with_reading(const Workflow *workflow)
{
    static const char *const plain[] = {
        "actions/checkout",         "actions/cache",
        "actions/upload-artifact",  "actions/download-artifact",
        "actions/setup-go",         "actions/setup-node",
        "actions/setup-java",       "actions/setup-python",
        "actions/setup-dotnet",     "docker/setup-buildx-action",
        "docker/setup-qemu-action",
    };
    const Node *last = NULL;
    vec_foreach(expr, &workflow->expressions) {
        bool is_new = expr->node != last;
        last = expr->node;
        if (is_new && (str_find(last->text, STR("GITHUB_TOKEN")) != STR_NONE ||
                       str_find(last->text, STR("github.token")) != STR_NONE)) {
            return false;
        }
    }
    vec_foreach(job, &workflow->jobs) {
        vec_foreach(step, &job->steps) {
            bool is_plain = step->run && !step_runs(step, "gh");
            for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
                is_plain = is_plain || uses_is(&step->uses, plain[i]);
            }
            bool is_open = uses_is(&step->uses, "actions/checkout") &&
                           !node_is_false(node_path(step->with, "persist-credentials")) &&
                           git_use_behind(step) != GIT_NEVER;
            if (!is_plain || is_open) {
                return false;
            }
        }
        if (job->uses.node) {
            return false;
        }
    }
    return true;
}

/* Above `jobs`, where people look for it. */
static void fix_unsaid(RuleContext *ctx, Diag *diag, const Workflow *workflow)
{
    const NodePair *jobs = node_find(workflow->root, STR("jobs"));
    if (jobs && workflow->root->style != STYLE_FLOW && span_start(jobs->key->span).column == 1) {
        Span above = span_make(workflow->source, jobs->key->span.start, jobs->key->span.start);
        rule_fix(ctx, diag, above, "permissions:\n  contents: read\n\n");
    }
}

/* Whether what the job calls says what the token may do. What lies elsewhere isn't known to. */
static bool is_said_by_called(const Workflow *workflow, const Job *job)
{
    const Workflow *called =
        job->uses.kind == USES_LOCAL ? workflow_find_local(workflow, &job->uses) : NULL;
    bool is_said = called && called->permissions;
    size_t said = 0;
    for (size_t i = 0; called && i < called->jobs.len; i++) {
        said += called->jobs.ptr[i].permissions != NULL;
    }
    return is_said || (called && said == called->jobs.len);
}

static void check_unsaid(RuleContext *ctx, const Workflow *workflow)
{
    const Job *first = NULL;
    size_t count = 0;
    vec_foreach(job, &workflow->jobs) {
        bool is_said = job->permissions || (job->uses.node && is_said_by_called(workflow, job));
        first = is_said || first ? first : job;
        count += !is_said;
    }
    if (!first || workflow->permissions || is_only_called(workflow)) {
        return;
    }
    Diag *diag = rule_find(
        ctx,
        first->key,
        "%zu job%s the token that the repository gives by default, which may be able to write",
        count,
        count > 1 ? "s have" : " has"
    );
    diag->severity = SEVERITY_WARN;
    rule_hint(
        ctx, diag, "permissions: {contents: read} at the top, and more in the job that needs it"
    );
    if (is_content_with_reading(workflow)) {
        fix_unsaid(ctx, diag, workflow);
    }
}

static void gh015(RuleContext *ctx, const Workflow *workflow)
{
    if (workflow->kind != WORKFLOW_JOBS) {
        return;
    }
    check_all(ctx, workflow->permissions);
    check_shared(ctx, workflow);
    check_unsaid(ctx, workflow);
    vec_foreach(job, &workflow->jobs) {
        check_all(ctx, job->permissions);
    }
}

/* --- GH016 ------------------------------------------------------------------------------------ */

static void check_checkout(RuleContext *ctx, const Step *step)
{
    GitUse use = git_use_behind(step);
    if (node_path(step->with, "persist-credentials") || use == GIT_USED) {
        return;
    }
    Diag *diag = rule_find(
        ctx,
        step->uses.node,
        "leaves the token in .git/config, %s",
        use == GIT_NEVER ? "for every step behind it and every archive of the folder"
                         : "for the scripts behind it, whether they push or not"
    );
    if (use == GIT_NEVER) {
        rule_fix_set(ctx, diag, step->node, "with.persist-credentials", "false");
    }
}

static void gh016(RuleContext *ctx, const Workflow *workflow)
{
    vec_foreach(job, &workflow->jobs) {
        vec_foreach(step, &job->steps) {
            if (uses_is(&step->uses, "actions/checkout")) {
                check_checkout(ctx, step);
            }
        }
    }
}

/* --- GH026 ------------------------------------------------------------------------------------ */

static void gh026(RuleContext *ctx, const Workflow *workflow)
{
    vec_foreach(job, &workflow->jobs) {
        const Node *labels = job->runs_on;
        if (labels && labels->kind == NODE_STRING &&
            str_eq_nocase(labels->text, STR("self-hosted"))) {
            rule_find(ctx, labels, "a runner of your own, which keeps what a run leaves behind");
        }
        for (size_t i = 0; i < node_len(labels); i++) {
            if (str_eq_nocase(labels->seq.items[i]->text, STR("self-hosted"))) {
                rule_find(
                    ctx,
                    labels->seq.items[i],
                    "a runner of your own, which keeps what a run leaves behind"
                );
            }
        }
    }
}

#define STEP(yaml) "jobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n" yaml

static const AuditRule rules[] = {
    { .id = "GH015",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "The token may do more than the jobs need, or nobody says what",
      .why = "One bad dependency in a test run pushes code, or publishes a package.",
      .fix = "permissions: {contents: read} at the top, and in a job what it writes",
      .bad = "permissions: write-all\n" STEP("    - run: make test\n"),
      .good = "permissions: {contents: read}\n" STEP("    - run: make test\n"),
      .peers = "ZZ:excessive-permissions CKV2_GHA_1",
      .check_workflow = gh015 },
    { .id = "GH016",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_WARN,
      .escalates = true,
      .meaning = "A checkout leaves the token behind",
      .why = "Every step behind it can push, and an artifact of the folder carries it away.",
      .fix = "persist-credentials: false",
      .bad = STEP("    - uses: actions/checkout@v4\n    - run: make\n"),
      .good = STEP("    - uses: actions/checkout@v4\n      with: {persist-credentials: false}\n    "
                   "- run: make\n"),
      .peers = "ZZ:artipacked",
      .check_workflow = gh016 },
    { .id = "GH026",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_WARN,
      .is_optional = true,
      .escalates = true,
      .meaning = "A runner of your own",
      .why = "In a public repository a stranger's pull request runs on it, and stays.",
      .fix = "use GitHub's runners for public repositories, or runners that live for one job",
      .bad = "runs-on: self-hosted\n",
      .good = "runs-on: ubuntu-24.04\n",
      .peers = "ZZ:self-hosted-runner",
      .check_workflow = gh026 },
};

const RuleFamily rules_actions_rights = { rules, ARRAY_LEN(rules) };
