/* What leaves the build: annotations put in order, and the text. */
#pragma once

#include "internal.h"

/* Annotations become strings, empty ones go, those of buildMetadata come. */
void output_finish(Build *b, const Node *build_metadata, Resource *resource);

/* What a resource becomes on its way through JSON and back: numbers and nulls in their plainest form,
 * strings quoted where they must be, dates as full times. Patches of RFC 6902 send it there. */
void output_normalize(Arena *arena, Node *node);
