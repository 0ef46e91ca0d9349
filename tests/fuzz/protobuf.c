/* codec/protobuf on any bytes: the fields of a sound message are written again and read back the
 * same; every view lies in the message. */
#include "codec/protobuf.h"

#include <assert.h>

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_message(str_make((const char *) data, size), 0);
    return 0;
}
