/* The seed: a small shop with fixed ids, so that it may run again and again; what is new is
 * announced like any other product. SEED_PRODUCTS adds as many more for load, without events and a
 * batch a transaction, so that no statement takes long and a start that was cut off goes on. */
#include <chassis/ids.h>

#include "detail.h"

static const Statement seed_categories = {
    .name = "seed_categories",
    .sql = "INSERT INTO categories (id, name, slug, sort_order, description) SELECT"
           " ('01900000-0000-7000-8000-0000000c' || lpad(n::text, 4, '0'))::uuid, name, slug, n, "
           "'Everything in ' || name"
           " FROM (VALUES (1, 'Electronics', 'electronics'), (2, 'Clothing', 'clothing'),"
           " (3, 'Home and kitchen', 'home-kitchen'), (4, 'Books', 'books'), (5, 'Sports', "
           "'sports')) AS v (n, name, slug)"
           " ON CONFLICT DO NOTHING",
};
static const Statement seed_brands = {
    .name = "seed_brands",
    .sql = "INSERT INTO brands (id, name, slug) SELECT"
           " ('01900000-0000-7000-8000-0000000b' || lpad(n::text, 4, '0'))::uuid, name, lower(name)"
           " FROM (VALUES (1, 'Northwind'), (2, 'Alder'), (3, 'Kestrel'), (4, 'Lumen'), (5, "
           "'Basalt')) AS v (n, name)"
           " ON CONFLICT DO NOTHING",
};
/* Product n lies in category and brand n modulo 5. The first six keep the slugs that load scripts
 * know. */
static const Statement seed_products = {
    .name = "seed_products",
    .writes = "products",
    .sql =
        "INSERT INTO products (id, name, slug, description, brand_id, category_id, status, "
        "base_price, currency,"
        " metadata, created_at) SELECT ('01900000-0000-7000-8000-0000000a' || lpad(n::text, 4, "
        "'0'))::uuid, name,"
        " CASE WHEN n <= 6 THEN 'prod-' || lpad(n::text, 8, '0') ELSE trim(both '-' from"
        " regexp_replace(lower(name), '[^a-z0-9]+', '-', 'g')) END, name || ', as people like it.',"
        " ('01900000-0000-7000-8000-0000000b' || lpad((n % 5 + 1)::text, 4, '0'))::uuid,"
        " ('01900000-0000-7000-8000-0000000c' || lpad((n % 5 + 1)::text, 4, '0'))::uuid,"
        " 'published', 990 + n * 350, 'USD', jsonb_build_object('seed', true),"
        " timestamptz '2026-01-01 00:00:00+00' + n * interval '1 hour'"
        " FROM unnest($1::text[]) WITH ORDINALITY AS v (name, n) ON CONFLICT DO NOTHING RETURNING "
        "id",
};
static const Statement seed_variants = {
    .name = "seed_variants",
    .sql = "INSERT INTO product_variants (id, product_id, sku, name, price, attributes, "
           "stock_quantity) SELECT"
           " ('01900000-0000-7000-8000-00000' || lpad(k::text, 3, '0') || right(p.id::text, "
           "4))::uuid, p.id,"
           " 'SKU-' || right(p.id::text, 4) || '-' || k, size, p.base_price + (k - 1) * 200,"
           " jsonb_build_object('size', size), 100 FROM products p,"
           " (VALUES (1, 'Standard'), (2, 'Large')) AS v (k, size)"
           " WHERE p.id::text LIKE '01900000-0000-7000-8000-0000000a%' ON CONFLICT DO NOTHING",
};
static const Statement seed_images = {
    .name = "seed_images",
    .sql =
        "INSERT INTO product_images (id, product_id, url, alt_text, sort_order, is_primary) SELECT"
        " ('01900000-0000-7000-8000-00001' || lpad(k::text, 3, '0') || right(p.id::text, "
        "4))::uuid, p.id,"
        " 'https://images.ecommerce.test/' || p.slug || '-' || k || '.jpg', p.name, k, k = 1"
        " FROM products p, generate_series(1, 2) AS k"
        " WHERE p.id::text LIKE '01900000-0000-7000-8000-0000000a%' ON CONFLICT DO NOTHING",
};
static const Statement seed_banners = {
    .name = "seed_banners",
    .writes = "banners",
    .sql = "INSERT INTO banners (id, title, subtitle, image_url, link_url, link_type, position, "
           "sort_order) SELECT"
           " ('01900000-0000-7000-8000-0000000d' || lpad(n::text, 4, '0'))::uuid, title, subtitle,"
           " 'https://images.ecommerce.test/banner-' || n || '.jpg', link, 'internal', place, n"
           " FROM (VALUES (1, 'New this season', 'Fresh in every category', '/products', "
           "'hero_slider'),"
           " (2, 'For the kitchen', 'Tools that last', '/categories/home-kitchen', 'mid_banner'),"
           " (3, 'Out of doors', 'Everything to move', '/categories/sports', 'category_banner'))"
           " AS v (n, title, subtitle, link, place) ON CONFLICT DO NOTHING",
};
static const Statement seed_load = {
    .name = "seed_load",
    .writes = "products",
    .sql = "INSERT INTO products (id, name, slug, description, brand_id, category_id, status, "
           "base_price, currency,"
           " created_at) SELECT ('01900000-0001-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, "
           "'Load product ' || n,"
           " 'load-product-' || n, 'Generated product number ' || n,"
           " ('01900000-0000-7000-8000-0000000b' || lpad((n % 5 + 1)::text, 4, '0'))::uuid,"
           " ('01900000-0000-7000-8000-0000000c' || lpad((n % 5 + 1)::text, 4, '0'))::uuid, "
           "'published',"
           " 500 + n % 1000 * 10, 'USD', timestamptz '2025-01-01 00:00:00+00' + n * interval '1 "
           "minute'"
           " FROM generate_series($1::bigint, $2::bigint) AS n ON CONFLICT DO NOTHING",
};

static const Str names[] = {
    STR_INIT("Wireless headphones"),
    STR_INIT("Cotton shirt"),
    STR_INIT("Cast iron pan"),
    STR_INIT("A history of maps"),
    STR_INIT("Running shoes"),
    STR_INIT("Desk lamp"),
    STR_INIT("Wool jumper"),
    STR_INIT("Chef's knife"),
    STR_INIT("Field guide to birds"),
    STR_INIT("Yoga mat"),
    STR_INIT("Mechanical keyboard"),
    STR_INIT("Rain jacket"),
    STR_INIT("Tea caddy"),
    STR_INIT("Short stories"),
    STR_INIT("Climbing rope"),
    STR_INIT("Portable speaker"),
    STR_INIT("Linen trousers"),
    STR_INIT("Enamel mug"),
    STR_INIT("Cookbook"),
    STR_INIT("Bicycle helmet"),
    STR_INIT("USB-C charger"),
    STR_INIT("Leather belt"),
    STR_INIT("Cutting board"),
    STR_INIT("Atlas of the stars"),
    STR_INIT("Swimming goggles"),
    STR_INIT("Monitor stand"),
    STR_INIT("Winter hat"),
    STR_INIT("Coffee grinder"),
    STR_INIT("Poetry collection"),
    STR_INIT("Dumbbell set"),
};

static int emit_created(Db *tx, const DbRows *rows)
{
    for (int i = 0; i < rows->rows; i++) {
        ProductDetail detail = { 0 };
        TRY(detail_snapshot(tx, row_uuid(rows, i, 0, db_arena(tx)), &detail));
        TRY(detail_emit(tx, "ecommerce.product.created", &detail));
    }
    return 0;
}

static int seed_shop(Context *ctx)
{
    DbRows created;
    auto_tx Db *tx = NULL;
    TRY(tx_begin(ctx, &tx));
    TRY((int) db_exec(tx, &seed_categories));
    TRY((int) db_exec(tx, &seed_brands));
    TRY(db_query(tx, &seed_products, &created, db_texts(ctx->arena, names, ARRAY_LEN(names))));
    TRY((int) db_exec(tx, &seed_variants));
    TRY((int) db_exec(tx, &seed_images));
    TRY((int) db_exec(tx, &seed_banners));
    TRY(emit_created(tx, &created));
    return tx_commit(tx);
}

int product_seed(Context *ctx)
{
    enum { BATCH = 500 };
    const ProductConfig *config = context_config(ctx);
    TRY(seed_shop(ctx));
    for (int64_t first = 1; first <= config->seed_products; first += BATCH) {
        int64_t left = config->seed_products - first + 1;
        int64_t last = first + (left < BATCH ? left : BATCH) - 1;
        int64_t added = db_exec(ctx->db, &seed_load, db_int(first), db_int(last));
        if (added < 0) {
            return (int) added;
        }
    }
    return 0;
}
