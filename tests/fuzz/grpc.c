/* gRPC's framing, words and unpacking on any bytes. */
#include "net/grpc.h"

#include <assert.h>

#include "echo.pb-c.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_frames(Arena *arena, Str bytes)
{
    Str rest = bytes, message;
    bool compressed;
    while (grpc_frame_next(&rest, 1000, &compressed, &message) == 1) {
        assert(
            message.len <= 1000 && message.ptr >= bytes.ptr && message.ptr + message.len <= rest.ptr
        );
        grpc_unpack(&test__v1__item__descriptor, message, arena);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena Arena *arena = arena_new(0);
    Str bytes = str_make((const char *) data, size);
    int64_t ns;
    check_frames(arena, bytes);
    const Test__V1__Item *item = grpc_unpack(&test__v1__item__descriptor, bytes, arena);
    if (item) {
        StrBuf out = STRBUF_ON_ARENA(arena);
        grpc_frame_add_message(&out, &item->base);
        assert(out.len >= GRPC_FRAME_HEAD_BYTES);
    }
    if (grpc_timeout_parse(bytes, &ns)) {
        assert(ns >= 0);
    }
    StrBuf coded = STRBUF_ON_ARENA(arena);
    grpc_message_encode(&coded, bytes);
    assert(http_value_is_valid(strbuf_str(&coded)));
    assert(str_eq(grpc_message_decode(arena, strbuf_str(&coded)), bytes));
    return 0;
}
