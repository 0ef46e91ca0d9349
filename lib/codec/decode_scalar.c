/* Scalars of the decode tables, and the words of their findings. */
#include <assert.h>
#include <inttypes.h>

#include "base/clock.h"
#include "base/text.h"
#include "codec/internal.h"
#include "codec/regex.h"

enum { SHOWN_BYTES = 60 }; /* of a value in a message */

/* Findings */

/* What was found instead, as the author wrote it. */
static Str describe_value(Arena *arena, const Node *node)
{
    if (!node_is_scalar(node) || node->kind == NODE_NULL) {
        return str_from(node_kind_name(node->kind));
    }
    size_t len = node->text.len;
    if (len > SHOWN_BYTES) {
        for (len = SHOWN_BYTES; len > 0 && ((unsigned char) node->text.ptr[len] & 0xc0) == 0x80;) {
            len--;
        }
    }
    return str_printf(
        arena,
        "%s%.*s%s%s",
        node->kind == NODE_STRING ? "\"" : "",
        (int) len,
        node->text.ptr ? node->text.ptr : "",
        len < node->text.len ? "…" : "",
        node->kind == NODE_STRING ? "\"" : ""
    );
}

static Diag *add_expected(
    DecodeContext *ctx,
    const DecodeField *field,
    const Node *node,
    const char *rule,
    const char *expected
)
{
    Str got = describe_value(ctx->arena, node);
    const char *name = field->name ? field->name : "";
    return diag_error(
        ctx->diags,
        rule,
        node->span,
        "%s%sexpected %s, got %" STR_FMT,
        name,
        *name ? ": " : "",
        expected,
        STR_ARG(got)
    );
}

bool decode_fail(
    DecodeContext *ctx, const DecodeField *field, const Node *node, const char *expected
)
{
    (void) add_expected(ctx, field, node, "D1002", expected);
    return false;
}

static void add_amount(StrBuf *out, DecodeType type, int64_t amount)
{
    if (type == DECODE_TYPE_DURATION) {
        duration_add(out, amount);
    } else if (type == DECODE_TYPE_BYTES) {
        bytes_add(out, amount);
    } else {
        strbuf_add_int64(out, amount);
    }
}

/* `what` with the field's bounds behind it. */
static const char *with_bounds(Arena *arena, const DecodeField *field, const char *what)
{
    StrBuf text = STRBUF_ON_ARENA(arena);
    strbuf_add_cstr(&text, what);
    if (decode_is_bounded(field)) {
        strbuf_add_cstr(&text, decode_has_max(field) ? " from " : " of at least ");
        add_amount(&text, field->type, field->min);
    }
    if (decode_has_max(field)) {
        strbuf_add_cstr(&text, " to ");
        add_amount(&text, field->type, field->max);
    }
    return text.ptr;
}

bool decode_check_length(
    DecodeContext *ctx, const DecodeField *field, const Node *node, size_t len, const char *unit
)
{
    if (decode_in_range(field, (int64_t) len)) {
        return true;
    }
    const char *name = field->name ? field->name : "";
    const char *colon = *name ? ": " : "";
    const char *wanted =
        decode_has_max(field)
            ? arena_printf(ctx->arena, "%" PRId64 " to %" PRId64, field->min, field->max)
            : arena_printf(ctx->arena, "at least %" PRId64, field->min);
    diag_error(
        ctx->diags,
        "D1004",
        node->span,
        "%s%sexpected %s %s, got %zu",
        name,
        colon,
        wanted,
        unit,
        len
    );
    return false;
}

static bool
fail_range(DecodeContext *ctx, const DecodeField *field, const Node *node, const char *what)
{
    (void) add_expected(ctx, field, node, "D1004", with_bounds(ctx->arena, field, what));
    return false;
}

static bool
fail_amount(DecodeContext *ctx, const DecodeField *field, const Node *node, const char *what)
{
    return decode_fail(ctx, field, node, with_bounds(ctx->arena, field, what));
}

/* Patterns */

static bool matches(DecodeContext *ctx, const char *pattern, Str text)
{
    Regex *regex = map_get(&ctx->patterns, str_from(pattern));
    if (!regex) {
        int rc = regex_compile(ctx->arena, str_from(pattern), true, &regex, NULL);
        assert(rc == 0 && "a pattern of a decode table is a regular expression");
        if (rc < 0) {
            return false;
        }
        ctx->patterns.arena = ctx->arena;
        map_set(&ctx->patterns, str_from(pattern), regex);
    }
    return regex_matches(regex, text);
}

bool decode_check_pattern(DecodeContext *ctx, const DecodeField *field, const Node *node)
{
    if (!field->pattern || matches(ctx, field->pattern, node->text)) {
        return true;
    }
    const char *expected = field->pattern_help
                               ? field->pattern_help
                               : arena_printf(ctx->arena, "text that matches %s", field->pattern);
    (void) add_expected(ctx, field, node, "D1006", expected);
    return false;
}

/* One function a type; each writes to `into` on success only. */

static bool decode_bool(DecodeContext *ctx, const DecodeField *field, const Node *node, void *into)
{
    if (node->kind == NODE_BOOL) {
        *(bool *) into = node->boolean;
        return true;
    }
    Diag *diag = add_expected(ctx, field, node, "D1002", "true or false");
    if (node->yaml11_bool) {
        diag_hint(ctx->diags, diag, "YAML 1.2 has true and false only");
    }
    return false;
}

static bool decode_int(DecodeContext *ctx, const DecodeField *field, const Node *node, void *into)
{
    if (node->kind != NODE_INT) {
        return fail_amount(
            ctx, field, node, node->kind == NODE_FLOAT ? "a whole number" : "a number"
        );
    }
    if (!decode_in_range(field, node->integer)) {
        return fail_range(ctx, field, node, "a number");
    }
    *(int64_t *) into = node->integer;
    return true;
}

static bool
decode_double(DecodeContext *ctx, const DecodeField *field, const Node *node, void *into)
{
    if (node->kind != NODE_INT && node->kind != NODE_FLOAT) {
        return fail_amount(ctx, field, node, "a number");
    }
    double value = node->kind == NODE_INT ? (double) node->integer : node->real;
    bool in_range =
        !decode_is_bounded(field) ||
        (value >= (double) field->min && (!decode_has_max(field) || value <= (double) field->max));
    if (!in_range) {
        return fail_range(ctx, field, node, "a number");
    }
    *(double *) into = value;
    return true;
}

static bool
decode_string(DecodeContext *ctx, const DecodeField *field, const Node *node, void *into)
{
    if (node->kind != NODE_STRING) {
        Diag *diag = add_expected(ctx, field, node, "D1002", "a string");
        if (node_is_scalar(node) && node->kind != NODE_NULL) {
            diag_hint(ctx->diags, diag, "put it in quotes: \"%" STR_FMT "\"", STR_ARG(node->text));
        }
        return false;
    }
    if (!decode_check_length(ctx, field, node, utf8_count(node->text), "characters")) {
        return false;
    }
    if (!decode_check_pattern(ctx, field, node)) {
        return false;
    }
    *(Str *) into = node->text;
    return true;
}

static void hint_name(DecodeContext *ctx, Diag *diag, Str word, const char *const *names)
{
    size_t count = 0;
    while (names[count]) {
        count++;
    }
    Str *candidates = ARENA_ARRAY(ctx->arena, Str, count);
    for (size_t i = 0; i < count; i++) {
        candidates[i] = str_from(names[i]);
    }
    diag_hint_nearest(ctx->diags, diag, word, candidates, count);
}

static bool decode_enum(DecodeContext *ctx, const DecodeField *field, const Node *node, void *into)
{
    StrBuf expected = STRBUF_ON_ARENA(ctx->arena);
    strbuf_add_cstr(&expected, "one of");
    for (int i = 0; field->names[i]; i++) {
        if (node_is_scalar(node) && str_eq_cstr(node->text, field->names[i])) {
            *(int *) into = i;
            return true;
        }
        strbuf_addf(&expected, "%s %s", i ? "," : "", field->names[i]);
    }
    bool is_word = node->kind == NODE_STRING;
    Diag *diag = add_expected(ctx, field, node, is_word ? "D1005" : "D1002", expected.ptr);
    if (is_word) {
        hint_name(ctx, diag, node->text, field->names);
    }
    return false;
}

static bool
decode_duration(DecodeContext *ctx, const DecodeField *field, const Node *node, void *into)
{
    int64_t ns = 0;
    bool is_text = node->kind == NODE_STRING || node->kind == NODE_INT;
    if (!is_text || !duration_parse(node->text, &ns)) {
        return fail_amount(ctx, field, node, "a duration such as 30s");
    }
    if (!decode_in_range(field, ns)) {
        return fail_range(ctx, field, node, "a duration");
    }
    *(int64_t *) into = ns;
    return true;
}

static bool decode_bytes(DecodeContext *ctx, const DecodeField *field, const Node *node, void *into)
{
    int64_t bytes = 0;
    bool is_text = node->kind == NODE_STRING || node->kind == NODE_INT;
    if (!is_text || !bytes_parse(node->text, &bytes)) {
        return fail_amount(ctx, field, node, "a size such as 256Mi");
    }
    if (!decode_in_range(field, bytes)) {
        return fail_range(ctx, field, node, "a size");
    }
    *(int64_t *) into = bytes;
    return true;
}

bool decode_scalar(DecodeContext *ctx, const DecodeField *field, const Node *node, void *into)
{
    static bool (*const decoders[])(
        DecodeContext *ctx, const DecodeField *field, const Node *node, void *into
    ) = {
        [DECODE_TYPE_BOOL] = decode_bool,     [DECODE_TYPE_INT] = decode_int,
        [DECODE_TYPE_DOUBLE] = decode_double, [DECODE_TYPE_STRING] = decode_string,
        [DECODE_TYPE_ENUM] = decode_enum,     [DECODE_TYPE_DURATION] = decode_duration,
        [DECODE_TYPE_BYTES] = decode_bytes,
    };
    assert(field->type < sizeof(decoders) / sizeof(decoders[0]) && decoders[field->type]);
    return decoders[field->type](ctx, field, node, into);
}
