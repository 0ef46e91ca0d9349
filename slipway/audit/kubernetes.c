#include "kubernetes.h"

#include <string.h>

/* --- reading nodes ---------------------------------------------------------------------------- */

const Node *node_path(const Node *node, const char *path)
{
    Str rest = str_from(path);
    Str key;
    while (node && str_next(&rest, '.', &key)) {
        node = node_get(node, key);
    }
    return node && node->kind != NODE_NULL ? node : NULL;
}

Str node_text(const Node *node, const char *path)
{
    const Node *found = node_path(node, path);
    return found && node_is_scalar(found) ? found->text : STR("");
}

int64_t node_number(const Node *node, const char *path, int64_t fallback)
{
    const Node *found = node_path(node, path);
    return found && found->kind == NODE_INT ? found->integer : fallback;
}

bool node_is_true(const Node *node)
{
    return node && node->kind == NODE_BOOL && node->boolean;
}

bool node_is_false(const Node *node)
{
    return node && node->kind == NODE_BOOL && !node->boolean;
}

/* --- pods ------------------------------------------------------------------------------------- */

static const struct {
    const char *kind, *pod_path; /* where the metadata and the spec of the pod stand */
} pod_makers[] = {
    { "Pod", "" },
    { "Deployment", "spec.template" },
    { "StatefulSet", "spec.template" },
    { "DaemonSet", "spec.template" },
    { "ReplicaSet", "spec.template" },
    { "ReplicationController", "spec.template" },
    { "Job", "spec.template" },
    { "CronJob", "spec.jobTemplate.spec.template" },
    { "PodTemplate", "template" },
};

/* Many a generator writes `securityContext: {}`, and so does the server. */
static const Node *security_of(const Node *node)
{
    const Node *security = node_path(node, "securityContext");
    return node_is_map(security) && security->map.len == 0 ? NULL : security;
}

static ContainerKind kind_of(const Node *container, ContainerKind list)
{
    bool stays = str_eq(node_text(container, "restartPolicy"), STR("Always"));
    return list == CONTAINER_INIT && stays ? CONTAINER_SIDECAR : list;
}

static void add_containers(Arena *arena, Pod *pod, const char *key, ContainerKind kind)
{
    const Node *list = node_path(pod->spec, key);
    for (size_t i = 0; i < node_len(list); i++) {
        const Node *node = list->seq.items[i];
        if (node_is_map(node)) {
            *vec_add(&pod->containers, arena) = (Container) {
                .pod = pod,
                .kind = kind_of(node, kind),
                .node = node,
                .security = security_of(node),
                .name = node_text(node, "name"),
            };
        }
    }
}

/* Kinds of other groups that hold a pod's template where a Deployment does: rollouts, functions. */
static const Node *foreign_template(const Object *object)
{
    if (!str_has_char(object->group, '.')) {
        return NULL;
    }
    const Node *template = node_path(object->node, "spec.template");
    return node_len(node_path(template, "spec.containers")) > 0 ? template : NULL;
}

static Pod *pod_new(Arena *arena, const Object *object)
{
    const Node *maker = foreign_template(object);
    for (size_t i = 0; !maker && i < sizeof(pod_makers) / sizeof(pod_makers[0]); i++) {
        if (object_is(object, pod_makers[i].kind)) {
            maker = node_path(object->node, pod_makers[i].pod_path);
        }
    }
    if (!node_is_map(node_path(maker, "spec"))) {
        return NULL;
    }
    Pod *pod = ARENA_NEW(arena, Pod);
    pod->metadata = node_path(maker, "metadata");
    pod->labels = node_path(pod->metadata, "labels");
    pod->spec = node_path(maker, "spec");
    pod->security = security_of(pod->spec);
    pod->is_windows = str_eq(node_text(pod->spec, "os.name"), STR("windows"));
    add_containers(arena, pod, "initContainers", CONTAINER_INIT);
    add_containers(arena, pod, "containers", CONTAINER_MAIN);
    add_containers(arena, pod, "ephemeralContainers", CONTAINER_EPHEMERAL);
    return pod;
}

/* --- bundles ---------------------------------------------------------------------------------- */

bool object_is_one(const Node *root)
{
    return node_is_map(root) && node_is_string(node_get_cstr(root, "apiVersion")) &&
           node_is_string(node_get_cstr(root, "kind"));
}

/* The value of `name` or its key, whichever stands where the map does; else the map. */
static const Node *name_place(const Node *map)
{
    const NodePair *pair = node_find(map, STR("name"));
    const Source *own = map ? map->span.source : NULL;
    if (!pair || pair->value->span.source == own || !span_is_known(map->span)) {
        return pair ? pair->value : map;
    }
    return pair->key->span.source == own ? pair->key : map;
}

const Node *object_name_place(const Object *object)
{
    return name_place(node_get_cstr(object->node, "metadata"));
}

const Node *container_name_place(const Container *container)
{
    return name_place(container->node);
}

void object_read(Arena *arena, Object *object)
{
    const Node *root = object->node;
    const Node *metadata = node_path(root, "metadata");
    object->name_node = node_path(metadata, "name");
    object->api_version = node_text(root, "apiVersion");
    object->kind = node_text(root, "kind");
    object->name = node_text(metadata, "name");
    object->ns = node_text(metadata, "namespace");
    size_t slash = str_find_char(object->api_version, '/');
    object->group = slash == STR_NONE ? STR("") : str_slice(object->api_version, 0, slash);
    object->pod = pod_new(arena, object);
}

static void add_object(Bundle *bundle, const Node *root)
{
    vec_add(&bundle->objects, bundle->arena)->node = root;
}

void bundle_add(Bundle *bundle, const Node *root)
{
    bool is_list = str_has_suffix(node_text(root, "kind"), STR("List"));
    const Node *items = is_list ? node_path(root, "items") : NULL;
    if (!node_is_seq(items)) {
        add_object(bundle, root);
        return;
    }
    for (size_t i = 0; i < items->seq.len; i++) {
        if (object_is_one(items->seq.items[i])) {
            add_object(bundle, items->seq.items[i]);
        }
    }
}

bool object_is_dumped(const Object *object)
{
    const Node *metadata = node_path(object->node, "metadata");
    return node_path(metadata, "uid") && node_path(metadata, "resourceVersion");
}

Str object_title(Arena *arena, const Object *object)
{
    return str_printf(
        arena, "%" STR_FMT "/%" STR_FMT, STR_ARG(object->kind), STR_ARG(object->name)
    );
}

/* --- selectors -------------------------------------------------------------------------------- */

bool label_is_given(Str key)
{
    static const char *const given[] = {
        "statefulset.kubernetes.io/pod-name",
        "apps.kubernetes.io/pod-index",
        "batch.kubernetes.io/job-name",
        "batch.kubernetes.io/job-completion-index",
        "batch.kubernetes.io/controller-uid",
        "job-name",
        "controller-uid",
        "pod-template-hash",
        "rollouts-pod-template-hash",
        "controller-revision-hash",
    };
    for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++) {
        if (str_eq_cstr(key, given[i])) {
            return true;
        }
    }
    return false;
}

bool labels_match(const Node *wanted, const Node *labels)
{
    for (size_t i = 0; node_is_map(wanted) && i < wanted->map.len; i++) {
        const Node *value = node_get(labels, wanted->map.pairs[i].key->text);
        if (!value && label_is_given(wanted->map.pairs[i].key->text)) {
            continue;
        }
        if (!value || !str_eq(value->text, wanted->map.pairs[i].value->text)) {
            return false;
        }
    }
    return true;
}

static bool holds_text(const Node *list, Str text)
{
    for (size_t i = 0; i < node_len(list); i++) {
        if (str_eq(list->seq.items[i]->text, text)) {
            return true;
        }
    }
    return false;
}

static bool expression_matches(const Node *expression, const Node *labels)
{
    Str operation = node_text(expression, "operator");
    const Node *value = node_get(labels, node_text(expression, "key"));
    bool listed = value && holds_text(node_path(expression, "values"), value->text);
    if (str_eq(operation, STR("In"))) {
        return listed;
    }
    if (str_eq(operation, STR("NotIn"))) {
        return !listed;
    }
    return str_eq(operation, STR("Exists")) ? value != NULL : value == NULL;
}

bool label_selector_matches(const Node *selector, const Node *labels)
{
    const Node *expressions = node_path(selector, "matchExpressions");
    for (size_t i = 0; i < node_len(expressions); i++) {
        if (!expression_matches(expressions->seq.items[i], labels)) {
            return false;
        }
    }
    return labels_match(node_path(selector, "matchLabels"), labels);
}

/* --- ports ------------------------------------------------------------------------------------ */

static const Node *find_port(const Container *container, const Node *port)
{
    const char *field = port->kind == NODE_INT ? "containerPort" : "name";
    const Node *ports = node_path(container->node, "ports");
    for (size_t i = 0; i < node_len(ports); i++) {
        if (str_eq(node_text(ports->seq.items[i], field), port->text)) {
            return ports->seq.items[i];
        }
    }
    return NULL;
}

bool container_has_port(const Container *container, const Node *port)
{
    return find_port(container, port) != NULL;
}

const Node *pod_find_port(const Pod *pod, const Node *port)
{
    vec_foreach(container, &pod->containers) {
        const Node *found = find_port(container, port);
        if (found) {
            return found;
        }
    }
    return NULL;
}

/* --- operators -------------------------------------------------------------------------------- */

/* Custom resources that run nothing: what they are about is named alike. */
static bool runs_nothing(const Object *object)
{
    static const Str names[] = {
        STR_INIT("ServiceMonitor"),      STR_INIT("PodMonitor"),
        STR_INIT("PrometheusRule"),      STR_INIT("Probe"),
        STR_INIT("ScrapeConfig"),        STR_INIT("AlertmanagerConfig"),
        STR_INIT("Application"),         STR_INIT("AppProject"),
        STR_INIT("cert-manager.io"),     STR_INIT("external-secrets.io"),
        STR_INIT("traefik.io"),          STR_INIT("bitnami.com"),
        STR_INIT("networking.istio.io"), STR_INIT("security.istio.io"),
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (str_eq(object->kind, names[i]) || str_eq(object->group, names[i])) {
            return true;
        }
    }
    return false;
}

static bool is_custom(const Object *object)
{
    return str_has_char(object->group, '.') && !str_has_suffix(object->group, STR(".k8s.io")) &&
           !runs_nothing(object);
}

bool bundle_may_make(const Bundle *bundle, Str ns, const Node *labels)
{
    vec_foreach(object, &bundle->objects) {
        bool is_maker = is_custom(object) && str_eq(object->ns, ns);
        for (size_t i = 0; is_maker && node_is_map(labels) && i < labels->map.len; i++) {
            Str value = labels->map.pairs[i].value->text;
            if (value.len > 0 &&
                (str_eq(value, object->name) || str_eq_nocase(value, object->kind))) {
                return true;
            }
        }
    }
    return false;
}
