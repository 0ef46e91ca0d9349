/* Networks that may see a guarded route: a comma list of CIDRs (RFC 4632) against the address of a
 * connection. */
#pragma once

#include <chassis/base.h>
#include <netinet/in.h>

typedef struct Cidr {
    struct in6_addr network; /* IPv4 as ::ffff:a.b.c.d */
    unsigned prefix;         /* bits, of 128 */
} Cidr;

typedef struct CidrList {
    Cidr *ptr;
    size_t len, cap;
} CidrList;

/* False: *ret_bad is the part that is no CIDR. An address without a prefix is itself alone. */
bool cidr_list_parse(Arena *arena, Str text, CidrList *ret_list, Str *ret_bad);
/* `peer` is "127.0.0.1:4711", "[::1]:4711" or "unix" (always let in: its file mode is the guard).
 */
bool cidr_list_has(const CidrList *list, Str peer);
