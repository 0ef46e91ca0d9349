#include "grpc_support.h"

#include "base/mem.h"

/* ---- a service ---- */

static GrpcStatus say(GrpcCall *call, const void *request, void *reply)
{
    const Test__V1__Item *in = request;
    Test__V1__Item *out = reply;
    Seen *seen = call->service_arg;
    if (strcmp(in->name, "fail") == 0) {
        grpc_add_trailer(call, STR("x-error-code"), STR("NO_SUCH_ITEM"));
        grpc_add_trailer(call, STR("x-error-fields-bin"), STR("{\"name\":\"naïve\"}"));
        return grpc_fail(call, GRPC_NOT_FOUND, "no item %s: 100%% sure\n", in->name);
    }
    if (strcmp(in->name, "wait") == 0) {
        seen->left_ms = deadline_left_ms(fiber_deadline());
        int rc = fiber_sleep_ms(60 * 1000);
        seen->canceled += rc == -ECANCELED;
        return grpc_fail(call, GRPC_UNKNOWN, "woke up: %d", rc);
    }
    if (strcmp(in->name, "metadata") == 0) {
        Str value = http_headers_get(&call->metadata, STR("x-note-bin"));
        out->name = arena_strndup(call->arena, value.ptr, value.len);
        return GRPC_OK;
    }
    out->name = in->name;
    out->count = in->count + 1;
    return GRPC_OK;
}

static GrpcStatus count(GrpcCall *call, const void *request)
{
    const Test__V1__Item *in = request;
    Seen *seen = call->service_arg;
    for (int64_t i = 0; i < in->count; i++) {
        Test__V1__Item item;
        test__v1__item__init(&item);
        item.name = in->name;
        item.count = i;
        if (grpc_send(call, &item) < 0) {
            seen->canceled++;
            return GRPC_CANCELLED;
        }
    }
    return strcmp(in->name, "break") == 0 ? grpc_fail(call, GRPC_ABORTED, "broken") : GRPC_OK;
}

static GrpcStatus reverse(GrpcCall *call, const void *request, void *reply)
{
    const Str *in = request;
    char *out = arena_alloc(call->arena, in->len);
    for (size_t i = 0; i < in->len; i++) {
        out[i] = in->ptr[in->len - 1 - i];
    }
    *(Str *) reply = str_make(out, in->len);
    return GRPC_OK;
}

static const GrpcMethod methods[] = {
    { .name = "Say",
      .unary = say,
      .input = &test__v1__item__descriptor,
      .output = &test__v1__item__descriptor },
    { .name = "Count",
      .server_stream = count,
      .input = &test__v1__item__descriptor,
      .output = &test__v1__item__descriptor },
    { .name = "Reverse", .unary = reverse },
};
static const GrpcService service = { "test.v1.Echo", methods, ARRAY_LEN(methods) };

static GrpcStatus before(GrpcCall *call, void *arg)
{
    ((Seen *) arg)->before++;
    bool refused = str_eq_cstr(http_headers_get(&call->metadata, STR("authorization")), "nobody");
    return refused ? grpc_fail(call, GRPC_UNAUTHENTICATED, "who is it") : GRPC_OK;
}

static void after(GrpcCall *call, void *arg)
{
    ((Seen *) arg)->after++;
    ((Seen *) arg)->last = call->status;
}

/* ---- both ends ---- */

void grpc_start(Fixture *fixture, Ends *ends)
{
    Error err = ERROR_INIT;
    GrpcServerOptions options = { .arg = &ends->seen, .before = before, .after = after };
    assert_int_equal(grpc_server_new(fixture->loop, &options, &ends->server), 0);
    assert_int_equal(grpc_server_add(ends->server, &service, &ends->seen), 0);
    assert_int_equal(grpc_server_add(ends->server, &service, &ends->seen), -EEXIST);
    fixture->options.handler = grpc_server_handle;
    fixture->options.arg = ends->server;
    fixture_start(fixture);
    ends->target =
        arena_printf(fixture->arena, "127.0.0.1:%d", http_server_port(fixture->server, 0));
    GrpcClientOptions client = { .target = ends->target };
    assert_int_equal(grpc_client_new(fixture->loop, &client, &ends->client, &err), 0);
}

void grpc_finish_ends(Fixture *fixture, Ends *ends)
{
    grpc_client_free(ends->client);
    assert_int_equal(http_server_drain(fixture->server, deadline_in_ms(PATIENCE_MS)), 0);
    http_server_free(fixture->server);
    fixture->server = NULL;
    grpc_server_free(ends->server);
}
