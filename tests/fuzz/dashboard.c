/* A dashboard of any bytes: it is read or has a mistake with its place, and what the reader says of its
 * queries and variables lies within the file. */
#include "audit/monitoring/dashboard.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_span(const Dashboard *dashboard, Span span)
{
    assert(span.source == dashboard->source);
    assert(span.start <= span.end && span.end <= dashboard->source->text.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena Arena *arena = arena_new(0);
    Source *source = source_new(arena, STR("input.json"), str_make((const char *) data, size));
    const Dashboard *dashboard = dashboard_read(arena, source);
    if (!dashboard->root) {
        assert(dashboard->mistake.len > 0);
        return 0;
    }
    vec_foreach(query, &dashboard->queries) {
        assert(
            query->node &&
            (query->tree || query->language != QUERY_PROMQL || query->error.message.len > 0)
        );
        if (query->tree) {
            check_span(
                dashboard, dashboard_span(query->node, query->tree->start, query->tree->end)
            );
        }
    }
    vec_foreach(unknown, &dashboard->unknown) {
        check_span(dashboard, dashboard_span(unknown->node, unknown->start, unknown->end));
    }
    vec_foreach(panel, &dashboard->panels) {
        (void) dashboard_datasource(panel->node);
    }
    return 0;
}
