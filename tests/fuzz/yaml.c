/* codec/yaml on any text: what reads is written so that it reads back the same, in every style, and
 * what doesn't read says where. */
#include "codec/yaml.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A key that is no string is written in its plainest form, under which it is found no more. */
static bool has_string_keys(const Node *node)
{
    bool fits = true;
    for (size_t i = 0; fits && node->kind == NODE_SEQ && i < node->seq.len; i++) {
        fits = has_string_keys(node->seq.items[i]);
    }
    for (size_t i = 0; fits && node->kind == NODE_MAP && i < node->map.len; i++) {
        fits = node->map.pairs[i].key->kind == NODE_STRING &&
               has_string_keys(node->map.pairs[i].value);
    }
    return fits;
}

static void check_writes(Arena *arena, const Node *root, const YamlWriteOptions *options)
{
    StrBuf text = STRBUF_ON_ARENA(arena);
    yaml_write(&text, root, options);
    DiagList diags = DIAG_LIST(arena);
    Node *again = NULL;
    /* what stands more than once through aliases is written out */
    YamlOptions generous = { .limits = { .max_bytes = 256 << 20, .max_nodes = 8000000 } };
    int rc = yaml_read_one(
        arena, source_new(arena, STR("again"), strbuf_str(&text)), &generous, &again, &diags
    );
    assert(rc == 0 && node_equal(root, again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena Arena *arena = arena_new(0);
    YamlOptions options = { .keep_comments = true,
                            .limits = { .max_nodes = 20000, .max_depth = 60 } };
    Source *source = source_new(arena, STR("input"), str_make((const char *) data, size));
    DiagList diags = DIAG_LIST(arena);
    YamlDocuments documents;
    if (yaml_read(arena, source, &options, &documents, &diags) < 0) {
        assert(diags.diags.len > 0);
        (void) span_start(diags.diags.ptr[0].span);
    }
    for (size_t i = 0; i < documents.len && has_string_keys(documents.roots[i]); i++) {
        check_writes(arena, documents.roots[i], &(YamlWriteOptions) { .ignore_styles = true });
        check_writes(
            arena,
            documents.roots[i],
            &(YamlWriteOptions
            ) { .ignore_styles = true, .fold_column = 80, .escape_tabs = true, .sort_keys = true }
        );
    }
    return 0;
}
