#include "patches.h"

#include "codec/json.h"
#include "codec/yaml.h"

#include "documents.h"
#include "kustomization.h"
#include "load.h"
#include "merge.h"
#include "output.h"
#include "patch_ops.h"
#include "resource.h"
#include "selector.h"

typedef struct Patch {
    Target *target;
    const Node *entry;
    Source *source;
    Resources resources; /* strategic merge */
    Node *ops;           /* JSON patch */
} Patch;

/* --- strategic merge -------------------------------------------------------------------------- */

static int apply_merge(Build *b, Resource *resource, const Resource *patch, const char *what)
{
    Str name = resource_name(resource), kind = resource_kind(resource),
        ns = resource_namespace(resource);
    const Node *name_node = node_metadata(resource->node, "name"),
               *ns_node = node_metadata(resource->node, "namespace");
    Span name_span = name_node ? name_node->span : SPAN_NONE,
         ns_span = ns_node ? ns_node->span : SPAN_NONE;
    if (patch->allow_name_change || patch->allow_kind_change) {
        resource_store_id(b, resource);
    }
    resource_touch(b, resource, patch->node->span, what, patch->node);
    Node *merged = NULL;
    int rc = merge_patch(b, resource->node, node_copy(b->arena, patch->node), &merged);
    if (rc < 0) {
        return rc;
    }
    resource->node = merged;
    if (node_is_empty(merged)) {
        resource->node = NULL;
        return 0;
    }
    if (!patch->allow_kind_change) {
        node_set_field_text(b->arena, merged, STR("kind"), kind, field_span(merged, "kind"));
    }
    Node *metadata = node_child_map(b->arena, merged, STR("metadata"), merged->span);
    if (!patch->allow_name_change) {
        node_set_field_text(b->arena, metadata, STR("name"), name, name_span);
    }
    if (ns.len == 0) {
        (void) node_remove(metadata, STR("namespace"));
    } else {
        node_set_field_text(b->arena, metadata, STR("namespace"), ns, ns_span);
    }
    return 0;
}

static bool changes_ids(const Resource *patch, const Resource *resource)
{
    return patch->allow_name_change || patch->allow_kind_change || !resource->node;
}

static void hint_nearest_target(Build *b, Diag *diag, const ResMap *map, ResId id)
{
    Strs names = { 0 };
    vec_foreach(resource, &map->list) {
        if ((*resource)->node && str_eq(resource_kind(*resource), id.gvk.kind)) {
            vec_push(&names, b->arena, resource_original_id(*resource).name);
        }
    }
    if (names.len > 0) {
        diag_hint_nearest(b->diags, diag, id.name, names.ptr, names.len);
    } else {
        diag_hint(b->diags, diag, "no resource here is a %" STR_FMT, STR_ARG(id.gvk.kind));
    }
}

static int find_target(Build *b, const Resource *patch, ResMap *map, Resource **ret_resource)
{
    ResId id = resource_original_id(patch);
    const Resources *matches = resmap_any(b, map, id);
    if (matches && matches->len == 1) {
        *ret_resource = matches->ptr[0];
        return 0;
    }
    Str text = id_text(b->arena, id);
    if (matches && matches->len > 1) {
        return build_error(
            b,
            "KZ004",
            patch->node->span,
            "multiple matches for Id %" STR_FMT
            "; failed to find unique target for patch %" STR_FMT,
            STR_ARG(text),
            STR_ARG(text)
        );
    }
    Diag *diag = build_diag(
        b,
        SEVERITY_ERROR,
        "KZ004",
        patch->node->span,
        "no resource matches strategic merge patch \"%" STR_FMT "\": no matches for Id %" STR_FMT
        "; failed to find unique target for patch %" STR_FMT,
        STR_ARG(text),
        STR_ARG(text),
        STR_ARG(text)
    );
    hint_nearest_target(b, diag, map, id);
    return -EINVAL;
}

static int apply_by_id(Build *b, const Resource *patch, ResMap *map)
{
    Resource *resource = NULL;
    int rc = find_target(b, patch, map, &resource);
    if (rc == 0) {
        rc = apply_merge(b, resource, patch, "patch");
    }
    if (rc == 0 && changes_ids(patch, resource)) {
        resmap_changed(map);
    }
    return rc;
}

/* --- with a target ---------------------------------------------------------------------------- */

static int check_unique(Build *b, ResMap *map)
{
    resmap_drop_deleted(map);
    ResMap rebuilt = { 0 };
    return resmap_append_all(b, &rebuilt, map);
}

static int apply_selected_merge(Patch *patch, ResMap *map, Resource *resource)
{
    Build *b = patch->target->b;
    Resource *copy = resource_copy(b, patch->resources.ptr[0]);
    Gvk gvk = resource_gvk(resource);
    node_set_field_text(
        b->arena,
        copy->node,
        STR("apiVersion"),
        gvk_api_version(b->arena, gvk),
        field_span(resource->node, "apiVersion")
    );
    int rc = apply_merge(b, resource, copy, "patch");
    if (rc == 0 && changes_ids(copy, resource)) {
        resmap_changed(map);
    }
    return rc;
}

/* kustomize keeps its notes in annotations, so a patch always finds some. */
static void provide_annotations(Build *b, Node *root)
{
    Node *metadata = node_child_map(b->arena, root, STR("metadata"), root->span);
    (void) node_child_map(b->arena, metadata, STR("annotations"), metadata->span);
}

/* kustomize keeps origins in annotations as well: operations that replace these lose them. */
static const char origin_mark[] = "config.kubernetes.io/origin";

static void put_origin_mark(Build *b, Resource *resource)
{
    if (resource->origin) {
        provide_annotations(b, resource->node);
        Node *annotations = node_metadata(resource->node, "annotations");
        node_set(
            b->arena, annotations, str_from(origin_mark), node_string(b->arena, STR("x"), SPAN_NONE)
        );
    }
}

static void take_origin_mark(Resource *resource)
{
    Node *annotations = node_metadata(resource->node, "annotations");
    if (resource->origin && !node_remove(annotations, str_from(origin_mark))) {
        resource->origin = NULL;
        resource->transformations.len = 0;
    }
}

static int apply_ops(Build *b, Resource *resource, const Node *ops)
{
    resource_touch(b, resource, ops->span, "patch", ops);
    put_origin_mark(b, resource);
    int rc = patch_ops_apply(b, resource->node, ops);
    if (rc < 0 && b->diags->diags.len > 0) {
        diag_relate(
            b->diags,
            vec_last(&b->diags->diags),
            resource->node->span,
            "while patching this resource"
        );
    }
    if (rc == 0) {
        take_origin_mark(resource);
        output_normalize(b->arena, resource->node);
    }
    return rc;
}

static int apply_selected(Patch *patch, ResMap *map, Resource *resource)
{
    Build *b = patch->target->b;
    if (!patch->ops) {
        return apply_selected_merge(patch, map, resource);
    }
    resource_store_id(b, resource);
    provide_annotations(b, resource->node);
    int rc = apply_ops(b, resource, patch->ops);
    resmap_changed(map);
    return rc;
}

static void warn_no_match(Build *b, const Selector *selector, const ResMap *map)
{
    Diag *diag = build_diag(
        b,
        SEVERITY_WARN,
        "KZ101",
        selector->span,
        "the target of this patch selects no resource: it changes nothing"
    );
    if (b->options.no_warnings) {
        return;
    }
    Strs names = { 0 };
    vec_foreach(resource, &map->list) {
        if (selector->kind.text.len == 0 ||
            selector_matches_gvk(selector, resource_gvk(*resource))) {
            vec_push(&names, b->arena, resource_original_id(*resource).name);
        }
    }
    if (selector->name.text.len > 0 && names.len > 0) {
        diag_hint_nearest(b->diags, diag, selector->name.text, names.ptr, names.len);
    }
}

static int apply_to_target(Patch *patch, const Node *target, ResMap *map)
{
    Build *b = patch->target->b;
    if (!patch->ops && patch->resources.len > 1) {
        return build_error(
            b,
            "KZ004",
            target->span,
            "Multiple Strategic-Merge Patches in one `patches` entry is not allowed to set "
            "`patches.target` field"
        );
    }
    Selector selector;
    int rc = selector_parse(b, target, &selector);
    Resources selected = { 0 };
    for (size_t i = 0; rc == 0 && i < map->list.len; i++) {
        Resource *resource = map->list.ptr[i];
        if (resource->node && selector_matches(b, &selector, resource)) {
            vec_push(&selected, b->arena, resource);
        }
    }
    bool valid = map->ids_valid;
    for (size_t i = 0; rc == 0 && i < selected.len; i++) {
        rc = apply_selected(patch, map, selected.ptr[i]);
    }
    if (rc == 0 && selected.len == 0) {
        warn_no_match(b, &selector, map);
    }
    return rc == 0 && !patch->ops && valid != map->ids_valid ? check_unique(b, map) : rc;
}

/* --- reading an entry ------------------------------------------------------------------------- */

static int read_ops(Build *b, Source *source, Node **ret_ops)
{
    YamlOptions options = { .allow_duplicates = true };
    Str text = str_trim(source->text);
    int rc = text.len > 0 && text.ptr[0] == '['
                 ? json_read(b->arena, source, NULL, ret_ops, NULL)
                 : yaml_read_one(b->arena, source, &options, ret_ops, b->diags);
    return rc < 0 || !patch_ops_is_list(*ret_ops) ? -EINVAL : 0;
}

static bool try_ops(Build *b, Source *source, Node **ret_ops)
{
    DiagList scratch = DIAG_LIST(b->arena);
    DiagList *kept = b->diags;
    b->diags = &scratch;
    int rc = read_ops(b, source, ret_ops);
    b->diags = kept;
    return rc == 0;
}

static int unreadable(Patch *patch, Span span)
{
    Build *b = patch->target->b;
    Resources unused = { 0 };
    size_t before = b->diags->diags.len;
    /* as which of the two it was meant shows in its first character */
    Node *ops = NULL;
    Str text = str_trim(patch->source->text);
    if (text.len > 0 && text.ptr[0] != '-' && text.ptr[0] != '[') {
        (void) resources_read(b, patch->source, &unused);
    } else {
        (void) read_ops(b, patch->source, &ops);
    }
    (void) before;
    return build_error(b, "KZ004", span, "unable to parse SM or JSON patch");
}

static int parse_patch(Patch *patch, Span span)
{
    Build *b = patch->target->b;
    bool merges = resources_try(b, patch->source, &patch->resources);
    bool is_ops = try_ops(b, patch->source, &patch->ops);
    if (!merges && !is_ops) {
        return unreadable(patch, span);
    }
    if (merges) {
        patch->ops = NULL;
    }
    return 0;
}

static int load_patch(Patch *patch, const char *text_field)
{
    Build *b = patch->target->b;
    const Node *text = node_get_cstr(patch->entry, text_field),
               *path = node_get(patch->entry, STR("path"));
    bool has_text = str_trim(node_text_or_empty(text)).len > 0,
         has_path = node_text_or_empty(path).len > 0;
    if (has_text == has_path) {
        return build_error(
            b,
            "KZ004",
            patch->entry->span,
            has_text ? "patch and path can't be set at the same time"
                     : "must specify one of patch and path"
        );
    }
    if (has_text) {
        return load_inline(b, text, "inline patch", &patch->source);
    }
    return load_file_at(patch->target, path->text, path->span, &patch->source);
}

static void set_options(Patch *patch)
{
    const Node *options = node_get(patch->entry, STR("options"));
    vec_foreach(resource, &patch->resources) {
        (*resource)->allow_name_change = field_bool(options, "allowNameChange");
        (*resource)->allow_kind_change = field_bool(options, "allowKindChange");
    }
}

int patch_entry_apply(Target *target, const Node *entry, ResMap *map)
{
    Build *b = target->b;
    Patch patch = { .target = target, .entry = entry };
    int rc = load_patch(&patch, "patch");
    if (rc == 0) {
        rc = parse_patch(&patch, entry->span);
    }
    if (rc < 0) {
        return rc;
    }
    set_options(&patch);
    const Node *selector = node_get(entry, STR("target"));
    if (!node_is_null_or_absent(selector)) {
        return patch.ops || patch.resources.len > 0 ? apply_to_target(&patch, selector, map) : 0;
    }
    if (patch.ops) {
        return build_error(b, "KZ004", entry->span, "must specify a target for JSON patch");
    }
    for (size_t i = 0; rc == 0 && i < patch.resources.len; i++) {
        rc = apply_by_id(b, patch.resources.ptr[i], map);
    }
    return rc;
}

int patch_json_entry_apply(Target *target, const Node *entry, const char *op_field, ResMap *map)
{
    Build *b = target->b;
    Patch patch = { .target = target, .entry = entry };
    const Node *selector = node_get(entry, STR("target"));
    if (field_text(selector, "name").len == 0) {
        return build_error(
            b, "KZ004", selector ? selector->span : entry->span, "must specify the target name"
        );
    }
    int rc = load_patch(&patch, op_field);
    if (rc == 0 && read_ops(b, patch.source, &patch.ops) < 0) {
        rc = build_error(b, "KZ004", entry->span, "unable to parse the JSON patch");
    }
    if (rc == 0 && patch.ops->seq.len == 0) {
        rc = build_error(b, "KZ004", entry->span, "patch appears to be empty");
    }
    Selector parsed;
    if (rc == 0) {
        rc = selector_parse(b, selector, &parsed);
    }
    bool found = false;
    for (size_t i = 0; rc == 0 && i < map->list.len; i++) {
        Resource *resource = map->list.ptr[i];
        if (!resource->node || !selector_matches(b, &parsed, resource)) {
            continue;
        }
        found = true;
        if (resource_is_tracked(resource)) {
            provide_annotations(b, resource->node);
        }
        rc = apply_ops(b, resource, patch.ops);
        resmap_changed(map);
    }
    if (rc == 0 && !found) {
        warn_no_match(b, &parsed, map);
    }
    return rc;
}

/* --- the fields ------------------------------------------------------------------------------- */

static int apply_all(Build *b, const Resources *patches, ResMap *map)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < patches->len; i++) {
        rc = apply_by_id(b, patches->ptr[i], map);
        resmap_drop_deleted(map);
    }
    return rc;
}

int patch_text_apply(Target *target, const Node *text, ResMap *map)
{
    Source *source = NULL;
    Resources patches = { 0 };
    int rc = load_inline(target->b, text, "inline patch", &source);
    if (rc == 0) {
        rc = resources_read(target->b, source, &patches);
    }
    return rc < 0 ? rc : apply_all(target->b, &patches, map);
}

int patch_strategic_entry_apply(Target *target, const Node *entry, ResMap *map)
{
    Build *b = target->b;
    Source *source = NULL;
    Resources patches = { 0 };
    (void) load_inline(b, entry, "inline patch", &source);
    if (!resources_try(b, source, &patches)) {
        patches = (Resources) { 0 };
        int rc = load_file_at(target, entry->text, entry->span, &source);
        if (rc == 0) {
            rc = resources_read(b, source, &patches);
        }
        if (rc < 0) {
            return rc;
        }
    }
    return apply_all(b, &patches, map);
}
