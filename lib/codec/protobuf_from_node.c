#include <math.h>

#include "base/text.h"
#include "codec/internal.h"
#include "codec/protobuf.h"
#include "codec/protobuf_node.h"

typedef struct FromNode {
    StrBuf *out;
    unsigned depth;
    Error *err;
} FromNode;

static int write_message(FromNode *from, const ProtoMember *members, const Node *map);

static int fail_value(FromNode *from, const ProtoMember *member, const Node *node, const char *what)
{
    return error_set_at(
        from->err,
        -EINVAL,
        node->span,
        "%s: expected %s, got %s",
        member->name,
        what,
        node_kind_name(node->kind)
    );
}

/* Integers */

typedef struct Bounds {
    int64_t min;
    uint64_t max;
} Bounds;

static Bounds bounds_of(ProtoType type)
{
    switch (type) {
    case PROTO_TYPE_UINT32:
    case PROTO_TYPE_FIXED32:
        return (Bounds) { 0, UINT32_MAX };
    case PROTO_TYPE_UINT64:
    case PROTO_TYPE_FIXED64:
        return (Bounds) { 0, UINT64_MAX };
    case PROTO_TYPE_INT64:
    case PROTO_TYPE_SINT64:
    case PROTO_TYPE_SFIXED64:
        return (Bounds) { INT64_MIN, INT64_MAX };
    default:
        return (Bounds) { INT32_MIN, INT32_MAX };
    }
}

/* An integer as a number, as a string, or as a float without a fraction (1e3, 1.0). */
static bool integer_bits(const Node *node, Bounds bounds, uint64_t *ret_bits)
{
    static const double past_int64 = 9223372036854775808.0;
    int64_t value = node->integer;
    if (node->kind == NODE_FLOAT && fabs(node->real) < past_int64) {
        value = (int64_t) node->real;
        if ((double) value < node->real || (double) value > node->real) {
            return false;
        }
    } else if (node->kind == NODE_STRING || node->kind == NODE_FLOAT) {
        uint64_t large = 0;
        if (!str_to_int64(node->text, &value)) {
            bool is_large = str_to_uint64(node->text, &large) && large <= bounds.max;
            *ret_bits = large;
            return is_large;
        }
    } else if (node->kind != NODE_INT) {
        return false;
    }
    *ret_bits = (uint64_t) value;
    return value >= bounds.min && (value < 0 || (uint64_t) value <= bounds.max);
}

static bool enum_bits(const ProtoMember *member, const Node *node, uint64_t *ret_bits)
{
    for (const ProtoName *name = member->names; name && name->name; name++) {
        if (node_is_string(node) && str_eq_cstr(node->text, name->name)) {
            *ret_bits = (uint64_t) (int64_t) name->number;
            return true;
        }
    }
    return node->kind == NODE_INT && integer_bits(node, bounds_of(member->type), ret_bits);
}

static bool real_value(const Node *node, double *ret_value)
{
    if (node->kind == NODE_INT || node->kind == NODE_FLOAT) {
        *ret_value = node->kind == NODE_INT ? (double) node->integer : node->real;
        return true;
    }
    static const struct {
        const char *name;
        double value;
    } names[] = { { "NaN", (double) NAN }, { "Infinity", HUGE_VAL }, { "-Infinity", -HUGE_VAL } };
    for (size_t i = 0; node_is_string(node) && i < sizeof(names) / sizeof(names[0]); i++) {
        if (str_eq_cstr(node->text, names[i].name)) {
            *ret_value = names[i].value;
            return true;
        }
    }
    return node_is_string(node) && str_to_double(node->text, ret_value);
}

static bool real_bits(ProtoType type, const Node *node, uint64_t *ret_bits)
{
    double value = 0;
    if (!real_value(node, &value)) {
        return false;
    }
    if (type == PROTO_TYPE_DOUBLE) {
        memcpy(ret_bits, &value, sizeof(value));
        return true;
    }
    float narrow = (float) value;
    uint32_t bits = 0;
    memcpy(&bits, &narrow, sizeof(bits));
    *ret_bits = bits;
    return isinf(value) || !isinf(narrow);
}

/* What stands on the wire for a number. */
static int number_bits(FromNode *from, const ProtoMember *member, const Node *node, uint64_t *ret)
{
    switch (member->type) {
    case PROTO_TYPE_BOOL:
        *ret = node->kind == NODE_BOOL && node->boolean;
        return node->kind == NODE_BOOL ? 0 : fail_value(from, member, node, "true or false");
    case PROTO_TYPE_FLOAT:
    case PROTO_TYPE_DOUBLE:
        return real_bits(member->type, node, ret) ? 0 : fail_value(from, member, node, "a number");
    case PROTO_TYPE_ENUM:
        return enum_bits(member, node, ret) ? 0 : fail_value(from, member, node, "a known name");
    default:
        break;
    }
    if (!integer_bits(node, bounds_of(member->type), ret)) {
        return fail_value(from, member, node, "an integer that fits");
    }
    if (member->type == PROTO_TYPE_SINT32 || member->type == PROTO_TYPE_SINT64) {
        *ret = proto_zigzag((int64_t) *ret);
    }
    return 0;
}

static void put_number(StrBuf *out, ProtoType type, uint64_t bits)
{
    switch (proto_wire_of(type)) {
    case PROTO_FIXED32:
        proto_put_fixed32(out, (uint32_t) bits);
        break;
    case PROTO_FIXED64:
        proto_put_fixed64(out, bits);
        break;
    default:
        proto_put_varint(out, bits);
    }
}

static int write_packed(FromNode *from, const ProtoMember *member, const Node *list)
{
    size_t body = proto_begin(from->out, member->number);
    for (size_t i = 0; i < list->seq.len; i++) {
        uint64_t bits = 0;
        int rc = number_bits(from, member, list->seq.items[i], &bits);
        if (rc != 0) {
            return rc;
        }
        put_number(from->out, member->type, bits);
    }
    proto_end(from->out, body);
    return 0;
}

/* Everything else */

static int write_bytes(FromNode *from, const ProtoMember *member, const Node *node)
{
    if (!node_is_string(node)) {
        return fail_value(from, member, node, "a string");
    }
    size_t body = proto_begin(from->out, member->number);
    bool is_fine = true;
    if (member->type == PROTO_TYPE_HEX) {
        size_t size = node->text.len / 2;
        char *to = strbuf_reserve(from->out, size);
        is_fine = node->text.len % 2 == 0 && hex_decode(node->text, to, size);
        strbuf_advance(from->out, is_fine ? size : 0);
    } else if (member->type == PROTO_TYPE_BYTES) {
        is_fine = base64_decode(from->out, node->text, BASE64_STANDARD) ||
                  base64_decode(from->out, node->text, BASE64_URL);
    } else {
        strbuf_add(from->out, node->text);
    }
    proto_end(from->out, body);
    const char *expected = member->type == PROTO_TYPE_HEX ? "hexadecimal" : "base64";
    return is_fine ? 0 : fail_value(from, member, node, expected);
}

static int write_nested(FromNode *from, const ProtoMember *member, const Node *node)
{
    size_t body = proto_begin(from->out, member->number);
    if (!node_is_map(node)) {
        return fail_value(from, member, node, "a map");
    }
    int rc = write_message(from, member->members, node);
    proto_end(from->out, body);
    return rc;
}

static int write_one(FromNode *from, const ProtoMember *member, const Node *node)
{
    ProtoWire wire = proto_wire_of(member->type);
    if (wire == PROTO_BYTES) {
        return member->type == PROTO_TYPE_MESSAGE ? write_nested(from, member, node)
                                                  : write_bytes(from, member, node);
    }
    uint64_t bits = 0;
    int rc = number_bits(from, member, node, &bits);
    if (rc == 0) {
        proto_put_varint(from->out, PROTO_KEY(member->number, wire));
        put_number(from->out, member->type, bits);
    }
    return rc;
}

static int write_member(FromNode *from, const ProtoMember *member, const Node *node)
{
    if (!member->is_repeated) {
        return write_one(from, member, node);
    }
    if (!node_is_seq(node)) {
        return fail_value(from, member, node, "a list");
    }
    if (proto_wire_of(member->type) != PROTO_BYTES) {
        return node->seq.len ? write_packed(from, member, node) : 0;
    }
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < node->seq.len; i++) {
        rc = write_one(from, member, node->seq.items[i]);
    }
    return rc;
}

/* In the order of the table, whatever that of the map is: one document, one message. */
static int write_message(FromNode *from, const ProtoMember *members, const Node *map)
{
    if (from->depth == PROTO_DEPTH_MAX) {
        return error_set_at(
            from->err, -EINVAL, map->span, "messages nested deeper than %d", PROTO_DEPTH_MAX
        );
    }
    from->depth++;
    int rc = 0;
    for (; rc == 0 && members->type != PROTO_TYPE_END; members++) {
        const Node *node = node_get_cstr(map, members->name);
        if (node && node->kind != NODE_NULL) {
            rc = write_member(from, members, node);
        }
    }
    from->depth--;
    return rc;
}

int proto_from_node(StrBuf *out, const ProtoMember *members, const Node *node, Error *err)
{
    if (!node_is_map(node)) {
        const char *got = node_kind_name(node->kind);
        return error_set_at(err, -EINVAL, node->span, "expected a map, got %s", got);
    }
    FromNode from = { .out = out, .err = err };
    size_t before = out->len;
    int rc = write_message(&from, members, node);
    if (rc != 0) {
        strbuf_truncate(out, before);
    }
    return rc;
}
