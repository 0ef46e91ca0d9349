/* Connecting without blocking the loop: the name is resolved on a worker thread, libpq then gets
 * addresses only. */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/log.h"

#include "pg_internal.h"

enum { SETTINGS_MAX = 16, ADDRESSES_MAX = 4 };

typedef struct Resolution {
    const char *host;
    char addresses[ADDRESSES_MAX * INET6_ADDRSTRLEN]; /* comma list, as libpq's hostaddr */
    char hosts[ADDRESSES_MAX * 256];                  /* the name as often: for TLS and pgpass */
    int error;                                        /* of getaddrinfo */
} Resolution;

static void add_item(char *list, size_t size, const char *item)
{
    size_t len = strlen(list);
    snprintf(list + len, size - len, "%s%s", len ? "," : "", item);
}

static void resolve(void *arg)
{
    Resolution *resolution = arg;
    struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
    struct addrinfo *found = NULL;
    resolution->error = getaddrinfo(resolution->host, NULL, &hints, &found);
    if (resolution->error) {
        return;
    }
    size_t count = 0;
    for (struct addrinfo *at = found; at && count < ADDRESSES_MAX; at = at->ai_next, count++) {
        char text[INET6_ADDRSTRLEN];
        if (getnameinfo(at->ai_addr, at->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST) ==
            0) {
            add_item(resolution->addresses, sizeof resolution->addresses, text);
            add_item(resolution->hosts, sizeof resolution->hosts, resolution->host);
        }
    }
    freeaddrinfo(found);
}

static bool needs_resolving(const char *host)
{
    struct in6_addr address;
    return host[0] != '/' && inet_pton(AF_INET, host, &address) != 1 &&
           inet_pton(AF_INET6, host, &address) != 1;
}

typedef struct Settings {
    const char *keys[SETTINGS_MAX + 1];
    const char *values[SETTINGS_MAX + 1];
    size_t count;
} Settings;

static void set(Settings *settings, const char *key, const char *value)
{
    if (value && settings->count < SETTINGS_MAX) {
        settings->keys[settings->count] = key;
        settings->values[settings->count++] = value;
    }
}

static PGconn *start(const PgPoolOptions *options, const Resolution *resolution)
{
    char port[16], flags[64];
    snprintf(port, sizeof port, "%d", options->port);
    snprintf(
        flags, sizeof flags, "-c statement_timeout=%lld", (long long) options->statement_timeout_ms
    );
    bool has_addresses = resolution->addresses[0] != '\0';
    Settings settings = { .count = 0 };
    set(&settings, "host", has_addresses ? resolution->hosts : options->host);
    set(&settings, "hostaddr", has_addresses ? resolution->addresses : NULL);
    set(&settings, "port", port);
    set(&settings, "user", options->user);
    set(&settings, "password", options->password);
    set(&settings, "dbname", options->database);
    set(&settings, "sslmode", options->ssl_mode);
    set(&settings, "gssencmode", "disable");
    set(&settings, "application_name", options->application_name);
    set(&settings, "client_encoding", "UTF8");
    set(&settings, "keepalives_idle", "30");
    set(&settings, "keepalives_interval", "10");
    set(&settings, "keepalives_count", "3");
    set(&settings, "tcp_user_timeout", "30000");
    set(&settings, "options", options->statement_timeout_ms > 0 ? flags : NULL);
    return PQconnectStartParams(settings.keys, settings.values, 0);
}

static void on_ready(Poll *poll, int events, int error, void *arg)
{
    (void) events;
    (void) error; /* the next step of libpq meets it again and has words for it */
    PgConnecting *connecting = arg;
    poll_set(poll, 0);
    if (connecting->is_waiting) {
        connecting->is_waiting = false;
        fiber_wake(connecting->fiber, 0);
    }
}

/* libpq may change its socket between two steps, so each wait has a Poll of its own. */
static int wait_socket(PgPool *pool, PgConnecting *connecting, int fd, int events, Deadline until)
{
    Poll *poll = poll_new(pool->loop, fd, on_ready, connecting);
    connecting->is_waiting = true;
    poll_set(poll, events);
    int rc = fiber_park_until(until);
    connecting->is_waiting = false;
    poll_free(poll);
    return rc;
}

static int finish(PgPool *pool, PgConnecting *connecting, PGconn *pq, Deadline until, PgError *err)
{
    PostgresPollingStatusType status = PGRES_POLLING_WRITING;
    while (status != PGRES_POLLING_OK) {
        if (status == PGRES_POLLING_FAILED || PQsocket(pq) < 0) {
            return pg_fail_connect(err, pq);
        }
        int events = status == PGRES_POLLING_READING ? POLL_READ : POLL_WRITE;
        int rc = wait_socket(pool, connecting, PQsocket(pq), events, until);
        if (rc == -ETIME || rc == -ETIMEDOUT) {
            return pg_fail(
                err, PG_UNAVAILABLE, -ECONNREFUSED, "connect to Postgres: no answer in time"
            );
        }
        if (rc < 0) {
            return pg_fail_park(err, rc, "connect to Postgres");
        }
        status = PQconnectPoll(pq);
    }
    return 0;
}

static void on_notice(void *arg, const char *message)
{
    (void) arg;
    Str text = str_trim(str_from(message));
    log_debug("postgres: %" STR_FMT, STR_ARG(text));
}

int pg_connect(PgPool *pool, PgConnecting *connecting, PGconn **ret_pq, PgError *err)
{
    const PgPoolOptions *options = &pool->options;
    Deadline until = deadline_in_ms(options->connect_timeout_ms);
    Resolution resolution = { .host = options->host };
    if (needs_resolving(options->host)) {
        int rc = job_run(resolve, &resolution);
        if (rc < 0 || resolution.error) {
            const char *why = rc < 0 ? error_name(rc) : gai_strerror(resolution.error);
            return pg_fail(
                err, PG_UNAVAILABLE, -ECONNREFUSED, "resolve %s: %s", options->host, why
            );
        }
    }
    PGconn *pq = start(options, &resolution);
    if (!pq || PQstatus(pq) == CONNECTION_BAD) {
        int rc = pg_fail_connect(err, pq);
        PQfinish(pq);
        return rc;
    }
    PQsetNoticeProcessor(pq, on_notice, NULL);
    int rc = finish(pool, connecting, pq, until, err);
    if (rc < 0) {
        PQfinish(pq);
        return rc;
    }
    *ret_pq = pq;
    return 0;
}
