/* Man pages, from the same tables as the help texts. */
#include "base/mem.h"

#include "cli/internal.h"

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
        help_flag_left(&left, flag);
        strbuf_add_cstr(out, ".TP\n\\fB");
        man_text(out, str_trim(strbuf_str(&left)));
        strbuf_add_cstr(out, "\\fR\n");
        man_text(out, str_from(flag->help));
        help_flag_values(out, flag);
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
    man_section(out, "EXIT STATUS", help_exit_codes);
}

void help_man_page(StrBuf *out, const Command *command, const char *path)
{
    auto_arena Arena *arena = arena_new(0);
    auto_strbuf StrBuf usage = STRBUF_INIT;
    help_usage_line(&usage, command, path);
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
    man_section(out, "EXIT STATUS", help_exit_codes);
}
