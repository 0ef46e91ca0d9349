/* The rules over what was gathered, several at once: nothing that they look at changes meanwhile, each turn
 * has its own list of findings, and the lists are put together in the order of the turns. Dockerfiles and
 * workflows need no build: their rules look at them while kustomizations are built. */
#include <stdarg.h>
#include <stdatomic.h>

#include "base/mem.h"
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

/* --- one turn --------------------------------------------------------------------------------- */

/* What a turn is about. A whole may be large, and is looked at by one rule a turn. Of all else a turn has a
 * few, and each of their rules looks at them while they are in the processor's cache. */
typedef enum SubjectKind {
    SUBJECT_OBJECT,
    SUBJECT_KUSTOMIZATION,
    SUBJECT_DOCKERFILE,
    SUBJECT_WORKFLOW,
    SUBJECT_DASHBOARD,
    SUBJECT_PROMETHEUS,
    SUBJECT_WHOLE, /* bundles, Compose projects and the repository */
    SUBJECT_COUNT,
} SubjectKind;

enum { SUBJECTS_A_TURN = 32 };

typedef VEC(const AuditRule *) Rules;
typedef struct Turns Turns;

/* What its rules found, and how much of it another linter's annotations take away. */
typedef struct Turn {
    SubjectKind kind;
    const Bundle *bundle; /* of objects */
    size_t from, end;     /* of the bundle's objects, or of the run's subjects of that kind */
    const AuditRule *const *rules;
    size_t rule_count;
    DiagList diags;
    size_t suppressed;
    atomic_size_t found; /* once it is over */
} Turn;

struct Turns {
    const Audit *audit;
    Rules rules[SUBJECT_COUNT];  /* in the table's order */
    VEC(Turn) of[SUBJECT_COUNT]; /* in the order in which their findings are kept */
    VEC(Turn *) next;            /* in the order in which they begin */
    bool says_missing_once;      /* K8029 says that nothing of a security context is said */
    Api **apis; /* what is known of the types grows with the questions: each thread has its own */
};

static void check_pod(const Turns *turns, RuleContext *ctx, const Pod *pod)
{
    if (ctx->rule->check_pod) {
        ctx->rule->check_pod(ctx, pod);
    }
    for (size_t i = 0; ctx->rule->check_container && i < pod->containers.len; i++) {
        const Container *container = &pod->containers.ptr[i];
        bool is_said = turns->says_missing_once && ctx->rule->is_missing && !container->security &&
                       !pod->security;
        if (!is_said) {
            ctx->container = container;
            ctx->rule->check_container(ctx, container);
        }
    }
    ctx->container = NULL;
}

static void check_object(const Turns *turns, Turn *turn, RuleContext *ctx, const Object *object)
{
    size_t kept = turn->diags.diags.len;
    size_t dropped = turn->diags.dropped;
    ctx->object = object;
    if (ctx->rule->check_object) {
        ctx->rule->check_object(ctx, object);
    }
    if (object->pod) {
        check_pod(turns, ctx, object->pod);
    }
    size_t found = turn->diags.diags.len + turn->diags.dropped - kept - dropped;
    if (found > 0 && peers_ignore_object(ctx->rule, object)) {
        turn->suppressed += found;
        turn->diags.diags.len = kept;
        turn->diags.dropped = dropped;
    }
    ctx->object = NULL;
}

/* Calls `check` of the rule, where it has it, with some of the subjects. */
#define CHECK_SOME(ctx, check, subjects, start, limit)      \
    for (size_t i = (start); (check) && i < (limit); i++) { \
        (check)((ctx), (subjects)->ptr[i]);                 \
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

static void check_whole(const Audit *audit, Turn *turn, RuleContext *ctx)
{
    const AuditRule *rule = ctx->rule;
    for (size_t i = 0; rule->check_bundle && i < audit->bundles.len; i++) {
        ctx->bundle = audit->bundles.ptr[i];
        rule->check_bundle(ctx, ctx->bundle);
    }
    ctx->bundle = NULL;
    CHECK_SOME(ctx, rule->check_compose, &audit->compose_projects, 0, audit->compose_projects.len)
    if (rule->check_repository && audit->repository) {
        check_repository(turn, ctx, audit->repository);
    }
}

/* One rule. */
static void check_subjects(const Turns *turns, Turn *turn, RuleContext *ctx)
{
    const Audit *audit = turns->audit;
    const AuditRule *rule = ctx->rule;
    size_t from = turn->from, end = turn->end;
    switch (turn->kind) {
    case SUBJECT_WHOLE:
        check_whole(audit, turn, ctx);
        break;
    case SUBJECT_OBJECT:
        ctx->bundle = turn->bundle;
        for (size_t i = from; i < end; i++) {
            check_object(turns, turn, ctx, &turn->bundle->objects.ptr[i]);
        }
        break;
    case SUBJECT_KUSTOMIZATION:
        CHECK_SOME(ctx, rule->check_kustomization, &audit->kustomizations, from, end)
        break;
    case SUBJECT_DOCKERFILE:
        CHECK_SOME(ctx, rule->check_dockerfile, &audit->dockerfiles, from, end)
        break;
    case SUBJECT_WORKFLOW:
        CHECK_SOME(ctx, rule->check_workflow, &audit->workflows, from, end)
        break;
    case SUBJECT_DASHBOARD:
        CHECK_SOME(ctx, rule->check_dashboard, &audit->dashboards, from, end)
        break;
    case SUBJECT_PROMETHEUS:
        CHECK_SOME(ctx, rule->check_prometheus, &audit->prometheus_files, from, end)
        break;
    case SUBJECT_COUNT:
        break;
    }
}

/* What can still be kept of a turn when those before it come first; more where they aren't over. */
static size_t room_of(const Turns *turns, const Turn *turn)
{
    size_t before = turns->audit->result->diags.diags.len;
    for (SubjectKind kind = 0; kind <= turn->kind; kind++) {
        vec_foreach(other, &turns->of[kind]) {
            if (other == turn || before >= AUDIT_FINDINGS_MOST) {
                break;
            }
            before += atomic_load_explicit(&other->found, memory_order_relaxed);
        }
    }
    return before < AUDIT_FINDINGS_MOST ? AUDIT_FINDINGS_MOST - before : 1;
}

static void take_turn(void *arg, size_t index)
{
    const Turns *turns = arg;
    Turn *turn = turns->next.ptr[index];
    const Audit *audit = turns->audit;
    turn->diags = (DiagList) { .arena = audit->arena, .limit = room_of(turns, turn) };
    for (size_t i = 0; i < turn->rule_count; i++) {
        RuleContext ctx = {
            .diags = &turn->diags,
            .rule = turn->rules[i],
            .options = audit->options,
            .standard = audit->options->standard,
            .api = turns->apis ? turns->apis[parallel_lane()] : NULL,
        };
        check_subjects(turns, turn, &ctx);
    }
    atomic_store_explicit(&turn->found, turn->diags.diags.len, memory_order_relaxed);
}

/* --- all of them ------------------------------------------------------------------------------ */

static void sort_in(Arena *arena, Turns *turns, const AuditRule *rule)
{
    const bool looks[SUBJECT_COUNT] = {
        [SUBJECT_WHOLE] = rule->check_bundle || rule->check_compose || rule->check_repository,
        [SUBJECT_OBJECT] = rule->check_object || rule->check_pod || rule->check_container,
        [SUBJECT_KUSTOMIZATION] = rule->check_kustomization != NULL,
        [SUBJECT_DOCKERFILE] = rule->check_dockerfile != NULL,
        [SUBJECT_WORKFLOW] = rule->check_workflow != NULL,
        [SUBJECT_DASHBOARD] = rule->check_dashboard != NULL,
        [SUBJECT_PROMETHEUS] = rule->check_prometheus != NULL,
    };
    for (size_t kind = 0; kind < SUBJECT_COUNT; kind++) {
        if (looks[kind]) {
            vec_push(&turns->rules[kind], arena, rule);
        }
    }
}

static void plan(Turns *turns, SubjectKind kind, const Bundle *bundle, size_t count)
{
    const Rules *rules = &turns->rules[kind];
    for (size_t from = 0; from < count; from += SUBJECTS_A_TURN) {
        size_t end = count - from < SUBJECTS_A_TURN ? count : from + SUBJECTS_A_TURN;
        Turn turn = { .kind = kind,
                      .bundle = bundle,
                      .from = from,
                      .end = end,
                      .rules = rules->ptr,
                      .rule_count = rules->len };
        vec_push(&turns->of[kind], turns->audit->arena, turn);
    }
}

static void plan_wholes(Turns *turns)
{
    const Rules *rules = &turns->rules[SUBJECT_WHOLE];
    for (size_t i = 0; i < rules->len; i++) {
        Turn turn = { .kind = SUBJECT_WHOLE, .rules = &rules->ptr[i], .rule_count = 1 };
        vec_push(&turns->of[SUBJECT_WHOLE], turns->audit->arena, turn);
    }
}

/* The largest begin. */
static void run_all(Turns *turns, const SubjectKind *kinds, size_t count)
{
    const Audit *audit = turns->audit;
    vec_clear(&turns->next);
    for (size_t i = 0; i < count; i++) {
        vec_foreach(turn, &turns->of[kinds[i]]) {
            vec_push(&turns->next, audit->arena, turn);
        }
    }
    parallel_each(audit->arena, audit->jobs, turns->next.len, take_turn, turns);
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

static void take_all_findings(AuditResult *result, const Turns *turns)
{
    size_t count = 0;
    for (SubjectKind kind = 0; kind < SUBJECT_COUNT; kind++) {
        vec_foreach(turn, &turns->of[kind]) {
            count += turn->diags.diags.len;
        }
    }
    size_t kept = count < AUDIT_FINDINGS_MOST ? count : AUDIT_FINDINGS_MOST;
    vec_reserve(&result->diags.diags, result->diags.arena, kept);
    for (SubjectKind kind = 0; kind < SUBJECT_COUNT; kind++) {
        vec_foreach(turn, &turns->of[kind]) {
            take_findings(result, turn);
        }
    }
}

void rules_run_on_files(Audit *audit)
{
    static const SubjectKind kinds[] = { SUBJECT_WORKFLOW, SUBJECT_DOCKERFILE };
    const AuditOptions *options = audit->options;
    Turns *turns = ARENA_NEW(audit->arena, Turns);
    turns->audit = audit;
    turns->says_missing_once =
        options->standard == AUDIT_STANDARD_NONE && audit_wants(options, rule_get(STR("K8029")));
    for (size_t i = 0; rule_families[i]; i++) {
        for (size_t j = 0; j < rule_families[i]->len; j++) {
            if (audit_wants(options, &rule_families[i]->rules[j])) {
                sort_in(audit->arena, turns, &rule_families[i]->rules[j]);
            }
        }
    }
    plan(turns, SUBJECT_DOCKERFILE, NULL, audit->dockerfiles.len);
    plan(turns, SUBJECT_WORKFLOW, NULL, audit->workflows.len);
    audit->turns = turns;
    run_all(turns, kinds, ARRAY_LEN(kinds));
}

void rules_run_on_rest(Audit *audit)
{
    static const SubjectKind kinds[] = {
        SUBJECT_WHOLE, SUBJECT_OBJECT, SUBJECT_KUSTOMIZATION, SUBJECT_DASHBOARD, SUBJECT_PROMETHEUS
    };
    Turns *turns = audit->turns;
    vec_foreach(bundle, &audit->bundles) {
        size_t count = (*bundle)->objects.len;
        plan(turns, SUBJECT_OBJECT, *bundle, count);
        audit->result->object_count += count;
    }
    plan(turns, SUBJECT_KUSTOMIZATION, NULL, audit->kustomizations.len);
    plan(turns, SUBJECT_DASHBOARD, NULL, audit->dashboards.len);
    plan(turns, SUBJECT_PROMETHEUS, NULL, audit->prometheus_files.len);
    plan_wholes(turns);
    turns->apis = ARENA_ARRAY(audit->arena, Api *, audit->jobs);
    for (size_t i = 0; i < audit->jobs; i++) {
        turns->apis[i] = i == 0 ? audit->api : api_copy(audit->api);
    }
    run_all(turns, kinds, ARRAY_LEN(kinds));
    take_all_findings(audit->result, turns);
}
