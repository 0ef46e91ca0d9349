/* The suffix of generated names: of a JSON of name, kind and data, as Kubernetes' hash utility
 * does. */
#include <string.h>

#include "base/text.h"
#include "codec/digest.h"

#include "generators.h"
#include "gojson.h"
#include "resource.h"

static void add_value(StrBuf *out, const char *key, const Node *value)
{
    strbuf_addf(out, "\"%s\":", key);
    if (node_is_map(value)) {
        go_json_write(out, value, 0);
    } else {
        go_json_string(out, value && node_is_scalar(value) ? value->text : (Str) { 0 });
    }
}

static void add_field(StrBuf *out, const Node *root, const char *key, bool only_map)
{
    const Node *value = node_get_cstr(root, key);
    if (only_map && !node_is_map(value)) {
        return;
    }
    if (out->len > 1) {
        strbuf_add_char(out, ',');
    }
    add_value(out, key, value);
}

/* Keys in bytewise order, as Go writes a map. */
static void encode(StrBuf *out, const Resource *resource)
{
    bool is_secret = str_eq(resource_kind(resource), STR("Secret"));
    strbuf_add_char(out, '{');
    if (!is_secret) {
        add_field(out, resource->node, "binaryData", true);
    }
    add_field(out, resource->node, "data", false);
    strbuf_addf(out, ",\"kind\":\"%s\"", is_secret ? "Secret" : "ConfigMap");
    /* kustomize looks for a field "metadata/name", which no object has */
    strbuf_add_cstr(out, ",\"name\":\"\"");
    if (is_secret) {
        add_field(out, resource->node, "stringData", true);
        add_field(out, resource->node, "type", false);
    }
    strbuf_add_char(out, '}');
}

Str resource_hash(Arena *arena, const Resource *resource)
{
    StrBuf text = STRBUF_ON_ARENA(arena);
    encode(&text, resource);
    Str hex = sha256_hex(arena, strbuf_str(&text));
    char *suffix = arena_strndup(arena, hex.ptr, 10);
    for (char *c = suffix; *c; c++) {
        static const char from[] = "013ae", to[] = "ghkmt";
        const char *at = strchr(from, *c);
        *c = at ? to[at - from] : *c;
    }
    return str_from(suffix);
}

Str base64_lines(Arena *arena, Str data)
{
    enum { LINE = 70 };
    StrBuf encoded = STRBUF_ON_ARENA(arena);
    base64_add(&encoded, data.ptr, data.len, BASE64_STANDARD);
    Str text = strbuf_str(&encoded);
    if (text.len < LINE) {
        return text;
    }
    StrBuf lines = STRBUF_ON_ARENA(arena);
    for (size_t at = 0; at < text.len; at += LINE) {
        strbuf_add(&lines, str_slice(text, at, at + LINE));
        strbuf_add_char(&lines, '\n');
    }
    return strbuf_str(&lines);
}
