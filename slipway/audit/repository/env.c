/* What a container finds in its environment, as far as the repository says it. */
#include "base/fs.h"
#include "base/parallel.h"
#include "base/path.h"

#include "repository.h"

enum { ENV_FILE_BYTES_MOST = 1 << 20 };

static void add(Arena *arena, Environment *env, EnvValue value)
{
    vec_push(&env->values, arena, value);
}

/* --- Kubernetes ------------------------------------------------------------------------------- */

static const Node *config_map_data(const RepoContainer *place, Str name)
{
    const Object *map = bundle_get(place->bundle, STR("ConfigMap"), place->object->ns, name);
    return map ? node_path(map->node, "data") : NULL;
}

static void add_reference(
    Arena *arena, Environment *env, const RepoContainer *place, EnvValue value, const Node *from
)
{
    const Node *reference = node_path(from, "configMapKeyRef");
    value.is_field = node_path(from, "fieldRef") || node_path(from, "resourceFieldRef");
    if (reference) {
        const Node *data = config_map_data(place, node_text(reference, "name"));
        const Node *found = node_get(data, node_text(reference, "key"));
        if (found && node_is_scalar(found)) {
            value.text = found->text;
            value.node = found;
            value.is_literal = true;
        }
    }
    add(arena, env, value);
}

static void
add_env_from(Arena *arena, Environment *env, const RepoContainer *place, const Node *source)
{
    Str prefix = node_text(source, "prefix");
    const Node *config = node_path(source, "configMapRef.name");
    const Node *secret = node_path(source, "secretRef.name");
    const Node *data = config ? config_map_data(place, config->text) : NULL;
    if (secret) {
        const Object *object =
            bundle_get(place->bundle, STR("Secret"), place->object->ns, secret->text);
        data = object ? node_path(object->node, "stringData") : NULL;
        data = !data && object ? node_path(object->node, "data") : data;
    }
    env->is_complete = env->is_complete && data;
    for (size_t i = 0; node_is_map(data) && i < data->map.len; i++) {
        const NodePair *pair = &data->map.pairs[i];
        bool is_text = !secret && node_is_scalar(pair->value);
        add(arena,
            env,
            (EnvValue) { .key = prefix.len ? str_concat(arena, prefix, pair->key->text)
                                           : pair->key->text,
                         .text = is_text ? pair->value->text : STR(""),
                         .node = is_text ? pair->value : pair->key,
                         .is_literal = is_text });
    }
}

static Environment of_container(Arena *arena, const RepoContainer *place)
{
    Environment env = { .is_complete = true };
    const Node *list = node_path(place->container->node, "env");
    for (size_t i = 0; i < node_len(list); i++) {
        const Node *item = list->seq.items[i];
        const Node *name = node_path(item, "name");
        const Node *value = node_path(item, "value");
        if (!name) {
            continue;
        }
        EnvValue entry = { .key = name->text, .node = value ? value : name };
        const Node *from = node_path(item, "valueFrom");
        if (from) {
            add_reference(arena, &env, place, entry, from);
        } else {
            entry.text = value && node_is_scalar(value) ? value->text : STR("");
            entry.is_literal = str_find(entry.text, STR("$(")) == STR_NONE;
            add(arena, &env, entry);
        }
    }
    const Node *from = node_path(place->container->node, "envFrom");
    for (size_t i = 0; i < node_len(from); i++) {
        add_env_from(arena, &env, place, from->seq.items[i]);
    }
    return env;
}

/* --- Compose ---------------------------------------------------------------------------------- */

static void read_env_file(Arena *arena, Environment *env, const ComposeReference *file, Str path)
{
    Str text;
    if (!fs_is_file(str_to_cstr(arena, path)) ||
        fs_read(arena, str_to_cstr(arena, path), ENV_FILE_BYTES_MOST, &text, NULL) < 0) {
        env->is_complete = false;
        return;
    }
    Str line;
    while (str_next_line(&text, &line)) {
        Str key;
        Str value;
        line = str_trim(line);
        (void) str_strip_prefix(&line, STR("export "));
        if (line.len > 0 && line.ptr[0] != '#' && str_cut(line, '=', &key, &value)) {
            add(arena,
                env,
                (EnvValue) { .key = str_trim(key), .text = str_trim(value), .node = file->node });
        }
    }
}

static Environment of_compose(Arena *arena, const ComposeService *service)
{
    Environment env = { .is_complete = !service->project->is_partial };
    vec_foreach(entry, &service->environment) {
        EnvValue value = { .key = entry->name,
                           .node = entry->value ? entry->value : entry->key,
                           .text = entry->text };
        if (entry->value) {
            value.is_literal =
                compose_interpolate(arena, entry->text, &service->project->variables, &value.text);
        }
        add(arena, &env, value);
    }
    vec_foreach(file, &service->env_files) {
        Str *directory =
            span_is_known(file->node->span)
                ? map_get(&service->project->directories, file->node->span.source->path)
                : NULL;
        Str base = directory ? *directory : service->project->directory;
        read_env_file(arena, &env, file, path_join(arena, base, file->name));
    }
    return env;
}

/* --- all of them ------------------------------------------------------------------------------ */

/* What has an environment, or several of it. */
typedef struct Owner {
    const Bundle *bundle; /* NULL: a Compose service */
    const Object *object;
    ComposeService *service;
} Owner;

typedef struct Owners {
    Arena *arena;
    VEC(Owner) all;
} Owners;

static void read_owner(void *ctx, size_t index)
{
    const Owners *owners = ctx;
    const Owner *owner = &owners->all.ptr[index];
    if (owner->service) {
        owner->service->env = of_compose(owners->arena, owner->service);
        return;
    }
    vec_foreach(container, &owner->object->pod->containers) {
        RepoContainer place = { owner->bundle, owner->object, container };
        container->env = of_container(owners->arena, &place);
    }
}

void env_read_all(const Audit *audit)
{
    Owners owners = { .arena = audit->arena };
    vec_foreach(bundle, &audit->bundles) {
        vec_foreach(object, &(*bundle)->objects) {
            if (object->pod) {
                vec_push(&owners.all, audit->arena, ((Owner) { *bundle, object, NULL }));
            }
        }
    }
    vec_foreach(project, &audit->compose_projects) {
        vec_foreach(service, &(*project)->services) {
            vec_push(&owners.all, audit->arena, ((Owner) { .service = service }));
        }
    }
    parallel_each(audit->arena, audit->jobs, owners.all.len, read_owner, &owners);
}

const EnvValue *env_get(const Environment *env, Str key)
{
    for (size_t i = env->values.len; i > 0; i--) {
        if (str_eq(env->values.ptr[i - 1].key, key)) {
            return &env->values.ptr[i - 1];
        }
    }
    return NULL;
}
