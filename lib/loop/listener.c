#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/log.h"

#include "stream_internal.h"

enum {
    ADDRESS_TEXT_BYTES = 280,
    BACKLOG = 4096,       /* the kernel cuts it to net.core.somaxconn */
    ACCEPTED_A_TURN = 64, /* then other events get their turn */
    RETRY_AFTER_MS = 50,  /* when descriptors or memory ran out */
    SOCKET_MODE = 0600,
};

struct Listener {
    LoopObject object;
    Loop *loop;
    Poll *poll;
    int fd;
    int family;
    AcceptFn fn;
    void *arg;
    Timer retry;
    bool paused;
    bool accepting; /* inside fn: freeing waits */
    bool closed;
    char *unix_path; /* ours to remove, while it is still this file: */
    dev_t device;
    ino_t inode;
};

static void abandon(LoopObject *object)
{
    listener_close(CONTAINER_OF(object, Listener, object));
}

static void watch(Listener *listener)
{
    bool is_watching = !listener->paused && !timer_is_active(&listener->retry);
    poll_set(listener->poll, is_watching ? POLL_READ : 0);
}

static void on_retry(Timer *timer, void *arg)
{
    (void) timer;
    watch(arg);
}

/* Connections stay in the kernel's backlog meanwhile. */
static void rest(Listener *listener, int error)
{
    log_warn("accept: %s; again in %d ms", error_name(error), RETRY_AFTER_MS);
    timer_start(&listener->retry, RETRY_AFTER_MS, 0);
    watch(listener);
}

static bool is_transient(int error)
{
    return error == EINTR || error == ECONNABORTED || error == EPROTO || error == EPERM;
}

/* False: nothing more to accept now. */
static bool accept_one(Listener *listener)
{
    int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        if (errno != EAGAIN && !is_transient(errno)) {
            rest(listener, errno);
        }
        return is_transient(errno);
    }
    Stream *stream;
    int rc = stream_adopt(listener->loop, fd, listener->family, &stream);
    if (rc < 0) {
        close(fd);
        rest(listener, rc);
        return false;
    }
    listener->fn(listener, stream, listener->arg);
    return !listener->closed && !listener->paused;
}

static void on_acceptable(Poll *poll, int events, int error, void *arg)
{
    (void) poll;
    (void) events;
    Listener *listener = arg;
    if (error < 0) {
        rest(listener, error);
        return;
    }
    int left = ACCEPTED_A_TURN;
    listener->accepting = true;
    while (left-- > 0 && accept_one(listener)) {
    }
    listener->accepting = false;
    if (listener->closed) {
        free(listener);
    }
}

static int open_socket(const struct sockaddr *address, socklen_t len, bool reuse_port, int *ret_fd)
{
    auto_fd int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -errno;
    }
    int on = 1;
    if (address->sa_family == AF_UNIX) {
        /* before bind: the file has this mode from its first moment (unix_bind in Linux) */
        if (fchmod(fd, SOCKET_MODE) != 0) {
            return -errno;
        }
    } else if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0) {
        return -errno;
    }
    if (reuse_port && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) != 0) {
        return -errno;
    }
    if (bind(fd, address, len) != 0 || listen(fd, BACKLOG) != 0) {
        return -errno;
    }
    *ret_fd = take_fd(&fd);
    return 0;
}

static bool is_served(const struct sockaddr *address, socklen_t len)
{
    auto_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return fd < 0 || connect(fd, address, len) == 0 || errno != ECONNREFUSED;
}

static int open_unix(const char *path, int *ret_fd)
{
    struct sockaddr_storage storage;
    struct sockaddr *address = (struct sockaddr *) &storage;
    socklen_t len;
    struct stat status;
    int rc = address_unix(path, &storage, &len);
    if (rc < 0) {
        return rc;
    }
    rc = open_socket(address, len, false, ret_fd);
    if (rc != -EADDRINUSE || lstat(path, &status) != 0 || !S_ISSOCK(status.st_mode)) {
        return rc;
    }
    if (is_served(address, len)) {
        return -EADDRINUSE;
    }
    unlink(path);
    return open_socket(address, len, false, ret_fd);
}

static int open_tcp(const Address *address, int *ret_fd)
{
    struct sockaddr_storage storage;
    socklen_t len;
    if (address_parse(address, &storage, &len)) {
        return open_socket((struct sockaddr *) &storage, len, address->reuse_port, ret_fd);
    }
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE };
    struct addrinfo *found = NULL;
    char port[16];
    snprintf(port, sizeof(port), "%d", address->port);
    if (getaddrinfo(address->host, port, &hints, &found) != 0 || !found) {
        return -ENOENT;
    }
    int rc = open_socket(found->ai_addr, found->ai_addrlen, address->reuse_port, ret_fd);
    freeaddrinfo(found);
    return rc;
}

static void note_file(Listener *listener, const char *path)
{
    struct stat status;
    if (lstat(path, &status) == 0) {
        listener->unix_path = mem_strdup(path);
        listener->device = status.st_dev;
        listener->inode = status.st_ino;
    }
}

static int family_of(int fd)
{
    struct sockaddr_storage address = { 0 };
    socklen_t len = sizeof(address);
    getsockname(fd, (struct sockaddr *) &address, &len);
    return address.ss_family;
}

int listener_open(
    Loop *loop, const Address *address, AcceptFn fn, void *arg, Listener **ret_listener, Error *err
)
{
    char text[ADDRESS_TEXT_BYTES];
    address_describe(address, text, sizeof(text));
    auto_fd int fd = -1;
    int rc = address->unix_path ? open_unix(address->unix_path, &fd) : open_tcp(address, &fd);
    if (rc < 0) {
        return error_errno(err, rc, "listen on %s", text);
    }
    Listener *listener = MEM_NEW(Listener);
    *listener = (Listener) { .object.abandon = abandon, .loop = loop, .fn = fn, .arg = arg };
    listener->poll = poll_new(loop, fd, on_acceptable, listener);
    if (!listener->poll) {
        free(listener);
        return error_set(err, -EBADF, "listen on %s: the socket can't be watched", text);
    }
    poll_set_object(listener->poll, &listener->object);
    listener->fd = take_fd(&fd);
    listener->family = family_of(listener->fd);
    if (address->unix_path) {
        note_file(listener, address->unix_path);
    }
    timer_init(&listener->retry, loop, on_retry, listener);
    watch(listener);
    *ret_listener = listener;
    return 0;
}

int listener_port(const Listener *listener)
{
    struct sockaddr_storage address = { 0 };
    socklen_t len = sizeof(address);
    getsockname(listener->fd, (struct sockaddr *) &address, &len);
    if (address.ss_family == AF_INET) {
        return ntohs(((struct sockaddr_in *) &address)->sin_port);
    }
    return address.ss_family == AF_INET6 ? ntohs(((struct sockaddr_in6 *) &address)->sin6_port) : 0;
}

void listener_pause(Listener *listener, bool paused)
{
    listener->paused = paused;
    watch(listener);
}

static void remove_file(Listener *listener)
{
    struct stat status;
    if (listener->unix_path && lstat(listener->unix_path, &status) == 0 &&
        status.st_dev == listener->device && status.st_ino == listener->inode) {
        unlink(listener->unix_path);
    }
    free(listener->unix_path);
}

void listener_close(Listener *listener)
{
    if (!listener || listener->closed) {
        return;
    }
    listener->closed = true;
    timer_stop(&listener->retry);
    poll_free(listener->poll);
    remove_file(listener);
    close(listener->fd);
    if (!listener->accepting) {
        free(listener);
    }
}
