/* Router: from method and path to a route. Patterns are split into segments in a tree, so a lookup
 * costs the length of the path; a fixed segment wins over a parameter. It is built once and then
 * only read, by every loop. */
#pragma once

#include <chassis/http.h>

enum { ROUTE_PARAMS_MAX = 6 };

typedef struct RouteParam {
    Str name;
    Str value; /* as it stands in the path, not decoded */
} RouteParam;

typedef struct RouteMatch {
    const Route *route; /* NULL: see path_is_known */
    bool path_is_known; /* another method is served here: 405 */
    unsigned allowed;   /* bits 1 << HttpMethod of the path */
    size_t index;       /* of the route, in order of addition: for its metrics */
    RouteParam params[ROUTE_PARAMS_MAX];
    size_t param_count;
} RouteMatch;

typedef struct Router Router;

Router *router_new(Arena *arena);
/* Asserts on a pattern that is malformed or there already. */
void router_add(Router *router, const Route *route);
size_t router_count(const Router *router);
const Route *router_at(const Router *router, size_t index);
/* Path without its query. Empty segments match nothing ("/a//b"), one final '/' is not ignored.
 * HEAD finds the GET route. */
void router_find(const Router *router, HttpMethod method, Str path, RouteMatch *ret_match);
/* "GET, HEAD, POST" */
Str router_allow_header(Arena *arena, unsigned allowed);
