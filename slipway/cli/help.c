/* Help texts, all from the command tables, wrapped to the width of the terminal. */
#include "base/mem.h"
#include "base/text.h"

#include "cli/internal.h"

/* FLAG_HELP: the column where what a flag does begins, COMMAND_HELP: where what a command does. Where
 * a narrow terminal leaves less than LEAST behind it, that stands on lines of its own, from UNDER on.
 * What is wider than WIDEST is hard to read. */
enum { FLAG_HELP = 34, COMMAND_HELP = 16, UNDER = 8, LEAST = 30, WIDEST = 100 };

static const char overview_head[] =
    "slipway runs, renders, audits and ships a platform from one catalog.\n"
    "\n"
    "Usage: slipway [GLOBAL FLAGS] COMMAND [FLAGS] [ARGUMENTS]\n";

const char help_exit_codes[] =
    "0 fine; 1 findings, differences, invalid input, a failed build; 2 usage; 3 the environment; "
    "4 a service failed; 5 a wait timed out; 70 a bug of slipway; 130 interrupted.";

/* ---- wrapping ---- */

static size_t column_of(const StrBuf *out)
{
    size_t start = out->len;
    while (start > 0 && out->ptr[start - 1] != '\n') {
        start--;
    }
    return utf8_width(str_make(out->ptr + start, out->len - start));
}

void help_wrap(StrBuf *out, Str text, size_t indent, size_t width)
{
    size_t most = width < indent + LEAST ? indent + LEAST : width;
    size_t column = column_of(out);
    bool is_first = true;
    for (Str word; str_next(&text, ' ', &word);) {
        if (word.len == 0) {
            continue;
        }
        size_t needed = utf8_width(word);
        if (!is_first && column + 1 + needed > most) {
            strbuf_add_char(out, '\n');
            column = 0;
            is_first = true;
        }
        if (is_first && column < indent) {
            strbuf_add_repeat(out, ' ', indent - column);
            column = indent;
        }
        if (!is_first) {
            strbuf_add_char(out, ' ');
            column++;
        }
        strbuf_add(out, word);
        column += needed;
        is_first = false;
    }
}

/* Paragraphs stand between empty lines; the ends of lines within them are nobody's but the source's.
 */
static void help_paragraphs(StrBuf *out, const char *text, size_t width)
{
    auto_strbuf StrBuf paragraph = STRBUF_INIT;
    Str rest = str_from(text);
    for (bool more = true; more;) {
        Str line = STR("");
        more = str_next_line(&rest, &line);
        if (line.len > 0) {
            strbuf_addf(&paragraph, "%" STR_FMT " ", STR_ARG(line));
            continue;
        }
        if (paragraph.len > 0) {
            strbuf_add_char(out, '\n');
            help_wrap(out, strbuf_str(&paragraph), 0, width);
            strbuf_add_char(out, '\n');
            strbuf_clear(&paragraph);
        }
    }
}

/* ---- the parts ---- */

void help_flag_left(StrBuf *out, const CliFlag *flag)
{
    if (flag->letter) {
        strbuf_addf(out, "-%c, ", flag->letter);
    } else {
        strbuf_add_cstr(out, "    ");
    }
    strbuf_addf(out, "--%s", flag->name);
    if (flag->type != CLI_BOOL) {
        strbuf_addf(out, " %s", flag->argument ? flag->argument : "VALUE");
    }
}

void help_flag_values(StrBuf *out, const CliFlag *flag)
{
    if (flag->type != CLI_ENUM || !flag->values) {
        return;
    }
    strbuf_add_cstr(out, ": ");
    for (size_t i = 0; flag->values[i]; i++) {
        strbuf_addf(out, "%s%s", i ? "|" : "", flag->values[i]);
    }
}

/* What was begun on this line, then `text` from a column on, or below it where there is no room. */
static void add_column(StrBuf *out, Str text, size_t column, size_t width)
{
    bool is_narrow = width < column + LEAST;
    size_t indent = is_narrow ? UNDER : column;
    if (is_narrow || column_of(out) + 2 > column) {
        strbuf_add_char(out, '\n');
    }
    help_wrap(out, text, indent, width);
    strbuf_add_char(out, '\n');
}

static void help_flags(StrBuf *out, const CliFlag *flags, size_t width)
{
    for (const CliFlag *flag = flags; flag && flag->name; flag++) {
        auto_strbuf StrBuf text = STRBUF_INIT;
        strbuf_add_cstr(out, "  ");
        help_flag_left(out, flag);
        strbuf_add_cstr(&text, flag->help);
        help_flag_values(&text, flag);
        add_column(out, strbuf_str(&text), FLAG_HELP, width);
    }
}

static void heading(StrBuf *out, const char *text, bool color)
{
    strbuf_addf(out, "\n%s%s%s\n", cli_sgr(color, "1"), text, cli_sgr(color, "0"));
}

static void command_list(StrBuf *out, const Command *const *commands, size_t width)
{
    for (; *commands; commands++) {
        if (!(*commands)->is_hidden) {
            strbuf_addf(out, "  %s", (*commands)->name);
            add_column(out, str_from((*commands)->summary), COMMAND_HELP, width);
        }
    }
}

static size_t width_of(const Cli *cli)
{
    return cli->width < WIDEST ? cli->width : WIDEST;
}

void help_overview(StrBuf *out, const Command *const *commands, const Cli *cli)
{
    size_t width = width_of(cli);
    strbuf_add_cstr(out, overview_head);
    heading(out, "Commands:", cli->color_out);
    command_list(out, commands, width);
    heading(out, "Global flags (before the command):", cli->color_out);
    help_flags(out, cli_global_flags, width);
    heading(out, "Exit codes:", cli->color_out);
    strbuf_add_cstr(out, "  ");
    help_wrap(out, str_from(help_exit_codes), 2, width);
    strbuf_add_cstr(out, "\n\n");
    Str more =
        STR("Every flag --some-flag may be given as SLIPWAY_SOME_FLAG. `slipway help COMMAND` "
            "tells more about one.");
    help_wrap(out, more, 0, width);
    strbuf_add_char(out, '\n');
}

void help_usage_line(StrBuf *out, const Command *command, const char *path)
{
    strbuf_addf(out, "slipway %s", path);
    if (command->subcommands) {
        strbuf_add_cstr(out, " COMMAND");
    }
    if (command->flags) {
        strbuf_add_cstr(out, " [FLAGS]");
    }
    if (command->arguments) {
        strbuf_addf(out, " %s", command->arguments);
    }
}

/* "command  # what for", a line each. */
static void help_examples(StrBuf *out, const char *examples)
{
    Str rest = str_from(examples);
    for (Str line; str_next_line(&rest, &line);) {
        strbuf_addf(out, "  %" STR_FMT "\n", STR_ARG(line));
    }
}

void help_command(StrBuf *out, const Command *command, const char *path, const Cli *cli)
{
    size_t width = width_of(cli);
    help_wrap(out, str_from(command->summary), 0, width);
    strbuf_add_cstr(out, "\n\nUsage: ");
    help_usage_line(out, command, path);
    strbuf_add_char(out, '\n');
    if (command->description) {
        help_paragraphs(out, command->description, width);
    }
    if (command->subcommands) {
        heading(out, "Commands:", cli->color_out);
        command_list(out, command->subcommands, width);
    }
    if (command->flags) {
        heading(out, "Flags:", cli->color_out);
        help_flags(out, command->flags, width);
    }
    if (command->examples) {
        heading(out, "Examples:", cli->color_out);
        help_examples(out, command->examples);
    }
}

static ExitCode no_such_command(Cli *cli, const Command *const *among, const char *name)
{
    DecodeStrings names = { 0 };
    if (among) {
        names = command_names(cli->arena, among);
    }
    Str near = str_nearest(str_from(name), names.ptr, names.len);
    if (near.len) {
        cli_errorf(
            cli, "there is no command \"%s\"; did you mean \"%" STR_FMT "\"?", name, STR_ARG(near)
        );
    } else {
        cli_errorf(cli, "there is no command \"%s\"; slipway help lists them", name);
    }
    return EXIT_USAGE;
}

ExitCode cli_help(Cli *cli, const Command *const *commands, bool man_page)
{
    StrBuf out = STRBUF_ON_ARENA(cli->arena);
    if (cli->arg_count == 0) {
        if (man_page) {
            help_man_overview(&out, commands);
        } else {
            help_overview(&out, commands, cli);
        }
        cli_print(cli, strbuf_str(&out));
        return EXIT_OK;
    }
    const Command *command = NULL;
    StrBuf path = STRBUF_ON_ARENA(cli->arena);
    for (size_t i = 0; i < cli->arg_count; i++) {
        const Command *const *among = command ? command->subcommands : commands;
        command = among ? command_by_name(among, str_from(cli->args[i])) : NULL;
        if (!command) {
            return no_such_command(cli, among, cli->args[i]);
        }
        strbuf_addf(&path, "%s%s", i ? " " : "", cli->args[i]);
    }
    if (man_page) {
        help_man_page(&out, command, path.ptr);
    } else {
        help_command(&out, command, path.ptr, cli);
    }
    cli_print(cli, strbuf_str(&out));
    return EXIT_OK;
}
