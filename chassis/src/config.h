/* Reading a table of configuration rows from an environment, and showing it. */
#pragma once

#include <chassis/config.h>

/* Where values come from; getenv in a program, a table in tests. NULL: unset. */
typedef const char *(*ConfigLookup)(const char *name, void *ctx);

typedef struct ConfigSource {
    ConfigLookup lookup;
    void *ctx;
    Arena *arena;     /* strings of the config live here */
    StrBuf *problems; /* one line for each bad variable, naming it */
} ConfigSource;

/* The value as written and where it came from: the environment or the row's default. */
typedef struct ConfigText {
    Str text;
    const char *variable; /* name or alias that was set; NULL: the default */
    bool is_missing;
} ConfigText;

ConfigText config_text(const ConfigSource *source, const ConfigRow *row);
/* Fills `into` from every row; false when a problem was noted. */
bool config_read(const ConfigSource *source, const ConfigRow *rows, void *into);
/* "NAME=value  # default, help" lines, secrets masked. */
void config_print(const ConfigSource *source, const ConfigRow *rows, StrBuf *out);
