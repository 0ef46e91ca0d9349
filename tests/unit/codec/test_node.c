#include "codec/json.h"
#include "codec/node.h"

#include "unit.h"

static Node *parse(Arena *arena, const char *text)
{
    Node *root = NULL;
    Error err = ERROR_INIT;
    if (json_read_str(arena, str_from(text), NULL, &root, &err) != 0) {
        fail_msg("%s: %s", text, err.message);
    }
    return root;
}

static void makes_scalars_with_their_text(void **state)
{
    assert_str(node_new_null(*state)->text, "null");
    assert_str(node_new_bool(*state, true)->text, "true");
    assert_str(node_new_int(*state, INT64_MIN)->text, "-9223372036854775808");
    assert_str(node_new_float(*state, 0.1)->text, "0.1");
    assert_str(node_new_string(*state, STR("x"))->text, "x");
}

static void sets_and_removes_keys_in_document_order(void **state)
{
    Node *map = node_new_map(*state);
    for (int i = 0; i < 20; i++) {
        node_set(*state, map, str_printf(*state, "k%d", i), node_new_int(*state, i));
    }
    node_set(*state, map, STR("k3"), node_new_int(*state, 33));
    assert_int_equal(map->map.len, 20);
    assert_int_equal(map->map.pairs[3].value->integer, 33);
    assert_true(node_remove(map, STR("k0")));
    assert_false(node_remove(map, STR("k0")));
    assert_str(map->map.pairs[0].key->text, "k1");
    assert_int_equal(node_get(map, STR("k19"))->integer, 19);
    assert_null(node_get(map, STR("k0")));
    assert_null(node_get_cstr(node_new_seq(*state), "k0"));
}

static void inserts_and_removes_items_anywhere(void **state)
{
    Node *seq = node_new_seq(*state);
    node_insert(*state, seq, 0, node_new_int(*state, 2));
    node_insert(*state, seq, 0, node_new_int(*state, 1));
    node_insert(*state, seq, 2, node_new_int(*state, 4));
    node_insert(*state, seq, 2, node_new_int(*state, 3));
    assert_true(node_equal(seq, parse(*state, "[1,2,3,4]")));
    node_remove_at(seq, 3);
    node_remove_at(seq, 0);
    assert_true(node_equal(seq, parse(*state, "[2,3]")));
}

static void equality_ignores_the_order_of_keys_only(void **state)
{
    Node *a = parse(*state, "{\"a\":1,\"b\":[1,2],\"c\":null}");
    assert_true(node_equal(a, parse(*state, "{\"c\":null,\"b\":[1,2],\"a\":1}")));
    assert_false(node_equal(a, parse(*state, "{\"c\":null,\"b\":[2,1],\"a\":1}")));
    assert_false(node_equal(a, parse(*state, "{\"c\":null,\"b\":[1,2]}")));
    assert_false(node_equal(a, parse(*state, "{\"c\":null,\"b\":[1,2],\"d\":1}")));
    assert_false(node_equal(parse(*state, "1"), parse(*state, "\"1\"")));
    assert_false(node_equal(a, NULL));
}

static Node *numbered_map(Arena *arena, int from, int to)
{
    Node *map = node_new_map(arena);
    for (int i = from; i != to; i += from < to ? 1 : -1) {
        node_set(arena, map, str_printf(arena, "key%d", i), node_new_int(arena, i));
    }
    return map;
}

static void compares_large_maps_in_any_order(void **state)
{
    Node *up = numbered_map(*state, 1, 101);
    Node *down = numbered_map(*state, 100, 0);
    assert_true(node_equal(up, down));
    node_set(*state, down, STR("key50"), node_new_int(*state, 0));
    assert_false(node_equal(up, down));
}

static void a_copy_shares_nothing_that_changes(void **state)
{
    Node *original = parse(*state, "{\"a\":{\"b\":[1,{\"c\":2}]}}");
    node_extras(*state, original)->comments.head = STR("# kept");
    Node *copy = node_copy(*state, original);
    assert_true(node_equal(original, copy));
    assert_str(node_comments(copy).head, "# kept");
    assert_int_equal(copy->span.end, original->span.end);
    copy->extras->comments.head = STR("");
    node_set(*state, node_at_path(copy, STR("a.b[1]")), STR("c"), node_new_int(*state, 3));
    assert_int_equal(node_at_path(original, STR("a.b[1].c"))->integer, 2);
    assert_str(node_comments(original).head, "# kept");
}

static void finds_places_by_dotted_path(void **state)
{
    Node *root = parse(
        *state,
        "{\"services\":{\"web-1\":{\"ports\":[80,{\"http\":8080}]}},\"env\":{\"A.B\":1,\"q\\\"\":2}"
        "}"
    );
    assert_ptr_equal(node_at_path(root, STR("")), root);
    assert_int_equal(node_at_path(root, STR("services.web-1.ports[0]"))->integer, 80);
    assert_int_equal(node_at_path(root, STR("services.web-1.ports[1].http"))->integer, 8080);
    assert_int_equal(node_at_path(root, STR("env.\"A.B\""))->integer, 1);
    assert_int_equal(node_at_path(root, STR("env.\"q\\\"\""))->integer, 2);
}

static void refuses_paths_that_lead_nowhere(void **state)
{
    Node *root = parse(*state, "{\"a\":[1],\"\":2}");
    const char *paths[] = { "b",     "a.b", "a[1]", "a[01]", "a[-1]",
                            "a[",    "a[]", "a[0",  "a[0]b", "a..b",
                            ".a",    "a.",  "\"a",  "[0]",   "a[99999999999999999999]",
                            "\"a\"b" };
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        if (node_at_path(root, str_from(paths[i]))) {
            fail_msg("found something at %s", paths[i]);
        }
    }
}

/* The examples of RFC 6901 section 5. */
static void resolves_the_json_pointers_of_the_standard(void **state)
{
    Node *root = parse(
        *state,
        "{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,\"i\\\\j\":5,"
        "\"k\\\"l\":6,\" \":7,\"m~n\":8}"
    );
    assert_ptr_equal(node_at_pointer(root, STR("")), root);
    assert_int_equal(node_at_pointer(root, STR("/foo"))->seq.len, 2);
    assert_str(node_at_pointer(root, STR("/foo/0"))->text, "bar");
    const char *pointers[] = {
        "/", "/a~1b", "/c%d", "/e^f", "/g|h", "/i\\j", "/k\"l", "/ ", "/m~0n"
    };
    for (int i = 0; i < 9; i++) {
        assert_int_equal(node_at_pointer(root, str_from(pointers[i]))->integer, i);
    }
}

static void refuses_json_pointers_that_lead_nowhere(void **state)
{
    Node *root = parse(*state, "{\"a\":[1],\"m~n\":8}");
    const char *pointers[] = { "a",     "/b",   "/a/1",  "/a/-", "/a/00",
                               "/a/0/", "/m~n", "/m~2n", "/m~",  "/a/+0" };
    for (size_t i = 0; i < sizeof(pointers) / sizeof(pointers[0]); i++) {
        if (node_at_pointer(root, str_from(pointers[i]))) {
            fail_msg("found something at %s", pointers[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(makes_scalars_with_their_text),
        arena_test(sets_and_removes_keys_in_document_order),
        arena_test(inserts_and_removes_items_anywhere),
        arena_test(equality_ignores_the_order_of_keys_only),
        arena_test(compares_large_maps_in_any_order),
        arena_test(a_copy_shares_nothing_that_changes),
        arena_test(finds_places_by_dotted_path),
        arena_test(refuses_paths_that_lead_nowhere),
        arena_test(resolves_the_json_pointers_of_the_standard),
        arena_test(refuses_json_pointers_that_lead_nowhere),
    };
    return cmocka_run_group_tests_name("node", tests, NULL, NULL);
}
