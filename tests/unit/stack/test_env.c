#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/fs.h"
#include "base/mem.h"

#include "stack/env.h"

static Str value_of(const EnvPairs *pairs, const char *name)
{
    for (size_t i = 0; i < pairs->len; i++) {
        if (str_eq_cstr(pairs->ptr[i].name, name)) {
            return pairs->ptr[i].value;
        }
    }
    return STR("(absent)");
}

static void dotenv_reads_the_usual_forms(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    EnvPairs pairs = { 0 };
    Error err = ERROR_INIT;
    Str text = STR("# comment\n\nA=1\nexport B = two words # note\nC='a $x #'\r\n"
                   "D=\"line\\nnext \\\"q\\\"\" # note\nE=\nF=a#b\nG=$x$$\n");
    assert_int_equal(dotenv_parse(arena, text, &pairs, &err), 0);
    assert_int_equal(pairs.len, 7);
    assert_true(str_eq_cstr(value_of(&pairs, "A"), "1"));
    assert_true(str_eq_cstr(value_of(&pairs, "B"), "two words"));
    assert_true(str_eq_cstr(value_of(&pairs, "C"), "a $x #"));
    assert_true(str_eq_cstr(value_of(&pairs, "D"), "line\nnext \"q\""));
    assert_true(str_eq_cstr(value_of(&pairs, "E"), ""));
    assert_true(str_eq_cstr(value_of(&pairs, "F"), "a#b"));
    assert_true(str_eq_cstr(value_of(&pairs, "G"), "$x$$"));
}

static void dotenv_names_the_bad_line(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    static const char *const bad[] = { "A=1\nnothing", "A=1\n2B=x", "A=1\nB='x", "A=1\nB=\"x\" y" };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        EnvPairs pairs = { 0 };
        Error err = ERROR_INIT;
        assert_int_equal(dotenv_parse(arena, str_from(bad[i]), &pairs, &err), -EINVAL);
        assert_non_null(strstr(err.message, "line 2"));
    }
}

static EnvVar vars[] = {
    { .name = STR_INIT("FROM_CATALOG"), .value = STR_INIT("{ports.http}") },
    { .name = STR_INIT("FROM_DOTENV"), .value = STR_INIT("catalog") },
    { .name = STR_INIT("FROM_SHELL"), .value = STR_INIT("catalog") },
    { .name = STR_INIT("DATABASE"), .value = STR_INIT("{resource.db.host}:{resource.db.port}") },
    { .name = STR_INIT("PASSWORD"), .secret = STR_INIT("postgres_password") },
    { .name = STR_INIT("PEER"), .value = STR_INIT("{service.api.url}") },
    { .name = STR_INIT("ASKED"), .value = STR_INIT("{env.FROM_SHELL}") },
};
static Port api_ports[] = { { .name = STR_INIT("http"), .number = 8001 } };
static Port db_ports[] = { { .name = STR_INIT("postgres"), .number = 5432 } };
static Service api = { .name = STR_INIT("api"),
                       .ports = { api_ports, 1 },
                       .env = { vars, ARRAY_LEN(vars) } };
static Resource db = { .name = STR_INIT("db"),
                       .kind = RESOURCE_POSTGRES,
                       .ports = { db_ports, 1 } };

static Str env_value(const char *const *envp, const char *name)
{
    for (; *envp; envp++) {
        Str entry = str_from(*envp), key, value;
        if (str_cut(entry, '=', &key, &value) && str_eq_cstr(key, name)) {
            return value;
        }
    }
    return STR("(absent)");
}

static void shell_wins_over_dotenv_over_catalog(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    char directory[] = "/tmp/slipway-env-XXXXXX";
    assert_non_null(mkdtemp(directory));
    const char *dotenv = arena_printf(arena, "%s/.env", directory);
    assert_int_equal(
        fs_write_atomic(dotenv, STR("FROM_DOTENV=dotenv\nFROM_SHELL=dotenv\n"), 0600, NULL), 0
    );
    Service *services[] = { &api };
    Resource *resources[] = { &db };
    Catalog catalog = { .platform = STR_INIT("shop"),
                        .directory = str_from(directory),
                        .services = services,
                        .service_count = 1,
                        .resources = resources,
                        .resource_count = 1 };
    Plan *plan = NULL;
    Place place;
    Error err = ERROR_INIT;
    assert_int_equal(plan_build(arena, &catalog, &(PlanQuery) { 0 }, &plan, &err), 0);
    assert_int_equal(place_init(arena, &catalog, NULL, &place, &err), 0);
    assert_int_equal(place_make(&place, &err), 0);
    EnvContext ctx;
    assert_int_equal(env_context_init(arena, &place, plan, &ctx, &err), 0);
    const char *const shell[] = { "FROM_SHELL=shell", "SLIPWAY_TOKEN=x", "PATH=/bin", NULL };
    ctx.shell = shell;
    const char *const *envp = NULL;
    const PlanNode *node = &plan->nodes[plan_find(plan, STR("api"))];
    assert_int_equal(env_build(arena, &ctx, node, &envp, &err), 0);
    assert_true(str_eq_cstr(env_value(envp, "FROM_CATALOG"), "8001"));
    assert_true(str_eq_cstr(env_value(envp, "FROM_DOTENV"), "dotenv"));
    assert_true(str_eq_cstr(env_value(envp, "FROM_SHELL"), "shell"));
    assert_true(str_eq_cstr(env_value(envp, "DATABASE"), "127.0.0.1:5432"));
    assert_true(str_eq_cstr(env_value(envp, "PEER"), "http://127.0.0.1:8001"));
    assert_true(str_eq_cstr(env_value(envp, "ASKED"), "shell"));
    assert_true(str_eq_cstr(env_value(envp, "PATH"), "/bin"));
    assert_true(str_eq_cstr(env_value(envp, "SLIPWAY_TOKEN"), "(absent)"));
    assert_int_equal(env_value(envp, "PASSWORD").len, 32);
    Str again;
    assert_int_equal(place_secret(arena, &place, STR("postgres_password"), &again, &err), 0);
    assert_true(str_eq(again, env_value(envp, "PASSWORD")));
    struct stat info;
    const char *secret = arena_printf(arena, "%s/.slipway/secrets/postgres_password", directory);
    assert_int_equal(stat(secret, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    fs_remove_tree(directory, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dotenv_reads_the_usual_forms),
        cmocka_unit_test(dotenv_names_the_bad_line),
        cmocka_unit_test(shell_wins_over_dotenv_over_catalog),
    };
    return cmocka_run_group_tests_name("stack/env", tests, NULL, NULL);
}
