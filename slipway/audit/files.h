/* The artifacts below the paths of a run: found by name and content, read once. Devices, sockets
 * and links are passed over, and so is what a .gitignore names, .git and node_modules. */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/map.h"
#include "base/source.h"
#include "base/vec.h"
#include "codec/yaml.h"

#include "classify.h"

enum {
    ARTIFACT_BYTES_MOST = 4 << 20, /* a larger file is no manifest that a person wrote */
    ARTIFACTS_MOST = 100000,
    SOURCES_MOST = 50000,
    NOTES_MOST = 2000,
    FOLDERS_DEPTH_MOST = 100,
    FOUND_MOST = 500000, /* files and folders that a walk keeps in mind */
};

typedef struct Artifact {
    ArtifactKind kind;
    Source *source; /* the path is as shown: the one asked for and what lies below, cleaned */
    /* of artifact_documents */
    bool is_read;
    YamlDocuments documents;
    const Diag *mistake;
    void *
        subject; /* what its room read it as: a Dockerfile, Workflow, Dashboard, or the paths of a kustomization */
} Artifact;

typedef struct ArtifactList {
    Arena *arena;
    size_t jobs; /* as AuditOptions.jobs */
    VEC(Artifact *) artifacts;
    Map by_path;      /* shown path -> Artifact */
    Map by_real;      /* absolute path without links -> Source */
    const Map *texts; /* as AuditOptions.texts; may be NULL */
    VEC(Str) sources; /* shown paths of program sources and what builds them */
    VEC(Str) notes;   /* of READMEs, scripts, Makefiles */
    size_t file_count;
} ArtifactList;

/* Finds below `path`, a file or a directory. `ignore` holds more patterns, relative to it. Files
 * that can't be read become findings. -ENOENT and its kin when the path itself can't be. */
int files_find(
    ArtifactList *list,
    const char *path,
    const Str *ignore,
    size_t ignore_count,
    DiagList *diags,
    Error *err
);

/* Threads for so many files: those asked for; else one a processor, but one alone for a small
 * repository, which is done before others are of use and needn't pay for their memory. */
size_t files_jobs(size_t asked, size_t count);

/* The documents of a YAML or JSON artifact, read at the first call and kept, so that several rooms
 * may look at one file: merge keys resolved, no comments. Those before a mistake are there too, and
 * artifact->mistake then says what is wrong. */
const YamlDocuments *artifact_documents(Arena *arena, Artifact *artifact);
/* The same for one that will change them: they are read anew for whoever asks next. False where they
 * weren't read yet or have a mistake. Several threads may ask. */
bool artifact_take_documents(Artifact *artifact, YamlDocuments *ret_documents);
/* The first of them where the whole file could be read, else NULL. */
Node *artifact_document(Arena *arena, Artifact *artifact);
