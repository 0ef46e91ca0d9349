/* The JSON model of Grafana 11 (schemaVersion 39):
 * https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/ */
#include "render/grafana.h"

#include "codec/json.h"

enum { COLUMNS = 24, PANEL_HEIGHT = 8, STAT_HEIGHT = 4, SCHEMA_VERSION = 39 };

static void field(JsonWriter *w, const char *key, const char *value)
{
    json_field_string(w, key, str_from(value));
}

static void write_datasource(JsonWriter *w)
{
    json_key(w, "datasource");
    json_begin_object(w);
    field(w, "type", "prometheus");
    field(w, "uid", "${datasource}");
    json_end_object(w);
}

static void write_step(JsonWriter *w, const char *color, double value)
{
    json_begin_object(w);
    field(w, "color", color);
    json_key(w, "value");
    if (value > 0) {
        json_double(w, value);
    } else {
        json_null(w);
    }
    json_end_object(w);
}

static void write_thresholds(JsonWriter *w, const Panel *panel)
{
    json_key(w, "thresholds");
    json_begin_object(w);
    field(w, "mode", "absolute");
    json_key(w, "steps");
    json_begin_array(w);
    write_step(w, "green", 0);
    if (panel->warn > 0) {
        write_step(w, "orange", panel->warn);
    }
    if (panel->bad > 0) {
        write_step(w, "red", panel->bad);
    }
    json_end_array(w);
    json_end_object(w);
}

/* From a curve to the traces of the service that it is about. */
static void write_links(JsonWriter *w)
{
    json_key(w, "links");
    json_begin_array(w);
    json_begin_object(w);
    field(w, "title", "Traces of ${__field.labels.service}");
    field(
        w,
        "url",
        "/explore?schemaVersion=1&panes={\"t\":{\"datasource\":\"jaeger\",\"queries\":[{\"refId\":"
        "\"A\",\"queryType\":\"search\",\"service\":\"${__field.labels.service}-service\"}],"
        "\"range\":{\"from\":\"${__from}\",\"to\":\"${__to}\"}}}"
    );
    json_field_bool(w, "targetBlank", true);
    json_end_object(w);
    json_end_array(w);
}

static void write_field_config(JsonWriter *w, const Panel *panel)
{
    json_key(w, "fieldConfig");
    json_begin_object(w);
    json_key(w, "defaults");
    json_begin_object(w);
    field(w, "unit", panel->unit);
    json_field_int(w, "min", 0);
    write_thresholds(w, panel);
    if (panel->traces) {
        write_links(w);
    }
    json_end_object(w);
    json_key(w, "overrides");
    json_begin_array(w);
    json_end_array(w);
    json_end_object(w);
}

static void write_targets(JsonWriter *w, const Panel *panel)
{
    json_key(w, "targets");
    json_begin_array(w);
    for (size_t i = 0; i < 3 && panel->queries[i].expr; i++) {
        char ref[2] = { (char) ('A' + i), 0 };
        json_begin_object(w);
        field(w, "refId", ref);
        write_datasource(w);
        field(w, "expr", panel->queries[i].expr);
        field(w, "legendFormat", panel->queries[i].legend);
        json_field_bool(w, "exemplar", panel->traces);
        json_end_object(w);
    }
    json_end_array(w);
}

typedef struct Cursor {
    int x, y, row_height;
} Cursor;

/* Left to right, a new row where the next panel would not fit. */
static void write_place(JsonWriter *w, const Panel *panel, Cursor *at)
{
    int height = panel->is_stat ? STAT_HEIGHT : PANEL_HEIGHT;
    if (at->x + panel->width > COLUMNS) {
        *at = (Cursor) { .y = at->y + at->row_height };
    }
    json_key(w, "gridPos");
    json_begin_object(w);
    json_field_int(w, "x", at->x);
    json_field_int(w, "y", at->y);
    json_field_int(w, "w", panel->width);
    json_field_int(w, "h", height);
    json_end_object(w);
    at->x += panel->width;
    at->row_height = height > at->row_height ? height : at->row_height;
}

static void write_panel(JsonWriter *w, const Panel *panel, int id, Cursor *at)
{
    json_begin_object(w);
    json_field_int(w, "id", id);
    field(w, "type", panel->is_stat ? "stat" : "timeseries");
    field(w, "title", panel->title);
    field(w, "description", panel->help);
    write_datasource(w);
    write_place(w, panel, at);
    write_field_config(w, panel);
    write_targets(w, panel);
    json_end_object(w);
}

static void write_variables(JsonWriter *w, const Dashboard *dashboard)
{
    json_key(w, "templating");
    json_begin_object(w);
    json_key(w, "list");
    json_begin_array(w);
    json_begin_object(w);
    field(w, "name", "datasource");
    field(w, "type", "datasource");
    field(w, "query", "prometheus");
    json_end_object(w);
    if (dashboard->variable) {
        json_begin_object(w);
        field(w, "name", "service");
        field(w, "type", "query");
        write_datasource(w);
        field(w, "query", dashboard->variable);
        json_field_bool(w, "includeAll", true);
        json_field_bool(w, "multi", true);
        field(w, "allValue", ".+");
        json_field_int(w, "refresh", 2);
        json_end_object(w);
    }
    json_end_array(w);
    json_end_object(w);
}

void grafana_write(StrBuf *out, const Dashboard *dashboard, Str platform)
{
    JsonWriter w = json_writer(out, 2);
    Cursor at = { 0 };
    json_begin_object(&w);
    field(&w, "uid", dashboard->name);
    field(&w, "title", dashboard->title);
    json_key(&w, "tags");
    json_begin_array(&w);
    json_string(&w, platform);
    json_end_array(&w);
    json_field_int(&w, "schemaVersion", SCHEMA_VERSION);
    json_field_bool(&w, "editable", false);
    field(&w, "refresh", "30s");
    json_key(&w, "time");
    json_begin_object(&w);
    field(&w, "from", "now-1h");
    field(&w, "to", "now");
    json_end_object(&w);
    write_variables(&w, dashboard);
    json_key(&w, "panels");
    json_begin_array(&w);
    for (size_t i = 0; i < dashboard->panel_count; i++) {
        write_panel(&w, &dashboard->panels[i], (int) i + 1, &at);
    }
    json_end_array(&w);
    json_end_object(&w);
    strbuf_add_char(out, '\n');
}
