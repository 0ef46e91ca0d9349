/* The smallest service: answers every request with 200. What is measured is slipway, not this. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    char request[4096];
    int on = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((unsigned short) strtol(argc > 1 ? argv[1] : "0", NULL, 10)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *) &address, sizeof address) < 0 ||
        listen(listener, 64) < 0) {
        return 1;
    }
    for (;;) {
        int peer = accept(listener, NULL, NULL);
        while (read(peer, request, sizeof request) > 0) {
            if (write(peer, answer, sizeof answer - 1) < 0) {
                break;
            }
        }
        close(peer);
    }
}
