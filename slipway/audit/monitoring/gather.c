#include "gather.h"

#include "base/fs.h"
#include "base/path.h"

#include "dashboard.h"
#include "prometheus.h"

/* `place`: what stands for them where they are embedded in another document; else NULL. */
static void add_datasources(Map *names, const Node *root, const Node *place)
{
    const Node *list = node_get_cstr(root, "datasources");
    for (size_t i = 0; node_is_seq(list) && i < list->seq.len; i++) {
        static const char *const keys[] = { "uid", "name" };
        for (size_t j = 0; j < 2; j++) {
            const Node *node = node_get_cstr(list->seq.items[i], keys[j]);
            if (node_is_string(node)) {
                map_set(names, node->text, (void *) (uintptr_t) (place ? place : node));
            }
        }
    }
}

static PrometheusKind kind_of(const Node *root)
{
    return node_get_cstr(root, "groups")  ? PROMETHEUS_RULES
           : node_get_cstr(root, "route") ? PROMETHEUS_ALERTMANAGER
                                          : PROMETHEUS_CONFIG;
}

static PrometheusFile *read_file(Audit *audit, Artifact *artifact, Map *datasources)
{
    bool provisioning = artifact->kind == ARTIFACT_GRAFANA;
    const Node *root = artifact_document(audit->arena, artifact);
    PrometheusKind kind = provisioning ? PROMETHEUS_PROVISIONING : kind_of(root);
    /* a template of something else isn't YAML yet */
    bool is_template = str_find(artifact->source->text, STR("{{-")) != STR_NONE;
    if (!root && artifact->mistake && !is_template) {
        bool rules = str_find(artifact->source->text, STR("groups:")) != STR_NONE;
        (void) audit_find(
            audit,
            rules ? "GR011" : "GR014",
            artifact->mistake->span,
            "%" STR_FMT,
            STR_ARG(artifact->mistake->message)
        );
    }
    if (provisioning) {
        add_datasources(datasources, root, NULL);
    }
    return prometheus_read(audit->arena, artifact->source, kind, is_template ? NULL : root);
}

/* A file of rules that is named and isn't there; Prometheus takes a pattern without a match. */
static void check_rule_files(Audit *audit, PrometheusFile *file)
{
    vec_foreach(node, &file->rule_files) {
        Str name = node_string_or(*node, STR("*"));
        bool pattern = str_has_char(name, '*') || str_has_char(name, '?') ||
                       str_has_char(name, '[') || str_has_char(name, '$');
        if (pattern || path_is_absolute(name) || str_has_prefix(name, STR(".."))) {
            continue;
        }
        Str path = path_join(audit->arena, path_dir(file->source->path), name);
        if (!map_has(&audit->files.by_path, path) && !fs_is_file(str_to_cstr(audit->arena, path))) {
            prometheus_problem(file, (*node)->span, "no file of rules: %" STR_FMT, STR_ARG(name));
        }
    }
}

/* --- in manifests --- */

/* Grafana's datasources out of a ConfigMap or a Secret, which a sidecar or a volume gives it. */
static void read_config_map(Audit *audit, const Object *object, Map *datasources)
{
    static const char *const maps[] = { "data", "stringData" };
    for (size_t m = 0; m < 2; m++) {
        const Node *data = node_path(object->node, maps[m]);
        for (size_t i = 0; node_is_map(data) && i < data->map.len; i++) {
            const Node *value = data->map.pairs[i].value;
            Node *root = NULL;
            DiagList ignored = DIAG_LIST(audit->arena);
            if (node_is_string(value) && str_find(value->text, STR("datasources:")) != STR_NONE &&
                yaml_read_one(
                    audit->arena,
                    source_new(audit->arena, object->name, value->text),
                    NULL,
                    &root,
                    &ignored
                ) == 0) {
                add_datasources(datasources, root, value);
            }
        }
    }
}

/* Prometheus' rules as objects of its operator. Overlays share them: each is read once. */
static void read_objects(Audit *audit, Map *datasources)
{
    Map known = MAP_ON_ARENA(audit->arena);
    vec_foreach(bundle, &audit->bundles) {
        vec_foreach(object, &(*bundle)->objects) {
            const Node *spec = node_path(object->node, "spec");
            Str place = spec && span_is_known(spec->span) ? str_printf(
                                                                audit->arena,
                                                                "%" STR_FMT ":%u",
                                                                STR_ARG(spec->span.source->path),
                                                                (unsigned) spec->span.start
                                                            )
                                                          : STR("");
            if (object_is(object, "ConfigMap") || object_is(object, "Secret")) {
                read_config_map(audit, object, datasources);
            } else if (object_is(object, "PrometheusRule") && node_is_map(spec) && place.len > 0 &&
                       !map_set(&known, place, audit)) {
                PrometheusFile *file =
                    prometheus_read(audit->arena, spec->span.source, PROMETHEUS_RULES, spec);
                vec_push(&audit->prometheus_files, audit->arena, file);
            }
        }
    }
}

/* --- what all dashboards together show --- */

typedef struct Shown {
    bool requests, errors, durations;
} Shown;

static bool has(Str text, const char *what)
{
    return str_find(text, str_from(what)) != STR_NONE;
}

static void note_query(Shown *shown, Str text)
{
    bool requests = has(text, "requests_total") || has(text, "request_duration") ||
                    has(text, "requests_count") || has(text, "request_count") ||
                    has(text, "handled_total");
    bool failed = has(text, "5..") || has(text, "error") || has(text, "5xx") || has(text, "fail") ||
                  has(text, "[45]") || has(text, "!~\"2") || has(text, "!=\"OK\"");
    shown->requests = shown->requests || (requests && has(text, "rate("));
    shown->errors = shown->errors || failed;
    shown->durations = shown->durations || has(text, "_bucket") ||
                       has(text, "histogram_quantile") || has(text, "duration") ||
                       has(text, "latency");
}

static Shown shown_by(const Dashboard *dashboard)
{
    Shown shown = { 0 };
    for (size_t i = 0; i < dashboard->queries.len; i++) {
        note_query(&shown, dashboard->queries.ptr[i].text);
    }
    return shown;
}

static void look_at_all(Audit *audit, Dashboard *const *dashboards, size_t count)
{
    Map uids = MAP_ON_ARENA(audit->arena);
    Shown all = { 0 };
    for (size_t i = 0; i < count; i++) {
        Dashboard *dashboard = dashboards[i];
        Shown shown = shown_by(dashboard);
        all.errors = all.errors || shown.errors;
        all.durations = all.durations || shown.durations;
        if (dashboard->uid.len > 0) {
            dashboard->same_uid = map_get(&uids, dashboard->uid);
            map_set(&uids, dashboard->uid, dashboard);
        }
    }
    for (size_t i = 0; i < count; i++) {
        Shown shown = shown_by(dashboards[i]);
        dashboards[i]->lacks_errors = shown.requests && !all.errors;
        dashboards[i]->lacks_durations = shown.requests && !all.durations;
    }
}

/* A run with one interval of scraping holds the rules to it. */
static int64_t common_interval(PrometheusFile *const *files, size_t count)
{
    int64_t interval = 0;
    for (size_t i = 0; i < count; i++) {
        if (files[i]->kind == PROMETHEUS_CONFIG && files[i]->scrape_ms > 0) {
            if (interval > 0 && interval != files[i]->scrape_ms) {
                return 0;
            }
            interval = files[i]->scrape_ms;
        }
    }
    return interval;
}

void monitoring_gather(Audit *audit)
{
    Map *datasources = ARENA_NEW(audit->arena, Map);
    *datasources = (Map) MAP_ON_ARENA(audit->arena);
    VEC(Dashboard *) dashboards = { 0 };
    VEC(PrometheusFile *) files = { 0 };
    vec_foreach(artifact, &audit->files.artifacts) {
        if ((*artifact)->kind == ARTIFACT_DASHBOARD) {
            Dashboard *dashboard = dashboard_read(audit->arena, (*artifact)->source);
            dashboard->datasources = datasources;
            vec_push(&dashboards, audit->arena, dashboard);
            vec_push(&audit->dashboards, audit->arena, dashboard);
        } else if ((*artifact)->kind == ARTIFACT_PROMETHEUS ||
                   (*artifact)->kind == ARTIFACT_GRAFANA) {
            PrometheusFile *file = read_file(audit, *artifact, datasources);
            check_rule_files(audit, file);
            vec_push(&files, audit->arena, file);
            vec_push(&audit->prometheus_files, audit->arena, file);
        }
    }
    read_objects(audit, datasources);
    look_at_all(audit, dashboards.ptr, dashboards.len);
    int64_t interval = common_interval(files.ptr, files.len);
    vec_foreach(file, &files) {
        (*file)->scrape_ms = (*file)->kind == PROMETHEUS_CONFIG ? (*file)->scrape_ms : interval;
    }
}
