#include <fcntl.h>
#include <unistd.h>

#include "commands.h"

/* A descriptor of 0 to 2 that is closed would be given to the next file that is opened, and what is
 * printed would go there; libuv aborts when it closes one of them. */
static void open_standard_streams(void)
{
    int fd;
    do {
        fd = open("/dev/null", O_RDWR);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO) {
        close(fd);
    }
}

int main(int argc, char **argv)
{
    open_standard_streams();
    return (int) cli_main(argc, argv, commands);
}
