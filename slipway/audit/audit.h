/* slipway check: one audit over the artifacts of a directory, whoever wrote them.
 *
 * A run walks the paths, finds the artifacts by name and content, builds the kustomizations, and
 * lets every rule of the table look at what it is for. Findings are Diags at the line of the source
 * that set the value, also behind a kustomize build. What a run can't read or build is a finding
 * itself (AU001, AU002), the rest goes on.
 *
 * Suppression, the same in every artifact: a comment
 *     # slipway:ignore RULE[,RULE…] reason
 * behind a line covers that line; on a line of its own it covers the next line and all that is
 * indented below it, in a Dockerfile the next instruction; above the first key of a document, the
 * document. One without a reason or
 * without an effect is a finding (AU003). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/map.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "base/vec.h"

/* https://kubernetes.io/docs/concepts/security/pod-security-standards/, as of the Kubernetes version that is meant */
typedef enum AuditStandard {
    AUDIT_STANDARD_NONE, /* every rule */
    AUDIT_STANDARD_BASELINE,
    AUDIT_STANDARD_RESTRICTED,
} AuditStandard;

/* A rendered file that isn't as the catalog would render it. */
typedef struct AuditDrift {
    Str path; /* relative as the paths of the run are */
    Str message;
} AuditDrift;

typedef struct AuditOptions {
    const char *const *paths; /* files or directories; none: the current directory */
    size_t path_count;
    const Str *only; /* rule ids or families ("K8"); none: all */
    size_t only_count;
    const Str *skip;
    size_t skip_count;
    const Str *ignore; /* what is left out: patterns of paths as in a .gitignore, rules, and
                          RULE:pattern for one rule in some paths */
    size_t ignore_count;
    const char *baseline; /* findings of an earlier run as JSON, left out; NULL: none */
    Severity level;       /* findings below are left out */
    AuditStandard standard;
    const Str *registries; /* that images may come from; none: any */
    size_t registry_count;
    unsigned kubernetes_minor; /* the version that is meant: 1.minor; 0: the newest known */
    bool shellcheck;           /* asks ShellCheck about the scripts, which must be installed */
    const AuditDrift *drifts;  /* found by the caller, who can render: AU005 */
    size_t drift_count;
    size_t jobs;      /* threads; 0: one a processor, and one alone where there is little to do.
                         What is found doesn't depend on it */
    const Map *texts; /* real path -> Source, to be audited instead of what the file holds */
} AuditOptions;

typedef struct AuditResult {
    DiagList diags; /* sorted; each source line once a finding */
    size_t file_count;
    size_t jobs; /* threads that it was made with */
    size_t artifact_count;
    size_t object_count;
    int64_t elapsed_ms;
    size_t suppressed; /* by comments */
    size_t baselined;
} AuditResult;

/* 0, or a negative errno where the request itself is wrong: an unknown rule, a path that isn't
 * there, a baseline that can't be read. Everything of the result lives on `arena`. */
int audit_run(Arena *arena, const AuditOptions *options, AuditResult *ret_result, Error *err);

/* --- fixes --- */

typedef struct FixedFile {
    Str path; /* as shown */
    Str real;
    Str before, after;
} FixedFile;

typedef struct AuditFixes {
    VEC(FixedFile) files;
    size_t count;    /* findings that are mended */
    size_t rendered; /* findings in files that `slipway render` would write again: left alone */
} AuditFixes;

/* Audits, makes the safe edits of what was found, and audits that again, until nothing can be mended
 * any more; nothing is written. Files outside the paths of the run stay as they are. `ret_result` is
 * what is left to find. */
int audit_fix(
    Arena *arena,
    const AuditOptions *options,
    AuditFixes *ret_fixes,
    AuditResult *ret_result,
    Error *err
);
/* The edits as unified differences. */
void audit_fixes_diff(StrBuf *out, const AuditFixes *fixes);
/* All of the files or none. -ESTALE when one of them isn't as it was audited. */
int audit_fixes_write(Arena *arena, const AuditFixes *fixes, Error *err);

/* --- reporters: the whole output of a run --- */
void audit_report_text(StrBuf *out, const AuditResult *result, const DiagStyle *style);
/* An array of findings, which --baseline takes back. */
void audit_report_json(StrBuf *out, const AuditResult *result);
/* SARIF 2.1.0 (OASIS). */
void audit_report_sarif(StrBuf *out, const AuditResult *result, Str version);
/* Workflow commands, which GitHub shows beside the lines. */
void audit_report_github(StrBuf *out, const AuditResult *result);

/* "1.33": the minor version; false, with the range in err, where none such is known. */
bool audit_parse_kubernetes(Str text, unsigned *ret_minor, Error *err);

/* --- the table of rules --- */
/* What a rule is about and what to do, for --explain. -ENOENT with the nearest id in err. */
int audit_explain(StrBuf *out, Str rule, Error *err);
/* docs/rules/README.md: every rule as Markdown. */
void audit_write_docs(StrBuf *out);
