/* gRPC over HTTP/2: status codes, timeouts, message framing, as client and server share them
 * (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md). Metadata are HttpHeaders with
 * lower-case names; a name ending in "-bin" holds bytes, coded in base64 on the wire and plain
 * here. */
#pragma once

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "net/http.h"

typedef enum GrpcStatus {
    GRPC_OK = 0,
    GRPC_CANCELLED = 1,
    GRPC_UNKNOWN = 2,
    GRPC_INVALID_ARGUMENT = 3,
    GRPC_DEADLINE_EXCEEDED = 4,
    GRPC_NOT_FOUND = 5,
    GRPC_ALREADY_EXISTS = 6,
    GRPC_PERMISSION_DENIED = 7,
    GRPC_RESOURCE_EXHAUSTED = 8,
    GRPC_FAILED_PRECONDITION = 9,
    GRPC_ABORTED = 10,
    GRPC_OUT_OF_RANGE = 11,
    GRPC_UNIMPLEMENTED = 12,
    GRPC_INTERNAL = 13,
    GRPC_UNAVAILABLE = 14,
    GRPC_DATA_LOSS = 15,
    GRPC_UNAUTHENTICATED = 16,
} GrpcStatus;

enum { GRPC_MAX_MESSAGE_BYTES = 4 * 1024 * 1024, GRPC_FRAME_HEAD_BYTES = 5 };

/* "NOT_FOUND"; "UNKNOWN" for a number that is none. */
Str grpc_status_name(GrpcStatus status);
/* What a peer that is not gRPC meant (doc/http-grpc-status-mapping.md). */
GrpcStatus grpc_status_from_http(int http_status);
/* What a negative errno of ours means: -ETIMEDOUT DEADLINE_EXCEEDED, -ECANCELED CANCELLED,
 * -ECONNREFUSED UNAVAILABLE… */
GrpcStatus grpc_status_from_errno(int error);

/* grpc-timeout: 1 to 8 digits and one of H M S m u n. */
bool grpc_timeout_parse(Str text, int64_t *ret_ns);
void grpc_timeout_add(StrBuf *out, int64_t ns);
/* grpc-message is percent-coded UTF-8; decoding never fails, a broken escape stands as it is. */
void grpc_message_encode(StrBuf *out, Str text);
Str grpc_message_decode(Arena *arena, Str text);

/* One message taken off the front of *bytes: 1 and *ret_message (a view), 0 when more bytes are
 * needed, -EMSGSIZE past max_bytes, -EPROTO a flag other than 0 and 1. */
int grpc_frame_next(Str *bytes, size_t max_bytes, bool *ret_compressed, Str *ret_message);
/* Appends head and message; the packed form is written straight into *out. */
void grpc_frame_add(StrBuf *out, Str message);
void grpc_frame_add_message(StrBuf *out, const ProtobufCMessage *message);

/* Unpacks on the arena: strings and sub-messages too. NULL when the bytes are no such message. */
void *grpc_unpack(const ProtobufCMessageDescriptor *type, Str bytes, Arena *arena);
