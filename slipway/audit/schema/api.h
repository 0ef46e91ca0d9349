/* Api: what one version of the Kubernetes API says about kinds and their fields, with the types
 * that CustomResourceDefinitions add. Types are made when first asked for and live on the arena.
 * https://kubernetes.io/docs/reference/kubernetes-api/ */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"
#include "codec/node.h"

typedef enum ApiShapeKind {
    API_ANY,
    API_STRING,
    API_TIME,
    API_BYTES, /* a string of base64 */
    API_BOOL,
    API_INT32,
    API_INT64,
    API_NUMBER,
    API_QUANTITY,
    API_INT_OR_STRING,
    API_LIST,
    API_MAP,
    API_OBJECT,
} ApiShapeKind;

typedef struct ApiType ApiType;
typedef struct ApiShape ApiShape;

struct ApiShape {
    ApiShapeKind kind;
    const Str *values; /* of an enumeration, or NULL */
    size_t value_count;
    ApiShape *of;             /* of the elements of a list or a map */
    struct ApiLimits *limits; /* of a definition: what its schema says beyond; or NULL */
    /* of an object: see api_shape_type */
    Str type_name;
    const Node *definition;
    const ApiType *type;
};

typedef struct ApiField {
    Str name;
    bool required;
    ApiShape shape;
} ApiField;

struct ApiType {
    Str name;         /* empty: a definition's */
    ApiField *fields; /* by name */
    size_t len;
    size_t required_count;
    bool is_open; /* fields of other names are allowed */
};

typedef struct Api Api;

/* The range of minor versions: 1.oldest to 1.newest. */
unsigned api_oldest_minor(void);
unsigned api_newest_minor(void);
/* "1.30", "v1.30.2": the minor version. False where it is none, or none that is known. */
bool api_parse_version(Str text, unsigned *ret_minor);

Api *api_new(Arena *arena, unsigned minor);
/* Of the same version and definitions, for another thread: it makes its own types. */
Api *api_copy(const Api *api);
unsigned api_minor(const Api *api);
Arena *api_arena(const Api *api);
/* Takes a CustomResourceDefinition (apiextensions.k8s.io/v1) for the kind that it defines. A kind
 * that two of them define in different ways counts as unknown. */
void api_add_definition(Api *api, const Node *definition);

/* A version of the kind that a definition of the run serves; empty: there is none, or they differ. */
Str api_defined_version(const Api *api, Str group, Str kind);

/* NULL: unknown. */
const ApiType *api_type(Api *api, Str api_version, Str kind);
const ApiType *api_shape_type(Api *api, const ApiType *owner, ApiShape *shape);
/* By binary search; NULL: none. */
ApiField *api_field(const ApiType *type, Str name);
/* The first version that has the field, where the API's own lacks it: newer than this one. 0: none. */
unsigned api_field_comes(const Api *api, const ApiType *type, Str name);
/* The last version that had it: older than this one. 0: none. */
unsigned api_field_went(const Api *api, const ApiType *type, Str name);

typedef enum ApiStandingKind {
    API_FOREIGN, /* no kind of Kubernetes itself */
    API_SERVED,
    API_DEPRECATED, /* served, and so is a stable version */
    API_COMES,      /* with `minor` */
    API_GONE,       /* since `minor`; 0: before the oldest */
    API_NO_KIND,    /* the group and version have no such kind, in no version */
    API_NO_VERSION, /* the group has no such version, in no version */
} ApiStandingKind;

typedef struct ApiStanding {
    ApiStandingKind kind;
    unsigned minor;
    Str instead;      /* an apiVersion that serves the kind; may be empty */
    Str instead_kind; /* API_NO_KIND: the nearest name; may be empty */
} ApiStanding;

ApiStanding api_standing(Api *api, Str api_version, Str kind);
