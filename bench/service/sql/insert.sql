INSERT INTO products (id, name, slug, description, status, base_price, currency, metadata)
VALUES ($1, $2, $3, '', 'draft', $4, 'USD', '{}')
