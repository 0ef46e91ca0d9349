/* Parameters and columns. */
#include <assert.h>
#include <chassis/db.h>

#include "base/random.h"

#include "field.h"

static DbValue null_of(PgType type)
{
    return (DbValue) { .type = type, .size = -1 };
}

DbValue db_text(Str value)
{
    return pg_text(value.ptr ? value : STR(""));
}

DbValue db_text_or_null(Str value)
{
    return value.len > 0 ? pg_text(value) : null_of(PG_TEXT);
}

DbValue db_uuid(Str value)
{
    Uuid uuid;
    if (value.len == 0) {
        return null_of(PG_UUID);
    }
    bool is_uuid = uuid_parse(value, &uuid);
    assert(is_uuid && "ids are checked where they come in");
    return is_uuid ? pg_uuid(uuid) : null_of(PG_UUID);
}

DbValue db_int(int64_t value)
{
    return pg_int(value);
}

DbValue db_opt_int(OptInt value)
{
    return value.has ? pg_int(value.value) : null_of(PG_INT8);
}

DbValue db_bool(bool value)
{
    return pg_bool(value);
}

DbValue db_time(int64_t utc_us)
{
    return pg_time(utc_us);
}

DbValue db_opt_time(OptInt utc_us)
{
    return utc_us.has ? pg_time(utc_us.value) : null_of(PG_TIMESTAMPTZ);
}

DbValue db_json(Str json)
{
    return json.len > 0 ? pg_jsonb(json) : null_of(PG_JSONB);
}

DbValue db_bytes(Str value)
{
    return pg_bytea(value);
}

DbValue db_enum(const char *const *names, int value)
{
    return pg_text(str_from(names[value]));
}

DbValue db_texts(Arena *arena, const Str *items, size_t count)
{
    return pg_text_array(arena, items, count);
}

DbValue db_uuids(Arena *arena, const Str *items, size_t count)
{
    Uuid *uuids = ARENA_ARRAY(arena, Uuid, count ? count : 1);
    for (size_t i = 0; i < count; i++) {
        bool is_uuid = uuid_parse(items[i], &uuids[i]);
        assert(is_uuid && "ids are checked where they come in");
        (void) is_uuid;
    }
    return pg_uuid_array(arena, uuids, count);
}

bool row_is_null(const DbRows *rows, int row, int column)
{
    return pg_is_null(rows, row, column);
}

Str row_text(const DbRows *rows, int row, int column)
{
    return pg_get_str(rows, row, column);
}

Str row_uuid(const DbRows *rows, int row, int column, Arena *arena)
{
    if (pg_is_null(rows, row, column)) {
        return (Str) { 0 };
    }
    return uuid_to_str(arena, pg_get_uuid(rows, row, column));
}

int64_t row_int(const DbRows *rows, int row, int column)
{
    return pg_get_int(rows, row, column);
}

bool row_bool(const DbRows *rows, int row, int column)
{
    return pg_get_bool(rows, row, column);
}

int64_t row_time(const DbRows *rows, int row, int column)
{
    return pg_get_time(rows, row, column);
}

static OptInt opt_int(const DbRows *rows, int row, int column, bool is_time)
{
    if (pg_is_null(rows, row, column)) {
        return (OptInt) { 0 };
    }
    return OPT_INT(is_time ? pg_get_time(rows, row, column) : pg_get_int(rows, row, column));
}

static void load_list(
    const DbRows *rows, int row, int column, const Field *field, FieldList *into, Arena *arena
)
{
    const Str *texts = NULL;
    if (pg_is_null(rows, row, column) || field->fields) {
        return;
    }
    size_t count = pg_get_text_array(rows, row, column, arena, &texts);
    Str *items = ARENA_ARRAY(arena, Str, count ? count : 1);
    for (size_t i = 0; i < count; i++) {
        items[i] = texts[i];
    }
    *into = (FieldList) { .ptr = items, .len = count };
}

typedef struct Cell {
    const DbRows *rows;
    int row, column;
    Arena *arena;
} Cell;

static void load_cell(const Cell *cell, const Field *field, void *into)
{
    const DbRows *rows = cell->rows;
    int row = cell->row;
    int column = cell->column;
    switch (field->type) {
    case FIELD_TYPE_BOOL:
        *(bool *) into = pg_get_bool(rows, row, column);
        break;
    case FIELD_TYPE_INT:
    case FIELD_TYPE_MONEY:
        *(int64_t *) into = pg_get_int(rows, row, column);
        break;
    case FIELD_TYPE_OPT_INT:
    case FIELD_TYPE_OPT_MONEY:
        *(OptInt *) into = opt_int(rows, row, column, false);
        break;
    case FIELD_TYPE_TIME:
        *(int64_t *) into = pg_get_time(rows, row, column);
        break;
    case FIELD_TYPE_OPT_TIME:
        *(OptInt *) into = opt_int(rows, row, column, true);
        break;
    case FIELD_TYPE_DOUBLE:
        *(double *) into = pg_get_double(rows, row, column);
        break;
    case FIELD_TYPE_UUID:
        *(Str *) into = row_uuid(rows, row, column, cell->arena);
        break;
    case FIELD_TYPE_ENUM:
        *(int *) into = field_enum_value(field->names, pg_get_str(rows, row, column));
        break;
    case FIELD_TYPE_LIST:
        load_list(rows, row, column, field, into, cell->arena);
        break;
    case FIELD_TYPE_STRUCT:
    case FIELD_TYPE_END:
        break;
    default:
        *(Str *) into = pg_is_null(rows, row, column) ? (Str) { 0 } : pg_get_str(rows, row, column);
        break;
    }
}

static bool is_named(const Field *field, const char *name)
{
    return field->name[0] == name[0] && strcmp(field->name, name) == 0;
}

/* Columns usually stand in the order of the table, so the search goes on where it last ended. */
static const Field *next_named(const Field *fields, const Field *from, const char *name)
{
    for (const Field *field = from; !field_is_end(field); field++) {
        if (is_named(field, name)) {
            return field;
        }
    }
    for (const Field *field = fields; field != from; field++) {
        if (is_named(field, name)) {
            return field;
        }
    }
    return NULL;
}

void row_load(const DbRows *rows, int row, const Field *fields, void *into, Arena *arena)
{
    const Field *from = fields;
    int columns = pg_column_count(rows);
    for (int column = 0; column < columns; column++) {
        const Field *field = next_named(fields, from, pg_column_name(rows, column));
        if (!field) {
            continue;
        }
        const Cell cell = { .rows = rows, .row = row, .column = column, .arena = arena };
        load_cell(&cell, field, field_at(field, into));
        from = field + 1;
    }
}
