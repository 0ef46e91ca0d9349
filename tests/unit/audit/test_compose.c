#include "base/mem.h"
#include "base/path.h"
#include "codec/yaml.h"

#include "audit/compose/compose.h"
#include "unit.h"

/* --- variables --- */

static Str *value(Arena *arena, const char *text)
{
    Str *copy = ARENA_NEW(arena, Str);
    *copy = str_from(text);
    return copy;
}

typedef struct Replaced {
    const char *text, *result;
    bool complete;
} Replaced;

static void variables_are_replaced_as_compose_does(void **state)
{
    static const Replaced cases[] = {
        { "plain", "plain", true },
        { "$A-${A}", "a-a", true },
        { "$A_B", "", false },
        { "$$A $1 $ $", "$A $1 $ $", true },
        { "${NONE:-x}${NONE-y}", "xy", true },
        { "${EMPTY:-x}${EMPTY-y}", "x", true },
        { "${A:-x}${A-y}", "aa", true },
        { "${NONE:-${A}}", "a", true },
        { "${NONE:-${OTHER:-b}c}d", "bcd", true },
        { "${NONE}", "", false },
        { "${NONE:?set it}", "", false },
        { "${A:?set it}", "a", true },
        { "${A:+x}${A+y}", "xy", true },
        { "${EMPTY:+x}", "", false },
        { "postgres://${A}:${NONE:-p}@db", "postgres://a:p@db", true },
    };
    Map variables = MAP_ON_ARENA(*state);
    map_set(&variables, STR("A"), value(*state, "a"));
    map_set(&variables, STR("EMPTY"), value(*state, ""));
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Str text;
        bool complete = compose_interpolate(*state, str_from(cases[i].text), &variables, &text);
        assert_str(text, cases[i].result);
        if (complete != cases[i].complete) {
            fail_msg("%s", cases[i].text);
        }
    }
}

static void what_is_no_variable_is_found(void **state)
{
    (void) state;
    static const char *const good[] = {
        "$", "$$", "$1", "${A}", "${A:-}", "${A:-{}}", "$${", "a$"
    };
    static const char *const bad[] = { "${",     "x${}",   "${1}",      "${A",
                                       "${A:x}", "${A B}", "${A:-${B}", "${A:-${2}}" };
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        if (compose_find_bad_variable(str_from(good[i])) != STR_NONE) {
            fail_msg("%s", good[i]);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        if (compose_find_bad_variable(str_from(bad[i])) == STR_NONE) {
            fail_msg("%s", bad[i]);
        }
    }
}

/* --- projects --- */

typedef struct TestFile {
    const char *path, *text;
} TestFile;

typedef struct TestFiles {
    Arena *arena;
    const TestFile *files;
    size_t count;
} TestFiles;

static bool read_test_file(void *ctx, Str path, ComposeDocument *ret)
{
    const TestFiles *files = ctx;
    for (size_t i = 0; i < files->count; i++) {
        if (!str_eq_cstr(path, files->files[i].path)) {
            continue;
        }
        Source *source = source_new(files->arena, path, str_from(files->files[i].text));
        YamlDocuments documents;
        DiagList diags = DIAG_LIST(files->arena);
        assert_int_equal(
            yaml_read(files->arena, source, &(YamlOptions) { 0 }, &documents, &diags), 0
        );
        *ret = (ComposeDocument) { source, (const Node *const *) documents.roots, documents.len };
        return true;
    }
    return false;
}

/* The first `over` files laid over each other; the others are there to be named. */
static ComposeProject *load(Arena *arena, const TestFile *files, size_t count, size_t over)
{
    TestFiles all = { arena, files, count };
    Str paths[4];
    for (size_t i = 0; i < over; i++) {
        paths[i] = str_from(files[i].path);
    }
    ComposeLoad options = { .read = read_test_file,
                            .ctx = &all,
                            .paths = paths,
                            .path_count = over,
                            .dotenv = STR("TAG=1.4\n") };
    return compose_load(arena, &options);
}

static const ComposeService *only(const ComposeProject *project, const char *name)
{
    const ComposeService *service = compose_service(project, str_from(name));
    if (!service) {
        fail_msg("no service %s", name);
    }
    return service;
}

static void service_is_read_in_every_form(void **state)
{
    static const TestFile file = { "app/compose.yaml",
                                   "services:\n"
                                   "  a:\n"
                                   "    image: shop/a:${TAG}\n"
                                   "    build: {context: ./a, dockerfile: docker/Dockerfile}\n"
                                   "    ports: [\"127.0.0.1:8080:80\", \"9000-9002:90-92/udp\", "
                                   "70, {target: 1, published: \"2\", host_ip: \"::1\"}]\n"
                                   "    environment: [A=b, C]\n"
                                   "    depends_on: {b: {condition: service_healthy}}\n"
                                   "    volumes: [\"data:/d\", \"./x:/x:ro\", /anonymous, {type: "
                                   "tmpfs, target: /t}, 'C:\\x:/y']\n"
                                   "    healthcheck: {disable: true}\n"
                                   "  b: {image: x, environment: {D: 5, E: null}, depends_on: [a], "
                                   "networks: {n: {aliases: [z]}}}\n" };
    const ComposeProject *project = load(*state, &file, 1, 1);
    const ComposeService *a = only(project, "a");
    assert_int_equal(project->problems.len, 0);
    assert_str(a->image_text, "shop/a:1.4");
    assert_str(a->context, "app/a");
    assert_str(a->dockerfile, "app/a/docker/Dockerfile");
    assert_int_equal(a->ports.len, 4);
    assert_str(a->ports.ptr[0].host_ip, "127.0.0.1");
    assert_int_equal(a->ports.ptr[0].published, 8080);
    assert_int_equal(a->ports.ptr[0].target, 80);
    assert_int_equal(a->ports.ptr[1].count, 3);
    assert_int_equal(a->ports.ptr[1].protocol, COMPOSE_UDP);
    assert_false(a->ports.ptr[2].is_published);
    assert_int_equal(a->ports.ptr[3].published, 2);
    assert_str(a->environment.ptr[0].text, "b");
    assert_null(a->environment.ptr[1].value);
    assert_int_equal(a->depends_on.ptr[0].condition, COMPOSE_HEALTHY);
    static const ComposeMountKind kinds[] = { COMPOSE_MOUNT_VOLUME,
                                              COMPOSE_MOUNT_BIND,
                                              COMPOSE_MOUNT_ANONYMOUS,
                                              COMPOSE_MOUNT_TMPFS,
                                              COMPOSE_MOUNT_BIND };
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        assert_int_equal(a->mounts.ptr[i].kind, kinds[i]);
    }
    assert_true(a->mounts.ptr[1].is_read_only);
    assert_str(a->mounts.ptr[4].source, "C:\\x");
    assert_false(a->has_healthcheck);
    const ComposeService *b = only(project, "b");
    assert_str(b->environment.ptr[0].text, "5");
    assert_true(b->depends_on.ptr[0].is_short);
    assert_str(b->aliases.ptr[0].name, "z");
}

static Str said(const ComposeService *service, const char *path)
{
    const Node *node = compose_said(service, path);
    return node ? node->text : STR("(not said)");
}

static void later_file_is_laid_over_the_earlier(void **state)
{
    static const TestFile files[] = {
        { "compose.yaml",
          "services:\n  a:\n    image: x:1\n    command: [a, b]\n    environment: {A: 1, B: 1}\n   "
          " ports: [\"80:80\"]\n"
          "    volumes: [\"./x:/x\"]\n    cap_add: [ONE]\n    tmpfs: /a\n    restart: always\n    "
          "healthcheck: {test: [CMD, x], retries: 3}\n" },
        { "compose.override.yaml",
          "services:\n  a:\n    command: [c]\n    environment: [B=2, C=3]\n    ports: [\"80:80\", "
          "\"81:81\"]\n    volumes: [\"./y:/x\"]\n"
          "    cap_add: [TWO]\n    tmpfs: /b\n    restart: !reset null\n    healthcheck: {test: "
          "[CMD, y]}\n  b: {image: y:1}\n" },
    };
    const ComposeProject *project = load(*state, files, 2, 2);
    const ComposeService *a = only(project, "a");
    assert_int_equal(compose_said(a, "command")->seq.len, 1);
    assert_int_equal(a->environment.len, 3);
    assert_str(a->environment.ptr[1].text, "2");
    assert_str(a->environment.ptr[1].value->span.source->path, "compose.override.yaml");
    assert_str(a->environment.ptr[0].value->span.source->path, "compose.yaml");
    assert_int_equal(a->ports.len, 2);
    assert_int_equal(a->mounts.len, 1);
    assert_str(a->mounts.ptr[0].source, "./y");
    assert_int_equal(compose_said(a, "cap_add")->seq.len, 2);
    assert_int_equal(compose_said(a, "tmpfs")->seq.len, 2);
    assert_null(compose_said(a, "restart"));
    assert_str(said(a, "healthcheck.retries"), "3");
    assert_int_equal(compose_said(a, "healthcheck.test")->seq.len, 2);
    assert_str(only(project, "b")->image_text, "y:1");
}

static void includes_and_extends_reach_other_files(void **state)
{
    static const TestFile files[] = {
        { "compose.yaml",
          "include: [sub/more.yaml]\nservices:\n  a: {extends: {file: base/base.yaml, service: "
          "base}, environment: {B: 2}}\n"
          "  c: {extends: a, image: c:1}\n" },
        { "sub/more.yaml", "services: {m: {build: ./m}}\n" },
        { "base/base.yaml",
          "services:\n  base: {extends: {service: root}, environment: {A: 1, B: 1}}\n  root: "
          "{build: ./r, restart: always}\n" },
    };
    const ComposeProject *project = load(*state, files, 3, 1);
    assert_int_equal(project->problems.len, 0);
    assert_false(project->is_partial);
    assert_str(only(project, "m")->context, "sub/m");
    const ComposeService *a = only(project, "a");
    assert_str(a->context, "base/r");
    assert_str(said(a, "restart"), "always");
    assert_str(a->environment.ptr[1].text, "2");
    assert_str(only(project, "c")->image_text, "c:1");
    assert_true(a->is_extended);
}

static void rounds_end_with_a_problem(void **state)
{
    static const TestFile files[] = {
        { "compose.yaml",
          "include: [b.yaml]\nservices: {a: {extends: b, image: x}, b: {extends: a, image: x}}\n" },
        { "b.yaml", "include: [compose.yaml]\n" },
    };
    const ComposeProject *project = load(*state, files, 2, 1);
    assert_int_equal(project->problems.len, 2);
    static const TestFile far[] = { { "compose.yaml",
                                      "include: [\"https://example.com/x.yaml\", gone.yaml]\n" } };
    assert_true(load(*state, far, 1, 1)->is_partial);
}

static void uses_have_their_place(void **state)
{
    static const TestFile file = { "compose.yaml",
                                   "services:\n  a:\n    image: \"x\\u003a${TAG:-1}\"\n    "
                                   "command: >\n      run\n      ${MODE}\n" };
    const ComposeProject *project = load(*state, &file, 1, 1);
    assert_int_equal(project->uses.len, 2);
    assert_str(span_text(project->uses.ptr[0].span), "${TAG:-1}");
    assert_str(span_text(project->uses.ptr[1].span), "${MODE}");
    assert_int_equal(span_start(project->uses.ptr[1].span).line, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(variables_are_replaced_as_compose_does),
        arena_test(what_is_no_variable_is_found),
        arena_test(service_is_read_in_every_form),
        arena_test(later_file_is_laid_over_the_earlier),
        arena_test(includes_and_extends_reach_other_files),
        arena_test(rounds_end_with_a_problem),
        arena_test(uses_have_their_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
