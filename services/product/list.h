/* The list of products: who sees what, by which filters, in which order, by page or by cursor. */
#pragma once

#include "product.h"

int products_list(Request *req);
extern const Field product_query_fields[];
/* Prefix search over the words of `text`, ANDed: the query for to_tsquery('simple', …); empty when
 * no word is left. */
Str search_query_of(Arena *arena, Str text);
