/* Grafana's dashboards. */
#include "base/mem.h"

#include "monitoring.h"

static Str text_at(const Node *map, const char *key)
{
    return node_string_or(node_get_cstr(map, key), STR(""));
}

/* The dashboard's title, or where it begins. */
static Span place_of(const Dashboard *dashboard)
{
    const Node *title = node_get_cstr(dashboard->root, "title");
    return title ? title->span : dashboard->place;
}

static void gr001(RuleContext *ctx, const Dashboard *dashboard)
{
    if (!dashboard->root) {
        rule_find_span(
            ctx, dashboard->mistake_span, "no JSON: %" STR_FMT, STR_ARG(dashboard->mistake)
        );
        return;
    }
    static const char *const keys[] = { "uid", "title", "schemaVersion" };
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        const Node *node = node_get_cstr(dashboard->root, keys[i]);
        if (!node || node->kind == NODE_NULL || (node_is_string(node) && node->text.len == 0)) {
            rule_find_span(
                ctx, node ? node->span : place_of(dashboard), "the dashboard has no %s", keys[i]
            );
        }
    }
}

static void gr002(RuleContext *ctx, const Dashboard *dashboard)
{
    const Node *uid = dashboard->root ? node_get_cstr(dashboard->root, "uid") : NULL;
    if (dashboard->same_uid && uid) {
        const Node *other = node_get_cstr(dashboard->same_uid->root, "uid");
        Diag *diag = rule_find_span(
            ctx,
            uid->span,
            "the uid \"%" STR_FMT "\" is another dashboard's too",
            STR_ARG(dashboard->uid)
        );
        diag_relate(
            ctx->diags, diag, other->span, "\"%" STR_FMT "\"", STR_ARG(dashboard->same_uid->title)
        );
    }
}

/* --- datasources --- */

static const DashboardVariable *datasource_variable(const Dashboard *dashboard)
{
    for (size_t i = 0; i < dashboard->variables.len; i++) {
        if (str_eq(dashboard->variables.ptr[i].type, STR("datasource"))) {
            return &dashboard->variables.ptr[i];
        }
    }
    return NULL;
}

bool monitoring_is_foreign(const Dashboard *dashboard, Str uid)
{
    static const char *const own[] = { "-- Grafana --",
                                       "-- Mixed --",
                                       "-- Dashboard --",
                                       "__expr__",
                                       "grafana",
                                       "default",
                                       "-100",
                                       "" }; /* -100: an expression, of old */
    for (size_t i = 0; i < ARRAY_LEN(own); i++) {
        if (str_eq_cstr(uid, own[i])) {
            return false;
        }
    }
    return !str_has_char(uid, '$') && !str_has_prefix(uid, STR("[[")) &&
           !map_has(dashboard->datasources, uid);
}

const Node *monitoring_uid(const Node *datasource)
{
    return node_is_map(datasource) ? node_get_cstr(datasource, "uid") : datasource;
}

/* Where the repository provisions others, XA035 says that this one is none of them. */
static Diag *check_datasource(RuleContext *ctx, const Dashboard *dashboard, const Node *datasource)
{
    const Node *uid = monitoring_uid(datasource);
    if (!node_is_string(uid) || !monitoring_is_foreign(dashboard, uid->text) ||
        dashboard->datasources->len > 0) {
        return NULL;
    }
    return rule_find_span(
        ctx,
        uid->span,
        "the datasource \"%" STR_FMT "\" is one of another Grafana: nothing here provisions it",
        STR_ARG(uid->text)
    );
}

void monitoring_fix_datasource(
    RuleContext *ctx, const Dashboard *dashboard, Diag *diag, const Node *datasource
)
{
    const DashboardVariable *variable = datasource_variable(dashboard);
    if (diag && variable) {
        rule_fix(
            ctx,
            diag,
            monitoring_uid(datasource)->span,
            "\"${%" STR_FMT "}\"",
            STR_ARG(variable->name)
        );
    }
}

/* A target that repeats its panel's is one with it. Whether one of them says it. */
static bool check_targets(
    RuleContext *ctx,
    const Dashboard *dashboard,
    const DashboardPanel *panel,
    const Node *own,
    Diag *found
)
{
    const Node *targets = node_get_cstr(panel->node, "targets");
    bool said = false;
    for (size_t i = 0; node_is_seq(targets) && i < targets->seq.len; i++) {
        const Node *datasource = dashboard_datasource(targets->seq.items[i]);
        said = said || datasource;
        if (datasource && own && node_equal(own, datasource)) {
            monitoring_fix_datasource(ctx, dashboard, found, datasource);
        } else if (datasource) {
            monitoring_fix_datasource(
                ctx, dashboard, check_datasource(ctx, dashboard, datasource), datasource
            );
        }
    }
    return said;
}

static void gr003(RuleContext *ctx, const Dashboard *dashboard)
{
    for (size_t i = 0; i < dashboard->panels.len; i++) {
        const DashboardPanel *panel = &dashboard->panels.ptr[i];
        const Node *targets = node_get_cstr(panel->node, "targets");
        const Node *own = dashboard_datasource(panel->node);
        Diag *found = own ? check_datasource(ctx, dashboard, own) : NULL;
        if (found) {
            monitoring_fix_datasource(ctx, dashboard, found, own);
        }
        bool said = check_targets(ctx, dashboard, panel, own, found);
        if (!said && !own && node_is_seq(targets) && targets->seq.len > 0) {
            const Node *title = node_get_cstr(panel->node, "title");
            rule_find_span(
                ctx,
                title ? title->span : panel->node->span,
                "\"%" STR_FMT "\" asks whatever datasource is the default",
                STR_ARG(panel->title)
            );
        }
    }
}

/* --- what panels say of themselves --- */

static bool shows_numbers(Str type)
{
    static const char *const types[] = { "timeseries", "graph",      "stat",    "gauge",
                                         "bargauge",   "singlestat", "barchart" };
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (str_eq_cstr(type, types[i])) {
            return true;
        }
    }
    return false;
}

static bool has_unit(const Node *panel)
{
    const Node *defaults = node_get_cstr(node_get_cstr(panel, "fieldConfig"), "defaults");
    const Node *overrides = node_get_cstr(node_get_cstr(panel, "fieldConfig"), "overrides");
    const Node *axes = node_get_cstr(panel, "yaxes"); /* of the old graph */
    return text_at(defaults, "unit").len > 0 || node_get_cstr(panel, "format") ||
           (node_is_seq(axes) && axes->seq.len > 0) || node_get_cstr(defaults, "mappings") ||
           (node_is_seq(overrides) && overrides->seq.len > 0);
}

static bool describes(const Dashboard *dashboard)
{
    for (size_t i = 0; i < dashboard->panels.len; i++) {
        if (text_at(dashboard->panels.ptr[i].node, "description").len > 0) {
            return true;
        }
    }
    return false;
}

static void gr004(RuleContext *ctx, const Dashboard *dashboard)
{
    bool described = describes(dashboard);
    for (size_t i = 0; i < dashboard->panels.len; i++) {
        const DashboardPanel *panel = &dashboard->panels.ptr[i];
        if (!panel->is_drawn || node_get_cstr(panel->node, "libraryPanel")) {
            continue;
        }
        bool titled = panel->title.len > 0;
        bool unit = !shows_numbers(panel->type) || has_unit(panel->node);
        bool description = !described || text_at(panel->node, "description").len > 0;
        if (!titled || !unit || !description) {
            const Node *place = node_get_cstr(panel->node, "title");
            rule_find_span(
                ctx,
                place ? place->span : panel->node->span,
                "the panel has no%s%s%s",
                titled ? "" : " title",
                unit     ? ""
                : titled ? " unit"
                         : ", no unit",
                description      ? ""
                : titled && unit ? " description, which others have"
                                 : ", no description"
            );
        }
    }
}

/* --- variables --- */

static void gr009(RuleContext *ctx, const Dashboard *dashboard)
{
    for (size_t i = 0; i < dashboard->unknown.len; i++) {
        const DashboardUnknown *unknown = &dashboard->unknown.ptr[i];
        Diag *diag = rule_find_span(
            ctx,
            dashboard_span(unknown->node, unknown->start, unknown->end),
            "the dashboard has no variable \"%" STR_FMT "\"",
            STR_ARG(unknown->name)
        );
        Str *names = ARENA_ARRAY(dashboard->arena, Str, dashboard->variables.len + 1);
        for (size_t j = 0; j < dashboard->variables.len; j++) {
            names[j] = dashboard->variables.ptr[j].name;
        }
        diag_hint_nearest(ctx->diags, diag, unknown->name, names, dashboard->variables.len);
    }
    for (size_t i = 0; i < dashboard->variables.len; i++) {
        const DashboardVariable *variable = &dashboard->variables.ptr[i];
        /* filters made at hand apply by themselves */
        if (!variable->is_used && !str_eq(variable->type, STR("adhoc"))) {
            Diag *diag = rule_find_span(
                ctx,
                variable->name_node->span,
                "nothing uses the variable \"%" STR_FMT "\"",
                STR_ARG(variable->name)
            );
            diag->severity = SEVERITY_INFO;
        }
    }
}

static void gr010(RuleContext *ctx, const Dashboard *dashboard)
{
    if (dashboard->root && (dashboard->lacks_errors || dashboard->lacks_durations)) {
        rule_find_span(
            ctx,
            place_of(dashboard),
            "requests are shown, and no dashboard shows %s",
            dashboard->lacks_errors && dashboard->lacks_durations ? "errors or durations"
            : dashboard->lacks_errors                             ? "errors"
                                                                  : "durations"
        );
    }
}

/* --- layout --- */

enum { COLUMNS = 24, PANELS_MOST = 500, GRID_MOST = 1 << 20 };

typedef struct Grid {
    int64_t x, y, w, h;
} Grid;

static bool read_grid(const Node *panel, Grid *ret)
{
    static const char *const keys[] = { "x", "y", "w", "h" };
    const Node *position = node_get_cstr(panel, "gridPos");
    int64_t values[4];
    for (size_t i = 0; i < 4; i++) {
        const Node *node = node_get_cstr(position, keys[i]);
        if (!node || node->kind != NODE_INT) {
            return false;
        }
        values[i] = node->integer > GRID_MOST    ? GRID_MOST
                    : node->integer < -GRID_MOST ? -GRID_MOST
                                                 : node->integer;
    }
    *ret = (Grid) { values[0], values[1], values[2], values[3] };
    return true;
}

static bool overlap(const Grid *a, const Grid *b)
{
    return a->x < b->x + b->w && b->x < a->x + a->w && a->y < b->y + b->h && b->y < a->y + a->h;
}

static bool is_outside(const Grid *grid)
{
    return grid->x < 0 || grid->y < 0 || grid->w <= 0 || grid->h <= 0 ||
           grid->x + grid->w > COLUMNS;
}

/* The panel's place as the fixes of those before it leave it. */
typedef struct Layout {
    const Dashboard *dashboard;
    Grid *grids; /* of all panels; w is 0 where there is none */
} Layout;

static void
set_grid(RuleContext *ctx, Diag *diag, const Node *panel, const char *key, int64_t value)
{
    const Node *node = node_get_cstr(node_get_cstr(panel, "gridPos"), key);
    if (node->integer != value) {
        rule_fix(ctx, diag, node->span, "%lld", (long long) value);
    }
}

/* As wide as the grid at most, and moved to the left as far as it must. */
static void move_inside(RuleContext *ctx, Diag *diag, const Node *panel, Grid *grid)
{
    if (grid->y < 0 || grid->w <= 0 || grid->h <= 0) {
        return;
    }
    grid->w = grid->w > COLUMNS ? COLUMNS : grid->w;
    grid->x = grid->x + grid->w > COLUMNS ? COLUMNS - grid->w : grid->x;
    grid->x = grid->x < 0 ? 0 : grid->x;
    set_grid(ctx, diag, panel, "w", grid->w);
    set_grid(ctx, diag, panel, "x", grid->x);
}

/* Number of the panel of the same row that lies where `grid` is; `at` itself: none. */
static size_t find_other(const Layout *layout, size_t at, size_t end, const Grid *grid)
{
    const Dashboard *dashboard = layout->dashboard;
    for (size_t i = 0; i < end; i++) {
        if (i != at && layout->grids[i].w > 0 &&
            dashboard->panels.ptr[i].row == dashboard->panels.ptr[at].row &&
            overlap(grid, &layout->grids[i])) {
            return i;
        }
    }
    return at;
}

/* Down, as Grafana does it: below what is in the way. */
static void move_down(RuleContext *ctx, Diag *diag, const Layout *layout, size_t at)
{
    Grid *grid = &layout->grids[at];
    size_t count = layout->dashboard->panels.len;
    for (size_t other; (other = find_other(layout, at, count, grid)) != at;) {
        grid->y = layout->grids[other].y + layout->grids[other].h;
    }
    set_grid(ctx, diag, layout->dashboard->panels.ptr[at].node, "y", grid->y);
}

static void check_layout(RuleContext *ctx, const Layout *layout, size_t at)
{
    const Node *panel = layout->dashboard->panels.ptr[at].node;
    Grid grid;
    if (!read_grid(panel, &grid)) {
        return;
    }
    Span span = node_get_cstr(panel, "gridPos")->span;
    if (is_outside(&grid)) {
        Diag *diag = rule_find_span(ctx, span, "the panel lies outside of the %d columns", COLUMNS);
        move_inside(ctx, diag, panel, &layout->grids[at]);
        return;
    }
    size_t other = find_other(layout, at, at, &grid);
    if (other != at) {
        Diag *diag = rule_find_span(
            ctx,
            span,
            "the panel lies over \"%" STR_FMT "\"",
            STR_ARG(layout->dashboard->panels.ptr[other].title)
        );
        move_down(ctx, diag, layout, at);
    }
}

static void gr016(RuleContext *ctx, const Dashboard *dashboard)
{
    const Node *refresh = node_get_cstr(dashboard->root, "refresh");
    int64_t ms;
    if (node_is_string(refresh) && refresh->text.len > 0 && !str_eq(refresh->text, STR("auto")) &&
        !promql_duration(refresh->text, &ms)) {
        Diag *diag = rule_find_span(
            ctx,
            refresh->span,
            "refresh \"%" STR_FMT "\" is no interval such as 30s",
            STR_ARG(refresh->text)
        );
        rule_suggest(ctx, diag, refresh->span, "\"30s\"");
    }
    Layout layout = { dashboard, ARENA_ARRAY(dashboard->arena, Grid, dashboard->panels.len + 1) };
    size_t count = dashboard->panels.len < PANELS_MOST ? dashboard->panels.len : 0;
    for (size_t i = 0; i < count; i++) {
        (void) read_grid(dashboard->panels.ptr[i].node, &layout.grids[i]);
    }
    for (size_t i = 0; i < count; i++) {
        check_layout(ctx, &layout, i);
    }
}

static const AuditRule rules[] = {
    { .id = "GR001",
      .artifact = "Grafana",
      .severity = SEVERITY_ERROR,
      .meaning = "A dashboard that Grafana can't load, or has no uid, title or schemaVersion",
      .why = "Without a uid each provisioning makes a new one: links and alerts to it break.",
      .fix = "give it what it lacks",
      .bad = "{\"title\": \"Shop\", \"panels\": []}\n",
      .good = "{\"uid\": \"shop\", \"title\": \"Shop\", \"schemaVersion\": 39, \"panels\": []}\n",
      .check_dashboard = gr001 },
    { .id = "GR002",
      .artifact = "Grafana",
      .severity = SEVERITY_ERROR,
      .meaning = "Two dashboards of one uid",
      .why = "Provisioning loads one of them, and not always the same.",
      .fix = "give one of them another uid",
      .bad = "{\"uid\": \"shop\", \"title\": \"A\"}  {\"uid\": \"shop\", \"title\": \"B\"}\n",
      .good = "{\"uid\": \"shop-a\", \"title\": \"A\"}  {\"uid\": \"shop-b\", \"title\": \"B\"}\n",
      .check_dashboard = gr002 },
    { .id = "GR003",
      .artifact = "Grafana",
      .severity = SEVERITY_WARN,
      .meaning = "A panel without a datasource, or with one of another Grafana",
      .why = "In the next Grafana the panel asks the wrong datasource, or none.",
      .fix = "name a variable of type datasource, or one that is provisioned",
      .bad = "\"datasource\": {\"type\": \"prometheus\", \"uid\": \"P1809F7CD0C75ACF3\"}\n",
      .good = "\"datasource\": {\"type\": \"prometheus\", \"uid\": \"${datasource}\"}\n",
      .check_dashboard = gr003 },
    { .id = "GR004",
      .artifact = "Grafana",
      .severity = SEVERITY_INFO,
      .meaning = "A panel without title, unit or description",
      .why = "Who is woken at night reads 0.25 and doesn't know of what.",
      .fix = "say what it shows and in which unit",
      .bad = "{\"type\": \"timeseries\", \"title\": \"Latency\"}\n",
      .good = "{\"type\": \"timeseries\", \"title\": \"Latency\", \"fieldConfig\": {\"defaults\": "
              "{\"unit\": \"s\"}}}\n",
      .check_dashboard = gr004 },
    { .id = "GR009",
      .artifact = "Grafana",
      .severity = SEVERITY_ERROR,
      .meaning = "A variable that isn't defined; one that isn't used (info)",
      .why = "The query is sent with the dollar in it and finds nothing.",
      .fix = "define the variable, or correct its name",
      .bad = "\"expr\": \"up{job=~\\\"$jobb\\\"}\"\n",
      .good = "\"expr\": \"up{job=~\\\"$job\\\"}\"\n",
      .check_dashboard = gr009 },
    { .id = "GR010",
      .artifact = "Grafana",
      .severity = SEVERITY_WARN,
      .meaning = "Requests without errors or durations",
      .why = "A service that answers everything with a 500 in a minute looks well.",
      .fix = "show rate, errors and duration together",
      .bad = "\"expr\": \"sum(rate(http_requests_total[$__rate_interval]))\"\n",
      .good =
          "\"expr\": \"sum(rate(http_requests_total{status=~\\\"5..\\\"}[$__rate_interval]))\"\n",
      .check_dashboard = gr010 },
    { .id = "GR016",
      .artifact = "Grafana",
      .severity = SEVERITY_INFO,
      .meaning = "A refresh that is no interval, or panels that lie over each other",
      .why = "Grafana moves such panels at every load, and the file changes with every save.",
      .fix = "correct gridPos, or refresh",
      .bad = "\"refresh\": \"often\"\n",
      .good = "\"refresh\": \"30s\"\n",
      .check_dashboard = gr016 },
};

const RuleFamily rules_monitoring_dashboards = { rules, ARRAY_LEN(rules) };
