/* Dockerfile: what BuildKit's front end sees in a Dockerfile, with the place of every part.
 *
 * Sources: https://docs.docker.com/reference/dockerfile/ (directives, instructions, escaping,
 * heredocs, which instructions expand variables, which arguments are predefined).
 *
 * Reading never fails: what is wrong is kept as a DockerProblem and the rest goes on. Values are
 * what a build without any --build-arg sees; a word whose value depends on what isn't known here (a
 * base image's environment, an argument without a default) says so with is_known. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/source.h"
#include "base/vec.h"

#include "audit/shell/mapped_text.h"
#include "audit/shell/packages.h"
#include "audit/shell/shell.h"

typedef enum DockerKind {
    DOCKER_UNKNOWN,
    DOCKER_ADD,
    DOCKER_ARG,
    DOCKER_CMD,
    DOCKER_COPY,
    DOCKER_ENTRYPOINT,
    DOCKER_ENV,
    DOCKER_EXPOSE,
    DOCKER_FROM,
    DOCKER_HEALTHCHECK,
    DOCKER_LABEL,
    DOCKER_MAINTAINER,
    DOCKER_ONBUILD,
    DOCKER_RUN,
    DOCKER_SHELL,
    DOCKER_STOPSIGNAL,
    DOCKER_USER,
    DOCKER_VOLUME,
    DOCKER_WORKDIR,
} DockerKind;

typedef struct DockerWord {
    Span span;
    Str raw;       /* as written, without continuations */
    Str value;     /* quotes taken off, variables replaced where the instruction does so */
    bool is_known; /* no part of the value is unknown; such a part stands as written */
    bool has_variable;
} DockerWord;

typedef struct DockerFlag {
    Span span;
    Str name; /* "mount", "from", "chown" */
    DockerWord value;
    bool has_value;
} DockerFlag;

/* Of ENV, LABEL and ARG. */
typedef struct DockerPair {
    Span span;
    DockerWord key;
    DockerWord value;
    bool has_value; /* false: ARG without a default */
    bool is_legacy; /* ENV key value */
} DockerPair;

typedef struct DockerHeredoc {
    Span span; /* <<"EOF" */
    Str name;
    bool expands;     /* the name isn't quoted */
    bool strips_tabs; /* <<- */
    MappedText body;  /* without the line that ends it, tabs stripped where that is asked */
} DockerHeredoc;

typedef enum DockerVariableState {
    DOCKER_VARIABLE_KNOWN,     /* an ENV, or an ARG with a value */
    DOCKER_VARIABLE_ARGUMENT,  /* an ARG without a default, or a predefined one */
    DOCKER_VARIABLE_GLOBAL,    /* an ARG from before FROM that this stage doesn't declare again */
    DOCKER_VARIABLE_LATER,     /* the stage sets it further down */
    DOCKER_VARIABLE_UNDEFINED, /* by this file; a base image may set it */
} DockerVariableState;

/* A variable that an instruction uses; also one that the shell of a RUN does, where the script itself
 * doesn't set it. */
typedef struct DockerReference {
    Span span; /* $x or ${x…} */
    Str name;
    DockerVariableState state;
    bool is_shell;
    bool has_default; /* ${x:-y}, ${x:+y} and their kin */
} DockerReference;

typedef struct DockerStage DockerStage;
typedef struct DockerInstruction DockerInstruction;

struct DockerInstruction {
    size_t number; /* in the file's list */
    DockerKind kind;
    Span span;          /* from the keyword to its last byte, heredocs included */
    Span keyword;       /* as written, also when unknown */
    bool is_onbuild;    /* stands behind ONBUILD, which comes just before it in the list */
    bool is_json;       /* exec form: `words` are the array's strings */
    bool is_none;       /* HEALTHCHECK NONE */
    DockerStage *stage; /* NULL before the first FROM */
    VEC(DockerFlag) flags;
    VEC(DockerWord) words; /* behind the flags; for HEALTHCHECK behind CMD */
    VEC(DockerPair) pairs;
    VEC(DockerHeredoc) heredocs;
    VEC(DockerReference) references;
    MappedText rest; /* all behind the flags, one line */
    /* What a POSIX shell runs: of RUN, CMD, ENTRYPOINT, HEALTHCHECK in shell form, and of exec form
     * ["sh", "-c", "…"]; NULL where there is none (another SHELL, Windows, another exec form). */
    const ShellScript *script;
    const DockerInstruction *shell; /* the SHELL in force; NULL: the default one */
};

/* registry/path:tag@digest; what isn't there is empty. */
typedef struct DockerImage {
    Str registry; /* "ghcr.io", "localhost:5000"; empty: Docker Hub */
    Str name;     /* "library path", without the registry */
    Str tag;
    Str digest; /* "sha256:…" */
} DockerImage;

struct DockerStage {
    size_t index;
    DockerInstruction *from;
    DockerWord image;        /* as FROM says it */
    DockerImage parts;       /* of the image's value; empty where `base` is set */
    DockerWord name;         /* AS …; value empty when it has none */
    const DockerStage *base; /* the stage that it builds on; NULL: an image or scratch */
    bool is_scratch;
    bool is_windows;
    VEC(DockerInstruction *) instructions; /* FROM first */
};

typedef struct DockerProblem {
    Span span;
    Str message;
    Str hint; /* may be empty */
} DockerProblem;

/* What ShellCheck says of a script, where it was asked: shellcheck.h. */
typedef struct DockerComplaint {
    Span span;
    size_t code; /* 2086 of SC2086 */
    Str message;
} DockerComplaint;

typedef struct Dockerfile {
    Arena *arena;
    Source *source;
    char escape; /* '\\', or '`' */
    Str syntax;  /* # syntax=…; empty when not said */
    Str check;   /* # check=… */
    VEC(DockerInstruction *) instructions;
    VEC(DockerStage *) stages;
    VEC(DockerProblem) problems;
    VEC(DockerComplaint) complaints;
    VEC(PackageCall) calls; /* of the RUNs' scripts, in order */
    /* The .dockerignore that a build of this file would use, NULL where there is none, and the folder
     * it is for; set by whoever knows the file system. */
    Source *ignore;
    Str context;
} Dockerfile;

/* Never NULL; lives on the arena, views the source. */
Dockerfile *dockerfile_read(Arena *arena, Source *source);

/* "RUN"; for an unknown one "unknown". */
Str docker_kind_name(DockerKind kind);
DockerImage docker_image_parse(Str image);
/* for (const DockerInstruction *run = NULL; (run = docker_next(file, DOCKER_RUN, run));) */
const DockerInstruction *
docker_next(const Dockerfile *file, DockerKind kind, const DockerInstruction *after);
/* The one that `line`, from 1, is part of, or the nearest before it; NULL: there is none. */
const DockerInstruction *docker_instruction_at(const Dockerfile *file, uint32_t line);
/* NULL when it isn't given; the last one where it is given more than once. */
const DockerFlag *docker_flag(const DockerInstruction *instruction, const char *name);
/* The pair of that name, or NULL. */
const DockerPair *docker_pair(const DockerInstruction *instruction, Str name);
/* By name, no matter the case, among the stages before number `before`. */
const DockerStage *docker_stage_find(const Dockerfile *file, Str name, size_t before);
/* The stage that COPY --from names, by name or number; NULL: an image, or nothing. */
const DockerStage *docker_copy_source(const Dockerfile *file, const DockerInstruction *copy);
/* The stage that a build makes when nothing is said; NULL in a file without FROM. */
const DockerStage *docker_final_stage(const Dockerfile *file);
/* The last instruction of that kind that is in force in the stage, also one of the stages it builds
 * on; ONBUILD doesn't count. NULL when there is none. */
const DockerInstruction *docker_stage_last(const DockerStage *stage, DockerKind kind);
/* The image at the bottom of the stage. */
const DockerStage *docker_stage_root(const DockerStage *stage);
