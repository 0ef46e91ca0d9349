/* Ids and the operations on a resource's node that every transformer needs. */
#pragma once

#include "internal.h"

/* --- ids -------------------------------------------------------------------------------------- */

#define DEFAULT_NAMESPACE STR("default")

Gvk gvk_from_api_version(Str api_version, Str kind);
Str gvk_api_version(Arena *arena, Gvk gvk);
bool gvk_equal(Gvk a, Gvk b);
/* Whether every part that `selector` names is that of `gvk`. */
bool gvk_selected(Gvk gvk, Gvk selector);
int gvk_compare(Gvk a, Gvk b); /* kustomize's order of kinds */
bool gvk_is_cluster_scoped(Build *b, Gvk gvk);
/* "Deployment.v1.apps", with [noGrp] and so on for what is empty. */
Str gvk_text(Arena *arena, Gvk gvk);
/* "Deployment.v1.apps/name.namespace" */
Str id_text(Arena *arena, ResId id);
/* "default" for none, a word no namespace has for what is cluster-scoped. */
Str id_namespace(Build *b, ResId id);
bool id_same_namespace(Build *b, ResId a, ResId other);
/* Equal for equal ids, namespaces as id_namespace has them. */
Str id_key(Build *b, ResId id);

/* --- resources -------------------------------------------------------------------------------- */

Resource *resource_new(Build *b, Node *node);
Resource *resource_copy(Build *b, const Resource *resource);
Gvk resource_gvk(const Resource *resource);
Str resource_kind(const Resource *resource);
Str resource_name(const Resource *resource);
Str resource_namespace(const Resource *resource);
ResId resource_id(const Resource *resource);
/* The oldest id. */
ResId resource_original_id(const Resource *resource);
/* Previous id `at` with the present group and version. */
ResId resource_previous_id(const Resource *resource, size_t at);
void resource_store_id(Build *b, Resource *resource);
void resource_touch(Build *b, Resource *resource, Span where, const char *what, const Node *patch);
/* Whether kustomize would have annotations of its own on it at this point. */
bool resource_is_tracked(const Resource *resource);
/* "Deployment/web" for messages. */
Str resource_title(Arena *arena, const Resource *resource);

/* --- nodes ------------------------------------------------------------------------------------ */

bool node_is_null_or_absent(const Node *node);
/* Null, {} or []. */
bool node_is_empty(const Node *node);
/* metadata.<field>, or NULL. */
Node *node_metadata(const Node *root, const char *field);
Str node_text_or_empty(const Node *node);
/* In quotes, or a block scalar: a string whatever it looks like. */
bool node_is_quoted(const Node *node);
/* A string whatever it looks like. */
Node *node_string(Arena *arena, Str text, Span span);
/* Untagged: plain text is read again, so "5" becomes a number; a quoted node stays a string. */
void node_set_text(Node *node, Str text, Span span);
void node_set_string(Node *node, Str text, Span span);
/* Sets a field as kustomize's FieldSetter does with an untagged value: an existing one keeps its
 * style, a new one is a string. */
void node_set_field_text(Arena *arena, Node *map, Str key, Str text, Span span);
/* Every value of metadata.annotations becomes a string. */
void annotations_to_strings(Build *b, Resource *resource);
Node *node_child_map(Arena *arena, Node *map, Str key, Span span); /* made where absent or null */

/* --- resmap ----------------------------------------------------------------------------------- */

int resmap_append(Build *b, ResMap *map, Resource *resource);
int resmap_append_all(Build *b, ResMap *map, const ResMap *other);
/* A generator's resource: added, or replacing or merging with the one that is there. */
int resmap_absorb(Build *b, ResMap *map, Resource *resource);
/* Those that have or had this id, in order; NULL: none. */
const Resources *resmap_any(Build *b, ResMap *map, ResId id);
/* To be called when ids may have changed. */
void resmap_changed(ResMap *map);
void resmap_drop_deleted(ResMap *map);
