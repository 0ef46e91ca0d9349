/* Edits of Compose files that are more than a key's value. */
#include "compose.h"

static bool is_editable(const Node *node)
{
    return node && span_is_known(node->span) && !node->is_alias_use;
}

/* --- a port on the machine's own address --- */

static const Str loopback = STR_INIT("127.0.0.1:");

/* Where the text of a scalar begins, behind its quote. */
static size_t text_start(const Node *node)
{
    return node->span.start + (node->style == STYLE_PLAIN ? 0 : 1);
}

static void bind_short(RuleContext *ctx, Diag *diag, const ComposePort *port)
{
    Source *source = port->node->span.source;
    size_t at = text_start(port->node);
    Str rest = str_slice(source->text, at, port->node->span.end);
    size_t end = at;
    if (port->host_ip.len > 0) {
        Str open = str_has_prefix(rest, STR("[::]:")) ? STR("[::]:") : STR("0.0.0.0:");
        if (!str_has_prefix(rest, open)) {
            return;
        }
        end += open.len;
    }
    rule_fix(ctx, diag, span_make(source, at, end), "%" STR_FMT, STR_ARG(loopback));
}

void compose_fix_bind(RuleContext *ctx, Diag *diag, const ComposePort *port)
{
    if (!port->is_published || !is_editable(port->node)) {
        return;
    }
    if (!port->is_short) {
        rule_fix_set(ctx, diag, port->node, "host_ip", "127.0.0.1");
    } else if (port->node->style <= STYLE_DOUBLE_QUOTED) {
        bind_short(ctx, diag, port);
    }
}

/* --- depends_on: a list becomes a map --- */

static const char *condition_of(const ComposeProject *project, const Node *item)
{
    const ComposeService *target = compose_service(project, item->text);
    return target && target->has_healthcheck ? "service_healthy" : "service_started";
}

/* [a, b] -> {a: { condition: … }, b: { condition: … }} */
static void map_flow(RuleContext *ctx, Diag *diag, const ComposeProject *project, const Node *list)
{
    Source *source = list->span.source;
    rule_fix(ctx, diag, span_make(source, list->span.start, list->span.start + 1), "{");
    for (size_t i = 0; i < list->seq.len; i++) {
        const Node *item = list->seq.items[i];
        rule_fix(
            ctx,
            diag,
            span_make(source, item->span.end, item->span.end),
            ": { condition: %s }",
            condition_of(project, item)
        );
    }
    rule_fix(ctx, diag, span_make(source, list->span.end - 1, list->span.end), "}");
}

/* The dash of a block list's item; STR_NONE where more than spaces stands between. */
static size_t dash_of(const Node *item)
{
    Str text = item->span.source->text;
    size_t at = item->span.start;
    while (at > 0 && text.ptr[at - 1] == ' ') {
        at--;
    }
    return at > 0 && text.ptr[at - 1] == '-' ? at - 1 : STR_NONE;
}

static size_t line_end_of(Str text, size_t at)
{
    size_t newline = str_find_char(str_skip(text, at), '\n');
    return newline == STR_NONE ? text.len : at + newline;
}

/* "- a # why" -> "a: # why" with the condition on a line of its own below. */
static void map_item(RuleContext *ctx, Diag *diag, const Node *item, int shift, const char *value)
{
    Source *source = item->span.source;
    size_t dash = dash_of(item);
    size_t end = line_end_of(source->text, item->span.end);
    int column = (int) span_start(span_make(source, dash, dash)).column - 1 + shift;
    rule_fix(ctx, diag, span_make(source, dash, item->span.start), "%*s", shift, "");
    rule_fix(ctx, diag, span_make(source, item->span.end, item->span.end), ":");
    rule_fix(ctx, diag, span_make(source, end, end), "\n%*scondition: %s", column + 2, "", value);
}

static bool can_map(const Node *list)
{
    bool can = node_is_seq(list) && is_editable(list) && list->seq.len > 0;
    for (size_t i = 0; can && i < list->seq.len; i++) {
        const Node *item = list->seq.items[i];
        can = is_editable(item) && node_is_scalar(item) && item->span.source == list->span.source &&
              item->span.start >= list->span.start && item->span.end <= list->span.end;
    }
    return can;
}

void compose_fix_depends_on(RuleContext *ctx, Diag *diag, const ComposeService *service)
{
    const NodePair *pair = node_find(service->node, STR("depends_on"));
    const Node *list = pair ? pair->value : NULL;
    if (!compose_can_edit(service) || !can_map(list)) {
        return;
    }
    if (list->span.source->text.ptr[list->span.start] == '[') {
        map_flow(ctx, diag, service->project, list);
        return;
    }
    bool has_dashes = true;
    for (size_t i = 0; i < list->seq.len; i++) {
        has_dashes = has_dashes && dash_of(list->seq.items[i]) != STR_NONE;
    }
    /* a list may stand in its key's column, a map may not */
    bool is_deeper = span_start(list->span).column > span_start(pair->key->span).column;
    for (size_t i = 0; has_dashes && i < list->seq.len; i++) {
        const Node *item = list->seq.items[i];
        map_item(ctx, diag, item, is_deeper ? 0 : 2, condition_of(service->project, item));
    }
}
