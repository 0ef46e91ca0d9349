/* What the catalogue learns from others: stock to show, purchases that make a review verified. */
#include "product.h"

typedef struct StockEvent {
    Str product_id, variant_id;
    int64_t quantity, reserved, available;
} StockEvent;

static const Field stock_event[] = {
    FIELD_UUID(StockEvent, product_id, .required = true),
    FIELD_UUID(StockEvent, variant_id, .required = true),
    FIELD_INT(StockEvent, available, .required = true),
    FIELD_END,
};

/* A copy for display: what is older than the copy is ignored. The product's page changes with it.
 */
static const Statement stock_set = {
    .name = "variant_stock",
    .sql = "WITH changed AS (UPDATE product_variants SET stock_quantity = greatest($3, 0), "
           "stock_version = $4"
           " WHERE id = $2 AND product_id = $1 AND stock_version < $4 RETURNING product_id)"
           " UPDATE products SET updated_at = now() FROM changed WHERE products.id = "
           "changed.product_id",
};

static int stock_updated(Context *ctx, Db *tx, const Event *event)
{
    StockEvent stock = { 0 };
    TRY(event_data(ctx, event, stock_event, &stock));
    /* without a version the time orders: both only grow */
    int64_t version = event->aggregate_version ? event->aggregate_version : event->timestamp;
    return (int) db_exec(
        tx,
        &stock_set,
        db_uuid(stock.product_id),
        db_uuid(stock.variant_id),
        db_int(stock.available),
        db_int(version)
    );
}

typedef struct OrderItem {
    Str product_id;
} OrderItem;

typedef struct OrderEvent {
    Str user_id;
    FieldList items;
} OrderEvent;

static const Field order_item[] = {
    FIELD_UUID(OrderItem, product_id, .required = true),
    FIELD_END,
};
static const Field order_event[] = {
    FIELD_UUID(OrderEvent, user_id, .required = true),
    FIELD_LIST(OrderEvent, items, OrderItem, order_item, .required = true, .max = 1000),
    FIELD_END,
};

static const Statement purchases_add = {
    .name = "purchases_add",
    .sql = "INSERT INTO purchases (user_id, product_id) SELECT $1, unnest($2::uuid[]) ON CONFLICT "
           "DO NOTHING",
};

static int order_confirmed(Context *ctx, Db *tx, const Event *event)
{
    OrderEvent order = { 0 };
    TRY(event_data(ctx, event, order_event, &order));
    const OrderItem *items = order.items.ptr;
    Str *ids = ARENA_ARRAY(ctx->arena, Str, order.items.len + 1);
    for (size_t i = 0; i < order.items.len; i++) {
        ids[i] = items[i].product_id;
    }
    return (int) db_exec(
        tx, &purchases_add, db_uuid(order.user_id), db_uuids(ctx->arena, ids, order.items.len)
    );
}

const Consumer product_consumers[] = {
    { .topic = "ecommerce.inventory.updated", .handle = stock_updated },
    { .topic = "ecommerce.order.confirmed", .handle = order_confirmed },
    CONSUMER_END,
};
