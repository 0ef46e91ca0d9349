#include "cidr.h"

#include <arpa/inet.h>

static bool parse_address(Str text, struct in6_addr *ret_address, bool *ret_is_v4)
{
    char buffer[INET6_ADDRSTRLEN];
    if (text.len == 0 || text.len >= sizeof buffer) {
        return false;
    }
    memcpy(buffer, text.ptr, text.len);
    buffer[text.len] = '\0';
    struct in_addr v4;
    if (inet_pton(AF_INET, buffer, &v4) == 1) {
        memset(ret_address, 0, sizeof *ret_address);
        ret_address->s6_addr[10] = ret_address->s6_addr[11] = 0xFF;
        memcpy(&ret_address->s6_addr[12], &v4, sizeof v4);
        *ret_is_v4 = true;
        return true;
    }
    *ret_is_v4 = false;
    return inet_pton(AF_INET6, buffer, ret_address) == 1;
}

static bool parse_cidr(Str text, Cidr *ret_cidr)
{
    Str address = text;
    Str prefix = { 0 };
    bool has_prefix = str_cut(text, '/', &address, &prefix);
    bool is_v4;
    if (!parse_address(has_prefix ? address : text, &ret_cidr->network, &is_v4)) {
        return false;
    }
    uint64_t bits = is_v4 ? 32 : 128;
    if (has_prefix) {
        uint64_t given;
        if (!str_to_uint64(prefix, &given) || given > bits) {
            return false;
        }
        bits = given;
    }
    ret_cidr->prefix = (unsigned) bits + (is_v4 ? 96 : 0);
    return true;
}

bool cidr_list_parse(Arena *arena, Str text, CidrList *ret_list, Str *ret_bad)
{
    CidrList list = { 0 };
    Str rest = text;
    Str part;
    while (str_next(&rest, ',', &part)) {
        part = str_trim(part);
        if (part.len == 0) {
            continue;
        }
        Cidr cidr;
        if (!parse_cidr(part, &cidr)) {
            *ret_bad = part;
            return false;
        }
        vec_push(&list, arena, cidr);
    }
    *ret_list = list;
    return true;
}

static bool covers(const Cidr *cidr, const struct in6_addr *address)
{
    unsigned whole = cidr->prefix / 8;
    unsigned rest = cidr->prefix % 8;
    if (memcmp(cidr->network.s6_addr, address->s6_addr, whole) != 0) {
        return false;
    }
    unsigned mask = (0xFF00U >> rest) & 0xFFU;
    return rest == 0 || ((cidr->network.s6_addr[whole] ^ address->s6_addr[whole]) & mask) == 0;
}

bool cidr_list_has(const CidrList *list, Str peer)
{
    if (str_eq(peer, STR("unix"))) {
        return true;
    }
    size_t colon = str_rfind_char(peer, ':');
    Str host = colon == STR_NONE ? peer : str_slice(peer, 0, colon);
    if (host.len >= 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']') {
        host = str_slice(host, 1, host.len - 1);
    }
    struct in6_addr address;
    bool is_v4;
    if (!parse_address(host, &address, &is_v4)) {
        return false;
    }
    for (size_t i = 0; i < list->len; i++) {
        if (covers(&list->ptr[i], &address)) {
            return true;
        }
    }
    return false;
}
