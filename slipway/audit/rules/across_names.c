/* Names that something must make. */
#include "base/mem.h"

#include "across.h"

/* --- XA008 ------------------------------------------------------------------------------------ */

static bool makes_secrets(const Object *object)
{
    return object_is(object, "Secret") || object_is(object, "ExternalSecret") ||
           object_is(object, "SealedSecret") || object_is(object, "SopsSecret");
}

/* A Secret that no object makes. */
typedef struct OpenSecret {
    const Bundle *bundle;
    const Object *object;
    const Node *name;
} OpenSecret;

/* What is known of the Secrets that objects make, gathered once. */
typedef struct SecretSearch {
    const Repository *repository;
    Map made;                      /* names */
    VEC(const Object *) operators; /* that make Secrets under the name of what they run */
    bool is_delivered;             /* something applies objects that aren't here */
    Map said;                      /* names: each once */
    VEC(OpenSecret) open;
    Span first;
} SecretSearch;

/* The Secrets that an object makes: its own name, or that of its target. */
static void add_made(SecretSearch *search, const Object *object)
{
    static const char *const paths[] = { "spec.target.name",
                                         "spec.template.metadata.name",
                                         "spec.secretName",
                                         "spec.destination.name",
                                         "spec.writeConnectionSecretToRef.name" };
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        map_set(&search->made, node_text(object->node, paths[i]), search);
    }
    if (makes_secrets(object)) {
        map_set(&search->made, object->name, search);
    }
}

static bool is_operators(const Object *object)
{
    static const Str own[] = { STR_INIT(""),
                               STR_INIT("apps"),
                               STR_INIT("batch"),
                               STR_INIT("networking.k8s.io"),
                               STR_INIT("policy"),
                               STR_INIT("autoscaling"),
                               STR_INIT("rbac.authorization.k8s.io") };
    for (size_t i = 0; i < ARRAY_LEN(own); i++) {
        if (str_eq(object->group, own[i])) {
            return false;
        }
    }
    return object->name.len > 0 && !makes_secrets(object);
}

/* One of the Secrets that the repository makes in one form or another; nowhere: it keeps none. */
static Span first_secret(const Repository *repository)
{
    vec_foreach(bundle, &repository->audit->bundles) {
        vec_foreach(object, &(*bundle)->objects) {
            if (makes_secrets(object)) {
                return object->name_node ? object->name_node->span : object->node->span;
            }
        }
    }
    return SPAN_NONE;
}

/* What applies objects that aren't here: they may make any Secret. */
static bool is_delivered(const Object *object)
{
    return str_eq(object->group, STR("argoproj.io")) ||
           str_has_suffix(object->group, STR("toolkit.fluxcd.io")) ||
           str_eq(object->group, STR("helm.cattle.io"));
}

static void gather_makers(SecretSearch *search)
{
    Arena *arena = search->repository->arena;
    search->made = (Map) MAP_ON_ARENA(arena);
    search->said = (Map) MAP_ON_ARENA(arena);
    search->first = first_secret(search->repository);
    vec_foreach(bundle, &search->repository->audit->bundles) {
        vec_foreach(object, &(*bundle)->objects) {
            add_made(search, object);
            search->is_delivered = search->is_delivered || is_delivered(object);
            if (is_operators(object)) {
                vec_push(&search->operators, arena, object);
            }
        }
    }
}

static bool is_secret_made(const SecretSearch *search, Str name)
{
    bool made = search->is_delivered || map_has(&search->made, name);
    for (size_t i = 0; i < search->operators.len && !made; i++) {
        made = str_has_prefix(name, search->operators.ptr[i]->name);
    }
    return made || repository_tells_of(search->repository, name);
}

static void
check_secret(RuleContext *ctx, SecretSearch *search, const Node *reference, const char *key)
{
    const Node *name = node_path(reference, key);
    if (!name || name->text.len == 0 || str_has_char(name->text, '$') ||
        node_is_true(node_path(reference, "optional")) || map_has(&search->said, name->text) ||
        is_secret_made(search, name->text)) {
        return;
    }
    map_set(&search->said, name->text, search);
    OpenSecret open = { ctx->bundle, ctx->object, name };
    vec_push(&search->open, search->repository->arena, open);
}

/* A program of the repository, such as an operator, may make those that it names. */
static void tell_open(RuleContext *ctx, const SecretSearch *search)
{
    Arena *arena = ctx->diags->arena;
    size_t count = search->open.len;
    Str *names = ARENA_ARRAY(arena, Str, count + 1);
    bool *is_quoted = ARENA_ARRAY(arena, bool, count + 1);
    for (size_t i = 0; i < count; i++) {
        names[i] = search->open.ptr[i].name->text;
    }
    repository_find_quoted(search->repository, names, count, is_quoted);
    for (size_t i = 0; i < count; i++) {
        const OpenSecret *open = &search->open.ptr[i];
        ctx->bundle = open->bundle;
        ctx->object = open->object;
        if (!is_quoted[i]) {
            Diag *diag = rule_find(
                ctx, open->name, "nothing here makes the Secret \"%" STR_FMT "\"", STR_ARG(names[i])
            );
            across_relate(ctx, diag, search->first, "others are made in this repository");
        }
    }
}

static void check_container_secrets(RuleContext *ctx, SecretSearch *search, const Node *container)
{
    const Node *env = node_path(container, "env");
    for (size_t i = 0; i < node_len(env); i++) {
        check_secret(ctx, search, node_path(env->seq.items[i], "valueFrom.secretKeyRef"), "name");
    }
    const Node *from = node_path(container, "envFrom");
    for (size_t i = 0; i < node_len(from); i++) {
        check_secret(ctx, search, node_path(from->seq.items[i], "secretRef"), "name");
    }
}

static void check_pod_secrets(RuleContext *ctx, SecretSearch *search, const Pod *pod)
{
    vec_foreach(container, &pod->containers) {
        check_container_secrets(ctx, search, container->node);
    }
    const Node *volumes = node_path(pod->spec, "volumes");
    for (size_t i = 0; i < node_len(volumes); i++) {
        const Node *volume = volumes->seq.items[i];
        const Node *parts = node_path(volume, "projected.sources");
        check_secret(ctx, search, node_path(volume, "secret"), "secretName");
        for (size_t k = 0; k < node_len(parts); k++) {
            check_secret(ctx, search, node_path(parts->seq.items[k], "secret"), "name");
        }
    }
}

static void xa008(RuleContext *ctx, const Repository *repository)
{
    SecretSearch search = { .repository = repository };
    gather_makers(&search);
    vec_foreach(bundle, &repository->audit->bundles) {
        vec_foreach(object, &(*bundle)->objects) {
            if (object->pod) {
                ctx->bundle = *bundle;
                ctx->object = object;
                check_pod_secrets(ctx, &search, object->pod);
            }
        }
    }
    tell_open(ctx, &search);
    across_leave(ctx);
}

/* --- XA009 ------------------------------------------------------------------------------------ */

static bool is_given_namespace(Str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) {
            return true; /* of a template */
        }
    }
    return name.len == 0 || str_eq(name, STR("default")) || str_has_prefix(name, STR("kube-"));
}

static bool next_document(Str *rest, Str *ret_document)
{
    size_t end = str_find(*rest, STR("\n---"));
    *ret_document = end == STR_NONE ? *rest : str_slice(*rest, 0, end + 1);
    *rest = end == STR_NONE ? STR("") : str_skip(*rest, end + 4);
    return ret_document->len > 0;
}

static bool has_line(Str text, Str wanted)
{
    Str line;
    while (str_next_line(&text, &line)) {
        if (str_eq(str_trim(line), wanted)) {
            return true;
        }
    }
    return false;
}

/* A manifest may name a Namespace that its kustomization calls otherwise: "system". */
static bool is_namespace_written(const Repository *repository, Str name)
{
    Str line = str_concat(repository->arena, STR("name: "), name);
    vec_foreach(artifact, &repository->audit->files.artifacts) {
        Str text = (*artifact)->source->text;
        Str document;
        while ((*artifact)->kind == ARTIFACT_MANIFEST && next_document(&text, &document)) {
            if (str_find(document, STR("kind: Namespace\n")) != STR_NONE &&
                has_line(document, line)) {
                return true;
            }
        }
    }
    return false;
}

/* What kubebuilder writes where a kustomization sets the namespace, also in folders that are put into
 * it later. */
static bool is_placeholder(const Repository *repository, Str name)
{
    vec_foreach(file, &repository->audit->kustomizations) {
        if (str_eq(name, STR("system")) && node_path((*file)->root, "namespace")) {
            return true;
        }
    }
    return false;
}

static bool is_namespace_made(const Repository *repository, Str name)
{
    Arena *arena = repository->arena;
    if (is_placeholder(repository, name)) {
        return true;
    }
    if (is_namespace_written(repository, name)) {
        return true;
    }
    vec_foreach(bundle, &repository->audit->bundles) {
        vec_foreach(object, &(*bundle)->objects) {
            if (object_is(object, "Namespace") && str_eq(object->name, name)) {
                return true;
            }
            if (str_eq(object->group, STR("argoproj.io")) ||
                str_has_suffix(object->group, STR("toolkit.fluxcd.io"))) {
                return true; /* they make namespaces when told so */
            }
        }
    }
    static const char *const words[] = { "namespace ", "ns ", "-n ", "--namespace " };
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (repository_tells_of(repository, str_concat(arena, str_from(words[i]), name))) {
            return true;
        }
    }
    return false;
}

/* As a manifest says it: of what a kustomization sets, KU011 tells. */
static const Node *namespace_node(const Repository *repository, const Object *object)
{
    const Node *node = node_path(object->node, "metadata.namespace");
    bool is_own = node && span_is_known(node->span);
    vec_foreach(file, &repository->audit->kustomizations) {
        is_own = is_own && (*file)->source != node->span.source;
    }
    return is_own ? node : NULL;
}

static void xa009(RuleContext *ctx, const Repository *repository)
{
    Map said = MAP_ON_ARENA(repository->arena);
    vec_foreach(bundle, &repository->audit->bundles) {
        vec_foreach(object, &(*bundle)->objects) {
            const Node *node = namespace_node(repository, object);
            if (!node || is_given_namespace(object->ns) || map_has(&said, object->ns)) {
                continue;
            }
            map_set(&said, object->ns, object);
            if (!is_namespace_made(repository, object->ns)) {
                ctx->bundle = *bundle;
                ctx->object = object;
                Diag *diag = rule_find(
                    ctx,
                    node,
                    "nothing here makes the namespace \"%" STR_FMT "\"",
                    STR_ARG(object->ns)
                );
                rule_suggest(
                    ctx,
                    diag,
                    span_make(node->span.source, 0, 0),
                    "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: %" STR_FMT "\n---\n",
                    STR_ARG(object->ns)
                );
            }
        }
    }
    across_leave(ctx);
}

static const AuditRule rules[] = {
    { .id = "XA008",
      .artifact = "Repository",
      .severity = SEVERITY_ERROR,
      .meaning = "A Secret that nothing in the repository makes",
      .why =
          "The container waits in CreateContainerConfigError. One that a script, a workflow or a "
          "README names is made by hand, and those of operators and charts are theirs.",
      .fix = "add an ExternalSecret or SealedSecret for it, say in the README how it is made, or "
             "correct the name",
      .peers = "KL:env-value-from",
      .check_repository = xa008 },
    { .id = "XA009",
      .artifact = "Repository",
      .severity = SEVERITY_WARN,
      .meaning = "A namespace that nothing in the repository makes",
      .why = "Applying to a fresh cluster fails.",
      .fix = "add a Namespace object, or say in a script or README how it is made",
      .check_repository = xa009 },
};

const RuleFamily rules_across_names = { rules, ARRAY_LEN(rules) };
