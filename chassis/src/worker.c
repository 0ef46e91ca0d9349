#include "worker.h"

#include <errno.h>
#include <sys/resource.h>

#include "database.h"
#include "db.h"
#include "exchange.h"
#include "kv.h"
#include "peers.h"
#include "rpc.h"

enum { POOL_END_MS = 2000 };

/* SO_REUSEPORT lets a second process of the same user share a port unnoticed: worker 0 first takes the
 * port for itself alone, and so finds out whose it is. */
static int check_port(const Worker *worker, const Address *address, Error *err)
{
    if (worker->index > 0 || !address->reuse_port || address->port == 0) {
        return 0;
    }
    Address alone = *address;
    alone.reuse_port = false;
    Listener *probe = NULL;
    int rc = listener_open(worker->loop, &alone, NULL, NULL, &probe, err);
    if (rc == 0) {
        listener_close(probe);
    }
    return rc;
}

static int listen_on(Worker *worker, HttpServer *server, const Address *address, Error *err)
{
    int rc = check_port(worker, address, err);
    return rc < 0 ? rc : http_server_listen(server, address, err);
}

/* The connections of all servers together leave a quarter of the descriptors to what they are served from. 0: the
 * server's own bound is lower. */
static size_t connections_share(const Runtime *runtime)
{
    enum { SERVERS_OWN_BOUND = 4096 };
    size_t servers = runtime->worker_count * (runtime->app->grpc_port ? 2 : 1);
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
        limit.rlim_cur / 4 * 3 / servers > SERVERS_OWN_BOUND) {
        return 0;
    }
    return (size_t) limit.rlim_cur / 4 * 3 / servers;
}

static int listen_http(Worker *worker, Error *err)
{
    Runtime *runtime = worker->runtime;
    const HttpServerOptions options = {
        .max_connections = connections_share(runtime),
        .handler = exchange_handle,
        .arg = worker,
        .on_error = exchange_error,
    };
    int rc = http_server_new(worker->loop, &options, &worker->http, err);
    if (rc < 0) {
        return rc;
    }
    const Address address = { .host = runtime->settings.http_host.ptr,
                              .port = (int) runtime->settings.http_port,
                              .reuse_port = runtime->worker_count > 1 };
    return listen_on(worker, worker->http, &address, err);
}

static int listen_grpc(Worker *worker, Error *err)
{
    Runtime *runtime = worker->runtime;
    int rc = rpc_server_new(worker, &worker->grpc, err);
    if (rc < 0) {
        return rc;
    }
    const HttpServerOptions options = {
        .max_connections = connections_share(runtime),
        .handler = grpc_server_handle,
        .arg = worker->grpc,
        .http2_only = true,
    };
    rc = http_server_new(worker->loop, &options, &worker->grpc_http, err);
    if (rc < 0) {
        return rc;
    }
    const Address address = { .host = runtime->settings.grpc_host.ptr,
                              .port = (int) runtime->settings.grpc_port,
                              .reuse_port = runtime->worker_count > 1 };
    return listen_on(worker, worker->grpc_http, &address, err);
}

int worker_open(Worker *worker, Error *err)
{
    worker->statements = statement_cache_new(worker->arena);
    worker->peers = peers_new(worker);
    int rc = kv_open(worker, err);
    if (rc == 0) {
        rc = listen_http(worker, err);
    }
    if (rc == 0 && worker->runtime->app->grpc_port) {
        rc = listen_grpc(worker, err);
    }
    return rc;
}

int worker_open_database(Worker *worker, Error *err)
{
    const PgPoolOptions options = database_options(worker->runtime);
    return pg_pool_open(worker->loop, &options, &worker->pool, err);
}

void worker_drain(Worker *worker, int64_t timeout_ms)
{
    Deadline deadline = deadline_in_ms(timeout_ms);
    if (worker->grpc) {
        grpc_server_set_health(worker->grpc, STR(""), GRPC_NOT_SERVING);
    }
    if (worker->http) {
        http_server_drain(worker->http, deadline);
    }
    if (worker->grpc_http) {
        http_server_drain(worker->grpc_http, deadline);
    }
}

void worker_close(Worker *worker)
{
    if (worker->http) {
        http_server_free(worker->http);
    }
    if (worker->grpc_http) {
        http_server_free(worker->grpc_http);
    }
    if (worker->grpc) {
        grpc_server_free(worker->grpc);
    }
    peers_free(worker->peers);
    kv_close(worker);
    pg_pool_close(worker->pool, POOL_END_MS);
    worker->pool = NULL;
}
