/* A baseline is the JSON of an earlier run. Its findings are known by what they say, not by their
 * lines, so that an edit above one doesn't bring it back. */
#include "base/fs.h"
#include "codec/json.h"

#include "internal.h"

enum { BASELINE_BYTES_MOST = 64 << 20 };

static Str key_of(Arena *arena, Str rule, Str file, Str object, Str message)
{
    return str_printf(
        arena,
        "%" STR_FMT "\n%" STR_FMT "\n%" STR_FMT "\n%" STR_FMT,
        STR_ARG(rule),
        STR_ARG(file),
        STR_ARG(object),
        STR_ARG(message)
    );
}

Str finding_key(Arena *arena, const Diag *diag)
{
    Str file = span_is_known(diag->span) ? diag->span.source->path : STR("");
    return key_of(arena, diag->rule, file, diag->object, diag->message);
}

static int read_known(Arena *arena, const char *path, Map *known, Error *err)
{
    Str text;
    int rc = fs_read(arena, path, BASELINE_BYTES_MOST, &text, err);
    if (rc < 0) {
        return error_wrap(err, rc, "baseline");
    }
    Node *root = NULL;
    rc = json_read(arena, source_new(arena, str_from(path), text), NULL, &root, err);
    if (rc < 0) {
        return error_wrap(err, rc, "baseline");
    }
    if (!node_is_seq(root)) {
        return error_set_at(err, -EINVAL, root->span, "baseline: not a list of findings");
    }
    for (size_t i = 0; i < root->seq.len; i++) {
        const Node *entry = root->seq.items[i];
        Str key = key_of(
            arena,
            node_text(entry, "rule"),
            node_text(entry, "file"),
            node_text(entry, "object"),
            node_text(entry, "message")
        );
        size_t *count = map_get(known, key);
        if (!count) {
            count = ARENA_NEW(arena, size_t);
            map_set(known, key, count);
        }
        (*count)++;
    }
    return 0;
}

int baseline_apply(Audit *audit, const char *path, Error *err)
{
    AuditResult *result = audit->result;
    Map known = MAP_ON_ARENA(audit->arena);
    int rc = read_known(audit->arena, path, &known, err);
    if (rc < 0) {
        return rc;
    }
    bool *drop = ARENA_ARRAY(audit->arena, bool, result->diags.diags.len + 1);
    for (size_t i = 0; i < result->diags.diags.len; i++) {
        const Diag *diag = &result->diags.diags.ptr[i];
        size_t *left = map_get(&known, finding_key(audit->arena, diag));
        if (left && *left > 0) {
            (*left)--;
            drop[i] = true;
            result->baselined++;
        }
    }
    findings_filter(result, drop);
    return 0;
}
