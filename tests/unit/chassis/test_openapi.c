#include "openapi.h"
#include "unit.h"

static int handle(Request *req)
{
    (void) req;
    return 0;
}

typedef struct Thing {
    Str id, name;
} Thing;

static const Field thing_fields[] = {
    FIELD_UUID(Thing, id, .readonly = true),
    FIELD_TEXT(Thing, name, .required = true, .max = 9),
    FIELD_END,
};
static const Field query_fields[] = {
    FIELD_TEXTS(Thing, name, .help = "names"),
    FIELD_END,
};

static const Route routes[] = {
    { ON_GET("/things", handle),
      .query = query_fields,
      .response = thing_fields,
      .is_list = true,
      .has_cursor = true },
    { ON_POST("/things", handle),
      .access = ACCESS_USER,
      .body = thing_fields,
      .response = thing_fields,
      .status = 201,
      .is_idempotent = true,
      .summary = "Make one",
      .tag = "things" },
    { ON_GET("/things/{idOrSlug}", handle), .response = thing_fields },
    { ON_PUT("/things/{id}", handle),
      .access = ACCESS_ADMIN,
      .body = thing_fields,
      .is_update = true },
    { ON_GET("/things/{id}/parts/{partId}", handle) },
    ROUTE_END,
};

static Node *document(Arena *arena)
{
    Router *router = router_new(arena);
    for (const Route *route = routes; route->handle; route++) {
        router_add(router, route);
    }
    StrBuf out = STRBUF_ON_ARENA(arena);
    openapi_write(
        &out,
        router,
        &(OpenapiInfo
        ) { .title = STR("thing-service"), .summary = STR("things"), .version = STR("1") }
    );
    Node *root = NULL;
    Error err = ERROR_INIT;
    assert_int_equal(json_read_str(arena, strbuf_str(&out), NULL, &root, &err), 0);
    return root;
}

static Str text_at(const Node *root, const char *pointer)
{
    const Node *node = node_at_pointer(root, str_from(pointer));
    if (!node) {
        fail_msg("nothing at %s", pointer);
    }
    return node->text;
}

static void describes_each_route_by_its_tables(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    const Node *root = document(arena);
    assert_str(text_at(root, "/openapi"), "3.1.0");
    assert_str(text_at(root, "/paths/~1things/post/operationId"), "post_things");
    assert_str(text_at(root, "/paths/~1things/post/summary"), "Make one");
    assert_str(
        text_at(
            root, "/paths/~1things/post/requestBody/content/application~1json/schema/required/0"
        ),
        "name"
    );
    assert_non_null(node_at_pointer(root, STR("/paths/~1things/post/responses/201/content")));
    assert_str(text_at(root, "/paths/~1things/post/parameters/0/name"), "Idempotency-Key");
    assert_str(text_at(root, "/paths/~1things/get/parameters/3/name"), "cursor");
    assert_str(
        text_at(
            root,
            "/paths/~1things/get/responses/200/content/application~1json/schema/properties/data/"
            "items/type"
        ),
        "object"
    );
    assert_null(node_at_pointer(
        root,
        STR("/paths/~1things~1{idOrSlug}/put/requestBody/content/application~1json/schema/required")
    ));
}

static void one_place_is_one_path_with_the_first_name(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    const Node *root = document(arena);
    assert_int_equal(node_at_pointer(root, STR("/paths"))->map.len, 3);
    assert_str(text_at(root, "/paths/~1things~1{idOrSlug}/put/parameters/0/name"), "idOrSlug");
    assert_str(
        text_at(root, "/paths/~1things~1{id}~1parts~1{partId}/get/parameters/1/name"), "partId"
    );
    assert_str(
        text_at(root, "/paths/~1things~1{id}~1parts~1{partId}/get/parameters/1/schema/format"),
        "uuid"
    );
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(describes_each_route_by_its_tables),
        cmocka_unit_test(one_place_is_one_path_with_the_first_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
