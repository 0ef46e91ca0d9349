/* The entries of check.ignore in the catalog: a path pattern, a rule, or RULE:pattern for one rule in
 * some paths. */
#include "base/path.h"

#include "internal.h"

static bool is_rule(Str text)
{
    for (size_t f = 0; rule_families[f]; f++) {
        for (size_t r = 0; r < rule_families[f]->len; r++) {
            if (rule_matches(&rule_families[f]->rules[r], text)) {
                return true;
            }
        }
    }
    return false;
}

void ignores_split(Arena *arena, AuditOptions *options, RuleIgnores *ret_pairs)
{
    VEC(Str) paths = { 0 };
    VEC(Str) skip = { 0 };
    for (size_t i = 0; i < options->skip_count; i++) {
        vec_push(&skip, arena, options->skip[i]);
    }
    for (size_t i = 0; i < options->ignore_count; i++) {
        Str entry = options->ignore[i];
        Str rule;
        Str pattern;
        if (is_rule(entry)) {
            vec_push(&skip, arena, entry);
        } else if (str_cut(entry, ':', &rule, &pattern) && is_rule(rule)) {
            RuleIgnore *pair = vec_add(&ret_pairs->all, arena);
            pair->rule = rule;
            pair->paths.arena = arena;
            ignore_add(&pair->paths, STR(""), pattern);
        } else {
            vec_push(&paths, arena, entry);
        }
    }
    options->ignore = paths.ptr;
    options->ignore_count = paths.len;
    options->skip = skip.ptr;
    options->skip_count = skip.len;
}

/* The path itself or a directory that it is in. */
static bool has_path(const Ignore *paths, Str path)
{
    for (size_t at = 1; at <= path.len; at++) {
        bool is_part = at == path.len || path.ptr[at] == '/';
        if (is_part && ignore_has(paths, str_slice(path, 0, at), at < path.len)) {
            return true;
        }
    }
    return false;
}

void ignores_apply(Audit *audit, const RuleIgnores *pairs)
{
    AuditResult *result = audit->result;
    if (pairs->all.len == 0) {
        return;
    }
    bool *drop = ARENA_ARRAY(audit->arena, bool, result->diags.diags.len + 1);
    for (size_t i = 0; i < result->diags.diags.len; i++) {
        const Diag *diag = &result->diags.diags.ptr[i];
        const AuditRule *rule = rule_get(diag->rule);
        vec_foreach(pair, &pairs->all) {
            drop[i] =
                drop[i] || (rule && span_is_known(diag->span) && rule_matches(rule, pair->rule) &&
                            has_path(&pair->paths, diag->span.source->path));
        }
        result->suppressed += drop[i];
    }
    findings_filter(result, drop);
}
