#include "audit.h"

#include <stdarg.h>

#include "base/clock.h"

#include "internal.h"

enum { FINDINGS_MOST = 20000 };

/* What builds the manifests is part of every run. */
static bool is_of_standard(const AuditRule *rule, AuditStandard standard)
{
    Str artifact = str_from(rule->artifact);
    return str_eq(artifact, STR("audit")) || str_eq(artifact, STR("Kustomize")) ||
           (rule->standard != AUDIT_STANDARD_NONE && rule->standard <= standard);
}

bool audit_wants(const AuditOptions *options, const AuditRule *rule)
{
    if (options->standard != AUDIT_STANDARD_NONE && !is_of_standard(rule, options->standard)) {
        return false;
    }
    bool wanted = options->only_count == 0 && !rule->is_optional;
    for (size_t i = 0; i < options->only_count && !wanted; i++) {
        wanted = rule_matches(rule, options->only[i]) &&
                 (!rule->is_optional || str_eq_cstr(options->only[i], rule->id));
    }
    for (size_t i = 0; i < options->skip_count && wanted; i++) {
        wanted = !rule_matches(rule, options->skip[i]);
    }
    return wanted;
}

/* --- reporting -------------------------------------------------------------------------------- */

static Span place_of(const RuleContext *ctx, const Node *node)
{
    const Node *candidates[] = {
        node,
        ctx->container ? node_path(ctx->container->node, "name") : NULL,
        ctx->container ? ctx->container->node : NULL,
        ctx->object ? ctx->object->name_node : NULL,
        ctx->object ? ctx->object->node : NULL,
    };
    for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++) {
        if (candidates[i] && span_is_known(candidates[i]->span)) {
            return candidates[i]->span;
        }
    }
    return ctx->bundle ? ctx->bundle->origin : SPAN_NONE;
}

static Diag *
vfind(DiagList *list, const AuditRule *rule, Span span, const char *format, va_list args)
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
    Diag *diag = vfind(ctx->diags, ctx->rule, place_of(ctx, node), format, args);
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
    Diag *diag = vfind(ctx->diags, ctx->rule, span, format, args);
    va_end(args);
    return diag;
}

Diag *audit_find(Audit *audit, const char *id, Span span, const char *format, ...)
{
    const AuditRule *rule = rule_get(str_from(id));
    if (!audit_wants(audit->options, rule)) {
        return NULL;
    }
    va_list args;
    va_start(args, format);
    Diag *diag = vfind(&audit->result->diags, rule, span, format, args);
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

/* --- running the rules ------------------------------------------------------------------------ */

/* Where nothing of a security context is said, K8029 says so once instead of each rule in turn. */
static bool
is_said_by_another(const Audit *audit, const AuditRule *rule, const Container *container)
{
    return rule->is_missing && audit->options->standard == AUDIT_STANDARD_NONE &&
           !container->security && !container->pod->security &&
           audit_wants(audit->options, rule_get(STR("K8029")));
}

static void check_pod(const Audit *audit, RuleContext *ctx, const Pod *pod)
{
    if (ctx->rule->check_pod) {
        ctx->rule->check_pod(ctx, pod);
    }
    for (size_t i = 0; ctx->rule->check_container && i < pod->containers.len; i++) {
        const Container *container = &pod->containers.ptr[i];
        if (!is_said_by_another(audit, ctx->rule, container)) {
            ctx->container = container;
            ctx->rule->check_container(ctx, container);
        }
    }
    ctx->container = NULL;
}

static void check_bundle(const Audit *audit, RuleContext *ctx, const Bundle *bundle)
{
    ctx->bundle = bundle;
    if (ctx->rule->check_bundle) {
        ctx->rule->check_bundle(ctx, bundle);
    }
    for (size_t i = 0; i < bundle->objects.len; i++) {
        size_t before = ctx->diags->diags.len;
        ctx->object = &bundle->objects.ptr[i];
        if (ctx->rule->check_object) {
            ctx->rule->check_object(ctx, ctx->object);
        }
        if (ctx->object->pod) {
            check_pod(audit, ctx, ctx->object->pod);
        }
        size_t found = ctx->diags->diags.len - before;
        if (found > 0 && peers_ignore_object(ctx->rule, ctx->object)) {
            audit->result->suppressed += found;
            ctx->diags->diags.len = before;
        }
    }
    ctx->object = NULL;
    ctx->bundle = NULL;
}

/* Calls `check` of the rule, where it has it, with each of the subjects. */
#define CHECK_EACH(ctx, check, subjects)                      \
    for (size_t i = 0; (check) && i < (subjects)->len; i++) { \
        (check)((ctx), (subjects)->ptr[i]);                   \
    }

static void run_rule(Audit *audit, const AuditRule *rule)
{
    RuleContext ctx = {
        .diags = &audit->result->diags,
        .rule = rule,
        .options = audit->options,
        .standard = audit->options->standard,
        .api = audit->api,
    };
    for (size_t i = 0; i < audit->bundles.len; i++) {
        check_bundle(audit, &ctx, audit->bundles.ptr[i]);
    }
    CHECK_EACH(&ctx, rule->check_kustomization, &audit->kustomizations)
    CHECK_EACH(&ctx, rule->check_dockerfile, &audit->dockerfiles)
    CHECK_EACH(&ctx, rule->check_compose, &audit->compose_projects)
    CHECK_EACH(&ctx, rule->check_workflow, &audit->workflows)
    CHECK_EACH(&ctx, rule->check_dashboard, &audit->dashboards)
    CHECK_EACH(&ctx, rule->check_prometheus, &audit->prometheus_files)
    if (rule->check_repository && audit->repository) {
        rule->check_repository(&ctx, audit->repository);
    }
}

static void run_rules(Audit *audit)
{
    for (size_t i = 0; rule_families[i]; i++) {
        for (size_t j = 0; j < rule_families[i]->len; j++) {
            const AuditRule *rule = &rule_families[i]->rules[j];
            if (audit_wants(audit->options, rule)) {
                run_rule(audit, rule);
            }
        }
    }
    for (size_t k = 0; k < audit->bundles.len; k++) {
        audit->result->object_count += audit->bundles.ptr[k]->objects.len;
    }
}

/* --- the run ---------------------------------------------------------------------------------- */

void findings_filter(AuditResult *result, const bool *drop)
{
    size_t kept = 0;
    for (size_t i = 0; i < result->diags.diags.len; i++) {
        if (!drop[i]) {
            result->diags.diags.ptr[kept++] = result->diags.diags.ptr[i];
        }
    }
    result->diags.diags.len = kept;
}

static bool is_same_place(const Diag *a, const Diag *b)
{
    return a->span.start == b->span.start && span_is_known(a->span) && span_is_known(b->span) &&
           str_eq(a->span.source->path, b->span.source->path);
}

static bool is_same(const Diag *a, const Diag *b)
{
    return str_eq(a->rule, b->rule) && str_eq(a->message, b->message);
}

/* Two overlays of one base find the same in it. */
static void drop_repeated(Arena *arena, AuditResult *result, Severity level)
{
    diag_sort(&result->diags);
    const Diag *diags = result->diags.diags.ptr;
    bool *drop = ARENA_ARRAY(arena, bool, result->diags.diags.len + 1);
    for (size_t i = 0; i < result->diags.diags.len; i++) {
        drop[i] = diags[i].severity < level;
        for (size_t j = i; j > 0 && !drop[i] && is_same_place(&diags[j - 1], &diags[i]);) {
            j--;
            drop[i] = is_same(&diags[j], &diags[i]);
        }
    }
    findings_filter(result, drop);
}

static int check_names(const Str *names, size_t count, Error *err)
{
    for (size_t i = 0; i < count; i++) {
        bool known = false;
        for (size_t f = 0; rule_families[f]; f++) {
            for (size_t r = 0; r < rule_families[f]->len; r++) {
                known = known || rule_matches(&rule_families[f]->rules[r], names[i]);
            }
        }
        if (!known) {
            return error_set(err, -EINVAL, "no such rule: %" STR_FMT, STR_ARG(names[i]));
        }
    }
    return 0;
}

static int find_files(Audit *audit, Error *err)
{
    static const char *const here[] = { "." };
    const AuditOptions *options = audit->options;
    const char *const *paths = options->path_count ? options->paths : here;
    size_t count = options->path_count ? options->path_count : 1;
    int rc = 0;
    for (size_t i = 0; i < count && rc == 0; i++) {
        rc = files_find(
            &audit->files,
            paths[i],
            options->ignore,
            options->ignore_count,
            &audit->result->diags,
            err
        );
    }
    return rc;
}

bool audit_parse_kubernetes(Str text, unsigned *ret_minor, Error *err)
{
    if (api_parse_version(text, ret_minor)) {
        return true;
    }
    (void) error_set(
        err,
        -EINVAL,
        "\"%" STR_FMT "\" is no version of Kubernetes from 1.%u to 1.%u",
        STR_ARG(text),
        api_oldest_minor(),
        api_newest_minor()
    );
    return false;
}

static void add_drifts(Audit *audit)
{
    for (size_t i = 0; i < audit->options->drift_count; i++) {
        const AuditDrift *drift = &audit->options->drifts[i];
        const Artifact *artifact = map_get(&audit->files.by_path, drift->path);
        Source *source =
            artifact ? artifact->source : source_new(audit->arena, drift->path, STR(""));
        Span place = span_make(source, 0, 0);
        (void) audit_find(audit, "AU005", place, "%" STR_FMT, STR_ARG(drift->message));
    }
}

int audit_run(Arena *arena, const AuditOptions *given, AuditResult *ret_result, Error *err)
{
    int64_t start_ms = clock_monotonic_ms();
    AuditResult result = { .diags = DIAG_LIST(arena) };
    result.diags.limit = FINDINGS_MOST;
    AuditOptions split = *given;
    const AuditOptions *options = &split;
    RuleIgnores pairs = { 0 };
    ignores_split(arena, &split, &pairs);
    unsigned minor = options->kubernetes_minor ? options->kubernetes_minor : api_newest_minor();
    Audit audit = {
        .arena = arena,
        .options = options,
        .files = { .arena = arena,
                   .by_path = MAP_ON_ARENA(arena),
                   .by_real = MAP_ON_ARENA(arena),
                   .texts = options->texts },
        .api = api_new(arena, minor),
        .result = &result,
    };
    int rc = check_names(options->only, options->only_count, err);
    rc = rc < 0 ? rc : check_names(options->skip, options->skip_count, err);
    rc = rc < 0 ? rc : find_files(&audit, err);
    if (rc < 0) {
        return rc;
    }
    audit_gather(&audit);
    run_rules(&audit);
    add_drifts(&audit);
    suppress_apply(&audit);
    ignores_apply(&audit, &pairs);
    drop_repeated(arena, &result, options->level);
    if (options->baseline) {
        rc = baseline_apply(&audit, options->baseline, err);
    }
    result.file_count = audit.files.file_count;
    result.artifact_count = audit.files.artifacts.len;
    result.elapsed_ms = clock_monotonic_ms() - start_ms;
    if (rc == 0) {
        *ret_result = result;
    }
    return rc;
}
