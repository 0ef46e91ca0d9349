/* codec/protobuf on any bytes: the fields of a sound message are written again and read back the
 * same, also as a tree; every view lies in the message. */
#include "codec/protobuf.h"

#include <assert.h>

#include "codec/protobuf_node.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DEEPEST = 20 };

static void write_field(StrBuf *out, const ProtoField *field)
{
    switch (field->wire) {
    case PROTO_VARINT:
        proto_add_uint(out, field->number, field->value);
        break;
    case PROTO_FIXED64:
        proto_add_fixed64(out, field->number, field->value);
        break;
    case PROTO_FIXED32:
        proto_add_fixed32(out, field->number, (uint32_t) field->value);
        break;
    case PROTO_BYTES: {
        size_t body = proto_begin(out, field->number);
        strbuf_add(out, field->bytes);
        proto_end(out, body);
        break;
    }
    }
}

static void check_same(Str message, Str written)
{
    ProtoReader a = proto_reader(message);
    ProtoReader b = proto_reader(written);
    for (ProtoField first, second; proto_next(&a, &first);) {
        bool is_there = proto_next(&b, &second);
        assert(is_there && proto_key(&first) == proto_key(&second));
        assert(first.value == second.value && str_eq(first.bytes, second.bytes));
    }
    assert(b.at == b.end && !b.is_malformed);
}

static void check_packed(Str message)
{
    ProtoReader r = proto_reader(message);
    uint64_t wide = 0;
    uint32_t narrow = 0;
    while (proto_next_varint(&r, &wide)) {
    }
    r = proto_reader(message);
    while (proto_next_fixed64(&r, &wide)) {
    }
    assert(r.is_malformed == (message.len % 8 != 0));
    r = proto_reader(message);
    while (proto_next_fixed32(&r, &narrow)) {
    }
    assert(r.is_malformed == (message.len % 4 != 0));
}

static void check_message(Str message, int depth)
{
    auto_strbuf StrBuf out = STRBUF_INIT;
    check_packed(message);
    ProtoReader r = proto_reader(message);
    for (ProtoField field; proto_next(&r, &field);) {
        write_field(&out, &field);
        if (field.wire == PROTO_BYTES && depth < DEEPEST) {
            assert(field.bytes.ptr >= message.ptr);
            assert(field.bytes.ptr + field.bytes.len <= message.ptr + message.len);
            check_message(field.bytes, depth + 1);
        }
    }
    if (!r.is_malformed) {
        check_same(message, strbuf_str(&out));
    }
}

static const ProtoMember thing[] = {
    PROTO_MEMBER(1, "i32", INT32),
    PROTO_MEMBER(2, "text", STRING),
    PROTO_MEMBER(3, "child", MESSAGE, .members = thing),
    PROTO_MEMBER(4, "things", MESSAGE, .is_repeated = true, .members = thing),
    PROTO_MEMBER(5, "s64s", SINT64, .is_repeated = true),
    PROTO_MEMBER(6, "u64", UINT64),
    PROTO_MEMBER(7, "reals", DOUBLE, .is_repeated = true),
    PROTO_MEMBER(8, "real", FLOAT),
    PROTO_MEMBER(9, "id", HEX),
    PROTO_MEMBER(10, "data", BYTES, .is_repeated = true),
    PROTO_MEMBER(11, "kind", ENUM),
    PROTO_MEMBER(12, "isOn", BOOL),
    PROTO_MEMBERS_END,
};

static void check_tree(Str message)
{
    auto_arena Arena *arena = arena_new(0);
    auto_strbuf StrBuf out = STRBUF_INIT;
    Node *node = NULL;
    Node *again = NULL;
    if (proto_to_node(arena, thing, message, &node, NULL) != 0) {
        return;
    }
    Error err = ERROR_INIT;
    int rc = proto_from_node(&out, thing, node, &err);
    assert(rc == 0);
    rc = proto_to_node(arena, thing, strbuf_str(&out), &again, &err);
    assert(rc == 0);
    strbuf_clear(&out);
    assert(node_equal(node, again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Str message = str_make((const char *) data, size);
    check_message(message, 0);
    check_tree(message);
    return 0;
}
