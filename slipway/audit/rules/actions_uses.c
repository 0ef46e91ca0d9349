/* What workflows use of others: inputs, versions, and whether it can be trusted to stay the same. */
#include "base/fs.h"
#include "base/mem.h"
#include "base/path.h"

#include "actions_pins.h"
#include "audit/actions/contexts.h"
#include "audit/actions/known_actions.h"
#include "audit/actions/syntax.h"
#include "audit/actions/trust.h"
#include "audit/rule.h"
#include "words.h"

/* --- GH005 ------------------------------------------------------------------------------------ */

/* What may be given to an action or a workflow. */
typedef struct Inputs {
    ExprType *all;   /* names and types */
    VEC(Str) needed; /* must be given */
} Inputs;

static void read_known(Arena *arena, const KnownAction *known, Inputs *inputs)
{
    Str rest = str_from(known->inputs);
    Str name;
    while (str_next(&rest, ' ', &name)) {
        if (str_strip_prefix(&name, STR("!"))) {
            vec_push(&inputs->needed, arena, name);
        }
        type_add(arena, inputs->all, name, &type_string);
    }
}

static void read_declared(Arena *arena, const Node *map, Inputs *inputs)
{
    for (size_t i = 0; node_is_map(map) && i < map->map.len; i++) {
        const Node *input = map->map.pairs[i].value;
        Str name = map->map.pairs[i].key->text, type = node_text(input, "type");
        bool is_given_already = node_is_map(input) && node_get_cstr(input, "default");
        const ExprType *wanted = str_eq(type, STR("boolean"))  ? &type_bool
                                 : str_eq(type, STR("number")) ? &type_number
                                                               : &type_string;
        type_add(arena, inputs->all, name, wanted);
        if (str_eq(node_text(input, "required"), STR("true")) && !is_given_already) {
            vec_push(&inputs->needed, arena, name);
        }
    }
}

static void
find_unknown(RuleContext *ctx, const Inputs *inputs, const Node *key, const char *what, Str owner)
{
    Arena *arena = ctx->diags->arena;
    Diag *diag = rule_find_span(
        ctx,
        key->span,
        "\"%" STR_FMT "\" has no %s \"%" STR_FMT "\"",
        STR_ARG(owner),
        what,
        STR_ARG(key->text)
    );
    enum { CANDIDATES_MOST = 64, SHOWN_MOST = 16 };
    size_t count = inputs->all->fields.len;
    count = count < CANDIDATES_MOST ? count : CANDIDATES_MOST;
    Str names[CANDIDATES_MOST];
    StrBuf all = STRBUF_ON_ARENA(arena);
    for (size_t i = 0; i < count; i++) {
        names[i] = inputs->all->fields.ptr[i].name;
        if (i < SHOWN_MOST) {
            strbuf_add_cstr(&all, i ? ", " : "it has: ");
            strbuf_add(&all, names[i]);
        }
    }
    if (inputs->all->fields.len > SHOWN_MOST) {
        strbuf_addf(&all, " and %zu more", inputs->all->fields.len - SHOWN_MOST);
    }
    rule_hint(ctx, diag, "%" STR_FMT, STR_ARG(all.len ? strbuf_str(&all) : STR("it has none")));
    diag_hint_nearest(ctx->diags, diag, key->text, names, count);
}

static void check_value(RuleContext *ctx, const ExprType *wanted, const NodePair *pair)
{
    const Node *value = pair->value;
    bool is_expression =
        value->kind == NODE_STRING && str_find(value->text, STR("${{")) != STR_NONE;
    bool is_wrong =
        !is_expression &&
        ((wanted->kind == TYPE_BOOL && value->kind != NODE_BOOL) ||
         (wanted->kind == TYPE_NUMBER && value->kind != NODE_INT && value->kind != NODE_FLOAT));
    if (is_wrong) {
        rule_find_span(
            ctx,
            value->span,
            "\"%" STR_FMT "\" wants %s, this is %s",
            STR_ARG(pair->key->text),
            type_name(wanted),
            node_kind_name(value->kind)
        );
    }
}

static bool is_given(const Node *given, Str name)
{
    for (size_t i = 0; node_is_map(given) && i < given->map.len; i++) {
        if (str_eq_nocase(given->map.pairs[i].key->text, name)) {
            return true;
        }
    }
    return false;
}

/* An action that is an image also takes args and entrypoint. */
static void check_given(
    RuleContext *ctx, const Inputs *inputs, const Node *given, const char *what, const Uses *uses
)
{
    Str owner = uses->node->text;
    for (size_t i = 0; node_is_map(given) && i < given->map.len; i++) {
        const NodePair *pair = &given->map.pairs[i];
        const ExprType *wanted = type_get(inputs->all, pair->key->text);
        bool is_of_images =
            str_eq(pair->key->text, STR("args")) || str_eq(pair->key->text, STR("entrypoint"));
        if (wanted) {
            check_value(ctx, wanted, pair);
        } else if (!is_of_images) {
            find_unknown(ctx, inputs, pair->key, what, owner);
        }
    }
    vec_foreach(name, &inputs->needed) {
        if (!is_given(given, *name)) {
            Diag *diag = rule_find_span(
                ctx, uses->node->span, "the %s \"%" STR_FMT "\" is missing", what, STR_ARG(*name)
            );
            rule_hint(ctx, diag, "\"%" STR_FMT "\" can't do without it", STR_ARG(owner));
        }
    }
}

/* Whether the place itself is there: without it nothing can be said of what it misses. */
static bool is_in_reach(const Workflow *workflow)
{
    return fs_is_dir(str_to_cstr(workflow->arena, workflow->root_path));
}

/* An action that a step before checks out elsewhere isn't in the repository, nor one that a script
 * before writes. */
static bool is_made(const Step *step)
{
    Str folder = step->uses.node->text;
    (void) (str_strip_prefix(&folder, STR("./")) || str_strip_prefix(&folder, STR("$/")));
    for (const Step *before = step->job->steps.ptr; before < step; before++) {
        bool is_elsewhere =
            node_path(before->with, "path") || node_path(before->with, "repository");
        bool is_written = before->run && str_find(before->run->text, folder) != STR_NONE;
        if (is_written || (uses_is(&before->uses, "actions/checkout") && is_elsewhere)) {
            return true;
        }
    }
    return false;
}

static void
find_missing(RuleContext *ctx, const Workflow *workflow, const Uses *uses, const char *what)
{
    if (is_in_reach(workflow)) {
        rule_hint(
            ctx,
            rule_find_span(
                ctx,
                uses->node->span,
                "there is no %s \"%" STR_FMT "\"",
                what,
                STR_ARG(uses->node->text)
            ),
            "paths start at the root of the repository"
        );
    }
}

static void check_action(RuleContext *ctx, const Step *step)
{
    Arena *arena = ctx->diags->arena;
    const Uses *uses = &step->uses;
    Inputs inputs = { .all = type_object(arena) };
    if (uses->kind == USES_LOCAL) {
        const Workflow *action = workflow_find_local(step->job->workflow, uses);
        if (action && action->kind == WORKFLOW_ACTION) {
            read_declared(arena, action->inputs, &inputs);
            check_given(ctx, &inputs, step->with, "input", uses);
        } else if (!action && !is_made(step)) {
            find_missing(ctx, step->job->workflow, uses, "action");
        }
        return;
    }
    const KnownAction *known = known_action_find(uses);
    if (known && known->is_outdated) {
        const KnownAction *newest = known_action_newest(uses->slug);
        Diag *diag = rule_find_span(
            ctx,
            uses->node->span,
            "the version \"%" STR_FMT "\" is made for a runtime that runners no longer have",
            STR_ARG(uses->ref)
        );
        bool has_newer = newest && !newest->is_outdated;
        rule_hint(
            ctx,
            diag,
            "%s%s",
            has_newer ? "there is: " : "take another action: it has no newer version",
            has_newer ? newest->refs : ""
        );
    } else if (known && known->inputs[0] != '*') {
        read_known(arena, known, &inputs);
        check_given(ctx, &inputs, step->with, "input", uses);
    }
}

static void check_call(RuleContext *ctx, const Job *job)
{
    Arena *arena = ctx->diags->arena;
    if (job->uses.kind != USES_LOCAL) {
        return;
    }
    const Workflow *called = workflow_find_local(job->workflow, &job->uses);
    if (!called) {
        find_missing(ctx, job->workflow, &job->uses, "workflow");
        return;
    }
    if (called->kind != WORKFLOW_JOBS || !workflow_event(called, "workflow_call")) {
        Diag *diag = rule_find_span(
            ctx,
            job->uses.node->span,
            "\"%" STR_FMT "\" can't be called",
            STR_ARG(job->uses.node->text)
        );
        rule_hint(ctx, diag, "it has no `on: workflow_call`");
        return;
    }
    Inputs inputs = { .all = type_object(arena) }, secrets = { .all = type_object(arena) };
    read_declared(arena, workflow_declared(called, "workflow_call", "inputs"), &inputs);
    check_given(ctx, &inputs, job->with, "input", &job->uses);
    if (!job->secrets || node_is_map(job->secrets)) {
        read_declared(arena, workflow_declared(called, "workflow_call", "secrets"), &secrets);
        check_given(ctx, &secrets, job->secrets, "secret", &job->uses);
    }
}

static void gh005(RuleContext *ctx, const Workflow *workflow)
{
    vec_foreach(job, &workflow->jobs) {
        check_call(ctx, job);
        vec_foreach(step, &job->steps) {
            check_action(ctx, step);
        }
    }
}

/* --- GH012, GH013: versions ------------------------------------------------------------------- */

typedef void (*UsesFn)(RuleContext *ctx, const Workflow *workflow, const Uses *uses);

static void each_uses(RuleContext *ctx, const Workflow *workflow, UsesFn check)
{
    vec_foreach(job, &workflow->jobs) {
        if (job->uses.kind == USES_REPOSITORY) {
            check(ctx, workflow, &job->uses);
        }
        vec_foreach(step, &job->steps) {
            if (step->uses.kind == USES_REPOSITORY) {
                check(ctx, workflow, &step->uses);
            }
        }
    }
}

static void check_pin(RuleContext *ctx, const Workflow *workflow, const Uses *uses)
{
    if (!uses_is_pinned(uses)) {
        Diag *diag = rule_find_span(
            ctx,
            uses->ref_span,
            "\"%" STR_FMT "\" is what its owner makes of it: a tag or branch moves",
            STR_ARG(uses->ref)
        );
        rule_hint(
            ctx,
            diag,
            "%" STR_FMT "@<the 40 digits of the commit> # %" STR_FMT,
            STR_ARG(uses->slug),
            STR_ARG(uses->ref)
        );
        actions_suggest_pin(ctx, diag, workflow, uses);
    }
}

static void gh012(RuleContext *ctx, const Workflow *workflow)
{
    each_uses(ctx, workflow, check_pin);
}

static void check_comment(RuleContext *ctx, const Workflow *workflow, const Uses *uses)
{
    if (uses_is_pinned(uses) && !actions_has_version(uses->comment)) {
        Diag *diag = rule_find_span(ctx, uses->ref_span, "nobody sees which version this is");
        actions_suggest_version(ctx, diag, workflow, uses);
    }
}

static void gh013(RuleContext *ctx, const Workflow *workflow)
{
    each_uses(ctx, workflow, check_comment);
}

/* --- GH014: images ---------------------------------------------------------------------------- */

static void check_image(void *data, const Workflow *workflow, const Node *node, Str image)
{
    RuleContext *ctx = data;
    if (image.len == 0 || str_find(image, STR("${{")) != STR_NONE ||
        str_find(image, STR("@sha256:")) != STR_NONE) {
        return;
    }
    Str tag = image_tag(image);
    if (tag.len == 0 || str_eq(tag, STR("latest"))) {
        Diag *diag =
            rule_find(ctx, node, "\"%" STR_FMT "\" is another image at each run", STR_ARG(image));
        rule_hint(
            ctx, diag, "name a tag, or better a digest: %" STR_FMT "@sha256:…", STR_ARG(image)
        );
        actions_suggest_image(ctx, diag, workflow, node, image);
    }
}

static void gh014(RuleContext *ctx, const Workflow *workflow)
{
    actions_each_image(workflow, check_image, ctx);
}

/* --- GH027 ------------------------------------------------------------------------------------ */

static void check_trust(RuleContext *ctx, const Workflow *workflow, const Uses *uses)
{
    const TrustNote *note = trust_find(uses);
    if (note) {
        Diag *diag = rule_find_span(
            ctx, uses->node->span, "\"%" STR_FMT "\" %s", STR_ARG(uses->slug), note->what
        );
        diag->severity = note->is_archived ? SEVERITY_WARN : SEVERITY_ERROR;
        rule_hint(
            ctx,
            diag,
            "%s",
            note->instead ? note->instead
                          : "take one that is looked after, or a few lines of your own"
        );
        return;
    }
    Str meant = trust_typo(uses);
    if (meant.len) {
        Diag *diag = rule_find_span(
            ctx,
            uses->node->span,
            "\"%" STR_FMT "\" is nearly \"%" STR_FMT "\"",
            STR_ARG(uses->slug),
            STR_ARG(meant)
        );
        rule_hint(
            ctx, diag, "names one letter apart are registered by those who wait for the mistake"
        );
        Span slug = workflow_span(workflow, uses->node, 0, uses->slug.len);
        rule_suggest(ctx, diag, slug, "%" STR_FMT, STR_ARG(meant));
    }
}

static void gh027(RuleContext *ctx, const Workflow *workflow)
{
    each_uses(ctx, workflow, check_trust);
}

#define STEP(yaml) "jobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n" yaml
#define CHECKOUT   "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683"

static const AuditRule rules[] = {
    { .id = "GH005",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_ERROR,
      .meaning = "An action or workflow isn't there, or isn't given what it takes",
      .why =
          "An unknown input is ignored with a warning nobody reads; a missing one fails the run.",
      .fix = "correct the name of the input, or give it",
      .bad = STEP("    - uses: actions/checkout@v4\n      with: {fetch-dept: 0}\n"),
      .good = STEP("    - uses: actions/checkout@v4\n      with: {fetch-depth: 0}\n"),
      .peers = "AL:action AL:workflow-call",
      .check_workflow = gh005 },
    { .id = "GH012",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "An action that isn't pinned to a commit",
      .why = "Who takes over its repository moves the tag, and their code runs with your secrets.",
      .fix = "pin the commit's hash, with the version in a comment for the tools that update it",
      .bad = STEP("    - uses: actions/checkout@v4\n"),
      .good = STEP("    - uses: " CHECKOUT " # v4.2.2\n"),
      .peers = "ZZ:unpinned-uses",
      .check_workflow = gh012 },
    { .id = "GH013",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_INFO,
      .meaning = "A pinned commit without its version beside it",
      .why = "Nobody reviews forty digits, and Dependabot and Renovate read the comment.",
      .fix = "write the version in a comment behind it",
      .bad = STEP("    - uses: " CHECKOUT "\n"),
      .good = STEP("    - uses: " CHECKOUT " # v4.2.2\n"),
      .peers = "ZZ:ref-version-mismatch",
      .check_workflow = gh013 },
    { .id = "GH014",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_WARN,
      .meaning = "A container or service whose image has no tag, or the tag latest",
      .why = "The same commit passes today and fails tomorrow.",
      .fix = "name a tag, or better a digest",
      .bad = "services:\n  db:\n    image: postgres\n",
      .good = "services:\n  db:\n    image: postgres:16.4\n",
      .peers = "ZZ:unpinned-images",
      .check_workflow = gh014 },
    { .id = "GH027",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "An action that was given up, was taken over, or is named nearly like a known one",
      .why = "Nobody mends an archived action; a name one letter apart is a trap.",
      .fix = "use the one that is looked after",
      .bad = STEP("    - uses: action/checkout@v4\n"),
      .good = STEP("    - uses: actions/checkout@v4\n"),
      .peers = "ZZ:archived-uses ZZ:typosquat-uses ZZ:known-vulnerable-actions",
      .check_workflow = gh027 },
};

const RuleFamily rules_actions_uses = { rules, ARRAY_LEN(rules) };
