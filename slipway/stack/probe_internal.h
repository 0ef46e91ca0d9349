#pragma once

#include "net/http_client.h"

#include "stack/probe.h"

struct Prober {
    Loop *loop;
    const ProbeSpec *spec;
    uint64_t known_inode; /* of a listening socket that was seen to be the node's */
    HttpClient *http;     /* made on first use */
};

/* One question over a fresh connection, by what the protocol says first (probe_wire.c). */
int probe_wire(const Prober *prober, StrBuf *answer);
