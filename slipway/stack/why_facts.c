#include "stack/log_line.h"
#include "stack/log_read.h"
#include "stack/ports.h"
#include "stack/why.h"

enum { LOG_LINES = 5, WARNING_LINES = 3, LINE_SHOWN = 400 };

static bool is_state(const NodeView *node, MachineState state)
{
    return str_eq(node->state, machine_state_name(state));
}

bool why_is_well(const NodeView *node)
{
    return is_state(node, MACHINE_READY) || is_state(node, MACHINE_COMPLETED) ||
           is_state(node, MACHINE_PENDING) || is_state(node, MACHINE_EXITED);
}

/* Of the ports that should be the node's and aren't. */
static void find_port_owners(Arena *arena, const NodeView *node, WhyLines *ret_owners)
{
    for (size_t i = 0; i < node->port_count; i++) {
        PortOwner owner;
        ProcQuery own = { .session = (pid_t) node->pid, .ancestor = (pid_t) node->pid };
        uint64_t known = 0;
        bool is_own = node->pid > 0 && port_belongs_to(node->ports[i].port, &own, &known);
        if (!is_own && port_find_owner(arena, node->ports[i].port, &owner)) {
            vec_push(ret_owners, arena, port_describe(arena, &owner));
        }
    }
}

/* ---- the log ---- */

/* Which lines are shown. */
typedef enum LogKind { LINES_OF_ERRORS, LINES_OF_WARNINGS, LINES_OF_ANY_KIND } LogKind;

typedef struct LogPick {
    Arena *arena;   /* of the lines */
    Arena *scratch; /* of one record */
    unsigned run;   /* only of the last run */
    LogKind kind;
    WhyLines *lines;
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
    arena_clear(pick->scratch);
    LogLine line;
    log_line_parse(pick->scratch, record->text, &line);
    if (pick->kind == LINES_OF_WARNINGS) {
        return line.has_level && line.level == LOG_WARN;
    }
    return line.has_level ? line.level >= LOG_ERROR : record->stream == LOG_STREAM_ERR;
}

static void add_log_line(void *arg, Str node, const LogRecord *record)
{
    (void) node;
    LogPick *pick = arg;
    arena_clear(pick->scratch);
    StrBuf shown = STRBUF_ON_ARENA(pick->arena);
    LogLine line;
    log_line_parse(pick->scratch, record->text, &line);
    log_line_render(&shown, &line, false);
    if (shown.len > LINE_SHOWN) {
        strbuf_truncate(&shown, LINE_SHOWN);
        strbuf_add_cstr(&shown, "…");
    }
    vec_push(pick->lines, pick->arena, strbuf_str(&shown));
}

typedef struct Pick {
    LogKind kind;
    size_t most;
} Pick;

static void pick_lines(
    Arena *arena, const NodeView *node, const WhyOptions *options, Pick what, WhyLines *ret_lines
)
{
    auto_arena Arena *scratch = arena_new(0);
    LogPick pick = { .arena = arena,
                     .scratch = scratch,
                     .run = (unsigned) node->run,
                     .kind = what.kind,
                     .lines = ret_lines };
    LogQuery query = { .last = what.most, .wants = is_wanted_line, .arg = &pick };
    LogReader *reader = log_reader_new(options->place->log_dir, &node->name, 1);
    log_reader_read(reader, &query, add_log_line, &pick);
    log_reader_free(reader);
}

void why_look(Arena *arena, const NodeView *node, const WhyOptions *options, WhyNode *ret_facts)
{
    size_t most = options->log_lines ? options->log_lines : LOG_LINES;
    WhyNode facts = { .node = node };
    if (options->is_live && !why_is_well(node)) {
        find_port_owners(arena, node, &facts.port_owners);
    }
    if (!why_is_well(node) && node->run > 0) {
        pick_lines(arena, node, options, (Pick) { LINES_OF_ERRORS, most }, &facts.last_words);
        Pick rest = facts.last_words.len > 0 ? (Pick) { LINES_OF_WARNINGS, WARNING_LINES }
                                             : (Pick) { LINES_OF_ANY_KIND, most };
        WhyLines *lines = facts.last_words.len > 0 ? &facts.warnings : &facts.last_words;
        pick_lines(arena, node, options, rest, lines);
    }
    *ret_facts = facts;
}
