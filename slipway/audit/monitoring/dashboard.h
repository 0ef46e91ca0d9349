/* Dashboard: Grafana's JSON as the rules see it: panels also out of rows, queries with their PromQL
 * read, variables with whether something uses them.
 * https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/ */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/map.h"
#include "base/source.h"
#include "base/vec.h"
#include "codec/node.h"

#include "promql.h"

typedef struct DashboardPanel {
    const Node *node;
    const Node *row; /* the row that holds it, collapsed; NULL: none */
    Str title, type; /* as written */
    bool is_drawn;   /* shows values: no row, text or list of something */
} DashboardPanel;

typedef enum QueryLanguage { QUERY_PROMQL, QUERY_MAYBE_PROMQL, QUERY_OTHER } QueryLanguage;

typedef struct DashboardQuery {
    const DashboardPanel *panel; /* NULL: of a variable or an annotation */
    const Node *node;            /* the text's */
    Str text;
    QueryLanguage language;
    const PromNode *tree; /* NULL: no PromQL, or a mistake */
    PromError error;      /* of what is PromQL */
} DashboardQuery;

typedef struct DashboardVariable {
    const Node *node;
    const Node *name_node;
    Str name, type;
    bool is_used;
} DashboardVariable;

/* A use of a variable that the dashboard doesn't define. */
typedef struct DashboardUnknown {
    const Node *node; /* of the text */
    Str name;
    size_t start, end; /* in the text */
} DashboardUnknown;

typedef struct Dashboard {
    Arena *arena;
    Source *source;
    Span place;       /* its first byte */
    const Node *root; /* NULL: the file is no JSON */
    Str mistake;      /* why */
    Span mistake_span;
    Str uid, title;
    const void *deployed_with; /* NULL: it is a file; else one for all of a build's objects */
    const struct Dashboard *same_uid; /* another one of those, read before */
    VEC(DashboardPanel) panels;
    VEC(DashboardQuery) queries;
    VEC(DashboardVariable) variables;
    VEC(DashboardUnknown) unknown;
    const Map *datasources; /* uids and names that the repository provisions */
    bool lacks_errors,
        lacks_durations; /* it shows requests, and no dashboard of the run shows these */
} Dashboard;

/* The JSON of a dashboard, as deep as they go. */
int dashboard_read_json(Arena *arena, Source *source, Node **ret_root, Error *err);
/* Of what was read; `root` NULL: a mistake, which the caller adds. Never NULL. */
Dashboard *dashboard_new(Arena *arena, Span place, const Node *root);
/* Both, of a whole file. Never NULL. */
Dashboard *dashboard_read(Arena *arena, Source *source);
/* Bytes from..to of a text of the dashboard, in its file. */
Span dashboard_span(const Node *text, size_t from, size_t to);
/* The datasource of a panel or a target; NULL: none is said. */
const Node *dashboard_datasource(const Node *panel_or_target);
