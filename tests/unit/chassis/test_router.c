#include "router.h"
#include "unit.h"

static int handle(Request *req)
{
    (void) req;
    return 0;
}

static const Route routes[] = {
    { ON_GET("/", handle) },
    { ON_GET("/products", handle) },
    { ON_POST("/products", handle) },
    { ON_GET("/products/{idOrSlug}", handle) },
    { ON_PUT("/products/{id}", handle) },
    { ON_GET("/products/new", handle) },
    { ON_DELETE("/products/{id}/variants/{variantId}", handle) },
    { ON_GET("/products/new/{x}/deep", handle) },
    ROUTE_END,
};

static Router *build(Arena *arena)
{
    Router *router = router_new(arena);
    for (const Route *route = routes; route->handle; route++) {
        router_add(router, route);
    }
    return router;
}

static RouteMatch find(HttpMethod method, const char *path)
{
    auto_arena Arena *arena = arena_new(0);
    RouteMatch match;
    router_find(build(arena), method, str_from(path), &match);
    return match;
}

static void finds_fixed_paths_and_parameters(void **state)
{
    (void) state;
    assert_ptr_equal(find(HTTP_GET, "/").route, &routes[0]);
    assert_ptr_equal(find(HTTP_GET, "/products").route, &routes[1]);
    assert_ptr_equal(find(HTTP_HEAD, "/products").route, &routes[1]);
    RouteMatch match = find(HTTP_DELETE, "/products/a%20b/variants/v");
    assert_ptr_equal(match.route, &routes[6]);
    assert_int_equal(match.index, 6);
    assert_int_equal(match.param_count, 2);
    assert_str(match.params[0].name, "id");
    assert_str(match.params[0].value, "a%20b");
    assert_str(match.params[1].name, "variantId");
}

static void a_fixed_segment_wins_and_is_given_up_again(void **state)
{
    (void) state;
    assert_ptr_equal(find(HTTP_GET, "/products/new").route, &routes[5]);
    assert_ptr_equal(find(HTTP_DELETE, "/products/new/variants/v").route, &routes[6]);
    assert_ptr_equal(find(HTTP_GET, "/products/new/variants/deep").route, &routes[7]);
}

static void one_place_may_have_a_parameter_of_two_names(void **state)
{
    (void) state;
    assert_str(find(HTTP_GET, "/products/x").params[0].name, "idOrSlug");
    assert_str(find(HTTP_PUT, "/products/x").params[0].name, "id");
}

static void tells_an_unknown_method_from_an_unknown_path(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    RouteMatch match = find(HTTP_PATCH, "/products");
    assert_null(match.route);
    assert_true(match.path_is_known);
    assert_str(router_allow_header(arena, match.allowed), "GET, HEAD, POST");
    const char *unknown[] = {
        "", "products", "/x", "/products/", "//products", "/products//variants/v", "/products/a/b"
    };
    for (size_t i = 0; i < ARRAY_LEN(unknown); i++) {
        assert_false(find(HTTP_GET, unknown[i]).path_is_known);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_fixed_paths_and_parameters),
        cmocka_unit_test(a_fixed_segment_wins_and_is_given_up_again),
        cmocka_unit_test(one_place_may_have_a_parameter_of_two_names),
        cmocka_unit_test(tells_an_unknown_method_from_an_unknown_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
