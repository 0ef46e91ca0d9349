/* Prometheus' own configuration. */
#include "base/map.h"

#include "prometheus_internal.h"

static const char top_keys[] = "global|runtime|rule_files|scrape_config_files|scrape_configs|"
                               "alerting|remote_write|remote_read|storage|tracing|otlp";
static const char global_keys[] =
    "scrape_interval|scrape_timeout|scrape_protocols|evaluation_interval|rule_query_offset|"
    "external_labels|query_log_file|"
    "scrape_failure_log_file|body_size_limit|sample_limit|label_limit|label_name_length_limit|"
    "label_value_length_limit|"
    "target_limit|keep_dropped_targets|metric_name_validation_scheme|metric_name_escaping_scheme|"
    "convert_classic_histograms_to_nhcb|"
    "always_scrape_classic_histograms|scrape_native_histograms|extra_scrape_metrics";
static const char job_keys[] = "job_name|scrape_interval|scrape_timeout|scrape_protocols|fallback_"
                               "scrape_protocol|always_scrape_classic_histograms|"
                               "scrape_classic_histograms|scrape_native_histograms|convert_classic_"
                               "histograms_to_nhcb|metrics_path|honor_labels|"
                               "honor_timestamps|track_timestamps_staleness|scheme|params|enable_"
                               "compression|scrape_failure_log_file|native_histogram_bucket_limit|"
                               "native_histogram_min_bucket_factor|metric_name_validation_scheme|"
                               "metric_name_escaping_scheme|basic_auth|authorization|oauth2|"
                               "bearer_token|bearer_token_file|tls_config|follow_redirects|enable_"
                               "http2|http_headers|proxy_url|no_proxy|"
                               "proxy_from_environment|proxy_connect_header|body_size_limit|sample_"
                               "limit|label_limit|label_name_length_limit|"
                               "label_value_length_limit|target_limit|keep_dropped_targets|relabel_"
                               "configs|metric_relabel_configs|static_configs|"
                               "file_sd_configs|http_sd_configs|dns_sd_configs|kubernetes_sd_"
                               "configs|consul_sd_configs|docker_sd_configs|"
                               "dockerswarm_sd_configs|ec2_sd_configs|ecs_sd_configs|gce_sd_"
                               "configs|azure_sd_configs|digitalocean_sd_configs|eureka_sd_configs|"
                               "hetzner_sd_configs|ionos_sd_configs|kuma_sd_configs|lightsail_sd_"
                               "configs|linode_sd_configs|marathon_sd_configs|"
                               "nerve_sd_configs|nomad_sd_configs|openstack_sd_configs|ovhcloud_sd_"
                               "configs|puppetdb_sd_configs|scaleway_sd_configs|"
                               "serverset_sd_configs|stackit_sd_configs|triton_sd_configs|uyuni_sd_"
                               "configs|vultr_sd_configs|aws_sd_configs|extra_scrape_metrics";

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

static void read_target(PrometheusFile *file, PrometheusJob *job, const Node *node)
{
    if (!node_is_scalar(node)) {
        prometheus_problem(
            file, node->span, "a target is \"host:port\", not %s", node_kind_name(node->kind)
        );
        return;
    }
    if (str_find(node->text, STR("/")) != STR_NONE) {
        bool relabelled =
            node_get_cstr(job->node, "relabel_configs") != NULL; /* what a prober asks */
        if (!relabelled) {
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
        prometheus_check_keys(file, config, "targets|labels", "static_configs");
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
        prometheus_problem(file, node->span, "a job is a map, not %s", node_kind_name(node->kind));
        return;
    }
    PrometheusJob *job = vec_add(&file->jobs, file->arena);
    job->node = node;
    job->name_node = node_get_cstr(node, "job_name");
    job->name = job->name_node && node_is_scalar(job->name_node) ? job->name_node->text : STR("");
    job->metrics_path = node_string_or(node_get_cstr(node, "metrics_path"), STR("/metrics"));
    job->is_static = is_only_static(node);
    prometheus_check_keys(file, node, job_keys, "a job");
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
    prometheus_check_keys(file, file->root, top_keys, "the file");
    prometheus_check_keys(file, global, global_keys, "global");
    check_interval(file, global, &file->scrape_ms);
    int64_t ms = 0;
    (void) prometheus_duration(
        file, node_get_cstr(global, "evaluation_interval"), "evaluation_interval", &ms
    );
    for (size_t i = 0; node_is_seq(jobs) && i < jobs->seq.len; i++) {
        read_job(file, jobs->seq.items[i], &names);
    }
    for (size_t i = 0; node_is_seq(files) && i < files->seq.len; i++) {
        vec_push(&file->rule_files, file->arena, files->seq.items[i]);
    }
}
