/* Help texts and man pages, all from the command tables. */
#include "base/mem.h"

#include "cli/internal.h"

static const char overview_head[] =
    "slipway runs, renders, audits and ships a platform from one catalog.\n"
    "\n"
    "Usage: slipway [GLOBAL FLAGS] COMMAND [FLAGS] [ARGUMENTS]\n";

static const char exit_codes[] =
    "0 fine; 1 findings, differences, invalid input, a failed build; 2 usage; 3 the environment; 4 "
    "a service "
    "failed; 5 a wait timed out; 70 a bug of slipway; 130 interrupted.";

static void flag_left(StrBuf *out, const CliFlag *flag)
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

static void flag_values(StrBuf *out, const CliFlag *flag)
{
    if (flag->type != CLI_ENUM || !flag->values) {
        return;
    }
    strbuf_add_cstr(out, ": ");
    for (size_t i = 0; flag->values[i]; i++) {
        strbuf_addf(out, "%s%s", i ? "|" : "", flag->values[i]);
    }
}

static void help_flags(StrBuf *out, const CliFlag *flags)
{
    enum { LEFT_COLUMNS = 32 };
    for (const CliFlag *flag = flags; flag && flag->name; flag++) {
        strbuf_add_cstr(out, "  ");
        size_t start = out->len;
        flag_left(out, flag);
        size_t width = out->len - start;
        strbuf_add_repeat(out, ' ', width < LEFT_COLUMNS ? LEFT_COLUMNS - width : 1);
        strbuf_add_cstr(out, flag->help);
        flag_values(out, flag);
        strbuf_add_char(out, '\n');
    }
}

static void heading(StrBuf *out, const char *text, bool color)
{
    strbuf_addf(out, "\n%s%s%s\n", cli_sgr(color, "1"), text, cli_sgr(color, "0"));
}

static void command_list(StrBuf *out, const Command *const *commands)
{
    for (; *commands; commands++) {
        if (!(*commands)->is_hidden) {
            strbuf_addf(out, "  %-12s  %s\n", (*commands)->name, (*commands)->summary);
        }
    }
}

void help_overview(StrBuf *out, const Command *const *commands, bool color)
{
    strbuf_add_cstr(out, overview_head);
    heading(out, "Commands:", color);
    command_list(out, commands);
    heading(out, "Global flags (before the command):", color);
    help_flags(out, cli_global_flags);
    strbuf_addf(
        out,
        "\nEvery flag --some-flag may be given as SLIPWAY_SOME_FLAG. Exit codes: %s\n",
        exit_codes
    );
    strbuf_add_cstr(out, "slipway help COMMAND tells more about one.\n");
}

static void usage_line(StrBuf *out, const Command *command, const char *path)
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

void help_command(StrBuf *out, const Command *command, const char *path, bool color)
{
    strbuf_addf(out, "%s\n\nUsage: ", command->summary);
    usage_line(out, command, path);
    strbuf_add_char(out, '\n');
    if (command->description) {
        strbuf_addf(out, "\n%s\n", command->description);
    }
    if (command->subcommands) {
        heading(out, "Commands:", color);
        command_list(out, command->subcommands);
    }
    if (command->flags) {
        heading(out, "Flags:", color);
        help_flags(out, command->flags);
    }
    if (command->examples) {
        heading(out, "Examples:", color);
        help_examples(out, command->examples);
    }
}

/* man(7): a leading dot or quote and every backslash and dash need care. */
static void man_text(StrBuf *out, Str text)
{
    bool at_line_start = true;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (at_line_start && (c == '.' || c == '\'')) {
            strbuf_add_cstr(out, "\\&");
        }
        if (c == '\\') {
            strbuf_add_cstr(out, "\\e");
        } else if (c == '-') {
            strbuf_add_cstr(out, "\\-");
        } else {
            strbuf_add_char(out, c);
        }
        at_line_start = c == '\n';
    }
}

static void man_section(StrBuf *out, const char *title, const char *text)
{
    if (!text) {
        return;
    }
    strbuf_addf(out, ".SH %s\n", title);
    Str rest = str_from(text);
    for (Str line; str_next_line(&rest, &line);) {
        if (line.len == 0) {
            strbuf_add_cstr(out, ".PP\n");
            continue;
        }
        man_text(out, line);
        strbuf_add_char(out, '\n');
    }
}

static void man_flags(StrBuf *out, const char *title, const CliFlag *flags)
{
    if (!flags) {
        return;
    }
    strbuf_addf(out, ".SH %s\n", title);
    for (const CliFlag *flag = flags; flag->name; flag++) {
        auto_strbuf StrBuf left = STRBUF_INIT;
        flag_left(&left, flag);
        strbuf_add_cstr(out, ".TP\n\\fB");
        man_text(out, str_trim(strbuf_str(&left)));
        strbuf_add_cstr(out, "\\fR\n");
        man_text(out, str_from(flag->help));
        flag_values(out, flag);
        strbuf_add_char(out, '\n');
    }
}

static void man_head(StrBuf *out, Str title, const char *summary)
{
    strbuf_addf(out, ".TH \"%" STR_FMT "\" 1\n.SH NAME\n", STR_ARG(title));
    man_text(out, title);
    strbuf_add_cstr(out, " \\- ");
    man_text(out, str_from(summary));
    strbuf_add_char(out, '\n');
}

static Str man_title(Arena *arena, const char *path)
{
    return str_replace(arena, str_printf(arena, "slipway-%s", path), STR(" "), STR("-"));
}

void help_man_overview(StrBuf *out, const Command *const *commands)
{
    auto_arena Arena *arena = arena_new(0);
    man_head(out, STR("slipway"), "run, render, audit and ship a platform from one catalog");
    man_section(out, "SYNOPSIS", "slipway [GLOBAL FLAGS] COMMAND [FLAGS] [ARGUMENTS]");
    strbuf_add_cstr(out, ".SH COMMANDS\n");
    for (; *commands; commands++) {
        if (!(*commands)->is_hidden) {
            strbuf_add_cstr(out, ".TP\n\\fB");
            man_text(out, man_title(arena, (*commands)->name));
            strbuf_add_cstr(out, "\\fR(1)\n");
            man_text(out, str_from((*commands)->summary));
            strbuf_add_char(out, '\n');
        }
    }
    man_flags(out, "GLOBAL OPTIONS", cli_global_flags);
    man_section(out, "EXIT STATUS", exit_codes);
}

void help_man_page(StrBuf *out, const Command *command, const char *path)
{
    auto_arena Arena *arena = arena_new(0);
    auto_strbuf StrBuf usage = STRBUF_INIT;
    usage_line(&usage, command, path);
    man_head(out, man_title(arena, path), command->summary);
    man_section(out, "SYNOPSIS", usage.ptr);
    man_section(out, "DESCRIPTION", command->description ? command->description : command->summary);
    man_flags(out, "OPTIONS", command->flags);
    man_flags(out, "GLOBAL OPTIONS", cli_global_flags);
    if (command->examples) {
        strbuf_add_cstr(out, ".SH EXAMPLES\n.nf\n");
        man_text(out, str_from(command->examples));
        strbuf_add_cstr(out, "\n.fi\n");
    }
    man_section(out, "EXIT STATUS", exit_codes);
}

ExitCode cli_help(Cli *cli, const Command *const *commands, bool man_page)
{
    StrBuf out = STRBUF_ON_ARENA(cli->arena);
    if (cli->arg_count == 0) {
        if (man_page) {
            help_man_overview(&out, commands);
        } else {
            help_overview(&out, commands, cli->color_out);
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
            cli_errorf(cli, "there is no command \"%s\"; slipway help lists them", cli->args[i]);
            return EXIT_USAGE;
        }
        strbuf_addf(&path, "%s%s", i ? " " : "", cli->args[i]);
    }
    if (man_page) {
        help_man_page(&out, command, path.ptr);
    } else {
        help_command(&out, command, path.ptr, cli->color_out);
    }
    cli_print(cli, strbuf_str(&out));
    return EXIT_OK;
}
