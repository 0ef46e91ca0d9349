#include "audit.h"
#include "rule.h"

static size_t count_escalating(const AuditResult *result)
{
    size_t count = 0;
    vec_foreach(diag, &result->diags.diags) {
        const AuditRule *rule = rule_get(diag->rule);
        count += rule && rule->escalates;
    }
    return count;
}

static void add_count(StrBuf *out, size_t count, const char *what)
{
    strbuf_addf(out, "%zu %s%s", count, what, count == 1 ? "" : "s");
}

static void add_counts(StrBuf *out, const AuditResult *result)
{
    size_t errors = diag_count(&result->diags, SEVERITY_ERROR);
    size_t warnings = diag_count(&result->diags, SEVERITY_WARN) - errors;
    size_t infos = result->diags.diags.len - errors - warnings;
    add_count(out, errors, "error");
    strbuf_add_cstr(out, ", ");
    add_count(out, warnings, "warning");
    if (infos > 0) {
        strbuf_addf(out, ", %zu info", infos);
    }
}

void audit_report_text(StrBuf *out, const AuditResult *result, const DiagStyle *style)
{
    if (result->diags.diags.len == 0) {
        return;
    }
    diag_render(out, &result->diags, style);
    strbuf_add_char(out, '\n');
    add_counts(out, result);
    strbuf_add_cstr(out, " in ");
    add_count(out, result->artifact_count, "artifact");
    strbuf_addf(out, ", %lld ms", (long long) result->elapsed_ms);
    if (result->suppressed > 0) {
        strbuf_addf(out, "; %zu suppressed", result->suppressed);
    }
    if (result->baselined > 0) {
        strbuf_addf(out, "; %zu in the baseline", result->baselined);
    }
    strbuf_add_char(out, '\n');
    size_t escalating = count_escalating(result);
    if (escalating > 0) {
        strbuf_addf(
            out,
            "escalate: security (%zu of them %s privileges)\n",
            escalating,
            escalating == 1 ? "gives" : "give"
        );
    }
}
