#include "base/mem.h"

#include "support.h"

/* Loads, and expects the finding `rule` at line:column with a text in its message. */
static void expect(const char *text, const char *rule, unsigned line, const char *message)
{
    Loaded *loaded = load(text);
    const Diag *diag = finding(loaded, rule);
    if (!diag) {
        StrBuf out = STRBUF_ON_ARENA(loaded->arena);
        diag_render(&out, &loaded->diags, &(DiagStyle) { 0 });
        fail_msg("no %s; there is: %s", rule, out.ptr ? out.ptr : "nothing");
    }
    assert_int_equal(span_start(diag->span).line, line);
    if (str_find(diag->message, str_from(message)) == STR_NONE) {
        fail_msg("\"%.*s\" does not say \"%s\"", STR_ARG(diag->message), message);
    }
    loaded_free(loaded);
}

static void names_the_nearest_key_for_a_typo(void **state)
{
    (void) state;
    Loaded *loaded = load(HEAD "services:\n  web: { path: ., prots: { http: 1 } }\n");
    const Diag *diag = finding(loaded, "D1001");
    assert_non_null(diag);
    assert_int_equal(span_start(diag->span).line, 4);
    assert_int_equal(span_start(diag->span).column, 19);
    assert_true(str_find(diag->hint, STR("ports")) != STR_NONE);
    loaded_free(loaded);
}

static void reports_every_mistake_at_once(void **state)
{
    (void) state;
    Loaded *loaded = load("slipway: 2\nplatfrom: shop\nservices:\n  web: { path: ., ports: { http: "
                          "99999 }, needs: [nothing] }\n");
    assert_int_equal(loaded->rc, -EINVAL);
    assert_non_null(finding(loaded, "D1001")); /* platfrom */
    assert_non_null(finding(loaded, "D1003")); /* platform is missing */
    assert_non_null(finding(loaded, "D1004")); /* version and port */
    assert_non_null(finding(loaded, "C1001")); /* nothing */
    loaded_free(loaded);
}

static void refuses_a_need_that_does_not_exist(void **state)
{
    (void) state;
    expect(
        HEAD "resources: { postgres: { kind: postgres } }\nservices: { web: { path: ., needs: "
             "[postgers] } }\n",
        "C1001",
        4,
        "postgers"
    );
}

static void refuses_a_registry_or_tag_that_no_image_can_have(void **state)
{
    (void) state;
    static const char *const registries[] = {
        "https://ghcr.io/shop", "ghcr.io/Shop", "ghcr.io/a b", "ghcr.io/"
    };
    static const char *const tags[] = { "1.0:2", "-1", "v 1", "a/b" };
    for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
        char text[512];
        snprintf(text, sizeof text, HEAD "registry: \"%s\"\ntag: v1.0_x-y\n", registries[i]);
        expect(text, "D1006", 3, "a host");
        snprintf(
            text, sizeof text, HEAD "registry: localhost:5000/shop__a/b-c.d\ntag: \"%s\"\n", tags[i]
        );
        expect(text, "D1006", 4, "an image tag");
    }
}

static void shows_the_circle_of_needs(void **state)
{
    (void) state;
    expect(
        HEAD "services:\n  a: { path: ., needs: [b] }\n  b: { path: ., needs: [c] }\n  c: { path: "
             "., needs: [a] }\n",
        "C1002",
        6,
        "a -> b -> c -> a"
    );
}

static void refuses_one_name_for_two_things(void **state)
{
    (void) state;
    expect(
        HEAD "resources: { web: { kind: redis } }\nservices: { web: { path: . } }\n",
        "C1003",
        4,
        "web"
    );
}

static void refuses_a_port_taken_twice(void **state)
{
    (void) state;
    expect(
        HEAD
        "services:\n  a: { path: ., ports: { http: 80 } }\n  b: { path: ., ports: { http: 80 } }\n",
        "C1004",
        5,
        "80"
    );
}

static void refuses_a_port_that_a_standard_resource_uses(void **state)
{
    (void) state;
    expect(
        HEAD "resources: { redis: { kind: redis } }\nservices:\n  a: { path: ., ports: { http: "
             "6379 } }\n",
        "C1004",
        5,
        "redis.redis"
    );
}

static void refuses_an_unknown_placeholder(void **state)
{
    (void) state;
    expect(
        HEAD "services:\n  a: { path: ., ports: { http: 80 }, env: { URL: \"{ports.htp}\" } }\n",
        "C1005",
        4,
        "ports.htp"
    );
}

static void refuses_a_service_without_its_folder(void **state)
{
    (void) state;
    expect(HEAD "services:\n  a: { path: nowhere }\n", "C1008", 4, "nowhere");
    expect(HEAD "services:\n  a: { path: nowhere, command: [true] }\n", "C1008", 4, "nowhere");
}

static void accepts_a_planned_service_without_its_folder(void **state)
{
    (void) state;
    Loaded *loaded = load(HEAD "services:\n  a: { planned: true }\n");
    assert_clean(loaded);
    loaded_free(loaded);
}

static void refuses_a_need_that_has_engine_none(void **state)
{
    (void) state;
    expect(
        HEAD "resources: { redis: { kind: redis, engine: none } }\nservices: { a: { path: ., "
             "needs: [redis] } }\n",
        "C1017",
        4,
        "engine none"
    );
}

static void refuses_bad_quantities(void **state)
{
    (void) state;
    expect(HEAD "services: { a: { path: ., resources: { cpu: lots } } }\n", "D1004", 3, "lots");
}

static void refuses_replicas_upside_down(void **state)
{
    (void) state;
    expect(HEAD "services: { a: { path: ., replicas: { min: 5, max: 2 } } }\n", "C1010", 3, "5");
}

static void refuses_a_file_that_includes_itself(void **state)
{
    (void) state;
    expect("include: slipway.yaml\n" HEAD, "C1011", 1, "includes itself");
}

static void finds_mistakes_in_environments_that_are_not_merged(void **state)
{
    (void) state;
    expect(
        HEAD
        "environments: { staging: { services: { a: { planned: true, replicsa: { min: 1 } } } } }\n",
        "D1001",
        3,
        "replicsa"
    );
}

static void names_the_nearest_environment(void **state)
{
    (void) state;
    Loaded *loaded = loaded_new(HEAD "environments: { staging: {} }\n");
    loaded_read(loaded, "stagign", NULL);
    assert_int_equal(loaded->rc, -EINVAL);
    assert_non_null(strstr(loaded->err.message, "did you mean \"staging\""));
    loaded_free(loaded);
}

static void refuses_a_binary_file(void **state)
{
    (void) state;
    Loaded *loaded = loaded_new("slipway: 1\nplatform: \x01\x02\xff\n");
    loaded_read(loaded, NULL, NULL);
    assert_int_equal(loaded->rc, -EINVAL);
    assert_true(diag_count(&loaded->diags, SEVERITY_ERROR) > 0);
    loaded_free(loaded);
}

static void refuses_a_document_nested_too_deep(void **state)
{
    (void) state;
    Arena *arena = arena_new(0);
    StrBuf text = STRBUF_ON_ARENA(arena);
    strbuf_add_cstr(&text, HEAD "x-deep: ");
    strbuf_add_repeat(&text, '[', 5000);
    strbuf_add_repeat(&text, ']', 5000);
    Loaded *loaded = load(text.ptr);
    assert_int_equal(loaded->rc, -EINVAL);
    loaded_free(loaded);
    arena_free(arena);
}

static void says_where_it_looked_when_there_is_no_catalog(void **state)
{
    (void) state;
    Loaded *loaded = loaded_new(HEAD);
    fs_remove_tree(loaded->directory, NULL);
    loaded_read(loaded, NULL, NULL);
    assert_int_equal(loaded->rc, -ENOENT);
    assert_non_null(strstr(loaded->err.message, "no slipway.yaml"));
    loaded_free(loaded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_the_nearest_key_for_a_typo),
        cmocka_unit_test(reports_every_mistake_at_once),
        cmocka_unit_test(refuses_a_need_that_does_not_exist),
        cmocka_unit_test(refuses_a_registry_or_tag_that_no_image_can_have),
        cmocka_unit_test(shows_the_circle_of_needs),
        cmocka_unit_test(refuses_one_name_for_two_things),
        cmocka_unit_test(refuses_a_port_taken_twice),
        cmocka_unit_test(refuses_a_port_that_a_standard_resource_uses),
        cmocka_unit_test(refuses_an_unknown_placeholder),
        cmocka_unit_test(refuses_a_service_without_its_folder),
        cmocka_unit_test(accepts_a_planned_service_without_its_folder),
        cmocka_unit_test(refuses_a_need_that_has_engine_none),
        cmocka_unit_test(refuses_bad_quantities),
        cmocka_unit_test(refuses_replicas_upside_down),
        cmocka_unit_test(refuses_a_file_that_includes_itself),
        cmocka_unit_test(finds_mistakes_in_environments_that_are_not_merged),
        cmocka_unit_test(names_the_nearest_environment),
        cmocka_unit_test(refuses_a_binary_file),
        cmocka_unit_test(refuses_a_document_nested_too_deep),
        cmocka_unit_test(says_where_it_looked_when_there_is_no_catalog),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
