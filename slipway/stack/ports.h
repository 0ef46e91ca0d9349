/* Ports: who listens where, from what the kernel says of sockets and from the descriptors of
 * processes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/str.h"

#include "stack/proc.h"

typedef struct PortOwner {
    int64_t port;
    pid_t pid;   /* 0: not ours to see */
    Str command; /* its command line; empty when pid is 0 */
    uint64_t inode;
} PortOwner;

/* True when something listens on `port` on the loopback or on every address. */
bool port_find_owner(Arena *arena, int64_t port, PortOwner *ret_owner);
/* "port 8001 is taken by pid 4711 (python3 -m http.server 8001)". */
Str port_describe(Arena *arena, const PortOwner *owner);

/* Whether anything listens there, on loopback or every address. */
bool port_is_taken(int64_t port);

/* Whether the socket that listens on `port` is held by one of the processes that match. `known`
 * keeps the answer's inode from call to call (0 at first), so that a repeat costs one short read. A
 * socket whose holder can't be seen is not theirs. */
bool port_belongs_to(int64_t port, const ProcQuery *processes, uint64_t *known);
