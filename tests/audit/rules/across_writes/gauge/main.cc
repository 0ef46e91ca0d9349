#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>

#define STATE "/var/lib/gauge/state" // # also XA028

static const char *words = "/usr/share/words";

int main()
{
    FILE *state = fopen(STATE, "w");
    FILE *read = fopen(words, "r");
    int fd = open("/run/gauge.pid", O_CREAT | O_WRONLY, 0644); // # also XA028
    int in = open("/etc/gauge.conf", O_RDONLY);
    std::ofstream out("/spool/out"); // # also XA028
    std::ifstream from("/spool2/in");
    return mkdir("/cache", 0755) + fd + in + !state + !read; // # also XA028
}
