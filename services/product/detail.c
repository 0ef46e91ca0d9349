#include "detail.h"

#include <chassis/ids.h>

#include "detail_sql.h"

/* clang-format off: SQL keeps its own lines */
#define FROM_PRODUCT                                            \
    " FROM products p LEFT JOIN brands b ON b.id = p.brand_id " \
    "LEFT JOIN categories c ON c.id = p.category_id WHERE p.deleted_at IS NULL AND "
/* clang-format on */

static const Statement detail_by_id = {
    .name = "product_by_id",
    .sql = "SELECT " DETAIL_COLUMNS DETAIL_IMAGES DETAIL_VARIANTS(" AND v.is_active") FROM_PRODUCT
    "p.id = $1",
};
static const Statement detail_by_slug = {
    .name = "product_by_slug",
    .sql = "SELECT " DETAIL_COLUMNS DETAIL_IMAGES DETAIL_VARIANTS(" AND v.is_active") FROM_PRODUCT
    "p.slug = $1",
};
static const Statement detail_whole = {
    .name = "product_snapshot",
    .sql = "SELECT " DETAIL_WHOLE FROM_PRODUCT "p.id = $1",
};
static const Statement brand_named = {
    .name = "product_brand",
    .sql = "SELECT name AS brand_name, slug AS brand_slug, logo_url AS brand_logo_url "
           "FROM brands WHERE id = $1 FOR SHARE",
};
static const Statement category_named = {
    .name = "product_category",
    .sql = "SELECT name AS category_name, slug AS category_slug" DETAIL_CATEGORY_PATH("$1"
    ) " FROM categories WHERE id = $1 FOR SHARE",
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
    .sql =
        DETAIL_AFTER("UPDATE products SET version = version + 1, updated_at = now() WHERE id = $1"),
    .writes = "products",
};

_Static_assert(offsetof(ProductDetail, product) == 0, "its table has a product's members");
static const Field detail_columns[] = {
    PRODUCT_FIELDS,
    FIELD_INT(Product, version),
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

static int detail_read(Context *ctx, const DbRows *rows, ProductDetail *ret_detail)
{
    if (rows->rows == 0) {
        return fail(ctx, FAIL_NOT_FOUND, "there is no such product");
    }
    *ret_detail = (ProductDetail) { 0 };
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

int detail_name_refs(Db *tx, ProductDetail *detail)
{
    const Product *product = &detail->product;
    const DbValue brand = db_uuid(product->brand_id);
    const DbValue category = db_uuid(product->category_id);
    DbCall calls[2];
    size_t count = 0;
    detail->brand = (NamedRef) { .id = product->brand_id };
    detail->category = (NamedRef) { .id = product->category_id };
    detail->brand_logo_url = (Str) { 0 };
    detail->category_path = STR("[]");
    if (product->brand_id.len > 0) {
        calls[count++] = (DbCall) { .statement = &brand_named, .values = { &brand, 1 } };
    }
    if (product->category_id.len > 0) {
        calls[count++] = (DbCall) { .statement = &category_named, .values = { &category, 1 } };
    }
    if (count == 0) {
        return 0;
    }
    TRY(db_pipeline(tx, calls, count));
    for (size_t i = 0; i < count; i++) {
        if (calls[i].rows.rows > 0) { /* none: the insert is refused */
            row_load(&calls[i].rows, 0, detail_columns, detail, db_arena(tx));
        }
    }
    return 0;
}

int detail_snapshot(Db *tx, Str id, ProductDetail *ret_detail)
{
    DbRows rows;
    TRY(db_query(tx, &detail_whole, &rows, db_uuid(id)));
    return detail_read(db_context(tx), &rows, ret_detail);
}

/* Two statements: what is read behind the lock is what its former holder left. */
int detail_lock(Db *tx, Str id, ProductDetail *ret_detail)
{
    Context *ctx = db_context(tx);
    const DbValue values = db_uuid(id);
    DbCall calls[] = {
        { .statement = &product_for_update, .values = { &values, 1 } },
        { .statement = &detail_whole, .values = { &values, 1 } },
    };
    TRY(db_pipeline(tx, calls, ARRAY_LEN(calls)));
    TRY(detail_read(ctx, &calls[1].rows, ret_detail));
    return auth_require_seller(ctx, ret_detail->product.seller_id);
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

enum { MEMBERS_BYTES = 512 }; /* usual ones */

/* What answer and event have in common is written once. */
static void write_members(JsonWriter *w, Arena *arena, ProductDetail *detail)
{
    if (detail->members.len == 0) {
        StrBuf out = STRBUF_ON_ARENA(arena);
        strbuf_reserve(&out, MEMBERS_BYTES + detail->product.description.len);
        JsonWriter once = json_writer(&out, 0);
        fields_write_object(&once, product_fields, &detail->product);
        detail->members = str_slice(strbuf_str(&out), 1, out.len - 1);
    }
    json_raw_members(w, detail->members);
}

int detail_respond(Request *req, int status, ProductDetail *detail)
{
    JsonWriter *w = respond_begin(req, status);
    write_members(w, req->ctx->arena, detail);
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

static Str event_data_of(Arena *arena, ProductDetail *detail)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    strbuf_reserve(&out, 2 * MEMBERS_BYTES + detail->product.description.len);
    JsonWriter w = json_writer(&out, 0);
    json_begin_object(&w);
    write_members(&w, arena, detail);
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

int detail_emit(Db *tx, const char *topic, ProductDetail *detail)
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
    DbRows rows;
    TRY(db_query(tx, &touch, &rows, db_uuid(id)));
    TRY(detail_read(db_context(tx), &rows, &detail));
    return detail_emit(tx, "ecommerce.product.updated", &detail);
}
