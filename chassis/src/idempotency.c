/* Idempotency-Key (services.md 1.6): the first request inserts the key, the transaction of its
 * state change completes it, a repeat gets what is stored. A key whose holder died is free again
 * after the longest a handler can run. */
#include <errno.h>

#include "codec/digest.h"

#include "db.h"
#include "exchange.h"

enum { KEY_MAX_BYTES = 255 };

static const Statement key_insert = {
    .name = "idempotency_insert",
    .sql =
        "INSERT INTO idempotency_keys AS k (scope, principal, key, request_hash, state) "
        "VALUES ($1, $2, $3, $4, 'in_progress') "
        "ON CONFLICT (scope, principal, key) DO UPDATE SET request_hash = excluded.request_hash, "
        "state = 'in_progress', status = NULL, body = NULL, created_at = now() "
        "WHERE k.created_at < now() - interval '24 hours' "
        "OR (k.state = 'in_progress' AND k.created_at < now() - interval '60 seconds') "
        "RETURNING 1",
};
static const Statement key_select = {
    .name = "idempotency_select",
    .sql = "SELECT request_hash, state, status, body FROM idempotency_keys "
           "WHERE scope = $1 AND principal = $2 AND key = $3",
};
static const Statement key_complete = {
    .name = "idempotency_complete",
    .sql = "UPDATE idempotency_keys SET state = 'completed', status = $4, body = $5 "
           "WHERE scope = $1 AND principal = $2 AND key = $3",
};
static const Statement key_release = {
    .name = "idempotency_release",
    .sql = "DELETE FROM idempotency_keys WHERE scope = $1 AND principal = $2 AND key = $3 "
           "AND state = 'in_progress'",
};

static Str request_hash(const Exchange *exchange)
{
    Arena *arena = exchange->work.ctx.arena;
    StrBuf text = STRBUF_ON_ARENA(arena);
    strbuf_add(&text, exchange->http->method_name);
    strbuf_add_char(&text, ' ');
    strbuf_add(&text, exchange->http->target);
    strbuf_add_char(&text, '\n');
    strbuf_add(&text, exchange->request.body);
    char *digest = arena_alloc(arena, SHA256_BYTES);
    sha256(strbuf_str(&text), (uint8_t *) digest);
    return str_make(digest, SHA256_BYTES);
}

static Str principal_name(const Principal *principal)
{
    if (principal->kind == PRINCIPAL_SERVICE) {
        return principal->service;
    }
    return principal->user_id.len > 0 ? principal->user_id : STR("anonymous");
}

static int replay(Exchange *exchange, const DbRows *rows)
{
    Context *ctx = &exchange->work.ctx;
    if (!str_eq(row_text(rows, 0, 0), exchange->idempotency.hash)) {
        return fail(
            ctx, FAIL_IDEMPOTENCY_MISMATCH, "the key was used for a different request before"
        );
    }
    if (!str_eq(row_text(rows, 0, 1), STR("completed"))) {
        ctx->failure.retry_after_s = 1;
        return fail(ctx, FAIL_IN_PROGRESS, "the first request with this key is still running");
    }
    respond_header(&exchange->request, "Idempotent-Replay", STR("true"));
    respond_bytes(
        &exchange->request,
        (int) row_int(rows, 0, 2),
        "application/json; charset=utf-8",
        row_text(rows, 0, 3)
    );
    return 1;
}

static int claim(Exchange *exchange)
{
    Context *ctx = &exchange->work.ctx;
    IdempotencyKey *key = &exchange->idempotency;
    DbRows rows;
    TRY(db_query(
        ctx->db,
        &key_insert,
        &rows,
        db_text(key->scope),
        db_text(key->principal),
        db_text(key->key),
        db_bytes(key->hash)
    ));
    if (rows.rows > 0) {
        key->is_held = true;
        return 0;
    }
    TRY(db_query(
        ctx->db, &key_select, &rows, db_text(key->scope), db_text(key->principal), db_text(key->key)
    ));
    if (rows.rows == 0) { /* released between the two statements */
        ctx->failure.retry_after_s = 1;
        return fail(ctx, FAIL_IN_PROGRESS, "the first request with this key has just failed");
    }
    return replay(exchange, &rows);
}

int exchange_idempotency_begin(Exchange *exchange)
{
    Context *ctx = &exchange->work.ctx;
    Str value = http_headers_get(&exchange->http->headers, STR("idempotency-key"));
    if (!exchange->match.route->is_idempotent || value.ptr == NULL || !ctx->db) {
        return 0;
    }
    if (value.len < 1 || value.len > KEY_MAX_BYTES || !utf8_is_valid(value)) {
        return fail(ctx, FAIL_INVALID_PARAMETER, "Idempotency-Key must have 1 to 255 characters");
    }
    exchange->idempotency = (IdempotencyKey) {
        .scope = str_printf(
            ctx->arena,
            "%" STR_FMT " %" STR_FMT,
            STR_ARG(exchange->http->method_name),
            STR_ARG(exchange->http->path)
        ),
        .principal = principal_name(&ctx->principal),
        .key = value,
        .hash = request_hash(exchange),
    };
    return claim(exchange);
}

static void completion_values(const Exchange *exchange, DbValue ret_values[static 5])
{
    const IdempotencyKey *key = &exchange->idempotency;
    ret_values[0] = db_text(key->scope);
    ret_values[1] = db_text(key->principal);
    ret_values[2] = db_text(key->key);
    ret_values[3] = db_int(exchange->answer.status);
    ret_values[4] = db_bytes(strbuf_str(&exchange->answer.body));
}

int exchange_idempotency_join(Exchange *exchange, Db *tx)
{
    IdempotencyKey *key = &exchange->idempotency;
    if (!key->is_held || exchange->answer.status == 0) {
        return 0;
    }
    DbValue values[5];
    completion_values(exchange, values);
    TRY(tx_queue_values(tx, &key_complete, (DbValues) { .ptr = values, .len = 5 }));
    key->is_joined = true;
    return 0;
}

/* A 4xx is the lasting answer to this request; a 5xx may be tried again. */
static void finish_failed(Exchange *exchange)
{
    Context *ctx = &exchange->work.ctx;
    IdempotencyKey *key = &exchange->idempotency;
    int status = fail_info(ctx->failure.code)->http_status;
    Failure kept = ctx->failure;
    fail_clear(ctx);
    bool may_pass_later = status >= 500 || kept.code == FAIL_CONFLICT;
    if (may_pass_later) {
        db_exec(
            ctx->db, &key_release, db_text(key->scope), db_text(key->principal), db_text(key->key)
        );
    } else {
        StrBuf body = STRBUF_ON_ARENA(ctx->arena);
        envelope_write(&body, &kept, ctx->correlation_id);
        db_exec(
            ctx->db,
            &key_complete,
            db_text(key->scope),
            db_text(key->principal),
            db_text(key->key),
            db_int(status),
            db_bytes(strbuf_str(&body))
        );
    }
    ctx->failure = kept;
}

void exchange_idempotency_end(Exchange *exchange, int rc)
{
    IdempotencyKey *key = &exchange->idempotency;
    if (!key->is_held || (rc >= 0 && key->is_joined)) {
        return;
    }
    if (rc < 0) {
        finish_failed(exchange);
        return;
    }
    DbValue values[5];
    completion_values(exchange, values);
    db_exec_values(exchange->work.ctx.db, &key_complete, (DbValues) { .ptr = values, .len = 5 });
}
