/* What a workflow builds, whatever it says: the reader of images and Dockerfiles ends, and what it
 * found answers to its own names. */
#include <assert.h>

#include "codec/yaml.h"

#include "audit/repository/ci.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena Arena *arena = arena_new(0);
    DiagList ignored = DIAG_LIST(arena);
    YamlOptions options = { .limits = { .max_nodes = 4000 } };
    Source *source = source_new(arena, STR("ci.yml"), str_make((const char *) data, size));
    Node *root = NULL;
    if (yaml_read_one(arena, source, &options, &root, &ignored) < 0) {
        return 0;
    }
    Audit audit = { .arena = arena };
    Repository repository = { .arena = arena, .audit = &audit, .root = STR(".") };
    vec_push(&audit.workflows, arena, workflow_read(arena, source, root, WORKFLOW_JOBS));
    CiBuilds builds = ci_builds(arena, &repository);
    vec_foreach(build, &builds.builds) {
        assert(build->node && ci_builds_file(&repository, &builds, build->paths[0]));
        vec_foreach(name, &build->images) {
            ImageName image;
            assert(ci_matches(*name, *name));
            if (image_parse(arena, *name, &image)) {
                (void) ci_builds_image(&builds, &image);
            }
        }
    }
    return 0;
}
