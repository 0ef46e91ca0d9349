#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fs.h"
#include "codec/json.h"
#include "codec/yaml.h"

#include "cli/internal.h"

static void write_to(int fd, Str text)
{
    int rc = fs_write_all(fd, text.ptr, text.len);
    if (rc == -EPIPE) { /* the reader has seen enough: end as other filters do */
        signal(SIGPIPE, SIG_DFL);
        raise(SIGPIPE);
    }
}

void cli_print(const Cli *cli, Str text)
{
    (void) cli;
    write_to(STDOUT_FILENO, text);
}

void cli_printf(const Cli *cli, const char *format, ...)
{
    auto_strbuf StrBuf line = STRBUF_INIT;
    va_list args;
    va_start(args, format);
    strbuf_vaddf(&line, format, args);
    va_end(args);
    cli_print(cli, strbuf_str(&line));
}

const char *cli_sgr(bool on, const char *codes)
{
    static const struct {
        const char *codes, *sequence;
    } known[] = {
        { "0", "\x1b[0m" },       { "1", "\x1b[1m" },       { "2", "\x1b[2m" },
        { "4", "\x1b[4m" },       { "31", "\x1b[31m" },     { "32", "\x1b[32m" },
        { "33", "\x1b[33m" },     { "34", "\x1b[34m" },     { "35", "\x1b[35m" },
        { "36", "\x1b[36m" },     { "90", "\x1b[90m" },     { "1;31", "\x1b[1;31m" },
        { "1;32", "\x1b[1;32m" }, { "1;33", "\x1b[1;33m" }, { "1;36", "\x1b[1;36m" },
    };
    for (size_t i = 0; on && i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(known[i].codes, codes) == 0) {
            return known[i].sequence;
        }
    }
    return "";
}

void cli_status(const Cli *cli, const char *format, ...)
{
    if (cli->globals.quiet) {
        return;
    }
    auto_strbuf StrBuf line = STRBUF_INIT;
    va_list args;
    va_start(args, format);
    strbuf_vaddf(&line, format, args);
    va_end(args);
    strbuf_add_char(&line, '\n');
    write_to(STDERR_FILENO, strbuf_str(&line));
}

/* Where the error lies in a file it is shown as a diagnostic, with the source line and a caret. */
void cli_error(const Cli *cli, const Error *err)
{
    auto_strbuf StrBuf out = STRBUF_INIT;
    if (span_is_known(err->span)) {
        Diag diag = { .severity = SEVERITY_ERROR,
                      .span = err->span,
                      .message = str_from(err->message) };
        diag_render_one(&out, &diag, &(DiagStyle) { .color = cli->color_err, .width = cli->width });
    } else {
        strbuf_addf(
            &out,
            "slipway: %serror:%s %s\n",
            cli_sgr(cli->color_err, "1;31"),
            cli_sgr(cli->color_err, "0"),
            err->message
        );
    }
    write_to(STDERR_FILENO, strbuf_str(&out));
}

void cli_errorf(const Cli *cli, const char *format, ...)
{
    Error err = ERROR_INIT;
    va_list args;
    va_start(args, format);
    error_vset(&err, -EINVAL, format, args);
    va_end(args);
    cli_error(cli, &err);
}

void cli_hint(const Cli *cli, const char *format, ...)
{
    auto_strbuf StrBuf out = STRBUF_INIT;
    strbuf_addf(&out, "%shint:%s ", cli_sgr(cli->color_err, "1;36"), cli_sgr(cli->color_err, "0"));
    va_list args;
    va_start(args, format);
    strbuf_vaddf(&out, format, args);
    va_end(args);
    strbuf_add_char(&out, '\n');
    write_to(STDERR_FILENO, strbuf_str(&out));
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

void cli_diags(const Cli *cli, DiagList *diags)
{
    size_t errors = diag_count(diags, SEVERITY_ERROR);
    size_t warnings = diag_count(diags, SEVERITY_WARN) - errors;
    DiagStyle style = { .color = cli->color_err, .width = cli->width };
    if (errors + warnings == 0 && !cli->globals.verbose) {
        return;
    }
    auto_strbuf StrBuf out = STRBUF_INIT;
    diag_sort(diags);
    vec_foreach(diag, &diags->diags) {
        if (diag->severity > SEVERITY_INFO || cli->globals.verbose) {
            diag_render_one(&out, diag, &style);
        }
    }
    strbuf_addf(
        &out, "%zu error%s, %zu warning%s\n", errors, plural(errors), warnings, plural(warnings)
    );
    write_to(STDERR_FILENO, strbuf_str(&out));
}

void cli_print_node(const Cli *cli, const Node *node, CliFormat format)
{
    auto_strbuf StrBuf out = STRBUF_INIT;
    if (format == CLI_YAML) {
        yaml_write(&out, node, &(YamlWriteOptions) { .ignore_styles = true });
    } else {
        JsonWriter writer = json_writer(&out, 2);
        json_node(&writer, node);
        strbuf_add_char(&out, '\n');
    }
    cli_print(cli, strbuf_str(&out));
}

ExitCode cli_print_json(Cli *cli, Str json, int format)
{
    Node *root = NULL;
    Error err = ERROR_INIT;
    if (json_read_str(cli->arena, json, NULL, &root, &err) < 0) {
        cli_error(cli, &err);
        return EXIT_BUG;
    }
    cli_print_node(cli, root, (CliFormat) format);
    return EXIT_OK;
}

bool cli_confirm(const Cli *cli, const char *question)
{
    (void) cli;
    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
        return false;
    }
    auto_strbuf StrBuf prompt = STRBUF_INIT;
    strbuf_addf(&prompt, "%s [y/N] ", question);
    write_to(STDERR_FILENO, strbuf_str(&prompt));
    char answer[16] = { 0 };
    ssize_t size = read(STDIN_FILENO, answer, sizeof(answer) - 1);
    return size > 0 && (answer[0] == 'y' || answer[0] == 'Y');
}
