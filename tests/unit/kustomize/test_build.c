/* Whole builds of small trees: what is said of mistakes, what is warned of, what is refused, and
 * where values come from. That the output is kustomize's is tests/integration/kustomize's matter. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fs.h"
#include "base/path.h"

#include "kustomize/kustomize.h"

typedef struct Fixture {
    Arena *arena;
    char root[64];
    DiagList diags;
    KustomizeResult result;
} Fixture;

#define DEPLOYMENT                                                                            \
    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 1\n  " \
    "template:\n    spec:\n"                                                                  \
    "      containers:\n      - name: main\n        image: nginx:1\n"

static void put(Fixture *f, const char *path, const char *text)
{
    char *full = arena_printf(f->arena, "%s/%s", f->root, path);
    Str folder = path_dir(str_from(full));
    assert_int_equal(fs_make_dirs(str_to_cstr(f->arena, folder), 0755, NULL), 0);
    assert_int_equal(fs_write_atomic(full, str_from(text), 0644, NULL), 0);
}

static int build_with(Fixture *f, const char *directory, const Map *sources)
{
    f->diags = (DiagList) DIAG_LIST(f->arena);
    KustomizeOptions options = { .order = KUSTOMIZE_ORDER_NONE, .sources = sources };
    Str path = str_from(arena_printf(f->arena, "%s/%s", f->root, directory));
    return kustomize_build(f->arena, path, &options, &f->result, &f->diags);
}

static int build(Fixture *f, const char *directory)
{
    return build_with(f, directory, NULL);
}

static const Diag *find_diag(const Fixture *f, const char *rule, const char *text)
{
    for (size_t i = 0; i < f->diags.diags.len; i++) {
        const Diag *diag = &f->diags.diags.ptr[i];
        if (str_eq_cstr(diag->rule, rule) && str_find(diag->message, str_from(text)) != STR_NONE) {
            return diag;
        }
    }
    StrBuf shown = STRBUF_ON_ARENA(f->arena);
    diag_render(&shown, &f->diags, &(DiagStyle) { 0 });
    fail_msg("no %s with \"%s\" in:\n%s", rule, text, shown.ptr ? shown.ptr : "");
    return NULL;
}

static void assert_at(const Diag *diag, const char *file, uint32_t line, uint32_t column)
{
    assert_true(str_has_suffix(diag->span.source->path, str_from(file)));
    Position position = span_start(diag->span);
    assert_int_equal(position.line, line);
    assert_int_equal(position.column, column);
}

static Str output(Fixture *f)
{
    StrBuf text = STRBUF_ON_ARENA(f->arena);
    kustomize_write(&text, &f->result);
    return strbuf_str(&text);
}

static Str findings(Fixture *f)
{
    StrBuf text = STRBUF_ON_ARENA(f->arena);
    diag_render(&text, &f->diags, &(DiagStyle) { 0 });
    return str_dup(f->arena, strbuf_str(&text));
}

static int set_up(void **state)
{
    static Fixture fixture;
    fixture = (Fixture) { .arena = arena_new(0) };
    (void) snprintf(fixture.root, sizeof fixture.root, "/tmp/slipway-kustomize-XXXXXX");
    *state = &fixture;
    return mkdtemp(fixture.root) ? 0 : -1;
}

static int tear_down(void **state)
{
    Fixture *f = *state;
    (void) fs_remove_tree(f->root, NULL);
    arena_free(f->arena);
    return 0;
}

/* --- mistakes --------------------------------------------------------------------------------- */

static void names_the_place_and_the_nearest_field_of_a_typo(void **state)
{
    Fixture *f = *state;
    put(f, "kustomization.yaml", "resources: []\nnamePrefx: x-\n");
    assert_int_equal(build(f, "."), -EINVAL);
    const Diag *diag = find_diag(f, "KZ001", "unknown field \"namePrefx\"");
    assert_at(diag, "kustomization.yaml", 2, 1);
    assert_true(str_find(diag->hint, STR("namePrefix")) != STR_NONE);
}

static void tells_several_mistakes_at_once(void **state)
{
    Fixture *f = *state;
    put(f,
        "kustomization.yaml",
        "resources:\n- missing.yaml\n- bad.yaml\n- web.yaml\n- other.yaml\n");
    put(f, "bad.yaml", "kind: ConfigMap\nmetadata: {}\n");
    put(f, "web.yaml", DEPLOYMENT);
    put(f, "other.yaml", "a: b: c\n");
    assert_int_equal(build(f, "."), -EINVAL);
    assert_at(find_diag(f, "KZ002", "missing.yaml"), "kustomization.yaml", 2, 3);
    assert_at(find_diag(f, "KZ003", "missing metadata.name"), "bad.yaml", 1, 1);
    assert_at(find_diag(f, "Y1001", "mapping values"), "other.yaml", 1, 5);
}

static void shows_the_chain_of_kustomizations(void **state)
{
    Fixture *f = *state;
    put(f, "top/kustomization.yaml", "resources:\n- ../base\n");
    put(f, "base/kustomization.yaml", "resources:\n- web.yaml\n");
    put(f, "base/web.yaml", "kind: ConfigMap\n");
    assert_int_equal(build(f, "top"), -EINVAL);
    const Diag *diag = find_diag(f, "KZ003", "missing metadata.name");
    assert_int_equal(diag->related.len, 2);
    assert_true(
        str_has_suffix(diag->related.ptr[0].span.source->path, STR("base/kustomization.yaml"))
    );
    assert_true(
        str_has_suffix(diag->related.ptr[1].span.source->path, STR("top/kustomization.yaml"))
    );
}

static void names_the_nearest_target_of_a_patch(void **state)
{
    Fixture *f = *state;
    put(f, "kustomization.yaml", "resources: [web.yaml]\npatches:\n- path: patch.yaml\n");
    put(f, "web.yaml", DEPLOYMENT);
    put(f, "patch.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: wbe\n");
    assert_int_equal(build(f, "."), -EINVAL);
    const Diag *diag = find_diag(f, "KZ004", "no matches for Id Deployment.v1.apps/wbe.[noNs]");
    assert_at(diag, "patch.yaml", 1, 1);
    assert_true(str_find(diag->hint, STR("\"web\"")) != STR_NONE);
}

static void tells_where_an_operation_fails(void **state)
{
    Fixture *f = *state;
    put(f,
        "kustomization.yaml",
        "resources: [web.yaml]\npatches:\n- path: ops.yaml\n  target: {kind: Deployment}\n");
    put(f, "web.yaml", DEPLOYMENT);
    put(f, "ops.yaml", "- op: replace\n  path: /spec/nothing/here\n  value: 1\n");
    assert_int_equal(build(f, "."), -EINVAL);
    assert_at(find_diag(f, "KZ004", "doc is missing path"), "ops.yaml", 2, 9);
}

static void places_mistakes_of_inline_patches_in_their_file(void **state)
{
    Fixture *f = *state;
    put(f,
        "kustomization.yaml",
        "resources: [web.yaml]\npatches:\n- target: {kind: Deployment}\n  patch: |-\n    - op: "
        "replace\n"
        "      path: /spec/nothing/here\n      value: 1\n");
    put(f, "web.yaml", DEPLOYMENT);
    assert_int_equal(build(f, "."), -EINVAL);
    assert_at(find_diag(f, "KZ004", "doc is missing path"), "kustomization.yaml", 6, 13);
}

static void refuses_two_resources_of_one_id(void **state)
{
    Fixture *f = *state;
    put(f, "kustomization.yaml", "resources: [a.yaml, b.yaml]\n");
    put(f, "a.yaml", DEPLOYMENT);
    put(f, "b.yaml", DEPLOYMENT);
    assert_int_equal(build(f, "."), -EINVAL);
    const Diag *diag = find_diag(f, "KZ006", "already registered id");
    assert_at(diag, "b.yaml", 1, 1);
    assert_true(str_has_suffix(vec_last(&diag->related)->span.source->path, STR("a.yaml")));
}

/* --- warnings that kustomize doesn't give ------------------------------------------------------ */

static void warns_of_what_matches_nothing(void **state)
{
    Fixture *f = *state;
    put(f,
        "kustomization.yaml",
        "resources: [web.yaml]\nimages:\n- name: ngnix\n  newTag: '2'\npatches:\n- target: {kind: "
        "Job}\n"
        "  patch: '[{\"op\": \"remove\", \"path\": \"/x\"}]'\nreplacements:\n- sourceValue: a\n  "
        "targets:\n"
        "  - select: {kind: Job}\n    fieldPaths: [metadata.name]\n");
    put(f, "web.yaml", DEPLOYMENT);
    assert_int_equal(build(f, "."), 0);
    assert_at(find_diag(f, "KZ102", "ngnix"), "kustomization.yaml", 3, 3);
    assert_at(find_diag(f, "KZ101", "selects no resource"), "kustomization.yaml", 6, 11);
    assert_at(find_diag(f, "KZ104", "selects no resource"), "kustomization.yaml", 11, 5);
}

static void warns_of_an_overwritten_key_and_a_changed_selector(void **state)
{
    Fixture *f = *state;
    put(f,
        "base/kustomization.yaml",
        "resources: [web.yaml]\nconfigMapGenerator:\n- name: c\n  literals: [a=1]\n");
    put(f,
        "base/web.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector:\n    "
        "matchLabels: {app: web}\n");
    put(f,
        "top/kustomization.yaml",
        "resources: [../base]\nlabels:\n- pairs: {x: z}\n  includeSelectors: "
        "true\nconfigMapGenerator:\n- name: c\n"
        "  behavior: merge\n  literals: [a=2]\n");
    assert_int_equal(build(f, "top"), 0);
    assert_at(
        find_diag(f, "KZ105", "\"a\" of ConfigMap/c is overwritten"),
        "top/kustomization.yaml",
        8,
        14
    );
    assert_at(find_diag(f, "KZ106", "Deployment/web"), "top/kustomization.yaml", 3, 10);
}

static void tells_deprecated_fields(void **state)
{
    Fixture *f = *state;
    put(f, "kustomization.yaml", "bases: [base]\n");
    put(f, "base/kustomization.yaml", "resources: [web.yaml]\n");
    put(f, "base/web.yaml", DEPLOYMENT);
    assert_int_equal(build(f, "."), 0);
    assert_at(
        find_diag(f, "KZ901", "'bases' is deprecated. Please use 'resources' instead."),
        "kustomization.yaml",
        1,
        8
    );
}

/* --- safety ----------------------------------------------------------------------------------- */

static void refuses_cycles(void **state)
{
    Fixture *f = *state;
    put(f, "a/kustomization.yaml", "resources: [../b]\n");
    put(f, "b/kustomization.yaml", "resources: [../a]\n");
    assert_int_equal(build(f, "a"), -EINVAL);
    assert_at(find_diag(f, "KZ002", "cycle detected"), "b/kustomization.yaml", 1, 13);
}

static void refuses_files_outside_of_the_root(void **state)
{
    Fixture *f = *state;
    put(f, "secret.yaml", DEPLOYMENT);
    put(f, "top/kustomization.yaml", "resources: [link.yaml, ../secret.yaml]\n");
    assert_int_equal(
        symlink("../secret.yaml", arena_printf(f->arena, "%s/top/link.yaml", f->root)), 0
    );
    assert_int_equal(build(f, "top"), -EINVAL);
    assert_at(
        find_diag(f, "KZ002", "link.yaml' is not in or below"), "top/kustomization.yaml", 1, 13
    );
    assert_at(
        find_diag(f, "KZ002", "secret.yaml' is not in or below"), "top/kustomization.yaml", 1, 24
    );
}

/* By its real path, as somebody has it who looked through the tree. */
static void read_before(Fixture *f, Map *sources, const char *path)
{
    const char *full = arena_printf(f->arena, "%s/%s", f->root, path);
    Str real, text;
    assert_int_equal(fs_real_path(f->arena, full, &real, NULL), 0);
    assert_int_equal(fs_read(f->arena, full, 1 << 20, &text, NULL), 0);
    map_set(sources, real, source_new(f->arena, str_from(full), text));
}

static void put_link_and_bases(Fixture *f)
{
    put(f, "a/kustomization.yaml", "resources: [web.yaml]\nnamePrefix: a-\n");
    put(f, "a/web.yaml", DEPLOYMENT);
    put(f, "b/Kustomization", "resources: [web.yaml]\nnamePrefix: b-\n");
    put(f, "b/web.yaml", DEPLOYMENT);
    put(f, "top/kustomization.yaml", "resources: [../a, ../link]\n");
    put(f, "bad/kustomization.yaml", "configMapGenerator:\n- name: c\n  files: [below]\n");
    put(f, "bad/below/kustomization.yaml", "resources: []\n");
    assert_int_equal(symlink("b", arena_printf(f->arena, "%s/link", f->root)), 0);
}

static void builds_the_same_of_files_that_were_read_before(void **state)
{
    static const char *const paths[] = {
        "a/kustomization.yaml",        "a/web.yaml", "b/Kustomization",
        "top/kustomization.yaml",      "b/web.yaml", "bad/kustomization.yaml",
        "bad/below/kustomization.yaml"
    };
    Fixture *f = *state;
    Map sources = MAP_ON_ARENA(f->arena);
    put_link_and_bases(f);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        read_before(f, &sources, paths[i]);
    }
    assert_int_equal(build(f, "top"), 0);
    Str fresh = output(f);
    assert_true(str_find(fresh, STR("name: a-web")) != STR_NONE);
    assert_true(str_find(fresh, STR("name: b-web")) != STR_NONE);
    assert_int_equal(build_with(f, "top", &sources), 0);
    assert_string_equal(str_to_cstr(f->arena, output(f)), str_to_cstr(f->arena, fresh));
    assert_int_equal(build(f, "bad"), -EINVAL);
    (void) find_diag(f, "KZ002", "must resolve to a file");
    Str said = findings(f);
    assert_int_equal(build_with(f, "bad", &sources), -EINVAL);
    assert_string_equal(str_to_cstr(f->arena, findings(f)), str_to_cstr(f->arena, said));
}

static void refuses_deep_nesting_and_growing_aliases(void **state)
{
    Fixture *f = *state;
    for (int i = 0; i < 520; i++) {
        char path[64], text[64];
        (void) snprintf(path, sizeof path, "d%d/kustomization.yaml", i);
        (void) snprintf(text, sizeof text, "resources: [../d%d]\n", i + 1);
        put(f, path, text);
    }
    assert_int_equal(build(f, "d0"), -EINVAL);
    (void) find_diag(f, "KZ002", "kustomizations nested");
    StrBuf text = STRBUF_ON_ARENA(f->arena);
    strbuf_add_cstr(&text, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 10; i++) {
        strbuf_addf(
            &text,
            "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n",
            i,
            i,
            i - 1,
            i - 1,
            i - 1,
            i - 1,
            i - 1,
            i - 1,
            i - 1,
            i - 1
        );
    }
    put(f, "laughs/kustomization.yaml", "resources: [bomb.yaml]\n");
    put(f, "laughs/bomb.yaml", text.ptr);
    assert_int_equal(build(f, "laughs"), -EINVAL);
    (void) find_diag(f, "Y1003", "values");
}

static void refuses_what_would_have_to_be_fetched_or_run(void **state)
{
    Fixture *f = *state;
    put(f,
        "kustomization.yaml",
        "resources:\n- github.com/acme/x?ref=v1\n- https://example.com/a.yaml\ntransformers:\n- "
        "|-\n  apiVersion: v1\n"
        "  kind: Own\n  metadata: {name: x}\n");
    assert_int_equal(build(f, "."), -EINVAL);
    assert_at(find_diag(f, "KZ007", "github.com/acme/x"), "kustomization.yaml", 2, 3);
    assert_at(find_diag(f, "KZ007", "example.com"), "kustomization.yaml", 3, 3);
    put(f, "helm/kustomization.yaml", "helmCharts:\n- name: x\n");
    assert_int_equal(build(f, "helm"), -EINVAL);
    assert_at(find_diag(f, "KZ007", "helmCharts"), "helm/kustomization.yaml", 2, 1);
    put(f,
        "plugin/kustomization.yaml",
        "transformers:\n- |-\n  apiVersion: v1\n  kind: Own\n  metadata: {name: x}\n");
    assert_int_equal(build(f, "plugin"), -EINVAL);
    (void) find_diag(f, "KZ007", "external plugin 'Own'");
}

static void says_when_there_is_nothing_to_build(void **state)
{
    Fixture *f = *state;
    assert_int_equal(build(f, "nowhere"), -EINVAL);
    (void) find_diag(f, "KZ002", "doesn't exist");
    put(f, "-/kustomization.yaml", "{}\n");
    assert_int_equal(build(f, "-"), -EINVAL);
    (void) find_diag(f, "KZ001", "kustomization.yaml is empty");
}

/* --- origins ---------------------------------------------------------------------------------- */

static void explains_which_line_set_a_value(void **state)
{
    Fixture *f = *state;
    put(f, "base/kustomization.yaml", "resources: [web.yaml]\n");
    put(f, "base/web.yaml", DEPLOYMENT);
    put(f,
        "top/kustomization.yaml",
        "resources: [../base]\nnamePrefix: p-\nimages:\n- name: nginx\n  newTag: '2'\npatches:\n- "
        "path: patch.yaml\n");
    put(f,
        "top/patch.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 3\n");
    assert_int_equal(build(f, "top"), 0);
    StrBuf text = STRBUF_ON_ARENA(f->arena);
    assert_int_equal(
        kustomize_explain(&text, &f->result, STR("Deployment/p-web:spec.replicas"), NULL), 0
    );
    assert_non_null(strstr(text.ptr, "spec.replicas = 3"));
    assert_non_null(strstr(text.ptr, "patch.yaml:6:13"));
    assert_null(strstr(text.ptr, "images"));
    strbuf_clear(&text);
    assert_int_equal(
        kustomize_explain(
            &text, &f->result, STR("Deployment/p-web:spec.template.spec.containers[0].image"), NULL
        ),
        0
    );
    assert_non_null(strstr(text.ptr, "images"));
    Error err = ERROR_INIT;
    assert_int_equal(kustomize_explain(&text, &f->result, STR("Deployment/p-wbe"), &err), -ENOENT);
    assert_non_null(strstr(err.message, "Deployment/p-web"));
}

static void keeps_the_spans_of_values_to_the_output(void **state)
{
    Fixture *f = *state;
    put(f, "kustomization.yaml", "resources: [web.yaml]\nnamespace: prod\n");
    put(f, "web.yaml", DEPLOYMENT);
    assert_int_equal(build(f, "."), 0);
    const Node *root = f->result.resources[0].node;
    Position ns = span_start(node_at_path(root, STR("metadata.namespace"))->span);
    assert_int_equal(ns.line, 2);
    assert_int_equal(ns.column, 12);
    Position image =
        span_start(node_at_path(root, STR("spec.template.spec.containers[0].image"))->span);
    assert_int_equal(image.line, 11);
}

static void gives_merge_directives_their_meaning(void **state)
{
    Fixture *f = *state;
    put(f, "kustomization.yaml", "resources: [web.yaml]\npatches:\n- path: patch.yaml\n");
    put(f,
        "web.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  finalizers: [a, "
        "b]\nspec:\n  strategy:\n"
        "    type: RollingUpdate\n    rollingUpdate: {maxSurge: 1}\n  template:\n    spec:\n      "
        "containers:\n"
        "      - name: x\n      - name: y\n");
    put(f,
        "patch.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  "
        "$deleteFromPrimitiveList/finalizers: [a]\n"
        "spec:\n  strategy:\n    $retainKeys: [type]\n    type: Recreate\n  template:\n    spec:\n"
        "      $setElementOrder/containers:\n      - name: y\n      - name: x\n      containers:\n "
        "     - name: x\n"
        "        image: i\n");
    assert_int_equal(build(f, "."), 0);
    static const char expected[] = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  "
                                   "finalizers:\n  - b\n  name: web\nspec:\n  strategy:\n"
                                   "    type: Recreate\n  template:\n    spec:\n      "
                                   "containers:\n      - name: \"y\"\n      - image: i\n"
                                   "        name: x\n";
    assert_string_equal(str_to_cstr(f->arena, output(f)), expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        CASE(names_the_place_and_the_nearest_field_of_a_typo),
        CASE(tells_several_mistakes_at_once),
        CASE(shows_the_chain_of_kustomizations),
        CASE(names_the_nearest_target_of_a_patch),
        CASE(tells_where_an_operation_fails),
        CASE(places_mistakes_of_inline_patches_in_their_file),
        CASE(refuses_two_resources_of_one_id),
        CASE(warns_of_what_matches_nothing),
        CASE(warns_of_an_overwritten_key_and_a_changed_selector),
        CASE(tells_deprecated_fields),
        CASE(refuses_cycles),
        CASE(refuses_files_outside_of_the_root),
        CASE(builds_the_same_of_files_that_were_read_before),
        CASE(refuses_deep_nesting_and_growing_aliases),
        CASE(refuses_what_would_have_to_be_fetched_or_run),
        CASE(says_when_there_is_nothing_to_build),
        CASE(explains_which_line_set_a_value),
        CASE(keeps_the_spans_of_values_to_the_output),
        CASE(gives_merge_directives_their_meaning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
