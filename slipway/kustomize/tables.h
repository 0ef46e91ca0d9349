/* Facts of Kubernetes and of kustomize's defaults, made by tools/gen_kustomize_tables.py. */
#pragma once

#include <stdbool.h>

typedef enum SpecsList {
    SPECS_NAME_PREFIX,
    SPECS_NAME_SUFFIX,
    SPECS_NAMESPACE,
    SPECS_COMMON_LABELS,
    SPECS_LABELS,
    SPECS_TEMPLATE_LABELS,
    SPECS_VOLUME_CLAIM_TEMPLATE_LABELS,
    SPECS_COMMON_ANNOTATIONS,
    SPECS_VAR_REFERENCE,
    SPECS_IMAGES,
    SPECS_REPLICAS,
    SPECS_COUNT,
} SpecsList;

typedef struct DefaultSpec {
    SpecsList list;
    const char *group, *version, *kind, *path;
    bool create;
} DefaultSpec;

typedef struct DefaultReference {
    const char *target_group, *target_version, *target_kind;
    const char *group, *version, *kind, *path;
    bool create;
} DefaultReference;

extern const DefaultSpec default_specs[];           /* ends with path NULL */
extern const DefaultReference default_references[]; /* likewise */

/* One type a string: its name, then what merging needs of its fields:
 *   field>Type        a map of that type
 *   field*Type@k1,k2  a list that merges, its elements by these keys
 *   field*            a list of scalars that merges as a set */
extern const char *const schema_types[];
extern const char *const schema_resources[]; /* "apiVersion/Kind Type" */
extern const char *const schema_cluster_scoped[];
/* Scopes that kustomize knows before it has read any schema. */
extern const char *const certain_cluster_scoped[];
extern const char *const certain_namespaced[];
