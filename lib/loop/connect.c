#include <assert.h>
#include <netdb.h>
#include <stdio.h>

#include "stream_internal.h"

enum { ADDRESS_TEXT_BYTES = 280 };

/* A query of the resolver can't be stopped once a thread runs it: it outlives a fiber that gave up.
 */
typedef struct Resolve {
    uv_getaddrinfo_t request;
    Loop *loop;
    Fiber *fiber; /* NULL: gave up */
    int status;
    struct addrinfo *found;
} Resolve;

/* On the stack of the fiber that connects. */
typedef struct Connect {
    uv_connect_t request;
    Loop *loop;
    Fiber *fiber;
    int status;
    bool done;
} Connect;

static void free_resolve(Resolve *resolve)
{
    uv_freeaddrinfo(resolve->found);
    free(resolve);
}

static void on_resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *found)
{
    Resolve *resolve = CONTAINER_OF(request, Resolve, request);
    loop_wake(resolve->loop);
    resolve->status = status;
    resolve->found = found;
    if (resolve->fiber) {
        fiber_wake(resolve->fiber, 0);
        resolve->fiber = NULL;
    } else {
        free_resolve(resolve);
    }
}

/* libuv's codes of the resolver are no errnos. */
static int errno_of_resolver(int status)
{
    switch (status) {
    case UV_EAI_NONAME:
    case UV_EAI_NODATA:
    case UV_EAI_ADDRFAMILY:
        return -ENOENT;
    case UV_EAI_AGAIN:
        return -EAGAIN;
    case UV_EAI_MEMORY:
        return -ENOMEM;
    default:
        return status <= UV_EAI_ADDRFAMILY && status >= UV_EAI_SOCKTYPE ? -EHOSTUNREACH : status;
    }
}

static int
resolve_name(Loop *loop, const Address *address, Deadline deadline, Resolve **ret_resolve)
{
    char port[16];
    snprintf(port, sizeof(port), "%d", address->port);
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG };
    Resolve *resolve = MEM_NEW(Resolve);
    *resolve = (Resolve) { .loop = loop, .fiber = fiber_self() };
    int rc = uv_getaddrinfo(&loop->uv, &resolve->request, on_resolved, address->host, port, &hints);
    if (rc < 0) {
        free(resolve);
        return rc;
    }
    rc = fiber_park_until(deadline);
    if (resolve->fiber) {
        resolve->fiber = NULL;
        uv_cancel((uv_req_t *) &resolve->request);
        return rc;
    }
    if (rc < 0 || resolve->status < 0) {
        rc = rc < 0 ? rc : errno_of_resolver(resolve->status);
        free_resolve(resolve);
        return rc;
    }
    *ret_resolve = resolve;
    return 0;
}

static void on_connected(uv_connect_t *request, int status)
{
    Connect *connect = CONTAINER_OF(request, Connect, request);
    loop_wake(connect->loop);
    connect->status = status;
    connect->done = true;
    fiber_wake(connect->fiber, 0);
}

static int start_connect(Stream *stream, Connect *connect, const struct sockaddr *address)
{
    if (address->sa_family == AF_UNIX) {
        /* reports its failures through the callback alone */
        const char *path = address->sa_data;
        uv_pipe_connect(&connect->request, &stream->uv.pipe, path, on_connected);
        return 0;
    }
    return uv_tcp_connect(&connect->request, &stream->uv.tcp, address, on_connected);
}

static int
connect_to(Loop *loop, const struct sockaddr *address, Deadline deadline, Stream **ret_stream)
{
    Stream *stream;
    Connect connect = { .loop = loop, .fiber = fiber_self() };
    int rc = stream_make(loop, address->sa_family, &stream);
    if (rc < 0) {
        return rc;
    }
    rc = start_connect(stream, &connect, address);
    if (rc == 0) {
        rc = fiber_park_until(deadline);
        if (!connect.done) {
            stream_close(stream);
            fiber_park_uninterrupted();
            return rc;
        }
        rc = connect.status;
    }
    if (rc < 0) {
        stream_close(stream);
        return rc;
    }
    if (address->sa_family != AF_UNIX) {
        uv_tcp_nodelay(&stream->uv.tcp, 1);
    }
    *ret_stream = stream;
    return 0;
}

static int
connect_to_first(Loop *loop, const struct addrinfo *found, Deadline deadline, Stream **ret_stream)
{
    int rc = -ENOENT;
    for (const struct addrinfo *info = found; info; info = info->ai_next) {
        rc = connect_to(loop, info->ai_addr, deadline, ret_stream);
        if (rc == 0 || rc == -ETIME || rc == -ETIMEDOUT || rc == -ECANCELED) {
            break;
        }
    }
    return rc;
}

static int
connect_by_name(Loop *loop, const Address *address, Deadline deadline, Stream **ret_stream)
{
    Resolve *resolve = NULL;
    int rc = resolve_name(loop, address, deadline, &resolve);
    if (resolve) {
        rc = connect_to_first(loop, resolve->found, deadline, ret_stream);
        free_resolve(resolve);
    }
    return rc;
}

static int connect_any(Loop *loop, const Address *address, Deadline deadline, Stream **ret_stream)
{
    struct sockaddr_storage storage;
    socklen_t len;
    if (address->unix_path) {
        int rc = address_unix(address->unix_path, &storage, &len);
        return rc < 0 ? rc : connect_to(loop, (struct sockaddr *) &storage, deadline, ret_stream);
    }
    if (address_parse(address, &storage, &len)) {
        return connect_to(loop, (struct sockaddr *) &storage, deadline, ret_stream);
    }
    return connect_by_name(loop, address, deadline, ret_stream);
}

int stream_connect(
    Loop *loop, const Address *address, Deadline deadline, Stream **ret_stream, Error *err
)
{
    assert(fiber_self());
    int rc = connect_any(loop, address, deadline, ret_stream);
    if (rc < 0) {
        char text[ADDRESS_TEXT_BYTES];
        address_describe(address, text, sizeof(text));
        rc = rc == -ETIME ? -ETIMEDOUT : rc;
        return error_errno(err, rc, "connect to %s", text);
    }
    return 0;
}
