#include "router.h"

#include <assert.h>

typedef struct Segment Segment;
struct Segment {
    Str text;          /* fixed text, or the parameter's name */
    Segment *children; /* fixed ones */
    Segment *next;
    Segment *param; /* any text */
    const Route *routes[HTTP_METHOD_COUNT];
    size_t indexes[HTTP_METHOD_COUNT];
    unsigned allowed;
};

struct Router {
    Arena *arena;
    Segment root;
    VEC(const Route *) routes;
};

Router *router_new(Arena *arena)
{
    Router *router = ARENA_NEW(arena, Router);
    router->arena = arena;
    return router;
}

static bool is_param(Str part)
{
    return part.len > 2 && part.ptr[0] == '{' && part.ptr[part.len - 1] == '}';
}

static Segment *child_of(Router *router, Segment *parent, Str part)
{
    if (is_param(part)) {
        if (!parent->param) {
            parent->param = ARENA_NEW(router->arena, Segment);
        }
        return parent->param;
    }
    Segment **at = &parent->children;
    while (*at && !str_eq((*at)->text, part)) {
        at = &(*at)->next;
    }
    if (!*at) {
        *at = ARENA_NEW(router->arena, Segment);
        (*at)->text = part;
    }
    return *at;
}

void router_add(Router *router, const Route *route)
{
    Str rest = str_from(route->pattern);
    assert(rest.len > 0 && rest.ptr[0] == '/' && "a pattern begins with a slash");
    rest = str_skip(rest, 1);
    Segment *segment = &router->root;
    Str part;
    while (str_next(&rest, '/', &part)) {
        segment = child_of(router, segment, part);
    }
    assert(!segment->routes[route->method] && "a route is there once");
    segment->routes[route->method] = route;
    segment->indexes[route->method] = router->routes.len;
    segment->allowed |= 1U << route->method;
    if (route->method == HTTP_GET) {
        segment->allowed |= 1U << HTTP_HEAD;
    }
    vec_push(&router->routes, router->arena, route);
}

size_t router_count(const Router *router)
{
    return router->routes.len;
}

const Route *router_at(const Router *router, size_t index)
{
    return router->routes.ptr[index];
}

/* Names come from the pattern that matched, not from the tree: two patterns may name the same place
 * differently. */
static void name_params(RouteMatch *match)
{
    Str rest = str_skip(str_from(match->route->pattern), 1);
    Str part;
    size_t i = 0;
    while (str_next(&rest, '/', &part)) {
        if (is_param(part)) {
            match->params[i++].name = str_slice(part, 1, part.len - 1);
        }
    }
}

static const Segment *find_fixed(const Segment *parent, Str part)
{
    for (const Segment *child = parent->children; child; child = child->next) {
        if (str_eq(child->text, part)) {
            return child;
        }
    }
    return NULL;
}

/* Tries the fixed child first and comes back for the parameter: /products/{id}/x beside
 * /products/new. */
static const Segment *walk(const Segment *segment, Str rest, bool at_end, RouteMatch *match)
{
    if (at_end) {
        return segment->allowed ? segment : NULL;
    }
    size_t slash = str_find_char(rest, '/');
    bool is_last = slash == STR_NONE;
    Str part = is_last ? rest : str_slice(rest, 0, slash);
    Str after = is_last ? (Str) { 0 } : str_skip(rest, slash + 1);
    if (part.len == 0) {
        return NULL;
    }
    const Segment *fixed = find_fixed(segment, part);
    const Segment *found = fixed ? walk(fixed, after, is_last, match) : NULL;
    if (found || !segment->param || match->param_count == ROUTE_PARAMS_MAX) {
        return found;
    }
    match->params[match->param_count++].value = part;
    found = walk(segment->param, after, is_last, match);
    if (!found) {
        match->param_count--;
    }
    return found;
}

void router_find(const Router *router, HttpMethod method, Str path, RouteMatch *ret_match)
{
    *ret_match = (RouteMatch) { 0 };
    if (path.len == 0 || path.ptr[0] != '/') {
        return;
    }
    const Segment *segment = walk(&router->root, str_skip(path, 1), path.len == 1, ret_match);
    if (!segment) {
        return;
    }
    ret_match->path_is_known = true;
    ret_match->allowed = segment->allowed;
    HttpMethod served = method == HTTP_HEAD ? HTTP_GET : method;
    ret_match->route = segment->routes[served];
    if (ret_match->route) {
        ret_match->index = segment->indexes[served];
        name_params(ret_match);
    }
}

Str router_allow_header(Arena *arena, unsigned allowed)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    for (unsigned method = 0; method < HTTP_METHOD_COUNT; method++) {
        if (allowed & (1U << method)) {
            strbuf_add_cstr(&out, out.len ? ", " : "");
            strbuf_add(&out, http_method_name((HttpMethod) method));
        }
    }
    return strbuf_str(&out);
}
