/* Configurations of Prometheus and Alertmanager and files of rules of any bytes, each read as all of
 * them: what is wrong has its place within the file. */
#include "audit/monitoring/prometheus.h"

#include <assert.h>

#include "codec/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const PrometheusKind kinds[] = {
        PROMETHEUS_CONFIG, PROMETHEUS_RULES, PROMETHEUS_ALERTMANAGER, PROMETHEUS_PROVISIONING
    };
    auto_arena Arena *arena = arena_new(0);
    YamlOptions options = { .limits = { .max_nodes = 2000, .max_depth = 60 } };
    Source *source = source_new(arena, STR("input.yml"), str_make((const char *) data, size));
    DiagList ignored = DIAG_LIST(arena);
    Node *root = NULL;
    (void) yaml_read_one(arena, source, &options, &root, &ignored);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        const PrometheusFile *file = prometheus_read(arena, source, kinds[i], root);
        vec_foreach(problem, &file->problems) {
            assert(problem->message.len > 0);
            assert(problem->span.end <= source->text.len);
        }
        vec_foreach(job, &file->jobs) {
            vec_foreach(target, &job->targets) {
                assert(target->node && target->port < 65536);
            }
        }
    }
    return 0;
}
