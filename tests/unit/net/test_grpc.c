#include "base/mem.h"

#include "grpc_support.h"

static Test__V1__Item item_of(const char *name, int64_t number)
{
    Test__V1__Item item;
    test__v1__item__init(&item);
    item.name = (char *) (uintptr_t) name;
    item.count = number;
    return item;
}

static GrpcStatus call_say(
    Fixture *fixture,
    Ends *ends,
    const char *name,
    GrpcRequest request,
    Test__V1__Item **ret_reply,
    GrpcResult *ret_result
)
{
    Test__V1__Item item = item_of(name, 41);
    request.path = request.path ? request.path : "/test.v1.Echo/Say";
    request.message = &item.base;
    request.output = &test__v1__item__descriptor;
    void *reply = NULL;
    GrpcStatus status = grpc_call(ends->client, &request, fixture->arena, &reply, ret_result);
    *ret_reply = reply;
    return status;
}

/* ---- tests ---- */

static void answers_a_unary_call(Fixture *fixture)
{
    Ends ends = { 0 };
    grpc_start(fixture, &ends);
    Test__V1__Item *reply;
    GrpcResult result;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(
            call_say(fixture, &ends, "a", (GrpcRequest) { 0 }, &reply, &result), GRPC_OK
        );
        assert_string_equal(reply->name, "a");
        assert_int_equal(reply->count, 42);
    }
    assert_int_equal(ends.seen.before, 3);
    assert_int_equal(http_server_stats(fixture->server)->connections_total, 1);
    grpc_finish_ends(fixture, &ends);
    assert_int_equal(ends.seen.after, 3);
}

static void gives_status_message_and_trailers_of_a_failure(Fixture *fixture)
{
    Ends ends = { 0 };
    grpc_start(fixture, &ends);
    Test__V1__Item *reply;
    GrpcResult result;
    assert_int_equal(
        call_say(fixture, &ends, "fail", (GrpcRequest) { 0 }, &reply, &result), GRPC_NOT_FOUND
    );
    assert_str(result.message, "no item fail: 100% sure\n");
    assert_str(http_headers_get(&result.trailers, STR("x-error-code")), "NO_SUCH_ITEM");
    assert_str(
        http_headers_get(&result.trailers, STR("x-error-fields-bin")), "{\"name\":\"naïve\"}"
    );
    grpc_finish_ends(fixture, &ends);
}

static void passes_binary_metadata(Fixture *fixture)
{
    Ends ends = { 0 };
    grpc_start(fixture, &ends);
    HttpHeaders metadata = HTTP_HEADERS_ON_ARENA(fixture->arena);
    http_headers_add(&metadata, STR("X-Note-Bin"), STR("\xc3\xa4\x01z"));
    Test__V1__Item *reply;
    GrpcRequest request = { .metadata = &metadata };
    assert_int_equal(call_say(fixture, &ends, "metadata", request, &reply, NULL), GRPC_OK);
    assert_string_equal(reply->name, "\xc3\xa4\x01z");
    grpc_finish_ends(fixture, &ends);
}

static void lets_the_hook_refuse(Fixture *fixture)
{
    Ends ends = { 0 };
    grpc_start(fixture, &ends);
    HttpHeaders metadata = HTTP_HEADERS_ON_ARENA(fixture->arena);
    http_headers_add(&metadata, STR("authorization"), STR("nobody"));
    Test__V1__Item *reply;
    GrpcRequest request = { .metadata = &metadata };
    assert_int_equal(call_say(fixture, &ends, "a", request, &reply, NULL), GRPC_UNAUTHENTICATED);
    grpc_finish_ends(fixture, &ends);
    assert_int_equal(ends.seen.last, GRPC_UNAUTHENTICATED);
}

static void does_not_know_other_methods(Fixture *fixture)
{
    Ends ends = { 0 };
    grpc_start(fixture, &ends);
    Test__V1__Item *reply;
    GrpcRequest request = { .path = "/test.v1.Echo/Shout" };
    assert_int_equal(call_say(fixture, &ends, "a", request, &reply, NULL), GRPC_UNIMPLEMENTED);
    grpc_finish_ends(fixture, &ends);
    assert_int_equal(ends.seen.after, 1);
}

static void ends_a_call_at_its_deadline_on_both_sides(Fixture *fixture)
{
    Ends ends = { 0 };
    grpc_start(fixture, &ends);
    Test__V1__Item *reply;
    GrpcRequest request = { .timeout_ms = 60 };
    assert_int_equal(
        call_say(fixture, &ends, "wait", request, &reply, NULL), GRPC_DEADLINE_EXCEEDED
    );
    assert_in_range(ends.seen.left_ms, 1, 60);
    wait_for(ends.seen.after == 1);
    grpc_finish_ends(fixture, &ends);
}

static void caller(void *arg)
{
    void **args = arg;
    Test__V1__Item *reply;
    call_say(args[0], args[1], "wait", (GrpcRequest) { .timeout_ms = 9000 }, &reply, NULL);
    ++*(int *) args[2];
}

static void cancels_the_function_when_the_caller_gives_up(Fixture *fixture)
{
    Ends ends = { 0 };
    grpc_start(fixture, &ends);
    int done = 0;
    void *args[] = { fixture, &ends, &done };
    Fiber *fiber;
    assert_int_equal(fiber_spawn(fixture->loop, NULL, caller, args, &fiber), 0);
    wait_for(ends.seen.before == 1);
    fiber_cancel(fiber);
    fiber_join(fiber);
    wait_for(ends.seen.canceled == 1);
    grpc_finish_ends(fixture, &ends);
}

static void streams_more_than_the_window(Fixture *fixture)
{
    enum { COUNT = 3000 };
    Ends ends = { 0 };
    grpc_start(fixture, &ends);
    char *name = arena_alloc(fixture->arena, 1001);
    memset(name, 'n', 1000);
    Test__V1__Item item = item_of(name, COUNT);
    GrpcRequest request = { .path = "/test.v1.Echo/Count",
                            .message = &item.base,
                            .output = &test__v1__item__descriptor,
                            .timeout_ms = -1 };
    GrpcStream *stream;
    assert_int_equal(grpc_stream_open(ends.client, &request, fixture->arena, &stream), 0);
    Arena *arena = arena_new(0);
    void *message;
    int64_t next = 0;
    while (grpc_stream_next(stream, arena, &message) == 1) {
        assert_int_equal(((Test__V1__Item *) message)->count, next);
        next++;
        arena_clear(arena);
    }
    assert_int_equal(next, COUNT);
    assert_int_equal(grpc_stream_result(stream)->status, GRPC_OK);
    grpc_stream_close(stream);
    arena_free(arena);
    grpc_finish_ends(fixture, &ends);
}

static void ends_a_stream_with_the_status_of_its_failure(Fixture *fixture)
{
    Ends ends = { 0 };
    grpc_start(fixture, &ends);
    Test__V1__Item item = item_of("break", 2);
    GrpcRequest request = { .path = "/test.v1.Echo/Count",
                            .message = &item.base,
                            .output = &test__v1__item__descriptor };
    GrpcStream *stream;
    void *message;
    grpc_stream_open(ends.client, &request, fixture->arena, &stream);
    assert_int_equal(grpc_stream_next(stream, fixture->arena, &message), 1);
    assert_int_equal(grpc_stream_next(stream, fixture->arena, &message), 1);
    assert_int_equal(grpc_stream_next(stream, fixture->arena, &message), -EREMOTEIO);
    assert_int_equal(grpc_stream_result(stream)->status, GRPC_ABORTED);
    assert_str(grpc_stream_result(stream)->message, "broken");
    grpc_stream_close(stream);
    grpc_finish_ends(fixture, &ends);
}

static void stops_a_stream_that_is_closed_early(Fixture *fixture)
{
    Ends ends = { 0 };
    grpc_start(fixture, &ends);
    Test__V1__Item item = item_of("a rather long name, so that the windows fill", 1000 * 1000);
    GrpcRequest request = { .path = "/test.v1.Echo/Count",
                            .message = &item.base,
                            .timeout_ms = -1 };
    GrpcStream *stream;
    void *message;
    grpc_stream_open(ends.client, &request, fixture->arena, &stream);
    assert_int_equal(grpc_stream_next(stream, fixture->arena, &message), 1);
    grpc_stream_close(stream);
    wait_for(ends.seen.canceled == 1);
    grpc_finish_ends(fixture, &ends);
}

static void carries_large_messages_both_ways(Fixture *fixture)
{
    Ends ends = { 0 };
    grpc_start(fixture, &ends);
    size_t size = GRPC_MAX_MESSAGE_BYTES;
    char *letters = arena_alloc(fixture->arena, size + 2);
    memset(letters, 'l', size);
    letters[0] = 'f';
    GrpcRequest request = { .path = "/test.v1.Echo/Reverse",
                            .bytes = str_make(letters, size),
                            .timeout_ms = 9000 };
    void *reply = NULL;
    assert_int_equal(grpc_call(ends.client, &request, fixture->arena, &reply, NULL), GRPC_OK);
    Str got = *(Str *) reply;
    assert_int_equal(got.len, size);
    assert_int_equal(got.ptr[size - 1], 'f');
    request.bytes = str_make(letters, size + 1);
    GrpcResult result;
    assert_int_equal(
        grpc_call(ends.client, &request, fixture->arena, &reply, &result), GRPC_RESOURCE_EXHAUSTED
    );
    grpc_finish_ends(fixture, &ends);
}

static void reports_a_peer_that_is_not_there(Fixture *fixture)
{
    Ends ends = { 0 };
    grpc_start(fixture, &ends);
    http_server_free(fixture->server);
    fixture->server = NULL;
    Test__V1__Item *reply;
    GrpcResult result;
    assert_int_equal(
        call_say(fixture, &ends, "a", (GrpcRequest) { 0 }, &reply, &result), GRPC_UNAVAILABLE
    );
    assert_has(result.message, ends.target);
    grpc_client_free(ends.client);
    grpc_server_free(ends.server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        net_test(answers_a_unary_call),
        net_test(gives_status_message_and_trailers_of_a_failure),
        net_test(passes_binary_metadata),
        net_test(lets_the_hook_refuse),
        net_test(does_not_know_other_methods),
        net_test(ends_a_call_at_its_deadline_on_both_sides),
        net_test(cancels_the_function_when_the_caller_gives_up),
        net_test(streams_more_than_the_window),
        net_test(ends_a_stream_with_the_status_of_its_failure),
        net_test(stops_a_stream_that_is_closed_early),
        net_test(carries_large_messages_both_ways),
        net_test(reports_a_peer_that_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
