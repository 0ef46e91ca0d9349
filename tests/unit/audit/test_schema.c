/* The table of the Kubernetes API: whole, sorted, and read right for each version. */
#include "base/map.h"
#include "codec/yaml.h"

#include "audit/schema/quantity.h"
#include "audit/schema/table.h"
#include "audit/schema/validate.h"
#include "unit.h"

static Node *read_one(Arena *arena, const char *text)
{
    Node *root = NULL;
    DiagList diags = DIAG_LIST(arena);
    Source *source = source_new(arena, STR("test.yaml"), str_from(text));
    assert_int_equal(yaml_read_one(arena, source, &(YamlOptions) { 0 }, &root, &diags), 0);
    return root;
}

/* The messages, one a line. */
static StrBuf validate(Arena *arena, unsigned minor, const char *text)
{
    Node *object = read_one(arena, text);
    Api *api = api_new(arena, minor);
    const ApiType *type = api_type(
        api, node_get_cstr(object, "apiVersion")->text, node_get_cstr(object, "kind")->text
    );
    assert_non_null(type);
    ApiProblems problems = { 0 };
    api_validate(api, type, object, &problems);
    StrBuf out = STRBUF_INIT;
    vec_foreach(problem, &problems) {
        strbuf_addf(
            &out, "%" STR_FMT " (%" STR_FMT ")\n", STR_ARG(problem->message), STR_ARG(problem->hint)
        );
    }
    return out;
}

/* --- the table -------------------------------------------------------------------------------- */

static void assert_sorted(const char *const *rows, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        size_t a = strcspn(rows[i - 1], " ");
        size_t b = strcspn(rows[i], " ");
        assert_true(str_cmp(str_make(rows[i - 1], a), str_make(rows[i], b)) < 0);
    }
    assert_null(rows[count]);
}

static void rows_are_sorted(void **state)
{
    (void) state;
    assert_sorted(api_kinds, api_kind_count);
    assert_sorted(api_types, api_type_count);
}

static void walk_shape(Api *api, const ApiType *owner, ApiShape *shape, Map *seen);

static void walk_type(Api *api, const ApiType *type, Map *seen)
{
    assert_true(type->len > 0);
    if (map_set(seen, type->name, api)) {
        return;
    }
    for (size_t i = 0; i < type->len; i++) {
        assert_true(i == 0 || str_cmp(type->fields[i - 1].name, type->fields[i].name) < 0);
        walk_shape(api, type, &type->fields[i].shape, seen);
    }
}

static void walk_shape(Api *api, const ApiType *owner, ApiShape *shape, Map *seen)
{
    if (shape->kind == API_OBJECT) {
        walk_type(api, api_shape_type(api, owner, shape), seen);
    } else if (shape->kind == API_LIST || shape->kind == API_MAP) {
        walk_shape(api, owner, shape->of, seen);
    }
}

static void every_type_of_every_version_is_there(void **state)
{
    Arena *arena = *state;
    for (unsigned minor = api_oldest; minor <= api_newest; minor++) {
        Api *api = api_new(arena, minor);
        Map seen = MAP_ON_ARENA(arena);
        for (const char *const *row = api_kinds; *row; row++) {
            Str key = str_make(*row, strcspn(*row, " "));
            size_t slash = str_rfind_char(key, '/');
            const ApiType *type = api_type(api, str_slice(key, 0, slash), str_skip(key, slash + 1));
            if (type) {
                walk_type(api, type, &seen);
            }
        }
        assert_true(seen.len > 250);
    }
}

/* --- versions --------------------------------------------------------------------------------- */

static void versions_are_parsed(void **state)
{
    (void) state;
    unsigned minor = 0;
    assert_true(api_parse_version(STR("1.30"), &minor));
    assert_int_equal(minor, 30);
    assert_true(api_parse_version(STR("v1.31.4"), &minor));
    assert_int_equal(minor, 31);
    static const char *const wrong[] = { "",     "1",   "1.",    "1.24",  "1.99",
                                         "2.30", "1.x", "1.-30", "latest" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(api_parse_version(str_from(wrong[i]), &minor));
    }
}

static ApiStanding standing(Arena *arena, unsigned minor, const char *version, const char *kind)
{
    return api_standing(api_new(arena, minor), str_from(version), str_from(kind));
}

static void kinds_come_and_go(void **state)
{
    Arena *arena = *state;
    assert_int_equal(standing(arena, 37, "apps/v1", "Deployment").kind, API_SERVED);
    assert_int_equal(standing(arena, 37, "example.com/v1", "Deployment").kind, API_FOREIGN);
    ApiStanding gone = standing(arena, 32, "flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema");
    assert_int_equal(gone.kind, API_GONE);
    assert_int_equal(gone.minor, 32);
    assert_str(gone.instead, "flowcontrol.apiserver.k8s.io/v1");
    ApiStanding old = standing(arena, 31, "flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema");
    assert_int_equal(old.kind, API_DEPRECATED);
    assert_str(old.instead, "flowcontrol.apiserver.k8s.io/v1");
    ApiStanding early = standing(arena, 28, "flowcontrol.apiserver.k8s.io/v1", "FlowSchema");
    assert_int_equal(early.kind, API_COMES);
    assert_int_equal(early.minor, 29);
    assert_str(early.instead, "flowcontrol.apiserver.k8s.io/v1beta3");
    ApiStanding beta = standing(arena, 28, "flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema");
    assert_int_equal(beta.kind, API_SERVED); /* no stable one yet */
}

static void wrong_kinds_and_versions_are_told_apart(void **state)
{
    Arena *arena = *state;
    ApiStanding typo = standing(arena, 37, "apps/v1", "Deploymnet");
    assert_int_equal(typo.kind, API_NO_KIND);
    assert_str(typo.instead_kind, "Deployment");
    ApiStanding elsewhere = standing(arena, 37, "v1", "Ingress");
    assert_int_equal(elsewhere.kind, API_NO_KIND);
    assert_str(elsewhere.instead, "networking.k8s.io/v1");
    ApiStanding version = standing(arena, 37, "batch/v2", "Job");
    assert_int_equal(version.kind, API_NO_VERSION);
    assert_str(version.instead, "batch/v1");
}

static void fields_belong_to_versions(void **state)
{
    Arena *arena = *state;
    static const char pod[] = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"
                              "spec: {containers: [{name: a, resizePolicy: []}]}\n";
    StrBuf old = validate(arena, 26, pod);
    assert_text(
        &old,
        "unknown field \"resizePolicy\" in spec.containers[0] (it comes with Kubernetes 1.27)\n"
    );
    StrBuf now = validate(arena, 27, pod);
    assert_text(&now, "");
}

/* --- validation ------------------------------------------------------------------------------- */

static void paths_lead_to_the_problem(void **state)
{
    StrBuf out = validate(
        *state,
        37,
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {annotations: {a.b/c: 1}}\n"
        "spec:\n  selector: null\n  template: {spec: {containers: [{}, {nam: x}]}}\n"
    );
    assert_text(
        &out,
        "metadata.annotations.\"a.b/c\": 1 is a number, not a string (put it in quotes)\n"
        "spec.template.spec.containers[0].name is missing (the API server refuses the object "
        "without it)\n"
        "unknown field \"nam\" in spec.template.spec.containers[1] (did you mean \"name\"?)\n"
        "spec.template.spec.containers[1].name is missing (the API server refuses the object "
        "without it)\n"
        "spec.selector is missing (the API server refuses the object without it)\n"
    );
}

static void many_values_are_shown_in_part(void **state)
{
    StrBuf out = validate(
        *state,
        37,
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"
        "spec: {containers: [{name: a, lifecycle: {stopSignal: SIGTREM}}]}\n"
    );
    assert_text(
        &out,
        "spec.containers[0].lifecycle.stopSignal: \"SIGTREM\" is not one of SIGABRT, SIGALRM, "
        "SIGBUS, "
        "SIGCHLD, SIGCLD, SIGCONT, SIGFPE, SIGHUP, SIGILL, SIGINT, SIGIO, SIGIOT or 53 others (did "
        "you mean \"SIGTERM\"?)\n"
    );
}

static void whole_numbers_may_be_written_with_a_point(void **state)
{
    StrBuf out = validate(
        *state,
        37,
        "apiVersion: autoscaling/v1\nkind: Scale\nmetadata: {name: a}\nspec: {replicas: 3.0}\n"
    );
    assert_text(&out, "");
}

static void quantities_are_the_apis(void **state)
{
    static const struct {
        const char *text;
        double milli; /* 0: none */
    } cases[] = {
        { "'500m'", 500 }, { "'1'", 1000 },     { "0.5", 500 },
        { "2", 2000 },     { "1e3", 1e6 },      { "'1E3'", 1e6 },
        { "'1E'", 1e21 },  { "'1Ki'", 1024e3 }, { "'.5Gi'", 536870912e3 },
        { "'1.'", 1000 },  { "'-1'", -1000 },   { "'5k'", 5e6 },
        { "'1K'", 0 },     { "'1MB'", 0 },      { "'1 Gi'", 0 },
        { "''", 0 },       { "'Mi'", 0 },       { "'1e3Mi'", 0 },
        { "'inf'", 0 },    { "'nan'", 0 },      { "true", 0 },
        { "[]", 0 },       { "'1.2.3'", 0 },    { "'0x10'", 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double milli = 0;
        bool is_one = quantity_parse(read_one(*state, cases[i].text), &milli);
        if (is_one != (cases[i].milli != 0) || milli != cases[i].milli) {
            fail_msg("%s gives %d, %g", cases[i].text, is_one, milli);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_sorted),
        arena_test(every_type_of_every_version_is_there),
        cmocka_unit_test(versions_are_parsed),
        arena_test(kinds_come_and_go),
        arena_test(wrong_kinds_and_versions_are_told_apart),
        arena_test(fields_belong_to_versions),
        arena_test(paths_lead_to_the_problem),
        arena_test(many_values_are_shown_in_part),
        arena_test(whole_numbers_may_be_written_with_a_point),
        arena_test(quantities_are_the_apis),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
