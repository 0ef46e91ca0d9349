/* The script of a `run`: its commands, as audit/shell reads them, and for what is no matter of a shell
 * its lines. Spans of the commands count bytes of run->text; script_span makes places of the file. */
#pragma once

#include "audit/shell/shell.h"
#include "workflow.h"

/* What `run` starts. A `${{ }}` stands in it as the expansion of a variable that is as long. A text
 * that isn't a POSIX shell's, such as PowerShell's, is read a line at a time, and so is what lies
 * behind something that can't be understood. NULL: there is no `run`. */
const ShellScript *script_read(Arena *arena, const Step *step);

/* "bash" or "sh"; NULL where it is another shell, as it may be on Windows. */
const char *script_dialect(const Step *step);
/* A copy of `text` in which every `${{ }}` is a word of underscores, or with `as_variable` the expansion of
 * such a variable; all places stay. */
Str script_without_expressions(Arena *arena, Str text, bool as_variable);

/* The first command of step->script that starts with these words, or NULL. sudo, env and their kin
 * before it, assignments and flags between the words don't count; a flag that is asked for may
 * stand anywhere behind them. */
const ShellCommand *step_command(const Step *step, const char *words);
static inline bool step_runs(const Step *step, const char *words)
{
    return step_command(step, words) != NULL;
}
/* Whether this one does; *ret_behind, if not NULL, is the number of the word behind them. */
bool command_starts(const ShellCommand *command, const char *words, size_t *ret_behind);
/* The innermost simple command around byte `at` of run->text, or NULL. */
const ShellCommand *step_command_at(const Step *step, size_t at);
/* Place in the file. */
Span script_span(const Step *step, size_t from, size_t to);

/* --- lines --- */
typedef struct ScriptLine {
    Str text;    /* continued lines joined, blanks at the ends taken away */
    size_t from; /* in run->text */
    size_t to;
} ScriptLine;

/* Moves through step->run->text from *at; comments and empty lines are passed over. */
bool script_next(const Step *step, size_t *at, ScriptLine *ret_line);
