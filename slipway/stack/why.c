#include "stack/why.h"

#include "base/clock.h"

#include "stack/log_line.h"
#include "stack/log_read.h"
#include "stack/ports.h"

enum { LOG_LINES = 5, WARNING_LINES = 3, DEPTH_MOST = 16, LINE_SHOWN = 400 };

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

static bool is_state(const NodeView *node, MachineState state)
{
    return str_eq(node->state, machine_state_name(state));
}

static bool is_well(const NodeView *node)
{
    return is_state(node, MACHINE_READY) || is_state(node, MACHINE_COMPLETED) ||
           is_state(node, MACHINE_PENDING) || is_state(node, MACHINE_EXITED);
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
    strbuf_addf(out, " ago; started %d times", (int) node->run);
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

/* A port that should be the node's and isn't. */
static void add_port_owners(StrBuf *out, const NodeView *node)
{
    auto_arena Arena *arena = arena_new(0);
    for (size_t i = 0; i < node->port_count && !is_well(node); i++) {
        PortOwner owner;
        ProcQuery own = { .session = (pid_t) node->pid, .ancestor = (pid_t) node->pid };
        uint64_t known = 0;
        bool is_own = node->pid > 0 && port_belongs_to(node->ports[i].port, &own, &known);
        if (!is_own && port_find_owner(arena, node->ports[i].port, &owner)) {
            strbuf_add(out, port_describe(arena, &owner));
            strbuf_add_char(out, '\n');
        }
    }
}

/* ---- the log ---- */

/* Which lines are shown. */
typedef enum LogKind { LINES_OF_ERRORS, LINES_OF_WARNINGS, LINES_OF_ANY_KIND } LogKind;

typedef struct LogPick {
    Arena *arena;
    unsigned run; /* only of the last run */
    LogKind kind;
    StrBuf *out;
    size_t count;
} LogPick;

static bool is_wanted_line(void *arg, Str node, const LogRecord *record)
{
    (void) node;
    LogPick *pick = arg;
    if (record->run != pick->run || record->stream == LOG_STREAM_SLIPWAY) {
        return false;
    }
    if (pick->kind == LINES_OF_ANY_KIND) {
        return true;
    }
    arena_clear(pick->arena);
    LogLine line;
    log_line_parse(pick->arena, record->text, &line);
    if (pick->kind == LINES_OF_WARNINGS) {
        return line.has_level && line.level == LOG_WARN;
    }
    return line.has_level ? line.level >= LOG_ERROR : record->stream == LOG_STREAM_ERR;
}

static void add_log_line(void *arg, Str node, const LogRecord *record)
{
    (void) node;
    LogPick *pick = arg;
    arena_clear(pick->arena);
    LogLine line;
    log_line_parse(pick->arena, record->text, &line);
    strbuf_add_cstr(pick->out, "  | ");
    size_t start = pick->out->len;
    log_line_render(pick->out, &line, false);
    if (pick->out->len - start > LINE_SHOWN) {
        strbuf_truncate(pick->out, start + LINE_SHOWN);
        strbuf_add_cstr(pick->out, "…");
    }
    strbuf_add_char(pick->out, '\n');
    pick->count++;
}

static size_t
pick_lines(StrBuf *out, const NodeView *node, const WhyOptions *options, LogKind kind, size_t most)
{
    auto_arena Arena *arena = arena_new(0);
    LogPick pick = { .arena = arena, .run = (unsigned) node->run, .kind = kind, .out = out };
    LogQuery query = { .last = most, .wants = is_wanted_line, .arg = &pick };
    LogReader *reader = log_reader_new(options->place->log_dir, &node->name, 1);
    log_reader_read(reader, &query, add_log_line, &pick);
    log_reader_free(reader);
    return pick.count;
}

/* The last lines that look like errors, and what it warned of; where none does, the last lines. */
static void add_log(StrBuf *out, const NodeView *node, const WhyOptions *options)
{
    auto_strbuf StrBuf lines = STRBUF_INIT;
    auto_strbuf StrBuf warnings = STRBUF_INIT;
    size_t most = options->log_lines ? options->log_lines : LOG_LINES;
    if (pick_lines(&lines, node, options, LINES_OF_ERRORS, most) > 0) {
        pick_lines(&warnings, node, options, LINES_OF_WARNINGS, WARNING_LINES);
    } else if (pick_lines(&lines, node, options, LINES_OF_ANY_KIND, most) == 0) {
        return;
    }
    strbuf_addf(out, "its last words (slipway logs %" STR_FMT "):\n", STR_ARG(node->name));
    strbuf_add(out, strbuf_str(&lines));
    if (warnings.len > 0) {
        strbuf_add_cstr(out, "it also warned:\n");
        strbuf_add(out, strbuf_str(&warnings));
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
    told->nodes[told->len++] = node;
    add_headline(out, node, options);
    size_t start = out->len;
    if (node->progress.len > 0) {
        strbuf_addf(out, "doing: %" STR_FMT "\n", STR_ARG(node->progress));
    }
    add_probe(out, node, options);
    add_exit(out, node, options);
    if (options->is_live) {
        add_port_owners(out, node);
    }
    if (!is_well(node) && node->run > 0) {
        add_log(out, node, options);
    }
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
        if (node->selected && !is_well(node)) {
            any = true;
            tell(out, view, node, options, &told);
        }
    }
    if (!any) {
        strbuf_add_cstr(out, "every service is as it should be\n");
    }
    return any;
}
