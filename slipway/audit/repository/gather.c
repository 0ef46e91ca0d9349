/* Joins Dockerfiles, Compose services and containers into services, and wants the words that the
 * rules will ask the sources about. */
#include "base/path.h"

#include "audit/monitoring/dashboard.h"
#include "audit/monitoring/prometheus.h"
#include "ci.h"
#include "told.h"

static Str directory_name(Str directory)
{
    Str name = path_base(directory);
    return str_eq(name, STR(".")) ? STR("") : name;
}

/* services/product/deploy/Dockerfile is of product. */
static Str service_directory(Str path)
{
    static const Str inner[] = {
        STR_INIT("docker"), STR_INIT("deploy"), STR_INIT("build"), STR_INIT(".docker")
    };
    Str directory = path_dir(path);
    for (size_t i = 0; i < sizeof(inner) / sizeof(*inner); i++) {
        if (str_eq(path_base(directory), inner[i]) && str_has_char(directory, '/')) {
            return path_dir(directory);
        }
    }
    return directory;
}

/* While services are added they may move: their places in the list are kept, as numbers from 1. */
typedef struct Join {
    Repository *repository;
    Map by_dockerfile, by_image, by_name;
} Join;

static size_t *place_in(const Repository *repository, const RepoService *service)
{
    size_t *place = ARENA_NEW(repository->arena, size_t);
    *place = (size_t) (service - repository->services.ptr) + 1;
    return place;
}

static RepoService *at_place(const Join *join, const Map *map, Str key)
{
    const size_t *place = map_get(map, key);
    return place && *place > 0 ? &join->repository->services.ptr[*place - 1] : NULL;
}

static void add_dockerfiles(Join *join)
{
    Repository *repository = join->repository;
    vec_foreach(file, &repository->audit->dockerfiles) {
        Str directory = service_directory((*file)->source->path);
        if (repository_is_sample(repository, (*file)->source->path)) {
            continue;
        }
        RepoService *service = vec_add(&repository->services, repository->arena);
        service->dockerfile = *file;
        service->directory = directory;
        service->name = directory_name(directory);
        map_set(&join->by_dockerfile, (*file)->source->path, place_in(repository, service));
    }
}

/* Of two Dockerfiles that one image is built from none is meant. */
static void add_image(Join *join, Str name, const RepoService *service)
{
    ImageName image;
    if (str_has_char(name, '*') || !image_parse(join->repository->arena, name, &image)) {
        return;
    }
    size_t *place = place_in(join->repository, service);
    size_t *taken = map_get(&join->by_image, image.repository);
    if (taken && *taken != *place) {
        *taken = 0;
    } else if (!taken) {
        map_set(&join->by_image, image.repository, place);
    }
}

/* A workflow says which Dockerfile becomes which image. */
static void add_builds(Join *join)
{
    const Repository *repository = join->repository;
    Map by_path = MAP_ON_ARENA(repository->arena); /* from the root, as workflows say it */
    vec_foreach(file, &repository->audit->dockerfiles) {
        Str path = (*file)->source->path;
        map_set(
            &by_path, repository_relative(repository, path), map_get(&join->by_dockerfile, path)
        );
    }
    vec_foreach(build, &repository->ci->builds) {
        const RepoService *service = at_place(join, &by_path, build->paths[0]);
        service = service ? service : at_place(join, &by_path, build->paths[1]);
        for (size_t i = 0; service && !build->is_of_stage && i < build->images.len; i++) {
            add_image(join, build->images.ptr[i], service);
        }
    }
}

/* A Compose service belongs to the Dockerfile that it builds, or with others to its image, where that is
 * built elsewhere. Its name is the better one. */
static void add_compose(Join *join, const ComposeService *compose)
{
    Repository *repository = join->repository;
    ImageName image;
    bool has_image = compose->image && image_parse(repository->arena, compose->image_text, &image);
    RepoService *found = at_place(join, &join->by_dockerfile, compose->dockerfile);
    if (!found && !compose->build && has_image && !image_is_official(&image)) {
        found = at_place(join, &join->by_image, image.repository);
        if (!found) {
            vec_push(&repository->services, repository->arena, (RepoService) { 0 });
            found = vec_last(&repository->services);
        }
    }
    if (!found) {
        return;
    }
    if (found->compose.len == 0) {
        found->name = compose->name;
    }
    vec_push(&found->compose, repository->arena, compose);
    if (has_image && !map_has(&join->by_image, image.repository)) {
        map_set(&join->by_image, image.repository, place_in(repository, found));
    }
}

/* "product-service" and "product-svc" are product. */
static Str short_name(Str name)
{
    if (!str_strip_suffix(&name, STR("-service"))) {
        (void) str_strip_suffix(&name, STR("-svc"));
    }
    return name;
}

/* Of two services of one name none is meant. */
static void add_name(Join *join, Str name, const RepoService *service)
{
    size_t *place = place_in(join->repository, service);
    name = short_name(name);
    size_t *taken = map_get(&join->by_name, name);
    if (taken && *taken != *place) {
        *taken = 0;
    } else if (!taken && name.len > 0) {
        map_set(&join->by_name, name, place);
    }
}

static void add_names(Join *join)
{
    vec_foreach(service, &join->repository->services) {
        add_name(join, service->name, service);
        add_name(join, directory_name(service->directory), service);
    }
}

static RepoService *service_with_image(const Join *join, const ImageName *image)
{
    RepoService *found = at_place(join, &join->by_image, image->repository);
    if (!found) {
        found = at_place(join, &join->by_name, short_name(image->last));
        bool is_own = found && (!image_is_official(image) || found->compose.len > 0);
        found = is_own ? found : NULL;
    }
    return found;
}

static void add_container(Join *join, RepoContainer place)
{
    Arena *arena = join->repository->arena;
    ImageName image;
    if (image_parse(arena, node_text(place.container->node, "image"), &image)) {
        RepoService *service = service_with_image(join, &image);
        if (service) {
            vec_push(&service->containers, arena, place);
        }
    }
}

static void add_bundle(Join *join, const Bundle *bundle)
{
    vec_foreach(object, &bundle->objects) {
        for (size_t i = 0; object->pod && i < object->pod->containers.len; i++) {
            RepoContainer place = { .bundle = bundle,
                                    .object = object,
                                    .container = &object->pod->containers.ptr[i] };
            add_container(join, place);
        }
    }
}

static void join_all(Repository *repository)
{
    const Audit *audit = repository->audit;
    Arena *arena = repository->arena;
    Join join = { repository, MAP_ON_ARENA(arena), MAP_ON_ARENA(arena), MAP_ON_ARENA(arena) };
    add_dockerfiles(&join);
    add_builds(&join);
    vec_foreach(project, &audit->compose_projects) {
        for (size_t i = 0; !(*project)->base && i < (*project)->services.len; i++) {
            add_compose(&join, &(*project)->services.ptr[i]);
        }
    }
    add_names(&join);
    vec_foreach(bundle, &audit->bundles) {
        add_bundle(&join, *bundle);
    }
    vec_foreach(service, &repository->services) {
        if (!service->dockerfile) {
            continue;
        }
        map_set(&repository->by_dockerfile, service->dockerfile->source->path, service);
        RepoService *first = map_get(&repository->by_directory, service->directory);
        if (first) {
            first->shares_directory = service->shares_directory = true;
        } else {
            map_set(&repository->by_directory, service->directory, service);
        }
    }
}

RepoService *repository_service_of(const Repository *repository, Str path)
{
    while (!str_eq(path, STR(".")) && !str_eq(path, STR("/"))) {
        path = path_dir(path);
        RepoService *service = map_get(&repository->by_directory, path);
        if (service) {
            return service;
        }
    }
    return NULL;
}

/* --- writes ----------------------------------------------------------------------------------- */

static bool is_read_only(const RepoService *service)
{
    vec_foreach(place, &service->containers) {
        if (node_is_true(node_path(place->container->security, "readOnlyRootFilesystem"))) {
            return true;
        }
    }
    vec_foreach(compose, &service->compose) {
        if (node_is_true(node_path((*compose)->node, "read_only"))) {
            return true;
        }
    }
    return false;
}

static bool has_read_only(const Repository *repository)
{
    vec_foreach(service, &repository->services) {
        if (service->dockerfile && is_read_only(service)) {
            return true;
        }
    }
    return false;
}

/* Of two Dockerfiles in one directory nobody knows which one a source is for. */
static void hand_out_writes(Repository *repository)
{
    vec_foreach(write, &repository->writes) {
        RepoService *service = repository_service_of(repository, write->span.source->path);
        if (service && !service->shares_directory) {
            vec_push(&service->writes, repository->arena, write);
        }
    }
}

/* --- words ------------------------------------------------------------------------------------ */

static void want_container(Repository *repository, const RepoContainer *place)
{
    static const char *const paths[] = {
        "livenessProbe.httpGet.path",
        "readinessProbe.httpGet.path",
        "startupProbe.httpGet.path",
    };
    vec_foreach(value, &place->container->env.values) {
        repository_want(repository, value->key);
        repository_want(repository, str_lower(repository->arena, value->key));
    }
    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
        repository_want(repository, node_text(place->container->node, paths[i]));
    }
    const Node *annotations = node_path(place->container->pod->metadata, "annotations");
    const Node *port = node_get_cstr(annotations, "prometheus.io/port");
    repository_want(repository, port ? port->text : STR(""));
}

/* The words of health checks: the path that they ask for is among them. */
static void want_health(Repository *repository, const RepoService *service)
{
    vec_foreach(compose, &service->compose) {
        const Node *test = node_path((*compose)->healthcheck, "test");
        repository_want(repository, test && node_is_scalar(test) ? test->text : STR(""));
        for (size_t i = 0; i < node_len(test); i++) {
            repository_want(repository, test->seq.items[i]->text);
        }
    }
    const DockerStage *stage = service->dockerfile ? docker_final_stage(service->dockerfile) : NULL;
    const DockerInstruction *check = stage ? docker_stage_last(stage, DOCKER_HEALTHCHECK) : NULL;
    if (check) {
        repository_want(repository, check->rest.text);
    }
}

/* The ports that variables name: a source that has the number may listen there. */
static void want_ports(Repository *repository, const ComposeService *service)
{
    vec_foreach(value, &service->env.values) {
        Endpoint endpoint;
        for (size_t at = 0; endpoint_next(value->text, &at, &endpoint);) {
            repository_want(repository, str_slice(value->text, endpoint.start, endpoint.end));
        }
    }
}

static void want_words(Repository *repository)
{
    static const char frameworks[] =
        "AutomaticEnv envconfig BaseSettings pydantic_settings SpringBootApplication "
        "springframework quarkus micronaut actuator ConfigurationProperties config koanf dotenv "
        "AddEnvironmentVariables prometheus getenv environ env figment healthchecks "
        "prometheus_client prom micrometer Prometheus opentelemetry";
    repository_want(repository, str_from(frameworks));
    vec_foreach(project, &repository->audit->compose_projects) {
        vec_foreach(service, &(*project)->services) {
            want_ports(repository, service);
        }
    }
    vec_foreach(service, &repository->services) {
        want_health(repository, service);
        vec_foreach(place, &service->containers) {
            want_container(repository, place);
        }
        vec_foreach(compose, &service->compose) {
            vec_foreach(value, &(*compose)->env.values) {
                repository_want(repository, value->key);
            }
        }
    }
}

static void want_selector(void *ctx, const PromNode *node)
{
    vec_foreach(matcher, &node->matchers) {
        repository_want_label(ctx, matcher->label);
    }
    vec_foreach(label, &node->labels) {
        repository_want_label(ctx, label->name);
    }
    if (node->kind == PROM_SELECTOR && node->name.len > 0) {
        repository_want_metric(ctx, node->name);
    }
}

static void want_queries(Repository *repository)
{
    const Audit *audit = repository->audit;
    vec_foreach(dashboard, &audit->dashboards) {
        vec_foreach(query, &(*dashboard)->queries) {
            if (query->tree) {
                promql_walk(query->tree, want_selector, repository);
            }
        }
    }
    vec_foreach(file, &audit->prometheus_files) {
        vec_foreach(rule, &(*file)->rules) {
            if (rule->tree) {
                promql_walk(rule->tree, want_selector, repository);
            }
        }
    }
}

PromNode *repository_query_of_trigger(Arena *arena, const Node *trigger)
{
    bool is_prometheus = str_eq(node_text(trigger, "type"), STR("prometheus"));
    Str query = is_prometheus ? node_text(trigger, "metadata.query") : STR("");
    PromError ignored;
    return query.len > 0 ? promql_parse(arena, query, false, &ignored) : NULL;
}

static void want_triggers(Repository *repository, const Object *object)
{
    const Node *triggers =
        object_is(object, "ScaledObject") ? node_path(object->node, "spec.triggers") : NULL;
    for (size_t i = 0; i < node_len(triggers); i++) {
        PromNode *query = repository_query_of_trigger(repository->arena, triggers->seq.items[i]);
        if (query) {
            promql_walk(query, want_selector, repository);
        }
    }
}

static void want_scalers(Repository *repository)
{
    vec_foreach(bundle, &repository->audit->bundles) {
        vec_foreach(object, &(*bundle)->objects) {
            want_triggers(repository, object);
            const Node *metrics = object_is(object, "HorizontalPodAutoscaler")
                                      ? node_path(object->node, "spec.metrics")
                                      : NULL;
            for (size_t i = 0; i < node_len(metrics); i++) {
                const Node *metric = metrics->seq.items[i];
                repository_want_metric(repository, node_text(metric, "pods.metric.name"));
                repository_want_metric(repository, node_text(metric, "object.metric.name"));
            }
        }
    }
}

/* Whether this run has a rule that needs the whole. */
static bool is_wanted(const Audit *audit)
{
    for (size_t i = 0; rule_families[i]; i++) {
        for (size_t k = 0; k < rule_families[i]->len; k++) {
            const AuditRule *rule = &rule_families[i]->rules[k];
            if (rule->check_repository && audit_wants(audit->options, rule)) {
                return true;
            }
        }
    }
    return false;
}

void repository_begin(Audit *audit)
{
    if (!is_wanted(audit)) {
        return;
    }
    Repository *repository = ARENA_NEW(audit->arena, Repository);
    repository->arena = audit->arena;
    repository->audit = audit;
    repository->told = told_new(audit->arena);
    repository->root = audit->options->path_count == 1
                           ? path_clean(audit->arena, str_from(audit->options->paths[0]))
                           : STR(".");
    repository->wanted = (Map) MAP_ON_ARENA(audit->arena);
    repository->by_dockerfile = (Map) MAP_ON_ARENA(audit->arena);
    repository->by_directory = (Map) MAP_ON_ARENA(audit->arena);
    CiBuilds *ci = ARENA_NEW(audit->arena, CiBuilds);
    *ci = ci_builds(audit->arena, repository);
    repository->ci = ci;
    audit->repository = repository;
}

void repository_gather(Audit *audit)
{
    Repository *repository = audit->repository;
    if (!repository) {
        return;
    }
    env_read_all(audit);
    join_all(repository);
    want_words(repository);
    want_queries(repository);
    want_scalers(repository);
    repository->wants_writes = has_read_only(repository);
    repository_read_sources(repository);
    hand_out_writes(repository);
}
