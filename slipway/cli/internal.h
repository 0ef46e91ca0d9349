/* What the files of cli/ share. */
#pragma once

#include "codec/decode.h"

#include "cli/cli.h"

/* How one argv is read: flags of `flags` are decoded into `options`, the rest is collected. */
typedef struct FlagParse {
    Arena *arena;
    const CliFlag *flags;
    void *options;
    bool stop_at_operand; /* the global flags end where the command begins */
    VEC(const char *) operands;
    const char *const *rest; /* behind "--" */
    size_t rest_count;
    int consumed; /* argv entries read */
    bool help;    /* -h or --help was there */
} FlagParse;

/* The SLIPWAY_ variables of the table; the command line is read after and wins. -EINVAL names the
 * variable. */
int flags_from_environment(FlagParse *parse, Error *err);
int flags_parse(FlagParse *parse, int argc, const char *const *argv, Error *err);
const CliFlag *flag_by_name(const CliFlag *flags, Str name);
/* "SLIPWAY_LOAD_RESTRICTOR" for "load-restrictor". */
char *flag_variable(Arena *arena, const CliFlag *flag);

extern const CliFlag cli_global_flags[];

/* The subcommand or command of that name, or NULL. */
const Command *command_by_name(const Command *const *commands, Str name);
DecodeStrings command_names(Arena *arena, const Command *const *commands);

/* ---- help.c ---- */
void help_overview(StrBuf *out, const Command *const *commands, const Cli *cli);
/* `path` is how the command is called, e.g. "kustomize build". */
void help_command(StrBuf *out, const Command *command, const char *path, const Cli *cli);
/* Adds the words of `text`, each line up to `width` columns; lines begin at `indent`, the first where
 * the text in `out` ends when that is further. */
void help_wrap(StrBuf *out, Str text, size_t indent, size_t width);
extern const char help_exit_codes[];
/* "-o, --output FORMAT"; ": text|json" behind what it does. */
void help_flag_left(StrBuf *out, const CliFlag *flag);
void help_flag_values(StrBuf *out, const CliFlag *flag);
void help_usage_line(StrBuf *out, const Command *command, const char *path);

/* ---- man.c ---- */
/* slipway(1). */
void help_man_overview(StrBuf *out, const Command *const *commands);
void help_man_page(StrBuf *out, const Command *command, const char *path);
