/* Objects of any shape against the API and against definitions of any shape: the documents of the
 * input serve as both. Nothing may run on or be read where there is nothing. */
#include "codec/yaml.h"

#include "audit/schema/validate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static Str text_of(const Node *node, const char *key)
{
    return node_string_or(node_get_cstr(node, key), STR(""));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena Arena *arena = arena_new(0);
    YamlOptions options = { .limits = { .max_nodes = 2000, .max_depth = 40 } };
    Source *source = source_new(arena, STR("input"), str_make((const char *) data, size));
    DiagList diags = DIAG_LIST(arena);
    YamlDocuments documents = { 0 };
    (void) yaml_read(arena, source, &options, &documents, &diags);
    Api *api = api_new(arena, size % 2 ? api_oldest_minor() : api_newest_minor());
    for (size_t i = 0; i < documents.len; i++) {
        api_add_definition(api, documents.roots[i]);
    }
    for (size_t i = 0; i < documents.len; i++) {
        Node *root = documents.roots[i];
        Str api_version = text_of(root, "apiVersion");
        const ApiType *type = api_type(api, api_version, text_of(root, "kind"));
        (void) api_standing(api, api_version, text_of(root, "kind"));
        if (type && node_is_map(root)) {
            ApiProblems problems = { 0 };
            api_validate(api, type, root, &problems);
        }
    }
    return 0;
}
