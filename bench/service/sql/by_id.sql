SELECT p.id, p.name, p.slug, p.description, p.brand_id, p.category_id, p.seller_id, p.status, p.base_price, p.currency,
       p.metadata, p.created_at, p.updated_at, p.version, p.rating_sum, p.rating_count,
       b.name AS brand_name, b.slug AS brand_slug, c.name AS category_name, c.slug AS category_slug,
       (SELECT coalesce(json_agg(json_build_object('id', i.id, 'url', i.url, 'alt_text', i.alt_text, 'sort_order', i.sort_order,
               'is_primary', i.is_primary) ORDER BY i.sort_order, i.id), '[]')
          FROM product_images i WHERE i.product_id = p.id) AS images,
       (SELECT coalesce(json_agg(json_build_object('id', v.id, 'sku', v.sku, 'name', v.name, 'price', v.price,
               'attributes', v.attributes, 'weight_grams', v.weight_grams, 'is_active', v.is_active,
               'stock_quantity', v.stock_quantity) ORDER BY v.created_at, v.id), '[]')
          FROM product_variants v WHERE v.product_id = p.id AND v.is_active) AS variants
  FROM products p LEFT JOIN brands b ON b.id = p.brand_id LEFT JOIN categories c ON c.id = p.category_id
 WHERE p.deleted_at IS NULL AND p.id = $1
