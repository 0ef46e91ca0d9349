/* The envelope, from bytes to an Event. */
#include <chassis/ids.h>
#include <errno.h>

#include "consumers.h"
#include "field.h"

enum { EVENT_VERSION = 1, EVENT_MAX_BYTES = 1024 * 1024 };

static Str text_of(const Node *root, const char *key)
{
    return node_string_or(node_get_cstr(root, key), STR(""));
}

static int64_t aggregate_version(const Node *root)
{
    Str text = text_of(node_get_cstr(root, "metadata"), "aggregate_version");
    int64_t version = 0;
    return str_to_int64(text, &version) ? version : 0;
}

static int malformed(Context *ctx, const char *why)
{
    return fail(ctx, FAIL_INVALID_INPUT, "malformed event: %s", why);
}

int event_parse(Context *ctx, Str json, Event *ret_event)
{
    Node *root = NULL;
    Error err = ERROR_INIT;
    const JsonOptions options = { .max_bytes = EVENT_MAX_BYTES };
    if (json_read_str(ctx->arena, json, &options, &root, &err) < 0) {
        return malformed(ctx, err.message);
    }
    Event event = {
        .type = text_of(root, "event_type"),
        .aggregate_id = text_of(root, "aggregate_id"),
        .aggregate_type = text_of(root, "aggregate_type"),
        .source = text_of(root, "source"),
        .correlation_id = text_of(root, "correlation_id"),
        .aggregate_version = aggregate_version(root),
        .data = node_get_cstr(root, "data"),
    };
    const Node *version = node_get_cstr(root, "version");
    if (!id_parse(ctx->arena, text_of(root, "event_id"), &event.id)) {
        return malformed(ctx, "event_id is no UUID");
    }
    if (!version || version->kind != NODE_INT || version->integer != EVENT_VERSION) {
        return malformed(ctx, "unknown version");
    }
    if (!node_is_map(event.data)) {
        return malformed(ctx, "data is no object");
    }
    clock_parse_rfc3339(text_of(root, "timestamp"), &event.timestamp);
    *ret_event = event;
    return 0;
}

int event_data(Context *ctx, const Event *event, const Field *fields, void *into)
{
    int rc = fields_from_json(ctx, fields, FIELD_MODE_CREATE, event->data, into);
    if (rc < 0 && ctx->failure.fields.len > 0) {
        const FailField *first = &ctx->failure.fields.ptr[0];
        ctx->failure.code = FAIL_INVALID_INPUT;
        ctx->failure.message = str_printf(
            ctx->arena,
            "malformed event: data.%" STR_FMT " %" STR_FMT,
            STR_ARG(first->path),
            STR_ARG(first->message)
        );
    }
    return rc;
}
