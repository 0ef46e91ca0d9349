/* What kind of artifact a file is: by its name, and where that doesn't say it by what it contains.
 * Looks at text, parses nothing, so that the many other files of a repository cost little. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

typedef enum ArtifactKind {
    ARTIFACT_NONE,
    ARTIFACT_MANIFEST,      /* YAML or JSON with apiVersion and kind */
    ARTIFACT_KUSTOMIZATION, /* kustomization.yaml and its kin */
    ARTIFACT_HELM_CHART,    /* Chart.yaml: what lies beside it is passed over */
    ARTIFACT_DOCKERFILE,
    ARTIFACT_COMPOSE,
    ARTIFACT_WORKFLOW,   /* .github/workflows */
    ARTIFACT_ACTION,     /* action.yml */
    ARTIFACT_DEPENDABOT, /* .github/dependabot.yml */
    ARTIFACT_DASHBOARD,  /* Grafana's JSON */
    ARTIFACT_PROMETHEUS, /* configuration, rules, Alertmanager's configuration */
    ARTIFACT_GRAFANA,    /* provisioning: datasources or dashboard providers */
} ArtifactKind;

/* Whether a file of this name is worth reading. */
bool classify_wants(Str name);
/* Whether a file of this name that is larger than people write is data, which nobody misses. */
bool classify_is_data(Str name);
/* Whether it is a program's source, or a file that says how it is built: go.mod, package.json, … */
bool classify_is_source(Str name);
/* Whether people are told there how things are done: a README, a script, a Makefile. */
bool classify_is_note(Str name);
/* `path` is as shown: relative to where the run began. */
ArtifactKind classify(Str path, Str text);
