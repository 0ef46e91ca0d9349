/* An expression on any bytes: what parses has its parts inside of the text and in order, and can be
 * checked; what doesn't says why and where. */
#include <assert.h>

#include "audit/actions/expression_type.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const ExprType *any_context(void *user, Str context)
{
    (void) user;
    (void) context;
    return &type_any_object;
}

static void check_places(const Expr *expr, size_t from, size_t to)
{
    assert(from <= expr->start && expr->start <= expr->end && expr->end <= to);
    vec_foreach(item, &expr->items) {
        check_places(*item, from, to);
    }
}

static void check_one(Arena *arena, Str text, ExprForm form)
{
    size_t end = 0;
    ExprFault fault = { 0 };
    Expr *expr = expression_parse(arena, text, 0, form, &end, &fault);
    assert(end <= text.len);
    if (!expr) {
        assert(fault.message.len > 0 && fault.start <= fault.end && fault.end <= text.len);
        return;
    }
    check_places(expr, 0, text.len);
    (void) expr_path(arena, expr);
    (void) expr_is_constant(expr);
    for (Place place = PLACE_NOWHERE; place <= PLACE_ACTION_OUTPUT; place++) {
        TypeChecker checker = { .arena = arena, .place = place, .context = any_context };
        assert(expression_check(&checker, expr));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena Arena *arena = arena_new(0);
    Str text = str_make((const char *) data, size);
    check_one(arena, text, EXPR_BARE);
    check_one(arena, text, EXPR_BRACED);
    return 0;
}
