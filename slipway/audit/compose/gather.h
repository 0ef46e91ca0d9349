/* The Compose projects of a run. */
#pragma once

#include "audit/run.h"

/* From the artifacts of kind COMPOSE, and the files beside them that they name. */
void compose_gather(Audit *audit);
