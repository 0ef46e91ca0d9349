/* The last step: the answer or the error envelope goes out, compressed where the client takes it.
 */
#include <chassis/ids.h>

#include "net/gzip.h"

#include "exchange.h"

enum { GZIP_LEAST_BYTES = 1024, GZIP_LEVEL = 1 };

void envelope_write(StrBuf *out, const Failure *failure, Str request_id)
{
    JsonWriter w = json_writer(out, 0);
    json_begin_object(&w);
    json_key(&w, "error");
    json_begin_object(&w);
    json_field_string(&w, "code", str_from(fail_info(failure->code)->name));
    json_field_string(&w, "message", failure->message);
    if (failure->fields.len > 0) {
        json_key(&w, "fields");
        json_begin_object(&w);
        vec_foreach(field, &failure->fields) {
            json_key_str(&w, field->path);
            json_string(&w, field->message);
        }
        json_end_object(&w);
    }
    json_field_string(&w, "request_id", request_id);
    json_end_object(&w);
    json_end_object(&w);
}

/* Replaces whatever the handler had encoded: a failed commit must not look like success. */
static void answer_failure(Exchange *exchange)
{
    Context *ctx = &exchange->work.ctx;
    Answer *answer = &exchange->answer;
    strbuf_clear(&answer->body);
    answer->status = fail_info(ctx->failure.code)->http_status;
    answer->content_type = "application/json; charset=utf-8";
    http_headers_remove(&exchange->http->response_headers, STR("ETag"));
    http_headers_remove(&exchange->http->response_headers, STR("Cache-Control"));
    envelope_write(&answer->body, &ctx->failure, ctx->correlation_id);
    if (ctx->failure.retry_after_s > 0) {
        Str seconds = str_printf(ctx->arena, "%lld", (long long) ctx->failure.retry_after_s);
        respond_header(&exchange->request, "Retry-After", seconds);
    }
    if (ctx->failure.code == FAIL_UNAUTHORIZED) {
        respond_header(&exchange->request, "WWW-Authenticate", STR("Bearer"));
    }
    if (ctx->failure.code == FAIL_PAYLOAD_TOO_LARGE) {
        http_close_after(exchange->http);
    }
}

static Str compressed(Exchange *exchange, Str body)
{
    HttpExchange *http = exchange->http;
    if (body.len < GZIP_LEAST_BYTES || !http_accepts_gzip(&http->headers)) {
        return body;
    }
    StrBuf packed = STRBUF_ON_ARENA(http->arena);
    gzip_compress(&packed, body, GZIP_LEVEL);
    http_headers_set(&http->response_headers, STR("Content-Encoding"), STR("gzip"));
    return strbuf_str(&packed);
}

void exchange_send(Exchange *exchange, int rc)
{
    Answer *answer = &exchange->answer;
    HttpExchange *http = exchange->http;
    if (rc < 0) {
        answer_failure(exchange);
    }
    if (answer->status == 0) {
        fail_internal(&exchange->work.ctx, "the handler gave no answer");
        answer_failure(exchange);
    }
    Str body = strbuf_str(&answer->body);
    if (answer->content_type) {
        http_headers_set(
            &http->response_headers, STR("Content-Type"), str_from(answer->content_type)
        );
    }
    if (body.len >= GZIP_LEAST_BYTES) {
        http_headers_set(&http->response_headers, STR("Vary"), STR("Accept-Encoding"));
        body = compressed(exchange, body);
    }
    http_headers_set(
        &http->response_headers, STR("X-Correlation-ID"), exchange->work.ctx.correlation_id
    );
    http_respond(http, answer->status, body);
}

static FailCode code_of_status(int status)
{
    switch (status) {
    case 408:
    case 504:
        return FAIL_TIMEOUT;
    case 413:
        return FAIL_PAYLOAD_TOO_LARGE;
    case 500:
        return FAIL_INTERNAL_ERROR;
    case 501:
    case 505:
    case 405:
        return FAIL_METHOD_NOT_ALLOWED;
    case 503:
        return FAIL_SERVICE_UNAVAILABLE;
    default:
        return FAIL_INVALID_INPUT;
    }
}

void exchange_error(HttpServerError *error, void *worker_arg)
{
    Worker *worker = worker_arg;
    Failure failure = { .code = code_of_status(error->status) };
    failure.message =
        error->status == 500 ? STR("an internal error occurred") : str_from(error->reason);
    Str request_id = id_new(error->arena);
    envelope_write(error->body, &failure, request_id);
    http_headers_set(error->headers, STR("Content-Type"), STR("application/json; charset=utf-8"));
    http_headers_set(error->headers, STR("X-Correlation-ID"), request_id);
    http_metrics_refused(worker->runtime->http_metrics, error->status);
    const JsonLogField fields[] = {
        LOG_TEXT("correlation_id", request_id),
        LOG_INT("status", error->status),
        LOG_TEXT("remote_addr", error->peer),
        LOG_TEXT("error", str_from(error->reason)),
    };
    json_log_write(
        worker->runtime->log, LOG_INFO, STR("request refused"), fields, ARRAY_LEN(fields)
    );
}
