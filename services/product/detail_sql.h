/* The SQL of a product with all that belongs to it, from a row `p` of products, its brand `b` and its
 * category `c`. */
#pragma once

/* clang-format off: SQL keeps its own lines */
#define DETAIL_COLUMNS                                                                        \
    "p.id, p.name, p.slug, p.description, p.brand_id, p.category_id, p.seller_id, p.status, " \
    "p.base_price, p.currency, p.metadata, p.created_at, p.updated_at, p.version, "           \
    "p.rating_sum, p.rating_count, "                                                          \
    "b.name AS brand_name, b.slug AS brand_slug, b.logo_url AS brand_logo_url, "              \
    "c.name AS category_name, c.slug AS category_slug, "

#define DETAIL_IMAGES                                                                              \
    "(SELECT coalesce(json_agg(json_build_object('id', i.id, 'url', i.url, 'alt_text', "           \
    "i.alt_text, "                                                                                 \
    "'sort_order', i.sort_order, 'is_primary', i.is_primary) ORDER BY i.sort_order, i.id), '[]') " \
    "FROM product_images i WHERE i.product_id = p.id) AS images, "

#define DETAIL_VARIANTS(condition)                                                                 \
    "(SELECT coalesce(json_agg(json_build_object('id', v.id, 'sku', v.sku, 'name', v.name, "       \
    "'price', v.price, 'attributes', v.attributes, 'weight_grams', v.weight_grams, "               \
    "'is_active', v.is_active, 'stock_quantity', v.stock_quantity) ORDER BY v.created_at, v.id), " \
    "'[]') "                                                                                       \
    "FROM product_variants v WHERE v.product_id = p.id" condition ") AS variants"

#define DETAIL_CATEGORY_PATH(category_id)                                                   \
    ", (WITH RECURSIVE up AS (SELECT id, parent_id, name, 0 AS n FROM categories WHERE id " \
    "= " category_id                                                                        \
    " UNION ALL SELECT q.id, q.parent_id, q.name, up.n + 1 FROM categories q JOIN up ON "   \
    "q.id = up.parent_id) "                                                                 \
    "SELECT coalesce(json_agg(name ORDER BY n DESC), '[]') FROM up) AS category_path"

#define DETAIL_IMAGE_URL                                               \
    ", (SELECT i.url FROM product_images i WHERE i.product_id = p.id " \
    "ORDER BY i.is_primary DESC, i.sort_order, i.id LIMIT 1) AS image_url"

#define DETAIL_WHOLE                                                                       \
    DETAIL_COLUMNS DETAIL_IMAGES DETAIL_VARIANTS("") DETAIL_CATEGORY_PATH("p.category_id") \
        DETAIL_IMAGE_URL

/* A change of one product and the whole of it after that, in one statement. What belongs to a product
 * the change itself does not touch, so what the statement sees of it is what is there. */
#define DETAIL_AFTER(change)                                             \
    "WITH p AS (" change " RETURNING *) SELECT " DETAIL_WHOLE " FROM p " \
    "LEFT JOIN brands b ON b.id = p.brand_id LEFT JOIN categories c ON c.id = p.category_id"
/* clang-format on */
