#pragma once

#include <stdint.h>

/* The inode of the socket that a connection to 127.0.0.1:port would reach: one question to the
 * kernel, whatever the number of sockets (sock_diag(7)). -ENOENT: nothing listens; -ENOTSUP: this
 * kernel doesn't say, see /proc/net/tcp. */
int diag_find_listener(int64_t port, uint64_t *ret_inode);
