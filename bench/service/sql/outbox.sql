INSERT INTO outbox (event_id, topic, key, payload, headers)
VALUES ($1, 'ecommerce.product.created', $2, convert_to($3, 'UTF8'), '{"event_type": "ecommerce.product.created"}')
