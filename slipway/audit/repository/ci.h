/* What the workflows of a repository build: images, from which Dockerfile and under which names. */
#pragma once

#include "repository.h"

/* Patterns: '*' stands for any text, where an expression isn't known. */
typedef struct CiBuild {
    const Node *node; /* the step's `uses` or `run` */
    const Workflow *workflow;
    Str context, file; /* file empty: Dockerfile of the context */
    Str paths[2];      /* where the file may be, from the root */
    VEC(Str) images;   /* names without tags */
    bool is_pushed;
    bool is_of_stage; /* a target is built, which may not be the last stage */
} CiBuild;

typedef struct CiBuilds {
    VEC(CiBuild) builds;
    Map images; /* names without a pattern -> what builds them */
    Map files;  /* paths of Dockerfiles without a pattern */
    bool has_patterns;
    bool is_open; /* something is built in a way that isn't understood: nothing is missing then */
} CiBuilds;

CiBuilds ci_builds(Arena *arena, const Repository *repository);
bool ci_matches(Str pattern, Str text);
/* Whether one of them names the image: as said in full, without "docker.io/", without "library/". */
bool ci_builds_image(const CiBuilds *builds, const ImageName *image);
/* Whether one of them builds the Dockerfile. */
bool ci_builds_file(const Repository *repository, const CiBuilds *builds, Str path);
