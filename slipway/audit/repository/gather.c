/* Joins Dockerfiles, Compose services and containers into services, and wants the words that the
 * rules will ask the sources about. */
#include "base/path.h"

#include "repository.h"

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

static RepoService *service_of(Repository *repository, Str dockerfile)
{
    vec_foreach(service, &repository->services) {
        if (service->dockerfile && str_eq(service->dockerfile->source->path, dockerfile)) {
            return service;
        }
    }
    return NULL;
}

static void add_dockerfiles(Repository *repository)
{
    vec_foreach(file, &repository->audit->dockerfiles) {
        Str directory = service_directory((*file)->source->path);
        RepoService *service = vec_add(&repository->services, repository->arena);
        service->dockerfile = *file;
        service->directory = directory;
        service->name = directory_name(directory);
    }
}

/* The image that Compose gives what it builds. */
static bool has_image(Arena *arena, const RepoService *service, const ImageName *image)
{
    vec_foreach(compose, &service->compose) {
        ImageName own;
        if ((*compose)->image && image_parse(arena, (*compose)->image_text, &own) &&
            str_eq(own.repository, image->repository)) {
            return true;
        }
    }
    return false;
}

static RepoService *service_of_image(Repository *repository, const ImageName *image)
{
    vec_foreach(service, &repository->services) {
        if (has_image(repository->arena, service, image)) {
            return service;
        }
    }
    return vec_add(&repository->services, repository->arena);
}

/* A Compose service that builds belongs to its Dockerfile. Its name is the better one, where only one
 * service has the file. */
static void add_compose(Repository *repository, const ComposeService *service)
{
    RepoService *found = service_of(repository, service->dockerfile);
    ImageName image;
    if (!found && !service->build && service->image &&
        image_parse(repository->arena, service->image_text, &image) && !image_is_official(&image)) {
        found = service_of_image(repository, &image); /* built elsewhere */
    }
    if (!found) {
        return;
    }
    bool is_first = found->compose.len == 0;
    vec_push(&found->compose, repository->arena, service);
    if (is_first) {
        found->name = service->name;
    }
}

static bool is_named(Str name, Str last)
{
    if (str_eq(name, last)) {
        return true;
    }
    static const Str suffixes[] = { STR_INIT("-service"), STR_INIT("-svc") };
    for (size_t i = 0; i < 2; i++) {
        Str short_name = name;
        Str short_last = last;
        if ((str_strip_suffix(&short_last, suffixes[i]) && str_eq(name, short_last)) ||
            (str_strip_suffix(&short_name, suffixes[i]) && str_eq(short_name, last))) {
            return true;
        }
    }
    return false;
}

static RepoService *service_with_image(Repository *repository, const ImageName *image)
{
    RepoService *found = NULL;
    vec_foreach(service, &repository->services) {
        if (has_image(repository->arena, service, image)) {
            return service;
        }
        bool is_own = !image_is_official(image) || service->compose.len > 0;
        bool same =
            service->name.len > 0 && (is_named(service->name, image->last) ||
                                      is_named(directory_name(service->directory), image->last));
        if (same && is_own && found) {
            return NULL; /* two of the same name */
        }
        found = same && is_own ? service : found;
    }
    return found;
}

static void add_container(Repository *repository, RepoContainer place)
{
    ImageName image;
    Str text = node_text(place.container->node, "image");
    if (image_parse(repository->arena, text, &image)) {
        RepoService *service = service_with_image(repository, &image);
        if (service) {
            vec_push(&service->containers, repository->arena, place);
        }
    }
}

static void join(Repository *repository)
{
    const Audit *audit = repository->audit;
    add_dockerfiles(repository);
    vec_foreach(project, &audit->compose_projects) {
        for (size_t i = 0; !(*project)->base && i < (*project)->services.len; i++) {
            add_compose(repository, &(*project)->services.ptr[i]);
        }
    }
    vec_foreach(bundle, &audit->bundles) {
        vec_foreach(object, &(*bundle)->objects) {
            for (size_t i = 0; object->pod && i < object->pod->containers.len; i++) {
                add_container(
                    repository,
                    (RepoContainer) { .bundle = *bundle,
                                      .object = object,
                                      .container = &object->pod->containers.ptr[i] }
                );
            }
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
    EnvList env = env_of_container(repository->arena, place);
    vec_foreach(value, &env.values) {
        repository_want(repository, value->key);
        repository_want(repository, str_lower(repository->arena, value->key));
    }
    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
        repository_want(repository, node_text(place->container->node, paths[i]));
    }
}

static void want_words(Repository *repository)
{
    static const char frameworks[] =
        "AutomaticEnv envconfig BaseSettings pydantic_settings SpringBootApplication "
        "springframework quarkus micronaut actuator ConfigurationProperties config koanf dotenv "
        "AddEnvironmentVariables getenv environ env figment healthchecks";
    repository_want(repository, str_from(frameworks));
    vec_foreach(service, &repository->services) {
        vec_foreach(place, &service->containers) {
            want_container(repository, place);
        }
        vec_foreach(compose, &service->compose) {
            EnvList env = env_of_compose(repository->arena, *compose);
            vec_foreach(value, &env.values) {
                repository_want(repository, value->key);
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

void repository_gather(Audit *audit)
{
    if (!is_wanted(audit)) {
        return;
    }
    Repository *repository = ARENA_NEW(audit->arena, Repository);
    repository->arena = audit->arena;
    repository->audit = audit;
    repository->root = audit->options->path_count == 1
                           ? path_clean(audit->arena, str_from(audit->options->paths[0]))
                           : STR(".");
    repository->wanted = (Map) MAP_ON_ARENA(audit->arena);
    join(repository);
    want_words(repository);
    repository_read_sources(repository);
    audit->repository = repository;
}
