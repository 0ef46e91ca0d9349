/* The servers of servers.h for a test in another language: `test_servers postgres kafka` writes a
 * line for each, "postgres 40123" or "kafka - why not", then "ready". It then takes "kill NAME",
 * "restart NAME", "pause NAME" and "resume NAME" on standard input, answers "ok" or "failed", and
 * ends everything at its end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#include "servers.h"

static const struct {
    const char *name;
    TestServer *(*start)(const char **ret_why_not);
} kinds[] = {
    { "postgres", server_start_postgres },
    { "redis", server_start_redis },
    { "kafka", server_start_kafka },
};

static TestServer *running[ARRAY_LEN(kinds)];

static int find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            return (int) i;
        }
    }
    return -1;
}

static bool start(const char *name)
{
    int kind = find(name);
    const char *why_not = "no such server";
    if (kind >= 0) {
        running[kind] = kinds[kind].start(&why_not);
    }
    if (kind < 0 || !running[kind]) {
        printf("%s - %s\n", name, why_not);
        return false;
    }
    printf("%s %d\n", name, server_port(running[kind]));
    return true;
}

static bool obey(const char *verb, TestServer *server)
{
    if (strcmp(verb, "kill") == 0) {
        server_kill(server);
    } else if (strcmp(verb, "restart") == 0) {
        return server_restart(server);
    } else if (strcmp(verb, "pause") == 0 || strcmp(verb, "resume") == 0) {
        server_pause(server, verb[0] == 'p');
    } else {
        return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 1; i < argc; i++) {
        start(argv[i]);
    }
    puts("ready");
    char verb[16];
    char name[16];
    while (scanf("%15s %15s", verb, name) == 2) {
        int kind = find(name);
        puts(kind >= 0 && running[kind] && obey(verb, running[kind]) ? "ok" : "failed");
    }
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        server_stop(running[i]);
    }
    return 0;
}
