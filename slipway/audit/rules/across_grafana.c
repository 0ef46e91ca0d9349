/* What Grafana is told to read, against what it finds. */
#include "base/mem.h"
#include "base/path.h"

#include "across.h"
#include "monitoring.h"

/* --- XA035 ------------------------------------------------------------------------------------ */

/* The mount that brings the file into the container, or NULL. */
static const ComposeMount *mount_of(Arena *arena, const ComposeService *service, Str path)
{
    vec_foreach(mount, &service->mounts) {
        Str *own = span_is_known(mount->node->span)
                       ? map_get(&service->project->directories, mount->node->span.source->path)
                       : NULL;
        Str directory = own ? *own : service->project->directory;
        if (mount->kind == COMPOSE_MOUNT_BIND &&
            path_is_within(path_join(arena, directory, mount->source), path)) {
            return mount;
        }
    }
    return NULL;
}

static bool mounts_target(Arena *arena, const ComposeService *service, Str path)
{
    vec_foreach(mount, &service->mounts) {
        Str target = path_clean(arena, mount->target);
        if (path_is_within(target, path) || path_is_within(path, target)) {
            return true;
        }
    }
    return false;
}

/* The one mount that brings dashboards into the container is at the path that is meant. */
static void suggest_mount(
    RuleContext *ctx,
    const Repository *repository,
    Diag *diag,
    const ComposeService *service,
    const Node *path
)
{
    const ComposeMount *only = NULL;
    size_t count = 0;
    vec_foreach(dashboard, &repository->audit->dashboards) {
        const ComposeMount *mount =
            mount_of(repository->arena, service, (*dashboard)->source->path);
        count += mount && mount != only;
        only = mount ? mount : only;
    }
    if (count == 1 && path->style == STYLE_PLAIN) {
        rule_suggest(ctx, diag, path->span, "%" STR_FMT, STR_ARG(only->target));
    }
}

static void check_provider(
    RuleContext *ctx, const Repository *repository, const PrometheusFile *file, const Node *path
)
{
    Arena *arena = repository->arena;
    across_foreach_compose(service, repository) {
        const ComposeMount *mount = mount_of(arena, service, file->source->path);
        if (mount && !mounts_target(arena, service, path_clean(arena, path->text))) {
            Diag *diag = rule_find(
                ctx,
                path,
                "nothing is mounted at %" STR_FMT " in \"%" STR_FMT "\"",
                STR_ARG(path->text),
                STR_ARG(service->name)
            );
            across_relate(ctx, diag, mount->node->span, "this file is mounted here");
            suggest_mount(ctx, repository, diag, service, path);
        }
    }
}

/* --- providers in ConfigMaps --- */

static bool mounts_volume_of(const Container *container, const Node *volumes, Str config_map)
{
    const Node *mounts = node_path(container->node, "volumeMounts");
    for (size_t i = 0; i < node_len(volumes); i++) {
        const Node *volume = volumes->seq.items[i];
        for (size_t k = 0;
             str_eq(node_text(volume, "configMap.name"), config_map) && k < node_len(mounts);
             k++) {
            if (str_eq(node_text(mounts->seq.items[k], "name"), node_text(volume, "name"))) {
                return true;
            }
        }
    }
    return false;
}

static bool mounts_path(const Container *container, Str path)
{
    const Node *mounts = node_path(container->node, "volumeMounts");
    for (size_t i = 0; i < node_len(mounts); i++) {
        Str mount = node_text(mounts->seq.items[i], "mountPath");
        if (path_is_within(mount, path) || path_is_within(path, mount)) {
            return true;
        }
    }
    return false;
}

static void
check_path_in_pods(RuleContext *ctx, const Object *config_map, const Node *value, Str path)
{
    vec_foreach(object, &ctx->bundle->objects) {
        for (size_t i = 0; object->pod && i < object->pod->containers.len; i++) {
            const Container *container = &object->pod->containers.ptr[i];
            const Node *volumes = node_path(object->pod->spec, "volumes");
            if (str_eq(object->ns, config_map->ns) &&
                mounts_volume_of(container, volumes, config_map->name) &&
                !mounts_path(container, path)) {
                Diag *diag = rule_find(
                    ctx,
                    value,
                    "nothing is mounted at %" STR_FMT " in %" STR_FMT,
                    STR_ARG(path),
                    STR_ARG(object_title(ctx->diags->arena, object))
                );
                const Node *name = node_path(container->node, "name");
                across_relate(ctx, diag, name ? name->span : SPAN_NONE, "the container");
            }
        }
    }
}

static void check_config_map(RuleContext *ctx, const Object *config_map)
{
    Arena *arena = ctx->diags->arena;
    const Node *data = node_path(config_map->node, "data");
    for (size_t i = 0; node_is_map(data) && i < data->map.len; i++) {
        const Node *value = data->map.pairs[i].value;
        Node *root = NULL;
        DiagList ignored = DIAG_LIST(arena);
        if (!node_is_string(value) || str_find(value->text, STR("providers:")) == STR_NONE ||
            yaml_read_one(
                arena, source_new(arena, config_map->name, value->text), NULL, &root, &ignored
            ) < 0) {
            continue;
        }
        const Node *providers = node_path(root, "providers");
        for (size_t k = 0; k < node_len(providers); k++) {
            Str path = node_text(providers->seq.items[k], "options.path");
            if (path_is_absolute(path)) {
                check_path_in_pods(ctx, config_map, value, path_clean(arena, path));
            }
        }
    }
}

static void check_config_maps(RuleContext *ctx, const Repository *repository)
{
    vec_foreach(bundle, &repository->audit->bundles) {
        ctx->bundle = *bundle;
        vec_foreach(object, &(*bundle)->objects) {
            ctx->object = object;
            if (object_is(object, "ConfigMap")) {
                check_config_map(ctx, object);
            }
        }
    }
    across_leave(ctx);
}

/* --- datasources --- */

static const Node *first_datasource(const Map *datasources)
{
    const Node *first = NULL;
    map_foreach(entry, datasources) {
        first = first ? first : entry->value;
    }
    return first;
}

static void
check_datasource(RuleContext *ctx, const Dashboard *dashboard, const Node *datasource, Map *said)
{
    const Node *uid = monitoring_uid(datasource);
    if (!node_is_string(uid) || map_has(said, uid->text) ||
        !monitoring_is_foreign(dashboard, uid->text)) {
        return;
    }
    map_set(said, uid->text, said);
    Diag *diag = rule_find_span(
        ctx,
        uid->span,
        "no datasource that is provisioned here has the uid \"%" STR_FMT "\"",
        STR_ARG(uid->text)
    );
    monitoring_fix_datasource(ctx, dashboard, diag, datasource);
    across_relate(ctx, diag, first_datasource(dashboard->datasources)->span, "others are");
}

static void check_dashboard(RuleContext *ctx, const Dashboard *dashboard)
{
    Map said = MAP_ON_ARENA(dashboard->arena);
    vec_foreach(panel, &dashboard->panels) {
        const Node *targets = node_get_cstr(panel->node, "targets");
        const Node *own = dashboard_datasource(panel->node);
        if (own) {
            check_datasource(ctx, dashboard, own, &said);
        }
        for (size_t i = 0; i < node_len(targets); i++) {
            const Node *datasource = dashboard_datasource(targets->seq.items[i]);
            if (datasource) {
                check_datasource(ctx, dashboard, datasource, &said);
            }
        }
    }
}

static void check_providers(RuleContext *ctx, const Repository *repository)
{
    vec_foreach(file, &repository->audit->prometheus_files) {
        const Node *providers = node_path((*file)->root, "providers");
        for (size_t i = 0; i < node_len(providers); i++) {
            const Node *path = node_path(providers->seq.items[i], "options.path");
            if (path && path_is_absolute(path->text)) {
                check_provider(ctx, repository, *file, path);
            }
        }
    }
}

static void xa035(RuleContext *ctx, const Repository *repository)
{
    check_providers(ctx, repository);
    check_config_maps(ctx, repository);
    vec_foreach(dashboard, &repository->audit->dashboards) {
        if ((*dashboard)->datasources->len > 0) {
            check_dashboard(ctx, *dashboard);
        }
    }
}

static const AuditRule rules[] = {
    { .id = "XA035",
      .artifact = "Repository",
      .severity = SEVERITY_ERROR,
      .meaning = "Grafana reads dashboards where nothing is mounted, or they ask a datasource that "
                 "isn't provisioned",
      .why =
          "Grafana starts without a dashboard, or its panels say that the datasource isn't found.",
      .fix = "mount the folder of dashboards at that path; use a provisioned uid, or a variable",
      .check_repository = xa035 },
};

const RuleFamily rules_across_grafana = { rules, ARRAY_LEN(rules) };
