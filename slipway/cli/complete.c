/* Completion: the shells' scripts call `slipway __complete WORD…`, whose last word is the one being
 * typed, and take one candidate a line. Everything comes from the command tables and the catalog.
 */
#include <stdio.h>

#include "cli/internal.h"
#include "model/catalog.h"

typedef struct Completion {
    Cli *cli;
    const Command *const *commands;
    StrBuf out;
    Str glued;  /* "--output=" in front of the value that is being typed, or empty */
    Str prefix; /* what is being typed */
    /* what the words before it come to */
    const Command *command;
    const Command *const *possible; /* the commands that may come next, or NULL */
    const CliFlag *flags;
    const CliFlag *pending; /* the flag whose value comes next, or NULL */
    Str operand;            /* the last one, or empty */
} Completion;

static void candidate(Completion *completion, Str word)
{
    if (str_has_prefix(word, completion->prefix)) {
        strbuf_add(&completion->out, completion->glued);
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
    candidate(completion, STR("--help"));
}

/* Names from the catalog; a broken catalog completes nothing and says nothing. */
static void candidate_names(Completion *completion, bool environments)
{
    Cli *cli = completion->cli;
    DiagList diags = DIAG_LIST(cli->arena);
    CatalogQuery query = { .directory = cli->globals.directory,
                           .files = cli->globals.file.ptr,
                           .file_count = cli->globals.file.len };
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

/* `help kustomize` goes on with its subcommands. */
static void candidate_help(Completion *completion)
{
    const Command *named = command_by_name(completion->commands, completion->operand);
    if (completion->operand.len == 0) {
        candidate_commands(completion, completion->commands);
    } else if (named && named->subcommands) {
        candidate_commands(completion, named->subcommands);
    }
}

static void candidate_kind(Completion *completion, const char *kind)
{
    if (!kind) {
        return;
    }
    if (strcmp(kind, "service") == 0 || strcmp(kind, "environment") == 0) {
        candidate_names(completion, kind[0] == 'e');
    } else if (strcmp(kind, "command") == 0) {
        candidate_help(completion);
    } else if (strchr(kind, '|')) {
        Str rest = str_from(kind);
        for (Str word; str_next(&rest, '|', &word);) {
            candidate(completion, word);
        }
    } else { /* the shell's own file or directory completion */
        strbuf_addf(&completion->out, ":%s\n", kind);
    }
}

static void candidate_values(Completion *completion, const CliFlag *flag)
{
    for (size_t i = 0; flag->values && flag->values[i]; i++) {
        candidate(completion, str_from(flag->values[i]));
    }
    candidate_kind(completion, flag->complete);
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

/* -C and -f among the words say where the names come from. */
static void read_globals(Completion *completion)
{
    Cli *cli = completion->cli;
    FlagParse parse = { .arena = cli->arena,
                        .flags = cli_global_flags,
                        .options = &cli->globals,
                        .stop_at_operand = true };
    flags_parse(&parse, cli->arg_count ? (int) cli->arg_count - 1 : 0, cli->args, NULL);
}

/* bash gives "--output=json" as three words. */
static void read_word(Completion *completion, const char *word)
{
    if (completion->pending && strcmp(word, "=") == 0) {
        return;
    }
    if (completion->pending) {
        completion->pending = NULL;
    } else if (word[0] == '-') {
        completion->pending = flag_before(completion->flags, word);
    } else if (completion->possible) {
        completion->command = command_by_name(completion->possible, str_from(word));
        completion->possible = completion->command ? completion->command->subcommands : NULL;
        completion->flags = completion->command ? completion->command->flags : NULL;
    } else {
        completion->operand = str_from(word);
    }
}

static void read_last(Completion *completion, Str word)
{
    Str name, value;
    completion->prefix = word;
    if (completion->pending) {
        completion->prefix = str_eq(word, STR("=")) ? STR("") : word;
    } else if (str_has_prefix(word, STR("--")) && str_cut(word, '=', &name, &value)) {
        completion->pending = flag_by_name(completion->flags, str_skip(name, 2));
        completion->prefix = value;
        completion->glued = str_make(word.ptr, name.len + 1);
    }
}

ExitCode cli_complete(Cli *cli, const Command *const *commands)
{
    Completion completion = { .cli = cli,
                              .commands = commands,
                              .out = STRBUF_ON_ARENA(cli->arena),
                              .possible = commands,
                              .flags = cli_global_flags };
    read_globals(&completion);
    for (size_t i = 0; i + 1 < cli->arg_count; i++) {
        read_word(&completion, cli->args[i]);
    }
    read_last(&completion, cli->arg_count ? str_from(cli->args[cli->arg_count - 1]) : STR(""));
    if (completion.pending) {
        candidate_values(&completion, completion.pending);
    } else if (str_has_prefix(completion.prefix, STR("-"))) {
        candidate_flags(&completion, completion.flags);
    } else if (completion.possible) {
        candidate_commands(&completion, completion.possible);
    } else if (completion.command) {
        candidate_kind(&completion, completion.command->complete);
    }
    cli_print(cli, strbuf_str(&completion.out));
    return EXIT_OK;
}
