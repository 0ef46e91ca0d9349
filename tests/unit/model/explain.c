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
    Loaded *loaded = load(shop);
    Error err = ERROR_INIT;
    Explanation explanation;
    assert_int_equal(
        explain_path(loaded->arena, loaded->catalog, STR("product.replcas"), &explanation, &err),
        -ENOENT
    );
    assert_non_null(strstr(err.message, "did you mean"));
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
