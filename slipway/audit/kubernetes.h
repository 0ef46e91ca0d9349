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
    const Node *security; /* securityContext, or NULL */
    Str name;
} Container;

typedef struct Pod {
    const struct Object *object;
    const Node *metadata; /* of the pod: the template's; may be NULL */
    const Node *labels;   /* may be NULL */
    const Node *spec;
    const Node *security; /* securityContext, or NULL */
    bool is_windows;
    VEC(Container) containers; /* init first, then main, then ephemeral */
} Pod;

typedef struct Object {
    const Node *node;
    const Node *name_node; /* metadata.name, or NULL */
    Str api_version, group, kind, name;
    Str ns; /* as written; empty: where it is applied */
    Pod *pod;
} Object;

typedef struct Bundle {
    Arena *arena;
    Span origin; /* the kustomization, or nowhere */
    VEC(Object) objects;
    Map by_id; /* "Kind/namespace/name" -> Object, of the first */
} Bundle;

void bundle_init(Bundle *bundle, Arena *arena, Span origin);
/* Whether the document is an object or a list of them: a map with apiVersion and kind. */
bool object_is_one(const Node *root);
/* Adds the object, or those of a list. */
void bundle_add(Bundle *bundle, const Node *root);
/* To be called once when all are added: the pointers between them. */
void bundle_seal(Bundle *bundle);
const Object *bundle_get(const Bundle *bundle, Str kind, Str ns, Str name);

static inline bool object_is(const Object *object, const char *kind)
{
    return str_eq_cstr(object->kind, kind);
}
/* "Deployment/web", on the arena. */
Str object_title(Arena *arena, const Object *object);

/* --- reading nodes --- */
/* The node behind keys such as "spec.template.spec", NULL when something of it is missing. */
const Node *node_path(const Node *node, const char *path);
/* The text of a scalar there, or the empty Str. */
Str node_text(const Node *node, const char *path);
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
/* The same for a plain map of labels, as a Service has it. */
bool labels_match(const Node *wanted, const Node *labels);

/* The containerPort that a probe's or a Service's port means: a number, or the name of a port.
 * NULL when the pod has none of it. */
const Node *pod_find_port(const Pod *pod, const Node *port);
bool container_has_port(const Container *container, const Node *port);
