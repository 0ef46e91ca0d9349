/* Several loops on one port, each with a server of its own. */
#include <pthread.h>
#include <stdatomic.h>

#include "base/mem.h"
#include "net/http_client.h"

#include "support.h"

enum { THREADS = 3, REQUESTS = 300 };

typedef struct Worker {
    pthread_t thread;
    int port;
    Loop *loop;
    HttpServer *server;
    atomic_int handled;
    atomic_bool listens;
} Worker;

static void handle(HttpExchange *exchange, void *arg)
{
    Worker *worker = arg;
    atomic_fetch_add(&worker->handled, 1);
    http_headers_add(&exchange->response_headers, STR("Content-Type"), STR("text/plain"));
    http_respond(exchange, 200, STR("served\n"));
}

static void drain(void *arg)
{
    Worker *worker = arg;
    http_server_drain(worker->server, deadline_in_ms(10000));
    http_server_free(worker->server);
    loop_stop(worker->loop);
}

static void start_drain(void *arg)
{
    Worker *worker = arg;
    fiber_spawn(worker->loop, NULL, drain, worker, NULL);
}

static void *work(void *arg)
{
    Worker *worker = arg;
    HttpServerOptions options = { .handler = handle, .arg = worker };
    Address address = { .host = "127.0.0.1", .port = worker->port, .reuse_port = true };
    bool fine = http_server_new(worker->loop, &options, &worker->server, NULL) == 0 &&
                http_server_listen(worker->server, &address, NULL) == 0;
    atomic_store(&worker->listens, fine);
    loop_run(worker->loop);
    loop_free(worker->loop);
    return NULL;
}

static void serves_one_port_from_several_threads(Fixture *fixture)
{
    fixture->options.handler = handle;
    Worker own = { 0 };
    fixture->options.arg = &own;
    Address address = { .host = "127.0.0.1", .reuse_port = true };
    assert_int_equal(http_server_new(fixture->loop, &fixture->options, &fixture->server, NULL), 0);
    assert_int_equal(http_server_listen(fixture->server, &address, NULL), 0);
    Worker workers[THREADS] = { 0 };
    for (int i = 0; i < THREADS; i++) {
        workers[i].port = http_server_port(fixture->server, 0);
        assert_int_equal(loop_new(&workers[i].loop, NULL), 0);
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
        wait_for(atomic_load(&workers[i].listens));
    }
    HttpClient *client = NULL;
    assert_int_equal(http_client_new(fixture->loop, NULL, &client, NULL), 0);
    HttpRequest request = {
        .url = str_printf(fixture->arena, "http://127.0.0.1:%d/", workers[0].port)
    };
    for (int i = 0; i < REQUESTS; i++) {
        HttpResponse response;
        assert_int_equal(http_fetch(client, &request, fixture->arena, &response, NULL), 0);
        http_client_close_idle(client);
    }
    http_client_free(client);
    int total = atomic_load(&own.handled);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(loop_post(workers[i].loop, start_drain, &workers[i]), 0);
        pthread_join(workers[i].thread, NULL);
        total += atomic_load(&workers[i].handled);
    }
    assert_int_equal(total, REQUESTS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        net_test(serves_one_port_from_several_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
