#include "gather.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/path.h"
#include "codec/digest.h"

#include "dashboard.h"
#include "embedded.h"
#include "prometheus.h"

/* All that the run has of them, as it is gathered. */
typedef struct Monitoring {
    Audit *audit;
    Map *datasources;
    VEC(Dashboard *) dashboards;
    VEC(PrometheusFile *) files;
} Monitoring;

/* The uid that Grafana gives a provisioned datasource that has none: "P" and the first eight bytes of its
 * name's SHA-256, in capitals. */
static Str derived_uid(Arena *arena, Str name)
{
    enum { DIGITS = 16 };
    Str digits = str_slice(sha256_hex(arena, name), 0, DIGITS);
    return str_concat(arena, STR("P"), str_upper(arena, digits));
}

static void add_datasources(Arena *arena, Map *names, const Node *root)
{
    const Node *list = node_get_cstr(root, "datasources");
    for (size_t i = 0; node_is_seq(list) && i < list->seq.len; i++) {
        static const char *const keys[] = { "uid", "name" };
        for (size_t j = 0; j < 2; j++) {
            const Node *node = node_get_cstr(list->seq.items[i], keys[j]);
            if (node_is_string(node)) {
                map_set(names, node->text, (void *) (uintptr_t) node);
            }
        }
        const Node *name = node_get_cstr(list->seq.items[i], "name");
        if (node_is_string(name) && !node_get_cstr(list->seq.items[i], "uid")) {
            map_set(names, derived_uid(arena, name->text), (void *) (uintptr_t) name);
        }
    }
}

static void add_dashboard(Monitoring *all, Dashboard *dashboard)
{
    dashboard->datasources = all->datasources;
    vec_push(&all->dashboards, all->audit->arena, dashboard);
    vec_push(&all->audit->dashboards, all->audit->arena, dashboard);
}

static PrometheusKind kind_of(const Node *root)
{
    return node_get_cstr(root, "groups")  ? PROMETHEUS_RULES
           : node_get_cstr(root, "route") ? PROMETHEUS_ALERTMANAGER
                                          : PROMETHEUS_CONFIG;
}

/* A configuration of Prometheus or of Grafana, of a file or of a string in one. */
static PrometheusFile *add_file(Monitoring *all, const Embedded *given)
{
    Audit *audit = all->audit;
    bool provisioning = given->kind == ARTIFACT_GRAFANA;
    PrometheusKind kind = provisioning ? PROMETHEUS_PROVISIONING : kind_of(given->root);
    /* a template of something else isn't YAML yet */
    bool is_template = str_find(given->text, STR("{{-")) != STR_NONE;
    if (!given->root && given->mistake.len > 0 && !is_template) {
        bool rules = str_find(given->text, STR("groups:")) != STR_NONE;
        (void) audit_find(
            audit,
            rules ? "GR011" : "GR014",
            given->mistake_span,
            "%" STR_FMT,
            STR_ARG(given->mistake)
        );
    }
    if (provisioning) {
        add_datasources(audit->arena, all->datasources, given->root);
    }
    const Node *root = is_template ? NULL : given->root;
    PrometheusFile *file = prometheus_read(audit->arena, given->source, kind, root);
    vec_push(&all->files, audit->arena, file);
    vec_push(&audit->prometheus_files, audit->arena, file);
    return file;
}

static Embedded whole_file(Audit *audit, Artifact *artifact)
{
    Embedded whole = { .kind = artifact->kind,
                       .source = artifact->source,
                       .text = artifact->source->text,
                       .place = span_make(artifact->source, 0, 1) };
    whole.root = artifact_document(audit->arena, artifact);
    if (artifact->mistake) {
        whole.mistake = artifact->mistake->message;
        whole.mistake_span = artifact->mistake->span;
    }
    return whole;
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

/* "path:offset" of the value, once a run: overlays share what stands in their base. */
static bool is_seen(Audit *audit, Map *seen, const Node *value)
{
    Str place = span_is_known(value->span) ? str_printf(
                                                 audit->arena,
                                                 "%" STR_FMT ":%u",
                                                 STR_ARG(value->span.source->path),
                                                 (unsigned) value->span.start
                                             )
                                           : STR("");
    return place.len == 0 || map_set(seen, place, audit);
}

/* A file that a generator put there is audited as the file that it is. */
static bool is_artifact(const Audit *audit, const Node *value)
{
    const Source *source = value->span.source;
    return str_eq(source->text, value->text) && map_has(&audit->files.by_path, source->path);
}

static void add_embedded(Monitoring *all, const NodePair *pair, const void *deployed_with)
{
    Embedded embedded;
    Arena *arena = all->audit->arena;
    if (is_artifact(all->audit, pair->value) ||
        !embedded_read(arena, pair->key, pair->value, &embedded)) {
        return;
    }
    if (embedded.kind != ARTIFACT_DASHBOARD) {
        (void) add_file(all, &embedded);
        return;
    }
    Dashboard *dashboard = dashboard_new(arena, embedded.place, embedded.root);
    dashboard->mistake = embedded.mistake;
    dashboard->mistake_span = embedded.mistake_span;
    dashboard->deployed_with = deployed_with;
    add_dashboard(all, dashboard);
}

/* What a volume, a sidecar or an operator hands on to Prometheus, Alertmanager or Grafana. */
static void read_strings(Monitoring *all, Map *seen, const Bundle *bundle, const Object *object)
{
    static const struct {
        const char *kind, *map;
    } places[] = { { "ConfigMap", "data" },
                   { "Secret", "stringData" },
                   { "GrafanaDashboard", "spec" } };
    for (size_t p = 0; p < ARRAY_LEN(places); p++) {
        const Node *map =
            object_is(object, places[p].kind) ? node_path(object->node, places[p].map) : NULL;
        for (size_t i = 0; node_is_map(map) && i < map->map.len; i++) {
            const NodePair *pair = &map->map.pairs[i];
            if (node_is_string(pair->value) && !is_seen(all->audit, seen, pair->value)) {
                add_embedded(all, pair, bundle);
            }
        }
    }
}

static void read_objects(Monitoring *all)
{
    Audit *audit = all->audit;
    Map seen = MAP_ON_ARENA(audit->arena);
    vec_foreach(bundle, &audit->bundles) {
        vec_foreach(object, &(*bundle)->objects) {
            const Node *spec = node_path(object->node, "spec");
            read_strings(all, &seen, *bundle, object);
            if (object_is(object, "PrometheusRule") && node_is_map(spec) &&
                !is_seen(audit, &seen, spec)) {
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
            const Dashboard *other = map_get(&uids, dashboard->uid);
            bool is_beside = other && other->deployed_with == dashboard->deployed_with;
            dashboard->same_uid = is_beside ? other : NULL;
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
    Monitoring all = { .audit = audit, .datasources = ARENA_NEW(audit->arena, Map) };
    *all.datasources = (Map) MAP_ON_ARENA(audit->arena);
    vec_foreach(artifact, &audit->files.artifacts) {
        ArtifactKind kind = (*artifact)->kind;
        if (kind == ARTIFACT_DASHBOARD) {
            add_dashboard(&all, (*artifact)->subject);
        } else if (kind == ARTIFACT_PROMETHEUS || kind == ARTIFACT_GRAFANA) {
            Embedded whole = whole_file(audit, *artifact);
            check_rule_files(audit, add_file(&all, &whole));
        }
    }
    read_objects(&all);
    look_at_all(audit, all.dashboards.ptr, all.dashboards.len);
    int64_t interval = common_interval(all.files.ptr, all.files.len);
    vec_foreach(file, &all.files) {
        (*file)->scrape_ms = (*file)->kind == PROMETHEUS_CONFIG ? (*file)->scrape_ms : interval;
    }
}
