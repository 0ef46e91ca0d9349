/* A small service with what product has no route for: an idempotency key, rows of one user, a
 * caller's list, every failure, a slow answer, a consumer that can fail. FIXTURE_REDIS=optional or required
 * makes it one that uses Redis. */
#include <chassis/app.h>
#include <chassis/ids.h>
#include <chassis/peers.h>
#include <stdlib.h>

#include "product.pb-c.h"

#ifndef FIXTURE_NAME
#define FIXTURE_NAME "fixture"
#endif

typedef struct Note {
    Str id, user_id, title, body;
    int64_t amount;
    int64_t version;
    int64_t created_at, updated_at;
    FieldList items; /* checked and thrown away */
} Note;

typedef struct Item {
    int64_t quantity;
} Item;

static const Field item_fields[] = {
    FIELD_INT(Item, quantity, .required = true, .min = 1, .max = 100),
    FIELD_END,
};

#define NOTE_FIELDS                                                                       \
    FIELD_UUID(Note, id, .readonly = true), FIELD_UUID(Note, user_id, .readonly = true),  \
        FIELD_TEXT(Note, title, .required = true, .trim = true, .min = 1, .max = 100),    \
        FIELD_TEXT(Note, body, .nullable = true, .max = 5000), FIELD_MONEY(Note, amount), \
        FIELD_TIME(Note, created_at, .readonly = true),                                   \
        FIELD_TIME(Note, updated_at, .readonly = true)

static const Field note_fields[] = {
    NOTE_FIELDS,
    FIELD_INT(Note, version, .readonly = true),
    FIELD_END,
};
static const Field note_body[] = {
    NOTE_FIELDS,
    FIELD_LIST(Note, items, Item, item_fields, .max = 10),
    FIELD_END,
};

#define NOTE_COLUMNS "id, user_id, title, body, amount, version, created_at, updated_at"

static const Statement note_insert = {
    .name = "note_insert",
    .sql = "INSERT INTO notes (id, user_id, title, body, amount) VALUES ($1, $2, $3, $4, $5) "
           "RETURNING " NOTE_COLUMNS,
    .writes = "notes",
};
static const Statement note_by_id = {
    .name = "note_by_id",
    .sql = "SELECT " NOTE_COLUMNS " FROM notes WHERE id = $1",
};
static const Statement note_lock = {
    .name = "note_lock",
    .sql = "SELECT " NOTE_COLUMNS " FROM notes WHERE id = $1 FOR UPDATE",
};
static const Statement note_update = {
    .name = "note_update",
    .sql = "UPDATE notes SET title = $2, body = $3, amount = $4, version = version + 1, updated_at "
           "= now() "
           "WHERE id = $1 RETURNING " NOTE_COLUMNS,
};

static int emit(Db *tx, const char *topic, const Note *note)
{
    return outbox_emit(
        tx,
        &(EventOut) { .topic = topic,
                      .aggregate_type = "note",
                      .aggregate_id = note->id,
                      .aggregate_version = note->version,
                      .fields = note_fields,
                      .value = note }
    );
}

static int note_create(Request *req)
{
    Note note = { .id = id_new(req->ctx->arena), .user_id = req->ctx->principal.user_id };
    TRY(request_body(req, &note));
    auto_tx Db *tx = NULL;
    TRY(tx_begin(req->ctx, &tx));
    TRY(db_one(
        tx,
        &note_insert,
        note_fields,
        &note,
        db_uuid(note.id),
        db_uuid(note.user_id),
        db_text(note.title),
        db_text_or_null(note.body),
        db_int(note.amount)
    ));
    TRY(emit(tx, "ecommerce.note.created", &note));
    TRY(respond(req, 201, note_fields, &note));
    return tx_commit(tx);
}

static int note_get(Request *req)
{
    Note note = { 0 };
    Str id;
    TRY(request_param_id(req, "id", &id));
    TRY(db_one(req->ctx->db, &note_by_id, note_fields, &note, db_uuid(id)));
    TRY(auth_require_owner(req->ctx, note.user_id));
    if (respond_unchanged(req, note.updated_at, note.id)) {
        return 0;
    }
    return respond(req, 200, note_fields, &note);
}

static int note_change(Request *req)
{
    Note note = { 0 };
    Str id;
    TRY(request_param_id(req, "id", &id));
    auto_tx Db *tx = NULL;
    TRY(tx_begin(req->ctx, &tx));
    TRY(db_one(tx, &note_lock, note_fields, &note, db_uuid(id)));
    TRY(auth_require_owner(req->ctx, note.user_id));
    TRY(request_body(req, &note));
    TRY(db_one(
        tx,
        &note_update,
        note_fields,
        &note,
        db_uuid(id),
        db_text(note.title),
        db_text_or_null(note.body),
        db_int(note.amount)
    ));
    TRY(emit(tx, "ecommerce.note.updated", &note));
    TRY(respond(req, 200, note_fields, &note));
    return tx_commit(tx);
}

static Str cursor_of(Arena *arena, const Note *note)
{
    const Str parts[] = { str_printf(arena, "%lld", (long long) note->created_at), note->id };
    return cursor_text(arena, STR("newest"), parts, 2);
}

static int add_keyset(Request *req, Sql *sql, const Paging *paging)
{
    Str id;
    int64_t created_at;
    if (!str_to_int64(paging->cursor.parts[1], &created_at) ||
        !id_parse(req->ctx->arena, paging->cursor.parts[2], &id)) {
        return fail(req->ctx, FAIL_INVALID_PARAMETER, "cursor is not one of ours");
    }
    sql_wherev(sql, "(created_at, id) < (?, ", db_time(created_at));
    sql_addv(sql, "?)", db_uuid(id));
    return 0;
}

static int note_list(Request *req)
{
    Arena *arena = req->ctx->arena;
    Paging paging;
    TRY(request_paging(req, &paging));
    TRY(paging_check_cursor(req, &paging, STR("newest"), 2));
    Sql page;
    Sql count;
    sql_init(&page, arena, "notes_page");
    sql_init(&count, arena, "notes_count");
    sql_add(&count, "SELECT count(*) FROM notes");
    sql_add(&page, "SELECT " NOTE_COLUMNS " FROM notes");
    if (paging.has_cursor) {
        TRY(add_keyset(req, &page, &paging));
    }
    sql_addv(&page, " ORDER BY created_at DESC, id DESC LIMIT ?", db_int(paging.per_page + 1));
    sql_addv(&page, " OFFSET ?", db_int(paging.offset));
    DbRows rows;
    ListEnd end = { .paging = &paging };
    TRY(db_list(req->ctx->db, "notes", &count, &page, &rows, &end.total_count));
    JsonWriter *w = respond_list_begin(req);
    int shown = rows.rows < paging.per_page ? rows.rows : (int) paging.per_page;
    end.has_more = rows.rows > shown;
    for (int row = 0; row < shown; row++) {
        Note note = { 0 };
        row_load(&rows, row, note_fields, &note, arena);
        fields_write_object(w, note_fields, &note);
        end.next_cursor = cursor_of(arena, &note);
    }
    return respond_list_end(req, &end);
}

static int fail_as_asked(Request *req)
{
    FailCode code = fail_code_by_name(request_param(req, "code"));
    if (code == FAIL_NONE) {
        return -EIO;
    }
    return fail(req->ctx, code, "as asked");
}

static int sleep_as_asked(Request *req)
{
    static const Statement nap = { .name = "nap", .sql = "SELECT pg_sleep($1::bigint / 1000.0)" };
    int64_t ms;
    DbRows rows;
    if (!str_to_int64(request_param(req, "ms"), &ms)) {
        return fail(req->ctx, FAIL_INVALID_PARAMETER, "ms must be a number");
    }
    TRY(db_query(req->ctx->db, &nap, &rows, db_int(ms)));
    respond_begin(req, 200);
    return respond_end(req);
}

/* Writes the word to Redis and answers with what Redis has. */
static int echo_by_redis(Request *req)
{
    Context *ctx = req->ctx;
    Str word = request_param(req, "word");
    Str key = str_concat(ctx->arena, STR("echo:"), word);
    const RedisCommand commands[] = {
        REDIS_COMMAND(STR("SET"), key, word),
        REDIS_COMMAND(STR("GET"), key),
    };
    RedisValue values[2] = { 0 };
    TRY(kv_multi(ctx, commands, 2, values));
    JsonWriter *w = respond_begin(req, 200);
    json_field_string(w, "word", values[1].text);
    return respond_end(req);
}

/* Goes on without: Redis only knows how often it was asked for. */
static int count_by_redis(Request *req)
{
    RedisValue count = { 0 };
    bool is_counted = kv_is_up(req->ctx) &&
                      kv_command(req->ctx, REDIS_COMMAND(STR("INCR"), STR("count")), &count) == 0;
    fail_clear(req->ctx);
    JsonWriter *w = respond_begin(req, 200);
    json_field_bool(w, "counted", is_counted);
    return respond_end(req);
}

/* One caller only gets the word. */
static int claim_by_redis(Request *req)
{
    static const RedisScript claim = {
        .name = "claim",
        .source = "return redis.call('SET', KEYS[1], '1', 'NX') and 1 or 0",
    };
    Context *ctx = req->ctx;
    Str key = str_concat(ctx->arena, STR("claim:"), request_param(req, "word"));
    const RedisScriptCall call = { .script = &claim, .keys = &key, .key_count = 1 };
    RedisValue value = { 0 };
    TRY(kv_script(ctx, &call, &value));
    JsonWriter *w = respond_begin(req, 200);
    json_field_bool(w, "claimed", value.integer == 1);
    return respond_end(req);
}

static int call_peer(Request *req)
{
    const Node *data = NULL;
    TRY(peer_http(
        req->ctx,
        &(PeerHttpCall
        ) { .peer = "cart", .method = "GET", .path = STR("/anything"), .is_read = true },
        &data
    ));
    JsonWriter *w = respond_begin(req, 200);
    json_key(w, "peer");
    if (data) {
        json_node(w, data);
    } else {
        json_null(w);
    }
    return respond_end(req);
}

/* The catalogue by gRPC, as cart asks it. */
static int call_product(Request *req)
{
    Ecommerce__Product__V1__GetProductRequest request;
    ecommerce__product__v1__get_product_request__init(&request);
    request.id = rpc_text(req->ctx->arena, request_param(req, "id"));
    const PeerCall call = {
        .peer = "product",
        .method = "GetProduct",
        .service = &ecommerce__product__v1__product_service__descriptor,
        .is_read = true,
    };
    const ProtobufCMessage *reply = NULL;
    TRY(peer_call(req->ctx, &call, &request.base, &reply));
    const Ecommerce__Product__V1__Product *product =
        ((const Ecommerce__Product__V1__GetProductResponse *) (const void *) reply)->product;
    JsonWriter *w = respond_begin(req, 200);
    json_field_string(w, "name", str_from(product->name));
    json_field_int(w, "variants", (int64_t) product->n_variants);
    return respond_end(req);
}

static int who(Request *req)
{
    JsonWriter *w = respond_begin(req, 200);
    json_field_string(w, "user_id", req->ctx->principal.user_id);
    json_field_string(w, "role", str_from(role_name(req->ctx->principal.role)));
    json_field_string(w, "service", req->ctx->principal.service);
    return respond_end(req);
}

static const char *const callers[] = { "cart", NULL };

static const Route routes[] = {
    { ON_POST("/api/v1/notes", note_create),
      .access = ACCESS_USER,
      .body = note_body,
      .response = note_fields,
      .status = 201,
      .is_idempotent = true,
      .summary = "Create a note" },
    { ON_GET("/api/v1/notes", note_list),
      .response = note_fields,
      .is_list = true,
      .has_cursor = true,
      .summary = "List notes" },
    { ON_GET("/api/v1/notes/{id}", note_get),
      .access = ACCESS_OWNER,
      .response = note_fields,
      .summary = "A note" },
    { ON_PUT("/api/v1/notes/{id}", note_change),
      .access = ACCESS_OWNER,
      .body = note_body,
      .is_update = true,
      .response = note_fields,
      .summary = "Change a note" },
    { ON_GET("/fail/{code}", fail_as_asked), .summary = "Any failure" },
    { ON_GET("/sleep/{ms}", sleep_as_asked), .deadline_ms = 2000, .summary = "A slow statement" },
    { ON_GET("/catalogue/{id}", call_product), .summary = "A product by gRPC" },
    { ON_GET("/echo/{word}", echo_by_redis), .summary = "A word by way of Redis" },
    { ON_GET("/count", count_by_redis), .summary = "Counts where it can" },
    { ON_GET("/claim/{word}", claim_by_redis), .summary = "Whether the word was free" },
    { ON_GET("/peer", call_peer), .summary = "A call to cart" },
    { ON_GET("/who", who), .access = ACCESS_USER, .summary = "Who asks" },
    { ON_GET("/internal", who),
      .access = ACCESS_SERVICE,
      .callers = callers,
      .summary = "For cart" },
    { ON_GET("/admin", who), .access = ACCESS_ADMIN, .summary = "For admins" },
    { ON_GET("/seller", who), .access = ACCESS_SELLER, .summary = "For sellers" },
    ROUTE_END,
};
static const Route *const route_tables[] = { routes, NULL };

/* "poison" always fails, so that it becomes a dead letter; a table the test makes lets it pass
 * later. */
static int copy_note(Context *ctx, Db *tx, const Event *event)
{
    static const Statement copy = {
        .name = "copy_insert",
        .sql = "INSERT INTO copies (note_id, version) VALUES ($1, $2)",
    };
    static const Statement is_cured = {
        .name = "is_cured",
        .sql = "SELECT to_regclass('cured') IS NOT NULL",
    };
    Note note = { 0 };
    DbRows rows;
    TRY(event_data(ctx, event, note_body, &note));
    if (str_eq(note.title, STR("poison"))) {
        TRY(db_query(tx, &is_cured, &rows));
        if (!row_bool(&rows, 0, 0)) {
            return fail(ctx, FAIL_INVALID_TRANSITION, "poison");
        }
    }
    int64_t rc = db_exec(tx, &copy, db_uuid(event->aggregate_id), db_int(event->aggregate_version));
    return rc < 0 ? (int) rc : 0;
}

static const Consumer consumers[] = {
    { .topic = "ecommerce.note.created", .handle = copy_note },
    { .topic = "ecommerce.note.updated", .handle = copy_note },
    CONSUMER_END,
};

static int64_t count_run(Context *ctx, const JobRun *run)
{
    (void) run;
    static const Statement ran = { .name = "job_ran",
                                   .sql = "INSERT INTO job_runs DEFAULT VALUES" };
    return db_exec(ctx->db, &ran);
}

static const Job jobs[] = {
    { .name = "count", .every_ms = 200, .run = count_run },
    JOB_END,
};

static const char *const publishes[] = { "ecommerce.note.created", "ecommerce.note.updated", NULL };

extern const Migration fixture_migrations[];

static const App fixture = {
    .name = FIXTURE_NAME,
    .summary = "What the chassis can do",
    .http_port = 18001,
    .database = "fixture_db",
    .migrations = fixture_migrations,
    .routes = route_tables,
    .publishes = publishes,
    .consumers = consumers,
    .jobs = jobs,
};

int main(int argc, char **argv)
{
    App app = fixture;
    const char *redis = getenv("FIXTURE_REDIS");
    if (redis) {
        app.redis = strcmp(redis, "required") == 0 ? REDIS_REQUIRED : REDIS_OPTIONAL;
    }
    return app_main(&app, argc, argv);
}
