/* Both ends of gRPC: a small service on the fixture's server, and a client. */
#pragma once

#include "net/grpc_client.h"
#include "net/grpc_server.h"

#include "echo.pb-c.h"
#include "support.h"

typedef struct Seen {
    int before, after, canceled;
    GrpcStatus last;
    int64_t left_ms;
} Seen;

typedef struct Ends {
    Seen seen;
    GrpcServer *server;
    GrpcClient *client;
    char *target;
} Ends;

void grpc_start(Fixture *fixture, Ends *ends);
void grpc_finish_ends(Fixture *fixture, Ends *ends);
