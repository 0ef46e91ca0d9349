/* The texts of the table, for one rule and for all. */
#include "base/embed.h"

#include "audit.h"
#include "rule.h"

extern const EmbeddedFile audit_fixable[]; /* rules/fixable.txt */

static const char *standard_name(const AuditRule *rule)
{
    return rule->standard == AUDIT_STANDARD_BASELINE ? "baseline" : "restricted";
}

static const char *language_of(const AuditRule *rule)
{
    Str artifact = str_from(rule->artifact);
    return str_eq(artifact, STR("Dockerfile")) ? "dockerfile"
           : str_eq(artifact, STR("Grafana"))  ? "json"
                                               : "yaml";
}

static void add_example(StrBuf *out, const AuditRule *rule, const char *title, const char *example)
{
    if (example) {
        strbuf_addf(out, "\n%s:\n\n```%s\n%s```\n", title, language_of(rule), example);
    }
}

/* --- fixes ------------------------------------------------------------------------------------ */

/* A line of fixable.txt: the rule, what kind of fix it has, and why no better one. */
typedef struct Fixable {
    Str kind; /* "safe", "suggested", "none"; empty: nothing is said of the rule */
    Str reason;
} Fixable;

static Fixable fixable_of(const AuditRule *rule)
{
    Str rest = embedded_text(&audit_fixable[0]);
    Str line;
    while (str_next_line(&rest, &line)) {
        Str id;
        Str said;
        if (str_cut(line, ' ', &id, &said) && str_eq_cstr(id, rule->id)) {
            Fixable found = { .kind = said };
            (void) str_cut(said, ' ', &found.kind, &found.reason);
            return found;
        }
    }
    return (Fixable) { 0 };
}

static void add_fix(StrBuf *out, const AuditRule *rule)
{
    Fixable fixable = fixable_of(rule);
    if (fixable.kind.len == 0) {
        return;
    }
    const char *what = str_eq(fixable.kind, STR("safe")) ? "made by `--fix`"
                       : str_eq(fixable.kind, STR("suggested"))
                           ? "suggested, for a person to look at first"
                           : "none can be made";
    strbuf_addf(out, "\nFix: %s", what);
    if (fixable.reason.len > 0) {
        bool is_safe = str_eq(fixable.kind, STR("safe"));
        strbuf_addf(out, "%s%" STR_FMT, is_safe ? " " : ": ", STR_ARG(fixable.reason));
    }
    strbuf_add_cstr(out, ".\n");
}

static void add_rule(StrBuf *out, const AuditRule *rule)
{
    Str severity = severity_name(rule->severity);
    strbuf_addf(out, "%s (%" STR_FMT, rule->artifact, STR_ARG(severity));
    if (rule->standard != AUDIT_STANDARD_NONE) {
        strbuf_addf(out, ", Pod Security Standard %s", standard_name(rule));
    }
    strbuf_addf(
        out,
        "%s%s)\n\n%s\n\nWhat to do: %s.\n",
        rule->escalates ? ", escalate: security" : "",
        rule->is_optional ? ", only when named with --only" : "",
        rule->why,
        rule->fix
    );
    add_fix(out, rule);
    add_example(out, rule, "Bad", rule->bad);
    add_example(out, rule, "Good", rule->good);
    if (rule->peers) {
        strbuf_addf(out, "\nThe same elsewhere: %s\n", rule->peers);
    }
}

static int no_such_rule(Str id, Error *err)
{
    Str ids[512];
    size_t count = 0;
    for (size_t i = 0; rule_families[i]; i++) {
        for (size_t j = 0; j < rule_families[i]->len && count < 512; j++) {
            ids[count++] = str_from(rule_families[i]->rules[j].id);
        }
    }
    Str nearest = str_nearest(id, ids, count);
    if (nearest.len == 0) {
        return error_set(err, -ENOENT, "no such rule: %" STR_FMT, STR_ARG(id));
    }
    return error_set(
        err,
        -ENOENT,
        "no such rule: %" STR_FMT "; did you mean %" STR_FMT "?",
        STR_ARG(id),
        STR_ARG(nearest)
    );
}

int audit_explain(StrBuf *out, Str id, Error *err)
{
    const AuditRule *rule = rule_get(id);
    if (!rule) {
        return no_such_rule(id, err);
    }
    strbuf_addf(out, "%s: %s\n\n", rule->id, rule->meaning);
    add_rule(out, rule);
    return 0;
}

static const char about_comments[] =
    "<!-- written by `slipway check --docs`; don't edit -->\n# The rules of `slipway check`\n\n"
    "`# slipway:ignore RULE reason` takes a finding away, in every artifact: behind a line it is "
    "for\n"
    "that line, on a line of its own for what comes next with all that is indented below it, "
    "above\n"
    "the first key of a document for the document. What tells another linter to be silent about "
    "the\n"
    "same thing counts as well, where \"the same elsewhere\" names its rule:\n\n"
    "| other linter | comment or annotation | covers |\n|---|---|---|\n"
    "| **hadolint** (HL) | `# hadolint ignore=DL3008,…` | the next instruction |\n"
    "| | `# hadolint global ignore=DL3008,…` | the file |\n"
    "| **trivy** | `# trivy:ignore:AVD-DS-0002` | the next instruction or line, or its own |\n"
    "| **checkov** | `# checkov:skip=CKV_DOCKER_3:reason` | the file |\n"
    "| | annotation `checkov.io/skip1: CKV_K8S_22=reason` | the object |\n"
    "| **kics** (KI) | `# kics-scan ignore-line`, `ignore-block` | what comes next |\n"
    "| | `# kics-scan ignore`, `disable=id,…` | the file |\n"
    "| **dclint** (DC) | `# dclint disable-line rule …`, `disable-next-line` | its line, or the "
    "next "
    "|\n"
    "| | `# dclint disable rule …`, `disable-file` | the file |\n"
    "| **zizmor** (ZZ) | `# zizmor: ignore[rule,…]` | its line, or the next |\n"
    "| **ShellCheck** | `# shellcheck disable=SC2086` in a script | as ShellCheck has it, which is "
    "asked "
    "with `--shellcheck` |\n"
    "| **kube-linter** (KL) | annotations `ignore-check.kube-linter.io/check`, "
    "`kube-linter.io/ignore-all` | the object |\n"
    "| **kube-score** (KS) | annotation `kube-score/ignore: check,…` | the object |\n"
    "| **polaris** (PO) | annotation `polaris.fairwinds.com/check-exempt: \"true\"` | the object "
    "|\n\n";

void audit_write_docs(StrBuf *out)
{
    strbuf_add_cstr(out, about_comments);
    strbuf_add_cstr(out, "| rule | severity | meaning | fix |\n|---|---|---|---|\n");
    for (size_t i = 0; rule_families[i]; i++) {
        for (size_t j = 0; j < rule_families[i]->len; j++) {
            const AuditRule *rule = &rule_families[i]->rules[j];
            Str severity = severity_name(rule->severity);
            Fixable fixable = fixable_of(rule);
            bool has_fix = !str_eq(fixable.kind, STR("none"));
            strbuf_addf(
                out,
                "| %s | %" STR_FMT " | %s | %" STR_FMT " |\n",
                rule->id,
                STR_ARG(severity),
                rule->meaning,
                STR_ARG(has_fix ? fixable.kind : STR(""))
            );
        }
    }
    for (size_t i = 0; rule_families[i]; i++) {
        for (size_t j = 0; j < rule_families[i]->len; j++) {
            const AuditRule *rule = &rule_families[i]->rules[j];
            strbuf_addf(out, "\n## %s: %s\n\n", rule->id, rule->meaning);
            add_rule(out, rule);
        }
    }
}
