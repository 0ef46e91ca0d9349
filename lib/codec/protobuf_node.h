/* Protobuf messages as Node trees, by a table of their fields: the JSON form of the ProtoJSON
 * mapping (https://protobuf.dev/programming-guides/json/), so that one receiver takes OTLP as
 * protobuf and as JSON, and a message can be shown.
 *
 *     static const ProtoMember key_value[] = {
 *         PROTO_MEMBER(1, "key", STRING),
 *         PROTO_MEMBER(2, "value", MESSAGE, .members = any_value),
 *         PROTO_MEMBERS_END,
 *     };
 *
 * A table may contain itself. Maps, groups and well-known types are not covered. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "codec/node.h"

typedef enum ProtoType {
    PROTO_TYPE_END,
    PROTO_TYPE_BOOL,
    PROTO_TYPE_INT32,
    PROTO_TYPE_INT64,
    PROTO_TYPE_UINT32,
    PROTO_TYPE_UINT64,
    PROTO_TYPE_SINT32,
    PROTO_TYPE_SINT64,
    PROTO_TYPE_FIXED32,
    PROTO_TYPE_FIXED64,
    PROTO_TYPE_SFIXED32,
    PROTO_TYPE_SFIXED64,
    PROTO_TYPE_FLOAT,
    PROTO_TYPE_DOUBLE,
    PROTO_TYPE_ENUM,
    PROTO_TYPE_STRING,
    PROTO_TYPE_BYTES, /* base64 */
    PROTO_TYPE_HEX,   /* bytes that JSON has in hexadecimal: OTLP's trace and span ids */
    PROTO_TYPE_MESSAGE,
} ProtoType;

typedef struct ProtoName {
    const char *name;
    int32_t number;
} ProtoName;

typedef struct ProtoMember ProtoMember;
struct ProtoMember {
    uint32_t number;
    const char *name; /* the JSON name, lowerCamelCase */
    ProtoType type;
    bool is_repeated;           /* numbers are written packed, and read either way */
    const ProtoMember *members; /* MESSAGE */
    const ProtoName *names;     /* ENUM, ended by a NULL name; NULL: numbers only, as OTLP wants */
};
#define PROTO_MEMBER(field, json_name, TYPE, ...) \
    { .number = (field), .name = (json_name), .type = PROTO_TYPE_##TYPE, __VA_ARGS__ }
#define PROTO_MEMBERS_END { .type = PROTO_TYPE_END }

enum { PROTO_DEPTH_MAX = 100 }; /* messages in messages */

/* A map of the fields that are there, in the order they first appear; fields that the table doesn't
 * know are left out. 64-bit integers are strings, as ProtoJSON has them. Strings are views of the
 * message. -EBADMSG where it is malformed, a string is no UTF-8, or it is nested too deep. */
int proto_to_node(
    Arena *arena, const ProtoMember *members, Str message, Node **ret_node, Error *err
);

/* Appends the message that the map says. Unknown keys are ignored, null is absent, integers may be
 * numbers or strings, enums names or numbers. -EINVAL with the place of the value that doesn't fit;
 * `out` is then as it was. */
int proto_from_node(StrBuf *out, const ProtoMember *members, const Node *node, Error *err);
