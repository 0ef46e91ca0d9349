#include "plugins.h"

#include "base/path.h"

#include "accumulate.h"
#include "config.h"
#include "documents.h"
#include "generators.h"
#include "kustomization.h"
#include "load.h"
#include "patches.h"
#include "replacements.h"
#include "resource.h"
#include "selector.h"
#include "transform.h"
#include "valueadd.h"

/* --- loading ---------------------------------------------------------------------------------- */

static int add_inline(Target *target, const Node *entry, Accumulator *into, bool *ret_is_inline)
{
    Build *b = target->b;
    Source *source = NULL;
    Resources resources = { 0 };
    (void) load_inline(b, entry, "inline configuration", &source);
    *ret_is_inline = resources_try(b, source, &resources);
    int rc = 0;
    for (size_t i = 0; rc == 0 && *ret_is_inline && i < resources.len; i++) {
        if (target->origin) {
            resources.ptr[i]->origin = origin_append(b, target->origin, target->file_name);
        }
        rc = resmap_append(b, &into->map, resources.ptr[i]);
    }
    return rc;
}

int plugins_load(Target *target, const char *field, Resources *ret_configs)
{
    Build *b = target->b;
    Accumulator configs = { 0 };
    Node *paths = node_new_seq(b->arena);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < field_count(target->doc, field); i++) {
        Node *entry = field_item(target->doc, field, i);
        bool is_inline = false;
        rc = add_inline(target, entry, &configs, &is_inline);
        if (!is_inline) {
            node_append(b->arena, paths, entry);
        }
    }
    if (rc == 0) {
        rc = accumulate_paths(target, paths, &configs);
    }
    *ret_configs = configs.map.list;
    return rc;
}

Origin *plugin_origin(Build *b, const Resource *config)
{
    if (!config->origin) {
        return NULL;
    }
    Origin *origin = ARENA_NEW(b->arena, Origin);
    origin->configured_in = config->origin->path;
    origin->api_version = node_text_or_empty(node_get(config->node, STR("apiVersion")));
    origin->kind = resource_kind(config);
    origin->name = resource_name(config);
    origin->ns = resource_namespace(config);
    return origin;
}

static bool is_builtin(const Resource *config)
{
    return str_eq(node_text_or_empty(node_get(config->node, STR("apiVersion"))), STR("builtin"));
}

static int refuse(Build *b, const Resource *config)
{
    return build_error(
        b,
        "KZ007",
        config->node->span,
        "external plugins disabled; unable to load external plugin '%" STR_FMT
        "': only the built-in ones (apiVersion: builtin) are supported, no exec, Go or container "
        "functions",
        STR_ARG(resource_kind(config))
    );
}

static int unknown_plugin(Build *b, const Resource *config, const char *const *names)
{
    Strs known = { 0 };
    for (; *names; names++) {
        vec_push(&known, b->arena, str_from(*names));
    }
    Diag *diag = build_diag(
        b,
        SEVERITY_ERROR,
        "KZ001",
        field_span(config->node, "kind"),
        "unable to load builtin %" STR_FMT,
        STR_ARG(resource_kind(config))
    );
    diag_hint_nearest(b->diags, diag, resource_kind(config), known.ptr, known.len);
    return -EINVAL;
}

/* --- generators ------------------------------------------------------------------------------- */

/* name and namespace may stand in the metadata. */
static Node *generator_args(Build *b, const Resource *config)
{
    Node *args = node_copy(b->arena, config->node);
    static const char *const fields[] = { "name", "namespace" };
    for (size_t i = 0; i < 2; i++) {
        Node *value = node_metadata(config->node, fields[i]);
        if (value && field_text(args, fields[i]).len == 0) {
            node_set(b->arena, args, str_from(fields[i]), value);
        }
    }
    return args;
}

static int generate_iam_policy(Build *b, const Node *args, Resource **ret_resource)
{
    Str cloud = field_text(args, "cloud");
    if (!str_eq(cloud, STR("gke"))) {
        return build_error(
            b, "KZ001", args->span, "cloud provider %" STR_FMT " not supported yet", STR_ARG(cloud)
        );
    }
    Str account = field_text(node_get(args, STR("serviceAccount")), "name");
    Str project = field_text(node_get(args, STR("serviceAccount")), "projectId");
    const Node *service = node_get(args, STR("kubernetesService"));
    Str ns = field_text(service, "namespace");
    Node *root = node_new_map(b->arena);
    root->span = args->span;
    node_set(b->arena, root, STR("apiVersion"), node_string(b->arena, STR("v1"), args->span));
    node_set(b->arena, root, STR("kind"), node_string(b->arena, STR("ServiceAccount"), args->span));
    Node *metadata = node_child_map(b->arena, root, STR("metadata"), args->span);
    Node *annotations = node_child_map(b->arena, metadata, STR("annotations"), args->span);
    Str value = str_printf(
        b->arena,
        "%" STR_FMT "@%" STR_FMT ".iam.gserviceaccount.com",
        STR_ARG(account),
        STR_ARG(project)
    );
    node_set(
        b->arena,
        annotations,
        STR("iam.gke.io/gcp-service-account"),
        node_string(b->arena, value, args->span)
    );
    node_set(
        b->arena,
        metadata,
        STR("name"),
        node_string(b->arena, field_text(service, "name"), args->span)
    );
    if (ns.len > 0) {
        node_set(b->arena, metadata, STR("namespace"), node_string(b->arena, ns, args->span));
    }
    *ret_resource = resource_new(b, root);
    return 0;
}

int plugin_generate(Target *target, const Resource *config, Resources *ret_resources)
{
    static const char *const names[] = {
        "ConfigMapGenerator", "SecretGenerator", "IAMPolicyGenerator", NULL
    };
    Build *b = target->b;
    Str kind = resource_kind(config);
    Resource *made = NULL;
    int rc;
    if (!is_builtin(config)) {
        return refuse(b, config);
    }
    const Node *args = generator_args(b, config);
    if (str_eq_cstr(kind, names[0])) {
        rc = generate_config_map(target, args, NULL, &made);
    } else if (str_eq_cstr(kind, names[1])) {
        rc = generate_secret(target, args, NULL, &made);
    } else if (str_eq_cstr(kind, names[2])) {
        rc = generate_iam_policy(b, args, &made);
    } else if (str_eq(kind, STR("HelmChartInflationGenerator"))) {
        rc = build_error(
            b, "KZ007", config->node->span, "HelmChartInflationGenerator is not supported"
        );
    } else {
        rc = unknown_plugin(b, config, names);
    }
    if (rc == 0) {
        vec_push(ret_resources, b->arena, made);
    }
    return rc;
}

/* --- transformers ----------------------------------------------------------------------------- */

/* What each needs: its configuration, and the field specs that stand in it. */
typedef struct Plugin {
    Target *target;
    const Node *config;
    FieldSpecs specs;
    ResMap *map;
} Plugin;

static int run_annotations(Plugin *p)
{
    return transform_pairs(
        p->target->b, node_get(p->config, STR("annotations")), &p->specs, p->map, "annotations"
    );
}

static int run_labels(Plugin *p)
{
    return transform_pairs(
        p->target->b, node_get(p->config, STR("labels")), &p->specs, p->map, "labels"
    );
}

static int run_image(Plugin *p)
{
    const Node *image = node_get(p->config, STR("imageTag"));
    return image ? transform_image(p->target->b, image, &p->specs, p->map) : 0;
}

static int run_namespace(Plugin *p)
{
    Build *b = p->target->b;
    const Node *ns = node_metadata(p->config, "namespace"),
               *mode = node_get(p->config, STR("setRoleBindingSubjects"));
    Str text = node_text_or_empty(mode);
    NamespaceArgs args = { .specs = &p->specs, .unset_only = field_bool(p->config, "unsetOnly") };
    if (str_eq(text, STR("allServiceAccounts"))) {
        args.subjects = SUBJECTS_ALL;
    } else if (str_eq(text, STR("none"))) {
        args.subjects = SUBJECTS_NONE;
    } else if (text.len > 0 && !str_eq(text, STR("defaultOnly"))) {
        return build_error(
            b,
            "KZ001",
            mode->span,
            "invalid value \"%" STR_FMT
            "\" for setRoleBindingSubjects: must be one of defaultOnly, none or "
            "allServiceAccounts",
            STR_ARG(text)
        );
    }
    if (node_text_or_empty(ns).len == 0) {
        return 0;
    }
    args.ns = ns->text;
    args.span = ns->span;
    return transform_namespace(b, &args, p->map);
}

static int run_affix(Plugin *p, const char *field)
{
    Build *b = p->target->b;
    const Node *text = node_get_cstr(p->config, field);
    Node *none = node_string(b->arena, (Str) { 0 }, p->config->span);
    if (node_is_null_or_absent(node_get(p->config, STR("fieldSpecs")))) {
        return build_error(b, "KZ001", p->config->span, "fieldSpecs is not expected to be nil");
    }
    return field[0] == 'p' ? transform_prefix(b, text ? text : none, &p->specs, p->map)
                           : transform_suffix(b, text ? text : none, &p->specs, p->map);
}

static int run_prefix(Plugin *p)
{
    return run_affix(p, "prefix");
}

static int run_suffix(Plugin *p)
{
    return run_affix(p, "suffix");
}

static int run_prefix_suffix(Plugin *p)
{
    int rc = run_affix(p, "prefix");
    return rc < 0 ? rc : run_affix(p, "suffix");
}

static int run_replicas(Plugin *p)
{
    const Node *replica = node_get(p->config, STR("replica"));
    return replica ? transform_replicas(p->target->b, replica, &p->specs, p->map) : 0;
}

static int run_patch(Plugin *p)
{
    return patch_entry_apply(p->target, p->config, p->map);
}

static int run_json_patch(Plugin *p)
{
    return patch_json_entry_apply(p->target, p->config, "jsonOp", p->map);
}

static int run_strategic_patch(Plugin *p)
{
    int rc = 0;
    const Node *text = node_get(p->config, STR("patches"));
    size_t count = field_count(p->config, "paths");
    if (count == 0 && node_text_or_empty(text).len == 0) {
        return build_error(
            p->target->b, "KZ004", p->config->span, "empty file path and empty patch content"
        );
    }
    for (size_t i = 0; rc == 0 && i < count; i++) {
        rc = patch_strategic_entry_apply(p->target, field_item(p->config, "paths", i), p->map);
    }
    return rc < 0 || node_text_or_empty(text).len == 0 ? rc
                                                       : patch_text_apply(p->target, text, p->map);
}

static int run_replacements(Plugin *p)
{
    return replacements_apply(p->target, node_get(p->config, STR("replacements")), p->map);
}

static int run_hash(Plugin *p)
{
    return transform_hash(p->target->b, p->map);
}

static int run_value_add(Plugin *p)
{
    return value_add_apply(p->target, p->config, p->map);
}

typedef struct KnownPlugin {
    const char *kind;
    int (*run)(Plugin *plugin);
} KnownPlugin;

static const KnownPlugin known_plugins[] = {
    { "AnnotationsTransformer", run_annotations },
    { "HashTransformer", run_hash },
    { "ImageTagTransformer", run_image },
    { "LabelTransformer", run_labels },
    { "NamespaceTransformer", run_namespace },
    { "PatchJson6902Transformer", run_json_patch },
    { "PatchStrategicMergeTransformer", run_strategic_patch },
    { "PatchTransformer", run_patch },
    { "PrefixSuffixTransformer", run_prefix_suffix },
    { "PrefixTransformer", run_prefix },
    { "ReplacementTransformer", run_replacements },
    { "ReplicaCountTransformer", run_replicas },
    { "SuffixTransformer", run_suffix },
    { "ValueAddTransformer", run_value_add },
};

int plugin_transform(Target *target, const Resource *config, ResMap *map)
{
    Build *b = target->b;
    const char *names[sizeof known_plugins / sizeof *known_plugins + 1] = { 0 };
    if (!is_builtin(config)) {
        return refuse(b, config);
    }
    Plugin plugin = { .target = target, .config = config->node, .map = map };
    for (size_t i = 0; i < sizeof known_plugins / sizeof *known_plugins; i++) {
        names[i] = known_plugins[i].kind;
        if (!str_eq_cstr(resource_kind(config), known_plugins[i].kind)) {
            continue;
        }
        int rc = field_specs_from_node(
            b, node_get(config->node, STR("fieldSpecs")), false, &plugin.specs
        );
        return rc < 0 ? rc : known_plugins[i].run(&plugin);
    }
    return unknown_plugin(b, config, names);
}
