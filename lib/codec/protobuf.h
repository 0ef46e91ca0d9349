/* The wire format of Protocol Buffers (https://protobuf.dev/programming-guides/encoding/): a writer
 * straight into a StrBuf and a reader over a view, both without generated code. Services' own
 * messages come from protobuf-c; this is for OTLP, reflection and what is only passed through.
 *
 *     size_t span = proto_begin(&out, 2);
 *     proto_add_string(&out, 5, STR("GET /products"));
 *     proto_end(&out, span);
 *
 *     ProtoReader r = proto_reader(message);
 *     for (ProtoField f; proto_next(&r, &f);) {
 *         switch (proto_key(&f)) {
 *         case PROTO_KEY(5, PROTO_BYTES): name = f.bytes; break;
 *         }
 *     }
 *     if (r.is_malformed) { return error_set(err, -EBADMSG, "not a Span"); }
 *
 * A field of a wire type that isn't expected falls through the switch as an unknown one does, which
 * is what the format asks of a reader. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "base/strbuf.h"

typedef enum ProtoWire {
    PROTO_VARINT = 0,
    PROTO_FIXED64 = 1,
    PROTO_BYTES = 2, /* strings, bytes, messages, packed numbers */
    PROTO_FIXED32 = 5,
} ProtoWire;

enum { PROTO_FIELD_MAX = (1 << 29) - 1, PROTO_VARINT_BYTES = 10 };

/* Writer. Values are written also when they are zero; leaving a default out is the caller's `if`.
 */

void proto_add_uint(StrBuf *out, uint32_t field, uint64_t value); /* uint32, uint64, enum, bool */
void proto_add_int(StrBuf *out, uint32_t field, int64_t value);   /* int32, int64 */
void proto_add_sint(StrBuf *out, uint32_t field, int64_t value);  /* sint32, sint64: zigzag */
void proto_add_fixed32(StrBuf *out, uint32_t field, uint32_t value);
void proto_add_fixed64(StrBuf *out, uint32_t field, uint64_t value);
void proto_add_float(StrBuf *out, uint32_t field, float value);
void proto_add_double(StrBuf *out, uint32_t field, double value);
void proto_add_bytes(StrBuf *out, uint32_t field, const void *data, size_t size);
void proto_add_string(StrBuf *out, uint32_t field, Str value);

/* A nested message, or packed numbers, between the two calls; what begin returns belongs to end. */
size_t proto_begin(StrBuf *out, uint32_t field);
void proto_end(StrBuf *out, size_t body);
/* Numbers without a key, for packed fields. */
void proto_put_varint(StrBuf *out, uint64_t value);
void proto_put_fixed32(StrBuf *out, uint32_t value);
void proto_put_fixed64(StrBuf *out, uint64_t value);
void proto_put_double(StrBuf *out, double value);

/* Reader. Nothing is copied: bytes are views of the message. */

typedef struct ProtoReader {
    const uint8_t *at, *end;
    bool is_malformed; /* cut, an overlong varint, a length past the end, a group, field 0 */
} ProtoReader;

typedef struct ProtoField {
    uint32_t number;
    ProtoWire wire;
    uint64_t value; /* PROTO_VARINT, PROTO_FIXED64, PROTO_FIXED32 */
    Str bytes;      /* PROTO_BYTES */
} ProtoField;

ProtoReader proto_reader(Str message);
/* The next field, in the order of the bytes; false at the end and where the message is malformed.
 */
bool proto_next(ProtoReader *reader, ProtoField *ret_field);
/* Packed numbers: a reader over field.bytes; false at the end or where one is cut. */
bool proto_next_varint(ProtoReader *reader, uint64_t *ret_value);
bool proto_next_fixed32(ProtoReader *reader, uint32_t *ret_value);
bool proto_next_fixed64(ProtoReader *reader, uint64_t *ret_value);

/* For a switch over number and wire type. */
#define PROTO_KEY(number, wire) ((uint32_t) (number) << 3 | (uint32_t) (wire))
static inline uint32_t proto_key(const ProtoField *field)
{
    return PROTO_KEY(field->number, field->wire);
}

/* What the bits of a value mean. */
static inline int64_t proto_as_int(uint64_t value)
{
    return (int64_t) value;
}
int64_t proto_as_sint(uint64_t value); /* of sint32 and sint64 */
uint64_t proto_zigzag(int64_t value);  /* its inverse */
double proto_as_double(uint64_t value);
float proto_as_float(uint64_t value);
