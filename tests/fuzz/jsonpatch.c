/* codec/jsonpatch on any [document, patch]: the document stays as it was, a failure says where, and
 * the patch between what was and what became makes the same of it. */
#include "codec/jsonpatch.h"

#include <assert.h>

#include "codec/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_between(Arena *arena, const Node *from, const Node *to)
{
    Node *again = NULL;
    Node *patch = json_patch_between(arena, from, to);
    int rc = json_patch_apply(arena, from, patch, NULL, &again, NULL);
    assert(rc == 0 && node_equal(again, to));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena Arena *arena = arena_new(0);
    Node *root = NULL;
    Str text = str_make((const char *) data, size);
    if (json_read_str(arena, text, NULL, &root, NULL) != 0 || !node_is_seq(root) ||
        root->seq.len != 2) {
        return 0;
    }
    const Node *document = root->seq.items[0];
    const Node *before = node_copy(arena, document);
    JsonPatchOptions options = { .negative_indices = size % 2 };
    Node *result = NULL;
    Error err = ERROR_INIT;
    int rc = json_patch_apply(arena, document, root->seq.items[1], &options, &result, &err);
    assert(node_equal(document, before));
    if (rc == 0) {
        check_between(arena, document, result);
    } else {
        assert(err.code == rc && err.message[0] && span_is_known(err.span));
    }
    check_between(arena, document, root->seq.items[1]);
    return 0;
}
