#include "support.h"

static void reads_the_smallest_catalog(void **state)
{
    (void) state;
    Loaded *loaded = load(HEAD);
    assert_clean(loaded);
    assert_str(loaded->catalog->platform, "shop");
    assert_str(loaded->catalog->namespace, "shop");
    assert_int_equal(loaded->catalog->service_count, 0);
    loaded_free(loaded);
}

static const char shop[] = HEAD
    "defaults: { language: c, env: { LOG_LEVEL: info }, replicas: { max: 4 } }\n"
    "resources:\n"
    "  postgres: { kind: postgres, databases: from_services }\n"
    "  kafka: { kind: kafka }\n"
    "services:\n"
    "  product:\n"
    "    path: .\n"
    "    ports: { http: 8001, grpc: 9001 }\n"
    "    needs: postgres\n"
    "    wants: [kafka]\n"
    "    publishes: [product.created]\n"
    "  order-items: { path: ., ports: { http: 8002 }, needs: [postgres], calls: [product], "
    "consumes: [product.created] }\n"
    "environments:\n"
    "  local: { defaults: { env: { LOG_LEVEL: debug } }, resources: { kafka: { engine: none } } }\n"
    "  staging: { namespace: shop-staging, tag: v2, services: { product: { replicas: { min: 1 } } "
    "} }\n";

static void merges_standard_defaults_service_and_environment(void **state)
{
    (void) state;
    Loaded *loaded = loaded_new(shop);
    loaded_read(loaded, "staging", NULL);
    assert_clean(loaded);
    Service *product = catalog_service(loaded->catalog, STR("product"));
    assert_non_null(product);
    assert_int_equal(product->replicas.min, 1);          /* the environment */
    assert_int_equal(product->replicas.max, 4);          /* defaults of the file */
    assert_int_equal(product->replicas.cpu_percent, 70); /* the standard */
    assert_str(product->resources.cpu.request, "100m");
    assert_str(product->resources.cpu.limit, "500m");
    assert_str(loaded->catalog->namespace, "shop-staging");
    assert_str(loaded->catalog->tag, "v2");
    assert_str(product->workload, "product-service");
    loaded_free(loaded);
}

static void merges_another_environment_with_files_that_were_read(void **state)
{
    (void) state;
    Loaded *loaded = loaded_new(shop);
    const char *set = "product.replicas.max=6";
    CatalogQuery query = {
        .directory = loaded->directory, .environment = "", .sets = &set, .set_count = 1
    };
    Catalog *base = NULL, *staging = NULL;
    assert_int_equal(catalog_load(loaded->arena, &query, &base, &loaded->diags, &loaded->err), 0);
    write_file(loaded->directory, "slipway.yaml", "nothing: of this is read\n");
    query.environment = "staging";
    query.files_of = base;
    assert_int_equal(
        catalog_load(loaded->arena, &query, &staging, &loaded->diags, &loaded->err), 0
    );
    assert_true(str_eq(staging->directory, base->directory));
    assert_str(staging->tag, "v2");
    assert_int_equal(catalog_service(staging, STR("product"))->replicas.min, 1);
    assert_int_equal(catalog_service(staging, STR("product"))->replicas.max, 6);
    assert_int_equal(catalog_service(base, STR("product"))->replicas.min, 2);
    assert_int_equal(staging->layer_count, base->layer_count + 1);
    loaded_free(loaded);
}

static void takes_local_when_no_environment_is_named(void **state)
{
    (void) state;
    Loaded *loaded = load(shop);
    assert_clean(loaded);
    assert_str(loaded->catalog->environment, "local");
    Service *product = catalog_service(loaded->catalog, STR("product"));
    assert_str(env_find(&product->env, STR("LOG_LEVEL"))->value, "debug");
    assert_str(env_find(&product->env, STR("KAFKA_BROKERS"))->value, "none");
    loaded_free(loaded);
}

static void implies_the_environment_of_needs_ports_and_calls(void **state)
{
    (void) state;
    Loaded *loaded = loaded_new(shop);
    loaded_read(loaded, "staging", NULL);
    assert_clean(loaded);
    Service *items = catalog_service(loaded->catalog, STR("order-items"));
    assert_str(env_find(&items->env, STR("ORDER_ITEMS_HTTP_PORT"))->value, "{ports.http}");
    assert_str(env_find(&items->env, STR("POSTGRES_HOST"))->value, "{resource.postgres.host}");
    assert_str(env_find(&items->env, STR("ORDER_ITEMS_DB_NAME"))->value, "order_items_db");
    assert_str(env_find(&items->env, STR("PRODUCT_SERVICE_URL"))->value, "{service.product.url}");
    assert_str(env_find(&items->env, STR("POSTGRES_PASSWORD"))->secret, "postgres_password");
    assert_null(env_find(&items->env, STR("KAFKA_BROKERS")));
    loaded_free(loaded);
}

static void keeps_the_password_of_a_database_beside_listed_secrets(void **state)
{
    (void) state;
    Loaded *loaded =
        load(HEAD
             "defaults: { secrets: [jwt_secret] }\nresources: { postgres: { kind: postgres } }\n"
             "services: { web: { path: ., needs: [postgres] } }\n");
    assert_clean(loaded);
    Service *web = catalog_service(loaded->catalog, STR("web"));
    assert_str(env_find(&web->env, STR("JWT_SECRET"))->secret, "jwt_secret");
    assert_str(env_find(&web->env, STR("POSTGRES_PASSWORD"))->secret, "postgres_password");
    loaded_free(loaded);
}

static void makes_one_database_for_each_service_that_needs_postgres(void **state)
{
    (void) state;
    Loaded *loaded = load(shop);
    Resource *postgres = catalog_resource(loaded->catalog, STR("postgres"));
    assert_int_equal(postgres->databases.len, 2);
    assert_str(postgres->databases.ptr[0], "product_db");
    assert_str(postgres->databases.ptr[1], "order_items_db");
    assert_str(postgres->user, "shop");
    assert_int_equal(port_find(&postgres->ports, STR("postgres"))->number, 5432);
    loaded_free(loaded);
}

static void sets_one_value_from_the_command_line(void **state)
{
    (void) state;
    Loaded *loaded = loaded_new(shop);
    loaded_read(loaded, "staging", "product.ports.http=8101");
    assert_clean(loaded);
    Service *product = catalog_service(loaded->catalog, STR("product"));
    assert_int_equal(port_find(&product->ports, STR("http"))->number, 8101);
    assert_int_equal(port_find(&product->ports, STR("grpc"))->number, 9001);
    loaded_free(loaded);
}

static void puts_an_included_file_below_the_including_one(void **state)
{
    (void) state;
    Loaded *loaded = loaded_new(
        "include: base.yaml\nplatform: shop\nservices: { web: { ports: { http: 3001 } } }\n"
    );
    write_file(
        loaded->directory,
        "base.yaml",
        "slipway: 1\nplatform: other\nservices: { web: { path: ., ports: { http: 3000 }, public: "
        "true } }\n"
    );
    loaded_read(loaded, NULL, NULL);
    assert_clean(loaded);
    Service *web = catalog_service(loaded->catalog, STR("web"));
    assert_str(loaded->catalog->platform, "shop");
    assert_int_equal(web->ports.ptr[0].number, 3001);
    assert_true(web->is_public);
    loaded_free(loaded);
}

static void removes_a_key_that_an_environment_sets_to_null(void **state)
{
    (void) state;
    Loaded *loaded =
        load(HEAD "services: { web: { path: ., env: { A: x, B: y } } }\n"
                  "environments: { local: { services: { web: { env: { A: null } } } } }\n");
    assert_clean(loaded);
    Service *web = catalog_service(loaded->catalog, STR("web"));
    assert_null(env_find(&web->env, STR("A")));
    assert_str(env_find(&web->env, STR("B"))->value, "y");
    loaded_free(loaded);
}

static void lists_every_topic_once_with_the_platform(void **state)
{
    (void) state;
    Loaded *loaded = load(shop);
    DecodeStrings topics = catalog_topics(loaded->catalog, loaded->arena);
    assert_int_equal(topics.len, 1);
    assert_str(topics.ptr[0], "shop.product.created");
    loaded_free(loaded);
}

static void keeps_the_place_of_the_value_that_won(void **state)
{
    (void) state;
    Loaded *loaded = loaded_new(shop);
    loaded_read(loaded, "staging", NULL);
    const Node *min = node_at_path(loaded->catalog->root, STR("services.product.replicas.min"));
    assert_non_null(min);
    assert_int_equal(span_start(min->span).line, 17);
    loaded_free(loaded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_smallest_catalog),
        cmocka_unit_test(merges_standard_defaults_service_and_environment),
        cmocka_unit_test(merges_another_environment_with_files_that_were_read),
        cmocka_unit_test(takes_local_when_no_environment_is_named),
        cmocka_unit_test(implies_the_environment_of_needs_ports_and_calls),
        cmocka_unit_test(keeps_the_password_of_a_database_beside_listed_secrets),
        cmocka_unit_test(makes_one_database_for_each_service_that_needs_postgres),
        cmocka_unit_test(sets_one_value_from_the_command_line),
        cmocka_unit_test(puts_an_included_file_below_the_including_one),
        cmocka_unit_test(removes_a_key_that_an_environment_sets_to_null),
        cmocka_unit_test(lists_every_topic_once_with_the_platform),
        cmocka_unit_test(keeps_the_place_of_the_value_that_won),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
