/* The schema of a Compose file as tables (schema_table.c), and the check of a document by them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "compose.h"

enum {
    SCHEMA_NULL = 1 << 0,
    SCHEMA_BOOL = 1 << 1,
    SCHEMA_INT = 1 << 2,
    SCHEMA_NUMBER = 1 << 3,
    SCHEMA_STRING = 1 << 4,
    SCHEMA_LIST = 1 << 5,
    SCHEMA_MAP = 1 << 6,
};

/* What names beside the known keys may be. */
typedef enum SchemaNames {
    SCHEMA_NAMES_NONE,
    SCHEMA_NAMES_ANY,
    SCHEMA_NAMES_IDENTIFIER, /* letters, digits, '.', '_', '-' */
    SCHEMA_NAMES_LOWER,      /* lower-case letters */
} SchemaNames;

typedef struct SchemaKey {
    const char *name;
    uint16_t type;
} SchemaKey;

typedef struct SchemaType {
    uint16_t kinds;                /* 0: any */
    uint16_t first_key, key_count; /* in compose_schema_keys, sorted */
    uint16_t items, values;        /* types; 0: anything */
    uint8_t names;
    bool extensible;      /* "x-…" may stand there */
    bool open;            /* any other key too */
    bool unique;          /* no item twice */
    bool bounded;         /* of integers */
    const char *choices;  /* "a|b", of texts */
    const char *required; /* "a|b", keys */
    int64_t least, most;
} SchemaType;

extern const SchemaKey compose_schema_keys[];
extern const SchemaType compose_schema_types[];
extern const uint16_t compose_schema_root;

/* Adds what is wrong with the document of one file to project->problems. */
void compose_schema_check(ComposeProject *project, const Node *root);
