#include "codec/protobuf.h"

#include <assert.h>
#include <string.h>

static size_t varint_bytes(uint64_t value, uint8_t ret_bytes[static PROTO_VARINT_BYTES])
{
    size_t size = 0;
    for (; value > 0x7f; value >>= 7) {
        ret_bytes[size++] = (uint8_t) (value | 0x80);
    }
    ret_bytes[size++] = (uint8_t) value;
    return size;
}

/* Little-endian on every machine. */
static void fixed_bytes(uint64_t value, uint8_t *ret_bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        ret_bytes[i] = (uint8_t) (value >> (8 * i));
    }
}

static uint64_t fixed_value(const uint8_t *bytes, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++) {
        value |= (uint64_t) bytes[i] << (8 * i);
    }
    return value;
}

/* Writer */

void proto_put_varint(StrBuf *out, uint64_t value)
{
    uint8_t *to = (uint8_t *) strbuf_reserve(out, PROTO_VARINT_BYTES);
    strbuf_advance(out, varint_bytes(value, to));
}

void proto_put_fixed32(StrBuf *out, uint32_t value)
{
    fixed_bytes(value, (uint8_t *) strbuf_reserve(out, sizeof(value)), sizeof(value));
    strbuf_advance(out, sizeof(value));
}

void proto_put_fixed64(StrBuf *out, uint64_t value)
{
    fixed_bytes(value, (uint8_t *) strbuf_reserve(out, sizeof(value)), sizeof(value));
    strbuf_advance(out, sizeof(value));
}

void proto_put_double(StrBuf *out, double value)
{
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof(bits));
    proto_put_fixed64(out, bits);
}

static void put_key(StrBuf *out, uint32_t field, ProtoWire wire)
{
    assert(field > 0 && field <= PROTO_FIELD_MAX);
    proto_put_varint(out, PROTO_KEY(field, wire));
}

void proto_add_uint(StrBuf *out, uint32_t field, uint64_t value)
{
    put_key(out, field, PROTO_VARINT);
    proto_put_varint(out, value);
}

/* A negative int32 is ten bytes too: it is sign-extended to 64 bits first. */
void proto_add_int(StrBuf *out, uint32_t field, int64_t value)
{
    proto_add_uint(out, field, (uint64_t) value);
}

void proto_add_sint(StrBuf *out, uint32_t field, int64_t value)
{
    proto_add_uint(out, field, proto_zigzag(value));
}

void proto_add_fixed32(StrBuf *out, uint32_t field, uint32_t value)
{
    put_key(out, field, PROTO_FIXED32);
    proto_put_fixed32(out, value);
}

void proto_add_fixed64(StrBuf *out, uint32_t field, uint64_t value)
{
    put_key(out, field, PROTO_FIXED64);
    proto_put_fixed64(out, value);
}

void proto_add_float(StrBuf *out, uint32_t field, float value)
{
    uint32_t bits = 0;
    memcpy(&bits, &value, sizeof(bits));
    proto_add_fixed32(out, field, bits);
}

void proto_add_double(StrBuf *out, uint32_t field, double value)
{
    put_key(out, field, PROTO_FIXED64);
    proto_put_double(out, value);
}

void proto_add_bytes(StrBuf *out, uint32_t field, const void *data, size_t size)
{
    put_key(out, field, PROTO_BYTES);
    proto_put_varint(out, size);
    strbuf_add_bytes(out, data, size);
}

void proto_add_string(StrBuf *out, uint32_t field, Str value)
{
    proto_add_bytes(out, field, value.ptr, value.len);
}

/* One byte is kept for the length; few messages need more, and theirs are moved. */
size_t proto_begin(StrBuf *out, uint32_t field)
{
    put_key(out, field, PROTO_BYTES);
    strbuf_add_char(out, '\0');
    return out->len;
}

void proto_end(StrBuf *out, size_t body)
{
    assert(body <= out->len);
    size_t len = out->len - body;
    uint8_t bytes[PROTO_VARINT_BYTES];
    size_t size = varint_bytes(len, bytes);
    if (size > 1) {
        strbuf_reserve(out, size - 1);
        memmove(out->ptr + body + size - 1, out->ptr + body, len);
        strbuf_advance(out, size - 1);
    }
    memcpy(out->ptr + body - 1, bytes, size);
}

/* Reader */

ProtoReader proto_reader(Str message)
{
    const uint8_t *at = (const uint8_t *) (message.ptr ? message.ptr : "");
    return (ProtoReader) { .at = at, .end = at + message.len };
}

static bool fail(ProtoReader *r)
{
    r->is_malformed = true;
    r->at = r->end;
    return false;
}

bool proto_next_varint(ProtoReader *r, uint64_t *ret_value)
{
    if (r->at == r->end) {
        return false;
    }
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && r->at < r->end; shift += 7) {
        uint8_t byte = *r->at++;
        value |= (uint64_t) (byte & 0x7f) << shift;
        if (byte < 0x80) {
            *ret_value = value;
            return true;
        }
    }
    return fail(r);
}

static bool next_fixed(ProtoReader *r, size_t size, uint64_t *ret_value)
{
    if (r->at == r->end) {
        return false;
    }
    if ((size_t) (r->end - r->at) < size) {
        return fail(r);
    }
    *ret_value = fixed_value(r->at, size);
    r->at += size;
    return true;
}

bool proto_next_fixed32(ProtoReader *r, uint32_t *ret_value)
{
    uint64_t value = 0;
    if (!next_fixed(r, sizeof(*ret_value), &value)) {
        return false;
    }
    *ret_value = (uint32_t) value;
    return true;
}

bool proto_next_fixed64(ProtoReader *r, uint64_t *ret_value)
{
    return next_fixed(r, sizeof(*ret_value), ret_value);
}

static bool next_bytes(ProtoReader *r, Str *ret_bytes)
{
    uint64_t len = 0;
    if (!proto_next_varint(r, &len) || len > (uint64_t) (r->end - r->at)) {
        return false;
    }
    *ret_bytes = str_make((const char *) r->at, (size_t) len);
    r->at += len;
    return true;
}

bool proto_next(ProtoReader *r, ProtoField *ret_field)
{
    uint64_t key = 0;
    if (!proto_next_varint(r, &key)) {
        return false;
    }
    if (key >> 3 == 0 || key >> 3 > PROTO_FIELD_MAX) {
        return fail(r);
    }
    ProtoField field = { .number = (uint32_t) (key >> 3), .wire = (ProtoWire) (key & 7) };
    bool is_whole = false;
    switch (field.wire) {
    case PROTO_VARINT:
        is_whole = proto_next_varint(r, &field.value);
        break;
    case PROTO_FIXED64:
        is_whole = next_fixed(r, 8, &field.value);
        break;
    case PROTO_BYTES:
        is_whole = next_bytes(r, &field.bytes);
        break;
    case PROTO_FIXED32:
        is_whole = next_fixed(r, 4, &field.value);
        break;
    }
    if (!is_whole) {
        return fail(r);
    }
    *ret_field = field;
    return true;
}

uint64_t proto_zigzag(int64_t value)
{
    uint64_t sign = value < 0 ? UINT64_MAX : 0;
    return (uint64_t) value << 1 ^ sign;
}

int64_t proto_as_sint(uint64_t value)
{
    return (int64_t) (value >> 1 ^ (0 - (value & 1)));
}

double proto_as_double(uint64_t value)
{
    double real = 0;
    memcpy(&real, &value, sizeof(real));
    return real;
}

float proto_as_float(uint64_t value)
{
    uint32_t bits = (uint32_t) value;
    float real = 0;
    memcpy(&real, &bits, sizeof(real));
    return real;
}
