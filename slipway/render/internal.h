/* What the kinds share beside render/render.h. */
#pragma once

#include <errno.h>

#include "render/render.h"
#include "render/values_internal.h"

/* The values with one more name, for a template about one entry; the rest is shared, not copied. */
Node *values_with(Arena *arena, const Node *values, const char *key, const Node *value);

/* Everyone with a Secret: services, and the servers whose password they share. */
Node *secret_owners(Arena *arena, const Node *values, const Node *infrastructure);

/* deploy/kubernetes/overlays/<name>; `infrastructure` are the resources that run in the cluster. */
int overlay_render(RenderContext *ctx, const Node *base, const Node *infrastructure, Str name);

extern const ArtifactKind actions_kind;
extern const ArtifactKind compose_kind;
extern const ArtifactKind dockerfile_kind;
extern const ArtifactKind kubernetes_kind;
extern const ArtifactKind observability_kind;
