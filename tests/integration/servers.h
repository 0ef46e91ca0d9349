/* Real servers for tests: each in a fresh directory under TMPDIR, on a free port of 127.0.0.1, as
 * an unprivileged user when the test runs as root, dead when the test dies. Starting waits for
 * readiness.
 *
 * A server that can't run here gives NULL and a reason: skip the case by name with it. */
#pragma once

#include <stdbool.h>

typedef struct TestServer TestServer;

/* Superuser "ecommerce" with password "ecommerce_secret", by scram-sha-256; database "postgres". */
TestServer *server_start_postgres(const char **ret_why_not);
TestServer *server_start_redis(const char **ret_why_not);
/* One KRaft node. Its jars are looked for in $SLIPWAY_TEST_KAFKA, then in
 * $XDG_CACHE_HOME/slipway/kafka-* and, as slipway keeps them for root, /var/cache/slipway/kafka-* (a folder with libs/ in it, or of jars). Topics are not made by
 * themselves. */
TestServer *server_start_kafka(const char **ret_why_not);

#define SERVER_USER     "ecommerce"
#define SERVER_PASSWORD "ecommerce_secret"

int server_port(const TestServer *server);
/* Kafka: sets "name=value" of a topic, or with "name" alone gives it its default again. */
bool server_configure_topic(TestServer *server, const char *topic, const char *config);
/* SIGKILL to the server and every process it made; returns when they are gone. Data stay. */
void server_kill(TestServer *server);
/* Starts it again on the same port with the same data, and waits for readiness. */
bool server_restart(TestServer *server);
/* SIGSTOP and SIGCONT to all of its processes. */
void server_pause(TestServer *server, bool paused);
/* Ends it and deletes its directory. NULL is fine. */
void server_stop(TestServer *server);
