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

static int run_patches_merge(Target *target, const Config *config, const Node *patches, ResMap *map)
{
    (void) config;
    int rc = 0;
    for (size_t i = 0; rc == 0 && node_is_seq(patches) && i < patches->seq.len; i++) {
        rc = patch_strategic_entry_apply(target, patches->seq.items[i], map);
    }
    return rc;
}

static int run_patch(Target *target, const Config *config, const Node *patch, ResMap *map)
{
    (void) config;
    return patch_entry_apply(target, patch, map);
}

static int run_namespace(Target *target, const Config *config, const Node *ns, ResMap *map)
{
    NamespaceArgs args = { .ns = node_text_or_empty(ns),
                           .span = ns->span,
                           .specs = &config->specs[SPECS_NAMESPACE] };
    return args.ns.len == 0 ? 0 : transform_namespace(target->b, &args, map);
}

static int run_prefix(Target *target, const Config *config, const Node *prefix, ResMap *map)
{
    bool none = node_text_or_empty(prefix).len == 0;
    return none ? 0 : transform_prefix(target->b, prefix, &config->specs[SPECS_NAME_PREFIX], map);
}

static int run_suffix(Target *target, const Config *config, const Node *suffix, ResMap *map)
{
    bool none = node_text_or_empty(suffix).len == 0;
    return none ? 0 : transform_suffix(target->b, suffix, &config->specs[SPECS_NAME_SUFFIX], map);
}

static int run_label(Target *target, const Config *config, const Node *label, ResMap *map)
{
    return transform_label(target->b, label, config, map);
}

static int run_common_labels(Target *target, const Config *config, const Node *pairs, ResMap *map)
{
    return transform_pairs(target->b, pairs, &config->specs[SPECS_COMMON_LABELS], map, "labels");
}

static int run_annotations(Target *target, const Config *config, const Node *pairs, ResMap *map)
{
    return transform_pairs(
        target->b, pairs, &config->specs[SPECS_COMMON_ANNOTATIONS], map, "annotations"
    );
}

static int run_patch_json(Target *target, const Config *config, const Node *patch, ResMap *map)
{
    (void) config;
    return patch_json_entry_apply(target, patch, "patch", map);
}

static int run_replicas(Target *target, const Config *config, const Node *replica, ResMap *map)
{
    return transform_replicas(target->b, replica, &config->specs[SPECS_REPLICAS], map);
}

static int run_image(Target *target, const Config *config, const Node *image, ResMap *map)
{
    return transform_image(target->b, image, &config->specs[SPECS_IMAGES], map);
}

static int run_replacements(Target *target, const Config *config, const Node *list, ResMap *map)
{
    (void) config;
    return replacements_apply(target, list, map);
}

/* One transformer, or one for each entry of its field: kustomize tells of each (buildMetadata), and
 * puts its notes down between them. */
typedef struct Step {
    const char *kind;
    const char *field;
    const char *beside; /* runs where this field stands, too */
    bool is_per_entry;
    int (*run)(Target *target, const Config *config, const Node *arg, ResMap *map);
} Step;

static const Step steps[] = {
    { .kind = "PatchStrategicMergeTransformer",
      .field = "patchesStrategicMerge",
      .run = run_patches_merge },
    { .kind = "PatchTransformer", .field = "patches", .is_per_entry = true, .run = run_patch },
    { .kind = "NamespaceTransformer", .field = "namespace", .run = run_namespace },
    { .kind = "PrefixTransformer", .field = "namePrefix", .run = run_prefix },
    { .kind = "SuffixTransformer", .field = "nameSuffix", .run = run_suffix },
    { .kind = "LabelTransformer", .field = "labels", .is_per_entry = true, .run = run_label },
    { .kind = "LabelTransformer",
      .field = "commonLabels",
      .beside = "labels",
      .run = run_common_labels },
    { .kind = "AnnotationsTransformer", .field = "commonAnnotations", .run = run_annotations },
    { .kind = "PatchJson6902Transformer",
      .field = "patchesJson6902",
      .is_per_entry = true,
      .run = run_patch_json },
    { .kind = "ReplicaCountTransformer",
      .field = "replicas",
      .is_per_entry = true,
      .run = run_replicas },
    { .kind = "ImageTagTransformer", .field = "images", .is_per_entry = true, .run = run_image },
    { .kind = "ReplacementTransformer", .field = "replacements", .run = run_replacements },
};

static int run_once(Target *target, const Step *step, const Node *arg, Accumulator *into)
{
    int rc = step->run(target, into->config, arg, &into->map);
    if (rc == 0) {
        note_transformation(target->b, &into->map, builtin_origin(target, step->kind));
    }
    resmap_drop_deleted(&into->map);
    return rc;
}

static int run_step(Target *target, const Step *step, Accumulator *into)
{
    const Node *field = node_get_cstr(target->doc, step->field);
    if (!step->is_per_entry) {
        bool is_asked = !node_is_empty(field) ||
                        (step->beside && !node_is_empty(node_get_cstr(target->doc, step->beside)));
        return is_asked ? run_once(target, step, field, into) : 0;
    }
    int result = 0;
    for (size_t i = 0; i < field_count(target->doc, step->field); i++) {
        int rc = run_once(target, step, field_item(target->doc, step->field, i), into);
        result = rc < 0 ? rc : result;
    }
    return result;
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
