#include "words.h"

#include "base/mem.h"

#include "audit/dockerfile/dockerfile.h"

Str image_tag(Str image)
{
    Str name, digest;
    if (!str_cut(image, '@', &name, &digest)) {
        name = image;
    }
    size_t slash = str_rfind_char(name, '/');
    Str last = slash == STR_NONE ? name : str_skip(name, slash + 1);
    size_t colon = str_find_char(last, ':');
    return colon == STR_NONE ? STR("") : str_skip(last, colon + 1);
}

Str image_name(Str image)
{
    Str name, digest;
    if (!str_cut(image, '@', &name, &digest)) {
        name = image;
    }
    size_t slash = str_rfind_char(name, '/');
    Str last = slash == STR_NONE ? name : str_skip(name, slash + 1);
    return str_slice(last, 0, str_find_char(last, ':'));
}

Str image_digest_of_same(Str image, Str other)
{
    bool is_same = image_tag(image).len > 0 && str_strip_prefix(&other, image) &&
                   str_has_prefix(other, STR("@sha256:"));
    return is_same ? other : STR("");
}

bool registry_holds(Arena *arena, const Str *registries, size_t count, Str image, Str *ret_name)
{
    DockerImage parts = docker_image_parse(image);
    bool is_hub = parts.registry.len == 0 || str_eq(parts.registry, STR("docker.io"));
    Str name = str_printf(
        arena,
        "%" STR_FMT "/%s%" STR_FMT,
        STR_ARG(is_hub ? STR("docker.io") : parts.registry),
        is_hub && !str_has_char(parts.name, '/') ? "library/" : "",
        STR_ARG(parts.name)
    );
    *ret_name = name;
    for (size_t i = 0; i < count; i++) {
        Str registry = registries[i];
        (void) str_strip_suffix(&registry, STR("/"));
        if (str_has_prefix(name, registry) &&
            (name.len == registry.len || name.ptr[registry.len] == '/')) {
            return true;
        }
    }
    return false;
}

/* Words at whose end a name is about a secret and holds none: where it is, how long it lives, whether
 * it must be. */
static bool is_about(Str upper)
{
    static const char *const ends[] = {
        "FILE",       "PATH",     "NAME",      "TTL",      "EXPIRY",   "URL",      "DIR",
        "ENABLED",    "LENGTH",   "ISSUER",    "SECONDS",  "MINUTES",  "HOURS",    "EXPIRATION",
        "ENDPOINT",   "URI",      "NAMESPACE", "AUDIENCE", "TYPE",     "HEADER",   "ALGORITHM",
        "DURATION",   "INTERVAL", "POLICY",    "PROVIDER", "BACKEND",  "VERSION",  "MODE",
        "PREFIX",     "HOST",     "PORT",      "REF",      "FORMAT",   "LIFETIME", "TIMEOUT",
        "EXPIRES_IN", "EXPIRES",  "VALIDITY",  "LIMIT",    "REQUIRED", "DISABLED", "STRATEGY",
        "REGION",     "ARN",      "FIELD",     "DAYS",     "METHOD",   "MAX_AGE",  "SIZE",
    };
    static const char *const whether[] = { "ALLOW_EMPTY", "ALLOW_BLANK", "RANDOM_ROOT" };
    bool found = false;
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        found = found || str_has_suffix(upper, str_from(ends[i]));
    }
    for (size_t i = 0; i < ARRAY_LEN(whether); i++) {
        found = found || str_find(upper, str_from(whether[i])) != STR_NONE;
    }
    return found;
}

bool names_secret(Arena *arena, Str name)
{
    static const char *const ends[] = { "PASSWORD",   "PASSWD",    "PASSPHRASE",
                                        "SECRET",     "TOKEN",     "APIKEY",
                                        "PRIVATEKEY", "SECRETKEY", "CREDENTIALS" };
    static const char *const pairs[] = { "API_KEY", "PRIVATE_KEY" };
    Str upper = str_replace(arena, str_upper(arena, name), STR("-"), STR("_"));
    if (is_about(upper)) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        if (str_find(upper, str_from(pairs[i])) != STR_NONE) {
            return true;
        }
    }
    Str rest = str_replace(arena, upper, STR("."), STR("_"));
    for (Str word;
         str_next(&rest, '_', &word);) { /* a tokenizer is no token, nor are 4096 tokens */
        for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
            if (str_has_suffix(word, str_from(ends[i]))) {
                return true;
            }
        }
    }
    return false;
}

static bool is_number(Str text)
{
    double value;
    return str_to_double(text, &value);
}

/* "xxxx-xxxx", "********": the shape of a secret, with one character for all of it. */
static bool is_masked(Str text)
{
    size_t count = 0;
    char mask = text.len > 0 ? text.ptr[0] : '\0';
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != mask && text.ptr[i] != '-') {
            return false;
        }
        count += text.ptr[i] == mask;
    }
    return count > 3 && str_has_char(STR("xX*.01"), mask);
}

bool is_secret_text(Str text)
{
    static const char *const answers[] = { "true",     "false",   "yes",      "no",
                                           "on",       "off",     "none",     "null",
                                           "disabled", "enabled", "optional", "required" };
    for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
        if (str_eq_nocase(text, str_from(answers[i]))) {
            return false;
        }
    }
    bool elsewhere = str_has_char(text, '$') || str_has_prefix(text, STR("<")) ||
                     str_has_prefix(text, STR("/")) || str_has_prefix(text, STR("{{")) ||
                     str_has_prefix(text, STR("file:"));
    return text.len > 0 && !elsewhere && !is_number(text) && !is_masked(text);
}

bool is_plain_secret(Arena *arena, Str name, Str text)
{
    enum { DIGITS_LEAST = 3 }; /* fewer say how many or whether */
    Str upper = str_upper(arena, name);
    bool is_password =
        str_has_suffix(upper, STR("PASSWORD")) || str_has_suffix(upper, STR("PASSWD"));
    bool is_pin = is_password && text.len >= DIGITS_LEAST && is_number(text);
    return names_secret(arena, name) && (is_pin || is_secret_text(text));
}

Str url_password(Str text)
{
    size_t scheme = str_find(text, STR("://"));
    Str rest = scheme == STR_NONE ? STR("") : str_skip(text, scheme + 3);
    size_t end = 0;
    while (end < rest.len && rest.ptr[end] != '/' && rest.ptr[end] != '?' && rest.ptr[end] != ' ') {
        end++;
    }
    Str authority = str_slice(rest, 0, end);
    size_t at = str_rfind_char(authority, '@');
    Str user, password;
    if (at == STR_NONE || !str_cut(str_slice(authority, 0, at), ':', &user, &password)) {
        return STR("");
    }
    return password;
}

bool is_of_devcontainer(Str path)
{
    return str_has_prefix(path, STR(".devcontainer/")) ||
           str_find(path, STR("/.devcontainer/")) != STR_NONE;
}

bool names_store(Str name)
{
    static const char *const stores[] = { "postgres",
                                          "postgresql",
                                          "postgis",
                                          "timescaledb",
                                          "mysql",
                                          "mariadb",
                                          "mongo",
                                          "mongodb",
                                          "redis",
                                          "valkey",
                                          "keydb",
                                          "cassandra",
                                          "scylla",
                                          "cp-kafka",
                                          "kafka",
                                          "redpanda",
                                          "rabbitmq",
                                          "elasticsearch",
                                          "opensearch",
                                          "memcached",
                                          "etcd",
                                          "influxdb",
                                          "clickhouse-server",
                                          "zookeeper",
                                          "cp-zookeeper",
                                          "neo4j",
                                          "couchdb",
                                          "cockroach",
                                          "nats",
                                          "server-mssql" };
    for (size_t i = 0; i < ARRAY_LEN(stores); i++) {
        if (str_eq_cstr(name, stores[i])) {
            return true;
        }
    }
    return false;
}
