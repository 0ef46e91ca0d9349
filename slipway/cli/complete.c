/* Completion: the shells' scripts call `slipway __complete WORD…`, whose last word is the one being
 * typed, and take one candidate a line. Everything comes from the command tables and the catalog.
 */
#include <stdio.h>

#include "cli/internal.h"
#include "model/catalog.h"

typedef struct Completion {
    Cli *cli;
    StrBuf out;
    Str prefix;
} Completion;

static void candidate(Completion *completion, Str word)
{
    if (str_has_prefix(word, completion->prefix)) {
        strbuf_add(&completion->out, word);
        strbuf_add_char(&completion->out, '\n');
    }
}

static void candidate_commands(Completion *completion, const Command *const *commands)
{
    DecodeStrings names = command_names(completion->cli->arena, commands);
    for (size_t i = 0; i < names.len; i++) {
        candidate(completion, names.ptr[i]);
    }
}

static void candidate_flags(Completion *completion, const CliFlag *flags)
{
    for (; flags && flags->name; flags++) {
        candidate(completion, str_printf(completion->cli->arena, "--%s", flags->name));
    }
}

/* Names from the catalog; a broken catalog completes nothing and says nothing. */
static void candidate_names(Completion *completion, bool environments)
{
    Cli *cli = completion->cli;
    DiagList diags = DIAG_LIST(cli->arena);
    CatalogQuery query = { .files = cli->globals.file.ptr, .file_count = cli->globals.file.len };
    Catalog *catalog = NULL;
    catalog_load(cli->arena, &query, &catalog, &diags, NULL);
    if (!catalog) {
        return;
    }
    DecodeStrings names = environments ? catalog->environments : catalog_names(catalog, cli->arena);
    for (size_t i = 0; i < names.len; i++) {
        candidate(completion, names.ptr[i]);
    }
}

static void candidate_kind(Completion *completion, const char *kind, const Command *const *commands)
{
    if (!kind) {
        return;
    }
    if (strcmp(kind, "service") == 0 || strcmp(kind, "environment") == 0) {
        candidate_names(completion, kind[0] == 'e');
    } else if (strcmp(kind, "command") == 0) {
        candidate_commands(completion, commands);
    } else {
        strbuf_addf(
            &completion->out, ":%s\n", kind
        ); /* the shell's own file or directory completion */
    }
}

static void
candidate_values(Completion *completion, const CliFlag *flag, const Command *const *commands)
{
    for (size_t i = 0; flag->values && flag->values[i]; i++) {
        candidate(completion, str_from(flag->values[i]));
    }
    candidate_kind(completion, flag->complete, commands);
}

/* The flag whose value `word` announces ("--profile", "-e"), or NULL. */
static const CliFlag *flag_before(const CliFlag *flags, const char *word)
{
    for (; word[0] == '-' && flags && flags->name; flags++) {
        bool long_form = word[1] == '-' && strcmp(word + 2, flags->name) == 0;
        bool short_form = word[1] == flags->letter && flags->letter && !word[2];
        if (flags->type != CLI_BOOL && (long_form || short_form)) {
            return flags;
        }
    }
    return NULL;
}

ExitCode cli_complete(Cli *cli, const Command *const *commands)
{
    Completion completion = { .cli = cli, .out = STRBUF_ON_ARENA(cli->arena) };
    const Command *command = NULL;
    const Command *const *possible = commands;
    const CliFlag *flags = cli_global_flags;
    const CliFlag *pending = NULL;
    for (size_t i = 0; i + 1 < cli->arg_count; i++) {
        const char *word = cli->args[i];
        if (pending) {
            pending = NULL;
        } else if (word[0] == '-') {
            pending = flag_before(flags, word);
        } else if (possible) {
            command = command_by_name(possible, str_from(word));
            possible = command ? command->subcommands : NULL;
            flags = command ? command->flags : NULL;
        }
    }
    completion.prefix = cli->arg_count ? str_from(cli->args[cli->arg_count - 1]) : STR("");
    if (pending) {
        candidate_values(&completion, pending, commands);
    } else if (str_has_prefix(completion.prefix, STR("-"))) {
        candidate_flags(&completion, flags);
    } else if (possible) {
        candidate_commands(&completion, possible);
    } else if (command) {
        candidate_kind(&completion, command->complete, commands);
    }
    cli_print(cli, strbuf_str(&completion.out));
    return EXIT_OK;
}
