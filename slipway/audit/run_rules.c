/* The rules over what was gathered, several at once: nothing that they look at changes meanwhile, each
 * has its own list of findings, and the lists are put together in the order of the table. */
#include <stdarg.h>
#include <stdatomic.h>

#include "base/parallel.h"

#include "internal.h"
#include "repository/repository.h"

/* --- reporting -------------------------------------------------------------------------------- */

static Span place_of(const RuleContext *ctx, const Node *node)
{
    const Node *candidates[] = {
        node,
        ctx->container ? container_name_place(ctx->container) : NULL,
        ctx->container ? ctx->container->node : NULL,
        ctx->object ? object_name_place(ctx->object) : NULL,
        ctx->object ? ctx->object->node : NULL,
    };
    for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++) {
        if (candidates[i] && span_is_known(candidates[i]->span)) {
            return candidates[i]->span;
        }
    }
    return ctx->bundle ? ctx->bundle->origin : SPAN_NONE;
}

Diag *
find_of_rule(DiagList *list, const AuditRule *rule, Span span, const char *format, va_list args)
{
    const char *message = arena_vprintf(list->arena, format, args);
    Diag *diag = diag_add(list, rule->severity, rule->id, span, "%s", message);
    diag->hint = str_from(rule->fix);
    return diag;
}

Diag *rule_find(RuleContext *ctx, const Node *node, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Diag *diag = find_of_rule(ctx->diags, ctx->rule, place_of(ctx, node), format, args);
    va_end(args);
    if (ctx->object) {
        diag->object = object_title(ctx->diags->arena, ctx->object);
    }
    return diag;
}

Diag *rule_find_span(RuleContext *ctx, Span span, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Diag *diag = find_of_rule(ctx->diags, ctx->rule, span, format, args);
    va_end(args);
    return diag;
}

void rule_hint(RuleContext *ctx, Diag *diag, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    diag->hint = str_from(arena_vprintf(ctx->diags->arena, format, args));
    va_end(args);
}

/* --- one rule --------------------------------------------------------------------------------- */

/* A rule's turn: what it found, and how much of it another linter's annotations take away. */
typedef struct Turn {
    const Audit *audit;
    const AuditRule *rule;
    DiagList diags;
    size_t suppressed;
} Turn;

/* Where nothing of a security context is said, K8029 says so once instead of each rule in turn. */
static bool is_said_by_another(const Turn *turn, const Container *container)
{
    const AuditOptions *options = turn->audit->options;
    return turn->rule->is_missing && options->standard == AUDIT_STANDARD_NONE &&
           !container->security && !container->pod->security &&
           audit_wants(options, rule_get(STR("K8029")));
}

static void check_pod(const Turn *turn, RuleContext *ctx, const Pod *pod)
{
    if (ctx->rule->check_pod) {
        ctx->rule->check_pod(ctx, pod);
    }
    for (size_t i = 0; ctx->rule->check_container && i < pod->containers.len; i++) {
        const Container *container = &pod->containers.ptr[i];
        if (!is_said_by_another(turn, container)) {
            ctx->container = container;
            ctx->rule->check_container(ctx, container);
        }
    }
    ctx->container = NULL;
}

static void check_object(Turn *turn, RuleContext *ctx, const Object *object)
{
    size_t kept = turn->diags.diags.len;
    size_t dropped = turn->diags.dropped;
    ctx->object = object;
    if (ctx->rule->check_object) {
        ctx->rule->check_object(ctx, object);
    }
    if (object->pod) {
        check_pod(turn, ctx, object->pod);
    }
    size_t found = turn->diags.diags.len + turn->diags.dropped - kept - dropped;
    if (found > 0 && peers_ignore_object(ctx->rule, object)) {
        turn->suppressed += found;
        turn->diags.diags.len = kept;
        turn->diags.dropped = dropped;
    }
    ctx->object = NULL;
}

static void check_bundle(Turn *turn, RuleContext *ctx, const Bundle *bundle)
{
    const AuditRule *rule = ctx->rule;
    ctx->bundle = bundle;
    if (rule->check_bundle) {
        rule->check_bundle(ctx, bundle);
    }
    if (rule->check_object || rule->check_pod || rule->check_container) {
        vec_foreach(object, &bundle->objects) {
            check_object(turn, ctx, object);
        }
    }
    ctx->bundle = NULL;
}

/* The rules across artifacts are about what is built and run: an end in test data is none. */
static bool is_of_sample(const Repository *repository, const Diag *diag)
{
    bool is_sample =
        span_is_known(diag->span) && repository_is_sample(repository, diag->span.source->path);
    for (size_t i = 0; i < diag->related.len && !is_sample; i++) {
        Span span = diag->related.ptr[i].span;
        is_sample = span_is_known(span) && repository_is_sample(repository, span.source->path);
    }
    return is_sample;
}

static void check_repository(Turn *turn, RuleContext *ctx, const Repository *repository)
{
    size_t kept = turn->diags.diags.len;
    ctx->rule->check_repository(ctx, repository);
    for (size_t i = kept; i < turn->diags.diags.len; i++) {
        if (!is_of_sample(repository, &turn->diags.diags.ptr[i])) {
            turn->diags.diags.ptr[kept++] = turn->diags.diags.ptr[i];
        }
    }
    turn->diags.diags.len = kept;
}

/* Calls `check` of the rule, where it has it, with each of the subjects. */
#define CHECK_EACH(ctx, check, subjects)                      \
    for (size_t i = 0; (check) && i < (subjects)->len; i++) { \
        (check)((ctx), (subjects)->ptr[i]);                   \
    }

static void run_turn(Turn *turn, Api *api)
{
    const Audit *audit = turn->audit;
    const AuditRule *rule = turn->rule;
    RuleContext ctx = {
        .diags = &turn->diags,
        .rule = rule,
        .options = audit->options,
        .standard = audit->options->standard,
        .api = api,
    };
    vec_foreach(bundle, &audit->bundles) {
        check_bundle(turn, &ctx, *bundle);
    }
    CHECK_EACH(&ctx, rule->check_kustomization, &audit->kustomizations)
    CHECK_EACH(&ctx, rule->check_dockerfile, &audit->dockerfiles)
    CHECK_EACH(&ctx, rule->check_compose, &audit->compose_projects)
    CHECK_EACH(&ctx, rule->check_workflow, &audit->workflows)
    CHECK_EACH(&ctx, rule->check_dashboard, &audit->dashboards)
    CHECK_EACH(&ctx, rule->check_prometheus, &audit->prometheus_files)
    if (rule->check_repository && audit->repository) {
        check_repository(turn, &ctx, audit->repository);
    }
}

/* --- all of them ------------------------------------------------------------------------------ */

typedef struct Turns {
    VEC(Turn) all;
    Api **apis; /* what is known of the types grows with the questions: each thread has its own */
    atomic_size_t *found; /* by each turn that is over */
} Turns;

/* What can still be kept of a turn when those before it come first; more where they aren't over. */
static size_t room_of(const Turns *turns, size_t at, size_t kept)
{
    size_t before = kept;
    for (size_t i = 0; i < at && before < AUDIT_FINDINGS_MOST; i++) {
        before += atomic_load_explicit(&turns->found[i], memory_order_relaxed);
    }
    return before < AUDIT_FINDINGS_MOST ? AUDIT_FINDINGS_MOST - before : 1;
}

static void take_turn(void *ctx, size_t at)
{
    Turns *turns = ctx;
    Turn *turn = &turns->all.ptr[at];
    const DiagList *all = &turn->audit->result->diags;
    turn->diags = (DiagList) { .arena = all->arena, .limit = room_of(turns, at, all->diags.len) };
    run_turn(turn, turns->apis[parallel_lane()]);
    atomic_store_explicit(&turns->found[at], turn->diags.diags.len, memory_order_relaxed);
}

static void plan(Audit *audit, Turns *turns)
{
    for (size_t i = 0; rule_families[i]; i++) {
        for (size_t j = 0; j < rule_families[i]->len; j++) {
            const AuditRule *rule = &rule_families[i]->rules[j];
            if (audit_wants(audit->options, rule)) {
                Turn turn = { .audit = audit, .rule = rule };
                vec_push(&turns->all, audit->arena, turn);
            }
        }
    }
    turns->found = ARENA_ARRAY(audit->arena, atomic_size_t, turns->all.len + 1);
    turns->apis = ARENA_ARRAY(audit->arena, Api *, audit->jobs);
    for (size_t i = 0; i < audit->jobs; i++) {
        turns->apis[i] = i == 0 ? audit->api : api_copy(audit->api);
    }
}

static void take_findings(AuditResult *result, const Turn *turn)
{
    result->suppressed += turn->suppressed;
    result->diags.dropped += turn->diags.dropped;
    vec_foreach(diag, &turn->diags.diags) {
        if (result->diags.diags.len < AUDIT_FINDINGS_MOST) {
            vec_push(&result->diags.diags, result->diags.arena, *diag);
        } else {
            result->diags.dropped++;
        }
    }
}

void rules_run(Audit *audit)
{
    Turns turns = { 0 };
    plan(audit, &turns);
    parallel_each(audit->arena, audit->jobs, turns.all.len, take_turn, &turns);
    vec_foreach(turn, &turns.all) {
        take_findings(audit->result, turn);
    }
    vec_foreach(bundle, &audit->bundles) {
        audit->result->object_count += (*bundle)->objects.len;
    }
}
