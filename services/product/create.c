/* A product is made with all that belongs to it. What is stored is what the service decides here, so the answer
 * and the event are there before Postgres has seen the row, and one round trip takes all of it. */
#include <chassis/ids.h>

#include "detail.h"

static const Statement product_insert = {
    .name = "product_insert",
    .sql = "INSERT INTO products (id, name, slug, description, brand_id, category_id, seller_id, "
           "status, base_price, currency, metadata, updated_at, version, created_at) "
           "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $12)",
    .writes = "products",
};
static const Statement variant_insert = {
    .name = "product_variant_insert",
    .sql = "INSERT INTO product_variants (id, product_id, sku, name, price, attributes, "
           "weight_grams, is_active, "
           "created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp())",
};
static const Statement image_insert = {
    .name = "product_image_insert",
    .sql = "INSERT INTO product_images (id, product_id, url, alt_text, sort_order, is_primary) "
           "VALUES ($1, $2, $3, $4, $5, $6)",
};

static int insert_product(Db *tx, const Product *product)
{
    DbValue values[PRODUCT_VALUES];
    product_values(product, values);
    return tx_queue_values(tx, &product_insert, (DbValues) { values, PRODUCT_VALUES });
}

static int insert_variants(Db *tx, const Product *product)
{
    const Variant *variants = product->variants.ptr;
    for (size_t i = 0; i < product->variants.len; i++) {
        const Variant *variant = &variants[i];
        TRY(tx_queue(
            tx,
            &variant_insert,
            db_uuid(variant->id),
            db_uuid(product->id),
            db_text(variant->sku),
            db_text(variant->name),
            db_opt_int(variant->price),
            db_json(variant->attributes),
            db_opt_int(variant->weight_grams),
            db_bool(variant->is_active)
        ));
    }
    return 0;
}

static int insert_images(Db *tx, const Product *product)
{
    const Image *images = product->images.ptr;
    for (size_t i = 0; i < product->images.len; i++) {
        TRY(tx_queue(
            tx,
            &image_insert,
            db_uuid(images[i].id),
            db_uuid(product->id),
            db_text(images[i].url),
            db_text_or_null(images[i].alt_text),
            db_int(images[i].sort_order),
            db_bool(images[i].is_primary)
        ));
    }
    return 0;
}

/* One primary image: the first that says so, or the first. */
static void choose_primary(Image *images, size_t count)
{
    size_t primary = 0;
    while (primary < count && !images[primary].is_primary) {
        primary++;
    }
    primary = primary == count ? 0 : primary;
    for (size_t i = 0; i < count; i++) {
        images[i].is_primary = i == primary;
    }
}

/* In the order in which they are read: few, and those of one place stay as they came. */
static void sort_images(Image *images, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        Image image = images[i];
        size_t at = i;
        for (; at > 0 && images[at - 1].sort_order > image.sort_order; at--) {
            images[at] = images[at - 1];
        }
        images[at] = image;
    }
}

/* Ids grow, and what is empty is null, as it is when it is read again. */
static void settle_images(Arena *arena, ProductDetail *detail)
{
    Image *images = detail->product.images.ptr;
    size_t count = detail->product.images.len;
    choose_primary(images, count);
    sort_images(images, count);
    for (size_t i = 0; i < count; i++) {
        images[i].id = id_new(arena);
        images[i].alt_text = images[i].alt_text.len > 0 ? images[i].alt_text : (Str) { 0 };
        if (images[i].is_primary) {
            detail->image_url = images[i].url;
        }
    }
}

static void settle_variants(Arena *arena, const Product *product)
{
    Variant *variants = product->variants.ptr;
    for (size_t i = 0; i < product->variants.len; i++) {
        variants[i].id = id_new(arena);
    }
}

static Str array_text(Arena *arena, const Field *fields, const FieldList *list, size_t item_bytes)
{
    if (list->len == 0) {
        return STR("[]");
    }
    StrBuf out = STRBUF_ON_ARENA(arena);
    JsonWriter w = json_writer(&out, 0);
    json_begin_array(&w);
    for (size_t i = 0; i < list->len; i++) {
        fields_write_object(&w, fields, (const char *) list->ptr + i * item_bytes);
    }
    json_end_array(&w);
    return strbuf_str(&out);
}

/* The request's product becomes the one that is stored. */
static int settle(Context *ctx, ProductDetail *detail)
{
    Product *product = &detail->product;
    TRY(product_settle_seller(ctx, product));
    TRY(slug_settle(ctx, product->slug, product->name, &product->slug));
    product->created_at = product->updated_at = clock_utc_us();
    product->version = 1;
    settle_images(ctx->arena, detail);
    settle_variants(ctx->arena, product);
    detail->images = array_text(ctx->arena, image_fields, &product->images, sizeof(Image));
    detail->variants = array_text(ctx->arena, variant_fields, &product->variants, sizeof(Variant));
    return 0;
}

int product_create(Request *req)
{
    Context *ctx = req->ctx;
    ProductDetail detail = {
        .product = { .id = id_new(ctx->arena), .metadata = STR("{}") },
    };
    const Product *product = &detail.product;
    TRY(request_body(req, &detail.product));
    TRY(settle(ctx, &detail));
    auto_tx Db *tx = NULL;
    TRY(tx_begin(ctx, &tx));
    TRY(detail_name_refs(tx, &detail));
    TRY(insert_product(tx, product));
    TRY(insert_variants(tx, product));
    TRY(insert_images(tx, product));
    TRY(detail_emit(tx, "ecommerce.product.created", &detail));
    TRY(detail_respond(req, 201, &detail));
    return tx_commit(tx);
}
