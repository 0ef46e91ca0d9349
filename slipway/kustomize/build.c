#include <stdarg.h>

#include "base/fs.h"
#include "base/path.h"

#include "accumulate.h"
#include "kustomization.h"
#include "load.h"
#include "order.h"
#include "output.h"
#include "refs.h"
#include "resource.h"
#include "schema.h"
#include "transform.h"
#include "vars.h"

/* --- findings --------------------------------------------------------------------------------- */

static void relate_chain(Build *b, Diag *diag)
{
    for (size_t i = b->chain.len; i > 0; i--) {
        const Link *link = &b->chain.ptr[i - 1];
        diag_relate(b->diags, diag, link->span, "%" STR_FMT, STR_ARG(link->what));
    }
}

static Diag *
add_finding(Build *b, Severity severity, const char *rule, Span span, const char *message)
{
    bool own_warning = severity == SEVERITY_WARN && rule[2] == '1';
    if (own_warning && b->options.no_warnings) {
        DiagList *scratch = ARENA_NEW(b->arena, DiagList);
        scratch->arena = b->arena;
        return diag_add(scratch, severity, rule, span, "%s", message);
    }
    Diag *diag = diag_add(b->diags, severity, rule, span, "%s", message);
    if (severity == SEVERITY_ERROR) {
        relate_chain(b, diag);
    }
    return diag;
}

Diag *build_diag(Build *b, Severity severity, const char *rule, Span span, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *message = arena_vprintf(b->arena, format, args);
    va_end(args);
    return add_finding(b, severity, rule, span, message);
}

int build_error(Build *b, const char *rule, Span span, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *message = arena_vprintf(b->arena, format, args);
    va_end(args);
    (void) add_finding(b, SEVERITY_ERROR, rule, span, message);
    return -EINVAL;
}

void build_warn(Build *b, const char *rule, Span span, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *message = arena_vprintf(b->arena, format, args);
    va_end(args);
    (void) add_finding(b, SEVERITY_WARN, rule, span, message);
}

void build_enter(Build *b, Span span, Str what)
{
    Link link = { .span = span, .what = what };
    vec_push(&b->chain, b->arena, link);
}

void build_leave(Build *b)
{
    (void) vec_pop(&b->chain);
}

/* --- the build -------------------------------------------------------------------------------- */

static int open_root(Build *b, Str directory, Target **ret_target)
{
    Str root;
    const char *path = str_to_cstr(b->arena, directory);
    if (kustomize_is_remote(directory)) {
        return build_error(
            b,
            "KZ007",
            SPAN_NONE,
            "remote target '%" STR_FMT "' is not supported",
            STR_ARG(directory)
        );
    }
    if (!fs_is_dir(path) || fs_real_path(b->arena, path, &root, NULL) < 0) {
        return build_error(
            b,
            "KZ002",
            SPAN_NONE,
            "must build at directory: '%" STR_FMT "' %s",
            STR_ARG(directory),
            fs_exists(path) ? "is not a directory" : "doesn't exist"
        );
    }
    *ret_target = target_at(b, path_clean(b->arena, directory), root);
    return 0;
}

/* Resources marked as local are there to be referred to, not to be written. From here on ids stay as they
 * are: noted now, while the nodes are at hand. */
static void settle(ResMap *map)
{
    size_t kept = 0;
    for (size_t i = 0; i < map->list.len; i++) {
        Resource *resource = map->list.ptr[i];
        const Node *annotations = node_metadata(resource->node, "annotations");
        const Node *local = node_get(annotations, STR("config.kubernetes.io/local-config"));
        if (!local || str_eq(local->text, STR("false"))) {
            resource->final_id = resource_id(resource);
            map->list.ptr[kept++] = resource;
        }
    }
    map->list.len = kept;
    resmap_changed(map);
}

static int build_all(Target *target, Accumulator *all)
{
    Build *b = target->b;
    if (field_count(target->doc, "buildMetadata") > 0) {
        target->origin = ARENA_NEW(b->arena, Origin);
    }
    int rc = target_set_openapi(target, true);
    if (rc == 0) {
        rc = accumulate_target(target, all);
    }
    if (rc == 0) {
        rc = transform_hash(b, &all->map);
    }
    if (rc == 0) {
        rc = refs_fix(b, all->config, &all->map);
    }
    if (rc == 0) {
        rc = vars_resolve(b, all);
    }
    if (rc < 0) {
        return rc;
    }
    settle(&all->map);
    return order_apply(target, &all->map);
}

static int check_build_metadata(Target *target)
{
    static const char *const known[] = { "originAnnotations",
                                         "transformerAnnotations",
                                         "managedByLabel" };
    int rc = 0;
    for (size_t i = 0; i < field_count(target->doc, "buildMetadata"); i++) {
        const Node *option = field_item(target->doc, "buildMetadata", i);
        bool found = false;
        for (size_t k = 0; k < 3; k++) {
            found |= str_eq_cstr(option->text, known[k]);
        }
        if (!found) {
            build_warn(
                target->b,
                "KZ107",
                option->span,
                "buildMetadata knows originAnnotations, transformerAnnotations and "
                "managedByLabel, not \"%" STR_FMT "\"",
                STR_ARG(option->text)
            );
        }
    }
    return rc;
}

static int add_managed_by(Target *target, ResMap *map)
{
    Build *b = target->b;
    Node *pairs = NULL;
    for (size_t i = 0; i < field_count(target->doc, "buildMetadata"); i++) {
        const Node *option = field_item(target->doc, "buildMetadata", i);
        if (str_eq(option->text, STR("managedByLabel"))) {
            pairs = node_new_map(b->arena);
            Node *value = node_string(b->arena, STR("kustomize-v5.8.2"), option->span);
            node_set(b->arena, pairs, STR("app.kubernetes.io/managed-by"), value);
        }
    }
    if (!pairs) {
        return 0;
    }
    static Str parts[] = { STR_INIT("metadata"), STR_INIT("labels") };
    FieldSpec spec = {
        .path = STR("metadata/labels"), .create = true, .parts = parts, .part_count = 2
    };
    FieldSpecs specs = { .ptr = &spec, .len = 1, .cap = 1 };
    return transform_pairs(b, pairs, &specs, map, "labels");
}

static void
make_result(Build *b, const Node *build_metadata, const ResMap *map, KustomizeResult *ret_result)
{
    *ret_result = (KustomizeResult) { .arena = b->arena, .len = map->list.len };
    ret_result->resources = ARENA_ARRAY(b->arena, KustomizeResource, map->list.len);
    for (size_t i = 0; i < map->list.len; i++) {
        Resource *resource = map->list.ptr[i];
        output_finish(b, build_metadata, resource);
        ret_result->resources[i] = (KustomizeResource) {
            .node = resource->node,
            .api_version = node_text_or_empty(node_get(resource->node, STR("apiVersion"))),
            .kind = resource->final_id.gvk.kind,
            .name = resource->final_id.name,
            .ns = resource->final_id.ns,
            .touches = resource->touches.ptr,
            .touch_count = resource->touches.len,
        };
    }
}

int kustomize_build(
    Arena *arena,
    Str directory,
    const KustomizeOptions *options,
    KustomizeResult *ret_result,
    DiagList *diags
)
{
    Build b = { .arena = arena, .diags = diags, .sources = MAP_ON_ARENA(arena) };
    b.options = options ? *options : (KustomizeOptions) { 0 };
    b.schema = schema_new(&b);
    Target *target = NULL;
    Accumulator all = { 0 };
    int rc = open_root(&b, directory, &target);
    if (rc == 0) {
        rc = kustomization_load(target);
    }
    if (rc == 0) {
        rc = check_build_metadata(target);
    }
    if (rc == 0) {
        rc = build_all(target, &all);
    }
    if (rc == 0) {
        rc = add_managed_by(target, &all.map);
    }
    if (rc == 0) {
        make_result(&b, node_get(target->doc, STR("buildMetadata")), &all.map, ret_result);
    }
    return rc;
}
