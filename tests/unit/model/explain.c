#include "model/explain.h"

#include "support.h"

static const char shop[] =
    HEAD "defaults: { replicas: { min: 3 } }\n"
         "services:\n"
         "  product: { path: ., replicas: { min: 4 } }\n"
         "environments: { production: { services: { product: { replicas: { min: 6 } } } } }\n";

static void shows_the_winner_and_every_loser(void **state)
{
    (void) state;
    Loaded *loaded = loaded_new(shop);
    loaded_read(loaded, "production", NULL);
    assert_clean(loaded);
    Explanation explanation;
    assert_int_equal(
        explain_path(
            loaded->arena, loaded->catalog, STR("product.replicas.min"), &explanation, NULL
        ),
        0
    );
    assert_str(explanation.path, "services.product.replicas.min");
    assert_str(explanation.help, "Replicas at least");
    assert_int_equal(explanation.value->integer, 6);
    assert_int_equal(explanation.source_count, 4);
    assert_str(explanation.sources[0].layer, "environment production");
    assert_int_equal(span_start(explanation.sources[0].span).line, 6);
    assert_int_equal(explanation.sources[1].value->integer, 4);
    assert_int_equal(explanation.sources[2].value->integer, 3);
    assert_str(explanation.sources[2].path, "defaults.replicas.min");
    assert_str(explanation.sources[3].layer, "standard");
    loaded_free(loaded);
}

static void names_the_nearest_path(void **state)
{
    (void) state;
    static const struct {
        const char *asked, *told;
    } paths[] = {
        { "product.replcas", "did you mean \"product.replicas\"?" },
        { "produkt.replicas.min", "did you mean \"product.replicas.min\"?" },
        { "product.replicas.minn", "did you mean \"product.replicas.min\"?" },
        { "servces.product", "did you mean \"services.product\"?" },
        { "services.produc.replicas", "did you mean \"services.product.replicas\"?" },
        { "nothing-like-it", "the catalog has no \"nothing-like-it\"; it has" },
        { "product.qqqqqqqq", "the catalog has no \"product.qqqqqqqq\"" },
    };
    Loaded *loaded = load(shop);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        Error err = ERROR_INIT;
        Explanation explanation;
        int rc = explain_path(
            loaded->arena, loaded->catalog, str_from(paths[i].asked), &explanation, &err
        );
        assert_int_equal(rc, -ENOENT);
        if (!strstr(err.message, paths[i].told)) {
            fail_msg("%s: %s", paths[i].asked, err.message);
        }
    }
    loaded_free(loaded);
}

static void renders_a_line_for_each_source(void **state)
{
    (void) state;
    Loaded *loaded = load(shop);
    Explanation explanation;
    StrBuf out = STRBUF_ON_ARENA(loaded->arena);
    assert_int_equal(
        explain_path(loaded->arena, loaded->catalog, STR("platform"), &explanation, NULL), 0
    );
    explain_render(&out, &explanation);
    assert_non_null(strstr(out.ptr, "platform: shop"));
    assert_non_null(strstr(out.ptr, "slipway.yaml:2:11"));
    loaded_free(loaded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_the_winner_and_every_loser),
        cmocka_unit_test(names_the_nearest_path),
        cmocka_unit_test(renders_a_line_for_each_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
