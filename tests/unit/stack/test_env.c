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
        cmocka_unit_test(shell_wins_over_dotenv_over_catalog),
    };
    return cmocka_run_group_tests_name("stack/env", tests, NULL, NULL);
}
