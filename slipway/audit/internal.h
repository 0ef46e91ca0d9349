/* The steps of a run: the rules, and what takes findings away again. */
#pragma once

#include <stdarg.h>

#include "gitignore.h"
#include "run.h"

enum { AUDIT_FINDINGS_MOST = 20000 };

/* run_rules.c */
Diag *
find_of_rule(DiagList *list, const AuditRule *rule, Span span, const char *format, va_list args);

/* ignore.c: check.ignore. Takes the rules out of options->ignore, so that it holds paths alone. */
typedef struct RuleIgnore {
    Str rule;
    Ignore paths;
} RuleIgnore;
typedef struct RuleIgnores {
    VEC(RuleIgnore) all;
} RuleIgnores;
void ignores_split(Arena *arena, AuditOptions *options, RuleIgnores *ret_pairs);
void ignores_apply(Audit *audit, const RuleIgnores *pairs);

/* suppress.c: takes away what comments cover, adds AU003 for comments that cover nothing. */
void suppress_apply(Audit *audit);
/* The last line of `line` with all that is indented below it; a list's dash counts as indentation of
 * its block. */
uint32_t suppress_block_end(Source *source, uint32_t line);

/* suppress_peers.c: what other linters' own comments cover, by the ids of AuditRule.peers. */
typedef struct PeerIgnore {
    const char *prefix; /* "HL:" */
    Str id;             /* "*": all of the peer's */
    uint32_t first_line, last_line;
} PeerIgnore;
typedef struct PeerIgnores {
    VEC(PeerIgnore) all;
} PeerIgnores;
PeerIgnores peer_ignores_read(Arena *arena, Source *source);
bool peer_covers(const PeerIgnore *ignore, const AuditRule *rule);
/* Whether the object's annotations silence the peer's rule for it. */
bool peers_ignore_object(const AuditRule *rule, const Object *object);

/* baseline.c: takes away what the file lists, each entry as often as it stands there. */
int baseline_apply(Audit *audit, const char *path, Error *err);
/* What a finding says, without its line: the same in another run of the same file, edited. */
Str finding_key(Arena *arena, const Diag *diag);

/* The findings of which `drop` is false stay. */
void findings_filter(AuditResult *result, const bool *drop);
