#include "base/mem.h"
#include "codec/protobuf.h"
#include "net/http_client.h"

#include "grpc_support.h"

/* ---- what does not keep to the protocol ---- */

static HttpResponse
post(Fixture *fixture, HttpHeaders *headers, Str body, HttpClientOptions options)
{
    HttpClient *client = NULL;
    HttpResponse response = { 0 };
    Error err = ERROR_INIT;
    assert_int_equal(http_client_new(fixture->loop, &options, &client, &err), 0);
    HttpRequest request = {
        .method = HTTP_POST,
        .url = str_printf(
            fixture->arena,
            "http://127.0.0.1:%d/test.v1.Echo/Say",
            http_server_port(fixture->server, 0)
        ),
        .headers = headers,
        .body = body,
    };
    if (http_fetch(client, &request, fixture->arena, &response, &err) < 0) {
        fail_msg("%s", err.message);
    }
    http_client_free(client);
    return response;
}

static Str status_of(const HttpResponse *response)
{
    Str status = http_headers_get(&response->headers, STR("grpc-status"));
    return status.len ? status : http_headers_get(&response->trailers, STR("grpc-status"));
}

static HttpHeaders grpc_headers(Fixture *fixture)
{
    HttpHeaders headers = HTTP_HEADERS_ON_ARENA(fixture->arena);
    http_headers_add(&headers, STR("content-type"), STR("application/grpc"));
    http_headers_add(&headers, STR("te"), STR("trailers"));
    return headers;
}

static void answers_broken_frames_with_a_status(Fixture *fixture)
{
    Ends ends = { 0 };
    grpc_start(fixture, &ends);
    const struct {
        Str body;
        const char *status;
    } cases[] = {
        { STR_INIT(""), "13" },                     /* no message */
        { STR_INIT("\0\0\0\0"), "13" },             /* half a head */
        { STR_INIT("\0\0\0\0\5ab"), "13" },         /* half a message */
        { STR_INIT("\2\0\0\0\0"), "13" },           /* an unknown flag */
        { STR_INIT("\1\0\0\0\0"), "13" },           /* compressed without a coding */
        { STR_INIT("\0\377\377\377\377"), "8" },    /* four gigabytes announced */
        { STR_INIT("\0\0\0\0\2\12\377"), "13" },    /* no Item */
        { STR_INIT("\0\0\0\0\0\0\0\0\0\0"), "13" }, /* two messages */
        { STR_INIT("\0\0\0\0\0"), "0" },            /* an empty Item */
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        HttpHeaders headers = grpc_headers(fixture);
        HttpResponse response =
            post(fixture, &headers, cases[i].body, (HttpClientOptions) { .http2 = true });
        assert_int_equal(response.status, 200);
        assert_str(status_of(&response), cases[i].status);
    }
    grpc_finish_ends(fixture, &ends);
}

static void refuses_messages_nested_too_deep(Fixture *fixture)
{
    enum { DEPTH = 100 * 1000 };
    Ends ends = { 0 };
    grpc_start(fixture, &ends);
    /* from the inside out: each level is field 3 around what is there */
    StrBuf reversed = STRBUF_ON_ARENA(fixture->arena);
    for (int i = 0; i < DEPTH; i++) {
        StrBuf length = STRBUF_ON_ARENA(fixture->arena);
        proto_put_varint(&length, reversed.len);
        for (size_t at = length.len; at > 0; at--) {
            strbuf_add_char(&reversed, length.ptr[at - 1]);
        }
        strbuf_add_char(&reversed, 032);
    }
    StrBuf body = STRBUF_ON_ARENA(fixture->arena);
    char *bytes = arena_alloc(fixture->arena, reversed.len);
    for (size_t i = 0; i < reversed.len; i++) {
        bytes[i] = reversed.ptr[reversed.len - 1 - i];
    }
    grpc_frame_add(&body, str_make(bytes, reversed.len));
    HttpHeaders headers = grpc_headers(fixture);
    HttpResponse response =
        post(fixture, &headers, strbuf_str(&body), (HttpClientOptions) { .http2 = true });
    assert_str(status_of(&response), "13");
    grpc_finish_ends(fixture, &ends);
}

static void refuses_codings_it_does_not_know(Fixture *fixture)
{
    Ends ends = { 0 };
    grpc_start(fixture, &ends);
    HttpHeaders headers = grpc_headers(fixture);
    http_headers_add(&headers, STR("grpc-encoding"), STR("gzip"));
    HttpResponse response =
        post(fixture, &headers, STR("\1\0\0\0\0"), (HttpClientOptions) { .http2 = true });
    assert_str(status_of(&response), "12");
    assert_str(http_headers_get(&response.headers, STR("grpc-accept-encoding")), "identity");
    headers = grpc_headers(fixture);
    http_headers_add(&headers, STR("grpc-timeout"), STR("soon"));
    response = post(fixture, &headers, STR("\0\0\0\0\0"), (HttpClientOptions) { .http2 = true });
    assert_str(status_of(&response), "13");
    grpc_finish_ends(fixture, &ends);
}

static void answers_what_is_no_grpc_in_http(Fixture *fixture)
{
    Ends ends = { 0 };
    grpc_start(fixture, &ends);
    HttpHeaders json = HTTP_HEADERS_ON_ARENA(fixture->arena);
    http_headers_add(&json, STR("content-type"), STR("application/json"));
    assert_int_equal(
        post(fixture, &json, STR("{}"), (HttpClientOptions) { .http2 = true }).status, 415
    );
    HttpHeaders headers = grpc_headers(fixture);
    assert_int_equal(post(fixture, &headers, STR(""), (HttpClientOptions) { 0 }).status, 505);
    grpc_finish_ends(fixture, &ends);
}

/* ---- built in ---- */

static Str health_request(Fixture *fixture, const char *name)
{
    StrBuf out = STRBUF_ON_ARENA(fixture->arena);
    proto_add_string(&out, 1, str_from(name));
    return strbuf_str(&out);
}

static void tells_its_health(Fixture *fixture)
{
    Ends ends = { 0 };
    grpc_start(fixture, &ends);
    GrpcRequest request = { .path = "/grpc.health.v1.Health/Check", .bytes = STR("") };
    void *reply = NULL;
    assert_int_equal(grpc_call(ends.client, &request, fixture->arena, &reply, NULL), GRPC_OK);
    assert_true(str_eq(*(Str *) reply, STR("\10\1")));
    grpc_server_set_health(ends.server, STR(""), GRPC_NOT_SERVING);
    request.bytes = health_request(fixture, "test.v1.Echo");
    assert_int_equal(grpc_call(ends.client, &request, fixture->arena, &reply, NULL), GRPC_OK);
    assert_true(str_eq(*(Str *) reply, STR("\10\2")));
    request.bytes = health_request(fixture, "no.such.Service");
    assert_int_equal(
        grpc_call(ends.client, &request, fixture->arena, &reply, NULL), GRPC_NOT_FOUND
    );
    grpc_finish_ends(fixture, &ends);
}

static void drain_server(void *arg)
{
    Fixture *fixture = arg;
    assert_int_equal(http_server_drain(fixture->server, deadline_in_ms(10000)), 0);
}

static void tells_watchers_each_change_until_the_drain(Fixture *fixture)
{
    Ends ends = { 0 };
    grpc_start(fixture, &ends);
    GrpcRequest request = { .path = "/grpc.health.v1.Health/Watch",
                            .bytes = STR(""),
                            .timeout_ms = -1 };
    GrpcStream *stream;
    void *message;
    assert_int_equal(grpc_stream_open(ends.client, &request, fixture->arena, &stream), 0);
    assert_int_equal(grpc_stream_next(stream, fixture->arena, &message), 1);
    assert_true(str_eq(*(Str *) message, STR("\10\1")));
    grpc_server_set_health(ends.server, STR(""), GRPC_NOT_SERVING);
    assert_int_equal(grpc_stream_next(stream, fixture->arena, &message), 1);
    assert_true(str_eq(*(Str *) message, STR("\10\2")));
    Fiber *drainer;
    assert_int_equal(fiber_spawn(fixture->loop, NULL, drain_server, fixture, &drainer), 0);
    assert_int_equal(grpc_stream_next(stream, fixture->arena, &message), -EREMOTEIO);
    assert_int_equal(grpc_stream_result(stream)->status, GRPC_UNAVAILABLE);
    grpc_stream_close(stream);
    fiber_join(drainer);
    grpc_finish_ends(fixture, &ends);
}

static Str reflect(Fixture *fixture, Ends *ends, uint32_t field, const char *value)
{
    StrBuf out = STRBUF_ON_ARENA(fixture->arena);
    proto_add_string(&out, field, str_from(value));
    GrpcRequest request = { .path = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
                            .bytes = strbuf_str(&out) };
    void *reply = NULL;
    assert_int_equal(grpc_call(ends->client, &request, fixture->arena, &reply, NULL), GRPC_OK);
    return *(Str *) reply;
}

static void describes_its_services(Fixture *fixture)
{
    Ends ends = { 0 };
    grpc_start(fixture, &ends);
    Str services = reflect(fixture, &ends, 7, "");
    assert_has(services, "test.v1.Echo");
    assert_has(services, "grpc.health.v1.Health");
    assert_has(reflect(fixture, &ends, 4, "grpc.health.v1.Health"), "HealthCheckRequest");
    assert_has(
        reflect(fixture, &ends, 4, "grpc.health.v1.HealthCheckResponse.ServingStatus"),
        "NOT_SERVING"
    );
    assert_has(
        reflect(fixture, &ends, 3, "grpc/reflection/v1/reflection.proto"), "ServerReflectionInfo"
    );
    assert_has(reflect(fixture, &ends, 4, "no.such.Symbol"), "unknown symbol");
    grpc_finish_ends(fixture, &ends);
}

/* ---- words ---- */

static void reads_and_writes_timeouts(Fixture *fixture)
{
    int64_t ns;
    assert_true(grpc_timeout_parse(STR("1S"), &ns) && ns == NS_PER_S);
    assert_true(grpc_timeout_parse(STR("99999999H"), &ns) && ns > 0);
    assert_true(grpc_timeout_parse(STR("250m"), &ns) && ns == 250 * NS_PER_MS);
    const Str bad[] = { STR_INIT(""),    STR_INIT("1"),   STR_INIT("S"),  STR_INIT("123456789S"),
                        STR_INIT("-1S"), STR_INIT("+1S"), STR_INIT("1x"), STR_INIT("1.5S") };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_false(grpc_timeout_parse(bad[i], &ns));
    }
    const int64_t values[] = { 1, 99999999, 100000000, 10 * NS_PER_S, 1000000 * NS_PER_S };
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        StrBuf out = STRBUF_ON_ARENA(fixture->arena);
        grpc_timeout_add(&out, values[i]);
        assert_true(grpc_timeout_parse(strbuf_str(&out), &ns));
        assert_true(ns <= values[i] && ns > values[i] - values[i] / 1000 - 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        net_test(answers_broken_frames_with_a_status),
        net_test(refuses_messages_nested_too_deep),
        net_test(refuses_codings_it_does_not_know),
        net_test(answers_what_is_no_grpc_in_http),
        net_test(tells_its_health),
        net_test(tells_watchers_each_change_until_the_drain),
        net_test(describes_its_services),
        net_test(reads_and_writes_timeouts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
