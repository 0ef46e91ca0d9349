/* Cli: what every command gets: the global flags, its own decoded flags, and where to write.
 *
 * Data goes to stdout, status and progress to stderr. A command returns an ExitCode; it never calls
 * exit. Flags are decoded by table into the command's options struct; each long flag --some-flag
 * has the environment twin SLIPWAY_SOME_FLAG, the command line wins. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "codec/node.h"

typedef enum ExitCode {
    EXIT_OK = 0,
    EXIT_FINDINGS = 1, /* findings, differences, invalid input, a failed build */
    EXIT_USAGE = 2,
    EXIT_ENVIRONMENT = 3, /* a missing tool, a taken port, a refused connection */
    EXIT_SERVICE = 4,     /* a service failed */
    EXIT_TIMEOUT = 5,
    EXIT_BUG = 70,
    EXIT_INTERRUPTED = 130,
} ExitCode;

typedef enum CliFlagType {
    CLI_BOOL,     /* bool; --no-x is not implied */
    CLI_STRING,   /* const char * */
    CLI_STRINGS,  /* CliStrings, repeatable */
    CLI_INT,      /* int64_t */
    CLI_DURATION, /* int64_t ns: "30s", "5m"; a bare number is seconds */
    CLI_ENUM,     /* int: index into .values */
} CliFlagType;

typedef struct CliStrings {
    const char **ptr;
    size_t len;
} CliStrings;

typedef struct CliFlag {
    const char *name; /* long, without dashes */
    char letter;      /* short, or 0 */
    CliFlagType type;
    size_t offset;             /* into the options struct */
    const char *argument;      /* shown in help: "DURATION" */
    const char *help;          /* one sentence, no final stop */
    const char *const *values; /* ENUM and completion: NULL-terminated */
    const char *
        complete; /* what its value completes to: "file", "dir", "service", "environment" or NULL */
} CliFlag;

#define CLI_FLAG(Struct, member, flag_name, flag_letter, flag_type, ...) \
    { .name = (flag_name),                                               \
      .letter = (flag_letter),                                           \
      .type = (flag_type),                                               \
      .offset = offsetof(Struct, member),                                \
      __VA_ARGS__ }
#define CLI_FLAGS_END { 0 }

typedef enum CliColor { CLI_COLOR_AUTO, CLI_COLOR_ALWAYS, CLI_COLOR_NEVER } CliColor;
typedef enum CliFormat { CLI_TEXT, CLI_JSON, CLI_YAML } CliFormat;
extern const char *const cli_format_names[]; /* for CLI_ENUM flags named "output", letter 'o' */

typedef struct CliGlobals {
    CliStrings file;
    const char *directory;
    const char *environment;
    const char *project;
    CliStrings set;
    int color;
    bool quiet, verbose;
} CliGlobals;

typedef struct Cli {
    Arena *arena; /* of this command */
    CliGlobals globals;
    const struct Command *command;
    const char *const *args; /* operands, without flags */
    size_t arg_count;
    const char *const *rest; /* behind "--" where the command takes it, or NULL */
    size_t rest_count;
    bool color_out, color_err; /* decided from --color, NO_COLOR, CI and the terminal */
    bool is_terminal;          /* stderr is one: progress may be drawn */
    unsigned width;            /* columns of the terminal, 80 when it is none */
} Cli;

typedef struct Command {
    const char *name;
    const char *summary;     /* one line for the list */
    const char *arguments;   /* "[SERVICE…]" or NULL: takes none */
    const char *description; /* paragraphs, for --help and the man page */
    const char *examples;    /* lines "command  # what for" */
    const CliFlag *flags;    /* NULL: none */
    size_t options_size;
    const void *defaults; /* initial options, or NULL: zeroed */
    size_t max_args;      /* SIZE_MAX: any number */
    const char *complete; /* what operands complete to: "service", "file", "dir", "command", choices
                             such as "bash|zsh|fish", or NULL */
    const struct Command *const *subcommands; /* NULL-terminated; run is then not called */
    bool takes_rest; /* what stands behind "--" is in cli->rest; else these are operands too */
    bool is_hidden;
    bool is_raw; /* gets everything behind its name in args, no flags decoded (__shim) */
    ExitCode (*run)(Cli *cli, const void *options);
} Command;

/* Decodes argv and runs: the body of main. */
ExitCode cli_main(int argc, char **argv, const Command *const *commands);
/* The hidden command behind the shells' completion scripts; cli->args are the words so far. */
ExitCode cli_complete(Cli *cli, const Command *const *commands);
/* Help of the command that cli->args name (none: the overview), as text or as a man page. */
ExitCode cli_help(Cli *cli, const Command *const *commands, bool man_page);

/* --- output --- */
/* Writes all of it to stdout (or stderr); a closed pipe ends quietly. */
void cli_print(const Cli *cli, Str text);
void cli_printf(const Cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Status for people on stderr; not with --quiet. */
void cli_status(const Cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "slipway: error: …" on stderr, with the source line and caret where the error has a place. */
void cli_error(const Cli *cli, const Error *err);
void cli_errorf(const Cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "hint: …" on stderr. */
void cli_hint(const Cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Diagnostics as text on stderr, with a closing count; mere information only with --verbose. */
void cli_diags(const Cli *cli, DiagList *diags);
/* A tree as JSON or YAML on stdout. */
void cli_print_node(const Cli *cli, const Node *node, CliFormat format);

/* The same of a text that is JSON; `format` is a CliFormat. EXIT_BUG when it isn't. */
ExitCode cli_print_json(Cli *cli, Str json, int format);

/* SGR codes, empty where color is off: cli_sgr(cli->color_out, "1;31"). */
const char *cli_sgr(bool on, const char *codes);

/* Columns aligned by what is in them; cells may hold SGR sequences. */
typedef struct CliTable {
    Arena *arena;
    size_t columns;
    VEC(Str) cells;
} CliTable;
void cli_table_add(CliTable *table, Str cell);
void cli_table_render(const CliTable *table, StrBuf *out);

/* yes or no on the terminal; false without one. */
bool cli_confirm(const Cli *cli, const char *question);

/* --- the catalog, as most commands want it --- */
struct Catalog;
/* Loads by the global flags; diagnostics and errors are shown already; EXIT_OK or the code to
 * return. */
ExitCode cli_load_catalog(Cli *cli, struct Catalog **ret_catalog);
