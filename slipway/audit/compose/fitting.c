/* What of a service contradicts itself, or another part of the project. */
#include "internal.h"

/* The node behind keys such as "deploy.resources". */
const Node *compose_below(const Node *node, const char *path)
{
    Str rest = str_from(path);
    Str key;
    while (node && str_next(&rest, '.', &key)) {
        node = node_get(node, key);
    }
    return node;
}

bool compose_has_any(const Node *node, const char *const *keys)
{
    for (; *keys; keys++) {
        if (node_get_cstr(node, *keys)) {
            return true;
        }
    }
    return false;
}

static void check_origin(ComposeProject *project, const ComposeService *service)
{
    static const char *const origins[] = { "image", "build", "provider", "extends", NULL };
    const Node *image = node_get_cstr(service->node, "image");
    bool is_empty = node_is_string(image) && image->text.len == 0;
    if (!project->is_partial && !compose_has_any(service->node, is_empty ? origins + 1 : origins)) {
        compose_problem(
            project,
            service->key->span,
            "service \"%" STR_FMT "\" has neither an image nor a build",
            STR_ARG(service->name)
        );
    }
}

static void check_test(ComposeProject *project, const ComposeService *service)
{
    const Node *test = compose_below(service->node, "healthcheck.test");
    if (!node_is_seq(test) || test->seq.len == 0) {
        return;
    }
    const Node *first = test->seq.items[0];
    Str text;
    bool is_known = node_is_scalar(first) && compose_text(project, first, &text);
    bool fine = !is_known || str_eq(text, STR("CMD")) || str_eq(text, STR("CMD-SHELL")) ||
                str_eq(text, STR("NONE"));
    if (!fine) {
        compose_problem(
            project,
            first->span,
            "healthcheck.test starts with \"%" STR_FMT "\", not with CMD, CMD-SHELL or NONE",
            STR_ARG(first->text)
        );
    }
}

typedef struct Exclusive {
    const char *one, *other;
} Exclusive;

static void check_exclusive(ComposeProject *project, const ComposeService *service)
{
    static const Exclusive pairs[] = { { "network_mode", "networks" },
                                       { "build.dockerfile", "build.dockerfile_inline" } };
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        const Node *one = compose_below(service->node, pairs[i].one);
        const Node *other = compose_below(service->node, pairs[i].other);
        if (one && other && !(other->kind == NODE_MAP && other->map.len == 0)) {
            compose_problem(
                project, one->span, "%s and %s exclude each other", pairs[i].one, pairs[i].other
            );
        }
    }
}

static bool number_of(const ComposeProject *project, const Node *node, double *ret)
{
    Str text;
    return node && node_is_scalar(node) && compose_text(project, node, &text) &&
           compose_size(text, ret);
}

typedef struct Same {
    const char *key, *limits,
        *limit; /* of the service; what must be there for the other to count */
} Same;

/* The old key of a service and the one below deploy, which must say the same. */
static void check_same(ComposeProject *project, const ComposeService *service)
{
    static const Same pairs[] = {
        { "scale", "deploy.replicas", "deploy.replicas" },
        { "cpus", "deploy.resources.limits", "deploy.resources.limits.cpus" },
        { "mem_limit", "deploy.resources.limits", "deploy.resources.limits.memory" },
        { "pids_limit", "deploy.resources.limits", "deploy.resources.limits.pids" },
        { "mem_reservation",
          "deploy.resources.reservations",
          "deploy.resources.reservations.memory" },
    };
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        const Node *one = compose_below(service->node, pairs[i].key);
        const Node *other = compose_below(service->node, pairs[i].limit);
        double old = 0, new = 0;
        bool is_known =
            number_of(project, one, &old) && (!other || number_of(project, other, &new));
        if (is_known && compose_below(service->node, pairs[i].limits) && (old < new || old > new) &&
            (old > 0 || old < 0)) {
            compose_problem(
                project,
                one->span,
                "%s is %" STR_FMT ", %s %" STR_FMT,
                pairs[i].key,
                STR_ARG(one->text),
                pairs[i].limit,
                STR_ARG(other ? other->text : STR("isn't said"))
            );
        }
    }
}

static void check_replicas(ComposeProject *project, const ComposeService *service)
{
    const Node *scale = compose_below(service->node, "scale");
    const Node *replicas = compose_below(service->node, "deploy.replicas");
    const Node *name = compose_below(service->node, "container_name");
    const Node *count = scale ? scale : replicas;
    if (name && count && count->kind == NODE_INT && count->integer > 1) {
        compose_problem(
            project,
            name->span,
            "container_name with %" STR_FMT " replicas: the second can't have it",
            STR_ARG(count->text)
        );
    }
}

/* What is built for some platforms is run on one of them. */
static void check_platform(ComposeProject *project, const ComposeService *service)
{
    const Node *platforms = compose_below(service->node, "build.platforms");
    const Node *platform = compose_below(service->node, "platform");
    bool is_built = !node_is_seq(platforms) || platforms->seq.len == 0 || !node_is_string(platform);
    for (size_t i = 0; !is_built && i < platforms->seq.len; i++) {
        Str text = platforms->seq.items[i]->text;
        is_built = str_eq(text, platform->text) || str_has_char(text, '$');
    }
    if (!is_built && !str_has_char(platform->text, '$')) {
        compose_problem(
            project,
            platform->span,
            "the platform %" STR_FMT " is none of build.platforms",
            STR_ARG(platform->text)
        );
    }
}

static void check_watch(ComposeProject *project, const ComposeService *service)
{
    const Node *list = compose_below(service->node, "develop.watch");
    for (size_t i = 0; node_is_seq(list) && i < list->seq.len; i++) {
        const Node *action = node_get_cstr(list->seq.items[i], "action");
        if (node_is_string(action) && str_has_prefix(action->text, STR("sync")) &&
            !node_get_cstr(list->seq.items[i], "target")) {
            compose_problem(
                project,
                action->span,
                "%" STR_FMT " wants to know its target",
                STR_ARG(action->text)
            );
        }
    }
}

static void check_reserved(ComposeProject *project, const Node *list)
{
    for (size_t i = 0; node_is_seq(list) && i < list->seq.len; i++) {
        const Node *count = node_get_cstr(list->seq.items[i], "count");
        if (count && node_get_cstr(list->seq.items[i], "device_ids")) {
            compose_problem(project, count->span, "count and device_ids exclude each other");
        }
    }
}

/* A folder in memory where a volume is mounted already. */
static void check_tmpfs(ComposeProject *project, const ComposeService *service)
{
    const Node *list = node_get_cstr(service->node, "tmpfs");
    for (size_t i = 0; node_is_seq(list) && i < list->seq.len; i++) {
        const Node *item = list->seq.items[i];
        Str text, path, options;
        if (!node_is_string(item) || !compose_text(project, item, &text)) {
            continue;
        }
        path = str_cut(text, ':', &path, &options) ? path : text;
        vec_foreach(mount, &service->mounts) {
            if (str_eq(mount->target, path)) {
                compose_problem(
                    project, item->span, "%" STR_FMT " is mounted already", STR_ARG(path)
                );
            }
        }
    }
}

void compose_check_fit(ComposeProject *project, const ComposeService *service)
{
    check_origin(project, service);
    check_test(project, service);
    check_exclusive(project, service);
    check_same(project, service);
    check_replicas(project, service);
    check_platform(project, service);
    check_watch(project, service);
    check_reserved(project, compose_below(service->node, "deploy.resources.reservations.devices"));
    check_reserved(project, node_get_cstr(service->node, "gpus"));
    check_tmpfs(project, service);
}
