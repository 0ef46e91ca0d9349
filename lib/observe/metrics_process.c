/* The running process, from /proc (proc(5)), at each scrape. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "observe/metrics.h"

#include "internal.h"

/* The whole of a small file of /proc. */
static Str read_proc(const char *path, char *buffer, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t count = fd < 0 ? -1 : read(fd, buffer, size);
    if (fd >= 0) {
        close(fd);
    }
    return str_make(buffer, count > 0 ? (size_t) count : 0);
}

/* Field `index` (from 0) of a line separated by single spaces; 0 when absent. */
static int64_t number_at(Str line, size_t index)
{
    Str field = { 0 };
    int64_t value = 0;
    for (size_t i = 0; i <= index; i++) {
        if (!str_next(&line, ' ', &field)) {
            return 0;
        }
    }
    return str_to_int64(str_trim(field), &value) ? value : 0;
}

static int64_t resident_bytes(void)
{
    char buffer[256];
    return number_at(read_proc("/proc/self/statm", buffer, sizeof buffer), 1) *
           sysconf(_SC_PAGESIZE);
}

static double start_utc_s(void)
{
    char buffer[1024];
    Str stat = read_proc("/proc/self/stat", buffer, sizeof buffer);
    /* The command in parentheses may hold spaces: fields are counted behind it. starttime is 22. */
    size_t end = str_rfind_char(stat, ')');
    if (end == STR_NONE) {
        return 0;
    }
    int64_t ticks_after_boot = number_at(str_skip(stat, end + 2), 22 - 3);
    struct timespec up;
    clock_gettime(CLOCK_BOOTTIME, &up);
    double now_s = (double) clock_utc_us() / 1e6;
    double up_s = (double) up.tv_sec + (double) up.tv_nsec / 1e9;
    return now_s - up_s + (double) ticks_after_boot / (double) sysconf(_SC_CLK_TCK);
}

static double cpu_s(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double) used.tv_sec + (double) used.tv_nsec / 1e9;
}

static int64_t open_fds(void)
{
    DIR *dir = opendir("/proc/self/fd");
    if (!dir) {
        return 0;
    }
    int64_t count = -3; /* ".", ".." and the one that reads */
    while (readdir(dir)) {
        count++;
    }
    closedir(dir);
    return count;
}

static void
head(const Metrics *metrics, StrBuf *out, const char *name, const char *type, const char *help)
{
    strbuf_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
    metric_add_sample_head(metrics, out, str_from(name), (Str) { 0 });
}

void metrics_add_process(Metrics *metrics, Str version, Str commit)
{
    static const MetricSpec spec = {
        .name = "build_info",
        .help = "The program that runs; always 1",
        .kind = METRIC_GAUGE,
        .labels = { "version", "commit" },
    };
    metric_set(metric_get(metrics_define(metrics, &spec), METRIC_VALUES(version, commit)), 1);
    metrics->start_utc_s = start_utc_s();
    metrics->has_process = true;
}

void metrics_expose_process(const Metrics *metrics, StrBuf *out)
{
    head(metrics, out, "process_resident_memory_bytes", "gauge", "Resident memory");
    strbuf_add_int64(out, resident_bytes());
    strbuf_add_char(out, '\n');
    head(metrics, out, "process_cpu_seconds_total", "counter", "User and system CPU time");
    strbuf_add_double(out, cpu_s());
    strbuf_add_char(out, '\n');
    head(metrics, out, "process_open_fds", "gauge", "Open file descriptors");
    strbuf_add_int64(out, open_fds());
    strbuf_add_char(out, '\n');
    head(metrics, out, "process_start_time_seconds", "gauge", "Start, in seconds since 1970");
    strbuf_addf(out, "%.2f\n", metrics->start_utc_s);
}
