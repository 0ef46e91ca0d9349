#include <chassis/db.h>

#include "unit.h"

static void numbers_its_values_and_joins_its_conditions(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    Sql sql;
    sql_init(&sql, arena, "things");
    sql_add(&sql, "SELECT a FROM t");
    sql_where(&sql, "a IS NULL");
    sql_wherev(&sql, "b = ?", db_int(1));
    sql_wherev(&sql, "(c, d) > (?, ", db_text(STR("x")));
    sql_addv(&sql, "?)", db_bool(true));
    sql_addv(&sql, " LIMIT ?", db_int(5));
    DbCall call = sql_call(&sql);
    assert_string_equal(
        call.statement->sql,
        "SELECT a FROM t WHERE a IS NULL AND b = $1 AND (c, d) > ($2, $3) LIMIT $4"
    );
    assert_true(call.statement->is_built);
    assert_int_equal(call.values.len, 4);
    assert_int_equal(call.values.ptr[1].type, PG_TEXT);
}

static void values_know_their_types_and_nulls(void **state)
{
    (void) state;
    assert_int_equal(db_uuid((Str) { 0 }).size, -1);
    assert_int_equal(db_uuid((Str) { 0 }).type, PG_UUID);
    assert_int_equal(db_uuid(STR("0191b3a4-0000-7000-8000-00000000000a")).size, 16);
    assert_int_equal(db_text((Str) { 0 }).size, 0);
    assert_int_equal(db_text_or_null(STR("")).size, -1);
    assert_int_equal(db_opt_int((OptInt) { 0 }).size, -1);
    assert_int_equal(db_opt_int(OPT_INT(0)).type, PG_INT8);
    assert_int_equal(db_opt_time(OPT_INT(0)).type, PG_TIMESTAMPTZ);
    assert_int_equal(db_json((Str) { 0 }).size, -1);
    DbValues none = DB_VALUES();
    DbValues two = DB_VALUES(db_int(1), db_int(2));
    assert_int_equal(none.len, 0);
    assert_int_equal(two.len, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_its_values_and_joins_its_conditions),
        cmocka_unit_test(values_know_their_types_and_nulls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
