/* The Kubernetes API as text, made by tools/gen_kubernetes_schema.py; both arrays are sorted.
 *
 * A kind:  apiVersion/Kind Type [@RANGE…]
 * A type:  Name FIELD…        FIELD: name[!]:SHAPE[=VALUE|VALUE…][@RANGE]        '!': required
 * SHAPE:   s string  t time  y base64  b boolean  i int32  l int64  n number  q quantity
 *          x number or string  a anything  [SHAPE a list  {SHAPE a map  >Type, without its package
 *          where it is the owner's
 * RANGE:   minor versions, "25-27", "28-", "-30"; without one, all that have the type */
#pragma once

#include <stddef.h>

extern const unsigned api_oldest, api_newest; /* minor versions */
extern const char *const api_kinds[];         /* end with NULL */
extern const size_t api_kind_count;
extern const char *const api_types[]; /* likewise */
extern const size_t api_type_count;
