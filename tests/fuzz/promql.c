/* PromQL on any bytes: it ends, a mistake has its place within the text, and every node of a tree
 * lies within its parent's. */
#include "audit/monitoring/promql.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const PromNode *node, size_t start, size_t end)
{
    assert(start <= node->start && node->start <= node->end && node->end <= end);
    for (size_t i = 0; i < node->args.len; i++) {
        check(node->args.ptr[i], node->start, node->end);
    }
    for (size_t i = 0; i < node->matchers.len; i++) {
        assert(
            node->start <= node->matchers.ptr[i].start && node->matchers.ptr[i].end <= node->end
        );
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena Arena *arena = arena_new(0);
    for (int variables = 0; variables < 2; variables++) {
        PromError error = { 0 };
        const PromNode *root =
            promql_parse(arena, str_make((const char *) data, size), variables, &error);
        if (root) {
            check(root, 0, size);
        } else {
            assert(error.message.len > 0 && error.start <= error.end && error.end <= size);
        }
    }
    return 0;
}
