-- Products, variants, images, categories, brands, banners, reviews.
CREATE TABLE categories (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 255),
    slug text NOT NULL UNIQUE CHECK (char_length(slug) BETWEEN 1 AND 255),
    parent_id uuid REFERENCES categories (id),
    sort_order int NOT NULL DEFAULT 0 CHECK (sort_order >= 0),
    is_active boolean NOT NULL DEFAULT true,
    image_url text CHECK (char_length(image_url) <= 2048),
    icon_url text CHECK (char_length(icon_url) <= 2048),
    description text CHECK (char_length(description) <= 5000),
    level int NOT NULL DEFAULT 0,
    product_count int NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX categories_by_parent ON categories (parent_id, sort_order);

CREATE TABLE brands (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 255),
    slug text NOT NULL UNIQUE CHECK (char_length(slug) BETWEEN 1 AND 255),
    logo_url text CHECK (char_length(logo_url) <= 2048),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE products (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name varchar(500) NOT NULL CHECK (char_length(name) >= 1),
    slug text NOT NULL UNIQUE,
    description text NOT NULL DEFAULT '' CHECK (char_length(description) <= 20000),
    brand_id uuid REFERENCES brands (id) ON DELETE SET NULL,
    category_id uuid REFERENCES categories (id) ON DELETE SET NULL,
    seller_id uuid,
    status text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'published', 'archived')),
    base_price bigint NOT NULL CHECK (base_price >= 0),
    currency char(3) NOT NULL DEFAULT 'USD',
    metadata jsonb NOT NULL DEFAULT '{}',
    rating_sum int NOT NULL DEFAULT 0,
    rating_count int NOT NULL DEFAULT 0,
    version bigint NOT NULL DEFAULT 1,
    deleted_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    tsv tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('simple', name), 'A') || setweight(to_tsvector('simple', description), 'D')
    ) STORED
);
CREATE INDEX products_by_status ON products (status, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX products_by_price ON products (status, base_price, id) WHERE deleted_at IS NULL;
CREATE INDEX products_by_name ON products (status, name, id) WHERE deleted_at IS NULL;
CREATE INDEX products_by_category ON products (category_id, status, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX products_by_brand ON products (brand_id, status, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX products_by_seller ON products (seller_id) WHERE deleted_at IS NULL;
CREATE INDEX products_by_age ON products (created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX products_by_word ON products USING gin (tsv);

CREATE TABLE product_variants (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    product_id uuid NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    sku varchar(100) NOT NULL UNIQUE,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 255),
    price bigint CHECK (price >= 0),
    attributes jsonb NOT NULL DEFAULT '{}',
    weight_grams int CHECK (weight_grams >= 0),
    is_active boolean NOT NULL DEFAULT true,
    stock_quantity int,
    stock_version bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX product_variants_by_product ON product_variants (product_id, created_at);

CREATE TABLE product_images (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    product_id uuid NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    url text NOT NULL CHECK (char_length(url) <= 2048),
    alt_text text CHECK (char_length(alt_text) <= 500),
    sort_order int NOT NULL DEFAULT 0,
    is_primary boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX product_images_by_product ON product_images (product_id, sort_order);
CREATE UNIQUE INDEX product_images_primary ON product_images (product_id) WHERE is_primary;

CREATE TABLE banners (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 255),
    subtitle text CHECK (char_length(subtitle) <= 500),
    image_url text NOT NULL CHECK (char_length(image_url) <= 2048),
    link_url text NOT NULL CHECK (char_length(link_url) <= 2048),
    link_type text NOT NULL CHECK (link_type IN ('internal', 'external')),
    position text NOT NULL CHECK (position IN ('hero_slider', 'mid_banner', 'category_banner')),
    sort_order int NOT NULL DEFAULT 0 CHECK (sort_order >= 0),
    is_active boolean NOT NULL DEFAULT true,
    starts_at timestamptz,
    ends_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CHECK (ends_at > starts_at)
);
CREATE INDEX banners_by_position ON banners (position, sort_order) WHERE is_active;

CREATE TABLE product_reviews (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    product_id uuid NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    user_id uuid NOT NULL,
    rating int NOT NULL CHECK (rating BETWEEN 1 AND 5),
    title text CHECK (char_length(title) <= 255),
    body text CHECK (char_length(body) <= 5000),
    verified_purchase boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (product_id, user_id)
);
CREATE INDEX product_reviews_by_product ON product_reviews (product_id, created_at DESC, id DESC);

CREATE TABLE purchases (
    user_id uuid NOT NULL,
    product_id uuid NOT NULL,
    PRIMARY KEY (user_id, product_id)
);
