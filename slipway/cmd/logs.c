#include <poll.h>

#include "base/clock.h"
#include "base/fs.h"
#include "codec/regex.h"

#include "cmd/log_printer.h"
#include "cmd/stack_common.h"
#include "commands.h"
#include "stack/log_line.h"
#include "stack/log_read.h"

typedef struct LogsOptions {
    bool follow, no_time;
    int64_t lines;
    int64_t since_ns;
    int level;
    const char *grep;
    int output;
} LogsOptions;

static const char *const level_names[] = { "debug", "info", "warn", "error", NULL };
static const char *const output_names[] = { "text", "json", NULL };

static const CliFlag flags[] = {
    CLI_FLAG(LogsOptions, follow, "follow", 'f', CLI_BOOL, .help = "Go on with what comes"),
    CLI_FLAG(
        LogsOptions, lines, "lines", 'n', CLI_INT, .argument = "N", .help = "Only the last N lines"
    ),
    CLI_FLAG(
        LogsOptions,
        since_ns,
        "since",
        0,
        CLI_DURATION,
        .argument = "DURATION",
        .help = "Only what is younger than this"
    ),
    CLI_FLAG(
        LogsOptions,
        level,
        "level",
        0,
        CLI_ENUM,
        .argument = "LEVEL",
        .values = level_names,
        .help = "Only lines of this level or above; those without a level count as info"
    ),
    CLI_FLAG(
        LogsOptions,
        grep,
        "grep",
        0,
        CLI_STRING,
        .argument = "REGEX",
        .help = "Only lines that match this regular expression (PCRE)"
    ),
    CLI_FLAG(LogsOptions, no_time, "no-time", 0, CLI_BOOL, .help = "Leave the time out"),
    CLI_FLAG(
        LogsOptions,
        output,
        "output",
        'o',
        CLI_ENUM,
        .argument = "FORMAT",
        .values = output_names,
        .help = "text, or one JSON object a line"
    ),
    CLI_FLAGS_END,
};

enum { LOOK_MS = 100, GATHERED_BYTES = 64 * 1024 };

typedef struct Logs {
    Cli *cli;
    const LogsOptions *options;
    const Str *nodes;
    size_t node_count;
    Regex *regex; /* NULL: every line */
    LogPrinter printer;
    Arena *scratch;
    StrBuf out;
} Logs;

static bool wants(void *arg, Str node, const LogRecord *record)
{
    (void) node;
    Logs *logs = arg;
    if (logs->regex && !regex_matches(logs->regex, record->text)) {
        return false;
    }
    if (logs->options->level > 0) {
        arena_clear(logs->scratch);
        LogLine line;
        log_line_parse(logs->scratch, record->text, &line);
        return (int) line.level >= logs->options->level;
    }
    return true;
}

static void print_gathered(Logs *logs)
{
    cli_print(logs->cli, strbuf_str(&logs->out));
    strbuf_clear(&logs->out);
}

static void visit(void *arg, Str node, const LogRecord *record)
{
    Logs *logs = arg;
    size_t index = 0;
    while (index + 1 < logs->node_count && !str_eq(logs->nodes[index], node)) {
        index++;
    }
    log_printer_add(&logs->printer, &logs->out, node, index, record);
    if (logs->out.len >= GATHERED_BYTES) {
        print_gathered(logs);
    }
}

/* The operands, or every node that has a log: also those that are gone from the catalog. */
static ExitCode choose_nodes(Cli *cli, const Place *place, Logs *logs)
{
    Str *known = NULL;
    size_t count = 0;
    Error err = ERROR_INIT;
    int rc = fs_list(cli->arena, str_to_cstr(cli->arena, place->log_dir), &known, &count, &err);
    if (rc < 0 && rc != -ENOENT) {
        cli_error(cli, &err);
        return EXIT_ENVIRONMENT;
    }
    logs->nodes = known;
    logs->node_count = count;
    if (cli->arg_count == 0) {
        return EXIT_OK;
    }
    Str *chosen = ARENA_ARRAY(cli->arena, Str, cli->arg_count);
    for (size_t i = 0; i < cli->arg_count; i++) {
        chosen[i] = str_from(cli->args[i]);
        bool is_known = false;
        for (size_t k = 0; k < count; k++) {
            is_known = is_known || str_eq(known[k], chosen[i]);
        }
        if (!is_known) {
            Str nearest = str_nearest(chosen[i], known, count);
            cli_errorf(cli, "no log of \"%s\"", cli->args[i]);
            if (nearest.len > 0) {
                cli_hint(cli, "did you mean \"%" STR_FMT "\"?", STR_ARG(nearest));
            }
            return EXIT_USAGE;
        }
    }
    logs->nodes = chosen;
    logs->node_count = cli->arg_count;
    return EXIT_OK;
}

static ExitCode read_regex(Cli *cli, const LogsOptions *options, Logs *logs)
{
    if (!options->grep) {
        return EXIT_OK;
    }
    Error err = ERROR_INIT;
    if (regex_compile(cli->arena, str_from(options->grep), false, &logs->regex, &err) < 0) {
        cli_errorf(cli, "--grep: %s", err.message);
        return EXIT_USAGE;
    }
    return EXIT_OK;
}

static void show(Cli *cli, const Place *place, Logs *logs)
{
    const LogsOptions *options = logs->options;
    for (size_t i = 0; i < logs->node_count; i++) {
        size_t len = logs->nodes[i].len;
        logs->printer.width = len > logs->printer.width ? len : logs->printer.width;
    }
    LogQuery query = {
        .since_us = options->since_ns > 0 ? clock_utc_us() - options->since_ns / 1000 : 0,
        .last = options->lines > 0 ? (size_t) options->lines : 0,
        .wants = wants,
        .arg = logs,
    };
    LogReader *reader = log_reader_new(place->log_dir, logs->nodes, logs->node_count);
    log_reader_read(reader, &query, visit, logs);
    print_gathered(logs);
    while (options->follow) {
        poll(NULL, 0, LOOK_MS);
        if (log_reader_follow(reader, &query, visit, logs) > 0) {
            print_gathered(logs);
        }
    }
    log_reader_free(reader);
    (void) cli;
}

static ExitCode run(Cli *cli, const void *opaque)
{
    Logs logs = { .cli = cli, .options = opaque, .scratch = arena_new(0) };
    Place place;
    logs.printer = (LogPrinter) { .color = cli->color_out,
                                  .json = logs.options->output == 1,
                                  .with_time = !logs.options->no_time,
                                  .scratch = arena_new(0) };
    ExitCode code = stack_place(cli, &place);
    code = code == EXIT_OK ? read_regex(cli, logs.options, &logs) : code;
    code = code == EXIT_OK ? choose_nodes(cli, &place, &logs) : code;
    if (code == EXIT_OK) {
        show(cli, &place, &logs);
    }
    strbuf_done(&logs.out);
    arena_free(logs.printer.scratch);
    arena_free(logs.scratch);
    return code;
}

const Command command_logs = {
    .name = "logs",
    .summary = "Show what services wrote, also of those that are gone",
    .arguments = "[SERVICE…]",
    .description =
        "Reads the stored logs, merged by time. JSON lines are shown as level, message and fields.",
    .examples = "slipway logs product -n 50 -f\n"
                "slipway logs --level error --since 10m\n"
                "slipway logs -o json --grep 'order-[0-9]+'",
    .flags = flags,
    .options_size = sizeof(LogsOptions),
    .max_args = SIZE_MAX,
    .complete = "service",
    .run = run,
};
