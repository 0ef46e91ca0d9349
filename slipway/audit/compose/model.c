/* The services and resources of the merged document. */
#include "base/path.h"

#include "internal.h"

Str compose_best_text(const ComposeProject *project, Str text, bool *ret_complete)
{
    Str replaced;
    *ret_complete = compose_interpolate(project->arena, text, &project->variables, &replaced);
    return replaced;
}

bool compose_text(const ComposeProject *project, const Node *node, Str *ret_text)
{
    Str text;
    if (!node || !node_is_scalar(node) || node->kind == NODE_NULL ||
        !compose_interpolate(project->arena, node->text, &project->variables, &text)) {
        return false;
    }
    *ret_text = text;
    return true;
}

const ComposeService *compose_service(const ComposeProject *project, Str name)
{
    return map_get(&project->by_name, name);
}

static const Node *node_below(const Node *node, const char *path)
{
    Str rest = str_from(path);
    Str key;
    while (node && str_next(&rest, '.', &key)) {
        node = node_get(node, key);
    }
    return node;
}

const Node *compose_said(const ComposeService *service, const char *path)
{
    const Node *node = node_below(service->node, path);
    const ComposeProject *project = service->project;
    for (size_t i = 0; !node && i < project->overlays.len; i++) {
        const ComposeService *other = compose_service(project->overlays.ptr[i], service->name);
        node = other ? node_below(other->node, path) : NULL;
    }
    return node;
}

bool compose_is_own(const ComposeProject *project, const Node *node)
{
    if (!project->base || !node || !span_is_known(node->span)) {
        return true;
    }
    for (size_t i = 0; i < project->base->sources.len; i++) {
        if (project->base->sources.ptr[i] == node->span.source) {
            return false;
        }
    }
    return true;
}

/* --- lists and maps of names --- */

static void
add_reference(ComposeProject *project, ComposeReferences *into, const Node *node, Str text)
{
    bool complete;
    Str name = compose_best_text(project, text, &complete);
    if (complete && name.len > 0) {
        ComposeReference reference = { .node = node, .name = name };
        vec_push(into, project->arena, reference);
    }
}

/* A text, a list of texts or of maps that have the name under `key`, or a map by name. */
static void
read_references(ComposeProject *project, ComposeReferences *into, const Node *node, const char *key)
{
    if (!node) {
        return;
    }
    if (node->kind == NODE_STRING) {
        add_reference(project, into, node, node->text);
    }
    for (size_t i = 0; node->kind == NODE_SEQ && i < node->seq.len; i++) {
        const Node *item = node->seq.items[i];
        const Node *name = node_is_map(item) ? node_get_cstr(item, key) : item;
        if (name && node_is_scalar(name)) {
            add_reference(project, into, name, name->text);
        }
    }
    for (size_t i = 0; node->kind == NODE_MAP && i < node->map.len; i++) {
        add_reference(project, into, node->map.pairs[i].key, node->map.pairs[i].key->text);
    }
}

static void read_values(ComposeProject *project, ComposeValues *into, const Node *node)
{
    for (size_t i = 0; node_is_map(node) && i < node->map.len; i++) {
        const NodePair *pair = &node->map.pairs[i];
        bool is_set = node_is_scalar(pair->value) && pair->value->kind != NODE_NULL;
        ComposeVariableValue value = {
            .name = pair->key->text,
            .key = pair->key,
            .value = is_set ? pair->value : NULL,
            .text = is_set ? pair->value->text : STR(""),
        };
        vec_push(into, project->arena, value);
    }
    for (size_t i = 0; node_is_seq(node) && i < node->seq.len; i++) {
        const Node *item = node->seq.items[i];
        ComposeVariableValue value = { .name = item->text, .key = item };
        if (node_is_scalar(item)) {
            value.value = str_cut(item->text, '=', &value.name, &value.text) ? item : NULL;
            vec_push(into, project->arena, value);
        }
    }
}

/* --- a service --- */

static ComposeCondition condition_of(const Node *entry)
{
    Str text = node_string_or(node_get_cstr(entry, "condition"), STR(""));
    return str_eq(text, STR("service_healthy"))                  ? COMPOSE_HEALTHY
           : str_eq(text, STR("service_completed_successfully")) ? COMPOSE_COMPLETED
                                                                 : COMPOSE_STARTED;
}

static void read_dependencies(ComposeProject *project, ComposeService *service)
{
    const Node *node = node_get_cstr(service->node, "depends_on");
    for (size_t i = 0; node_is_map(node) && i < node->map.len; i++) {
        const NodePair *pair = &node->map.pairs[i];
        const Node *required = node_get_cstr(pair->value, "required");
        ComposeDependency dependency = {
            .node = pair->key,
            .name = pair->key->text,
            .condition = condition_of(pair->value),
            .is_short = pair->value->kind == NODE_NULL, /* a list's item, merged */
            .is_required = !required || required->kind != NODE_BOOL || required->boolean,
        };
        vec_push(&service->depends_on, project->arena, dependency);
    }
    for (size_t i = 0; node_is_seq(node) && i < node->seq.len; i++) {
        const Node *item = node->seq.items[i];
        ComposeDependency dependency = {
            .node = item, .name = item->text, .is_short = true, .is_required = true
        };
        bool complete = node_is_string(item);
        dependency.name = complete ? compose_best_text(project, item->text, &complete) : STR("");
        if (complete) {
            vec_push(&service->depends_on, project->arena, dependency);
        }
    }
}

/* Where relative paths start in the file that the node stands in. */
static Str directory_of(const ComposeProject *project, const Node *node)
{
    const Str *directory = node && span_is_known(node->span)
                               ? map_get(&project->directories, node->span.source->path)
                               : NULL;
    return directory ? *directory : project->directory;
}

static void read_build(ComposeProject *project, ComposeService *service)
{
    const Node *build = service->build;
    if (!build || build->kind == NODE_NULL) {
        return;
    }
    const Node *context = node_is_map(build) ? node_get_cstr(build, "context") : build;
    Str text = STR(".");
    if (context && (!compose_text(project, context, &text) ||
                    str_find(text, STR("://")) != STR_NONE || str_has_prefix(text, STR("git@")))) {
        return;
    }
    service->context =
        path_join(project->arena, directory_of(project, context ? context : build), text);
    const Node *file = node_get_cstr(build, "dockerfile");
    Str name = STR("Dockerfile");
    if (!node_get_cstr(build, "dockerfile_inline") &&
        (!file || compose_text(project, file, &name))) {
        service->dockerfile = path_join(project->arena, service->context, name);
    }
    const Node *target = node_get_cstr(build, "target");
    if (target && !compose_text(project, target, &service->target)) {
        service->target = STR("");
    }
    read_values(project, &service->build_args, node_get_cstr(build, "args"));
}

static bool is_disabled(const Node *healthcheck)
{
    const Node *disable = node_get_cstr(healthcheck, "disable");
    const Node *test = node_get_cstr(healthcheck, "test");
    if (node_is_seq(test) && test->seq.len > 0) {
        test = test->seq.items[0];
    }
    return (disable && disable->kind == NODE_BOOL && disable->boolean) ||
           (test && str_eq(test->text, STR("NONE")));
}

static void read_networks(ComposeProject *project, ComposeService *service)
{
    const Node *networks = node_get_cstr(service->node, "networks");
    read_references(project, &service->networks, networks, "name");
    for (size_t i = 0; node_is_map(networks) && i < networks->map.len; i++) {
        const Node *aliases = node_get_cstr(networks->map.pairs[i].value, "aliases");
        read_references(project, &service->aliases, aliases, "name");
    }
    static const char *const others[] = { "hostname", "container_name" };
    for (size_t i = 0; i < 2; i++) {
        read_references(
            project, &service->aliases, node_get_cstr(service->node, others[i]), "name"
        );
    }
}

static void read_service(ComposeProject *project, const NodePair *pair, bool is_job)
{
    ComposeService *service = vec_add(&project->services, project->arena);
    *service = (ComposeService) {
        .project = project,
        .name = pair->key->text,
        .key = pair->key,
        .node = pair->value,
        .image = node_get_cstr(pair->value, "image"),
        .build = node_get_cstr(pair->value, "build"),
        .healthcheck = node_get_cstr(pair->value, "healthcheck"),
        .is_job = is_job,
    };
    bool complete;
    if (service->image && node_is_scalar(service->image)) {
        service->image_text = compose_best_text(project, service->image->text, &complete);
    }
    service->has_healthcheck =
        node_is_map(service->healthcheck) && !is_disabled(service->healthcheck);
    read_build(project, service);
    read_values(project, &service->environment, node_get_cstr(pair->value, "environment"));
    read_references(project, &service->env_files, node_get_cstr(pair->value, "env_file"), "path");
    read_references(project, &service->expose, node_get_cstr(pair->value, "expose"), "port");
    read_references(project, &service->profiles, node_get_cstr(pair->value, "profiles"), "name");
    read_references(project, &service->secrets, node_get_cstr(pair->value, "secrets"), "source");
    read_references(project, &service->configs, node_get_cstr(pair->value, "configs"), "source");
    read_networks(project, service);
    read_dependencies(project, service);
    compose_read_ports(project, service);
    compose_read_mounts(project, service);
}

/* --- the project --- */

static void read_services(ComposeProject *project, const char *section, bool is_job)
{
    const Node *services = node_get_cstr(project->root, section);
    for (size_t i = 0; node_is_map(services) && i < services->map.len; i++) {
        if (node_is_map(services->map.pairs[i].value)) {
            read_service(project, &services->map.pairs[i], is_job);
        }
    }
}

static void read_resources(ComposeProject *project, ComposeResources *into, const char *section)
{
    const Node *node = node_get_cstr(project->root, section);
    for (size_t i = 0; node_is_map(node) && i < node->map.len; i++) {
        const NodePair *pair = &node->map.pairs[i];
        const Node *external = node_get_cstr(pair->value, "external");
        ComposeResource resource = {
            .name = pair->key->text,
            .key = pair->key,
            .node = pair->value,
            .is_external = external && !(external->kind == NODE_BOOL && !external->boolean),
        };
        vec_push(into, project->arena, resource);
    }
}

static void mark_extended(ComposeProject *project)
{
    vec_foreach(service, &project->services) {
        const Node *extends = node_get_cstr(service->node, "extends");
        const Node *name = node_is_map(extends) ? node_get_cstr(extends, "service") : extends;
        bool elsewhere = node_is_map(extends) && node_get_cstr(extends, "file");
        ComposeService *base = name && !elsewhere ? map_get(&project->by_name, name->text) : NULL;
        if (base) {
            base->is_extended = true;
        }
    }
}

static void mark_waited_for(ComposeProject *project)
{
    vec_foreach(service, &project->services) {
        vec_foreach(dependency, &service->depends_on) {
            ComposeService *other = map_get(&project->by_name, dependency->name);
            if (other && dependency->condition == COMPOSE_COMPLETED) {
                other->is_waited_for = true;
            } else if (other) {
                other->is_needed = true;
            }
        }
    }
}

void compose_read_model(ComposeProject *project)
{
    project->name_node = node_get_cstr(project->root, "name");
    read_services(project, "services", false);
    read_services(project, "jobs", true);
    vec_foreach(service, &project->services) {
        map_set(&project->by_name, service->name, service);
    }
    read_resources(project, &project->networks, "networks");
    read_resources(project, &project->volumes, "volumes");
    read_resources(project, &project->secrets, "secrets");
    read_resources(project, &project->configs, "configs");
    mark_extended(project);
    mark_waited_for(project);
}
