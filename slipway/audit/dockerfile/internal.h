/* The steps of reading a Dockerfile: lines.c joins lines, read.c makes instructions of them,
 * arguments.c takes their arguments apart, expand.c replaces variables. */
#pragma once

#include "dockerfile.h"

enum {
    INSTRUCTIONS_MOST = 5000,
    PROBLEMS_MOST = 1000,
    VALUE_BYTES_MOST = 64 << 10, /* of a word after expansion: ENV can double itself */
    EXPANSION_DEPTH_MOST = 16,   /* ${a:-${b:-…}} */
};

/* Reads the lines of a file: an instruction's lines as one, comments and blank lines passed over. */
typedef struct LineReader {
    Arena *arena;
    Source *source;
    char escape;
    size_t at;
} LineReader;

/* The parser directives at the top: moves the reader to what follows them. */
void lines_read_directives(Dockerfile *file, LineReader *reader);
/* The next instruction, white space before and behind taken off; false at the end of the file. */
bool lines_next(LineReader *reader, MappedText *ret_line);
/* Reads the lines of a heredoc up to the one that ends it; false when there is none, and then the
 * reader doesn't move. */
bool lines_read_heredoc(LineReader *reader, DockerHeredoc *heredoc);

typedef struct DockerVariable {
    Str value;
    bool is_known;    /* false: set, but to what isn't known */
    bool is_argument; /* an ARG without a default: not set at all by a plain build */
    bool is_env;
} DockerVariable;

typedef struct Scope {
    Map variables;            /* name -> DockerVariable */
    const struct Scope *base; /* of the stage that the stage builds on; NULL: none */
} Scope;

/* What is being read. */
typedef struct Reading {
    Dockerfile *file;
    LineReader lines;
    Scope globals;                  /* ARGs before the first FROM, and the predefined ones */
    Scope *scope;                   /* in force; the globals before and in FROM */
    VEC(Scope *) stage_scopes;      /* of the stages, by their index */
    const DockerInstruction *shell; /* in force */
} Reading;

void problem_add(Reading *reading, Span span, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* arguments.c: everything behind the keyword, into flags, words, pairs and heredocs. */
void arguments_read(Reading *reading, DockerInstruction *instruction, const MappedText *line);

/* expand.c: raw bytes of a word to its value; `replaces` says whether variables are replaced. The
 * instruction gets the references. */
DockerWord
word_expand(Reading *reading, DockerInstruction *instruction, const MappedText *raw, bool replaces);
/* check.c: what the builder would refuse. */
void instruction_check(Reading *reading, const DockerInstruction *instruction);

void scope_set(Reading *reading, Scope *scope, Str name, DockerVariable variable);
const DockerVariable *scope_get(const Scope *scope, Str name);
DockerVariableState variable_state(const Reading *reading, Str name);
