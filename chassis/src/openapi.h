/* OpenAPI 3.1 from the route table. */
#pragma once

#include "router.h"

typedef struct OpenapiInfo {
    Str title;
    Str summary;
    Str version;
} OpenapiInfo;

void openapi_write(StrBuf *out, const Router *router, const OpenapiInfo *info);
/* The parameters that every list takes: page and per_page, and cursor where keyset is offered. */
const Field *paging_query_fields(bool with_cursor);
