/* codec/decode on any document, twice over the same struct: false exactly when it said why, and
 * what it said can be shown. */
#include "codec/decode.h"

#include <assert.h>

#include "codec/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct Thing Thing;
struct Thing {
    Str name;
    int64_t count, timeout_ns, bytes;
    double share;
    bool is_on, has_count;
    int kind;
    DecodeStrings words;
    DecodeList list, numbers;
    DecodeDict dict;
    Node *raw;
};

static const char *const kind_names[] = { "one", "two", "three", NULL };
static const DecodeField number_item[] = { { .type = DECODE_TYPE_INT } };
static const DecodeField thing_fields[] = {
    DECODE_STRING(Thing, name, "name", .pattern = "([a-z]+-?)*", .max = 100, .required = true),
    DECODE_INT(Thing, count, "count", .min = 1, .max = 9, DECODE_PRESENT(Thing, has_count)),
    DECODE_DURATION(Thing, timeout_ns, "timeout"),
    DECODE_BYTES(Thing, bytes, "bytes"),
    DECODE_DOUBLE(Thing, share, "share", .max = 1),
    DECODE_BOOL(Thing, is_on, "on", .nullable = true),
    DECODE_ENUM(Thing, kind, "kind", .names = kind_names),
    DECODE_STRINGS(Thing, words, "words", .one_is_list = true),
    DECODE_LIST(Thing, list, "list", Thing, thing_fields),
    DECODE_LIST(Thing, numbers, "numbers", int64_t, number_item, .one_is_list = true),
    DECODE_DICT(Thing, dict, "dict", Thing, thing_fields, .nullable = true),
    DECODE_NODE(Thing, raw, "raw"),
    DECODE_END,
};

static void check_decode(DecodeContext *ctx, Node *root, Thing *thing)
{
    vec_clear(&ctx->diags->diags);
    bool is_fine = decode_struct(ctx, thing_fields, root, thing);
    assert(is_fine == (ctx->diags->diags.len == 0));
    auto_strbuf StrBuf out = STRBUF_INIT;
    diag_render(&out, ctx->diags, &(DiagStyle) { 0 });
    assert(is_fine == (out.len == 0));
    if (is_fine && thing->has_count) {
        assert(thing->count >= 1 && thing->count <= 9);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena Arena *arena = arena_new(0);
    Node *root = NULL;
    if (json_read_str(arena, str_make((const char *) data, size), NULL, &root, NULL) != 0) {
        return 0;
    }
    DiagList diags = DIAG_LIST(arena);
    DecodeContext ctx = { .arena = arena, .diags = &diags };
    Thing thing = { 0 };
    check_decode(&ctx, root, &thing);
    size_t entries = thing.dict.len;
    ctx.is_overlay = true;
    check_decode(&ctx, root, &thing);
    assert(thing.dict.len == entries);
    return 0;
}
