/* From files to what is applied together: each kustomization that no other one uses is built and
 * is a bundle of its own; the manifests that belong to none are one bundle. */
#include "base/parallel.h"
#include "base/path.h"

#include "kustomize/kustomize.h"
#include "kustomize_fix.h"
#include "run.h"

/* A kustomization that no other one uses, and what was built of it. */
typedef struct Root {
    Source *source;
    DiagList diags;
    Bundle *bundle; /* NULL: it can't be built */
} Root;

typedef struct BundlePlan {
    Audit *audit;
    Map used;  /* path of a file or directory that a kustomization names -> the latter's Source */
    Map roots; /* path of a kustomization's file -> its Source */
    Map files; /* directory of a kustomization -> KustomizationFile */
    VEC(Root) built;
} BundlePlan;

/* What a kustomization may use: every text in it that can be the path of a file or directory. */
typedef VEC(Str) Paths;

static void add_paths(Arena *arena, Paths *paths, Str directory, const Node *node)
{
    if (node->kind == NODE_STRING && !str_has_char(node->text, '\n')) {
        size_t equals = str_find_char(node->text, '=');
        vec_push(paths, arena, path_join(arena, directory, node->text));
        if (equals != STR_NONE) { /* files: [key=path] */
            vec_push(paths, arena, path_join(arena, directory, str_skip(node->text, equals + 1)));
        }
    }
    for (size_t i = 0; node->kind == NODE_SEQ && i < node->seq.len; i++) {
        add_paths(arena, paths, directory, node->seq.items[i]);
    }
    for (size_t i = 0; node->kind == NODE_MAP && i < node->map.len; i++) {
        add_paths(arena, paths, directory, node->map.pairs[i].value);
    }
}

void *bundles_paths_of(Arena *arena, Artifact *artifact)
{
    const Node *root = artifact_document(arena, artifact);
    Paths *paths = ARENA_NEW(arena, Paths);
    if (root) {
        add_paths(arena, paths, path_dir(artifact->source->path), root);
    }
    return paths;
}

/* What is wrong with it, the build says. */
static void read_kustomization(BundlePlan *gather, Artifact *artifact)
{
    Source *source = artifact->source;
    Node *root = artifact_document(gather->audit->arena, artifact);
    if (root) {
        KustomizationFile *file = ARENA_NEW(gather->audit->arena, KustomizationFile);
        file->source = source;
        file->root = root;
        vec_foreach(path, (const Paths *) artifact->subject) {
            map_set(&gather->used, *path, source);
        }
        map_set(&gather->files, path_dir(source->path), file);
        vec_push(&gather->audit->kustomizations, gather->audit->arena, file);
    }
    if (!root || !str_eq(node_text(root, "kind"), STR("Component"))) {
        map_set(&gather->roots, source->path, source);
    }
}

static const char *rule_of_kustomize(const Diag *diag)
{
    if (str_eq(diag->rule, STR("KZ007"))) {
        return "KU013";
    }
    if (diag->severity == SEVERITY_ERROR) {
        return "KU001";
    }
    if (str_eq(diag->rule, STR("KZ102"))) {
        return "KU002";
    }
    if (str_eq(diag->rule, STR("KZ101"))) {
        return "KU003";
    }
    if (str_eq(diag->rule, STR("KZ106"))) {
        return "KU005";
    }
    return str_has_prefix(diag->rule, STR("KZ9")) ? "KU004" : "KU012";
}

static void mend(const BundlePlan *gather, Diag *diag)
{
    const KustomizationFile *file = map_get(&gather->files, path_dir(diag->span.source->path));
    bool is_deprecated = str_eq(diag->rule, STR("KU004"));
    if (file && (is_deprecated || str_eq(diag->rule, STR("KU005")))) {
        kustomize_fix(&gather->audit->result->diags, diag, file->root, is_deprecated);
    }
}

/* What the engine says becomes findings of our table, so that they can be skipped and explained. */
static void take_diags(const BundlePlan *gather, const DiagList *diags, Span fallback)
{
    Audit *audit = gather->audit;
    vec_foreach(diag, &diags->diags) {
        Span span = span_is_known(diag->span) ? diag->span : fallback;
        Diag *own =
            audit_find(audit, rule_of_kustomize(diag), span, "%" STR_FMT, STR_ARG(diag->message));
        if (own) {
            own->hint = diag->hint;
            own->object = diag->object;
            mend(gather, own);
        }
    }
}

static bool read_again(void *ctx, const Source *source, bool is_taken, YamlDocuments *ret_documents)
{
    const Audit *audit = ctx;
    Artifact *artifact = map_get(&audit->files.by_path, source->path);
    if (!artifact || artifact->source != source) {
        return false;
    }
    if (is_taken) {
        return artifact_take_documents(artifact, ret_documents);
    }
    *ret_documents = artifact->documents;
    return artifact->is_read && !artifact->mistake;
}

static void build(void *ctx, size_t index)
{
    Audit *audit = ctx;
    Root *root = &audit->bundle_plan->built.ptr[index];
    Arena *arena = audit->arena;
    KustomizeResult built;
    KustomizeOptions options = { .sources = &audit->files.by_real,
                                 .reader = { read_again, audit } };
    root->diags = (DiagList) DIAG_LIST(arena);
    if (kustomize_build(arena, path_dir(root->source->path), &options, &built, &root->diags) < 0) {
        return;
    }
    root->bundle = ARENA_NEW(arena, Bundle);
    bundle_init(root->bundle, arena, span_make(root->source, 0, 0));
    for (size_t i = 0; i < built.len; i++) {
        bundle_add(root->bundle, built.resources[i].node);
    }
    bundle_seal(root->bundle, audit->jobs);
}

void bundles_build(Audit *audit)
{
    size_t count = audit->bundle_plan->built.len;
    parallel_each(audit->arena, audit->jobs, count, build, audit);
}

static void take_built(const BundlePlan *gather, const Root *root)
{
    KustomizationFile *file = map_get(&gather->files, path_dir(root->source->path));
    take_diags(gather, &root->diags, span_make(root->source, 0, 0));
    if (!root->bundle) {
        return;
    }
    if (file) {
        file->is_built = true;
    }
    vec_push(&gather->audit->bundles, gather->audit->arena, root->bundle);
}

/* A manifest of a kind that Kubernetes has: others in the folder are for other tools. */
static void note_unlisted(const BundlePlan *gather, Artifact *artifact, const Node *root)
{
    KustomizationFile *file = map_get(&gather->files, path_dir(artifact->source->path));
    Api *api = gather->audit->api;
    Str kind = node_text(root, "kind");
    if (file && api_standing(api, node_text(root, "apiVersion"), kind).kind == API_SERVED) {
        vec_push(&file->unlisted, gather->audit->arena, artifact->source);
    }
}

static bool has_braces(Str text)
{
    return str_find(text, STR("{{")) != STR_NONE || str_find(text, STR("{%")) != STR_NONE;
}

/* `{name: ${NAME}}` is no YAML before envsubst has read it. */
static bool has_blank(Str text)
{
    return has_braces(text) || str_find(text, STR("${")) != STR_NONE;
}

/* Whether what keeps the text from parsing are the blanks of a template: on that line, or alone on
 * one next to it. */
static bool is_template(const Artifact *artifact)
{
    Source *source = artifact->source;
    if (!artifact->mistake) {
        return false;
    }
    uint32_t line = span_start(artifact->mistake->span).line;
    Str before = line > 1 ? str_trim(source_line(source, line - 1)) : STR("");
    Str after =
        line < source_line_count(source) ? str_trim(source_line(source, line + 1)) : STR("");
    return has_blank(source_line(source, line)) || has_braces(str_slice(before, 0, 2)) ||
           has_braces(str_slice(after, 0, 2));
}

/* Made from a template that is YAML by itself: its name says what will be filled in. */
static bool is_from_template(const Node *root)
{
    return has_braces(node_text(root, "metadata.name")) || has_braces(node_text(root, "kind")) ||
           has_braces(node_text(root, "metadata.namespace"));
}

/* Whether a line begins with apiVersion, in YAML or JSON: the words alone stand in schemas and notes too. */
static bool says_object(Str text)
{
    for (Str line; str_next(&text, '\n', &line);) {
        while (line.len > 0 && str_has_char(STR(" \t-{\"'"), line.ptr[0])) {
            line = str_skip(line, 1);
        }
        if (str_has_prefix(line, STR("apiVersion"))) {
            return true;
        }
    }
    return false;
}

/* A template of another tool is none of our artifacts, however it is named. */
static void read_manifest(const BundlePlan *gather, Bundle *bundle, Artifact *artifact)
{
    Audit *audit = gather->audit;
    const YamlDocuments *documents = artifact_documents(audit->arena, artifact);
    const Diag *mistake = artifact->mistake;
    bool has_object = false;
    if (is_template(artifact)) {
        return;
    }
    for (size_t i = 0; i < documents->len; i++) {
        const Node *root = documents->roots[i];
        if (object_is_one(root) && !is_from_template(root)) {
            bundle_add(bundle, root);
            if (!has_object) {
                note_unlisted(gather, artifact, root);
            }
            has_object = true;
        }
    }
    if (mistake && says_object(artifact->source->text)) {
        (void) audit_find(audit, "AU002", mistake->span, "%" STR_FMT, STR_ARG(mistake->message));
    }
}

/* What no other one uses is built, and so is what only uses itself, round about: the build says
 * so. */
static bool is_root(const BundlePlan *gather, const Source *source)
{
    const Source *user = map_get(&gather->used, path_dir(source->path));
    if (!user) {
        return true;
    }
    for (size_t steps = gather->roots.len; user && steps > 0; steps--) {
        user = map_get(&gather->used, path_dir(user->path));
    }
    return user != NULL;
}

/* Wherever a kind is defined, it is the one that the cluster will have. */
static void take_definitions(Audit *audit)
{
    vec_foreach(bundle, &audit->bundles) {
        vec_foreach(object, &(*bundle)->objects) {
            if (object_is(object, "CustomResourceDefinition")) {
                api_add_definition(audit->api, object->node);
            }
        }
    }
}

static void find_namespaces(const Audit *audit, const BundlePlan *gather)
{
    Map names = MAP_ON_ARENA(audit->arena);
    vec_foreach(bundle, &audit->bundles) {
        const Objects *namespaces = bundle_of_kind(*bundle, "Namespace");
        vec_foreach(object, namespaces) {
            map_set(&names, (*object)->name, audit->arena);
        }
    }
    map_foreach(entry, &gather->files) {
        KustomizationFile *file = entry->value;
        file->has_namespace = map_has(&names, node_text(file->root, "namespace"));
    }
}

/* Kinds that are neither the API's nor defined here, said once for all of them at the first object. */
static void note_unknown_kinds(Audit *audit)
{
    enum { NAMES_MOST = 12 };
    Map known = MAP_ON_ARENA(audit->arena);
    StrBuf names = STRBUF_ON_ARENA(audit->arena);
    Span place = SPAN_NONE;
    vec_foreach(bundle, &audit->bundles) {
        vec_foreach(object, &(*bundle)->objects) {
            const Node *kind = node_path(object->node, "kind");
            if (object->group.len == 0 || !kind || !span_is_known(kind->span) ||
                api_type(audit->api, object->api_version, object->kind) ||
                api_defined_version(audit->api, object->group, object->kind).len > 0 ||
                api_standing(audit->api, object->api_version, object->kind).kind != API_FOREIGN) {
                continue;
            }
            Str key = str_concat(audit->arena, object->api_version, object->kind);
            if (map_set(&known, key, audit)) {
                continue;
            }
            place = span_is_known(place) ? place : kind->span;
            if (known.len <= NAMES_MOST) {
                strbuf_addf(
                    &names,
                    "%s%" STR_FMT " of %" STR_FMT,
                    known.len > 1 ? ", " : "",
                    STR_ARG(object->kind),
                    STR_ARG(object->api_version)
                );
            }
        }
    }
    if (known.len > 0) {
        (void) audit_find(
            audit,
            "AU006",
            place,
            "without a definition here, the fields are not checked of %" STR_FMT "%s",
            STR_ARG(strbuf_str(&names)),
            known.len > NAMES_MOST ? " and others" : ""
        );
    }
}

void bundles_plan(Audit *audit)
{
    Arena *arena = audit->arena;
    BundlePlan *gather = ARENA_NEW(arena, BundlePlan);
    *gather = (BundlePlan) { .audit = audit,
                             .used = MAP_ON_ARENA(arena),
                             .roots = MAP_ON_ARENA(arena),
                             .files = MAP_ON_ARENA(arena) };
    audit->bundle_plan = gather;
    vec_foreach(artifact, &audit->files.artifacts) {
        if ((*artifact)->kind == ARTIFACT_KUSTOMIZATION) {
            read_kustomization(gather, *artifact);
        }
    }
    map_foreach(entry, &gather->roots) {
        if (is_root(gather, entry->value)) {
            Root root = { .source = entry->value };
            vec_push(&gather->built, arena, root);
        }
    }
}

void bundles_gather(Audit *audit)
{
    Arena *arena = audit->arena;
    const BundlePlan *gather = audit->bundle_plan;
    vec_foreach(root, &gather->built) {
        take_built(gather, root);
    }
    Bundle *plain = ARENA_NEW(arena, Bundle);
    bundle_init(plain, arena, SPAN_NONE);
    vec_foreach(entry, &audit->files.artifacts) {
        Artifact *artifact = *entry;
        if (artifact->kind == ARTIFACT_MANIFEST &&
            !map_has(&gather->used, artifact->source->path)) {
            read_manifest(gather, plain, artifact);
        } else if (artifact->kind == ARTIFACT_HELM_CHART) {
            Span place = span_make(artifact->source, 0, 0);
            (void) audit_find(audit, "AU004", place, "a Helm chart: skipped");
        }
    }
    bundle_seal(plain, audit->jobs);
    vec_push(&audit->bundles, arena, plain);
    take_definitions(audit);
    note_unknown_kinds(audit);
    find_namespaces(audit, gather);
}
