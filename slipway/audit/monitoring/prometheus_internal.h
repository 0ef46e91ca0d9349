/* What prometheus_read is made of, a file each. */
#pragma once

#include "prometheus.h"

void prometheus_read_rules(PrometheusFile *file);
void prometheus_read_config(PrometheusFile *file);
void prometheus_read_alertmanager(PrometheusFile *file);
/* Go's expressions, about the text of the node. */
void prometheus_check_regex(PrometheusFile *file, const Node *node, Str text);
