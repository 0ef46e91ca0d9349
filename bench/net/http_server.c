/* The server's cost of a request: one loop, a handler that answers at once. Prints its port; at the
 * end of its input, its CPU time and what it served.
 *
 *     http_server [body bytes] */
#include "net/http_server.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "loop/fiber.h"

static Str body;

static void handle(HttpExchange *exchange, void *arg)
{
    (void) arg;
    http_headers_add(
        &exchange->response_headers, STR("Content-Type"), STR("application/json; charset=utf-8")
    );
    http_respond(exchange, 200, body);
}

static int64_t cpu_us(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (int64_t) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * US_PER_S +
           usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static long rss_kib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static void on_input(Poll *poll, int events, int error, void *arg)
{
    (void) events;
    (void) error;
    char byte;
    if (read(STDIN_FILENO, &byte, 1) <= 0) {
        poll_free(poll);
        loop_stop(arg);
    }
}

int main(int argc, char **argv)
{
    int64_t size = 100;
    if (argc > 1 && !str_to_int64(str_from(argv[1]), &size)) {
        return 2;
    }
    StrBuf text = STRBUF_INIT;
    strbuf_add_repeat(&text, 'x', (size_t) size);
    body = strbuf_str(&text);
    Loop *loop = NULL;
    Error err = ERROR_INIT;
    HttpServer *server;
    Address address = { .host = "127.0.0.1" };
    HttpServerOptions options = { .handler = handle };
    if (loop_new(&loop, &err) < 0 || http_server_new(loop, &options, &server, &err) < 0 ||
        http_server_listen(server, &address, &err) < 0) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    printf("%d\n", http_server_port(server, 0));
    fflush(stdout);
    poll_set(poll_new(loop, STDIN_FILENO, on_input, loop), POLL_READ);
    int64_t before = cpu_us();
    loop_run(loop);
    uint64_t served = http_server_stats(server)->requests_total;
    double used = (double) (cpu_us() - before);
    printf(
        "%llu requests, %.2f us CPU each, at most %ld KiB resident\n",
        (unsigned long long) served,
        served ? used / (double) served : 0,
        rss_kib()
    );
    http_server_free(server);
    loop_free(loop);
    strbuf_done(&text);
    return 0;
}
