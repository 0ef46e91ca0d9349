#include <chassis/ids.h>

#include "product.h"

const char *const product_status_names[] = { "draft", "published", "archived", NULL };

const Field product_fields[] = {
    PRODUCT_FIELDS,
    FIELD_INT(Product, version, .readonly = true, .writeonly = true),
    FIELD_END,
};

const Field image_fields[] = {
    FIELD_UUID(Image, id, .readonly = true),
    FIELD_URL(Image, url, .required = true, .max = URL_MAX),
    FIELD_TEXT(Image, alt_text, .nullable = true, .max = 500),
    FIELD_INT(Image, sort_order, .min = 0, .max = 1000000),
    FIELD_BOOL(Image, is_primary),
    FIELD_END,
};

const Field variant_fields[] = {
    FIELD_UUID(Variant, id, .readonly = true),
    FIELD_TEXT(Variant, sku, .required = true, .trim = true, .min = 1, .max = 100),
    FIELD_TEXT(Variant, name, .required = true, .trim = true, .min = 1, .max = 255),
    FIELD_OPT_MONEY(Variant, price, .help = "none: the product's base_price"),
    FIELD_JSON(Variant, attributes, .fallback = "{}", .max = JSON_MAX),
    FIELD_OPT_INT(Variant, weight_grams, .min = 0, .max = 100000000),
    FIELD_BOOL(Variant, is_active, .fallback = "true"),
    FIELD_OPT_INT(Variant, stock_quantity, .readonly = true, .help = "for display"),
    FIELD_END,
};

const Field product_create_fields[] = {
    PRODUCT_FIELDS,
    FIELD_LIST(Product, images, Image, image_fields, .max = 20),
    FIELD_LIST(Product, variants, Variant, variant_fields, .max = 100),
    FIELD_END,
};

typedef struct NamedShape {
    Str id, name, slug;
} NamedShape;
typedef struct RatingShape {
    double average;
    int64_t count;
} RatingShape;

/* The answers' shapes, for OpenAPI: what is nested comes as JSON from the database. */
typedef struct Shapes {
    Product product;
    Str primary_image;
    NamedShape brand, category;
    RatingShape rating;
} Shapes;

static const Field image_shape[] = {
    FIELD_UUID(Image, id),
    FIELD_TEXT(Image, url),
    FIELD_TEXT(Image, alt_text, .nullable = true),
    FIELD_END,
};
static const Field named_shape[] = {
    FIELD_UUID(NamedShape, id),
    FIELD_TEXT(NamedShape, name),
    FIELD_TEXT(NamedShape, slug),
    FIELD_END,
};
static const Field rating_shape[] = {
    FIELD_DOUBLE(RatingShape, average),
    FIELD_INT(RatingShape, count),
    FIELD_END,
};

const Field product_item_fields[] = {
    PRODUCT_FIELDS,
    FIELD_STRUCT(Shapes, primary_image, image_shape, .nullable = true),
    FIELD_END,
};
const Field product_detail_fields[] = {
    PRODUCT_FIELDS,
    FIELD_LIST(Product, images, Image, image_fields),
    FIELD_LIST(Product, variants, Variant, variant_fields),
    FIELD_STRUCT(Shapes, category, named_shape, .nullable = true),
    FIELD_STRUCT(Shapes, brand, named_shape, .nullable = true),
    FIELD_STRUCT(Shapes, rating, rating_shape),
    FIELD_END,
};

typedef struct Deleted {
    Str id, status;
} Deleted;

const Field deleted_fields[] = {
    FIELD_UUID(Deleted, id),
    FIELD_TEXT(Deleted, status),
    FIELD_END,
};

int respond_deleted(Request *req, Str id)
{
    return respond(req, 200, deleted_fields, &(Deleted) { .id = id, .status = STR("deleted") });
}

int slug_of(Context *ctx, const char *field, Str text, Str *ret_slug)
{
    Str slug = text_slug(ctx->arena, text);
    if (slug.len == 0) {
        fail_field(ctx, str_from(field), "must contain a letter or a digit");
        return fail_if_fields(ctx);
    }
    *ret_slug = slug;
    return 0;
}

int slug_settle(Context *ctx, Str sent, Str name, Str *ret_slug)
{
    return sent.len > 0 ? slug_of(ctx, "slug", sent, ret_slug)
                        : slug_of(ctx, "name", name, ret_slug);
}

double rating_average(int64_t sum, int64_t count)
{
    int64_t hundredths = count > 0 ? (sum * 200 + count) / (2 * count) : 0;
    return (double) hundredths / 100;
}
