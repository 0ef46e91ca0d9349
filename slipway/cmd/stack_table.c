#include "base/clock.h"
#include "codec/json.h"

#include "cmd/stack_common.h"
#include "stack/why.h"

static const char *color_of(Str state)
{
    static const struct {
        const char *state, *codes;
    } colors[] = {
        { "ready", "32" },   { "completed", "32" }, { "running", "33" },  { "starting", "33" },
        { "waiting", "33" }, { "backoff", "33" },   { "stopping", "33" }, { "unhealthy", "31" },
        { "failed", "31" },  { "exited", "90" },    { "pending", "90" },
    };
    for (size_t i = 0; i < sizeof colors / sizeof colors[0]; i++) {
        if (str_eq_cstr(state, colors[i].state)) {
            return colors[i].codes;
        }
    }
    return "0";
}

static Str state_cell(const Cli *cli, const NodeView *node)
{
    return str_printf(
        cli->arena,
        "%s%" STR_FMT "%s",
        cli_sgr(cli->color_out, color_of(node->state)),
        STR_ARG(node->state),
        cli_sgr(cli->color_out, "0")
    );
}

static Str since_cell(const Cli *cli, const NodeView *node)
{
    StrBuf text = STRBUF_ON_ARENA(cli->arena);
    if (node->since_us > 0) {
        add_age(&text, node->since_us, clock_utc_us());
    }
    return strbuf_str(&text);
}

static Str ports_cell(const Cli *cli, const NodeView *node)
{
    StrBuf text = STRBUF_ON_ARENA(cli->arena);
    for (size_t i = 0; i < node->port_count; i++) {
        strbuf_addf(
            &text,
            "%s%" STR_FMT ":%d",
            i ? " " : "",
            STR_ARG(node->ports[i].name),
            (int) node->ports[i].port
        );
    }
    return strbuf_str(&text);
}

static Str memory_cell(const Cli *cli, const NodeView *node)
{
    if (node->pid == 0) {
        return STR("");
    }
    return str_printf(
        cli->arena, "%.1f%% %.1f MB", node->cpu_percent, (double) node->rss_bytes / 1e6
    );
}

static Str note_cell(const Cli *cli, const NodeView *node)
{
    StrBuf text = STRBUF_ON_ARENA(cli->arena);
    for (size_t i = 0; i < node->waiting_count; i++) {
        strbuf_addf(
            &text,
            "%s%" STR_FMT " (%" STR_FMT ")",
            i ? ", " : "waits for ",
            STR_ARG(node->waiting_for[i].name),
            STR_ARG(node->waiting_for[i].state)
        );
    }
    if (text.len == 0 && node->progress.len > 0) {
        return node->progress;
    }
    if (text.len == 0 && node->reason.len == 0 && node->version.len > 0) {
        return str_printf(cli->arena, "version %" STR_FMT, STR_ARG(node->version));
    }
    return text.len > 0 ? strbuf_str(&text) : node->reason;
}

static void print_table(Cli *cli, const StackView *view)
{
    static const char *const heads[] = { "NAME",     "KIND",  "STATE",      "FOR",
                                         "RESTARTS", "PORTS", "CPU MEMORY", "NOTE" };
    CliTable table = { .arena = cli->arena, .columns = sizeof heads / sizeof heads[0] };
    for (size_t i = 0; i < table.columns; i++) {
        cli_table_add(&table, str_from(heads[i]));
    }
    for (size_t i = 0; i < view->node_count; i++) {
        const NodeView *node = &view->nodes[i];
        cli_table_add(&table, node->name);
        cli_table_add(&table, node->kind);
        cli_table_add(&table, state_cell(cli, node));
        cli_table_add(&table, since_cell(cli, node));
        cli_table_add(&table, str_printf(cli->arena, "%d", (int) node->restarts));
        cli_table_add(&table, ports_cell(cli, node));
        cli_table_add(&table, memory_cell(cli, node));
        cli_table_add(&table, note_cell(cli, node));
    }
    StrBuf out = STRBUF_ON_ARENA(cli->arena);
    cli_table_render(&table, &out);
    cli_print(cli, strbuf_str(&out));
}

ExitCode stack_print(Cli *cli, const StackView *view, int format)
{
    if (format == CLI_TEXT) {
        print_table(cli, view);
        return EXIT_OK;
    }
    StrBuf json = STRBUF_ON_ARENA(cli->arena);
    JsonWriter writer = json_writer(&json, 0);
    json_begin_array(&writer);
    for (size_t i = 0; i < view->node_count; i++) {
        node_view_write(&writer, &view->nodes[i]);
    }
    json_end_array(&writer);
    return cli_print_json(cli, strbuf_str(&json), format);
}
