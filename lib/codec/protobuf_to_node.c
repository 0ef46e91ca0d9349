#include <math.h>
#include <stdio.h>

#include "base/text.h"
#include "codec/internal.h"
#include "codec/protobuf.h"
#include "codec/protobuf_node.h"

typedef struct ToNode {
    Arena *arena;
    unsigned depth;
    Error *err;
} ToNode;

static int read_message(ToNode *to, const ProtoMember *members, Str message, Node *map);

ProtoWire proto_wire_of(ProtoType type)
{
    switch (type) {
    case PROTO_TYPE_FIXED32:
    case PROTO_TYPE_SFIXED32:
    case PROTO_TYPE_FLOAT:
        return PROTO_FIXED32;
    case PROTO_TYPE_FIXED64:
    case PROTO_TYPE_SFIXED64:
    case PROTO_TYPE_DOUBLE:
        return PROTO_FIXED64;
    case PROTO_TYPE_STRING:
    case PROTO_TYPE_BYTES:
    case PROTO_TYPE_HEX:
    case PROTO_TYPE_MESSAGE:
        return PROTO_BYTES;
    default:
        return PROTO_VARINT;
    }
}

/* Numbers */

static Node *real_node(Arena *arena, double value)
{
    if (isfinite(value)) {
        return node_new_float(arena, value);
    }
    return node_new_string(
        arena,
        isnan(value) ? STR("NaN")
        : value > 0  ? STR("Infinity")
                     : STR("-Infinity")
    );
}

static Node *enum_node(Arena *arena, const ProtoMember *member, int32_t number)
{
    for (const ProtoName *name = member->names; name && name->name; name++) {
        if (name->number == number) {
            return node_new_string(arena, str_from(name->name));
        }
    }
    return node_new_int(arena, number);
}

/* A float has the digits of a float: 0.1f is 0.1, not 0.10000000149011612. */
static double float_as_written(float value)
{
    char text[32];
    double read = (double) value;
    for (int precision = 6; precision <= 9 && isfinite(value); precision++) {
        (void) snprintf(text, sizeof(text), "%.*g", precision, (double) value);
        if (str_to_double(str_from(text), &read) &&
            !((float) read < value || (float) read > value)) {
            break;
        }
    }
    return read;
}

static Node *number_node(Arena *arena, const ProtoMember *member, uint64_t value)
{
    switch (member->type) {
    case PROTO_TYPE_BOOL:
        return node_new_bool(arena, value != 0);
    case PROTO_TYPE_INT32:
    case PROTO_TYPE_SFIXED32:
        return node_new_int(arena, (int32_t) value);
    case PROTO_TYPE_SINT32:
        return node_new_int(arena, (int32_t) proto_as_sint(value));
    case PROTO_TYPE_UINT32:
    case PROTO_TYPE_FIXED32:
        return node_new_int(arena, (uint32_t) value);
    case PROTO_TYPE_INT64:
    case PROTO_TYPE_SFIXED64:
        return node_new_string(arena, str_printf(arena, "%lld", (long long) value));
    case PROTO_TYPE_SINT64:
        return node_new_string(arena, str_printf(arena, "%lld", (long long) proto_as_sint(value)));
    case PROTO_TYPE_FLOAT:
        return real_node(arena, float_as_written(proto_as_float(value)));
    case PROTO_TYPE_DOUBLE:
        return real_node(arena, proto_as_double(value));
    case PROTO_TYPE_ENUM:
        return enum_node(arena, member, (int32_t) value);
    default:
        return node_new_string(arena, str_printf(arena, "%llu", (unsigned long long) value));
    }
}

/* Bytes */

static int bytes_node(ToNode *to, const ProtoMember *member, Str bytes, Node **ret_node)
{
    StrBuf text = STRBUF_ON_ARENA(to->arena);
    if (member->type == PROTO_TYPE_BYTES) {
        base64_add(&text, bytes.ptr, bytes.len, BASE64_STANDARD);
    } else if (member->type == PROTO_TYPE_HEX) {
        hex_add(&text, bytes.ptr, bytes.len);
    } else if (!utf8_is_valid(bytes)) {
        return error_set(to->err, -EBADMSG, "%s: the string is no UTF-8", member->name);
    }
    Str value = member->type == PROTO_TYPE_STRING ? bytes : strbuf_str(&text);
    *ret_node = node_new_string(to->arena, value);
    return 0;
}

/* A message that comes twice is merged, as the format asks. */
static int message_node(ToNode *to, const ProtoMember *member, Str bytes, Node *known, Node **ret)
{
    Node *map = node_is_map(known) ? known : node_new_map(to->arena);
    int rc = read_message(to, member->members, bytes, map);
    if (rc != 0) {
        return error_wrap(to->err, rc, "%s", member->name);
    }
    *ret = map;
    return 0;
}

/* Fields */

static int read_packed(ToNode *to, const ProtoMember *member, Str bytes, Node *list)
{
    ProtoWire wire = proto_wire_of(member->type);
    ProtoReader r = proto_reader(bytes);
    while (r.at < r.end) {
        uint64_t value = 0;
        uint32_t narrow = 0;
        if (wire == PROTO_FIXED32 && proto_next_fixed32(&r, &narrow)) {
            value = narrow;
        } else if (wire == PROTO_FIXED64) {
            (void) proto_next_fixed64(&r, &value);
        } else if (wire == PROTO_VARINT) {
            (void) proto_next_varint(&r, &value);
        }
        if (r.is_malformed) {
            return error_set(to->err, -EBADMSG, "%s: packed numbers that are cut", member->name);
        }
        node_append(to->arena, list, number_node(to->arena, member, value));
    }
    return 0;
}

static Node *list_of(ToNode *to, const ProtoMember *member, Node *map)
{
    Node *list = node_get_cstr(map, member->name);
    if (!list) {
        list = node_new_seq(to->arena);
        node_set(to->arena, map, str_from(member->name), list);
    }
    return list;
}

static int read_field(ToNode *to, const ProtoMember *member, const ProtoField *field, Node *map)
{
    ProtoWire wire = proto_wire_of(member->type);
    if (member->is_repeated && field->wire == PROTO_BYTES && wire != PROTO_BYTES) {
        bool is_empty = field->bytes.len == 0; /* the same as an absent one */
        return is_empty ? 0 : read_packed(to, member, field->bytes, list_of(to, member, map));
    }
    if (field->wire != wire) {
        return 0; /* another type than the table's: unknown */
    }
    Node *value = NULL;
    int rc = 0;
    if (member->type == PROTO_TYPE_MESSAGE) {
        Node *known = member->is_repeated ? NULL : node_get_cstr(map, member->name);
        rc = message_node(to, member, field->bytes, known, &value);
    } else if (wire == PROTO_BYTES) {
        rc = bytes_node(to, member, field->bytes, &value);
    } else {
        value = number_node(to->arena, member, field->value);
    }
    if (rc != 0) {
        return rc;
    }
    if (member->is_repeated) {
        node_append(to->arena, list_of(to, member, map), value);
    } else {
        node_set(to->arena, map, str_from(member->name), value);
    }
    return 0;
}

static const ProtoMember *find_member(const ProtoMember *members, uint32_t number)
{
    for (; members->type != PROTO_TYPE_END; members++) {
        if (members->number == number) {
            return members;
        }
    }
    return NULL;
}

static int read_message(ToNode *to, const ProtoMember *members, Str message, Node *map)
{
    if (to->depth == PROTO_DEPTH_MAX) {
        return error_set(to->err, -EBADMSG, "messages nested deeper than %d", PROTO_DEPTH_MAX);
    }
    to->depth++;
    ProtoReader r = proto_reader(message);
    int rc = 0;
    for (ProtoField field; rc == 0 && proto_next(&r, &field);) {
        const ProtoMember *member = find_member(members, field.number);
        rc = member ? read_field(to, member, &field, map) : 0;
    }
    to->depth--;
    return r.is_malformed ? error_set(to->err, -EBADMSG, "not a protobuf message") : rc;
}

int proto_to_node(
    Arena *arena, const ProtoMember *members, Str message, Node **ret_node, Error *err
)
{
    ToNode to = { .arena = arena, .err = err };
    Node *map = node_new_map(arena);
    int rc = read_message(&to, members, message, map);
    if (rc == 0) {
        *ret_node = map;
    }
    return rc;
}
