/* The catalogue: its resources, as rows, as JSON and as input at once (services.md 3.1). */
#pragma once

#include <chassis/app.h>

typedef enum ProductStatus {
    PRODUCT_DRAFT,
    PRODUCT_PUBLISHED,
    PRODUCT_ARCHIVED,
} ProductStatus;
extern const char *const product_status_names[];

typedef struct Product {
    Str id, name, slug, description, brand_id, category_id, seller_id;
    int status; /* ProductStatus */
    int64_t base_price;
    Str currency;
    Str metadata; /* JSON object */
    int64_t created_at, updated_at;
    int64_t version;    /* of the aggregate, for its events */
    FieldList images;   /* of Image: input of a create */
    FieldList variants; /* of Variant: input of a create */
} Product;

typedef struct Variant {
    Str id, product_id, sku, name;
    OptInt price; /* none: the product's */
    Str attributes;
    OptInt weight_grams;
    bool is_active;
    OptInt stock_quantity; /* a copy, for display */
    int64_t created_at, updated_at;
} Variant;

typedef struct Image {
    Str id, product_id, url, alt_text;
    int64_t sort_order;
    bool is_primary;
    int64_t created_at, updated_at;
} Image;

typedef struct ProductConfig {
    int64_t seed_products;
} ProductConfig;

enum { SLUG_MAX = 600, URL_MAX = 2048, JSON_MAX = 16384 };

/* Members of a table for a Product, or for a struct that begins with one: so a row is read in one pass. */
#define PRODUCT_FIELDS                                                                   \
    FIELD_UUID(Product, id, .readonly = true),                                           \
        FIELD_TEXT(Product, name, .required = true, .trim = true, .min = 1, .max = 500), \
        FIELD_TEXT(                                                                      \
            Product,                                                                     \
            slug,                                                                        \
            .trim = true,                                                                \
            .min = 1,                                                                    \
            .max = SLUG_MAX,                                                             \
            .help = "from the name when it is absent"                                    \
        ),                                                                               \
        FIELD_TEXT(Product, description, .max = 20000),                                  \
        FIELD_UUID(Product, brand_id, .nullable = true),                                 \
        FIELD_UUID(Product, category_id, .nullable = true),                              \
        FIELD_UUID(Product, seller_id, .nullable = true, .help = "an admin's to set"),   \
        FIELD_ENUM(Product, status, product_status_names, .fallback = "draft"),          \
        FIELD_MONEY(Product, base_price, .required = true),                              \
        FIELD_CURRENCY(Product, currency, .required = true),                             \
        FIELD_JSON(Product, metadata, .max = JSON_MAX),                                  \
        FIELD_TIME(Product, created_at, .readonly = true),                               \
        FIELD_TIME(Product, updated_at, .readonly = true)

extern const Field product_fields[];        /* of a product alone */
extern const Field product_create_fields[]; /* with images and variants */
extern const Field product_item_fields[];   /* in a list: with primary_image */
extern const Field product_detail_fields[]; /* with everything */
extern const Field variant_fields[];
extern const Field image_fields[];
extern const Field deleted_fields[];

/* {"data":{"id":…,"status":"deleted"}} */
int respond_deleted(Request *req, Str id);
/* A slug as it is stored; VALIDATION_ERROR under `field` when nothing is left of it. */
int slug_of(Context *ctx, const char *field, Str text, Str *ret_slug);
/* The slug that was sent, or one of the name when none was. */
int slug_settle(Context *ctx, Str sent, Str name, Str *ret_slug);

/* Stars on average, rounded to hundredths; 0 without a review. */
double rating_average(int64_t sum, int64_t count);

extern const Route product_read_routes[];
extern const Route product_write_routes[];
extern const Route variant_routes[];
extern const Route image_routes[];
extern const Route review_routes[];
extern const Route category_routes[];
extern const Route brand_routes[];
extern const Route banner_routes[];

extern const Consumer product_consumers[];
extern const Job product_jobs[];
extern const RpcService product_rpc;
extern const Migration product_migrations[];
int product_seed(Context *ctx);
