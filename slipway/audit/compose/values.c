/* What the schema takes for plain texts and Compose then refuses: durations, sizes, policies; and
 * what of a service contradicts itself. */
#include <arpa/inet.h>

#include "internal.h"

/* The node behind keys such as "deploy.resources". */
static const Node *below(const Node *node, const char *path)
{
    Str rest = str_from(path);
    Str key;
    while (node && str_next(&rest, '.', &key)) {
        node = node_get(node, key);
    }
    return node;
}

static size_t number_length(Str text)
{
    size_t len = 0;
    while (len < text.len &&
           ((text.ptr[len] >= '0' && text.ptr[len] <= '9') || text.ptr[len] == '.')) {
        len++;
    }
    return len;
}

/* "1m30s": numbers with units, as Go reads them, and d and w. */
static bool is_duration(Str text)
{
    static const Str units[] = { STR_INIT("ms"), STR_INIT("us"), STR_INIT("µs"),
                                 STR_INIT("ns"), STR_INIT("s"),  STR_INIT("m"),
                                 STR_INIT("h"),  STR_INIT("d"),  STR_INIT("w") };
    (void) (str_strip_prefix(&text, STR("-")) || str_strip_prefix(&text, STR("+")));
    if (str_eq(text, STR("0"))) {
        return true;
    }
    bool fine = text.len > 0;
    while (fine && text.len > 0) {
        size_t len = number_length(text);
        text = str_skip(text, len);
        fine = false;
        for (size_t i = 0; i < sizeof(units) / sizeof(units[0]) && len > 0 && !fine; i++) {
            fine = str_strip_prefix(&text, units[i]);
        }
    }
    return fine;
}

/* "512m", "1.5 GiB": as Docker reads sizes. */
static bool is_size(Str text)
{
    size_t len = number_length(text);
    Str unit = str_skip(text, len);
    (void) str_strip_prefix(&unit, STR(" "));
    if (len == 0) {
        return str_eq(text, STR("-1"));
    }
    static const char *const prefixes = "kKmMgGtTpP";
    if (unit.len > 0 && strchr(prefixes, unit.ptr[0])) {
        unit = str_skip(unit, 1);
        if (unit.len == 2 && (unit.ptr[0] | 0x20) == 'i') {
            unit = str_skip(unit, 1);
        }
    }
    return unit.len == 0 || (unit.len == 1 && (unit.ptr[0] | 0x20) == 'b');
}

static bool is_restart(Str text)
{
    static const char *const words[] = { "", "no", "always", "unless-stopped", "on-failure" };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (str_eq_cstr(text, words[i])) {
            return true;
        }
    }
    uint64_t retries;
    return str_strip_prefix(&text, STR("on-failure:")) && str_to_uint64(text, &retries);
}

static bool is_pull_policy(Str text)
{
    static const char *const words[] = { "always",  "never",   "build", "if_not_present",
                                         "missing", "refresh", "daily", "weekly" };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (str_eq_cstr(text, words[i])) {
            return true;
        }
    }
    return str_strip_prefix(&text, STR("every_")) && is_duration(text);
}

static bool is_container_name(Str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && (i == 0 || (c != '_' && c != '.' && c != '-'))) {
            return false;
        }
    }
    return text.len > 1;
}

static bool is_whole(Str text)
{
    uint64_t number;
    return str_to_uint64(text, &number);
}

static bool is_number(Str text)
{
    double number;
    return str_to_double(text, &number);
}

static bool is_mode(Str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '7') {
            return false;
        }
    }
    return text.len > 0;
}

static bool is_count(Str text)
{
    return str_eq(text, STR("all")) || is_whole(text);
}

static bool is_said(Str text)
{
    return text.len > 0;
}

typedef struct ValueCheck {
    const char *path; /* keys below the service; "[]": of each item of the list */
    bool (*fits)(Str text);
    const char *expected;
} ValueCheck;

static const ValueCheck value_checks[] = {
    { "container_name", is_container_name, "two or more letters, digits, '_', '.' and '-'" },
    { "healthcheck.interval", is_duration, "a duration such as 30s" },
    { "healthcheck.timeout", is_duration, "a duration such as 30s" },
    { "healthcheck.start_period", is_duration, "a duration such as 30s" },
    { "healthcheck.start_interval", is_duration, "a duration such as 5s" },
    { "stop_grace_period", is_duration, "a duration such as 30s" },
    { "deploy.update_config.delay", is_duration, "a duration such as 30s" },
    { "deploy.update_config.monitor", is_duration, "a duration such as 30s" },
    { "deploy.rollback_config.delay", is_duration, "a duration such as 30s" },
    { "deploy.restart_policy.delay", is_duration, "a duration such as 5s" },
    { "deploy.restart_policy.window", is_duration, "a duration such as 60s" },
    { "mem_limit", is_size, "a size such as 512m" },
    { "mem_reservation", is_size, "a size such as 512m" },
    { "memswap_limit", is_size, "a size such as 1g, or -1" },
    { "shm_size", is_size, "a size such as 64m" },
    { "build.shm_size", is_size, "a size such as 64m" },
    { "mem_swappiness", is_size, "a percentage" },
    { "deploy.resources.limits.memory", is_size, "a size such as 512m" },
    { "deploy.resources.reservations.memory", is_size, "a size such as 512m" },
    { "deploy.placement.max_replicas_per_node", is_whole, "a whole number" },
    { "deploy.update_config.parallelism", is_whole, "a whole number" },
    { "deploy.update_config.max_failure_ratio", is_number, "a number" },
    { "deploy.rollback_config.parallelism", is_whole, "a whole number" },
    { "deploy.rollback_config.max_failure_ratio", is_number, "a number" },
    { "deploy.resources.reservations.devices[].count", is_count, "a whole number, or all" },
    { "blkio_config.weight", is_whole, "a whole number" },
    { "blkio_config.weight_device[].weight", is_whole, "a whole number" },
    { "blkio_config.device_read_bps[].rate", is_size, "a size such as 12mb" },
    { "blkio_config.device_write_bps[].rate", is_size, "a size such as 12mb" },
    { "configs[].mode", is_mode, "a mode such as 0440" },
    { "secrets[].mode", is_mode, "a mode such as 0440" },
    { "ports[].target", is_whole, "a port" },
    { "volumes[]", is_said, "a volume" },
    { "volumes[].tmpfs.size", is_size, "a size such as 64m" },
    { "volumes[].tmpfs.mode", is_whole, "a mode such as 0755" },
    { "develop.watch[].path", is_said, "a path" },
    { "restart", is_restart, "no, always, on-failure[:N] or unless-stopped" },
    { "pull_policy", is_pull_policy, "always, never, missing, build, daily, weekly or every_12h" },
};

static void check_text(ComposeProject *project, const ValueCheck *check, const Node *node)
{
    Str text;
    if (node_is_string(node) && compose_text(project, node, &text) && !check->fits(text)) {
        compose_problem(
            project,
            node->span,
            "%s: \"%" STR_FMT "\" is not %s",
            check->path,
            STR_ARG(text),
            check->expected
        );
    }
}

static void check_path(ComposeProject *project, const ValueCheck *check, const Node *node, Str path)
{
    Str key;
    while (node && str_next(&path, '.', &key)) {
        bool is_list = str_strip_suffix(&key, STR("[]"));
        node = node_get(node, key);
        for (size_t i = 0; is_list && node_is_seq(node) && i < node->seq.len; i++) {
            check_path(project, check, node->seq.items[i], path);
        }
        if (is_list) {
            return;
        }
    }
    check_text(project, check, node);
}

static void check_texts(ComposeProject *project, const ComposeService *service)
{
    for (size_t i = 0; i < sizeof(value_checks) / sizeof(value_checks[0]); i++) {
        const ValueCheck *check = &value_checks[i];
        check_path(project, check, service->node, str_from(check->path));
    }
}

/* --- what must fit together --- */

static bool has_any(const Node *node, const char *const *keys)
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
    if (!project->is_partial && !has_any(service->node, origins)) {
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
    const Node *test = below(service->node, "healthcheck.test");
    if (!node_is_seq(test) || test->seq.len == 0) {
        return;
    }
    const Node *first = test->seq.items[0];
    bool fine = str_eq(first->text, STR("CMD")) || str_eq(first->text, STR("CMD-SHELL")) ||
                str_eq(first->text, STR("NONE"));
    if (node_is_scalar(first) && !fine && !str_has_char(first->text, '$')) {
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
        const Node *one = below(service->node, pairs[i].one);
        const Node *other = below(service->node, pairs[i].other);
        if (one && other && !(other->kind == NODE_MAP && other->map.len == 0)) {
            compose_problem(
                project, one->span, "%s and %s exclude each other", pairs[i].one, pairs[i].other
            );
        }
    }
}

static void check_replicas(ComposeProject *project, const ComposeService *service)
{
    const Node *scale = below(service->node, "scale");
    const Node *replicas = below(service->node, "deploy.replicas");
    const Node *name = below(service->node, "container_name");
    const Node *count = scale ? scale : replicas;
    if (scale && replicas && scale->kind == NODE_INT && replicas->kind == NODE_INT &&
        scale->integer != replicas->integer) {
        compose_problem(
            project,
            scale->span,
            "scale is %" STR_FMT ", deploy.replicas %" STR_FMT,
            STR_ARG(scale->text),
            STR_ARG(replicas->text)
        );
    }
    if (name && count && count->kind == NODE_INT && count->integer > 1) {
        compose_problem(
            project,
            name->span,
            "container_name with %" STR_FMT " replicas: the second can't have it",
            STR_ARG(count->text)
        );
    }
}

/* Items of a list that have two parts. */
static void
check_parts(ComposeProject *project, const Node *list, const char *separators, const char *expected)
{
    for (size_t i = 0; node_is_seq(list) && i < list->seq.len; i++) {
        const Node *item = list->seq.items[i];
        bool parted = !node_is_string(item) || str_has_char(item->text, '$');
        for (const char *c = separators; *c && !parted; c++) {
            parted = str_has_char(item->text, *c);
        }
        if (!parted) {
            compose_problem(
                project, item->span, "\"%" STR_FMT "\" is not %s", STR_ARG(item->text), expected
            );
        }
    }
}

static void check_lists(ComposeProject *project, const ComposeService *service)
{
    check_parts(project, below(service->node, "extra_hosts"), ":=", "host=address");
    check_parts(project, below(service->node, "build.extra_hosts"), ":=", "host=address");
    check_parts(project, below(service->node, "build.additional_contexts"), "=", "name=context");
}

static bool is_address(const char *text)
{
    struct in6_addr bytes;
    return inet_pton(AF_INET, text, &bytes) == 1 || inet_pton(AF_INET6, text, &bytes) == 1;
}

static void check_addresses(ComposeProject *project, const ComposeService *service)
{
    for (size_t i = 0; i < service->ports.len; i++) {
        const ComposePort *port = &service->ports.ptr[i];
        const Node *ip = port->is_short ? port->node : node_get_cstr(port->node, "host_ip");
        bool is_known = port->host_ip.len > 0 && !str_has_char(port->host_ip, '$') &&
                        !str_eq(port->host_ip, STR("?"));
        const char *text = str_to_cstr(project->arena, port->host_ip);
        if (ip && is_known && !is_address(text)) {
            compose_problem(project, ip->span, "\"%s\" is no address", text);
        }
    }
}

/* What is built for some platforms is run on one of them. */
static void check_platform(ComposeProject *project, const ComposeService *service)
{
    const Node *platforms = below(service->node, "build.platforms");
    const Node *platform = below(service->node, "platform");
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
    const Node *list = below(service->node, "develop.watch");
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

static void check_reserved(ComposeProject *project, const ComposeService *service)
{
    const Node *list = below(service->node, "deploy.resources.reservations.devices");
    for (size_t i = 0; node_is_seq(list) && i < list->seq.len; i++) {
        const Node *count = node_get_cstr(list->seq.items[i], "count");
        if (count && node_get_cstr(list->seq.items[i], "device_ids")) {
            compose_problem(project, count->span, "count and device_ids exclude each other");
        }
    }
}

/* --- top-level entries --- */

static void
check_one_source(ComposeProject *project, const ComposeResource *resource, const char *what)
{
    static const char *const given[] = { "file", "environment", "content" };
    size_t count = 0;
    for (size_t i = 0; i < 3; i++) {
        count += node_get_cstr(resource->node, given[i]) != NULL;
    }
    if (count > 1) {
        compose_problem(
            project,
            resource->key->span,
            "%s \"%" STR_FMT "\" has its content twice",
            what,
            STR_ARG(resource->name)
        );
    }
}

static void
check_content(ComposeProject *project, const ComposeResources *resources, const char *what)
{
    static const char *const given[] = { "file",   "environment",     "content", "external",
                                         "driver", "template_driver", NULL };
    for (size_t i = 0; i < resources->len; i++) {
        const ComposeResource *resource = &resources->ptr[i];
        check_one_source(project, resource, what);
        if (!has_any(resource->node, given)) {
            compose_problem(
                project,
                resource->key->span,
                "%s \"%" STR_FMT "\" has no content: file, environment or external",
                what,
                STR_ARG(resource->name)
            );
        }
    }
}

static void check_external(ComposeProject *project, const ComposeResources *resources)
{
    for (size_t i = 0; i < resources->len; i++) {
        const ComposeResource *resource = &resources->ptr[i];
        for (size_t j = 0; resource->is_external && j < resource->node->map.len; j++) {
            const Node *key = resource->node->map.pairs[j].key;
            if (!str_eq(key->text, STR("external")) && !str_eq(key->text, STR("name")) &&
                !str_has_prefix(key->text, STR("x-"))) {
                compose_problem(
                    project,
                    key->span,
                    "\"%" STR_FMT "\" of something external: it is made elsewhere",
                    STR_ARG(key->text)
                );
            }
        }
    }
}

void compose_check_values(ComposeProject *project)
{
    vec_foreach(service, &project->services) {
        check_texts(project, service);
        check_origin(project, service);
        check_test(project, service);
        check_exclusive(project, service);
        check_replicas(project, service);
        check_lists(project, service);
        check_addresses(project, service);
        check_platform(project, service);
        check_watch(project, service);
        check_reserved(project, service);
    }
    check_content(project, &project->secrets, "secret");
    check_content(project, &project->configs, "config");
    check_external(project, &project->volumes);
    check_external(project, &project->networks);
}
