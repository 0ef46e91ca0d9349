#include <assert.h>
#include <chassis/db.h>

void sql_init(Sql *sql, Arena *arena, const char *name)
{
    *sql = (Sql) { .statement = { .name = name, .is_built = true },
                   .text = STRBUF_ON_ARENA(arena),
                   .arena = arena };
}

void sql_add(Sql *sql, const char *piece)
{
    assert(!strchr(piece, '?') && "a piece with a value goes through sql_addv");
    strbuf_add_cstr(&sql->text, piece);
}

void sql_addv(Sql *sql, const char *piece, DbValue value)
{
    const char *mark = strchr(piece, '?');
    assert(mark && !strchr(mark + 1, '?') && "one value a piece");
    assert(sql->value_count < SQL_MAX_VALUES);
    sql->values[sql->value_count++] = value;
    strbuf_add_bytes(&sql->text, piece, (size_t) (mark - piece));
    strbuf_addf(&sql->text, "$%zu", sql->value_count);
    strbuf_add_cstr(&sql->text, mark + 1);
}

static void add_glue(Sql *sql)
{
    strbuf_add_cstr(&sql->text, sql->has_where ? " AND " : " WHERE ");
    sql->has_where = true;
}

void sql_where(Sql *sql, const char *condition)
{
    add_glue(sql);
    sql_add(sql, condition);
}

void sql_wherev(Sql *sql, const char *condition, DbValue value)
{
    add_glue(sql);
    sql_addv(sql, condition, value);
}

DbCall sql_call(Sql *sql)
{
    sql->statement.sql = sql->text.ptr;
    return (DbCall) { .statement = &sql->statement,
                      .values = { .ptr = sql->values, .len = sql->value_count } };
}
