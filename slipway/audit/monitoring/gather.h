/* The dashboards and Prometheus files of a run. */
#pragma once

#include "audit/run.h"

void monitoring_gather(Audit *audit);
