/* configMapGenerator and secretGenerator. */
#pragma once

#include "internal.h"

/* `args`: one entry of the list, or a plugin's configuration; `global`: generatorOptions, or NULL.
 * A NULL resource is never returned with 0. */
int generate_config_map(
    Target *target, const Node *args, const Node *global, Resource **ret_resource
);
int generate_secret(Target *target, const Node *args, const Node *global, Resource **ret_resource);
/* Takes labels, annotations, name and namespace from the one it replaces. */
void generated_take_metadata(Build *b, Resource *resource, const Resource *old);
/* The same, and the data it doesn't have itself. */
void generated_merge(Build *b, Resource *resource, const Resource *old);

/* The suffix of a generated resource's name. */
Str resource_hash(Arena *arena, const Resource *resource);
Str base64_lines(Arena *arena, Str data);
