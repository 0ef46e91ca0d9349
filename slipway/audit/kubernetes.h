/* Kubernetes objects as the rules see them: what is applied together is a Bundle, an object that
 * makes pods has a Pod, a pod has Containers. Views only: the nodes belong to the documents. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/source.h"
#include "base/vec.h"
#include "codec/node.h"

#include "environment.h"
#include "schema/quantity.h"

typedef enum ContainerKind {
    CONTAINER_MAIN,
    CONTAINER_INIT,
    CONTAINER_SIDECAR, /* an init container that goes on: restartPolicy Always */
    CONTAINER_EPHEMERAL,
} ContainerKind;

typedef struct Container {
    const struct Pod *pod;
    ContainerKind kind;
    const Node *node;
    const Node *security; /* securityContext, or NULL where it is missing or empty */
    Str name;
    Environment env; /* of repository/ */
} Container;

typedef struct Pod {
    const struct Object *object;
    const Node *metadata; /* of the pod: the template's; may be NULL */
    const Node *labels;   /* may be NULL */
    const Node *spec;
    const Node *security; /* securityContext, or NULL where it is missing or empty */
    bool is_windows;
    VEC(Container) containers; /* init first, then main, then ephemeral */
    /* the first object of the bundle, or NULL, that … */
    const struct Object *scaler;  /* changes the number of these pods */
    const struct Object *budget;  /* limits their disruption */
    const struct Object *service; /* leads to them */
    const struct Object *policy;  /* says who may reach them */
} Pod;

typedef struct Object {
    const Node *node;
    const Node *name_node; /* metadata.name, or NULL */
    Str api_version, group, kind, name;
    Str ns; /* as written; empty: where it is applied */
    Pod *
        pod; /* NULL: it makes none, or a controller of the bundle made it and is looked at instead */
} Object;

typedef VEC(const Object *) Objects;

typedef struct Bundle {
    Arena *arena;
    Span origin; /* the kustomization, or nowhere */
    VEC(Object) objects;
    Map by_id;   /* "Kind/namespace/name" -> Object, of the first */
    Map by_kind; /* -> Objects */
    Map pods;    /* namespace, or namespace, label and value -> Objects that make such pods */
    Map bound;   /* names of subjects of role bindings */
} Bundle;

/* A kustomization.yaml as it stands. */
typedef struct KustomizationFile {
    Source *source;
    const Node *root;
    bool is_built;          /* no other one uses it, and it could be built */
    bool has_namespace;     /* what `namespace` says is made somewhere in the repository */
    VEC(Source *) unlisted; /* manifests beside it that no kustomization names */
} KustomizationFile;

void bundle_init(Bundle *bundle, Arena *arena, Span origin);
/* Whether the document is an object or a list of them: a map with apiVersion and kind. */
bool object_is_one(const Node *root);
/* Adds the object, or those of a list. */
void bundle_add(Bundle *bundle, const Node *root);
/* To be called once when all are added: reads them, on up to `jobs` threads, and makes the pointers between
 * them. */
void bundle_seal(Bundle *bundle, size_t jobs);
/* All that is wanted of its nodes, taken at once: later they are out of the cache. */
void object_read(Arena *arena, Object *object);
const Object *bundle_get(const Bundle *bundle, Str kind, Str ns, Str name);
/* All of a kind, in order; never NULL. */
const Objects *bundle_of_kind(const Bundle *bundle, const char *kind);

/* The objects of a namespace whose pods a selector selects:
 *     Selection selection = bundle_select(bundle, ns, selector);
 *     for (const Object *object; (object = selection_next(&selection));) */
typedef struct Selection {
    const Objects *among;
    const Node *selector;
    bool is_plain;
    size_t at;
} Selection;

/* By a LabelSelector; NULL selects everything. */
Selection bundle_select(const Bundle *bundle, Str ns, const Node *selector);
/* By a plain map of labels, as a Service has it; an empty one selects nothing. */
Selection bundle_select_labels(const Bundle *bundle, Str ns, const Node *labels);
const Object *selection_next(Selection *selection);

/* Whether pods of these labels may be an operator's: a custom resource of the namespace has a name or a
 * kind that one of them says, as in app.kubernetes.io/name: alertmanager. */
bool bundle_may_make(const Bundle *bundle, Str ns, const Node *labels);

/* Where the manifest that has the object, or the container, names it: the value, or what stands there
 * instead where a transformer or a patch has changed the value. */
const Node *object_name_place(const Object *object);
const Node *container_name_place(const Container *container);

static inline bool object_is(const Object *object, const char *kind)
{
    return str_eq_cstr(object->kind, kind);
}
/* Whether it is as the API server shows it, `kubectl get -o yaml`, with all that the server fills in. */
bool object_is_dumped(const Object *object);
/* An autoscaler, of Kubernetes or KEDA, and what it scales; NULL: not of this bundle. */
bool object_is_scaler(const Object *object);
const Object *bundle_scaled_by(const Bundle *bundle, const Object *scaler);
/* The fewest pods that a workload will have: its autoscaler's minimum, else its replicas. */
int64_t object_least_replicas(const Object *workload);
/* "Deployment/web", on the arena. */
Str object_title(Arena *arena, const Object *object);

/* --- reading nodes --- */
/* The node behind keys such as "spec.template.spec", NULL when something of it is missing. */
const Node *node_path(const Node *node, const char *path);
/* The text of a scalar there, or the empty Str. */
Str node_text(const Node *node, const char *path);
/* The whole number there, or `fallback`. */
int64_t node_number(const Node *node, const char *path, int64_t fallback);
bool node_is_true(const Node *node);
bool node_is_false(const Node *node);
/* Items of a list, none where it is no list. */
static inline size_t node_len(const Node *node)
{
    return node_is_seq(node) ? node->seq.len : 0;
}

/* Whether the labels fulfil a LabelSelector (matchLabels, matchExpressions). An empty selector
 * selects everything. */
bool label_selector_matches(const Node *selector, const Node *labels);
/* Whether a controller gives the label to the pods that it makes: no template has it. */
bool label_is_given(Str key);
/* The same for a plain map of labels, as a Service has it. */
bool labels_match(const Node *wanted, const Node *labels);

/* The containerPort that a probe's or a Service's port means: a number, or the name of a port.
 * NULL when the pod has none of it. */
const Node *pod_find_port(const Pod *pod, const Node *port);
bool container_has_port(const Container *container, const Node *port);
