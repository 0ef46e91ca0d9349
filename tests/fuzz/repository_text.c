/* What the rules across artifacts read out of values and sources: hosts and ports, images, variables.
 * All parts lie within the text, and reading goes on until its end. */
#include <assert.h>

#include "audit/repository/reads.h"
#include "audit/repository/repository.h"
#include "audit/rules/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena Arena *arena = arena_new(0);
    Str text = str_make((const char *) data, size);
    Endpoint endpoint;
    size_t before = 0;
    for (size_t at = 0; endpoint_next(text, &at, &endpoint);) {
        assert(at > before && endpoint.start <= endpoint.end && endpoint.end <= size);
        assert(endpoint.host.len > 0 && endpoint.port <= 65535);
        before = at;
    }
    ImageName image;
    if (image_parse(arena, text, &image)) {
        assert(image.repository.len >= image.path.len && image.path.len >= image.last.len);
        (void) image_is_official(&image);
    }
    (void) image_is_bare(text);
    const char *proof = url_proof(text);
    assert(!proof || str_find(text, STR("://")) != STR_NONE);
    EnvReads reads = env_reads_of(arena, text);
    vec_foreach(read, &reads) {
        assert(read->start < read->end && read->end <= size);
        assert(str_eq(str_slice(text, read->start, read->end), read->name));
    }
    return 0;
}
