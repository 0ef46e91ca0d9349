/* chassis router and path parameters: any path finds a route or none, and what it finds is part of the path. */
#include "router.h"

#include <assert.h>

#include "net/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int handle(Request *req)
{
    (void) req;
    return 0;
}

static const Route routes[] = {
    { ON_GET("/a", handle) },
    { ON_GET("/a/{x}", handle) },
    { ON_GET("/a/b", handle) },
    { ON_POST("/a/{y}/b/{z}", handle) },
    { ON_GET("/{a}/{b}/{c}/{d}/{e}/{f}", handle) },
    ROUTE_END,
};

static void check_match(Arena *arena, const RouteMatch *match, Str path)
{
    assert(match->param_count <= ROUTE_PARAMS_MAX);
    for (size_t i = 0; match->route && i < match->param_count; i++) {
        Str value = match->params[i].value;
        Str decoded;
        assert(match->params[i].name.len > 0 && value.len > 0);
        assert(value.ptr >= path.ptr && value.ptr + value.len <= path.ptr + path.len);
        assert(!str_has_char(value, '/'));
        url_decode(arena, value, false, &decoded);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena Arena *arena = arena_new(0);
    Router *router = router_new(arena);
    for (const Route *route = routes; route->handle; route++) {
        router_add(router, route);
    }
    Str path = str_make((const char *) data, size);
    for (unsigned method = 0; method < HTTP_METHOD_COUNT; method++) {
        RouteMatch match;
        router_find(router, (HttpMethod) method, path, &match);
        assert(!match.route || match.path_is_known);
        check_match(arena, &match, path);
    }
    return 0;
}
