/* Observability: Prometheus with its rules, Grafana with its dashboards, the OpenTelemetry
 * Collector. */
#include "base/mem.h"

#include "render/grafana.h"
#include "render/internal.h"

static Str text_of(const Node *map, const char *key)
{
    return node_string_or(node_get_cstr(map, key), STR(""));
}

/* Whose metrics an exporter of their own shows, and who shows them themselves. */
static void add_targets(Arena *arena, Node *values)
{
    static const char *const exported[] = { "postgres", "redis", "kafka", "elasticsearch" };
    static const char *const direct[] = { "minio", "otel_collector" };
    Node *exporters = node_new_seq(arena), *others = node_new_seq(arena);
    const Node *resources = node_get_cstr(values, "resources");
    for (size_t i = 0; i < resources->seq.len; i++) {
        Node *resource = resources->seq.items[i];
        for (size_t j = 0; j < ARRAY_LEN(exported); j++) {
            if (str_eq_cstr(text_of(resource, "kind"), exported[j])) {
                node_append(arena, exporters, resource);
            }
        }
        for (size_t j = 0; j < ARRAY_LEN(direct); j++) {
            if (str_eq_cstr(text_of(resource, "kind"), direct[j])) {
                node_append(arena, others, resource);
            }
        }
    }
    node_set(arena, values, STR("exporters"), exporters);
    node_set(arena, values, STR("direct"), others);
}

static void render_dashboards(RenderContext *ctx, const Node *values)
{
    Arena *arena = render_arena(ctx);
    for (size_t i = 0; i < grafana_dashboard_count; i++) {
        const Dashboard *dashboard = &grafana_dashboards[i];
        StrBuf text = STRBUF_ON_ARENA(arena);
        grafana_write(&text, dashboard, text_of(values, "platform"));
        Str path = str_printf(arena, "deploy/grafana/dashboards/%s.json", dashboard->name);
        render_add(ctx, path, "grafana", strbuf_str(&text), 0644);
    }
}

static int render_observability(RenderContext *ctx)
{
    static const char *const files[][2] = {
        { "deploy/prometheus/prometheus.yml", "observability/prometheus.yml" },
        { "deploy/prometheus/rules/recording.yml", "observability/recording.yml" },
        { "deploy/prometheus/rules/alerts.yml", "observability/alerts.yml" },
        { "deploy/grafana/provisioning/datasources/datasources.yaml",
          "observability/datasources.yaml" },
        { "deploy/grafana/provisioning/dashboards/dashboards.yaml",
          "observability/dashboards.yaml" },
        { "deploy/otel/collector.yaml", "observability/collector.yaml" },
        { "deploy/README.md", "observability/README.md" },
    };
    const Catalog *catalog = render_catalog(ctx, "");
    if (!catalog) {
        return -EINVAL;
    }
    Node *values = render_values(ctx, catalog);
    add_targets(render_arena(ctx), values);
    int worst = 0;
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        int rc = render_artifact(ctx, str_from(files[i][0]), files[i][1], values, 0644);
        worst = rc < 0 ? rc : worst;
    }
    render_dashboards(ctx, values);
    return worst;
}

const ArtifactKind observability_kind = {
    .name = "observability",
    .summary = "deploy/prometheus, deploy/grafana, deploy/otel, deploy/README.md",
    .render = render_observability,
};
