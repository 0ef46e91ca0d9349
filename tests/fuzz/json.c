/* codec/json on any bytes: what is read must be written and read back equal, what is refused must
 * say where. */
#include "codec/json.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_written(Arena *arena, const Node *root, unsigned indent)
{
    auto_strbuf StrBuf out = STRBUF_INIT;
    JsonWriter w = json_writer(&out, indent);
    json_node(&w, root);
    Node *again = NULL;
    int rc = json_read_str(arena, strbuf_str(&out), NULL, &again, NULL);
    assert(rc == 0 && node_equal(root, again));
}

static void check_compacted(Arena *arena, const Node *root, Str text)
{
    auto_strbuf StrBuf out = STRBUF_INIT;
    JsonWriter w = json_writer(&out, 0);
    json_raw_compact(&w, text);
    Node *again = NULL;
    int rc = json_read_str(arena, strbuf_str(&out), NULL, &again, NULL);
    assert(rc == 0 && node_equal(root, again));
}

static void check_quoted(Arena *arena, Str text)
{
    auto_strbuf StrBuf out = STRBUF_INIT;
    json_add_quoted(&out, text);
    Node *again = NULL;
    int rc = json_read_str(arena, strbuf_str(&out), NULL, &again, NULL);
    assert(rc == 0 && node_is_string(again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena Arena *arena = arena_new(0);
    Str text = str_make((const char *) data, size);
    Node *root = NULL;
    Error err = ERROR_INIT;
    int rc = json_read_str(arena, text, NULL, &root, &err);
    if (rc == 0) {
        check_written(arena, root, 0);
        check_written(arena, root, 3);
        check_compacted(arena, root, text);
        assert(node_equal(root, node_copy(arena, root)));
        assert(root->span.end <= size);
    } else {
        assert(rc == -EINVAL && err.code == rc && err.message[0] && err.span.end <= size);
    }
    check_quoted(arena, text);
    return 0;
}
