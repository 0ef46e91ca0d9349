#include "migrate.h"
#include "unit.h"

static void expect(const char *sql, const char *const *wanted)
{
    Str rest = str_from(sql);
    Str statement;
    size_t count = 0;
    while (migrate_next_statement(&rest, &statement)) {
        assert_non_null(wanted[count]);
        assert_str(statement, wanted[count]);
        count++;
    }
    assert_null(wanted[count]);
}
#define STATEMENTS(...) ((const char *const[]) { __VA_ARGS__, NULL })

static void splits_at_semicolons_that_end_statements(void **state)
{
    (void) state;
    expect("a; b ;;\n c", STATEMENTS("a", "b", "c"));
    expect("SELECT ';', \"x;y\", 'it''s;'; b", STATEMENTS("SELECT ';', \"x;y\", 'it''s;'", "b"));
    expect("-- x;\na; /* ; /* ; */ ; */ b", STATEMENTS("-- x;\na", "/* ; /* ; */ ; */ b"));
    expect("f $$ ; $$; g $t$ $$;$$ $t$; h $1;", STATEMENTS("f $$ ; $$", "g $t$ $$;$$ $t$", "h $1"));
}

static void what_is_empty_or_only_a_comment_is_no_statement(void **state)
{
    (void) state;
    expect(" ;\n; -- end\n", STATEMENTS(NULL));
    expect("a; -- end", STATEMENTS("a"));
}

static void an_open_quote_takes_the_rest(void **state)
{
    (void) state;
    expect("a; 'b; c", STATEMENTS("a", "'b; c"));
    expect("$x$ a; b", STATEMENTS("$x$ a; b"));
    expect("/* a; b", STATEMENTS(NULL));
}

static void only_the_first_line_says_no_transaction(void **state)
{
    (void) state;
    assert_true(migrate_is_outside_transaction(STR("-- no-transaction\nCREATE INDEX")));
    assert_true(migrate_is_outside_transaction(STR("-- no-transaction\r\nx")));
    assert_false(migrate_is_outside_transaction(STR("\n-- no-transaction\n")));
    assert_false(migrate_is_outside_transaction(STR("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splits_at_semicolons_that_end_statements),
        cmocka_unit_test(what_is_empty_or_only_a_comment_is_no_statement),
        cmocka_unit_test(an_open_quote_takes_the_rest),
        cmocka_unit_test(only_the_first_line_says_no_transaction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
