/* Read, derived, checked. */
#include "settings.h"

#include "codec/digest.h"
#include "net/url.h"

enum { JWT_SECRET_MIN_BYTES = 32, REDIS_DEFAULT_PORT = 6379 };

bool settings_is_local(const Settings *settings)
{
    return settings->environment == ENV_DEVELOPMENT || settings->environment == ENV_TEST;
}

Str settings_environment_name(const Settings *settings)
{
    return str_from(settings_environments[settings->environment]);
}

bool settings_has_kafka(const Settings *settings)
{
    return !str_eq(settings->kafka_brokers, STR("none"));
}

static bool is_given(const ConfigSource *source, const char *name)
{
    const char *value = source->lookup(name, source->ctx);
    return value && *value;
}

static void derive(const App *app, const ConfigSource *source, Settings *settings)
{
    Str host = settings->auth_mode == AUTH_MODE_DEV ? STR("127.0.0.1") : STR("0.0.0.0");
    settings->http_host = settings->http_host.len ? settings->http_host : host;
    settings->grpc_host = settings->grpc_host.len ? settings->grpc_host : host;
    if (app->database && !is_given(source, "DB_AUTO_CREATE")) {
        settings->db_auto_create = settings->environment == ENV_DEVELOPMENT;
    }
    if (settings->service_jwt_secret.len == 0 && settings->environment == ENV_DEVELOPMENT) {
        char *digest = arena_alloc(source->arena, SHA256_BYTES);
        hmac_sha256(settings->jwt_secret, STR("svc"), (uint8_t *) digest);
        settings->service_jwt_secret = str_make(digest, SHA256_BYTES);
    }
}

static bool refuse(const ConfigSource *source, bool broken, const char *problem)
{
    if (broken) {
        strbuf_addf(source->problems, "%s\n", problem);
    }
    return !broken;
}

static bool check_secrets(const App *app, const ConfigSource *source, const Settings *settings)
{
    bool is_local = settings_is_local(settings);
    bool weak = settings->jwt_secret.len < JWT_SECRET_MIN_BYTES ||
                str_eq_cstr(settings->jwt_secret, SETTINGS_DEFAULT_JWT_SECRET);
    bool fine = refuse(
        source,
        !is_local && weak,
        "JWT_SECRET: must be set, to 32 bytes or more, in staging and production"
    );
    bool default_db =
        app->database && str_eq_cstr(settings->pg_password, SETTINGS_DEFAULT_PASSWORD);
    fine &= refuse(
        source,
        !is_local && default_db,
        "POSTGRES_PASSWORD: the default is refused in staging and production"
    );
    fine &= refuse(
        source,
        settings->service_jwt_secret.len == 0,
        "SERVICE_JWT_SECRET: is required outside development"
    );
    return fine;
}

static bool check_local_only(const ConfigSource *source, const Settings *settings)
{
    bool is_local = settings_is_local(settings);
    bool fine = refuse(
        source,
        !is_local && settings->auth_mode == AUTH_MODE_DEV,
        "AUTH_MODE: dev is for development and test only"
    );
    return refuse(
               source,
               !is_local && settings->seed_data,
               "SEED_DATA: is for development and test only"
           ) &&
           fine;
}

static bool read_cidrs(const ConfigSource *source, const char *name, Str text, CidrList *ret_list)
{
    Str bad;
    if (cidr_list_parse(source->arena, text, ret_list, &bad)) {
        return true;
    }
    strbuf_addf(source->problems, "%s: \"%" STR_FMT "\" is no network\n", name, STR_ARG(bad));
    return false;
}

/* REDIS_ADDR, or REDIS_HOST and REDIS_PORT where only these are set. */
static bool read_redis(const App *app, const ConfigSource *source, Settings *settings)
{
    bool by_parts = is_given(source, "REDIS_HOST") || is_given(source, "REDIS_PORT");
    if (app->redis == REDIS_UNUSED) {
        return true;
    }
    if (by_parts && !is_given(source, "REDIS_ADDR")) {
        settings->redis_host = settings->redis_host.len ? settings->redis_host : STR("localhost");
        return true;
    }
    int port = REDIS_DEFAULT_PORT;
    Str host;
    bool fine = url_parse_authority(settings->redis_addr, &host, &port) && port > 0;
    if (fine) {
        settings->redis_host = str_dup(source->arena, host);
        settings->redis_port = port;
    }
    return refuse(source, !fine, "REDIS_ADDR: is not host:port");
}

bool settings_read(const App *app, const ConfigSource *source, Settings *ret_settings)
{
    Settings settings = { 0 };
    if (!config_read(source, settings_rows(app, source->arena), &settings)) {
        return false;
    }
    derive(app, source, &settings);
    bool fine = check_secrets(app, source, &settings);
    fine &= check_local_only(source, &settings);
    fine &= read_redis(app, source, &settings);
    fine &=
        read_cidrs(source, "DEBUG_ALLOWED_CIDRS", settings.debug_cidrs_text, &settings.debug_cidrs);
    fine &= read_cidrs(
        source, "METRICS_ALLOWED_CIDRS", settings.metrics_cidrs_text, &settings.metrics_cidrs
    );
    if (fine) {
        *ret_settings = settings;
    }
    return fine;
}
