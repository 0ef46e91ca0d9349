#include "net/grpc.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "codec/protobuf.h"

Str grpc_status_name(GrpcStatus status)
{
    static const Str names[] = {
        STR_INIT("OK"),
        STR_INIT("CANCELLED"),
        STR_INIT("UNKNOWN"),
        STR_INIT("INVALID_ARGUMENT"),
        STR_INIT("DEADLINE_EXCEEDED"),
        STR_INIT("NOT_FOUND"),
        STR_INIT("ALREADY_EXISTS"),
        STR_INIT("PERMISSION_DENIED"),
        STR_INIT("RESOURCE_EXHAUSTED"),
        STR_INIT("FAILED_PRECONDITION"),
        STR_INIT("ABORTED"),
        STR_INIT("OUT_OF_RANGE"),
        STR_INIT("UNIMPLEMENTED"),
        STR_INIT("INTERNAL"),
        STR_INIT("UNAVAILABLE"),
        STR_INIT("DATA_LOSS"),
        STR_INIT("UNAUTHENTICATED"),
    };
    _Static_assert(ARRAY_LEN(names) == GRPC_UNAUTHENTICATED + 1, "one name a status");
    return (size_t) status < ARRAY_LEN(names) ? names[status] : STR("UNKNOWN");
}

GrpcStatus grpc_status_from_http(int http_status)
{
    switch (http_status) {
    case 400:
        return GRPC_INTERNAL;
    case 401:
        return GRPC_UNAUTHENTICATED;
    case 403:
        return GRPC_PERMISSION_DENIED;
    case 404:
        return GRPC_UNIMPLEMENTED;
    case 429:
    case 502:
    case 503:
    case 504:
        return GRPC_UNAVAILABLE;
    default:
        return GRPC_UNKNOWN;
    }
}

GrpcStatus grpc_status_from_errno(int error)
{
    switch (error < 0 ? -error : error) {
    case 0:
        return GRPC_OK;
    case ECANCELED:
        return GRPC_CANCELLED;
    case ETIMEDOUT:
    case ETIME:
        return GRPC_DEADLINE_EXCEEDED;
    case EMSGSIZE:
    case EFBIG:
    case EBUSY:
        return GRPC_RESOURCE_EXHAUSTED;
    case EACCES:
        return GRPC_UNAUTHENTICATED;
    case EPROTO:
    case EBADMSG:
        return GRPC_INTERNAL;
    case ECONNREFUSED:
    case ECONNRESET:
    case ECONNABORTED:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ENOENT:
    case EPIPE:
        return GRPC_UNAVAILABLE;
    default:
        return GRPC_UNKNOWN;
    }
}

/* ---- grpc-timeout ---- */

typedef struct TimeoutUnit {
    char letter;
    int64_t ns;
} TimeoutUnit;

/* Finest first. */
static const TimeoutUnit units[] = {
    { 'n', 1 },        { 'u', NS_PER_US },     { 'm', NS_PER_MS },
    { 'S', NS_PER_S }, { 'M', 60 * NS_PER_S }, { 'H', 3600 * NS_PER_S },
};
enum { TIMEOUT_MOST = 99999999 };

bool grpc_timeout_parse(Str text, int64_t *ret_ns)
{
    uint64_t count;
    if (text.len < 2 || text.len > 9 || !str_to_uint64(str_slice(text, 0, text.len - 1), &count)) {
        return false;
    }
    if (text.ptr[0] < '0' || text.ptr[0] > '9') {
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (units[i].letter == text.ptr[text.len - 1]) {
            int64_t most = INT64_MAX / units[i].ns;
            *ret_ns = (int64_t) count > most ? INT64_MAX : (int64_t) count * units[i].ns;
            return true;
        }
    }
    return false;
}

void grpc_timeout_add(StrBuf *out, int64_t ns)
{
    size_t i = 0;
    while (i + 1 < ARRAY_LEN(units) && ns / units[i].ns > TIMEOUT_MOST) {
        i++;
    }
    int64_t count = ns / units[i].ns;
    strbuf_add_int64(out, count < 0 ? 0 : count > TIMEOUT_MOST ? TIMEOUT_MOST : count);
    strbuf_add_char(out, units[i].letter);
}

/* ---- grpc-message ---- */

void grpc_message_encode(StrBuf *out, Str text)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char) text.ptr[i];
        if (c >= 0x20 && c <= 0x7e && c != '%') {
            strbuf_add_char(out, (char) c);
            continue;
        }
        const char escape[] = { '%', digits[c >> 4], digits[c & 15] };
        strbuf_add_bytes(out, escape, sizeof(escape));
    }
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = (char) (c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

Str grpc_message_decode(Arena *arena, Str text)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    for (size_t i = 0; i < text.len; i++) {
        bool escape = text.ptr[i] == '%' && i + 2 < text.len;
        int high = escape ? hex_value(text.ptr[i + 1]) : -1;
        int low = escape ? hex_value(text.ptr[i + 2]) : -1;
        if (high >= 0 && low >= 0) {
            strbuf_add_char(&out, (char) (high * 16 + low));
            i += 2;
        } else {
            strbuf_add_char(&out, text.ptr[i]);
        }
    }
    return strbuf_str(&out);
}

/* ---- frames ---- */

int grpc_frame_next(Str *bytes, size_t max_bytes, bool *ret_compressed, Str *ret_message)
{
    if (bytes->len < GRPC_FRAME_HEAD_BYTES) {
        return 0;
    }
    const unsigned char *head = (const unsigned char *) bytes->ptr;
    if (head[0] > 1) {
        return -EPROTO;
    }
    uint32_t size =
        (uint32_t) head[1] << 24 | (uint32_t) head[2] << 16 | (uint32_t) head[3] << 8 | head[4];
    if (size > max_bytes) {
        return -EMSGSIZE;
    }
    if (bytes->len - GRPC_FRAME_HEAD_BYTES < size) {
        return 0;
    }
    *ret_compressed = head[0] == 1;
    *ret_message = str_slice(*bytes, GRPC_FRAME_HEAD_BYTES, GRPC_FRAME_HEAD_BYTES + size);
    *bytes = str_skip(*bytes, GRPC_FRAME_HEAD_BYTES + size);
    return 1;
}

static void add_head(StrBuf *out, size_t size)
{
    const char head[GRPC_FRAME_HEAD_BYTES] = {
        0, (char) (size >> 24), (char) (size >> 16), (char) (size >> 8), (char) size
    };
    strbuf_add_bytes(out, head, sizeof(head));
}

void grpc_frame_add(StrBuf *out, Str message)
{
    strbuf_reserve(out, GRPC_FRAME_HEAD_BYTES + message.len);
    add_head(out, message.len);
    strbuf_add(out, message);
}

void grpc_frame_add_message(StrBuf *out, const ProtobufCMessage *message)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    strbuf_reserve(out, GRPC_FRAME_HEAD_BYTES + size);
    add_head(out, size);
    protobuf_c_message_pack(message, (uint8_t *) strbuf_reserve(out, size));
    strbuf_advance(out, size);
}

/* ---- unpacking ---- */

static void *take_memory(void *arena, size_t size)
{
    return arena_alloc(arena, size);
}

static void keep_memory(void *arena, void *memory)
{
    (void) arena;
    (void) memory;
}

static bool has_messages(const ProtobufCMessageDescriptor *type)
{
    for (unsigned i = 0; i < type->n_fields; i++) {
        if (type->fields[i].type == PROTOBUF_C_TYPE_MESSAGE) {
            return true;
        }
    }
    return false;
}

/* protobuf-c goes down as deep as the bytes say, a frame of the stack for each level; a message
 * type that holds itself would let a client choose the depth. */
static bool is_shallow(const ProtobufCMessageDescriptor *type, Str bytes, int depth)
{
    enum { DEPTH_MOST = 32 };
    if (!has_messages(type)) {
        return true;
    }
    if (depth == DEPTH_MOST) {
        return false;
    }
    ProtoReader reader = proto_reader(bytes);
    for (ProtoField field; proto_next(&reader, &field);) {
        const ProtobufCFieldDescriptor *found =
            field.wire == PROTO_BYTES ? protobuf_c_message_descriptor_get_field(type, field.number)
                                      : NULL;
        if (found && found->type == PROTOBUF_C_TYPE_MESSAGE &&
            !is_shallow(found->descriptor, field.bytes, depth + 1)) {
            return false;
        }
    }
    return !reader.is_malformed;
}

void *grpc_unpack(const ProtobufCMessageDescriptor *type, Str bytes, Arena *arena)
{
    if (!is_shallow(type, bytes, 0)) {
        return NULL;
    }
    ProtobufCAllocator allocator = { .alloc = take_memory,
                                     .free = keep_memory,
                                     .allocator_data = arena };
    return protobuf_c_message_unpack(type, &allocator, bytes.len, (const uint8_t *) bytes.ptr);
}
