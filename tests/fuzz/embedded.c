/* Documents of any bytes with configurations in their strings: what is read of these lies in the string's
 * place, and where the source isn't coarse a plain value stands there as it is. */
#include "audit/monitoring/embedded.h"

#include <assert.h>

#include "codec/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_place(const Node *node, const Node *value)
{
    Source *source = node->span.source;
    assert(str_eq(source->text, value->span.source->text));
    assert(node->span.start >= value->span.start && node->span.end <= value->span.end);
    bool is_line = node->kind == NODE_INT || node->kind == NODE_BOOL;
    assert(source->is_coarse || !is_line || str_eq(span_text(node->span), node->text));
    for (size_t i = 0; node->kind == NODE_SEQ && i < node->seq.len; i++) {
        check_place(node->seq.items[i], value);
    }
    for (size_t i = 0; node->kind == NODE_MAP && i < node->map.len; i++) {
        check_place(node->map.pairs[i].key, value);
        check_place(node->map.pairs[i].value, value);
    }
}

static void check_strings(Arena *arena, const Node *map)
{
    for (size_t i = 0; node_is_map(map) && i < map->map.len; i++) {
        const NodePair *pair = &map->map.pairs[i];
        Embedded embedded;
        if (embedded_read(arena, pair->key, pair->value, &embedded)) {
            assert(
                embedded.root || embedded.mistake.len > 0 || embedded.kind != ARTIFACT_DASHBOARD
            );
            if (embedded.root) {
                check_place(embedded.root, pair->value);
            } else if (embedded.mistake.len > 0) {
                assert(embedded.mistake_span.end <= embedded.source->text.len);
            }
        }
        check_strings(arena, pair->value);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena Arena *arena = arena_new(0);
    YamlOptions options = { .limits = { .max_nodes = 1000, .max_depth = 20 } };
    Source *source = source_new(arena, STR("input.yml"), str_make((const char *) data, size));
    DiagList ignored = DIAG_LIST(arena);
    Node *root = NULL;
    if (yaml_read_one(arena, source, &options, &root, &ignored) == 0) {
        check_strings(arena, root);
    }
    return 0;
}
