#include "exchange.h"
#include "principal.h"

int exchange_authenticate(Exchange *exchange)
{
    const HttpHeaders *headers = &exchange->http->headers;
    const Credentials credentials = {
        .authorization = http_headers_get(headers, STR("authorization")),
        .user_id = http_headers_get(headers, STR("x-user-id")),
        .user_role = http_headers_get(headers, STR("x-user-role")),
    };
    return principal_from(&exchange->work, &credentials);
}

int exchange_authorize(Exchange *exchange)
{
    const Route *route = exchange->match.route;
    return access_check(&exchange->work.ctx, route->access, route->callers);
}
