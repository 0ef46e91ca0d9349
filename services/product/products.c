/* Products: read, changed, deleted. */
#include "detail.h"
#include "list.h"

static const Statement product_update = {
    .name = "product_update",
    .sql = "UPDATE products SET name = $2, slug = $3, description = $4, brand_id = $5, "
           "category_id = $6, seller_id = $7, status = $8, base_price = $9, currency = $10, "
           "metadata = $11, updated_at = $12, version = $13 WHERE id = $1",
    .writes = "products",
};
static const Statement product_delete = {
    .name = "product_delete",
    .sql =
        "UPDATE products SET deleted_at = now(), slug = slug || '~' || id, version = version + 1, "
        "updated_at = now() WHERE id = $1",
    .writes = "products",
};
void product_values(const Product *product, DbValue ret_values[static PRODUCT_VALUES])
{
    ret_values[0] = db_uuid(product->id);
    ret_values[1] = db_text(product->name);
    ret_values[2] = db_text(product->slug);
    ret_values[3] = db_text(product->description);
    ret_values[4] = db_uuid(product->brand_id);
    ret_values[5] = db_uuid(product->category_id);
    ret_values[6] = db_uuid(product->seller_id);
    ret_values[7] = db_enum(product_status_names, product->status);
    ret_values[8] = db_int(product->base_price);
    ret_values[9] = db_text(product->currency);
    ret_values[10] = db_json(product->metadata);
    ret_values[11] = db_time(product->updated_at);
    ret_values[12] = db_int(product->version);
}

static int product_get(Request *req)
{
    ProductDetail detail = { 0 };
    TRY(detail_get(req->ctx->db, request_param(req, "idOrSlug"), &detail));
    TRY(detail_require_visible(req->ctx, &detail.product));
    if (respond_unchanged(req, detail.product.updated_at, detail.product.id)) {
        return 0;
    }
    return detail_respond(req, 200, &detail);
}

int product_settle_seller(Context *ctx, Product *product)
{
    if (auth_is_admin(ctx)) {
        return 0;
    }
    if (product->seller_id.len > 0 && !str_eq(product->seller_id, ctx->principal.user_id)) {
        return fail(ctx, FAIL_FORBIDDEN, "seller_id must be your own");
    }
    product->seller_id = ctx->principal.user_id;
    return 0;
}

/* draft → published → archived → published; what was published never becomes a draft again. */
static int check_transition(Context *ctx, int from, int to)
{
    if (to == PRODUCT_DRAFT && from != PRODUCT_DRAFT) {
        return fail(
            ctx,
            FAIL_INVALID_TRANSITION,
            "a product that is %s can't become a draft",
            product_status_names[from]
        );
    }
    return 0;
}

/* A later version, at a later time whatever the clock says. */
static void count_change(Product *product)
{
    int64_t now_us = clock_utc_us();
    product->updated_at = now_us > product->updated_at ? now_us : product->updated_at + 1;
    product->version++;
}

/* What the request changes of a product that is there. */
static int change(Request *req, Db *tx, ProductDetail *detail)
{
    Context *ctx = req->ctx;
    Product *product = &detail->product;
    const Product former = *product;
    TRY(request_body(req, product));
    TRY(product_settle_seller(ctx, product));
    TRY(check_transition(ctx, former.status, product->status));
    if (!str_eq(product->slug, former.slug)) {
        TRY(slug_of(ctx, "slug", product->slug, &product->slug));
    }
    count_change(product);
    bool refers_elsewhere = !str_eq(product->brand_id, former.brand_id) ||
                            !str_eq(product->category_id, former.category_id);
    return refers_elsewhere ? detail_name_refs(tx, detail) : 0;
}

static int product_change(Request *req)
{
    ProductDetail detail = { 0 };
    DbValue values[PRODUCT_VALUES];
    Str id;
    TRY(request_param_id(req, "id", &id));
    auto_tx Db *tx = NULL;
    TRY(tx_begin(req->ctx, &tx));
    TRY(detail_lock(tx, id, &detail));
    TRY(change(req, tx, &detail));
    product_values(&detail.product, values);
    TRY(tx_queue_values(tx, &product_update, (DbValues) { values, PRODUCT_VALUES }));
    TRY(detail_emit(tx, "ecommerce.product.updated", &detail));
    TRY(detail_respond(req, 200, &detail));
    return tx_commit(tx);
}

static int product_remove(Request *req)
{
    Product product = { 0 };
    Str id;
    TRY(request_param_id(req, "id", &id));
    auto_tx Db *tx = NULL;
    TRY(tx_begin(req->ctx, &tx));
    TRY(product_lock(tx, id, &product));
    int64_t rc = db_exec(tx, &product_delete, db_uuid(id));
    if (rc < 0) {
        return (int) rc;
    }
    static const Field id_field[] = {
        FIELD_UUID(Product, id),
        FIELD_END,
    };
    TRY(outbox_emit(
        tx,
        &(EventOut) { .topic = "ecommerce.product.deleted",
                      .aggregate_type = "product",
                      .aggregate_id = id,
                      .aggregate_version = product.version + 1,
                      .fields = id_field,
                      .value = &product }
    ));
    TRY(respond_deleted(req, id));
    return tx_commit(tx);
}

const Route product_read_routes[] = {
    { ON_GET("/api/v1/products", products_list),
      .query = product_query_fields,
      .response = product_item_fields,
      .is_list = true,
      .has_cursor = true,
      .tag = "products",
      .summary = "List products" },
    { ON_GET("/api/v1/products/{idOrSlug}", product_get),
      .response = product_detail_fields,
      .tag = "products",
      .summary = "A product with its images, variants, category and brand" },
    ROUTE_END,
};

const Route product_write_routes[] = {
    { ON_POST("/api/v1/products", product_create),
      .access = ACCESS_SELLER,
      .body = product_create_fields,
      .response = product_detail_fields,
      .status = 201,
      .tag = "products",
      .summary = "Create a product" },
    { ON_PUT("/api/v1/products/{id}", product_change),
      .access = ACCESS_SELL,
      .body = product_fields,
      .is_update = true,
      .response = product_detail_fields,
      .tag = "products",
      .summary = "Change a product" },
    { ON_DELETE("/api/v1/products/{id}", product_remove),
      .access = ACCESS_SELL,
      .response = deleted_fields,
      .tag = "products",
      .summary = "Delete a product; its name becomes free" },
    ROUTE_END,
};
