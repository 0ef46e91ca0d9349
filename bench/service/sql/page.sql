SELECT p.id, p.name, p.slug, p.description, p.brand_id, p.category_id, p.seller_id, p.status, p.base_price, p.currency,
       p.metadata, p.created_at, p.updated_at, image.primary_image
  FROM (SELECT p.id FROM products p WHERE p.deleted_at IS NULL AND p.status = 'published'
         ORDER BY p.created_at DESC, p.id DESC LIMIT 20 OFFSET $1) AS page
  JOIN products p ON p.id = page.id
  LEFT JOIN LATERAL (SELECT json_build_object('id', i.id, 'url', i.url, 'alt_text', i.alt_text) AS primary_image
         FROM product_images i WHERE i.product_id = p.id
        ORDER BY i.is_primary DESC, i.sort_order, i.id LIMIT 1) AS image ON true
 ORDER BY p.created_at DESC, p.id DESC
