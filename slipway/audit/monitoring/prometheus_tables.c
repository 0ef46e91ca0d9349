/* The keys of Prometheus' configuration and what they hold. */
#include "prometheus_schema.h"

#define PROTOCOLS                                              \
    "PrometheusProto|PrometheusText0.0.4|PrometheusText1.0.0|" \
    "OpenMetricsText0.0.1|OpenMetricsText1.0.0|OpenMetricsText2.0.0"
#define END { .names = NULL }

/* --- who it is for a server ------------------------------------------------------------------- */

static const PrometheusField tls_fields[] = {
    { .names = "ca|cert|key|ca_file|cert_file|key_file|ca_ref|cert_ref|key_ref|server_name",
      .kind = FIELD_TEXT },
    { .names = "insecure_skip_verify", .kind = FIELD_BOOL },
    { .names = "min_version|max_version", .kind = FIELD_WORD, .words = "TLS10|TLS11|TLS12|TLS13" },
    END,
};
static const PrometheusSection tls = { .what = "tls_config", .fields = tls_fields };

static const PrometheusField basic_auth_fields[] = {
    { .names = "username|username_file|username_ref|password|password_file|password_ref",
      .kind = FIELD_TEXT },
    END,
};
static const PrometheusSection basic_auth = { .what = "basic_auth", .fields = basic_auth_fields };

static const PrometheusField authorization_fields[] = {
    { .names = "type|credentials|credentials_file|credentials_ref", .kind = FIELD_TEXT },
    END,
};
static const PrometheusSection authorization = { .what = "authorization",
                                                 .fields = authorization_fields };

static const PrometheusField oauth2_fields[] = {
    { .names = "client_id|client_secret|client_secret_file|client_secret_ref|token_url|proxy_url|"
               "no_proxy|"
               "client_certificate_key_id|client_certificate_key|client_certificate_key_file|"
               "client_certificate_key_ref|signature_algorithm|grant_type|iss|audience",
      .kind = FIELD_TEXT },
    { .names = "scopes", .kind = FIELD_TEXTS },
    { .names = "endpoint_params", .kind = FIELD_LABELS },
    { .names = "claims|proxy_connect_header", .kind = FIELD_ANY },
    { .names = "proxy_from_environment", .kind = FIELD_BOOL },
    { .names = "tls_config", .kind = FIELD_MAP, .section = &tls },
    END,
};
static const PrometheusSection oauth2 = { .what = "oauth2", .fields = oauth2_fields };

#define CLIENT                                                                                   \
    { .names = "basic_auth", .kind = FIELD_MAP, .section = &basic_auth },                        \
        { .names = "authorization", .kind = FIELD_MAP, .section = &authorization },              \
        { .names = "oauth2", .kind = FIELD_MAP, .section = &oauth2 },                            \
        { .names = "tls_config", .kind = FIELD_MAP, .section = &tls },                           \
        { .names = "bearer_token|bearer_token_file|proxy_url|no_proxy", .kind = FIELD_TEXT },    \
        { .names = "follow_redirects|enable_http2|proxy_from_environment", .kind = FIELD_BOOL }, \
    {                                                                                            \
        .names = "proxy_connect_header|http_headers", .kind = FIELD_ANY                          \
    }

static const PrometheusField client_fields[] = { CLIENT, END };

/* --- targets ---------------------------------------------------------------------------------- */

static const PrometheusField relabel_fields[] = {
    { .names = "source_labels", .kind = FIELD_TEXTS },
    { .names = "separator|regex|target_label|replacement|action", .kind = FIELD_TEXT },
    { .names = "modulus", .kind = FIELD_COUNT },
    END,
};
static const PrometheusSection relabel = { .what = "a rule of relabelling",
                                           .fields = relabel_fields,
                                           .check = prometheus_check_relabel };

static const PrometheusField static_fields[] = {
    { .names = "targets", .kind = FIELD_TEXTS },
    { .names = "labels", .kind = FIELD_LABELS },
    END,
};
static const PrometheusSection static_config = { .what = "an entry of static_configs",
                                                 .fields = static_fields };

static const PrometheusField file_fields[] = {
    { .names = "files", .kind = FIELD_TEXTS },
    { .names = "refresh_interval", .kind = FIELD_DURATION },
    END,
};
static const PrometheusSection file_sd = { .what = "an entry of file_sd_configs",
                                           .fields = file_fields,
                                           .required = "files",
                                           .check = prometheus_check_files };

static const PrometheusField http_fields[] = {
    { .names = "url", .kind = FIELD_TEXT },
    { .names = "refresh_interval", .kind = FIELD_DURATION },
    END,
};
static const PrometheusSection http_sd = { .what = "an entry of http_sd_configs",
                                           .fields = http_fields,
                                           .shared = client_fields,
                                           .required = "url",
                                           .check = prometheus_check_http };

static const PrometheusField dns_fields[] = {
    { .names = "names", .kind = FIELD_TEXTS },
    { .names = "refresh_interval", .kind = FIELD_DURATION },
    { .names = "type", .kind = FIELD_TEXT },
    { .names = "port", .kind = FIELD_COUNT },
    END,
};
static const PrometheusSection dns_sd = { .what = "an entry of dns_sd_configs",
                                          .fields = dns_fields,
                                          .required = "names",
                                          .check = prometheus_check_dns };

#define ROLES "pod|service|endpoints|endpointslice|node|ingress"

static const PrometheusField namespaces_fields[] = {
    { .names = "own_namespace", .kind = FIELD_BOOL },
    { .names = "names", .kind = FIELD_TEXTS },
    END,
};
static const PrometheusSection namespaces = { .what = "namespaces", .fields = namespaces_fields };

static const PrometheusField selector_fields[] = {
    { .names = "role", .kind = FIELD_WORD, .words = ROLES },
    { .names = "label|field", .kind = FIELD_TEXT },
    END,
};
static const PrometheusSection selector = { .what = "a selector", .fields = selector_fields };

static const PrometheusField attach_fields[] = {
    { .names = "node|namespace|deployment|job|cronjob", .kind = FIELD_BOOL },
    END,
};
static const PrometheusSection attach = { .what = "attach_metadata", .fields = attach_fields };

static const PrometheusField kubernetes_fields[] = {
    { .names = "api_server|kubeconfig_file", .kind = FIELD_TEXT },
    { .names = "role", .kind = FIELD_WORD, .words = ROLES },
    { .names = "namespaces", .kind = FIELD_MAP, .section = &namespaces },
    { .names = "selectors", .kind = FIELD_MAPS, .section = &selector },
    { .names = "attach_metadata", .kind = FIELD_MAP, .section = &attach },
    END,
};
static const PrometheusSection kubernetes_sd = { .what = "an entry of kubernetes_sd_configs",
                                                 .fields = kubernetes_fields,
                                                 .shared = client_fields,
                                                 .required = "role",
                                                 .check = prometheus_check_kubernetes };

#define DISCOVERY                                                                                  \
    { .names = "static_configs", .kind = FIELD_MAPS, .section = &static_config },                  \
        { .names = "file_sd_configs", .kind = FIELD_MAPS, .section = &file_sd },                   \
        { .names = "http_sd_configs", .kind = FIELD_MAPS, .section = &http_sd },                   \
        { .names = "dns_sd_configs", .kind = FIELD_MAPS, .section = &dns_sd },                     \
        { .names = "kubernetes_sd_configs", .kind = FIELD_MAPS, .section = &kubernetes_sd },       \
    {                                                                                              \
        .names =                                                                                   \
            "aws_sd_configs|azure_sd_configs|consul_sd_configs|digitalocean_sd_configs|"           \
            "docker_sd_configs|dockerswarm_sd_configs|ec2_sd_configs|ecs_sd_configs|"              \
            "elasticache_sd_configs|eureka_sd_configs|gce_sd_configs|hetzner_sd_configs|"          \
            "ionos_sd_configs|kuma_sd_configs|lightsail_sd_configs|linode_sd_configs|"             \
            "marathon_sd_configs|msk_sd_configs|nerve_sd_configs|nomad_sd_configs|oci_sd_configs|" \
            "openstack_sd_configs|outscale_sd_configs|ovhcloud_sd_configs|puppetdb_sd_configs|"    \
            "rds_sd_configs|scaleway_sd_configs|serverset_sd_configs|stackit_sd_configs|"          \
            "triton_sd_configs|uyuni_sd_configs|vultr_sd_configs",                                 \
        .kind = FIELD_LIST                                                                         \
    }

static const PrometheusField target_fields[] = { CLIENT, DISCOVERY, END };

/* --- scraping --------------------------------------------------------------------------------- */

#define SCRAPING                                                                                  \
    { .names = "scrape_interval|scrape_timeout",                                                  \
      .kind = FIELD_ANY }, /* prometheus_config.c needs their values */                           \
        { .names = "scrape_protocols", .kind = FIELD_WORDS, .words = PROTOCOLS },                 \
        { .names = "body_size_limit", .kind = FIELD_SIZE },                                       \
        { .names = "sample_limit|label_limit|label_name_length_limit|label_value_length_limit|"   \
                   "target_limit|keep_dropped_targets",                                           \
          .kind = FIELD_COUNT },                                                                  \
        { .names = "metric_name_validation_scheme", .kind = FIELD_WORD, .words = "legacy|utf8" }, \
        { .names = "metric_name_escaping_scheme",                                                 \
          .kind = FIELD_WORD,                                                                     \
          .words = "allow-utf-8|underscores|dots|values" },                                       \
        { .names = "scrape_failure_log_file", .kind = FIELD_TEXT },                               \
    {                                                                                             \
        .names = "convert_classic_histograms_to_nhcb|always_scrape_classic_histograms|"           \
                 "scrape_native_histograms|extra_scrape_metrics",                                 \
        .kind = FIELD_BOOL                                                                        \
    }

static const PrometheusField global_fields[] = {
    SCRAPING,
    { .names = "evaluation_interval|rule_query_offset|query_max_duration", .kind = FIELD_DURATION },
    { .names = "external_labels", .kind = FIELD_LABELS },
    { .names = "query_log_file", .kind = FIELD_TEXT },
    { .names = "query_max_series|query_max_samples_read", .kind = FIELD_COUNT },
    END,
};
static const PrometheusSection global = { .what = "global", .fields = global_fields };

static const PrometheusField job_fields[] = {
    SCRAPING,
    { .names = "job_name", .kind = FIELD_ANY },
    { .names = "metrics_path|scheme", .kind = FIELD_TEXT },
    { .names = "params", .kind = FIELD_ANY },
    { .names = "fallback_scrape_protocol", .kind = FIELD_WORD, .words = PROTOCOLS },
    { .names = "honor_labels|honor_timestamps|track_timestamps_staleness|enable_compression|"
               "scrape_classic_histograms",
      .kind = FIELD_BOOL },
    { .names = "native_histogram_bucket_limit", .kind = FIELD_COUNT },
    { .names = "native_histogram_min_bucket_factor", .kind = FIELD_NUMBER },
    { .names = "relabel_configs|metric_relabel_configs", .kind = FIELD_MAPS, .section = &relabel },
    END,
};
static const PrometheusSection job = {
    .what = "a job", .fields = job_fields, .shared = target_fields, .check = prometheus_check_client
};

/* --- what goes out ---------------------------------------------------------------------------- */

static const PrometheusField alertmanager_fields[] = {
    { .names = "scheme|path_prefix", .kind = FIELD_TEXT },
    { .names = "api_version", .kind = FIELD_WORD, .words = "v1|v2" },
    { .names = "timeout", .kind = FIELD_DURATION },
    { .names = "sigv4", .kind = FIELD_ANY },
    { .names = "relabel_configs|alert_relabel_configs", .kind = FIELD_MAPS, .section = &relabel },
    END,
};
static const PrometheusSection alertmanager = { .what = "an entry of alertmanagers",
                                                .fields = alertmanager_fields,
                                                .shared = target_fields,
                                                .check = prometheus_check_client };

static const PrometheusField alerting_fields[] = {
    { .names = "alert_relabel_configs", .kind = FIELD_MAPS, .section = &relabel },
    { .names = "alertmanagers", .kind = FIELD_MAPS, .section = &alertmanager },
    END,
};
static const PrometheusSection alerting = { .what = "alerting", .fields = alerting_fields };

static const PrometheusField queue_fields[] = {
    { .names = "capacity|max_shards|min_shards|max_samples_per_send", .kind = FIELD_POSITIVE },
    { .names = "batch_send_deadline|min_backoff|max_backoff|sample_age_limit",
      .kind = FIELD_DURATION },
    { .names = "retry_on_http_429", .kind = FIELD_BOOL },
    END,
};
static const PrometheusSection queue = { .what = "queue_config",
                                         .fields = queue_fields,
                                         .check = prometheus_check_queue };

static const PrometheusField metadata_fields[] = {
    { .names = "send", .kind = FIELD_BOOL },
    { .names = "send_interval", .kind = FIELD_DURATION },
    { .names = "max_samples_per_send", .kind = FIELD_COUNT },
    END,
};
static const PrometheusSection metadata = { .what = "metadata_config", .fields = metadata_fields };

static const PrometheusField write_fields[] = {
    { .names = "url|name", .kind = FIELD_TEXT },
    { .names = "remote_timeout", .kind = FIELD_DURATION },
    { .names = "headers", .kind = FIELD_LABELS },
    { .names = "write_relabel_configs", .kind = FIELD_MAPS, .section = &relabel },
    { .names = "send_exemplars|send_native_histograms|round_robin_dns|failed_request_logging|"
               "convert_nhcb_to_classic",
      .kind = FIELD_BOOL },
    { .names = "protobuf_message",
      .kind = FIELD_WORD,
      .words = "prometheus.WriteRequest|io.prometheus.write.v2.Request" },
    { .names = "queue_config", .kind = FIELD_MAP, .section = &queue },
    { .names = "metadata_config", .kind = FIELD_MAP, .section = &metadata },
    { .names = "sigv4|azuread|google_iam", .kind = FIELD_ANY },
    END,
};
static const PrometheusSection remote_write = { .what = "an entry of remote_write",
                                                .fields = write_fields,
                                                .shared = client_fields,
                                                .required = "url",
                                                .check = prometheus_check_write };

static const PrometheusField read_fields[] = {
    { .names = "url|name", .kind = FIELD_TEXT },
    { .names = "remote_timeout", .kind = FIELD_DURATION },
    { .names = "chunked_read_limit", .kind = FIELD_COUNT },
    { .names = "headers|required_matchers", .kind = FIELD_LABELS },
    { .names = "read_recent|filter_external_labels", .kind = FIELD_BOOL },
    END,
};
static const PrometheusSection remote_read = { .what = "an entry of remote_read",
                                               .fields = read_fields,
                                               .shared = client_fields,
                                               .required = "url",
                                               .check = prometheus_check_read };

/* --- the rest --------------------------------------------------------------------------------- */

static const PrometheusField retention_fields[] = {
    { .names = "time", .kind = FIELD_DURATION },
    { .names = "size", .kind = FIELD_SIZE },
    { .names = "percentage", .kind = FIELD_NUMBER },
    END,
};
static const PrometheusSection retention = { .what = "retention", .fields = retention_fields };

static const PrometheusField chunk_fields[] = {
    { .names = "floats", .kind = FIELD_WORD, .words = "xor|xor2" },
    END,
};
static const PrometheusSection chunk = { .what = "chunk_encoding", .fields = chunk_fields };

static const PrometheusField tsdb_fields[] = {
    { .names = "out_of_order_time_window", .kind = FIELD_DURATION },
    { .names = "stale_series_compaction_threshold", .kind = FIELD_NUMBER },
    { .names = "chunk_encoding", .kind = FIELD_MAP, .section = &chunk },
    { .names = "retention", .kind = FIELD_MAP, .section = &retention },
    END,
};
static const PrometheusSection tsdb = { .what = "tsdb", .fields = tsdb_fields };

static const PrometheusField exemplars_fields[] = {
    { .names = "max_exemplars", .kind = FIELD_NUMBER },
    END,
};
static const PrometheusSection exemplars = { .what = "exemplars", .fields = exemplars_fields };

static const PrometheusField storage_fields[] = {
    { .names = "tsdb", .kind = FIELD_MAP, .section = &tsdb },
    { .names = "exemplars", .kind = FIELD_MAP, .section = &exemplars },
    END,
};
static const PrometheusSection storage = { .what = "storage", .fields = storage_fields };

static const PrometheusField tracing_fields[] = {
    { .names = "client_type", .kind = FIELD_WORD, .words = "grpc|http" },
    { .names = "endpoint", .kind = FIELD_TEXT },
    { .names = "sampling_fraction", .kind = FIELD_NUMBER },
    { .names = "insecure", .kind = FIELD_BOOL },
    { .names = "tls_config", .kind = FIELD_MAP, .section = &tls },
    { .names = "headers", .kind = FIELD_LABELS },
    { .names = "compression", .kind = FIELD_WORD, .words = "gzip" },
    { .names = "timeout", .kind = FIELD_DURATION },
    END,
};
static const PrometheusSection tracing = { .what = "tracing",
                                           .fields = tracing_fields,
                                           .required = "endpoint",
                                           .check = prometheus_check_tracing };

static const PrometheusField otlp_fields[] = {
    { .names = "promote_resource_attributes|ignore_resource_attributes", .kind = FIELD_TEXTS },
    { .names = "translation_strategy",
      .kind = FIELD_WORD,
      .words = "UnderscoreEscapingWithSuffixes|UnderscoreEscapingWithoutSuffixes|"
               "NoUTF8EscapingWithSuffixes|NoTranslation" },
    { .names =
          "promote_all_resource_attributes|keep_identifying_resource_attributes|"
          "convert_histograms_to_nhcb|promote_scope_metadata|label_name_underscore_sanitization|"
          "label_name_preserve_multiple_underscores",
      .kind = FIELD_BOOL },
    END,
};
static const PrometheusSection otlp = { .what = "otlp",
                                        .fields = otlp_fields,
                                        .check = prometheus_check_otlp };

static const PrometheusField runtime_fields[] = {
    { .names = "gogc", .kind = FIELD_NUMBER },
    { .names = "log_level", .kind = FIELD_TEXT },
    END,
};
static const PrometheusSection runtime = { .what = "runtime", .fields = runtime_fields };

static const PrometheusField root_fields[] = {
    { .names = "global", .kind = FIELD_MAP, .section = &global },
    { .names = "runtime", .kind = FIELD_MAP, .section = &runtime },
    { .names = "alerting", .kind = FIELD_MAP, .section = &alerting },
    { .names = "rule_files|scrape_config_files", .kind = FIELD_TEXTS },
    { .names = "scrape_configs", .kind = FIELD_MAPS, .section = &job },
    { .names = "storage", .kind = FIELD_MAP, .section = &storage },
    { .names = "tracing", .kind = FIELD_MAP, .section = &tracing },
    { .names = "remote_write", .kind = FIELD_MAPS, .section = &remote_write },
    { .names = "remote_read", .kind = FIELD_MAPS, .section = &remote_read },
    { .names = "otlp", .kind = FIELD_MAP, .section = &otlp },
    END,
};
const PrometheusSection prometheus_section = { .what = "the file",
                                               .fields = root_fields,
                                               .check = prometheus_check_root };
