#include "product.h"

static const ConfigRow config[] = {
    CONFIG_INT(
        ProductConfig,
        seed_products,
        "SEED_PRODUCTS",
        "0",
        "generated products beside the seed, for load",
        .min = 0,
        .max = 1000000
    ),
    CONFIG_END,
};

static const Route *const routes[] = {
    product_read_routes, product_write_routes, variant_routes, image_routes, review_routes,
    category_routes,     brand_routes,         banner_routes,  NULL,
};

static const RpcService *const grpc[] = { &product_rpc, NULL };

static const char *const publishes[] = {
    "ecommerce.product.created",
    "ecommerce.product.updated",
    "ecommerce.product.deleted",
    NULL,
};

static const App app = {
    .name = "product",
    .summary =
        "Product catalogue: products, variants, images, categories, brands, banners, reviews",
    .http_port = 8001,
    .grpc_port = 9001,
    .database = "product_db",
    .config = config,
    .config_bytes = sizeof(ProductConfig),
    .migrations = product_migrations,
    .routes = routes,
    .grpc = grpc,
    .publishes = publishes,
    .consumers = product_consumers,
    .jobs = product_jobs,
    .seed = product_seed,
};

int main(int argc, char **argv)
{
    return app_main(&app, argc, argv);
}
