/* The decode tables of the catalog: names, types, bounds and meanings of every key, said once. They
 * decode, make the JSON Schema and answer `explain`. */
#pragma once

#include "codec/decode.h"
#include "codec/json.h"

extern const DecodeField catalog_fields[];
extern const DecodeField service_fields[];
extern const DecodeField resource_fields[];
extern const DecodeField task_fields[];
extern const DecodeField environment_fields[];

void catalog_schema(JsonWriter *w);
