/* generators, transformers and validators: configurations of kustomize's built-in plugins, inline
 * or in files. Plugins of others are programs or containers and are refused. */
#pragma once

#include "internal.h"

/* The configurations that field `field` names, each with the origin of its file. */
int plugins_load(Target *target, const char *field, Resources *ret_configs);
int plugin_generate(Target *target, const Resource *config, Resources *ret_resources);
int plugin_transform(Target *target, const Resource *config, ResMap *map);
/* What buildMetadata tells of a plugin's work; NULL: nothing. */
Origin *plugin_origin(Build *b, const Resource *config);
