/* What leaves the build: annotations put in order, and the text. */
#pragma once

#include "internal.h"

/* Annotations become strings, empty ones go, those of buildMetadata come. */
void output_finish(Build *b, const Node *build_metadata, Resource *resource);
