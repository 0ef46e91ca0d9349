#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fs.h"

#include "stack/ports_internal.h"

enum { STATE_LISTEN = 10 };

typedef struct Question {
    struct nlmsghdr head;
    struct inet_diag_req_v2 body;
} Question;

typedef struct Answer {
    struct nlmsghdr head;
    union {
        struct nlmsgerr error;
        struct inet_diag_msg socket;
        char room[1024];
    };
} Answer;

/* Without a dump the kernel looks one socket up as it would for a packet: a listener on the very
 * address, else one on every address. -EOPNOTSUPP and the like when it can't be asked. */
static int ask(int fd, int64_t port, uint64_t *ret_inode)
{
    Question question = {
        .head = { .nlmsg_len = sizeof question,
                  .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                  .nlmsg_flags = NLM_F_REQUEST },
        .body = { .sdiag_family = AF_INET,
                  .sdiag_protocol = IPPROTO_TCP,
                  .idiag_states = 1U << STATE_LISTEN,
                  .id = { .idiag_sport = htons((uint16_t) port),
                          .idiag_src = { htonl(INADDR_LOOPBACK) },
                          .idiag_cookie = { INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE } } },
    };
    Answer answer;
    if (send(fd, &question, sizeof question, 0) < 0) {
        return -errno;
    }
    ssize_t got = recv(fd, &answer, sizeof answer, 0);
    if (got < (ssize_t) sizeof answer.head) {
        return got < 0 ? -errno : -EPROTO;
    }
    if (answer.head.nlmsg_type == NLMSG_ERROR) {
        return answer.error.error;
    }
    if (answer.socket.idiag_state != STATE_LISTEN) {
        return -ENOENT;
    }
    *ret_inode = answer.socket.idiag_inode;
    return 0;
}

/* -ENOENT may also mean that the kernel has no such diagnosis: a listener of our own tells. */
static bool can_ask(int fd)
{
    auto_fd int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    uint64_t inode = 0;
    return listener >= 0 && bind(listener, (struct sockaddr *) &address, size) == 0 &&
           listen(listener, 1) == 0 &&
           getsockname(listener, (struct sockaddr *) &address, &size) == 0 &&
           ask(fd, ntohs(address.sin_port), &inode) == 0 && inode != 0;
}

int diag_find_listener(int64_t port, uint64_t *ret_inode)
{
    static enum { UNKNOWN, ABLE, UNABLE } ability;
    auto_fd int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (fd < 0 || ability == UNABLE) {
        return -ENOTSUP;
    }
    if (ability == UNKNOWN) {
        ability = can_ask(fd) ? ABLE : UNABLE;
    }
    int rc = ability == ABLE ? ask(fd, port, ret_inode) : -ENOTSUP;
    return rc == 0 || rc == -ENOENT ? rc : -ENOTSUP;
}
