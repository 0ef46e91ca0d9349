/* gRPC between the App's tables and lib/net. */
#pragma once

#include <chassis/grpc.h>

#include "runtime.h"

GrpcMetrics *grpc_metrics_new(Metrics *metrics);
/* A server with every service of the app; its HttpServer is the caller's. */
int rpc_server_new(Worker *worker, GrpcServer **ret_server, Error *err);
