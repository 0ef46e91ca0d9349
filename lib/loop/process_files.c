#include <sys/resource.h>

#include "process_internal.h"

static struct rlimit former;
static bool is_raised;

void process_raise_files(void)
{
    if (is_raised || getrlimit(RLIMIT_NOFILE, &former) != 0) {
        return;
    }
    struct rlimit raised = { .rlim_cur = former.rlim_max, .rlim_max = former.rlim_max };
    is_raised = setrlimit(RLIMIT_NOFILE, &raised) == 0;
}

void process_lower_files(void)
{
    if (is_raised) {
        setrlimit(RLIMIT_NOFILE, &former);
    }
}
