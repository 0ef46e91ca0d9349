/* Strategic merge and JSON patch on any documents: a resource, a patch to merge, operations. Neither
 * may run on, read what isn't there, or leave a tree that can't be written. */
#include <assert.h>

#include "codec/yaml.h"

#include "kustomize/merge.h"
#include "kustomize/patch_ops.h"
#include "kustomize/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_out(Arena *arena, const Node *node)
{
    StrBuf text = STRBUF_ON_ARENA(arena);
    yaml_write(&text, node, &(YamlWriteOptions) { .ignore_styles = true, .sort_keys = true });
    assert(text.len > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena Arena *arena = arena_new(0);
    YamlOptions options = { .limits = { .max_nodes = 2000, .max_depth = 40 } };
    Source *source = source_new(arena, STR("input"), str_make((const char *) data, size));
    DiagList diags = DIAG_LIST(arena);
    YamlDocuments documents;
    if (yaml_read(arena, source, &options, &documents, &diags) < 0 || documents.len < 2) {
        return 0;
    }
    Build build = { .arena = arena, .diags = &diags };
    build.schema = schema_new(&build);
    Node *merged = NULL;
    Node *resource = node_copy(arena, documents.roots[0]);
    if (merge_patch(&build, resource, node_copy(arena, documents.roots[1]), &merged) == 0 &&
        merged) {
        write_out(arena, merged);
    }
    const Node *ops = documents.roots[documents.len - 1];
    Node *patched = node_copy(arena, documents.roots[0]);
    if (patch_ops_is_list(ops) && (patched->kind == NODE_MAP || patched->kind == NODE_SEQ)) {
        (void) patch_ops_apply(&build, patched, ops);
        write_out(arena, patched);
    }
    return 0;
}
