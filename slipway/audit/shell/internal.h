/* The steps of reading a shell text: shell_word.c takes words apart, shell_read.c the grammar. */
#pragma once

#include "shell.h"

enum {
    SHELL_DEPTH_MOST = 40,
    SHELL_COMMANDS_MOST = 20000,
};

typedef struct ShellHeredoc {
    MappedText *body;
    Str name;
    bool strips_tabs, expands;
} ShellHeredoc;

typedef struct ShellReader {
    Arena *arena;
    const MappedText *text;
    size_t at;
    ShellScript *script;
    VEC(ShellHeredoc) pending; /* their lines come behind the next newline */
    size_t parent;             /* of the commands being read */
    unsigned depth;
    bool is_substituted, is_condition;
} ShellReader;

static inline char shell_peek(const ShellReader *reader, size_t ahead)
{
    size_t at = reader->at + ahead;
    return at < reader->text->text.len ? reader->text->text.ptr[at] : '\0';
}

static inline bool shell_is_at_end(const ShellReader *reader)
{
    return reader->script->has_problem || reader->at >= reader->text->text.len;
}

/* A character that ends a word where it isn't quoted. */
static inline bool shell_is_meta(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ';' || c == '&' || c == '|' ||
           c == '<' || c == '>' || c == '(' || c == ')';
}

static inline bool shell_is_name_char(char c, bool is_first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (!is_first && c >= '0' && c <= '9');
}

/* Ends the reading: what stands at `start` and behind isn't understood. `mistake` says what is wrong
 * where that is sure, else NULL. */
void shell_fail(ShellReader *reader, size_t start, const char *mistake);

/* --- shell_word.c --- */
/* The word at the reader's place, which is one that can start a word. */
ShellWord shell_read_word(ShellReader *reader);
/* The expansions in the lines of a heredoc. */
void shell_scan_heredoc(ShellReader *reader, size_t from, size_t to);

/* --- shell_read.c --- */
/* Up to a stop word, ')', ";;" or the end; none of them is passed. */
void shell_read_list(ShellReader *reader, const char *const *stops);
size_t shell_read_command(ShellReader *reader);
/* The commands of $(…) and its kin, the character that closes it included. */
void shell_read_substitution(ShellReader *reader);
ShellCommand *shell_add_command(ShellReader *reader, size_t *ret_number);
bool shell_read_redirect(ShellReader *reader, ShellCommand *command);
bool shell_ends_simple(const ShellReader *reader);
void shell_skip_blanks(ShellReader *reader);
/* Blanks, comments, newlines and single semicolons. */
void shell_skip_separators(ShellReader *reader);
/* The characters up to the next that ends a word; nothing is passed. */
Str shell_peek_word(const ShellReader *reader);
bool shell_is_at_word(const ShellReader *reader, const char *word);
/* Passes the reserved word, which must stand here. */
void shell_expect(ShellReader *reader, const char *word);
void shell_add_variable(ShellReader *reader, Str name);

/* --- shell_compound.c --- */
typedef void (*ShellCompound)(ShellReader *reader, size_t number);
/* What reads the compound command that stands here, or NULL. */
ShellCompound shell_compound_at(const ShellReader *reader);
void shell_read_compound(ShellReader *reader, ShellCompound read);
/* Makes command `number` a function, whose body stands here. */
void shell_read_function_body(ShellReader *reader, size_t number);
