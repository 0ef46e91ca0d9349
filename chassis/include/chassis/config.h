/* Configuration: one table of environment variables, read once at start (services.md 1.2).
 *
 *     typedef struct CartConfig { int64_t ttl_hours; Str catalog_check; } CartConfig;
 *     static const ConfigRow cart_config[] = {
 *         CONFIG_INT(CartConfig, ttl_hours, "CART_TTL_HOURS", "168", "life of a cart", .min = 1),
 *         CONFIG_END,
 *     };
 *
 * `--print-config` shows every row with its value and where it came from, secrets masked. A value
 * that can't be read, a required one that is missing or a word that isn't in the list stops the
 * start with exit 2, all of them named at once. */
#pragma once

#include <chassis/base.h>
#include <stddef.h>

typedef enum ConfigType {
    CONFIG_TYPE_END,
    CONFIG_TYPE_STRING,   /* Str */
    CONFIG_TYPE_INT,      /* int64_t */
    CONFIG_TYPE_BOOL,     /* bool: true false 1 0 */
    CONFIG_TYPE_FLOAT,    /* double */
    CONFIG_TYPE_ENUM,     /* int: index in .names */
    CONFIG_TYPE_DURATION, /* int64_t ns: "15m", or a bare integer in .unit_ns */
} ConfigType;

typedef struct ConfigRow {
    const char *name; /* of the variable */
    ConfigType type;
    size_t offset;
    const char *fallback;     /* as it would be written; NULL: none */
    const char *help;         /* one sentence */
    const char *alias;        /* older name, read when `name` is unset */
    const char *const *names; /* ENUM: NULL-terminated */
    int64_t min, max;         /* INT and DURATION (ns); both 0: no bound */
    int64_t unit_ns;          /* DURATION: of a bare integer; 0: refused */
    bool required;            /* no value at all is an error */
    bool secret;              /* masked wherever it is shown */
} ConfigRow;

#define CONFIG_ROW_(Struct, member, variable, kind, fallback_text, help_text, ...) \
    { .name = (variable),                                                          \
      .type = (kind),                                                              \
      .offset = offsetof(Struct, member),                                          \
      .fallback = (fallback_text),                                                 \
      .help = (help_text),                                                         \
      __VA_ARGS__ }
#define CONFIG_STRING(Struct, member, variable, fallback, help, ...) \
    CONFIG_ROW_(Struct, member, variable, CONFIG_TYPE_STRING, fallback, help, __VA_ARGS__)
#define CONFIG_INT(Struct, member, variable, fallback, help, ...) \
    CONFIG_ROW_(Struct, member, variable, CONFIG_TYPE_INT, fallback, help, __VA_ARGS__)
#define CONFIG_BOOL(Struct, member, variable, fallback, help, ...) \
    CONFIG_ROW_(Struct, member, variable, CONFIG_TYPE_BOOL, fallback, help, __VA_ARGS__)
#define CONFIG_FLOAT(Struct, member, variable, fallback, help, ...) \
    CONFIG_ROW_(Struct, member, variable, CONFIG_TYPE_FLOAT, fallback, help, __VA_ARGS__)
#define CONFIG_ENUM(Struct, member, variable, words, fallback, help, ...)                         \
    CONFIG_ROW_(                                                                                  \
        Struct, member, variable, CONFIG_TYPE_ENUM, fallback, help, .names = (words), __VA_ARGS__ \
    )
#define CONFIG_DURATION(Struct, member, variable, fallback, help, ...) \
    CONFIG_ROW_(Struct, member, variable, CONFIG_TYPE_DURATION, fallback, help, __VA_ARGS__)
#define CONFIG_END { .type = CONFIG_TYPE_END }
