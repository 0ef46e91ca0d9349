/* patches, patchesStrategicMerge and patchesJson6902. */
#pragma once

#include "internal.h"

/* One entry of patches: path or patch, target, options. */
int patch_entry_apply(Target *target, const Node *entry, ResMap *map);
/* One entry of patchesJson6902; `op_field`: "patch", or a plugin's "jsonOp". */
int patch_json_entry_apply(Target *target, const Node *entry, const char *op_field, ResMap *map);
/* One entry of patchesStrategicMerge: a path, or the patch itself. */
int patch_strategic_entry_apply(Target *target, const Node *entry, ResMap *map);
/* Resources in a text, each a patch by its id. */
int patch_text_apply(Target *target, const Node *text, ResMap *map);
