#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/un.h>

#include "stream_internal.h"

void address_format(const struct sockaddr *address, char *text, size_t size)
{
    char host[INET6_ADDRSTRLEN];
    text[0] = '\0';
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const void *) address;
        inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
        snprintf(text, size, "%s:%d", host, ntohs(in->sin_port));
    } else if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const void *) address;
        inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host));
        snprintf(text, size, "[%s]:%d", host, ntohs(in6->sin6_port));
    } else if (address->sa_family == AF_UNIX) {
        snprintf(text, size, "unix");
    }
}

void address_describe(const Address *address, char *text, size_t size)
{
    const char *host = address->host ? address->host : "";
    if (address->unix_path) {
        snprintf(text, size, "%s", address->unix_path);
    } else if (strchr(host, ':')) {
        snprintf(text, size, "[%s]:%d", host, address->port);
    } else {
        snprintf(text, size, "%s:%d", host, address->port);
    }
}

bool address_parse(const Address *address, struct sockaddr_storage *ret_address, socklen_t *ret_len)
{
    const char *host = address->host && address->host[0] ? address->host : "0.0.0.0";
    struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons((uint16_t) address->port) };
    struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
                                .sin6_port = htons((uint16_t) address->port) };
    *ret_address = (struct sockaddr_storage) { 0 };
    if (inet_pton(AF_INET, host, &in.sin_addr) == 1) {
        memcpy(ret_address, &in, sizeof(in));
        *ret_len = sizeof(in);
        return true;
    }
    if (inet_pton(AF_INET6, host, &in6.sin6_addr) == 1) {
        memcpy(ret_address, &in6, sizeof(in6));
        *ret_len = sizeof(in6);
        return true;
    }
    return false;
}

int address_unix(const char *path, struct sockaddr_storage *ret_address, socklen_t *ret_len)
{
    struct sockaddr_un un = { .sun_family = AF_UNIX };
    size_t len = strlen(path);
    if (len == 0 || len >= sizeof(un.sun_path)) {
        return len ? -ENAMETOOLONG : -EINVAL;
    }
    memcpy(un.sun_path, path, len);
    *ret_address = (struct sockaddr_storage) { 0 };
    memcpy(ret_address, &un, sizeof(un));
    *ret_len = sizeof(un);
    return 0;
}
