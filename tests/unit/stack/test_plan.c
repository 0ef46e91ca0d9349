#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "base/mem.h"

#include "stack/plan.h"

/* web needs api; api needs postgres and wants kafka; tools stands in a profile; old is planned */
static Str api_needs[] = { STR_INIT("postgres") }, api_wants[] = { STR_INIT("kafka") },
           web_needs[] = { STR_INIT("api") }, load_needs[] = { STR_INIT("web") },
           demo[] = { STR_INIT("demo") }, tools[] = { STR_INIT("tools") },
           search_needs[] = { STR_INIT("elasticsearch"), STR_INIT("postgres") };
#define NAMES(list) { .ptr = (list), .len = ARRAY_LEN(list) }

static Service web = { .name = STR_INIT("web"), .needs = NAMES(web_needs) };
static Service api = { .name = STR_INIT("api"),
                       .needs = NAMES(api_needs),
                       .wants = NAMES(api_wants) };
static Service old = { .name = STR_INIT("old"), .is_planned = true };
static Service search = { .name = STR_INIT("search"), .needs = NAMES(search_needs) };
static Resource postgres = { .name = STR_INIT("postgres"), .kind = RESOURCE_POSTGRES };
static Resource kafka = { .name = STR_INIT("kafka"), .engine = ENGINE_EXTERNAL };
static Resource elasticsearch = { .name = STR_INIT("elasticsearch"), .engine = ENGINE_NONE };
static Resource ui = { .name = STR_INIT("kafka-ui"), .profiles = NAMES(tools) };
static Task load = { .name = STR_INIT("load"),
                     .needs = NAMES(load_needs),
                     .profiles = NAMES(demo) };

static Service *services[] = { &web, &api, &old, &search };
static Resource *resources[] = { &postgres, &kafka, &elasticsearch, &ui };
static Task *tasks[] = { &load };
static Catalog catalog = {
    .services = services,
    .service_count = ARRAY_LEN(services),
    .resources = resources,
    .resource_count = ARRAY_LEN(resources),
    .tasks = tasks,
    .task_count = ARRAY_LEN(tasks),
};

static Plan *build(Arena *arena, const PlanQuery *query)
{
    Plan *plan = NULL;
    Error err = ERROR_INIT;
    assert_int_equal(plan_build(arena, &catalog, query, &plan, &err), 0);
    return plan;
}

static bool is_selected(const Plan *plan, const char *name)
{
    size_t at = plan_find(plan, str_from(name));
    assert_true(at != PLAN_NONE);
    return plan->nodes[at].selected;
}

static void each_node_stands_behind_what_it_needs(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    Plan *plan = build(arena, &(PlanQuery) { 0 });
    for (size_t i = 0; i < plan->len; i++) {
        for (size_t k = 0; k < plan->nodes[i].needs.len; k++) {
            assert_true(plan->nodes[i].needs.ptr[k] < i);
        }
    }
    assert_true(plan_find(plan, STR("kafka")) < plan_find(plan, STR("api")));
}

static void leaves_out_what_is_planned_or_has_no_engine(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    Plan *plan = build(arena, &(PlanQuery) { 0 });
    assert_int_equal(plan_find(plan, STR("old")), PLAN_NONE);
    assert_int_equal(plan_find(plan, STR("elasticsearch")), PLAN_NONE);
    assert_int_equal(plan->nodes[plan_find(plan, STR("search"))].needs.len, 1);
}

static void selects_everything_outside_profiles_when_nothing_is_named(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    Plan *plan = build(arena, &(PlanQuery) { 0 });
    assert_true(is_selected(plan, "web"));
    assert_true(is_selected(plan, "postgres"));
    assert_false(is_selected(plan, "load"));
    assert_false(is_selected(plan, "kafka-ui"));
}

static void a_profile_adds_its_nodes(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    const char *profiles[] = { "demo" };
    Plan *plan = build(arena, &(PlanQuery) { .profiles = profiles, .profile_count = 1 });
    assert_true(is_selected(plan, "load"));
    assert_false(is_selected(plan, "kafka-ui"));
}

static void a_name_selects_its_closure(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    const char *names[] = { "api" };
    Plan *plan = build(arena, &(PlanQuery) { .names = names, .name_count = 1 });
    assert_true(is_selected(plan, "api"));
    assert_true(is_selected(plan, "postgres"));
    assert_true(is_selected(plan, "kafka"));
    assert_false(is_selected(plan, "web"));
    const char *more[] = { "load" };
    Error err = ERROR_INIT;
    assert_int_equal(plan_select(plan, &(PlanQuery) { .names = more, .name_count = 1 }, &err), 0);
    assert_true(is_selected(plan, "web"));
}

static void no_deps_selects_the_named_only(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    const char *names[] = { "api" };
    Plan *plan = build(arena, &(PlanQuery) { .names = names, .name_count = 1, .no_deps = true });
    assert_true(is_selected(plan, "api"));
    assert_false(is_selected(plan, "postgres"));
}

static void an_unknown_name_gets_the_nearest(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    const char *names[] = { "postgers" };
    Plan *plan = NULL;
    Error err = ERROR_INIT;
    PlanQuery query = { .names = names, .name_count = 1 };
    assert_int_equal(plan_build(arena, &catalog, &query, &plan, &err), -ENOENT);
    assert_non_null(strstr(err.message, "did you mean \"postgres\"?"));
}

static void a_planned_service_can_not_be_named(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    const char *names[] = { "old" };
    Plan *plan = NULL;
    Error err = ERROR_INIT;
    PlanQuery query = { .names = names, .name_count = 1 };
    assert_int_equal(plan_build(arena, &catalog, &query, &plan, &err), -ENOTSUP);
    assert_non_null(strstr(err.message, "planned"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_node_stands_behind_what_it_needs),
        cmocka_unit_test(leaves_out_what_is_planned_or_has_no_engine),
        cmocka_unit_test(selects_everything_outside_profiles_when_nothing_is_named),
        cmocka_unit_test(a_profile_adds_its_nodes),
        cmocka_unit_test(a_name_selects_its_closure),
        cmocka_unit_test(no_deps_selects_the_named_only),
        cmocka_unit_test(an_unknown_name_gets_the_nearest),
        cmocka_unit_test(a_planned_service_can_not_be_named),
    };
    return cmocka_run_group_tests_name("stack/plan", tests, NULL, NULL);
}
