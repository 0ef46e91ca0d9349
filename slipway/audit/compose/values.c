/* What the schema takes for plain texts and Compose then refuses: durations, sizes, policies. */
#include "internal.h"

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
    static const double seconds[] = { 1e-3, 1e-6, 1e-6, 1e-9, 1, 60, 3600, 86400, 604800 };
    static const double most = 9223372036; /* 2^63 ns */
    double total = 0, number = 0;
    bool fine = text.len > 0;
    while (fine && text.len > 0) {
        size_t len = number_length(text);
        bool is_number = str_to_double(str_slice(text, 0, len), &number);
        text = str_skip(text, len);
        fine = false;
        for (size_t i = 0; i < sizeof(units) / sizeof(units[0]) && is_number && !fine; i++) {
            fine = str_strip_prefix(&text, units[i]);
            total += fine ? number * seconds[i] : 0;
        }
    }
    return fine && total < most;
}

/* "512m", "1.5 GiB": as Docker reads sizes. */
bool compose_size(Str text, double *ret_bytes)
{
    static const char prefixes[] = "kmgtp";
    size_t len = number_length(text);
    Str unit = str_skip(text, len);
    (void) str_strip_prefix(&unit, STR(" "));
    if (len == 0 || !str_to_double(str_slice(text, 0, len), ret_bytes)) {
        *ret_bytes = -1;
        return str_eq(text, STR("-1"));
    }
    const char *prefix = unit.len > 0 ? strchr(prefixes, unit.ptr[0] | 0x20) : NULL;
    for (const char *step = prefixes; prefix && step <= prefix; step++) {
        *ret_bytes *= 1024;
    }
    unit = str_skip(unit, prefix ? 1 : 0);
    if (prefix && unit.len == 2 && (unit.ptr[0] | 0x20) == 'i') {
        unit = str_skip(unit, 1);
    }
    return unit.len == 0 || (unit.len == 1 && (unit.ptr[0] | 0x20) == 'b');
}

static bool is_size(Str text)
{
    double bytes;
    return compose_size(text, &bytes);
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

static bool is_integer(Str text)
{
    int64_t number;
    return str_to_int64(text, &number);
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
    const char *path;       /* keys below the service; "[]": of each item of the list */
    bool (*fits)(Str text); /* NULL: a number that counts */
    const char *expected;
} ValueCheck;

static const ValueCheck value_checks[] = {
    /* numbers, not texts, that the loader counts with */
    { .path = "blkio_config.weight" },
    { .path = "blkio_config.weight_device[].weight" },
    { .path = "configs[].mode", .expected = "a whole number" },
    { .path = "deploy.placement.max_replicas_per_node" },
    { .path = "deploy.replicas" },
    { .path = "deploy.restart_policy.max_attempts" },
    { .path = "deploy.rollback_config.parallelism" },
    { .path = "deploy.update_config.parallelism" },
    { .path = "expose[]", .expected = "a whole number" },
    { .path = "group_add[]", .expected = "a whole number" },
    { .path = "healthcheck.retries" },
    { .path = "ports[]" },
    { .path = "ports[].target" },
    { .path = "scale" },
    { .path = "secrets[].mode", .expected = "a whole number" },
    { .path = "volumes[].tmpfs.mode" },
    /* texts */
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
    { "blkio_config.device_read_iops[].rate", is_size, "a number" },
    { "blkio_config.device_write_iops[].rate", is_size, "a number" },
    { "build.secrets[]", is_said, "a secret" },
    { "configs[]", is_said, "a config" },
    { "configs[].source", is_said, "a config" },
    { "secrets[]", is_said, "a secret" },
    { "secrets[].source", is_said, "a secret" },
    { "deploy.resources.limits.pids", is_integer, "a whole number" },
    { "deploy.resources.reservations.generic_resources[].discrete_resource_spec.value",
      is_integer,
      "a whole number" },
    { "deploy.restart_policy.max_attempts", is_whole, "a whole number" },
    { "develop.watch[].target", is_said, "a path" },
    { "gpus[].count", is_count, "a whole number, or all" },
    { "ports[].host_ip", is_said, "an address" },
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

/* What is expected of a number that may be below 0 is said. */
static void check_count(ComposeProject *project, const ValueCheck *check, const Node *node)
{
    const char *expected = check->expected ? check->expected : "a whole number from 0 on";
    bool is_below = node && node->kind == NODE_INT && node->integer < 0 && !check->expected;
    if (node && (node->kind == NODE_FLOAT || is_below)) {
        compose_problem(
            project,
            node->span,
            "%s: %" STR_FMT " is not %s",
            check->path,
            STR_ARG(node->text),
            expected
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
    if (check->fits) {
        check_text(project, check, node);
    } else {
        check_count(project, check, node);
    }
}

static void check_texts(ComposeProject *project, const ComposeService *service)
{
    for (size_t i = 0; i < sizeof(value_checks) / sizeof(value_checks[0]); i++) {
        const ValueCheck *check = &value_checks[i];
        check_path(project, check, service->node, str_from(check->path));
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
    static const char *const given[] = { "file", "environment", "content", "external", NULL };
    for (size_t i = 0; i < resources->len; i++) {
        const ComposeResource *resource = &resources->ptr[i];
        check_one_source(project, resource, what);
        const Node *variable = node_get_cstr(resource->node, "environment");
        bool is_empty =
            node_is_string(variable) && variable->text.len == 0 && resources == &project->secrets;
        if (is_empty || !compose_has_any(resource->node, given)) {
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
        compose_check_fit(project, service);
        compose_check_items(project, service);
    }
    check_content(project, &project->secrets, "secret");
    check_content(project, &project->configs, "config");
    check_external(project, &project->volumes);
    check_external(project, &project->networks);
}
