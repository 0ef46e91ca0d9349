/* What Compose itself refuses, and what nothing uses. */
#include "base/map.h"
#include "base/mem.h"
#include "base/path.h"

#include "compose.h"

static void co001(RuleContext *ctx, const ComposeProject *project)
{
    vec_foreach(problem, &project->problems) {
        Diag *diag = rule_find_span(ctx, problem->span, "%" STR_FMT, STR_ARG(problem->message));
        if (problem->hint.len > 0) {
            diag->hint = problem->hint;
        }
    }
}

static void co011(RuleContext *ctx, const ComposeProject *project)
{
    const NodePair *pair = node_find(project->root, STR("version"));
    Diag *diag =
        pair
            ? compose_find(ctx, project, pair->key, "\"version\" means nothing to Compose any more")
            : NULL;
    if (diag && project->sources.len == 1) {
        rule_fix_remove(ctx, diag, project->root, "version");
    }
}

/* As Compose makes it of the directory: lower-case letters, digits, '-' and '_'. */
static Str default_name(const ComposeProject *project)
{
    StrBuf name = STRBUF_ON_ARENA(project->arena);
    Str base = str_lower(project->arena, path_base(project->directory));
    for (size_t i = 0; i < base.len; i++) {
        char c = base.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (letter || (name.len > 0 && (c == '_' || c == '-'))) {
            strbuf_add_char(&name, c);
        }
    }
    return strbuf_str(&name);
}

static void co012(RuleContext *ctx, const ComposeProject *project)
{
    if (project->name_node || project->base || project->services.len == 0) {
        return;
    }
    Diag *diag = rule_find_span(
        ctx,
        span_make(project->source, 0, 0),
        "the project has no name: Compose takes that of the directory"
    );
    Str name = default_name(project);
    if (name.len > 0 && project->sources.len == 1) {
        rule_fix_set(ctx, diag, project->root, "name", str_to_cstr(project->arena, name));
    }
}

/* --- dependencies --- */

static const Str *service_names(const ComposeProject *project)
{
    Str *names = ARENA_ARRAY(project->arena, Str, project->services.len + 1);
    for (size_t i = 0; i < project->services.len; i++) {
        names[i] = project->services.ptr[i].name;
    }
    return names;
}

static void check_service(
    RuleContext *ctx, const ComposeService *service, const Node *node, Str name, const char *what
)
{
    const ComposeProject *project = service->project;
    if (compose_service(project, name) || !compose_is_own(project, node)) {
        return;
    }
    Diag *diag = rule_find(
        ctx,
        node,
        "\"%" STR_FMT "\" %s \"%" STR_FMT "\", which is no service",
        STR_ARG(service->name),
        what,
        STR_ARG(name)
    );
    diag_hint_nearest(ctx->diags, diag, name, service_names(project), project->services.len);
}

/* "service", "service:alias"; "container:name" is none of the file. */
static void
check_list(RuleContext *ctx, const ComposeService *service, const char *key, const char *what)
{
    const Node *list = node_get_cstr(service->node, key);
    for (size_t i = 0; node_is_seq(list) && i < list->seq.len; i++) {
        const Node *item = list->seq.items[i];
        Str text;
        if (compose_text(service->project, item, &text) &&
            !str_has_prefix(text, STR("container:"))) {
            check_service(ctx, service, item, str_slice(text, 0, str_find_char(text, ':')), what);
        }
    }
}

static void check_mode(RuleContext *ctx, const ComposeService *service, const char *key)
{
    const Node *node = node_get_cstr(service->node, key);
    Str text;
    if (compose_text(service->project, node, &text) && str_strip_prefix(&text, STR("service:"))) {
        check_service(ctx, service, node, text, "joins");
    }
}

/* A service that always starts and waits for one that starts with its profile alone. */
static void
check_profile(RuleContext *ctx, const ComposeService *service, const ComposeDependency *dependency)
{
    const ComposeService *other = compose_service(service->project, dependency->name);
    if (!other || !dependency->is_required || service->profiles.len > 0 || !other->profiles.len) {
        return;
    }
    Diag *diag = compose_find(
        ctx,
        service->project,
        dependency->node,
        "\"%" STR_FMT "\" depends on \"%" STR_FMT "\", which starts with the profile %" STR_FMT
        " alone",
        STR_ARG(service->name),
        STR_ARG(other->name),
        STR_ARG(other->profiles.ptr[0].name)
    );
    rule_hint(ctx, diag, "give both the profile, or write required: false");
}

static void co025(RuleContext *ctx, const ComposeProject *project)
{
    if (project->is_partial) {
        return;
    }
    vec_foreach(service, &project->services) {
        for (size_t i = 0; i < service->depends_on.len; i++) {
            const ComposeDependency *dependency = &service->depends_on.ptr[i];
            check_service(ctx, service, dependency->node, dependency->name, "depends on");
            check_profile(ctx, service, dependency);
        }
        check_list(ctx, service, "links", "links to");
        check_list(ctx, service, "volumes_from", "mounts what is mounted by");
        check_mode(ctx, service, "network_mode");
        check_mode(ctx, service, "ipc");
        check_mode(ctx, service, "pid");
    }
}

typedef enum Visit { VISIT_NEW, VISIT_OPEN, VISIT_DONE } Visit;

typedef struct Walk {
    RuleContext *ctx;
    const ComposeProject *project;
    Visit *visits; /* one a service */
    VEC(size_t) path;
} Walk;

static void report_cycle(Walk *walk, size_t from, const ComposeDependency *dependency)
{
    StrBuf text = STRBUF_ON_ARENA(walk->project->arena);
    bool inside = false;
    vec_foreach(at, &walk->path) {
        inside = inside || *at == from;
        if (inside) {
            strbuf_addf(&text, "%" STR_FMT " → ", STR_ARG(walk->project->services.ptr[*at].name));
        }
    }
    (void) compose_find(
        walk->ctx,
        walk->project,
        dependency->node,
        "a cycle of dependencies: %s%" STR_FMT,
        text.ptr ? text.ptr : "",
        STR_ARG(dependency->name)
    );
}

enum { CHAIN_MOST = 500 };

static void visit(Walk *walk, size_t at)
{
    const ComposeService *service = &walk->project->services.ptr[at];
    walk->visits[at] = VISIT_OPEN;
    vec_push(&walk->path, walk->project->arena, at);
    for (size_t i = 0; i < service->depends_on.len && walk->path.len < CHAIN_MOST; i++) {
        const ComposeService *next =
            compose_service(walk->project, service->depends_on.ptr[i].name);
        size_t index = next ? (size_t) (next - walk->project->services.ptr) : 0;
        if (next && walk->visits[index] == VISIT_OPEN) {
            report_cycle(walk, index, &service->depends_on.ptr[i]);
        } else if (next && walk->visits[index] == VISIT_NEW) {
            visit(walk, index);
        }
    }
    (void) vec_pop(&walk->path);
    walk->visits[at] = VISIT_DONE;
}

static void co027(RuleContext *ctx, const ComposeProject *project)
{
    Walk walk = { .ctx = ctx, .project = project };
    walk.visits = ARENA_ARRAY(project->arena, Visit, project->services.len + 1);
    for (size_t i = 0; i < project->services.len; i++) {
        if (walk.visits[i] == VISIT_NEW) {
            visit(&walk, i);
        }
    }
}

/* --- networks, volumes, secrets, configs --- */

static const ComposeResource *find_resource(const ComposeResources *resources, Str name)
{
    for (size_t i = 0; i < resources->len; i++) {
        if (str_eq(resources->ptr[i].name, name)) {
            return &resources->ptr[i];
        }
    }
    return NULL;
}

static void check_reference(
    RuleContext *ctx,
    const ComposeService *service,
    const ComposeReference *reference,
    const ComposeResources *resources,
    const char *what
)
{
    const ComposeProject *project = service->project;
    if (find_resource(resources, reference->name) || !compose_is_own(project, reference->node)) {
        return;
    }
    Diag *diag = rule_find(
        ctx,
        reference->node,
        "\"%" STR_FMT "\" uses the %s \"%" STR_FMT "\", which the file doesn't define",
        STR_ARG(service->name),
        what,
        STR_ARG(reference->name)
    );
    Str *names = ARENA_ARRAY(project->arena, Str, resources->len + 1);
    for (size_t i = 0; i < resources->len; i++) {
        names[i] = resources->ptr[i].name;
    }
    diag_hint_nearest(ctx->diags, diag, reference->name, names, resources->len);
}

static void check_references(
    RuleContext *ctx,
    const ComposeService *service,
    const ComposeReferences *references,
    const ComposeResources *resources,
    const char *what
)
{
    for (size_t i = 0; i < references->len; i++) {
        bool is_default = str_eq(references->ptr[i].name, STR("default")) &&
                          resources == &service->project->networks;
        if (!is_default) {
            check_reference(ctx, service, &references->ptr[i], resources, what);
        }
    }
}

/* Secrets of the build, and models. */
static void check_others(RuleContext *ctx, const ComposeService *service)
{
    const ComposeProject *project = service->project;
    const Node *secrets = node_get_cstr(service->build, "secrets");
    for (size_t i = 0; node_is_seq(secrets) && i < secrets->seq.len; i++) {
        const Node *item = secrets->seq.items[i];
        const Node *source = node_is_map(item) ? node_get_cstr(item, "source") : item;
        ComposeReference reference = { .node = source };
        if (compose_text(project, source, &reference.name)) {
            check_reference(ctx, service, &reference, &project->secrets, "secret");
        }
    }
    const Node *models = node_get_cstr(service->node, "models");
    size_t count = node_is_map(models)   ? models->map.len
                   : node_is_seq(models) ? models->seq.len
                                         : 0;
    for (size_t i = 0; i < count; i++) {
        const Node *item = node_is_map(models) ? models->map.pairs[i].key : models->seq.items[i];
        if (node_is_string(item) && !node_get(node_get_cstr(project->root, "models"), item->text)) {
            (void) compose_find(
                ctx,
                project,
                item,
                "\"%" STR_FMT "\" uses the model \"%" STR_FMT "\", which the file doesn't define",
                STR_ARG(service->name),
                STR_ARG(item->text)
            );
        }
    }
}

static void co028(RuleContext *ctx, const ComposeProject *project)
{
    if (project->is_partial) {
        return;
    }
    vec_foreach(service, &project->services) {
        check_references(ctx, service, &service->networks, &project->networks, "network");
        check_references(ctx, service, &service->secrets, &project->secrets, "secret");
        check_references(ctx, service, &service->configs, &project->configs, "config");
        check_others(ctx, service);
        for (size_t i = 0; i < service->mounts.len; i++) {
            const ComposeMount *mount = &service->mounts.ptr[i];
            ComposeReference reference = { .node = mount->node, .name = mount->source };
            bool is_unnamed = node_is_map(mount->node) && mount->source.len == 0;
            if (mount->kind == COMPOSE_MOUNT_VOLUME && !is_unnamed) {
                check_reference(ctx, service, &reference, &project->volumes, "volume");
            }
        }
    }
}

static bool uses(const ComposeReferences *references, Str name)
{
    for (size_t i = 0; i < references->len; i++) {
        if (str_eq(references->ptr[i].name, name)) {
            return true;
        }
    }
    return false;
}

static bool mounts(const ComposeService *service, Str name)
{
    for (size_t i = 0; i < service->mounts.len; i++) {
        const ComposeMount *mount = &service->mounts.ptr[i];
        /* one that a variable names may be this one */
        if (mount->kind == COMPOSE_MOUNT_OTHER || str_eq(mount->source, name)) {
            return true;
        }
    }
    return false;
}

static bool builds_with(const ComposeService *service, Str secret)
{
    const Node *secrets = node_get_cstr(service->build, "secrets");
    for (size_t i = 0; node_is_seq(secrets) && i < secrets->seq.len; i++) {
        const Node *item = secrets->seq.items[i];
        const Node *source = node_is_map(item) ? node_get_cstr(item, "source") : item;
        if (source && str_eq(source->text, secret)) {
            return true;
        }
    }
    return false;
}

typedef enum Kind { KIND_NETWORK, KIND_VOLUME, KIND_SECRET, KIND_CONFIG } Kind;

static bool is_used(const ComposeProject *project, Kind kind, Str name)
{
    vec_foreach(service, &project->services) {
        bool used = (kind == KIND_NETWORK && uses(&service->networks, name)) ||
                    (kind == KIND_SECRET &&
                     (uses(&service->secrets, name) || builds_with(service, name))) ||
                    (kind == KIND_CONFIG && uses(&service->configs, name)) ||
                    (kind == KIND_VOLUME && mounts(service, name));
        if (used) {
            return true;
        }
    }
    return kind == KIND_NETWORK && str_eq(name, STR("default"));
}

static const char *section_of(Kind kind)
{
    static const char *const sections[] = { "networks", "volumes", "secrets", "configs" };
    return sections[kind];
}

static bool is_used_somewhere(const ComposeProject *project, Kind kind, Str name)
{
    bool used = is_used(project, kind, name);
    for (size_t i = 0; i < project->overlays.len && !used; i++) {
        used = is_used(project->overlays.ptr[i], kind, name);
    }
    return used;
}

static void report_unused(
    RuleContext *ctx,
    const ComposeProject *project,
    const ComposeResources *resources,
    Kind kind,
    const char *what
)
{
    size_t used = 0;
    for (size_t i = 0; i < resources->len; i++) {
        used += is_used_somewhere(project, kind, resources->ptr[i].name);
    }
    for (size_t i = 0; i < resources->len && used < resources->len; i++) {
        Str name = resources->ptr[i].name;
        if (is_used_somewhere(project, kind, name)) {
            continue;
        }
        Diag *diag = compose_find(
            ctx,
            project,
            resources->ptr[i].key,
            "no service uses the %s \"%" STR_FMT "\"",
            what,
            STR_ARG(name)
        );
        if (diag && used > 0 && project->sources.len == 1) {
            rule_fix_remove(
                ctx,
                diag,
                node_get_cstr(project->root, section_of(kind)),
                str_to_cstr(project->arena, name)
            );
        }
    }
}

static void co029(RuleContext *ctx, const ComposeProject *project)
{
    if (project->is_partial || project->services.len == 0) {
        return;
    }
    report_unused(ctx, project, &project->networks, KIND_NETWORK, "network");
    report_unused(ctx, project, &project->volumes, KIND_VOLUME, "volume");
    report_unused(ctx, project, &project->secrets, KIND_SECRET, "secret");
    report_unused(ctx, project, &project->configs, KIND_CONFIG, "config");
}

static const AuditRule rules[] = {
    { .id = "CO001",
      .artifact = "Compose",
      .severity = SEVERITY_ERROR,
      .meaning = "A file that Compose refuses",
      .why = "docker compose stops at it, or takes the value for something else than was meant.",
      .fix = "write it as the Compose specification has it",
      .bad = "services:\n  web:\n    image: nginx:1.27\n    prots: [\"8080:80\"]\n",
      .good = "services:\n  web:\n    image: nginx:1.27\n    ports: [\"8080:80\"]\n",
      .peers = "DC:invalid-schema",
      .check_compose = co001 },
    { .id = "CO011",
      .artifact = "Compose",
      .severity = SEVERITY_INFO,
      .meaning = "The obsolete key version",
      .why = "Compose ignores it and warns at every command; readers look for a meaning.",
      .fix = "delete the line",
      .bad = "version: \"3.8\"\nservices: {}\n",
      .good = "services: {}\n",
      .peers = "DC:no-version-field",
      .check_compose = co011 },
    { .id = "CO012",
      .artifact = "Compose",
      .severity = SEVERITY_INFO,
      .meaning = "A project without a name",
      .why = "Named after its directory, two checkouts share or lose containers and volumes.",
      .fix = "add `name:` at the top",
      .bad = "services: {web: {image: nginx:1.27}}\n",
      .good = "name: shop\nservices: {web: {image: nginx:1.27}}\n",
      .peers = "DC:require-project-name-field",
      .check_compose = co012 },
    { .id = "CO025",
      .artifact = "Compose",
      .severity = SEVERITY_ERROR,
      .meaning = "depends_on names a service that isn't there",
      .why = "docker compose refuses the file.",
      .fix = "name a service of the file, or say required: false",
      .bad = "services:\n  web:\n    image: shop:1\n    depends_on: [databse]\n",
      .good = "services:\n  web:\n    image: shop:1\n    depends_on: [database]\n  database:\n    "
              "image: postgres:16\n",
      .peers = "DC:invalid-schema",
      .check_compose = co025 },
    { .id = "CO027",
      .artifact = "Compose",
      .severity = SEVERITY_ERROR,
      .meaning = "Services that depend on each other round about",
      .why = "None of them can start first, and docker compose refuses the file.",
      .fix = "drop one of the dependencies; let that service retry its connection",
      .bad = "services:\n  a: {image: x:1, depends_on: [b]}\n  b: {image: x:1, depends_on: [a]}\n",
      .good = "services:\n  a: {image: x:1, depends_on: [b]}\n  b: {image: x:1}\n",
      .check_compose = co027 },
    { .id = "CO028",
      .artifact = "Compose",
      .severity = SEVERITY_ERROR,
      .meaning = "A network, volume, secret or config that isn't defined",
      .why = "docker compose refuses the file.",
      .fix = "define it at the top level, or correct the name",
      .bad = "services:\n  db:\n    image: postgres:16\n    volumes: "
             "[\"data:/var/lib/postgresql/data\"]\n",
      .good = "services:\n  db:\n    image: postgres:16\n    volumes: "
              "[\"data:/var/lib/postgresql/data\"]\nvolumes:\n  data:\n",
      .check_compose = co028 },
    { .id = "CO029",
      .artifact = "Compose",
      .severity = SEVERITY_INFO,
      .meaning = "A network, volume, secret or config that no service uses",
      .why = "It is left from a change, or a service forgot it and writes elsewhere.",
      .fix = "delete it, or use it",
      .bad = "services: {web: {image: nginx:1.27}}\nvolumes: {data: {}}\n",
      .good = "services: {web: {image: nginx:1.27}}\n",
      .check_compose = co029 },
};

const RuleFamily rules_compose_structure = { rules, ARRAY_LEN(rules) };
