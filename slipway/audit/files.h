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

enum {
    ARTIFACT_BYTES_MOST = 4 << 20, /* a larger file is no manifest that a person wrote */
    ARTIFACTS_MOST = 100000,
};

typedef enum ArtifactKind {
    ARTIFACT_MANIFEST,      /* YAML or JSON with apiVersion and kind */
    ARTIFACT_KUSTOMIZATION, /* kustomization.yaml and its kin */
    ARTIFACT_HELM_CHART,    /* Chart.yaml: what lies beside it is passed over */
} ArtifactKind;

typedef struct Artifact {
    ArtifactKind kind;
    Source *source; /* the path is as shown: the one asked for and what lies below, cleaned */
} Artifact;

typedef struct ArtifactList {
    Arena *arena;
    VEC(Artifact) artifacts;
    Map by_path; /* shown path -> Source */
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
