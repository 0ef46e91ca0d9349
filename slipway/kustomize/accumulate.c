#include "accumulate.h"

#include "base/fs.h"
#include "base/path.h"

#include "config.h"
#include "documents.h"
#include "kustomization.h"
#include "load.h"
#include "plugins.h"
#include "resource.h"
#include "schema.h"
#include "transform.h"
#include "vars.h"

Origin *origin_append(Build *b, const Origin *origin, Str path)
{
    Origin *copy = arena_memdup(b->arena, origin, sizeof *origin);
    copy->path =
        origin->path.len ? path_join(b->arena, origin->path, path) : path_clean(b->arena, path);
    return copy;
}

static int merge_accumulator(Build *b, Accumulator *into, const Accumulator *from)
{
    int rc = resmap_append_all(b, &into->map, &from->map);
    if (rc == 0) {
        rc = config_merge(b, into->config, from->config, &into->config);
    }
    return rc < 0 ? rc : vars_merge(b, &into->vars, &from->vars);
}

/* --- resources -------------------------------------------------------------------------------- */

static int accumulate_file(Target *target, Source *source, Str path, Accumulator *into)
{
    Build *b = target->b;
    Resources resources = { 0 };
    int rc = resources_read(b, source, &resources);
    for (size_t i = 0; rc == 0 && i < resources.len; i++) {
        Resource *resource = resources.ptr[i];
        resource_touch(b, resource, resource->node->span, "resource", NULL);
        if (target->origin) {
            resource->origin = origin_append(b, target->origin, path);
        }
        rc = resmap_append(b, &into->map, resource);
    }
    return rc;
}

static int check_target_kind(const Target *sub, bool wants_component)
{
    if (sub->is_component == wants_component) {
        return 0;
    }
    Span span = field_span(sub->doc, "kind");
    if (!span_is_known(span)) {
        span = sub->doc->span;
    }
    if (wants_component) {
        return build_error(
            sub->b,
            "KZ001",
            span,
            "expected kind 'Component' for path '%" STR_FMT "' but got 'Kustomization'",
            STR_ARG(sub->root)
        );
    }
    return build_error(
        sub->b,
        "KZ001",
        span,
        "expected kind != 'Component' for path '%" STR_FMT "': list it in components",
        STR_ARG(sub->root)
    );
}

static int accumulate_directory(Target *target, Target *sub, Str path, Accumulator *into)
{
    Build *b = target->b;
    if (target->origin) {
        sub->origin = origin_append(b, target->origin, path);
    }
    int rc = kustomization_load(sub);
    if (rc == 0) {
        rc = target_set_openapi(sub, false);
    }
    if (rc == 0) {
        rc = check_target_kind(sub, false);
    }
    Accumulator made = { 0 };
    if (rc == 0) {
        rc = accumulate_target(sub, &made);
    }
    return rc < 0 ? rc : merge_accumulator(b, into, &made);
}

/* What lies where the path looks, and is called nearly so. */
static void hint_nearest_file(const Target *target, Diag *diag, Str path)
{
    Build *b = target->b;
    Str folder = path_dir(path), *names = NULL;
    size_t count = 0;
    const char *full = str_to_cstr(b->arena, path_join(b->arena, target->root, folder));
    if (fs_list(b->arena, full, &names, &count, NULL) == 0) {
        diag_hint_nearest(b->diags, diag, path_base(path), names, count);
    }
}

static int accumulate_path(Target *target, const Node *entry, Accumulator *into)
{
    Build *b = target->b;
    Source *source = NULL;
    Error file_error = ERROR_INIT, directory_error = ERROR_INIT;
    if (load_file(target, entry->text, &source, &file_error) == 0) {
        return accumulate_file(target, source, entry->text, into);
    }
    Target *sub = NULL;
    if (load_directory(target, entry->text, &sub, &directory_error) == 0) {
        return accumulate_directory(target, sub, entry->text, into);
    }
    Diag *diag = build_diag(
        b,
        SEVERITY_ERROR,
        kustomize_is_remote(entry->text) ? "KZ007" : "KZ002",
        entry->span,
        "accumulating resources: accumulation err='accumulating resources from '%" STR_FMT
        "': %s': %s",
        STR_ARG(entry->text),
        file_error.message,
        directory_error.message
    );
    if (file_error.code == -ENOENT && !kustomize_is_remote(entry->text)) {
        hint_nearest_file(target, diag, entry->text);
    }
    return -EINVAL;
}

int accumulate_paths(Target *target, const Node *paths, Accumulator *into)
{
    int result = 0;
    for (size_t i = 0; node_is_seq(paths) && i < paths->seq.len; i++) {
        const Node *entry = paths->seq.items[i];
        build_enter(
            target->b,
            entry->span,
            str_printf(
                target->b->arena, "accumulating resources from '%" STR_FMT "'", STR_ARG(entry->text)
            )
        );
        int rc = accumulate_path(target, entry, into);
        build_leave(target->b);
        result = rc < 0 ? rc : result;
    }
    return result;
}

/* --- components ------------------------------------------------------------------------------- */

/* A component works on what is there already. */
static int accumulate_component(Target *target, const Node *entry, Accumulator *into)
{
    Build *b = target->b;
    Target *sub = NULL;
    Error err = ERROR_INIT;
    if (load_directory(target, entry->text, &sub, &err) < 0) {
        return build_error(
            b,
            kustomize_is_remote(entry->text) ? "KZ007" : "KZ002",
            entry->span,
            "accumulating components: %s",
            err.message
        );
    }
    if (target->origin) {
        sub->origin = origin_append(b, target->origin, entry->text);
    }
    int rc = kustomization_load(sub);
    if (rc == 0) {
        rc = target_set_openapi(sub, false);
    }
    if (rc == 0) {
        rc = check_target_kind(sub, true);
    }
    if (rc == 0) {
        rc = accumulate_target(sub, into);
    }
    /* kustomize moves everything into a new accumulator, and configurations show it */
    return rc < 0 ? rc : config_merge(b, NULL, into->config, &into->config);
}

static int accumulate_components(Target *target, Accumulator *into)
{
    int result = 0;
    for (size_t i = 0; result == 0 && i < field_count(target->doc, "components"); i++) {
        const Node *entry = field_item(target->doc, "components", i);
        build_enter(
            target->b,
            entry->span,
            str_printf(
                target->b->arena,
                "accumulating components from '%" STR_FMT "'",
                STR_ARG(entry->text)
            )
        );
        result = accumulate_component(target, entry, into);
        build_leave(target->b);
    }
    return result;
}

/* --- configuration ---------------------------------------------------------------------------- */

static int merge_file(Target *target, const Node *entry, bool is_crd, const Config **config)
{
    Build *b = target->b;
    Node *doc = NULL;
    const Config *loaded = NULL;
    int rc = load_document_at(target, entry->text, entry->span, &doc);
    if (rc == 0) {
        rc = is_crd ? config_from_crds(b, doc, &loaded) : config_from_node(b, doc, &loaded);
    }
    return rc < 0 ? rc : config_merge(b, *config, loaded, config);
}

static int merge_files(Target *target, const char *field, const Config **config)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < field_count(target->doc, field); i++) {
        rc = merge_file(
            target, field_item(target->doc, field, i), field[0] == 'c' && field[1] == 'r', config
        );
    }
    return rc;
}

static int accumulate_config(Target *target, Accumulator *into)
{
    Build *b = target->b;
    const Config *own = NULL, *crds = NULL, *config = config_default(b);
    int rc = merge_files(target, "configurations", &own);
    if (rc == 0) {
        rc = config_merge(b, config, own, &config);
    }
    if (rc == 0) {
        rc = config_merge(b, into->config, config, &into->config);
    }
    if (rc == 0) {
        rc = merge_files(target, "crds", &crds);
    }
    return rc < 0 ? rc : config_merge(b, into->config, crds, &into->config);
}

int target_set_openapi(Target *target, bool reset)
{
    const Node *openapi = node_get(target->doc, STR("openapi"));
    const Node *path = node_get(openapi, STR("path"));
    Node *definitions = NULL;
    if (path) {
        int rc = load_document_at(target, path->text, path->span, &definitions);
        if (rc < 0) {
            return rc;
        }
    }
    return schema_set(target->b, node_get(openapi, STR("version")), definitions, reset);
}

int accumulate_target(Target *target, Accumulator *into)
{
    int rc = accumulate_paths(target, node_get(target->doc, STR("resources")), into);
    int config_rc = accumulate_config(target, into);
    rc = rc < 0 ? rc : config_rc;
    if (rc == 0) {
        rc = run_generators(target, into);
    }
    if (rc == 0) {
        rc = accumulate_components(target, into);
    }
    if (rc == 0) {
        rc = run_transformers(target, into);
    }
    if (rc == 0) {
        rc = run_validators(target, into);
    }
    return rc < 0 ? rc : vars_collect(target, into);
}
