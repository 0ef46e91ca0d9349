/* One call onto the wire: libpq takes arrays of values, lengths and formats; all formats are
 * binary. */
#include <assert.h>

#include "base/mem.h"

#include "pg_internal.h"

enum { FORMAT_BINARY = 1, JSONB_VERSION = 1 };

typedef struct Values {
    const char *values[PG_PARAMS_MAX];
    int lengths[PG_PARAMS_MAX];
    int formats[PG_PARAMS_MAX];
} Values;

bool pg_send_prepare(PgConn *conn, const PgEntry *entry)
{
    return PQsendPrepare(
        conn->pq, entry->server_name, entry->statement->sql, entry->param_count, entry->types
    );
}

/* jsonb_recv wants a version before the text. */
static const char *jsonb_bytes(Arena *arena, const PgParam *param)
{
    char *bytes = arena_alloc_raw(arena, (size_t) param->size + 1);
    bytes[0] = JSONB_VERSION;
    memcpy(bytes + 1, param->data, (size_t) param->size);
    return bytes;
}

static void set_value(Values *values, size_t at, const PgParam *param, Arena *arena)
{
    values->formats[at] = FORMAT_BINARY;
    values->lengths[at] = param->size;
    if (param->size < 0) {
        values->values[at] = NULL;
        values->lengths[at] = 0;
    } else if (param->type == PG_JSONB) {
        values->values[at] = jsonb_bytes(arena, param);
        values->lengths[at]++;
    } else {
        values->values[at] = param->data ? param->data : (const char *) param->small;
    }
}

bool pg_send_call(PgConn *conn, const PgEntry *entry, const PgCall *call, Arena *arena)
{
    Values values;
    assert(entry->param_count == 0 || call->params);
    for (int i = 0; i < entry->param_count; i++) {
        const PgParam *param = &call->params[i];
        assert(param->size < 0 || (Oid) param->type == entry->types[i]);
        set_value(&values, (size_t) i, param, arena);
    }
    return PQsendQueryPrepared(
        conn->pq,
        entry->server_name,
        entry->param_count,
        values.values,
        values.lengths,
        values.formats,
        FORMAT_BINARY
    );
}
