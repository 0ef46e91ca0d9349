/* From text to resources. */
#pragma once

#include "internal.h"

/* Every resource of the source: empty documents left out, lists taken apart, kind and name checked.
 */
int resources_read(Build *b, Source *source, Resources *ret_resources);
/* Whether a text reads as resources; findings are thrown away. */
bool resources_try(Build *b, Source *source, Resources *ret_resources);
