/* ShellScript: a POSIX shell text as a list of simple commands, in the order they stand, each with
 * how it is joined to the next. Enough for rules about what a build runs; nothing is expanded.
 *
 * Sources: POSIX.1-2024, Shell Command Language (tokens, quoting, grammar); from bash only what
 * Dockerfiles use: [[ ]], (( )), &>, |&, <<<, process substitution, function.
 *
 * Commands inside $(…), backquotes, subshells, groups, loops, conditions and functions stand in the
 * same list. Reading never fails: what can't be understood ends it with `problem`. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/vec.h"

#include "mapped_text.h"

typedef struct ShellWord {
    Span span;
    Str raw;
    Str text;        /* quotes and escapes taken off; expansions stand as written */
    bool is_literal; /* nothing in it is expanded: text is what the command gets */
    bool is_quoted;  /* quoted in part or as a whole */
} ShellWord;

typedef struct ShellAssignment {
    Span span;
    Str name;
    ShellWord value;
} ShellAssignment;

typedef struct ShellRedirect {
    Span span;
    Str sign; /* ">", ">>", "<", "<<", "<<-", "<<<", "&>", ">&", … */
    int fd;   /* -1: the operator's own */
    ShellWord target;
    const MappedText *body; /* of a heredoc, else NULL; empty until its lines are read */
} ShellRedirect;

typedef enum ShellJoin {
    SHELL_JOIN_END, /* ; newline or the end */
    SHELL_JOIN_AND,
    SHELL_JOIN_OR,
    SHELL_JOIN_PIPE, /* also |& */
    SHELL_JOIN_BACKGROUND,
} ShellJoin;

#define SHELL_TOP SIZE_MAX

/* A simple command, or a compound one (a subshell, group, loop, condition, case or function), whose
 * commands come behind it with its number as `parent`. */
typedef struct ShellCommand {
    Span span;
    VEC(ShellAssignment) assignments;
    VEC(ShellWord) words; /* the name first; empty for assignments alone and compound commands */
    VEC(ShellRedirect) redirects;
    ShellJoin join; /* to the next command of the same parent */
    size_t parent;  /* number of the command it stands in, also in a word of it; or SHELL_TOP */
    bool is_compound;
    bool is_subshell;    /* ( … ) */
    bool is_substituted; /* its parent is a command with it inside of $(…), backquotes or <(…) */
    bool is_condition;   /* of if, while or until: may fail */
    bool is_negated;
} ShellCommand;

/* $x or ${x…} wherever it is expanded. */
typedef struct ShellReference {
    Span span;
    Str name;
    bool has_default;
} ShellReference;

typedef struct ShellScript {
    MappedText text;
    VEC(ShellCommand) commands;
    VEC(ShellReference) references;
    VEC(Str) variables; /* names the script sets: assignments, for, read, export, local, … */
    bool sets_others;   /* it reads a file or evaluates a text that may set any */
    bool has_problem;   /* the list ends there */
    Span problem;
    const char *mistake; /* what is wrong, where that is sure; else NULL: this reader's limits */
} ShellScript;

/* Never NULL. */
ShellScript *shell_read(Arena *arena, const MappedText *text);

/* The command's name without a path ("apt-get" of /usr/bin/apt-get); empty when it has none or it
 * isn't literal. */
Str shell_command_name(const ShellCommand *command);
bool shell_command_is(const ShellCommand *command, const char *name);
/* The program that really runs, behind sudo, env, exec and their kin; *ret_at is the number of its
 * word. */
Str shell_command_program(const ShellCommand *command, size_t *ret_at);
/* The first word equal to `word` behind the name, or NULL. */
const ShellWord *shell_command_word(const ShellCommand *command, const char *word);
/* A flag: "--long" also as --long=value; "-y" also inside of a cluster (-qy). NULL: not given. */
const ShellWord *shell_command_flag(const ShellCommand *command, const char *flag);
/* The next one of the same parent, and the one that gets the command's output through a pipe; NULL:
 * none. */
const ShellCommand *shell_next(const ShellScript *script, const ShellCommand *command);
const ShellCommand *shell_pipe_next(const ShellScript *script, const ShellCommand *command);
/* The one of the same parent before it, or NULL; the first one of its pipeline, maybe itself. */
const ShellCommand *shell_before(const ShellScript *script, const ShellCommand *command);
const ShellCommand *shell_pipe_first(const ShellScript *script, const ShellCommand *command);
