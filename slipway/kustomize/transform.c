/* What a kustomization does with its resources, in kustomize's order. */
#include "transform.h"

#include "base/path.h"

#include "generators.h"
#include "kustomization.h"
#include "patches.h"
#include "plugins.h"
#include "replacements.h"
#include "resource.h"

/* --- origins ---------------------------------------------------------------------------------- */

static Origin *builtin_origin(const Target *target, const char *kind)
{
    Build *b = target->b;
    if (!target->origin) {
        return NULL;
    }
    Origin *origin = ARENA_NEW(b->arena, Origin);
    origin->configured_in = target->origin->path.len
                                ? path_join(b->arena, target->origin->path, target->file_name)
                                : target->file_name;
    origin->api_version = STR("builtin");
    origin->kind = str_from(kind);
    return origin;
}

static void note_transformation(Build *b, const ResMap *map, Origin *origin)
{
    if (!origin) {
        return;
    }
    vec_foreach(resource, &map->list) {
        annotations_to_strings(b, *resource);
        if (!(*resource)->origin) {
            (*resource)->origin = origin;
        } else {
            vec_push(&(*resource)->transformations, b->arena, origin);
        }
    }
}

/* --- generators ------------------------------------------------------------------------------- */

typedef int (*Generate)(
    Target *target, const Node *args, const Node *global, Resource **ret_resource
);

static int absorb(Build *b, Accumulator *into, Resource *resource, Origin *origin)
{
    if (origin && !resource->origin) {
        resource->origin = origin;
    }
    return resmap_absorb(b, &into->map, resource);
}

static int run_generator_field(
    Target *target, const char *field, Generate generate, const char *kind, Accumulator *into
)
{
    const Node *global = node_get(target->doc, STR("generatorOptions"));
    Origin *origin = builtin_origin(target, kind);
    int result = 0;
    for (size_t i = 0; i < field_count(target->doc, field); i++) {
        Resource *resource = NULL;
        int rc = generate(target, field_item(target->doc, field, i), global, &resource);
        if (rc == 0) {
            rc = absorb(target->b, into, resource, origin);
        }
        result = rc < 0 ? rc : result;
    }
    return result;
}

int run_generators(Target *target, Accumulator *into)
{
    Build *b = target->b;
    int rc = run_generator_field(
        target, "configMapGenerator", generate_config_map, "ConfigMapGenerator", into
    );
    int secret_rc =
        run_generator_field(target, "secretGenerator", generate_secret, "SecretGenerator", into);
    rc = rc < 0 ? rc : secret_rc;
    Resources configs = { 0 };
    if (rc == 0) {
        rc = plugins_load(target, "generators", &configs);
    }
    for (size_t i = 0; rc == 0 && i < configs.len; i++) {
        Resources made = { 0 };
        rc = plugin_generate(target, configs.ptr[i], &made);
        for (size_t k = 0; rc == 0 && k < made.len; k++) {
            resource_touch(b, made.ptr[k], configs.ptr[i]->node->span, "generator", NULL);
            rc = absorb(b, into, made.ptr[k], plugin_origin(b, configs.ptr[i]));
        }
    }
    return rc;
}

/* --- transformers ----------------------------------------------------------------------------- */

static int run_namespace(Target *target, const Config *config, ResMap *map)
{
    const Node *ns = node_get(target->doc, STR("namespace"));
    if (node_text_or_empty(ns).len == 0) {
        return 0;
    }
    NamespaceArgs args = { .ns = ns->text,
                           .span = ns->span,
                           .specs = &config->specs[SPECS_NAMESPACE] };
    return transform_namespace(target->b, &args, map);
}

static int run_prefix(Target *target, const Config *config, ResMap *map)
{
    const Node *prefix = node_get(target->doc, STR("namePrefix"));
    bool none = node_text_or_empty(prefix).len == 0;
    return none ? 0 : transform_prefix(target->b, prefix, &config->specs[SPECS_NAME_PREFIX], map);
}

static int run_suffix(Target *target, const Config *config, ResMap *map)
{
    const Node *suffix = node_get(target->doc, STR("nameSuffix"));
    bool none = node_text_or_empty(suffix).len == 0;
    return none ? 0 : transform_suffix(target->b, suffix, &config->specs[SPECS_NAME_SUFFIX], map);
}

static int run_annotations(Target *target, const Config *config, ResMap *map)
{
    const Node *pairs = node_get(target->doc, STR("commonAnnotations"));
    return transform_pairs(
        target->b, pairs, &config->specs[SPECS_COMMON_ANNOTATIONS], map, "annotations"
    );
}

static int run_patches_merge(Target *target, const Config *config, ResMap *map)
{
    (void) config;
    return patches_strategic_merge_apply(target, map);
}

static int run_patches(Target *target, const Config *config, ResMap *map)
{
    (void) config;
    return patches_apply(target, map);
}

static int run_patches_json(Target *target, const Config *config, ResMap *map)
{
    (void) config;
    return patches_json_apply(target, map);
}

static int run_replicas(Target *target, const Config *config, ResMap *map)
{
    int result = 0;
    for (size_t i = 0; i < field_count(target->doc, "replicas"); i++) {
        const Node *replica = field_item(target->doc, "replicas", i);
        int rc = transform_replicas(target->b, replica, &config->specs[SPECS_REPLICAS], map);
        result = rc < 0 ? rc : result;
    }
    return result;
}

static int run_images(Target *target, const Config *config, ResMap *map)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < field_count(target->doc, "images"); i++) {
        rc = transform_image(
            target->b, field_item(target->doc, "images", i), &config->specs[SPECS_IMAGES], map
        );
    }
    return rc;
}

static int run_replacements(Target *target, const Config *config, ResMap *map)
{
    (void) config;
    return replacements_apply(target, node_get(target->doc, STR("replacements")), map);
}

typedef struct Step {
    const char *kind;
    const char *fields[2]; /* any of these asks for it */
    bool once_per_entry;   /* buildMetadata tells of each entry */
    int (*run)(Target *target, const Config *config, ResMap *map);
} Step;

static const Step steps[] = {
    { "PatchStrategicMergeTransformer", { "patchesStrategicMerge" }, false, run_patches_merge },
    { "PatchTransformer", { "patches" }, true, run_patches },
    { "NamespaceTransformer", { "namespace" }, false, run_namespace },
    { "PrefixTransformer", { "namePrefix" }, false, run_prefix },
    { "SuffixTransformer", { "nameSuffix" }, false, run_suffix },
    { "LabelTransformer", { "labels", "commonLabels" }, true, transform_labels },
    { "AnnotationsTransformer", { "commonAnnotations" }, false, run_annotations },
    { "PatchJson6902Transformer", { "patchesJson6902" }, true, run_patches_json },
    { "ReplicaCountTransformer", { "replicas" }, true, run_replicas },
    { "ImageTagTransformer", { "images" }, true, run_images },
    { "ReplacementTransformer", { "replacements" }, false, run_replacements },
};

static size_t step_count(const Target *target, const Step *step)
{
    size_t count = 0;
    bool any = false;
    for (size_t i = 0; i < 2 && step->fields[i]; i++) {
        any |= !node_is_empty(node_get_cstr(target->doc, step->fields[i]));
        count += step->once_per_entry ? field_count(target->doc, step->fields[i]) : 0;
    }
    /* commonLabels counts even where only labels stands */
    bool labels = step->run == transform_labels;
    return !any ? 0 : labels ? count + 1 : step->once_per_entry ? count : 1;
}

static int run_step(Target *target, const Step *step, Accumulator *into)
{
    size_t count = step_count(target, step);
    if (count == 0) {
        return 0;
    }
    int rc = step->run(target, into->config, &into->map);
    for (size_t i = 0; rc == 0 && i < count; i++) {
        note_transformation(target->b, &into->map, builtin_origin(target, step->kind));
    }
    resmap_drop_deleted(&into->map);
    return rc;
}

int run_transformers(Target *target, Accumulator *into)
{
    int result = 0;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        int rc = run_step(target, &steps[i], into);
        result = rc < 0 ? rc : result;
    }
    if (result < 0) {
        return result;
    }
    Resources configs = { 0 };
    int rc = plugins_load(target, "transformers", &configs);
    for (size_t i = 0; rc == 0 && i < configs.len; i++) {
        rc = plugin_transform(target, configs.ptr[i], &into->map);
        note_transformation(target->b, &into->map, plugin_origin(target->b, configs.ptr[i]));
        resmap_drop_deleted(&into->map);
    }
    return rc;
}

/* --- validators ------------------------------------------------------------------------------- */

static ResMap copy_map(Build *b, const ResMap *map)
{
    ResMap copy = { 0 };
    vec_foreach(resource, &map->list) {
        vec_push(&copy.list, b->arena, resource_copy(b, *resource));
    }
    return copy;
}

int run_validators(Target *target, Accumulator *into)
{
    Build *b = target->b;
    Resources configs = { 0 };
    int rc = plugins_load(target, "validators", &configs);
    for (size_t i = 0; rc == 0 && i < configs.len; i++) {
        ResMap copy = copy_map(b, &into->map);
        rc = plugin_transform(target, configs.ptr[i], &copy);
        bool same = copy.list.len == into->map.list.len;
        for (size_t k = 0; rc == 0 && same && k < copy.list.len; k++) {
            same = copy.list.ptr[k]->node &&
                   node_equal(copy.list.ptr[k]->node, into->map.list.ptr[k]->node);
        }
        if (rc == 0 && !same) {
            rc = build_error(
                b,
                "KZ003",
                configs.ptr[i]->node->span,
                "validator shouldn't modify the resource map"
            );
        }
    }
    return rc;
}
