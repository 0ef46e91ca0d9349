#include "settings.h"
#include "unit.h"

static const App app = {
    .name = "thing", .http_port = 8001, .grpc_port = 9001, .database = "thing_db"
};

static const char *lookup(const char *name, void *ctx)
{
    size_t len = strlen(name);
    for (const char *const *pair = ctx; *pair; pair++) {
        if (strncmp(*pair, name, len) == 0 && (*pair)[len] == '=') {
            return *pair + len + 1;
        }
    }
    return NULL;
}

typedef struct Reading {
    Arena *arena;
    StrBuf problems;
    Settings settings;
} Reading;

static bool read_pairs_of(const App *of, Reading *reading, const char **pairs)
{
    *reading = (Reading) { .arena = arena_new(0) };
    reading->problems.arena = reading->arena;
    const ConfigSource source = {
        .lookup = lookup, .ctx = pairs, .arena = reading->arena, .problems = &reading->problems
    };
    return settings_read(of, &source, &reading->settings);
}
static bool read_pairs(Reading *reading, const char **pairs)
{
    return read_pairs_of(&app, reading, pairs);
}
#define PAIRS(...) ((const char *[]) { __VA_ARGS__, NULL })

static void development_needs_nothing(void **state)
{
    (void) state;
    Reading reading;
    assert_true(read_pairs(&reading, PAIRS("UNUSED=1")));
    assert_int_equal(reading.settings.http_port, 8001);
    assert_int_equal(reading.settings.grpc_port, 9001);
    assert_str(reading.settings.http_host, "0.0.0.0");
    assert_str(reading.settings.db_name, "thing_db");
    assert_true(reading.settings.db_auto_create);
    assert_int_equal(reading.settings.service_jwt_secret.len, 32);
    assert_true(settings_has_kafka(&reading.settings));
    arena_free(reading.arena);
}

static void variables_carry_the_name_of_the_service(void **state)
{
    (void) state;
    Reading reading;
    assert_true(read_pairs(
        &reading,
        PAIRS("THING_HTTP_PORT=81", "THING_DB_NAME=x", "AUTH_MODE=dev", "KAFKA_BROKERS=none")
    ));
    assert_int_equal(reading.settings.http_port, 81);
    assert_str(reading.settings.db_name, "x");
    assert_str(reading.settings.http_host, "127.0.0.1");
    assert_false(settings_has_kafka(&reading.settings));
    arena_free(reading.arena);
}

static void production_refuses_what_is_for_development(void **state)
{
    (void) state;
    static const struct {
        const char *pairs[5];
        const char *problem;
    } cases[] = {
        { { "ENVIRONMENT=production", "POSTGRES_PASSWORD=p", "SERVICE_JWT_SECRET=s" },
          "JWT_SECRET: " },
        { { "ENVIRONMENT=staging",
            "JWT_SECRET=0123456789012345678901234567890",
            "POSTGRES_PASSWORD=p",
            "SERVICE_JWT_SECRET=s" },
          "JWT_SECRET: " },
        { { "ENVIRONMENT=production",
            "JWT_SECRET=01234567890123456789012345678901",
            "SERVICE_JWT_SECRET=s" },
          "POSTGRES_PASSWORD: " },
        { { "ENVIRONMENT=test" }, "SERVICE_JWT_SECRET: " },
        { { "ENVIRONMENT=production", "AUTH_MODE=dev" }, "AUTH_MODE: " },
        { { "ENVIRONMENT=staging", "SEED_DATA=true" }, "SEED_DATA: " },
        { { "DEBUG_ALLOWED_CIDRS=x" }, "DEBUG_ALLOWED_CIDRS: \"x\"" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Reading reading;
        const char *pairs[6] = { 0 };
        memcpy(pairs, cases[i].pairs, sizeof cases[i].pairs);
        assert_false(read_pairs(&reading, pairs));
        assert_true(
            str_find(strbuf_str(&reading.problems), str_from(cases[i].problem)) != STR_NONE
        );
        arena_free(reading.arena);
    }
}

static void production_starts_with_real_secrets(void **state)
{
    (void) state;
    Reading reading;
    assert_true(read_pairs(
        &reading,
        PAIRS(
            "ENVIRONMENT=production",
            "JWT_SECRET=01234567890123456789012345678901",
            "POSTGRES_PASSWORD=p",
            "SERVICE_JWT_SECRET=s"
        )
    ));
    assert_false(reading.settings.db_auto_create);
    arena_free(reading.arena);
}

static const App keeper = { .name = "keeper", .http_port = 8001, .redis = REDIS_OPTIONAL };

static void redis_is_found_by_address_or_by_parts(void **state)
{
    (void) state;
    static const struct {
        const char *pairs[4];
        const char *host;
        int port;
    } cases[] = {
        { { "UNUSED=1" }, "localhost", 6379 },
        { { "REDIS_ADDR=cache:7000" }, "cache", 7000 },
        { { "REDIS_ADDR=cache" }, "cache", 6379 },
        { { "REDIS_ADDR=[::1]:7000" }, "::1", 7000 },
        { { "REDIS_HOST=other", "REDIS_PORT=7001" }, "other", 7001 },
        { { "REDIS_HOST=other" }, "other", 6379 },
        { { "REDIS_PORT=7001" }, "localhost", 7001 },
        { { "REDIS_ADDR=cache:7000", "REDIS_HOST=other", "REDIS_PORT=7001" }, "cache", 7000 },
        { { "REDIS_ADDR=", "REDIS_HOST=other" }, "other", 6379 },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Reading reading;
        const char *pairs[5] = { 0 };
        memcpy(pairs, cases[i].pairs, sizeof cases[i].pairs);
        assert_true(read_pairs_of(&keeper, &reading, pairs));
        assert_str(reading.settings.redis_host, cases[i].host);
        assert_int_equal(reading.settings.redis_port, cases[i].port);
        assert_int_equal(reading.settings.redis_database, 0);
        arena_free(reading.arena);
    }
}

static void an_address_that_is_none_is_refused_by_name(void **state)
{
    (void) state;
    static const char *const wrong[] = { "REDIS_ADDR=cache:0", "REDIS_ADDR=cache:x",
                                         "REDIS_ADDR=:6379",   "REDIS_ADDR=cache:70000",
                                         "REDIS_ADDR=[::1",    "REDIS_PORT=0" };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        Reading reading;
        const char *pairs[] = { wrong[i], NULL };
        assert_false(read_pairs_of(&keeper, &reading, pairs));
        assert_true(str_has_prefix(strbuf_str(&reading.problems), STR("REDIS_")));
        arena_free(reading.arena);
    }
    Reading reading;
    assert_true(read_pairs(&reading, PAIRS("REDIS_ADDR=x:y:z")));
    arena_free(reading.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(development_needs_nothing),
        cmocka_unit_test(variables_carry_the_name_of_the_service),
        cmocka_unit_test(production_refuses_what_is_for_development),
        cmocka_unit_test(production_starts_with_real_secrets),
        cmocka_unit_test(redis_is_found_by_address_or_by_parts),
        cmocka_unit_test(an_address_that_is_none_is_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
