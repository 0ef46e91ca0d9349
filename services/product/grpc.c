/* Reads of the catalogue for other services: whatever its status, the caller decides. */
#include <chassis/ids.h>

#include "product.h"
#include "product.pb-c.h"

extern const EmbeddedFile product_descriptor[];

enum { PRODUCT_IDS_MAX = 200, PAGE_DEFAULT = 100 };

/* Short names for what protobuf-c spells out. */
typedef Ecommerce__Product__V1__Product RpcProduct;
typedef Ecommerce__Product__V1__Variant RpcVariant;
typedef Ecommerce__Product__V1__Category RpcCategory;
typedef Ecommerce__Product__V1__GetProductRequest GetProductRequest;
typedef Ecommerce__Product__V1__GetProductBySlugRequest GetProductBySlugRequest;
typedef Ecommerce__Product__V1__GetProductResponse GetProductResponse;
typedef Ecommerce__Product__V1__GetProductsRequest GetProductsRequest;
typedef Ecommerce__Product__V1__GetProductsResponse GetProductsResponse;
typedef Ecommerce__Product__V1__ListProductsRequest ListProductsRequest;
typedef Ecommerce__Product__V1__ListProductsResponse ListProductsResponse;

/* clang-format off: SQL keeps its own lines */
#define SELECT_PRODUCT                                                                             \
    "SELECT p.id, p.name, p.slug, p.description, p.status, p.base_price, p.currency, p.brand_id, " \
    "p.seller_id,"                                                                                 \
    " p.version, p.created_at, p.updated_at, b.name AS brand_name,"                                \
    " (SELECT i.url FROM product_images i WHERE i.product_id = p.id"                               \
    " ORDER BY i.is_primary DESC, i.sort_order, i.id LIMIT 1) AS image_url,"                       \
    " (SELECT coalesce(json_agg(json_build_object('id', v.id, 'sku', v.sku, 'name', v.name,"       \
    " 'price', coalesce(v.price, p.base_price), 'is_active', v.is_active) ORDER BY v.created_at, " \
    "v.id), '[]')"                                                                                 \
    " FROM product_variants v WHERE v.product_id = p.id) AS variants,"                             \
    " (WITH RECURSIVE up AS (SELECT id, parent_id, name, 0 AS n FROM categories WHERE id = "       \
    "p.category_id UNION"                                                                          \
    " SELECT q.id, q.parent_id, q.name, up.n + 1 FROM categories q JOIN up ON q.id = "             \
    "up.parent_id)"                                                                                \
    " SELECT coalesce(json_agg(json_build_object('id', id, 'name', name) ORDER BY n DESC), '[]') " \
    "FROM up)"                                                                                     \
    " AS category_path"                                                                            \
    " FROM products p LEFT JOIN brands b ON b.id = p.brand_id WHERE p.deleted_at IS NULL AND "
/* clang-format on */

static const Statement products_by_ids = { .name = "rpc_products_by_ids",
                                           .sql = SELECT_PRODUCT "p.id = ANY ($1) ORDER BY p.id" };
static const Statement product_by_slug = { .name = "rpc_product_by_slug",
                                           .sql = SELECT_PRODUCT "p.slug = $1" };
static const Statement products_after = {
    .name = "rpc_products_after",
    .sql = SELECT_PRODUCT
    "($1::uuid IS NULL OR p.id > $1) AND ($2 = '' OR p.status = $2) ORDER BY p.id LIMIT $3",
};

/* A row; what is nested comes as JSON. */
typedef struct Row {
    Str id, name, slug, description;
    int status;
    int64_t base_price;
    Str currency, brand_id, seller_id;
    int64_t version, created_at, updated_at;
    Str brand_name, image_url, variants, category_path;
} Row;

static const Field row_fields[] = {
    FIELD_UUID(Row, id),
    FIELD_TEXT(Row, name),
    FIELD_TEXT(Row, slug),
    FIELD_TEXT(Row, description),
    FIELD_ENUM(Row, status, product_status_names),
    FIELD_MONEY(Row, base_price),
    FIELD_CURRENCY(Row, currency),
    FIELD_UUID(Row, brand_id),
    FIELD_UUID(Row, seller_id),
    FIELD_INT(Row, version),
    FIELD_TIME(Row, created_at),
    FIELD_TIME(Row, updated_at),
    FIELD_TEXT(Row, brand_name),
    FIELD_TEXT(Row, image_url),
    FIELD_JSON(Row, variants),
    FIELD_JSON(Row, category_path),
    FIELD_END,
};

static char *member(Arena *arena, const Node *object, const char *key)
{
    return rpc_text(arena, node_string_or(node_get_cstr(object, key), STR("")));
}

static void *variant_message(Arena *arena, const Node *object)
{
    RpcVariant *variant = ARENA_NEW(arena, RpcVariant);
    ecommerce__product__v1__variant__init(variant);
    const Node *price = node_get_cstr(object, "price");
    const Node *active = node_get_cstr(object, "is_active");
    variant->id = member(arena, object, "id");
    variant->sku = member(arena, object, "sku");
    variant->name = member(arena, object, "name");
    variant->price = price && price->kind == NODE_INT ? price->integer : 0;
    variant->is_active = active && active->kind == NODE_BOOL && active->boolean;
    return variant;
}

static void *category_message(Arena *arena, const Node *object)
{
    RpcCategory *category = ARENA_NEW(arena, RpcCategory);
    ecommerce__product__v1__category__init(category);
    category->id = member(arena, object, "id");
    category->name = member(arena, object, "name");
    return category;
}

/* A JSON array as messages, each made by `make`. */
static int messages(
    Context *ctx,
    Str json,
    void *(*make)(Arena *arena, const Node *object),
    size_t *ret_count,
    void ***ret_messages
)
{
    Node *list = NULL;
    Error err = ERROR_INIT;
    if (json_read_str(ctx->arena, json, NULL, &list, &err) < 0 || !node_is_seq(list)) {
        return fail_internal(ctx, "the database's JSON: %s", err.message);
    }
    *ret_count = list->seq.len;
    *ret_messages = ARENA_ARRAY(ctx->arena, void *, list->seq.len + 1);
    for (size_t i = 0; i < list->seq.len; i++) {
        (*ret_messages)[i] = make(ctx->arena, list->seq.items[i]);
    }
    return 0;
}

static int product_message(Context *ctx, const DbRows *rows, int row, RpcProduct **ret_product)
{
    Arena *arena = ctx->arena;
    Row from = { 0 };
    void **variants = NULL, **path = NULL;
    RpcProduct *product = ARENA_NEW(arena, RpcProduct);
    ecommerce__product__v1__product__init(product);
    row_load(rows, row, row_fields, &from, arena);
    TRY(messages(ctx, from.variants, variant_message, &product->n_variants, &variants));
    TRY(messages(ctx, from.category_path, category_message, &product->n_category_path, &path));
    product->variants = (RpcVariant **) variants;
    product->category_path = (RpcCategory **) path;
    product->id = rpc_text(arena, from.id);
    product->name = rpc_text(arena, from.name);
    product->slug = rpc_text(arena, from.slug);
    product->description = rpc_text(arena, from.description);
    product->status = rpc_text(arena, field_enum_name(product_status_names, from.status));
    product->base_price = from.base_price;
    product->currency = rpc_text(arena, from.currency);
    product->brand_id = rpc_text(arena, from.brand_id);
    product->brand_name = rpc_text(arena, from.brand_name);
    product->seller_id = rpc_text(arena, from.seller_id);
    product->image_url = rpc_text(arena, from.image_url);
    product->version = from.version;
    product->created_at = rpc_text(arena, clock_rfc3339(arena, from.created_at, 6));
    product->updated_at = rpc_text(arena, clock_rfc3339(arena, from.updated_at, 6));
    *ret_product = product;
    return 0;
}

static int product_messages(Context *ctx, const DbRows *rows, int count, RpcProduct ***ret_products)
{
    *ret_products = ARENA_ARRAY(ctx->arena, RpcProduct *, (size_t) count + 1);
    for (int i = 0; i < count; i++) {
        TRY(product_message(ctx, rows, i, &(*ret_products)[i]));
    }
    return 0;
}

static int answer_one(Context *ctx, const DbRows *rows, GetProductResponse *reply)
{
    if (rows->rows == 0) {
        return fail(ctx, FAIL_NOT_FOUND, "there is no such product");
    }
    return product_message(ctx, rows, 0, &reply->product);
}

/* --- methods --- */

static int get_product(Context *ctx, const void *request, void *reply)
{
    const GetProductRequest *in = request;
    Str id;
    DbRows rows;
    if (!id_parse(ctx->arena, str_from(in->id), &id)) {
        return fail(ctx, FAIL_NOT_FOUND, "there is no such product");
    }
    TRY(db_query(ctx->db, &products_by_ids, &rows, db_uuids(ctx->arena, &id, 1)));
    return answer_one(ctx, &rows, reply);
}

static int get_product_by_slug(Context *ctx, const void *request, void *reply)
{
    const GetProductBySlugRequest *in = request;
    DbRows rows;
    TRY(db_query(ctx->db, &product_by_slug, &rows, db_text(str_from(in->slug))));
    return answer_one(ctx, &rows, reply);
}

static int get_products(Context *ctx, const void *request, void *reply)
{
    const GetProductsRequest *in = request;
    GetProductsResponse *out = reply;
    DbRows rows;
    if (in->n_ids > PRODUCT_IDS_MAX) {
        return fail(ctx, FAIL_INVALID_PARAMETER, "ids must have at most %d items", PRODUCT_IDS_MAX);
    }
    Str *ids = ARENA_ARRAY(ctx->arena, Str, in->n_ids + 1);
    size_t count = 0;
    for (size_t i = 0; i < in->n_ids; i++) {
        count +=
            id_parse(ctx->arena, str_from(in->ids[i]), &ids[count]); /* what is no id can't exist */
    }
    TRY(db_query(ctx->db, &products_by_ids, &rows, db_uuids(ctx->arena, ids, count)));
    out->n_products = (size_t) rows.rows;
    return product_messages(ctx, &rows, rows.rows, &out->products);
}

static int list_products(Context *ctx, const void *request, void *reply)
{
    const ListProductsRequest *in = request;
    ListProductsResponse *out = reply;
    Str after = { 0 }, status = str_from(in->status);
    int size = in->page_size ? in->page_size : PAGE_DEFAULT;
    if (size < 1 || size > PRODUCT_IDS_MAX) {
        return fail(ctx, FAIL_INVALID_PARAMETER, "page_size must be from 1 to %d", PRODUCT_IDS_MAX);
    }
    if (status.len && field_enum_value(product_status_names, status) < 0) {
        return fail(ctx, FAIL_INVALID_PARAMETER, "status must be draft, published or archived");
    }
    if (in->cursor[0] && !id_parse(ctx->arena, str_from(in->cursor), &after)) {
        return fail(ctx, FAIL_INVALID_PARAMETER, "cursor is not one of ours");
    }
    DbRows rows;
    TRY(db_query(ctx->db, &products_after, &rows, db_uuid(after), db_text(status), db_int(size + 1))
    );
    int shown = rows.rows > size ? size : rows.rows; /* one more tells that a page follows */
    out->n_products = (size_t) shown;
    TRY(product_messages(ctx, &rows, shown, &out->products));
    if (rows.rows > shown) {
        out->next_cursor = out->products[shown - 1]->id;
    }
    return 0;
}

static const char *const callers[] = { "cart",   "checkout",  "order", "campaign",
                                       "search", "inventory", "media", NULL };

static const RpcMethod methods[] = {
    { .name = "GetProduct", .handle = get_product, .access = ACCESS_SERVICE, .callers = callers },
    { .name = "GetProductBySlug",
      .handle = get_product_by_slug,
      .access = ACCESS_SERVICE,
      .callers = callers },
    { .name = "GetProducts", .handle = get_products, .access = ACCESS_SERVICE, .callers = callers },
    { .name = "ListProducts",
      .handle = list_products,
      .access = ACCESS_SERVICE,
      .callers = callers },
    RPC_METHOD_END,
};

const RpcService product_rpc = {
    .descriptor = &ecommerce__product__v1__product_service__descriptor,
    .methods = methods,
    .file_descriptor_set = product_descriptor,
};
