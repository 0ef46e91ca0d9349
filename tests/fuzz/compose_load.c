/* A project of Compose files in any bytes: "=== NAME" on a line begins the file of that name, and
 * files include, extend and override each other. What the project has to say lies in one of them. */
#include <assert.h>

#include "codec/yaml.h"

#include "audit/compose/compose.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FILES_MOST = 16, PORTS_MOST = 65536 };

typedef struct VirtualFile {
    Str name, text;
    bool is_read;
    ComposeDocument document;
} VirtualFile;

typedef struct VirtualFiles {
    Arena *arena;
    VirtualFile all[FILES_MOST];
    size_t len;
} VirtualFiles;

static VirtualFiles split(Arena *arena, Str bytes)
{
    static const Str mark = STR_INIT("=== ");
    VirtualFiles files = { .arena = arena };
    Str name = STR("compose.yaml");
    const char *start = bytes.ptr;
    Str rest = bytes, line;
    while (str_next_line(&rest, &line)) {
        if (!str_has_prefix(line, mark) || files.len + 1 == FILES_MOST) {
            continue;
        }
        Str text = str_make(start, (size_t) (line.ptr - start));
        files.all[files.len++] = (VirtualFile) { .name = name, .text = text };
        name = str_trim(str_skip(line, mark.len));
        start = rest.ptr;
    }
    Str last = str_make(start, (size_t) (bytes.ptr + bytes.len - start));
    files.all[files.len++] = (VirtualFile) { .name = name, .text = last };
    return files;
}

static VirtualFile *find(VirtualFiles *files, Str name)
{
    for (size_t i = 0; i < files->len; i++) {
        if (str_eq(files->all[i].name, name)) {
            return &files->all[i];
        }
    }
    return NULL;
}

/* Nothing outside of the bytes is ever read. */
static bool read_virtual(void *ctx, Str path, ComposeDocument *ret)
{
    VirtualFiles *files = ctx;
    VirtualFile *file = find(files, path);
    if (!file) {
        return false;
    }
    if (!file->is_read) {
        file->is_read = true;
        DiagList diags = DIAG_LIST(files->arena);
        Source *source = source_new(files->arena, file->name, file->text);
        YamlOptions options = { .limits = { .max_nodes = 5000 } };
        YamlDocuments documents = { 0 };
        (void) yaml_read(files->arena, source, &options, &documents, &diags);
        file->document =
            (ComposeDocument) { source, (const Node *const *) documents.roots, documents.len };
    }
    *ret = file->document;
    return true;
}

static void check_span(Span span)
{
    assert(span.start <= span.end);
    assert(!span_is_known(span) || span.end <= span.source->text.len);
}

static void check_service(const ComposeProject *project, const ComposeService *service)
{
    assert(compose_service(project, service->name) && service->project == project);
    check_span(service->key->span);
    for (size_t i = 0; i < service->ports.len; i++) {
        const ComposePort *port = &service->ports.ptr[i];
        assert(port->count >= 1 && port->count <= PORTS_MOST);
        check_span(port->node->span);
    }
    for (size_t i = 0; i < service->depends_on.len; i++) {
        check_span(service->depends_on.ptr[i].node->span);
        (void) compose_service(project, service->depends_on.ptr[i].name);
    }
    Str text;
    (void) compose_text(project, compose_said(service, "restart"), &text);
}

static void check_project(const ComposeProject *project)
{
    vec_foreach(service, &project->services) {
        check_service(project, service);
    }
    vec_foreach(problem, &project->problems) {
        check_span(problem->span);
        assert(problem->message.len > 0);
    }
    vec_foreach(use, &project->uses) {
        check_span(use->span);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena Arena *arena = arena_new(0);
    VirtualFiles files = split(arena, str_make((const char *) data, size));
    VirtualFile *dotenv = find(&files, STR(".env"));
    VirtualFile *example = find(&files, STR(".env.example"));
    Str paths[] = { STR("compose.yaml"), STR("compose.override.yaml") };
    ComposeLoad load = {
        .read = read_virtual,
        .ctx = &files,
        .paths = paths,
        .path_count = find(&files, paths[1]) ? 2 : 1,
        .dotenv = dotenv ? dotenv->text : (Str) { 0 },
        .example = example ? example->text : (Str) { 0 },
    };
    check_project(compose_load(arena, &load));
    return 0;
}
