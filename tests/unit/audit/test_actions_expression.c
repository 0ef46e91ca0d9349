#include "audit/actions/expression.h"
#include "unit.h"

/* The tree as text: names, operators before their operands. */
static void show(StrBuf *out, const Expr *expr)
{
    static const char *const kinds[] = {
        [EXPR_NULL] = "null",     [EXPR_BOOL] = "bool", [EXPR_NUMBER] = "number",
        [EXPR_STRING] = "string", [EXPR_VARIABLE] = "", [EXPR_PROPERTY] = ".",
        [EXPR_FILTER] = ".*",     [EXPR_INDEX] = "[]",  [EXPR_CALL] = "call ",
        [EXPR_NOT] = "!",         [EXPR_COMPARE] = "",  [EXPR_AND] = "&&",
        [EXPR_OR] = "||",
    };
    static const char *const ops[] = { "==", "!=", "<", "<=", ">", ">=" };
    strbuf_add_cstr(out, expr->kind == EXPR_COMPARE ? ops[expr->op] : kinds[expr->kind]);
    if (expr->kind == EXPR_STRING) {
        strbuf_add_cstr(out, "=");
    }
    strbuf_add(out, expr->kind == EXPR_BOOL || expr->kind == EXPR_NULL ? STR("") : expr->name);
    if (expr->items.len == 0) {
        return;
    }
    strbuf_add_char(out, '(');
    vec_foreach(item, &expr->items) {
        if (item > expr->items.ptr) {
            strbuf_add_char(out, ' ');
        }
        show(out, *item);
    }
    strbuf_add_char(out, ')');
}

static void expect(Arena *arena, const char *text, const char *want)
{
    size_t end;
    ExprFault fault = { 0 };
    Expr *expr = expression_parse(arena, str_from(text), 0, EXPR_BARE, &end, &fault);
    if (!expr) {
        fail_msg("%s: %.*s", text, STR_ARG(fault.message));
    }
    StrBuf out = STRBUF_INIT;
    show(&out, expr);
    assert_text(&out, want);
    assert_int_equal(end, strlen(text));
}

static void expect_fault(Arena *arena, const char *text, const char *message, size_t at)
{
    size_t end;
    ExprFault fault = { 0 };
    assert_null(expression_parse(arena, str_from(text), 0, EXPR_BRACED, &end, &fault));
    assert_str(fault.message, message);
    assert_int_equal(fault.start, at);
}

static void binds_as_the_runner_does(void **state)
{
    expect(*state, "a || b && c", "||(a &&(b c))");
    expect(*state, "a == b && !c", "&&(==(a b) !(c))");
    expect(*state, "a == b < c", "==(a <(b c))");
    expect(*state, "!a.b == c", "==(!(.b(a)) c)");
    expect(*state, "(a || b) && c", "&&(||(a b) c)");
    expect(*state, "a || b || c", "||(a b c)");
}

static void reads_literals(void **state)
{
    expect(*state, "'it''s'", "string=it's");
    expect(*state, "TRUE == null", "==(bool null)");
    expect(*state, "-1.5e3 < 0xFf", "<(number-1.5e3 number0xFf)");
}

static void reads_places_and_calls(void **state)
{
    expect(
        *state,
        "github.event.commits.*.author['name']",
        "[](.author(.*(.commits(.event(github)))) string=name)"
    );
    expect(*state, "needs[*]", ".*(needs)");
    expect(*state, "format('{0}', a-b, c())", "call format(string={0} a-b call c)");
}

static void ends_at_the_braces(void **state)
{
    Str text = STR("${{ '}}' }} and ${{ b }}");
    size_t end;
    ExprFault fault;
    Expr *expr = expression_parse(*state, text, 3, EXPR_BRACED, &end, &fault);
    assert_non_null(expr);
    assert_str(expr->name, "}}");
    assert_str(str_skip(text, end), " and ${{ b }}");
}

static void says_where_it_is_wrong(void **state)
{
    expect_fault(*state, " a b }}", "expected an operator or the end, found \"b\"", 3);
    expect_fault(*state, " \"a\" }}", "strings stand in single quotes", 1);
    expect_fault(*state, " a + 1 }}", "expressions have no arithmetic", 3);
    expect_fault(*state, " a == 'x }}", "a string without its closing \"'\"", 6);
    expect_fault(*state, " f(a }}", "expected \",\" or \")\" behind an argument, found \"}}\"", 5);
    expect_fault(*state, " a ", "\"${{\" without its \"}}\"", 3);
    expect_fault(*state, " }}", "expected a value, found \"}}\"", 1);
}

static void bounds_its_depth(void **state)
{
    StrBuf text = STRBUF_ON_ARENA(*state);
    strbuf_add_repeat(&text, '(', 10000);
    size_t end;
    ExprFault fault;
    assert_null(expression_parse(*state, strbuf_str(&text), 0, EXPR_BARE, &end, &fault));
    assert_str(fault.message, "nested too deep");
}

static void writes_paths(void **state)
{
    size_t end;
    ExprFault fault;
    Expr *expr =
        expression_parse(*state, STR("GitHub.Event['Issue'][0].title"), 0, EXPR_BARE, &end, &fault);
    assert_str(expr_path(*state, expr), "github.event.issue.*.title");
    expr = expression_parse(*state, STR("fromJSON('{}').a"), 0, EXPR_BARE, &end, &fault);
    assert_str(expr_path(*state, expr), "");
    assert_true(expr_is_constant(expr));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(binds_as_the_runner_does),
        arena_test(reads_literals),
        arena_test(reads_places_and_calls),
        arena_test(ends_at_the_braces),
        arena_test(says_where_it_is_wrong),
        arena_test(bounds_its_depth),
        arena_test(writes_paths),
    };
    return cmocka_run_group_tests_name("actions_expression", tests, NULL, NULL);
}
