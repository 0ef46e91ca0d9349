/* Server Reflection: files and symbols out of descriptor sets. v1 and v1alpha differ in their name
 * alone. The field numbers are those of grpc/reflection/v1/reflection.proto and
 * google/protobuf/descriptor.proto. */
#include <errno.h>

#include "base/mem.h"
#include "codec/protobuf.h"

#include "grpc_internal.h"

enum { NESTING_MOST = 32 };

/* ---- the index ---- */

static Str join(Arena *arena, Str scope, Str name)
{
    return scope.len ? str_printf(arena, "%" STR_FMT ".%" STR_FMT, STR_ARG(scope), STR_ARG(name))
                     : str_dup(arena, name);
}

/* The name is field 1 of every kind of descriptor. */
static Str name_of(Str descriptor)
{
    ProtoReader reader = proto_reader(descriptor);
    for (ProtoField field; proto_next(&reader, &field);) {
        if (proto_key(&field) == PROTO_KEY(1, PROTO_BYTES)) {
            return field.bytes;
        }
    }
    return STR("");
}

static Str add_symbol(GrpcServer *server, GrpcFile *file, Str scope, Str descriptor)
{
    Str name = join(server->arena, scope, name_of(descriptor));
    map_set(&server->symbols, name, file);
    return name;
}

/* DescriptorProto: 2 field, 3 nested type, 4 enum. */
static void add_message(GrpcServer *server, GrpcFile *file, Str scope, Str message, int depth)
{
    Str name = add_symbol(server, file, scope, message);
    ProtoReader reader = proto_reader(message);
    for (ProtoField field; depth < NESTING_MOST && proto_next(&reader, &field);) {
        switch (proto_key(&field)) {
        case PROTO_KEY(3, PROTO_BYTES):
            add_message(server, file, name, field.bytes, depth + 1);
            break;
        case PROTO_KEY(2, PROTO_BYTES):
        case PROTO_KEY(4, PROTO_BYTES):
            add_symbol(server, file, name, field.bytes);
            break;
        }
    }
}

/* ServiceDescriptorProto: 2 method. */
static void add_service(GrpcServer *server, GrpcFile *file, Str scope, Str service)
{
    Str name = add_symbol(server, file, scope, service);
    ProtoReader reader = proto_reader(service);
    for (ProtoField field; proto_next(&reader, &field);) {
        if (proto_key(&field) == PROTO_KEY(2, PROTO_BYTES)) {
            add_symbol(server, file, name, field.bytes);
        }
    }
}

/* FileDescriptorProto: 2 package, 4 message, 5 enum, 6 service, 7 extension. */
static int add_file(GrpcServer *server, Str bytes)
{
    Str package = STR("");
    ProtoReader reader = proto_reader(bytes);
    for (ProtoField field; proto_next(&reader, &field);) {
        if (proto_key(&field) == PROTO_KEY(2, PROTO_BYTES)) {
            package = field.bytes;
        }
    }
    Str name = name_of(bytes);
    if (reader.is_malformed || name.len == 0) {
        return -EBADMSG;
    }
    if (map_has(&server->files, name)) {
        return 0;
    }
    GrpcFile *file = ARENA_NEW(server->arena, GrpcFile);
    *file = (GrpcFile) { .name = name, .bytes = bytes };
    map_set(&server->files, name, file);
    reader = proto_reader(bytes);
    for (ProtoField field; proto_next(&reader, &field);) {
        switch (proto_key(&field)) {
        case PROTO_KEY(4, PROTO_BYTES):
            add_message(server, file, package, field.bytes, 0);
            break;
        case PROTO_KEY(5, PROTO_BYTES):
        case PROTO_KEY(7, PROTO_BYTES):
            add_symbol(server, file, package, field.bytes);
            break;
        case PROTO_KEY(6, PROTO_BYTES):
            add_service(server, file, package, field.bytes);
            break;
        }
    }
    return 0;
}

int grpc_server_add_descriptors(GrpcServer *server, Str file_descriptor_set)
{
    ProtoReader reader = proto_reader(file_descriptor_set);
    for (ProtoField field; proto_next(&reader, &field);) {
        if (proto_key(&field) == PROTO_KEY(1, PROTO_BYTES)) {
            int rc = add_file(server, field.bytes);
            if (rc < 0) {
                return rc;
            }
        }
    }
    return reader.is_malformed ? -EBADMSG : 0;
}

/* ---- the service ---- */

static void add_error(StrBuf *out, GrpcStatus status, const char *text)
{
    size_t error = proto_begin(out, 7);
    proto_add_uint(out, 1, (uint64_t) status);
    proto_add_string(out, 2, str_from(text));
    proto_end(out, error);
}

static void add_found(StrBuf *out, const GrpcFile *file, const char *otherwise)
{
    if (!file) {
        add_error(out, GRPC_NOT_FOUND, otherwise);
        return;
    }
    size_t response = proto_begin(out, 4);
    proto_add_string(out, 1, file->bytes);
    proto_end(out, response);
}

static void add_services(StrBuf *out, const GrpcServer *server)
{
    size_t response = proto_begin(out, 6);
    map_foreach(entry, &server->services) {
        size_t service = proto_begin(out, 1);
        proto_add_string(out, 1, entry->key);
        proto_end(out, service);
    }
    proto_end(out, response);
}

/* ServerReflectionRequest: 1 host, 3 file, 4 symbol, 5 extension, 6 extensions of a type, 7
 * services. */
static Str answer(const GrpcServer *server, Arena *arena, Str request)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    ProtoField asked = { 0 };
    ProtoReader reader = proto_reader(request);
    for (ProtoField field; proto_next(&reader, &field);) {
        if (field.wire == PROTO_BYTES && field.number == 1) {
            proto_add_string(&out, 1, field.bytes);
        } else if (field.wire == PROTO_BYTES) {
            asked = field;
        }
    }
    proto_add_string(&out, 2, request);
    switch (asked.number) {
    case 3:
        add_found(&out, map_get(&server->files, asked.bytes), "unknown file");
        break;
    case 4:
        add_found(&out, map_get(&server->symbols, asked.bytes), "unknown symbol");
        break;
    case 5:
    case 6:
        add_error(&out, GRPC_NOT_FOUND, "there are no extensions");
        break;
    case 7:
        add_services(&out, server);
        break;
    default:
        add_error(&out, GRPC_INVALID_ARGUMENT, "unknown kind of request");
        break;
    }
    return strbuf_str(&out);
}

static GrpcStatus serve(GrpcCall *call)
{
    http_end_on_drain(call->exchange);
    for (;;) {
        void *request;
        int rc = grpc_receive(call, &request);
        if (rc <= 0) {
            return rc == 0 ? GRPC_OK : call->status;
        }
        Str reply = answer(call->service_arg, call->arena, *(Str *) request);
        if (grpc_send(call, &reply) < 0) {
            return GRPC_CANCELLED;
        }
    }
}

static const GrpcMethod methods[] = { { .name = "ServerReflectionInfo", .stream = serve } };

const GrpcService grpc_reflection_service = { "grpc.reflection.v1.ServerReflection", methods, 1 };
const GrpcService grpc_reflection_alpha_service = { "grpc.reflection.v1alpha.ServerReflection",
                                                    methods,
                                                    1 };
