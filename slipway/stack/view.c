#include "stack/view.h"

#include <string.h>

#include "base/clock.h"

#include "stack/view_fields.h"

static void write_TEXT(JsonWriter *writer, Str value)
{
    json_string(writer, value);
}
static void write_INT(JsonWriter *writer, int64_t value)
{
    json_int(writer, value);
}
static void write_BOOL(JsonWriter *writer, bool value)
{
    json_bool(writer, value);
}
static void write_REAL(JsonWriter *writer, double value)
{
    json_double(writer, value);
}
static void write_TIME(JsonWriter *writer, int64_t utc_us)
{
    auto_strbuf StrBuf text = STRBUF_INIT;
    if (utc_us <= 0) {
        json_null(writer);
        return;
    }
    clock_add_rfc3339(&text, utc_us, 6);
    json_string(writer, strbuf_str(&text));
}

static void read_TEXT(const Node *node, Str *value)
{
    *value = node_string_or(node, *value);
}
static void read_INT(const Node *node, int64_t *value)
{
    *value = node && node->kind == NODE_INT ? node->integer : *value;
}
static void read_BOOL(const Node *node, bool *value)
{
    *value = node && node->kind == NODE_BOOL ? node->boolean : *value;
}
static void read_REAL(const Node *node, double *value)
{
    bool is_int = node && node->kind == NODE_INT;
    *value =
        is_int ? (double) node->integer : (node && node->kind == NODE_FLOAT ? node->real : *value);
}
static void read_TIME(const Node *node, int64_t *value)
{
    if (node_is_string(node)) {
        clock_parse_rfc3339(node->text, value);
    }
}

#define WRITE_FIELD(kind, member, key) \
    json_key(writer, (key));           \
    write_##kind(writer, view->member);
#define READ_FIELD(kind, member, key) read_##kind(node_get_cstr(node, (key)), &view->member);

static void write_ports(JsonWriter *writer, const NodeView *node)
{
    json_key(writer, "ports");
    json_begin_array(writer);
    for (size_t i = 0; i < node->port_count; i++) {
        const PortView *view = &node->ports[i];
        json_begin_object(writer);
        PORT_VIEW_FIELDS(WRITE_FIELD)
        json_end_object(writer);
    }
    json_end_array(writer);
}

static void write_needs(JsonWriter *writer, const NodeView *node)
{
    json_key(writer, "waiting_for");
    json_begin_array(writer);
    for (size_t i = 0; i < node->waiting_count; i++) {
        const NeedView *view = &node->waiting_for[i];
        json_begin_object(writer);
        NEED_VIEW_FIELDS(WRITE_FIELD)
        json_end_object(writer);
    }
    json_end_array(writer);
}

static void write_probe(JsonWriter *writer, const ProbeView *view)
{
    json_key(writer, "probe");
    if (view->kind.len == 0) {
        json_null(writer);
        return;
    }
    json_begin_object(writer);
    PROBE_VIEW_FIELDS(WRITE_FIELD)
    json_end_object(writer);
}

void node_view_write(JsonWriter *writer, const NodeView *view)
{
    json_begin_object(writer);
    NODE_VIEW_FIELDS(WRITE_FIELD)
    json_key(writer, "exit_code");
    if (view->has_exit) {
        json_int(writer, view->exit_code);
    } else {
        json_null(writer);
    }
    write_ports(writer, view);
    write_needs(writer, view);
    write_probe(writer, &view->probe);
    json_end_object(writer);
}

void stack_view_write(JsonWriter *writer, const StackView *view)
{
    json_begin_object(writer);
    STACK_VIEW_FIELDS(WRITE_FIELD)
    json_key(writer, "nodes");
    json_begin_array(writer);
    for (size_t i = 0; i < view->node_count; i++) {
        node_view_write(writer, &view->nodes[i]);
    }
    json_end_array(writer);
    json_end_object(writer);
}

static size_t seq_len(const Node *seq)
{
    return node_is_seq(seq) ? seq->seq.len : 0;
}

static void read_ports(Arena *arena, const Node *list, NodeView *into)
{
    into->port_count = seq_len(list);
    into->ports = ARENA_ARRAY(arena, PortView, into->port_count);
    for (size_t i = 0; i < into->port_count; i++) {
        const Node *node = list->seq.items[i];
        PortView *view = &into->ports[i];
        PORT_VIEW_FIELDS(READ_FIELD)
    }
}

static void read_needs(Arena *arena, const Node *list, NodeView *into)
{
    into->waiting_count = seq_len(list);
    into->waiting_for = ARENA_ARRAY(arena, NeedView, into->waiting_count);
    for (size_t i = 0; i < into->waiting_count; i++) {
        const Node *node = list->seq.items[i];
        NeedView *view = &into->waiting_for[i];
        NEED_VIEW_FIELDS(READ_FIELD)
    }
}

static void read_probe(const Node *node, ProbeView *view)
{
    PROBE_VIEW_FIELDS(READ_FIELD)
}

static void read_node(Arena *arena, const Node *node, NodeView *view)
{
    NODE_VIEW_FIELDS(READ_FIELD)
    const Node *code = node_get_cstr(node, "exit_code");
    view->has_exit = code && code->kind == NODE_INT;
    read_INT(code, &view->exit_code);
    read_ports(arena, node_get_cstr(node, "ports"), view);
    read_needs(arena, node_get_cstr(node, "waiting_for"), view);
    read_probe(node_get_cstr(node, "probe"), &view->probe);
}

int stack_view_read(Arena *arena, Str json, StackView **ret_view, Error *err)
{
    Node *node = NULL;
    int rc = json_read_str(arena, json, NULL, &node, err);
    if (rc < 0) {
        return rc;
    }
    const Node *nodes = node_get_cstr(node, "nodes");
    if (!node_is_seq(nodes)) {
        return error_set(err, -EBADMSG, "it is no state of a stack");
    }
    StackView *view = ARENA_NEW(arena, StackView);
    STACK_VIEW_FIELDS(READ_FIELD)
    view->node_count = nodes->seq.len;
    view->nodes = ARENA_ARRAY(arena, NodeView, view->node_count);
    for (size_t i = 0; i < view->node_count; i++) {
        read_node(arena, nodes->seq.items[i], &view->nodes[i]);
    }
    *ret_view = view;
    return 0;
}

const NodeView *stack_view_find(const StackView *view, Str name)
{
    for (size_t i = 0; i < view->node_count; i++) {
        if (str_eq(view->nodes[i].name, name)) {
            return &view->nodes[i];
        }
    }
    return NULL;
}

static bool is_state(const NodeView *node, MachineState state)
{
    return str_eq(node->state, machine_state_name(state));
}

static ViewOutcome node_outcome(const NodeView *node, bool completed)
{
    bool ended_well = is_state(node, MACHINE_COMPLETED) ||
                      (is_state(node, MACHINE_EXITED) && node->exit_code == 0);
    if (is_state(node, MACHINE_FAILED) ||
        (is_state(node, MACHINE_UNHEALTHY) && !node->ever_ready)) {
        return VIEW_FAILED;
    }
    if (ended_well || (!completed && is_state(node, MACHINE_READY))) {
        return VIEW_READY;
    }
    return VIEW_UNDER_WAY;
}

/* What needs it waits in vain: it failed, or it has ended and nothing starts it again by itself. */
static bool is_lost(const NodeView *need)
{
    return is_state(need, MACHINE_EXITED) || node_outcome(need, false) == VIEW_FAILED;
}

static bool is_named(const NodeView *node, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq_cstr(node->name, names[i])) {
            return true;
        }
    }
    return false;
}

/* A node that one of those asked for waits for, directly or through others, counts as well. */
ViewOutcome stack_view_outcome(
    const StackView *view,
    const char *const *names,
    size_t name_count,
    bool completed,
    const NodeView **ret_node
)
{
    ViewOutcome outcome = VIEW_READY;
    for (size_t i = 0; i < view->node_count; i++) {
        const NodeView *node = &view->nodes[i];
        bool is_asked = name_count ? is_named(node, names, name_count) : node->selected;
        ViewOutcome own = is_asked ? node_outcome(node, completed) : VIEW_READY;
        for (size_t k = 0; is_asked && k < node->waiting_count; k++) {
            const NodeView *need = stack_view_find(view, node->waiting_for[k].name);
            if (need && is_lost(need)) {
                *ret_node = need;
                return VIEW_FAILED;
            }
        }
        if (own == VIEW_FAILED) {
            *ret_node = node;
            return VIEW_FAILED;
        }
        outcome = own == VIEW_UNDER_WAY ? own : outcome;
    }
    return outcome;
}

Str node_view_exit(Arena *arena, const NodeView *node)
{
    if (node->exit_signal > 0) {
        return str_printf(
            arena,
            "signal %d (%s)",
            (int) node->exit_signal,
            sigdescr_np((int) node->exit_signal) ? sigdescr_np((int) node->exit_signal) : "?"
        );
    }
    return str_printf(arena, "exit code %d", (int) node->exit_code);
}
