/* The servers of servers.h for a test in another language: `test_servers postgres kafka` writes a
 * line for each, "postgres 40123" or "kafka - why not", then "ready". It then takes "kill NAME",
 * "restart NAME", "pause NAME", "resume NAME" and "configure kafka TOPIC NAME[=VALUE]" on standard
 * input, answers "ok" or "failed", and ends everything at its end. */
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

enum { WORD_BYTES = 128 };

typedef struct Order {
    char verb[WORD_BYTES], name[WORD_BYTES], topic[WORD_BYTES], config[WORD_BYTES];
} Order;

static bool read_order(Order *ret_order)
{
    char line[512];
    *ret_order = (Order) { 0 };
    return fgets(line, sizeof line, stdin) && sscanf(
                                                  line,
                                                  "%127s %127s %127s %127s",
                                                  ret_order->verb,
                                                  ret_order->name,
                                                  ret_order->topic,
                                                  ret_order->config
                                              ) >= 2;
}

static bool obey(const Order *order, TestServer *server)
{
    const char *verb = order->verb;
    if (strcmp(verb, "kill") == 0) {
        server_kill(server);
    } else if (strcmp(verb, "restart") == 0) {
        return server_restart(server);
    } else if (strcmp(verb, "pause") == 0 || strcmp(verb, "resume") == 0) {
        server_pause(server, verb[0] == 'p');
    } else if (strcmp(verb, "configure") == 0) {
        return server_configure_topic(server, order->topic, order->config);
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
    Order order;
    while (read_order(&order)) {
        int kind = find(order.name);
        puts(kind >= 0 && running[kind] && obey(&order, running[kind]) ? "ok" : "failed");
    }
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        server_stop(running[i]);
    }
    return 0;
}
