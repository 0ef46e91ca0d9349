#include "audit.h"

#include <stdarg.h>

#include "base/clock.h"

#include "internal.h"

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

/* --- the run ---------------------------------------------------------------------------------- */

Diag *audit_find(Audit *audit, const char *id, Span span, const char *format, ...)
{
    const AuditRule *rule = rule_get(str_from(id));
    if (!audit_wants(audit->options, rule)) {
        return NULL;
    }
    va_list args;
    va_start(args, format);
    Diag *diag = find_of_rule(&audit->result->diags, rule, span, format, args);
    va_end(args);
    return diag;
}

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

/* Of those of one rule at one place the first that says it stays: two overlays of one base find the same
 * in it. */
static void mark_repeated(Arena *arena, const Diag *diags, size_t count, bool *drop)
{
    Map said = MAP_ON_ARENA(arena);
    for (size_t i = 0; i < count && count > 1; i++) {
        if (!drop[i]) {
            drop[i] = map_set(&said, diags[i].message, arena) != NULL;
        }
    }
}

static void drop_repeated(Arena *arena, AuditResult *result, Severity level)
{
    diag_sort(&result->diags);
    const Diag *diags = result->diags.diags.ptr;
    size_t len = result->diags.diags.len;
    bool *drop = ARENA_ARRAY(arena, bool, len + 1);
    for (size_t i = 0; i < len; i++) {
        drop[i] = diags[i].severity < level;
    }
    for (size_t start = 0, end = 0; start < len; start = end) {
        for (end = start + 1; end < len && is_same_place(&diags[start], &diags[end]) &&
                              str_eq(diags[start].rule, diags[end].rule);) {
            end++;
        }
        mark_repeated(arena, diags + start, end - start, drop + start);
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
    result.diags.limit = AUDIT_FINDINGS_MOST;
    AuditOptions split = *given;
    const AuditOptions *options = &split;
    RuleIgnores pairs = { 0 };
    ignores_split(arena, &split, &pairs);
    unsigned minor = options->kubernetes_minor ? options->kubernetes_minor : api_newest_minor();
    Audit audit = {
        .arena = arena,
        .options = options,
        .files = { .arena = arena,
                   .jobs = options->jobs,
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
    audit.jobs = files_jobs(options->jobs, audit.files.artifacts.len);
    audit_gather(&audit);
    rules_run_on_rest(&audit);
    add_drifts(&audit);
    suppress_apply(&audit);
    ignores_apply(&audit, &pairs);
    drop_repeated(arena, &result, options->level);
    if (options->baseline) {
        rc = baseline_apply(&audit, options->baseline, err);
    }
    result.jobs = audit.jobs;
    result.file_count = audit.files.file_count;
    result.artifact_count = audit.files.artifacts.len;
    result.elapsed_ms = clock_monotonic_ms() - start_ms;
    if (rc == 0) {
        *ret_result = result;
    }
    return rc;
}
