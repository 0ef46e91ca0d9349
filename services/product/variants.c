/* Variants: what of a product is sold, each with its sku. Deleting one only takes it off sale,
 * since orders name it. */
#include <chassis/ids.h>

#include "detail.h"

#define COLUMNS                                                                               \
    "id, product_id, sku, name, price, attributes, weight_grams, is_active, stock_quantity, " \
    "created_at, "                                                                            \
    "updated_at"

static const Statement variant_insert = {
    .name = "variant_insert",
    .sql = "INSERT INTO product_variants (id, product_id, sku, name, price, attributes, "
           "weight_grams, is_active)"
           " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING " COLUMNS,
};
static const Statement variant_get = {
    .name = "variant_get",
    .sql = "SELECT " COLUMNS " FROM product_variants WHERE id = $1 AND product_id = $2"
};
static const Statement variant_update = {
    .name = "variant_update",
    .sql =
        "UPDATE product_variants SET sku = $3, name = $4, price = $5, attributes = $6, "
        "weight_grams = $7,"
        " is_active = $8, updated_at = now() WHERE id = $1 AND product_id = $2 RETURNING " COLUMNS,
};

static int save(Db *tx, const Statement *statement, Variant *variant)
{
    return db_one(
        tx,
        statement,
        variant_fields,
        variant,
        db_uuid(variant->id),
        db_uuid(variant->product_id),
        db_text(variant->sku),
        db_text(variant->name),
        db_opt_int(variant->price),
        db_json(variant->attributes),
        db_opt_int(variant->weight_grams),
        db_bool(variant->is_active)
    );
}

/* The change is part of the product's: its row is locked before and counted after. */
static int finish(Request *req, Db *tx, int status, const Variant *variant)
{
    TRY(product_touch(tx, variant->product_id));
    TRY(respond(req, status, variant_fields, variant));
    return tx_commit(tx);
}

static int create(Request *req)
{
    Product product = { 0 };
    Variant variant = { .id = id_new(req->ctx->arena), .attributes = STR("{}"), .is_active = true };
    TRY(request_param_id(req, "id", &variant.product_id));
    auto_tx Db *tx = NULL;
    TRY(tx_begin(req->ctx, &tx));
    TRY(product_lock(tx, variant.product_id, &product));
    TRY(request_body(req, &variant));
    TRY(save(tx, &variant_insert, &variant));
    return finish(req, tx, 201, &variant);
}

/* Locks the product and reads the variant of the path. */
static int open_variant(Request *req, Db *tx, Variant *ret_variant)
{
    Product product = { 0 };
    TRY(request_param_id(req, "id", &ret_variant->product_id));
    TRY(request_param_id(req, "variantId", &ret_variant->id));
    TRY(product_lock(tx, ret_variant->product_id, &product));
    return db_one(
        tx,
        &variant_get,
        variant_fields,
        ret_variant,
        db_uuid(ret_variant->id),
        db_uuid(ret_variant->product_id)
    );
}

static int update(Request *req)
{
    Variant variant = { 0 };
    auto_tx Db *tx = NULL;
    TRY(tx_begin(req->ctx, &tx));
    TRY(open_variant(req, tx, &variant));
    TRY(request_body(req, &variant));
    TRY(save(tx, &variant_update, &variant));
    return finish(req, tx, 200, &variant);
}

static int remove_variant(Request *req)
{
    Variant variant = { 0 };
    auto_tx Db *tx = NULL;
    TRY(tx_begin(req->ctx, &tx));
    TRY(open_variant(req, tx, &variant));
    variant.is_active = false;
    TRY(save(tx, &variant_update, &variant));
    return finish(req, tx, 200, &variant);
}

const Route variant_routes[] = {
    { ON_POST("/api/v1/products/{id}/variants", create),
      .access = ACCESS_SELL,
      .body = variant_fields,
      .response = variant_fields,
      .status = 201,
      .tag = "products",
      .summary = "Add a variant" },
    { ON_PUT("/api/v1/products/{id}/variants/{variantId}", update),
      .access = ACCESS_SELL,
      .body = variant_fields,
      .is_update = true,
      .response = variant_fields,
      .tag = "products",
      .summary = "Change a variant" },
    { ON_DELETE("/api/v1/products/{id}/variants/{variantId}", remove_variant),
      .access = ACCESS_SELL,
      .response = variant_fields,
      .tag = "products",
      .summary = "Take a variant off sale" },
    ROUTE_END,
};
