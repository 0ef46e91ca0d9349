/* Quantities: "500m", "1Gi", "1e3", 2.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
#pragma once

#include <stdbool.h>

#include "codec/node.h"

/* In thousandths; false where it is none. */
bool quantity_parse(const Node *node, double *ret_milli);
