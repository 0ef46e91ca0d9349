#include "stack/why.h"

#include "base/clock.h"

enum { DEPTH_MOST = 16 };

void add_age(StrBuf *out, int64_t since_us, int64_t now_us)
{
    int64_t seconds = since_us > 0 && now_us > since_us ? (now_us - since_us) / US_PER_S : 0;
    if (seconds < 120) {
        strbuf_addf(out, "%d s", (int) seconds);
    } else if (seconds < 120 * 60) {
        strbuf_addf(out, "%d min", (int) (seconds / 60));
    } else if (seconds < 48 * 3600) {
        strbuf_addf(out, "%d h", (int) (seconds / 3600));
    } else {
        strbuf_addf(out, "%d d", (int) (seconds / 86400));
    }
}

static bool is_running(const NodeView *node)
{
    return node->pid > 0;
}

static void add_headline(StrBuf *out, const NodeView *node, const WhyOptions *options)
{
    const char *bold = options->color ? "\x1b[1m" : "", *plain = options->color ? "\x1b[0m" : "";
    strbuf_addf(
        out, "%s%" STR_FMT "%s is %" STR_FMT, bold, STR_ARG(node->name), plain, STR_ARG(node->state)
    );
    if (node->since_us > 0 && options->is_live) {
        strbuf_add_cstr(out, " for ");
        add_age(out, node->since_us, options->now_us);
    }
    if (node->reason.len > 0) {
        strbuf_addf(out, ": %" STR_FMT, STR_ARG(node->reason));
    }
    strbuf_add_char(out, '\n');
}

static void add_probe(StrBuf *out, const NodeView *node, const WhyOptions *options)
{
    const ProbeView *probe = &node->probe;
    if (probe->kind.len == 0 || !is_running(node)) {
        return;
    }
    strbuf_addf(
        out, "probe %" STR_FMT " %" STR_FMT ": ", STR_ARG(probe->kind), STR_ARG(probe->target)
    );
    if (probe->at_us == 0) {
        strbuf_add_cstr(out, "not asked yet\n");
        return;
    }
    strbuf_add(out, probe->answer.len ? probe->answer : STR("no answer"));
    strbuf_add_cstr(out, " (");
    add_age(out, probe->at_us, options->now_us);
    strbuf_add_cstr(out, " ago");
    if (!probe->ok) {
        strbuf_addf(out, "; bad %d times in a row, for ", (int) probe->failures);
        add_age(out, probe->since_us, options->now_us);
    }
    strbuf_add_cstr(out, ")\n");
}

static void add_exit(StrBuf *out, const NodeView *node, const WhyOptions *options)
{
    if (!node->has_exit) {
        return;
    }
    auto_arena Arena *arena = arena_new(0);
    Str end = node_view_exit(arena, node);
    strbuf_addf(out, "last exit: %" STR_FMT ", ", STR_ARG(end));
    add_age(out, node->exited_us, options->now_us);
    strbuf_add_cstr(out, " ago; started ");
    if (node->run == 1) {
        strbuf_add_cstr(out, "once");
    } else {
        strbuf_addf(out, "%d times", (int) node->run);
    }
    if (node->restarts > 0) {
        strbuf_addf(out, ", %d of them by the restart policy", (int) node->restarts);
    }
    strbuf_add_char(out, '\n');
    if (node->retry_us > options->now_us) {
        strbuf_add_cstr(out, "starts again in ");
        add_age(out, options->now_us, node->retry_us);
        strbuf_add_char(out, '\n');
    }
}

static void add_lines(StrBuf *out, const char *before, const WhyLines *lines)
{
    vec_foreach(line, lines) {
        strbuf_addf(out, "%s%" STR_FMT "\n", before, STR_ARG(*line));
    }
}

static void add_log(StrBuf *out, const WhyNode *facts)
{
    if (facts->last_words.len == 0) {
        return;
    }
    Str name = facts->node->name;
    strbuf_addf(out, "its last words (slipway logs %" STR_FMT "):\n", STR_ARG(name));
    add_lines(out, "  | ", &facts->last_words);
    if (facts->warnings.len > 0) {
        strbuf_add_cstr(out, "it also warned:\n");
        add_lines(out, "  | ", &facts->warnings);
    }
}

/* ---- the chain ---- */

typedef struct Told {
    const NodeView *nodes[DEPTH_MOST];
    size_t len;
} Told;

static bool is_told(const Told *told, const NodeView *node)
{
    for (size_t i = 0; i < told->len; i++) {
        if (told->nodes[i] == node) {
            return true;
        }
    }
    return false;
}

static void indent_from(StrBuf *out, size_t start, unsigned columns)
{
    for (size_t at = start; columns > 0 && at < out->len; at++) {
        if (at == start || out->ptr[at - 1] == '\n') {
            for (unsigned i = 0; i < columns; i++) {
                strbuf_insert(out, at, STR(" "));
            }
            at += columns;
        }
    }
}

static void tell(
    StrBuf *out, const StackView *view, const NodeView *node, const WhyOptions *options, Told *told
)
{
    if (is_told(told, node) || told->len == DEPTH_MOST) {
        return;
    }
    auto_arena Arena *arena = arena_new(0);
    WhyNode facts;
    told->nodes[told->len++] = node;
    why_look(arena, node, options, &facts);
    add_headline(out, node, options);
    size_t start = out->len;
    if (node->progress.len > 0) {
        strbuf_addf(out, "doing: %" STR_FMT "\n", STR_ARG(node->progress));
    }
    add_probe(out, node, options);
    add_exit(out, node, options);
    add_lines(out, "", &facts.port_owners);
    add_log(out, &facts);
    for (size_t i = 0; i < node->waiting_count; i++) {
        strbuf_addf(
            out,
            "waits for %" STR_FMT ", which is %" STR_FMT "\n",
            STR_ARG(node->waiting_for[i].name),
            STR_ARG(node->waiting_for[i].state)
        );
    }
    indent_from(out, start, 2);
    for (size_t i = 0; i < node->waiting_count; i++) {
        const NodeView *need = stack_view_find(view, node->waiting_for[i].name);
        if (need) {
            tell(out, view, need, options, told);
        }
    }
}

void why_node(StrBuf *out, const StackView *view, const NodeView *node, const WhyOptions *options)
{
    Told told = { 0 };
    tell(out, view, node, options, &told);
}

bool why_stack(StrBuf *out, const StackView *view, const WhyOptions *options)
{
    Told told = { 0 };
    bool any = false;
    for (size_t i = 0; i < view->node_count; i++) {
        const NodeView *node = &view->nodes[i];
        if (node->selected && !why_is_well(node)) {
            any = true;
            tell(out, view, node, options, &told);
        }
    }
    if (!any) {
        strbuf_add_cstr(
            out, options->is_live ? "every service is as it should be\n" : "nothing went wrong\n"
        );
    }
    return any;
}

/* ---- as JSON ---- */

static void write_lines(JsonWriter *writer, const char *key, const WhyLines *lines)
{
    json_key(writer, key);
    json_begin_array(writer);
    vec_foreach(line, lines) {
        json_string(writer, *line);
    }
    json_end_array(writer);
}

static void write_node(
    JsonWriter *writer,
    const StackView *view,
    const NodeView *node,
    const WhyOptions *options,
    Told *told
)
{
    if (is_told(told, node) || told->len == DEPTH_MOST) {
        return;
    }
    auto_arena Arena *arena = arena_new(0);
    WhyNode facts;
    told->nodes[told->len++] = node;
    why_look(arena, node, options, &facts);
    json_begin_object(writer);
    json_key(writer, "node");
    node_view_write(writer, node);
    write_lines(writer, "port_owners", &facts.port_owners);
    write_lines(writer, "last_words", &facts.last_words);
    write_lines(writer, "warnings", &facts.warnings);
    json_end_object(writer);
    for (size_t i = 0; i < node->waiting_count; i++) {
        const NodeView *need = stack_view_find(view, node->waiting_for[i].name);
        if (need) {
            write_node(writer, view, need, options, told);
        }
    }
}

void why_write(
    JsonWriter *writer,
    const StackView *view,
    const char *const *names,
    size_t name_count,
    const WhyOptions *options
)
{
    Told told = { 0 };
    json_begin_array(writer);
    for (size_t i = 0; i < name_count; i++) {
        write_node(writer, view, stack_view_find(view, str_from(names[i])), options, &told);
    }
    for (size_t i = 0; i < view->node_count && name_count == 0; i++) {
        const NodeView *node = &view->nodes[i];
        if (node->selected && !why_is_well(node)) {
            write_node(writer, view, node, options, &told);
        }
    }
    json_end_array(writer);
}
