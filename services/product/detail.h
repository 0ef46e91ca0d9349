/* A product with all that belongs to it, in one row: what GET answers, what its events carry, what
 * gRPC gives. */
#pragma once

#include "product.h"

typedef struct NamedRef {
    Str id, name, slug;
} NamedRef;

typedef struct ProductDetail {
    Product product;
    NamedRef brand, category; /* id empty: none */
    Str brand_logo_url;
    Str images, variants; /* JSON arrays */
    int64_t rating_sum, rating_count;
    Str category_path; /* JSON array of names from the root; snapshots only */
    Str image_url;     /* the primary image's; snapshots only */
    Str members;       /* the product's own, as JSON; made when they are first written */
} ProductDetail;

/* By id or slug, one round trip; NOT_FOUND. */
int detail_get(Db *db, Str id_or_slug, ProductDetail *ret_detail);
/* Names of the brand and the category that a product is being given, and the path. They are locked until the
 * commit, so a renaming waits for the event or the event tells the new name. No round trip when it has none. */
int detail_name_refs(Db *tx, ProductDetail *detail);
/* As product_lock, with all that belongs to it, as a snapshot. */
int detail_lock(Db *tx, Str id, ProductDetail *ret_detail);
/* Inside a transaction that changed it: with category_path, and with inactive variants. */
int detail_snapshot(Db *tx, Str id, ProductDetail *ret_detail);

/* Published, or the asker's own, or the asker is admin; else NOT_FOUND. */
int detail_require_visible(Context *ctx, const Product *product);
int detail_respond(Request *req, int status, ProductDetail *detail);
/* product.created or product.updated with the whole product. */
int detail_emit(Db *tx, const char *topic, ProductDetail *detail);

/* A product as parameters from $1: what a client decides, updated_at, version. */
enum { PRODUCT_VALUES = 13 };
void product_values(const Product *product, DbValue ret_values[static PRODUCT_VALUES]);
/* A seller sells as itself; an admin for anyone. */
int product_settle_seller(Context *ctx, Product *product);
int product_create(Request *req);
/* Locks a live product for a change and checks that the principal may: NOT_FOUND, FORBIDDEN. */
int product_lock(Db *tx, Str id, Product *ret_product);
/* After a change of what belongs to it: version and updated_at grow, product.updated is emitted. */
int product_touch(Db *tx, Str id);
