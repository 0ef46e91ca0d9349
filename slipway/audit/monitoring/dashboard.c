#include "dashboard.h"

#include "codec/json.h"
#include "codec/yaml_place.h"

enum { NESTING_MOST = 100 };

Span dashboard_span(const Node *text, size_t from, size_t to)
{
    if (!span_is_known(text->span)) {
        return text->span;
    }
    Node quoted = *text;
    quoted.style = STYLE_DOUBLE_QUOTED; /* JSON's strings are YAML's */
    return yaml_text_span(&quoted, from, to);
}

static Str text_at(const Node *map, const char *key)
{
    return node_string_or(node_get_cstr(map, key), STR(""));
}

const Node *dashboard_datasource(const Node *node)
{
    const Node *datasource = node_get_cstr(node, "datasource");
    return datasource && datasource->kind != NODE_NULL ? datasource : NULL;
}

/* --- what a query's text is --- */

static QueryLanguage language_of(const Node *datasource, Str text)
{
    Str type = node_is_map(datasource) ? text_at(datasource, "type") : STR("");
    if (str_eq(type, STR("prometheus")) ||
        str_eq(type, STR("grafana-amazonprometheus-datasource"))) {
        return QUERY_PROMQL;
    }
    if (type.len > 0) {
        return QUERY_OTHER;
    }
    Str name = node_is_string(datasource) ? datasource->text : text_at(datasource, "uid");
    bool other = str_find(name, STR("oki")) != STR_NONE ||
                 str_find(name, STR("empo")) != STR_NONE || promql_is_logql(text);
    return other ? QUERY_OTHER : QUERY_MAYBE_PROMQL;
}

static void add_query(Dashboard *dashboard, size_t panel, const Node *text, const Node *datasource)
{
    if (!node_is_string(text) || str_trim(text->text).len == 0) {
        return;
    }
    DashboardQuery *query = vec_add(&dashboard->queries, dashboard->arena);
    query->panel = panel == SIZE_MAX ? NULL : &dashboard->panels.ptr[panel];
    query->node = text;
    query->text = text->text;
    query->language = language_of(datasource, text->text);
    if (query->language != QUERY_OTHER) {
        query->tree = promql_parse(dashboard->arena, text->text, true, &query->error);
    }
}

/* --- panels --- */

static void read_targets(Dashboard *dashboard, size_t panel)
{
    const Node *node = dashboard->panels.ptr[panel].node;
    const Node *targets = node_get_cstr(node, "targets");
    const Node *own = dashboard_datasource(node);
    for (size_t i = 0; node_is_seq(targets) && i < targets->seq.len; i++) {
        const Node *target = targets->seq.items[i];
        const Node *datasource = dashboard_datasource(target);
        add_query(dashboard, panel, node_get_cstr(target, "expr"), datasource ? datasource : own);
    }
}

static bool is_drawn(Str type)
{
    static const char *const others[] = { "row",        "text",     "dashlist", "news",
                                          "alertlist",  "annolist", "logs",     "nodeGraph",
                                          "traces",     "canvas",   "welcome",  "pluginlist",
                                          "flamegraph", "" };
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (str_eq_cstr(type, others[i])) {
            return false;
        }
    }
    return true;
}

static void add_panel(Dashboard *dashboard, const Node *node, const Node *row)
{
    if (!node_is_map(node)) {
        return;
    }
    DashboardPanel *panel = vec_add(&dashboard->panels, dashboard->arena);
    panel->node = node;
    panel->row = row;
    panel->title = text_at(node, "title");
    panel->type = text_at(node, "type");
    panel->is_drawn = is_drawn(panel->type);
}

static void read_panels(Dashboard *dashboard)
{
    const Node *panels = node_get_cstr(dashboard->root, "panels");
    const Node *rows = node_get_cstr(dashboard->root, "rows"); /* before schema 16 */
    for (size_t i = 0; node_is_seq(panels) && i < panels->seq.len; i++) {
        const Node *panel = panels->seq.items[i];
        const Node *inner = node_get_cstr(panel, "panels");
        add_panel(dashboard, panel, NULL);
        for (size_t j = 0; node_is_seq(inner) && j < inner->seq.len; j++) {
            add_panel(dashboard, inner->seq.items[j], panel);
        }
    }
    for (size_t i = 0; node_is_seq(rows) && i < rows->seq.len; i++) {
        const Node *inner = node_get_cstr(rows->seq.items[i], "panels");
        for (size_t j = 0; node_is_seq(inner) && j < inner->seq.len; j++) {
            add_panel(dashboard, inner->seq.items[j], rows->seq.items[i]);
        }
    }
    for (size_t i = 0; i < dashboard->panels.len; i++) {
        read_targets(dashboard, i);
    }
}

/* --- variables --- */

/* label_values(EXPR, label), query_result(EXPR); other forms have no expression. */
static void read_variable_query(Dashboard *dashboard, const Node *variable)
{
    const Node *query = node_get_cstr(variable, "query");
    query = node_is_map(query) ? node_get_cstr(query, "query") : query;
    if (!node_is_string(query) || !str_eq(text_at(variable, "type"), STR("query"))) {
        return;
    }
    Str text = str_trim(query->text);
    bool labels = str_strip_prefix(&text, STR("label_values("));
    bool result = !labels && str_strip_prefix(&text, STR("query_result("));
    if (!(labels || result) || !str_strip_suffix(&text, STR(")"))) {
        return;
    }
    size_t comma = labels ? str_rfind_char(text, ',') : STR_NONE;
    if (labels && comma == STR_NONE) {
        return; /* label_values(label) */
    }
    DashboardQuery *found = vec_add(&dashboard->queries, dashboard->arena);
    found->node = query;
    found->text = str_slice(text, 0, comma);
    found->language = QUERY_MAYBE_PROMQL;
    found->tree = promql_parse(dashboard->arena, found->text, true, &found->error);
}

static void read_variables(Dashboard *dashboard)
{
    const Node *list = node_get_cstr(node_get_cstr(dashboard->root, "templating"), "list");
    for (size_t i = 0; node_is_seq(list) && i < list->seq.len; i++) {
        const Node *node = list->seq.items[i];
        const Node *name = node_get_cstr(node, "name");
        if (node_is_string(name)) {
            DashboardVariable *variable = vec_add(&dashboard->variables, dashboard->arena);
            variable->node = node;
            variable->name_node = name;
            variable->name = name->text;
            variable->type = text_at(node, "type");
            read_variable_query(dashboard, node);
        }
    }
}

static size_t word_length(Str text)
{
    size_t len = 0;
    while (len < text.len) {
        char c = text.ptr[len];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && (len == 0 || c < '0' || c > '9')) {
            break;
        }
        len++;
    }
    return len;
}

/* The next use of a variable at or behind *at. */
static bool next_use(Str text, size_t *at, Str *ret_name, size_t *ret_start)
{
    for (; *at + 1 < text.len; (*at)++) {
        Str rest = str_skip(text, *at);
        bool braces = rest.ptr[0] == '$' && rest.ptr[1] == '{';
        bool brackets = rest.ptr[0] == '[' && rest.ptr[1] == '[';
        if (rest.ptr[0] != '$' && !brackets) {
            continue;
        }
        Str name = str_skip(rest, braces || brackets ? 2 : 1);
        name = str_slice(name, 0, word_length(name));
        if (name.len > 0) {
            *ret_name = name;
            *ret_start = *at;
            *at += (size_t) (name.ptr - rest.ptr) + name.len;
            return true;
        }
    }
    return false;
}

/* What Grafana sets itself. */
static bool is_global(Str name)
{
    return str_has_prefix(name, STR("__")) || str_eq(name, STR("timeFilter")) ||
           str_eq(name, STR("interval_ms"));
}

static DashboardVariable *find_variable(const Dashboard *dashboard, Str name)
{
    for (size_t i = 0; i < dashboard->variables.len; i++) {
        if (str_eq(dashboard->variables.ptr[i].name, name)) {
            return &dashboard->variables.ptr[i];
        }
    }
    return NULL;
}

/* Undefined ones count in queries alone: elsewhere a dollar may be a dollar. */
static void note_uses(Dashboard *dashboard, const Node *node, Str key, const Node *self)
{
    Str name;
    size_t at = 0, start = 0;
    bool is_query = str_eq(key, STR("expr"));
    while (next_use(node->text, &at, &name, &start)) {
        DashboardVariable *variable = find_variable(dashboard, name);
        if (variable && variable->node != self) {
            variable->is_used = true;
        } else if (!variable && is_query && !is_global(name)) {
            DashboardUnknown unknown = { .node = node, .name = name, .start = start, .end = at };
            vec_push(&dashboard->unknown, dashboard->arena, unknown);
        }
    }
    DashboardVariable *repeated =
        str_eq(key, STR("repeat")) ? find_variable(dashboard, node->text) : NULL;
    if (repeated) {
        repeated->is_used = true;
    }
}

static void walk(Dashboard *dashboard, const Node *node, Str key, const Node *self)
{
    for (size_t i = 0; node->kind == NODE_SEQ && i < node->seq.len; i++) {
        walk(dashboard, node->seq.items[i], key, self);
    }
    for (size_t i = 0; node->kind == NODE_MAP && i < node->map.len; i++) {
        walk(dashboard, node->map.pairs[i].value, node->map.pairs[i].key->text, self);
    }
    if (node->kind == NODE_STRING) {
        note_uses(dashboard, node, key, self);
    }
}

/* A variable that is only used in its own definition isn't used. */
static void find_uses(Dashboard *dashboard)
{
    for (size_t i = 0; i < dashboard->root->map.len; i++) {
        const NodePair *pair = &dashboard->root->map.pairs[i];
        if (!str_eq(pair->key->text, STR("templating"))) {
            walk(dashboard, pair->value, pair->key->text, NULL);
        }
    }
    for (size_t i = 0; i < dashboard->variables.len; i++) {
        walk(
            dashboard, dashboard->variables.ptr[i].node, STR(""), dashboard->variables.ptr[i].node
        );
    }
}

static void read_annotations(Dashboard *dashboard)
{
    const Node *list = node_get_cstr(node_get_cstr(dashboard->root, "annotations"), "list");
    for (size_t i = 0; node_is_seq(list) && i < list->seq.len; i++) {
        const Node *node = list->seq.items[i];
        add_query(dashboard, SIZE_MAX, node_get_cstr(node, "expr"), dashboard_datasource(node));
    }
}

int dashboard_read_json(Arena *arena, Source *source, Node **ret_root, Error *err)
{
    JsonOptions options = { .max_depth = NESTING_MOST };
    return json_read(arena, source, &options, ret_root, err);
}

Dashboard *dashboard_new(Arena *arena, Span place, const Node *root)
{
    Dashboard *dashboard = ARENA_NEW(arena, Dashboard);
    *dashboard = (Dashboard) { .arena = arena, .source = place.source, .place = place };
    if (!root) {
        return dashboard;
    }
    const Node *inner = node_get_cstr(root, "dashboard"); /* as the API exports it */
    dashboard->root = node_is_map(inner) && node_get_cstr(inner, "panels") ? inner : root;
    if (!node_is_map(dashboard->root)) {
        dashboard->root = node_new_map(arena);
    }
    dashboard->uid = text_at(dashboard->root, "uid");
    dashboard->title = text_at(dashboard->root, "title");
    read_panels(dashboard);
    read_variables(dashboard);
    read_annotations(dashboard);
    find_uses(dashboard);
    return dashboard;
}

Dashboard *dashboard_read(Arena *arena, Source *source)
{
    Node *root = NULL;
    Error err = ERROR_INIT;
    Span place = span_make(source, 0, 1);
    if (dashboard_read_json(arena, source, &root, &err) == 0) {
        return dashboard_new(arena, place, root);
    }
    Dashboard *dashboard = dashboard_new(arena, place, NULL);
    dashboard->mistake = str_from(arena_strdup(arena, err.message));
    dashboard->mistake_span = err.span;
    return dashboard;
}
