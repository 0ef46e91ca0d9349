/* Images: pictures of a product in order, at most one of them the primary. */
#include <chassis/ids.h>

#include "detail.h"

#define COLUMNS "id, product_id, url, alt_text, sort_order, is_primary, created_at, updated_at"

static const Statement image_insert = {
    .name = "image_insert",
    .sql = "INSERT INTO product_images (id, product_id, url, alt_text, sort_order, is_primary)"
           " VALUES ($1, $2, $3, $4, $5, $6) RETURNING " COLUMNS,
};
static const Statement image_get = { .name = "image_get",
                                     .sql =
                                         "SELECT " COLUMNS
                                         " FROM product_images WHERE id = $1 AND product_id = $2" };
static const Statement image_update = {
    .name = "image_update",
    .sql = "UPDATE product_images SET url = $3, alt_text = $4, sort_order = $5, is_primary = $6, "
           "updated_at = now()"
           " WHERE id = $1 AND product_id = $2 RETURNING " COLUMNS,
};
static const Statement image_delete = {
    .name = "image_delete", .sql = "DELETE FROM product_images WHERE id = $1 AND product_id = $2"
};
static const Statement image_unset_primary = {
    .name = "image_unset_primary",
    .sql = "UPDATE product_images SET is_primary = false, updated_at = now()"
           " WHERE product_id = $1 AND is_primary AND id <> $2",
};

static int save(Db *tx, const Statement *statement, Image *image)
{
    if (image->is_primary) {
        TRY((int) db_exec(tx, &image_unset_primary, db_uuid(image->product_id), db_uuid(image->id))
        );
    }
    return db_one(
        tx,
        statement,
        image_fields,
        image,
        db_uuid(image->id),
        db_uuid(image->product_id),
        db_text(image->url),
        db_text_or_null(image->alt_text),
        db_int(image->sort_order),
        db_bool(image->is_primary)
    );
}

static int create(Request *req)
{
    Product product = { 0 };
    Image image = { .id = id_new(req->ctx->arena) };
    TRY(request_param_id(req, "id", &image.product_id));
    auto_tx Db *tx = NULL;
    TRY(tx_begin(req->ctx, &tx));
    TRY(product_lock(tx, image.product_id, &product));
    TRY(request_body(req, &image));
    TRY(save(tx, &image_insert, &image));
    TRY(product_touch(tx, image.product_id));
    TRY(respond(req, 201, image_fields, &image));
    return tx_commit(tx);
}

/* Locks the product and reads the image of the path. */
static int open_image(Request *req, Db *tx, Image *ret_image)
{
    Product product = { 0 };
    TRY(request_param_id(req, "id", &ret_image->product_id));
    TRY(request_param_id(req, "imageId", &ret_image->id));
    TRY(product_lock(tx, ret_image->product_id, &product));
    return db_one(
        tx,
        &image_get,
        image_fields,
        ret_image,
        db_uuid(ret_image->id),
        db_uuid(ret_image->product_id)
    );
}

static int update(Request *req)
{
    Image image = { 0 };
    auto_tx Db *tx = NULL;
    TRY(tx_begin(req->ctx, &tx));
    TRY(open_image(req, tx, &image));
    TRY(request_body(req, &image));
    TRY(save(tx, &image_update, &image));
    TRY(product_touch(tx, image.product_id));
    TRY(respond(req, 200, image_fields, &image));
    return tx_commit(tx);
}

static int remove_image(Request *req)
{
    Image image = { 0 };
    auto_tx Db *tx = NULL;
    TRY(tx_begin(req->ctx, &tx));
    TRY(open_image(req, tx, &image));
    TRY((int) db_exec(tx, &image_delete, db_uuid(image.id), db_uuid(image.product_id)));
    TRY(product_touch(tx, image.product_id));
    TRY(respond_deleted(req, image.id));
    return tx_commit(tx);
}

const Route image_routes[] = {
    { ON_POST("/api/v1/products/{id}/images", create),
      .access = ACCESS_SELL,
      .body = image_fields,
      .response = image_fields,
      .status = 201,
      .tag = "products",
      .summary = "Add an image" },
    { ON_PUT("/api/v1/products/{id}/images/{imageId}", update),
      .access = ACCESS_SELL,
      .body = image_fields,
      .is_update = true,
      .response = image_fields,
      .tag = "products",
      .summary = "Change an image" },
    { ON_DELETE("/api/v1/products/{id}/images/{imageId}", remove_image),
      .access = ACCESS_SELL,
      .response = deleted_fields,
      .tag = "products",
      .summary = "Remove an image" },
    ROUTE_END,
};
