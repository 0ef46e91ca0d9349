/* Brands: a name, a slug, a logo. */
#include <chassis/ids.h>

#include "detail.h"

typedef struct Brand {
    Str id;
    Str name;
    Str slug;
    Str logo_url;
    int64_t created_at, updated_at;
} Brand;

static const Field brand_fields[] = {
    FIELD_UUID(Brand, id, .readonly = true),
    FIELD_TEXT(Brand, name, .required = true, .min = 1, .max = 255, .trim = true),
    FIELD_TEXT(Brand, slug, .min = 1, .max = 255, .help = "made of the name when it is not sent"),
    FIELD_URL(Brand, logo_url, .nullable = true, .max = 2048),
    FIELD_TIME(Brand, created_at, .readonly = true),
    FIELD_TIME(Brand, updated_at, .readonly = true),
    FIELD_END,
};

#define COLUMNS "id, name, slug, logo_url, created_at, updated_at"

static const Statement brand_list = { .name = "brand_list",
                                      .sql = "SELECT " COLUMNS " FROM brands ORDER BY name, id" };
static const Statement brand_lock = { .name = "brand_lock",
                                      .sql = "SELECT " COLUMNS
                                             " FROM brands WHERE id = $1 FOR UPDATE" };
static const Statement brand_insert = {
    .name = "brand_insert",
    .sql = "INSERT INTO brands (id, name, slug, logo_url) VALUES ($1, $2, $3, $4)"
           " RETURNING " COLUMNS
};
static const Statement brand_update = {
    .name = "brand_update",
    .sql = "UPDATE brands SET name = $2, slug = $3, logo_url = $4, updated_at = now()"
           " WHERE id = $1 RETURNING " COLUMNS
};
static const Statement brand_delete = { .name = "brand_delete",
                                        .sql = "DELETE FROM brands WHERE id = $1" };
/* The products of a brand tell its name, so they change with it. */
static const Statement brand_products = {
    .name = "brand_products",
    .sql = "SELECT id FROM products WHERE brand_id = $1 AND deleted_at IS NULL"
           " ORDER BY id FOR UPDATE"
};

static int list(Request *req)
{
    DbRows rows;
    TRY(db_query(req->ctx->db, &brand_list, &rows));
    JsonWriter *w = respond_array_begin(req);
    for (int i = 0; i < rows.rows; i++) {
        Brand brand = { 0 };
        row_load(&rows, i, brand_fields, &brand, req->ctx->arena);
        fields_write_object(w, brand_fields, &brand);
    }
    return respond_array_end(req);
}

static int create(Request *req)
{
    Brand brand = { .id = id_new(req->ctx->arena) };
    TRY(request_body(req, &brand));
    TRY(slug_settle(req->ctx, brand.slug, brand.name, &brand.slug));
    TRY(db_one(
        req->ctx->db,
        &brand_insert,
        brand_fields,
        &brand,
        db_uuid(brand.id),
        db_text(brand.name),
        db_text(brand.slug),
        db_text_or_null(brand.logo_url)
    ));
    return respond(req, 201, brand_fields, &brand);
}

static int products_changed(Db *tx, Str brand_id)
{
    DbRows rows;
    TRY(db_query(tx, &brand_products, &rows, db_uuid(brand_id)));
    for (int i = 0; i < rows.rows; i++) {
        TRY(product_touch(tx, row_uuid(&rows, i, 0, db_arena(tx))));
    }
    return 0;
}

static int update(Request *req)
{
    Brand brand = { 0 };
    TRY(request_param_id(req, "id", &brand.id));
    auto_tx Db *tx = NULL;
    TRY(tx_begin(req->ctx, &tx));
    TRY(db_one(tx, &brand_lock, brand_fields, &brand, db_uuid(brand.id)));
    Str former_name = brand.name;
    TRY(request_body(req, &brand));
    TRY(slug_settle(req->ctx, brand.slug, brand.name, &brand.slug));
    TRY(db_one(
        tx,
        &brand_update,
        brand_fields,
        &brand,
        db_uuid(brand.id),
        db_text(brand.name),
        db_text(brand.slug),
        db_text_or_null(brand.logo_url)
    ));
    if (!str_eq(former_name, brand.name)) {
        TRY(products_changed(tx, brand.id));
    }
    TRY(respond(req, 200, brand_fields, &brand));
    return tx_commit(tx);
}

static int remove_brand(Request *req)
{
    Brand brand = { 0 };
    TRY(request_param_id(req, "id", &brand.id));
    auto_tx Db *tx = NULL;
    TRY(tx_begin(req->ctx, &tx));
    TRY(db_one(tx, &brand_lock, brand_fields, &brand, db_uuid(brand.id)));
    DbRows rows;
    TRY(db_query(tx, &brand_products, &rows, db_uuid(brand.id)));
    TRY((int) db_exec(tx, &brand_delete, db_uuid(brand.id)));
    for (int i = 0; i < rows.rows; i++) {
        TRY(product_touch(tx, row_uuid(&rows, i, 0, db_arena(tx))));
    }
    TRY(respond_deleted(req, brand.id));
    return tx_commit(tx);
}

const Route brand_routes[] = {
    { ON_GET("/api/v1/brands", list),
      .response = brand_fields,
      .is_array = true,
      .summary = "All brands by name",
      .tag = "brands" },
    { ON_POST("/api/v1/brands", create),
      .access = ACCESS_ADMIN,
      .body = brand_fields,
      .response = brand_fields,
      .status = 201,
      .summary = "Create a brand",
      .tag = "brands" },
    { ON_PUT("/api/v1/brands/{id}", update),
      .access = ACCESS_ADMIN,
      .body = brand_fields,
      .is_update = true,
      .response = brand_fields,
      .summary = "Change a brand",
      .tag = "brands" },
    { ON_DELETE("/api/v1/brands/{id}", remove_brand),
      .access = ACCESS_ADMIN,
      .response = deleted_fields,
      .summary = "Delete a brand; its products stay",
      .tag = "brands" },
    ROUTE_END,
};
