/* What a client sends to a handler: a body and query values by tables, cursors, events; and the splitting of SQL
 * scripts, which has the same shape. The first byte chooses. */
#include <assert.h>
#include <chassis/context.h>

#include "consumers.h"
#include "cursor.h"
#include "field.h"
#include "migrate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct Part {
    int64_t n;
} Part;
typedef struct Thing {
    Str id, text, url, email, currency, json;
    int64_t money, at;
    OptInt count, until;
    int color;
    bool is_on;
    FieldList parts, ids, words;
} Thing;

static const char *const colors[] = { "red", "green", NULL };
static const Field part_fields[] = { FIELD_INT(Part, n, .required = true, .min = 1, .max = 9),
                                     FIELD_END };
static const Field fields[] = {
    FIELD_UUID(Thing, id, .nullable = true),
    FIELD_TEXT(Thing, text, .required = true, .trim = true, .min = 1, .max = 9),
    FIELD_URL(Thing, url),
    FIELD_EMAIL(Thing, email),
    FIELD_CURRENCY(Thing, currency),
    FIELD_JSON(Thing, json, .max = 64),
    FIELD_MONEY(Thing, money),
    FIELD_TIME(Thing, at),
    FIELD_OPT_INT(Thing, count, .min = -5, .max = 5),
    FIELD_OPT_TIME(Thing, until),
    FIELD_ENUM(Thing, color, colors),
    FIELD_BOOL(Thing, is_on),
    FIELD_LIST(Thing, parts, Part, part_fields, .max = 4),
    FIELD_UUIDS(Thing, ids, .max = 4),
    FIELD_TEXTS(Thing, words, .max = 4),
    FIELD_END,
};

/* What was accepted keeps the rules, and can be written. */
static void check_body(Context *ctx, Str text)
{
    Node *root = NULL;
    Thing thing = { 0 };
    if (json_read_str(ctx->arena, text, NULL, &root, NULL) < 0 ||
        fields_from_json(ctx, fields, FIELD_MODE_CREATE, root, &thing) < 0) {
        return;
    }
    assert(thing.text.len > 0 && thing.money >= 0 && thing.parts.len <= 4);
    assert(thing.color >= 0 && thing.color <= 1);
    StrBuf out = STRBUF_ON_ARENA(ctx->arena);
    JsonWriter w = json_writer(&out, 0);
    fields_write_object(&w, fields, &thing);
    assert(json_read_str(ctx->arena, strbuf_str(&out), NULL, &root, NULL) == 0);
}

static void check_query(Context *ctx, Str text)
{
    for (const Field *field = fields; !field_is_end(field); field++) {
        Thing thing = { 0 };
        FieldSink sink = { .ctx = ctx, .path = STRBUF_ON_ARENA(ctx->arena) };
        if (utf8_is_valid(text)) {
            field_set_query(&sink, field, text, field_at(field, &thing));
        }
    }
}

static void check_cursor(Context *ctx, Str text)
{
    Cursor cursor;
    if (cursor_parse(ctx->arena, text, &cursor)) {
        Str again = cursor_text(ctx->arena, cursor.parts[0], &cursor.parts[1], cursor.count - 1);
        Cursor second;
        assert(cursor_parse(ctx->arena, again, &second) && second.count == cursor.count);
    }
}

static void check_script(Str text)
{
    Str rest = text;
    Str statement;
    size_t total = 0;
    while (migrate_next_statement(&rest, &statement)) {
        assert(statement.len > 0);
        total += statement.len;
    }
    assert(total <= text.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    auto_arena Arena *arena = arena_new(0);
    Context ctx = { .arena = arena };
    Str text = str_make((const char *) data + 1, size - 1);
    Event event;
    switch (data[0] % 5) {
    case 0:
        check_body(&ctx, text);
        break;
    case 1:
        check_query(&ctx, text);
        break;
    case 2:
        check_cursor(&ctx, text);
        break;
    case 3:
        check_script(text);
        break;
    default:
        event_parse(&ctx, text, &event);
        break;
    }
    return 0;
}
