/* What codec/yaml makes of files: for each path on stdin one JSON line, the array of its documents,
 * or null where the text is refused. tests/prove/goyaml is the same on go-yaml. */
#include <stdio.h>

#include "base/fs.h"
#include "codec/json.h"
#include "codec/yaml.h"

static void probe(const char *path)
{
    auto_arena Arena *arena = arena_new(0);
    auto_strbuf StrBuf out = STRBUF_INIT;
    JsonWriter writer = json_writer(&out, 0);
    DiagList diags = DIAG_LIST(arena);
    const YamlOptions options = { 0 };
    YamlDocuments documents = { 0 };
    Str text = { 0 };
    Error err = ERROR_INIT;
    if (fs_read(arena, path, 16 << 20, &text, &err) < 0) {
        fprintf(stderr, "%s\n", err.message);
        exit(3);
    }
    Source *source = source_new(arena, str_from(path), text);
    if (yaml_read(arena, source, &options, &documents, &diags) < 0) {
        puts("null");
        return;
    }
    json_begin_array(&writer);
    for (size_t i = 0; i < documents.len; i++) {
        json_node(&writer, documents.roots[i]);
    }
    json_end_array(&writer);
    puts(out.ptr);
}

int main(void)
{
    auto_arena Arena *arena = arena_new(0);
    Str paths = { 0 };
    Error err = ERROR_INIT;
    if (fs_read_fd(arena, 0, 16 << 20, &paths, &err) < 0) {
        fprintf(stderr, "%s\n", err.message);
        return 3;
    }
    for (Str path; str_next_line(&paths, &path);) {
        probe(str_to_cstr(arena, path));
    }
    return 0;
}
