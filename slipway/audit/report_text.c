#include "base/map.h"
#include "base/parallel.h"

#include "audit.h"
#include "rule.h"

static size_t count_escalating(const AuditResult *result)
{
    size_t count = 0;
    Map escalating = MAP_INIT; /* ids: few rules do, and findings are many */
    for (size_t i = 0; rule_families[i]; i++) {
        for (size_t j = 0; j < rule_families[i]->len; j++) {
            const AuditRule *rule = &rule_families[i]->rules[j];
            if (rule->escalates) {
                map_set(&escalating, str_from(rule->id), &count);
            }
        }
    }
    vec_foreach(diag, &result->diags.diags) {
        count += map_has(&escalating, diag->rule);
    }
    map_done(&escalating);
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

/* A run of findings and what they look like. */
typedef struct Piece {
    const Diag *diags;
    size_t len;
    const DiagStyle *style;
    StrBuf text;
} Piece;

static void render_piece(void *ctx, size_t index)
{
    Piece *piece = (Piece *) ctx + index;
    for (size_t i = 0; i < piece->len; i++) {
        diag_render_one(&piece->text, &piece->diags[i], piece->style);
    }
}

/* As diag_render does, in pieces. */
static void add_findings(StrBuf *out, const AuditResult *result, const DiagStyle *style)
{
    enum { PIECES = 64 };
    Piece pieces[PIECES] = { 0 };
    const DiagList *list = &result->diags;
    size_t step = list->diags.len / PIECES + 1;
    size_t count = (list->diags.len + step - 1) / step;
    for (size_t i = 0; i < count; i++) {
        size_t left = list->diags.len - i * step;
        pieces[i].diags = list->diags.ptr + i * step;
        pieces[i].len = left < step ? left : step;
        pieces[i].style = style;
    }
    parallel_each(list->arena, result->jobs, count, render_piece, pieces);
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        bytes += pieces[i].text.len;
    }
    strbuf_reserve(out, bytes);
    for (size_t i = 0; i < count; i++) {
        strbuf_add(out, strbuf_str(&pieces[i].text));
        strbuf_done(&pieces[i].text);
    }
    if (list->dropped > 0) {
        strbuf_addf(out, "and %zu more\n", list->dropped);
    }
}

void audit_report_text(StrBuf *out, const AuditResult *result, const DiagStyle *style)
{
    if (result->diags.diags.len == 0) {
        return;
    }
    add_findings(out, result, style);
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
