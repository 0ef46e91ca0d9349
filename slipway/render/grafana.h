/* Grafana dashboards as tables: a row a panel; grafana.c writes them as Grafana's JSON. */
#pragma once

#include "base/str.h"
#include "base/strbuf.h"

typedef struct PanelQuery {
    const char *expr;   /* PromQL; "$service" is the variable's choice */
    const char *legend; /* "{{service}}" */
} PanelQuery;

typedef struct Panel {
    const char *title, *help;
    const char *unit; /* Grafana's: "reqps", "s", "percentunit", "short", "bytes", "currencyEUR" */
    int width;        /* of 24 columns */
    bool is_stat;     /* one number instead of curves */
    double warn, bad; /* thresholds; 0: none */
    bool traces;      /* links to the traces of the service */
    PanelQuery queries[3];
} Panel;

typedef struct Dashboard {
    const char *name; /* file and uid: "services-overview" */
    const char *title;
    const char *variable; /* the query of $service, or NULL */
    const Panel *panels;
    size_t panel_count;
} Dashboard;

extern const Dashboard grafana_dashboards[];
extern const size_t grafana_dashboard_count;

/* Appends the dashboard as JSON, with a line end. `platform` tags it. */
void grafana_write(StrBuf *out, const Dashboard *dashboard, Str platform);
