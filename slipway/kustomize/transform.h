/* The transformers of fields: one call a kustomization's field, or a plugin's configuration. */
#pragma once

#include "internal.h"

typedef enum SubjectMode { SUBJECTS_DEFAULT_ONLY, SUBJECTS_ALL, SUBJECTS_NONE } SubjectMode;

typedef struct NamespaceArgs {
    Str ns;
    Span span;
    const FieldSpecs *specs;
    bool unset_only;
    SubjectMode subjects;
} NamespaceArgs;

int transform_namespace(Build *b, const NamespaceArgs *args, ResMap *map);
/* metadata.namespace of one resource, as ValueAddTransformer sets it. */
int set_namespace(Build *b, const NamespaceArgs *args, Resource *resource);
int transform_prefix(Build *b, const Node *prefix, const FieldSpecs *specs, ResMap *map);
int transform_suffix(Build *b, const Node *suffix, const FieldSpecs *specs, ResMap *map);
/* `pairs`: a map of strings; `what`: "labels" or "annotations". */
int transform_pairs(
    Build *b, const Node *pairs, const FieldSpecs *specs, ResMap *map, const char *what
);
/* An entry of labels. */
int transform_label(Build *b, const Node *label, const Config *config, ResMap *map);
int transform_replicas(Build *b, const Node *replica, const FieldSpecs *specs, ResMap *map);
int transform_image(Build *b, const Node *image, const FieldSpecs *specs, ResMap *map);
int transform_hash(Build *b, ResMap *map);

/* Everything that the fields of `target` ask for, in kustomize's order. */
int run_transformers(Target *target, Accumulator *into);
int run_generators(Target *target, Accumulator *into);
int run_validators(Target *target, Accumulator *into);
