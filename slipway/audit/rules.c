#include "rule.h"

/* clang-format off */
const RuleFamily *const rule_families[] = {
    &rules_engine,
    &rules_schema,
    &rules_dockerfile_stages,
    &rules_dockerfile_images,
    &rules_dockerfile_users,
    &rules_dockerfile_commands,
    &rules_dockerfile_secrets,
    &rules_dockerfile_files,
    &rules_dockerfile_packages,
    &rules_dockerfile_libraries,
    &rules_dockerfile_shell,
    &rules_dockerfile_settings,
    &rules_dockerfile_habits,
    &rules_pod_security,
    &rules_pod_host,
    &rules_pod_users,
    &rules_images,
    &rules_resources,
    &rules_probes,
    &rules_scaling,
    &rules_objects,
    &rules_network,
    &rules_references,
    &rules_secrets,
    &rules_rbac,
    &rules_replicas,
    &rules_workloads,
    &rules_exposure,
    &rules_kustomize,
    &rules_compose_structure,
    &rules_compose_images,
    &rules_compose_ports,
    &rules_compose_privilege,
    &rules_compose_running,
    &rules_compose_secrets,
    &rules_monitoring_dashboards,
    &rules_monitoring_queries,
    &rules_monitoring_prometheus,
    &rules_monitoring_secrets,
    &rules_actions_syntax,
    &rules_actions_expressions,
    &rules_actions_uses,
    &rules_actions_injection,
    &rules_actions_rights,
    &rules_actions_secrets,
    &rules_actions_jobs,
    &rules_actions_release,
    &rules_actions_files,
    &rules_actions_plain,
    &rules_across_builds,
    &rules_across_compose,
    &rules_across_env,
    &rules_across_grafana,
    &rules_across_hosts,
    &rules_across_kafka,
    &rules_across_labels,
    &rules_across_memory,
    &rules_across_metrics,
    &rules_across_names,
    &rules_across_pods,
    &rules_across_policies,
    &rules_across_ports,
    &rules_across_reads,
    &rules_across_scrapes,
    &rules_across_scraped,
    &rules_across_versions,
    &rules_across_writes,
    NULL,
};
/* clang-format on */

const AuditRule *rule_get(Str id)
{
    for (size_t i = 0; rule_families[i]; i++) {
        for (size_t j = 0; j < rule_families[i]->len; j++) {
            if (str_eq_cstr(id, rule_families[i]->rules[j].id)) {
                return &rule_families[i]->rules[j];
            }
        }
    }
    return NULL;
}

bool rule_matches(const AuditRule *rule, Str pattern)
{
    Str id = str_from(rule->id);
    return str_eq(id, pattern) || (pattern.len == 2 && str_has_prefix(id, pattern));
}
