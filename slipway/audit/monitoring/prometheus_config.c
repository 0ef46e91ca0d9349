/* Prometheus' own configuration. */
#include "base/map.h"

#include "prometheus_internal.h"
#include "prometheus_schema.h"

static void check_interval(PrometheusFile *file, const Node *map, int64_t *interval_ms)
{
    int64_t timeout = 0;
    const Node *node = node_get_cstr(map, "scrape_timeout");
    (void) prometheus_duration(
        file, node_get_cstr(map, "scrape_interval"), "scrape_interval", interval_ms
    );
    if (prometheus_duration(file, node, "scrape_timeout", &timeout) && timeout > *interval_ms) {
        prometheus_problem(file, node->span, "scrape_timeout is longer than scrape_interval");
    }
}

/* Whether a rule may put another address in the place of the target, as for a prober. */
static bool is_readdressed(const Node *job)
{
    const Node *rules = node_get_cstr(job, "relabel_configs");
    for (size_t i = 0; node_is_seq(rules) && i < rules->seq.len; i++) {
        Str target = node_string_or(node_get_cstr(rules->seq.items[i], "target_label"), STR(""));
        Str action = node_string_or(node_get_cstr(rules->seq.items[i], "action"), STR(""));
        if (str_eq(target, STR("__address__")) || str_has_char(target, '$') ||
            str_eq_nocase(action, STR("labelmap"))) {
            return true;
        }
    }
    return false;
}

static void read_target(PrometheusFile *file, PrometheusJob *job, const Node *node)
{
    if (!node_is_scalar(node) || prometheus_is_placeholder(node->text)) {
        return;
    }
    if (str_has_char(node->text, '/')) {
        if (!is_readdressed(job->node)) {
            prometheus_problem(
                file,
                node->span,
                "a target is \"host:port\"; scheme and metrics_path have keys of their own"
            );
        }
        return;
    }
    PrometheusTarget *target = vec_add(&job->targets, file->arena);
    size_t colon = str_rfind_char(node->text, ':');
    uint64_t port = 0;
    target->node = node;
    target->host = str_slice(node->text, 0, colon);
    if (colon != STR_NONE && str_to_uint64(str_skip(node->text, colon + 1), &port) &&
        port < 65536) {
        target->port = (uint32_t) port;
    }
}

static void read_static(PrometheusFile *file, PrometheusJob *job)
{
    const Node *configs = node_get_cstr(job->node, "static_configs");
    for (size_t i = 0; node_is_seq(configs) && i < configs->seq.len; i++) {
        const Node *config = configs->seq.items[i];
        const Node *targets = node_get_cstr(config, "targets");
        for (size_t j = 0; node_is_seq(targets) && j < targets->seq.len; j++) {
            read_target(file, job, targets->seq.items[j]);
        }
    }
}

static bool is_only_static(const Node *job)
{
    for (size_t i = 0; i < job->map.len; i++) {
        if (str_has_suffix(job->map.pairs[i].key->text, STR("_sd_configs"))) {
            return false;
        }
    }
    return true;
}

static void read_job(PrometheusFile *file, const Node *node, Map *names)
{
    if (!node_is_map(node)) {
        return;
    }
    PrometheusJob *job = vec_add(&file->jobs, file->arena);
    job->node = node;
    job->name_node = node_get_cstr(node, "job_name");
    job->name = job->name_node && node_is_scalar(job->name_node) ? job->name_node->text : STR("");
    job->metrics_path = node_string_or(node_get_cstr(node, "metrics_path"), STR("/metrics"));
    job->is_static = is_only_static(node);
    int64_t interval = file->scrape_ms;
    check_interval(file, node, &interval);
    if (job->name.len == 0) {
        prometheus_problem(file, node->span, "a job without job_name");
    } else if (map_set(names, job->name, file)) {
        prometheus_problem(
            file, job->name_node->span, "a second job \"%" STR_FMT "\"", STR_ARG(job->name)
        );
    }
    read_static(file, job);
}

void prometheus_read_config(PrometheusFile *file)
{
    enum { DEFAULT_INTERVAL_MS = 60000 };
    const Node *global = node_get_cstr(file->root, "global");
    const Node *jobs = node_get_cstr(file->root, "scrape_configs");
    const Node *files = node_get_cstr(file->root, "rule_files");
    Map names = MAP_ON_ARENA(file->arena);
    file->scrape_ms = DEFAULT_INTERVAL_MS;
    prometheus_check_section(file, file->root, &prometheus_section);
    check_interval(file, global, &file->scrape_ms);
    for (size_t i = 0; node_is_seq(jobs) && i < jobs->seq.len; i++) {
        read_job(file, jobs->seq.items[i], &names);
    }
    for (size_t i = 0; node_is_seq(files) && i < files->seq.len; i++) {
        vec_push(&file->rule_files, file->arena, files->seq.items[i]);
    }
}
