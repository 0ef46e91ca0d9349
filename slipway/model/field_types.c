/* Decoders of the types that only a catalog has. */
#include "model/internal.h"

bool decode_ports(DecodeContext *ctx, const DecodeField *field, Node *node, void *into)
{
    PortList *ports = into;
    if (!node_is_map(node)) {
        diag_error(
            ctx->diags,
            "D1002",
            node->span,
            "%s: expected a map of names to ports, got %s",
            field->name,
            node_kind_name(node->kind)
        );
        return false;
    }
    ports->ptr = ARENA_ARRAY(ctx->arena, Port, node->map.len);
    ports->len = 0;
    for (size_t i = 0; i < node->map.len; i++) {
        NodePair *pair = &node->map.pairs[i];
        Node *value = pair->value;
        if (value->kind != NODE_INT || value->integer < 1 || value->integer > 65535) {
            diag_error(
                ctx->diags,
                "D1004",
                value->span,
                "port %" STR_FMT ": expected a number from 1 to 65535, got %" STR_FMT,
                STR_ARG(pair->key->text),
                STR_ARG(node_is_scalar(value) ? value->text : str_from(node_kind_name(value->kind)))
            );
            continue;
        }
        ports->ptr[ports->len++] =
            (Port) { .name = pair->key->text, .number = value->integer, .span = value->span };
    }
    return true;
}

static bool is_env_name(Str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool alpha = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
        if (!alpha && !(i > 0 && c >= '0' && c <= '9')) {
            return false;
        }
    }
    return name.len > 0;
}

/* Values may be any scalar: PORT: 8001 and DEBUG: true mean their text. */
bool decode_env(DecodeContext *ctx, const DecodeField *field, Node *node, void *into)
{
    EnvList *env = into;
    if (!node_is_map(node)) {
        diag_error(
            ctx->diags,
            "D1002",
            node->span,
            "%s: expected a map of names to values, got %s",
            field->name,
            node_kind_name(node->kind)
        );
        return false;
    }
    env->ptr = ARENA_ARRAY(ctx->arena, EnvVar, node->map.len);
    env->len = 0;
    for (size_t i = 0; i < node->map.len; i++) {
        Node *key = node->map.pairs[i].key, *value = node->map.pairs[i].value;
        if (!is_env_name(key->text)) {
            diag_error(
                ctx->diags,
                "D1006",
                key->span,
                "\"%" STR_FMT "\" is no name of an environment variable",
                STR_ARG(key->text)
            );
            continue;
        }
        if (value->kind == NODE_NULL) { /* an overlay's way to remove it */
            continue;
        }
        if (!node_is_scalar(value)) {
            diag_error(
                ctx->diags,
                "D1002",
                value->span,
                "%" STR_FMT ": expected a text or number, got %s",
                STR_ARG(key->text),
                node_kind_name(value->kind)
            );
            continue;
        }
        env->ptr[env->len++] =
            (EnvVar) { .name = key->text, .value = value->text, .span = value->span };
    }
    return true;
}

/* Kubernetes' quantity: digits, perhaps a fraction, perhaps a unit. */
static bool is_quantity(Str text)
{
    static const char *const units[] = { "", "m", "k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti" };
    size_t digits = 0;
    while (digits < text.len &&
           ((text.ptr[digits] >= '0' && text.ptr[digits] <= '9') || text.ptr[digits] == '.')) {
        digits++;
    }
    double value = 0;
    if (digits == 0 || !str_to_double(str_slice(text, 0, digits), &value)) {
        return false;
    }
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (str_eq_cstr(str_skip(text, digits), units[i])) {
            return true;
        }
    }
    return false;
}

bool decode_quantity(DecodeContext *ctx, const DecodeField *field, Node *node, void *into)
{
    Quantity *quantity = into;
    Str text = node_is_scalar(node) ? node->text : STR("");
    size_t dots = str_find(text, STR(".."));
    Str request = dots == STR_NONE ? text : str_slice(text, 0, dots);
    Str limit = dots == STR_NONE ? text : str_skip(text, dots + 2);
    if (!is_quantity(request) || !is_quantity(limit)) {
        Diag *diag = diag_error(
            ctx->diags,
            "D1004",
            node->span,
            "%s: \"%" STR_FMT "\" is no request..limit of quantities",
            field->name,
            STR_ARG(text)
        );
        diag_hint(ctx->diags, diag, "write cpu as 100m..500m and memory as 128Mi..256Mi");
        return false;
    }
    *quantity = (Quantity) { .request = request, .limit = limit };
    return true;
}

/* `databases: from_services` or a list. from_services is an empty list here; build.c fills it. */
bool decode_databases(DecodeContext *ctx, const DecodeField *field, Node *node, void *into)
{
    DecodeStrings *names = into;
    if (node_is_string(node) && str_eq(node->text, STR("from_services"))) {
        *names = (DecodeStrings) { 0 };
        return true;
    }
    if (!node_is_seq(node)) {
        diag_error(
            ctx->diags,
            "D1002",
            node->span,
            "%s: expected from_services or a list of names",
            field->name
        );
        return false;
    }
    names->ptr = ARENA_ARRAY(ctx->arena, Str, node->seq.len);
    names->nodes = node->seq.items;
    names->len = 0;
    for (size_t i = 0; i < node->seq.len; i++) {
        Node *item = node->seq.items[i];
        if (!node_is_string(item) || item->text.len == 0 || item->text.len > 63) {
            diag_error(
                ctx->diags, "D1002", item->span, "a database's name is a text of 1 to 63 bytes"
            );
            continue;
        }
        names->ptr[names->len++] = item->text;
    }
    return true;
}
