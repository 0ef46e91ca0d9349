#include "detail.h"

#include <chassis/ids.h>

/* clang-format off: SQL keeps its own lines */
#define DETAIL_COLUMNS                                                                        \
    "p.id, p.name, p.slug, p.description, p.brand_id, p.category_id, p.seller_id, p.status, " \
    "p.base_price, p.currency, p.metadata, p.created_at, p.updated_at, p.version, "           \
    "p.rating_sum, p.rating_count, "                                                          \
    "b.name AS brand_name, b.slug AS brand_slug, b.logo_url AS brand_logo_url, "              \
    "c.name AS category_name, c.slug AS category_slug, "

#define IMAGES                                                                                     \
    "(SELECT coalesce(json_agg(json_build_object('id', i.id, 'url', i.url, 'alt_text', "           \
    "i.alt_text, "                                                                                 \
    "'sort_order', i.sort_order, 'is_primary', i.is_primary) ORDER BY i.sort_order, i.id), '[]') " \
    "FROM product_images i WHERE i.product_id = p.id) AS images, "

#define VARIANTS(condition)                                                                        \
    "(SELECT coalesce(json_agg(json_build_object('id', v.id, 'sku', v.sku, 'name', v.name, "       \
    "'price', v.price, 'attributes', v.attributes, 'weight_grams', v.weight_grams, "               \
    "'is_active', v.is_active, 'stock_quantity', v.stock_quantity) ORDER BY v.created_at, v.id), " \
    "'[]') "                                                                                       \
    "FROM product_variants v WHERE v.product_id = p.id" condition ") AS variants"

#define CATEGORY_PATH                                                                           \
    ", (WITH RECURSIVE up AS (SELECT id, parent_id, name, 0 AS n FROM categories WHERE id = "   \
    "p.category_id "                                                                            \
    "UNION ALL SELECT q.id, q.parent_id, q.name, up.n + 1 FROM categories q JOIN up ON q.id = " \
    "up.parent_id) "                                                                            \
    "SELECT coalesce(json_agg(name ORDER BY n DESC), '[]') FROM up) AS category_path, "         \
    "(SELECT i.url FROM product_images i WHERE i.product_id = p.id "                            \
    "ORDER BY i.is_primary DESC, i.sort_order, i.id LIMIT 1) AS image_url"

#define FROM_PRODUCT                                            \
    " FROM products p LEFT JOIN brands b ON b.id = p.brand_id " \
    "LEFT JOIN categories c ON c.id = p.category_id WHERE p.deleted_at IS NULL AND "
/* clang-format on */

static const Statement detail_by_id = {
    .name = "product_by_id",
    .sql = "SELECT " DETAIL_COLUMNS IMAGES VARIANTS(" AND v.is_active") FROM_PRODUCT "p.id = $1",
};
static const Statement detail_by_slug = {
    .name = "product_by_slug",
    .sql = "SELECT " DETAIL_COLUMNS IMAGES VARIANTS(" AND v.is_active") FROM_PRODUCT "p.slug = $1",
};
const Statement detail_snapshot_statement = {
    .name = "product_snapshot",
    .sql = "SELECT " DETAIL_COLUMNS IMAGES VARIANTS("") CATEGORY_PATH FROM_PRODUCT "p.id = $1",
};
static const Statement product_for_update = {
    .name = "product_lock",
    .sql =
        "SELECT id, name, slug, description, brand_id, category_id, seller_id, status, base_price, "
        "currency, metadata, created_at, updated_at, version FROM products "
        "WHERE id = $1 AND deleted_at IS NULL FOR UPDATE",
};
static const Statement touch = {
    .name = "product_touch",
    .sql = "UPDATE products SET version = version + 1, updated_at = now() WHERE id = $1",
    .writes = "products",
};

static const Field detail_columns[] = {
    FIELD_INT(ProductDetail, rating_sum),
    FIELD_INT(ProductDetail, rating_count),
    { .name = "brand_name",
      .type = FIELD_TYPE_TEXT,
      .offset = offsetof(ProductDetail, brand.name) },
    { .name = "brand_slug",
      .type = FIELD_TYPE_TEXT,
      .offset = offsetof(ProductDetail, brand.slug) },
    FIELD_TEXT(ProductDetail, brand_logo_url),
    { .name = "category_name",
      .type = FIELD_TYPE_TEXT,
      .offset = offsetof(ProductDetail, category.name) },
    { .name = "category_slug",
      .type = FIELD_TYPE_TEXT,
      .offset = offsetof(ProductDetail, category.slug) },
    FIELD_JSON(ProductDetail, images),
    FIELD_JSON(ProductDetail, variants),
    FIELD_JSON(ProductDetail, category_path),
    FIELD_TEXT(ProductDetail, image_url),
    FIELD_END,
};

int detail_read(Context *ctx, const DbRows *rows, ProductDetail *ret_detail)
{
    if (rows->rows == 0) {
        return fail(ctx, FAIL_NOT_FOUND, "there is no such product");
    }
    *ret_detail = (ProductDetail) { 0 };
    row_load(rows, 0, product_fields, &ret_detail->product, ctx->arena);
    row_load(rows, 0, detail_columns, ret_detail, ctx->arena);
    ret_detail->brand.id = ret_detail->product.brand_id;
    ret_detail->category.id = ret_detail->product.category_id;
    return 0;
}

int detail_get(Db *db, Str id_or_slug, ProductDetail *ret_detail)
{
    Context *ctx = db_context(db);
    DbRows rows;
    Str id;
    if (id_parse(ctx->arena, id_or_slug, &id)) {
        TRY(db_query(db, &detail_by_id, &rows, db_uuid(id)));
    } else {
        TRY(db_query(db, &detail_by_slug, &rows, db_text(id_or_slug)));
    }
    return detail_read(ctx, &rows, ret_detail);
}

int detail_snapshot(Db *tx, Str id, ProductDetail *ret_detail)
{
    DbRows rows;
    TRY(db_query(tx, &detail_snapshot_statement, &rows, db_uuid(id)));
    return detail_read(db_context(tx), &rows, ret_detail);
}

int detail_require_visible(Context *ctx, const Product *product)
{
    const Principal *asker = &ctx->principal;
    bool is_own = product->seller_id.len > 0 && str_eq(asker->user_id, product->seller_id);
    if (product->status == PRODUCT_PUBLISHED || auth_is_admin(ctx) || auth_is_service(ctx) ||
        is_own) {
        return 0;
    }
    return fail(ctx, FAIL_NOT_FOUND, "there is no such product");
}

static void write_ref(JsonWriter *w, const char *key, const NamedRef *ref, const Str *logo_url)
{
    json_key(w, key);
    if (ref->id.len == 0) {
        json_null(w);
        return;
    }
    json_begin_object(w);
    json_field_string(w, "id", ref->id);
    json_field_string(w, "name", ref->name);
    json_field_string(w, "slug", ref->slug);
    if (logo_url) {
        json_key(w, "logo_url");
        json_cstr(w, logo_url->ptr);
    }
    json_end_object(w);
}

static void write_rating(JsonWriter *w, const ProductDetail *detail)
{
    int64_t count = detail->rating_count;
    json_key(w, "rating");
    json_begin_object(w);
    json_key(w, "average");
    json_double(w, rating_average(detail->rating_sum, count));
    json_field_int(w, "count", count);
    json_end_object(w);
}

int detail_respond(Request *req, int status, const ProductDetail *detail)
{
    JsonWriter *w = respond_begin(req, status);
    fields_write_json(w, product_fields, &detail->product);
    json_key(w, "images");
    json_raw_compact(w, detail->images);
    json_key(w, "variants");
    json_raw_compact(w, detail->variants);
    write_ref(w, "category", &detail->category, NULL);
    write_ref(w, "brand", &detail->brand, &detail->brand_logo_url);
    write_rating(w, detail);
    return respond_end(req);
}

static void write_optional(JsonWriter *w, const char *key, Str value)
{
    if (value.len > 0) {
        json_field_string(w, key, value);
    }
}

static Str event_data_of(Arena *arena, const ProductDetail *detail)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    JsonWriter w = json_writer(&out, 0);
    json_begin_object(&w);
    fields_write_json(&w, product_fields, &detail->product);
    write_optional(&w, "brand_name", detail->brand.name);
    write_optional(&w, "category_name", detail->category.name);
    json_key(&w, "category_path");
    json_raw_compact(&w, detail->category_path);
    write_optional(&w, "image_url", detail->image_url);
    json_key(&w, "variants");
    json_raw_compact(&w, detail->variants);
    json_end_object(&w);
    return strbuf_str(&out);
}

int detail_emit(Db *tx, const char *topic, const ProductDetail *detail)
{
    return outbox_emit(
        tx,
        &(EventOut) { .topic = topic,
                      .aggregate_type = "product",
                      .aggregate_id = detail->product.id,
                      .aggregate_version = detail->product.version,
                      .data = event_data_of(db_arena(tx), detail) }
    );
}

int product_lock(Db *tx, Str id, Product *ret_product)
{
    Context *ctx = db_context(tx);
    TRY(db_one(tx, &product_for_update, product_fields, ret_product, db_uuid(id)));
    return auth_require_seller(ctx, ret_product->seller_id);
}

int product_touch(Db *tx, Str id)
{
    ProductDetail detail = { 0 };
    int64_t touched = db_exec(tx, &touch, db_uuid(id));
    if (touched < 0) {
        return (int) touched;
    }
    TRY(detail_snapshot(tx, id, &detail));
    return detail_emit(tx, "ecommerce.product.updated", &detail);
}
