/* Kustomizations as they stand. What a build of them says is in engine.c. */
#include "kustomize/kustomize.h"

#include "base/mem.h"
#include "base/path.h"

#include "audit/rule.h"

static Span first_line(Source *source)
{
    return span_make(source, 0, 0);
}

/* The path of `source` as seen from the kustomization beside it. */
static Str path_beside(const KustomizationFile *file, const Source *source)
{
    Str folder = path_dir(file->source->path);
    Str path = source->path;
    return str_strip_prefix(&path, folder) && str_strip_prefix(&path, STR("/")) ? path
                                                                                : path_base(path);
}

static void suggest_listing(RuleContext *ctx, Diag *diag, const KustomizationFile *file, Str path)
{
    const char *name = str_to_cstr(ctx->diags->arena, path);
    const Node *resources = node_path(file->root, "resources");
    if (resources) {
        rule_fix_append(ctx, diag, resources, name);
    } else {
        const char *value = arena_printf(ctx->diags->arena, "\n- %s", name);
        rule_fix_set(ctx, diag, file->root, "resources", value);
    }
    diag->is_suggestion = true; /* it may be kept for another use */
}

static void ku006(RuleContext *ctx, const KustomizationFile *file)
{
    vec_foreach(source, &file->unlisted) {
        Diag *diag = rule_find_span(
            ctx, first_line(*source), "the kustomization beside it doesn't list this manifest"
        );
        diag_relate(ctx->diags, diag, first_line(file->source), "the kustomization");
        suggest_listing(ctx, diag, file, path_beside(file, *source));
    }
}

static void ku007(RuleContext *ctx, const KustomizationFile *file)
{
    const Node *images = node_path(file->root, "images");
    for (size_t i = 0; i < node_len(images); i++) {
        const Node *image = images->seq.items[i];
        const Node *tag = node_path(image, "newTag");
        const Node *name = node_path(image, "name");
        bool says_nothing = !tag && !node_path(image, "digest") && !node_path(image, "newName");
        if (tag && str_eq(tag->text, STR("latest"))) {
            rule_find(
                ctx,
                tag,
                "%" STR_FMT " becomes whatever is latest",
                STR_ARG(name ? name->text : STR("the image"))
            );
        } else if (says_nothing && name) {
            rule_find(ctx, name, "the entry sets neither a tag nor a digest nor a name");
        }
    }
}

/* --- KU008 ------------------------------------------------------------------------------------ */

static bool is_branch(Str reference)
{
    static const char *const branches[] = {
        "", "main", "master", "HEAD", "dev", "develop", "latest"
    };
    for (size_t i = 0; i < ARRAY_LEN(branches); i++) {
        if (str_eq_cstr(reference, branches[i])) {
            return true;
        }
    }
    return false;
}

/* The value of ?ref= or ?version=, empty where there is none. */
static Str reference_of(Str url)
{
    static const char *const keys[] = { "ref=", "version=" };
    size_t query = str_find_char(url, '?');
    Str rest = query == STR_NONE ? STR("") : str_skip(url, query + 1);
    Str pair;
    while (str_next(&rest, '&', &pair)) {
        for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
            if (str_strip_prefix(&pair, str_from(keys[i]))) {
                return pair;
            }
        }
    }
    return STR("");
}

static bool names_branch(Str path)
{
    Str part;
    while (str_next(&path, '/', &part)) {
        if (part.len > 0 && is_branch(part)) {
            return true;
        }
    }
    return false;
}

/* A single file has its version in the path, if anywhere. */
static bool is_unpinned(Str url)
{
    bool is_file = str_has_suffix(url, STR(".yaml")) || str_has_suffix(url, STR(".yml")) ||
                   str_has_suffix(url, STR(".json"));
    return is_file ? names_branch(url) : is_branch(reference_of(url));
}

static void ku008(RuleContext *ctx, const KustomizationFile *file)
{
    static const char *const lists[] = { "resources", "components", "bases" };
    for (size_t k = 0; k < ARRAY_LEN(lists); k++) {
        const Node *list = node_path(file->root, lists[k]);
        for (size_t i = 0; i < node_len(list); i++) {
            const Node *entry = list->seq.items[i];
            if (node_is_string(entry) && kustomize_is_remote(entry->text) &&
                is_unpinned(entry->text)) {
                rule_find(
                    ctx, entry, "\"%" STR_FMT "\" is whatever the branch is", STR_ARG(entry->text)
                );
            }
        }
    }
}

/* --- generators ------------------------------------------------------------------------------- */

static bool is_placeholder(Str value)
{
    return value.len == 0 || value.ptr[0] == '$' || value.ptr[0] == '<' ||
           str_find(value, STR("{{")) != STR_NONE;
}

static void ku009(RuleContext *ctx, const KustomizationFile *file)
{
    const Node *generators = node_path(file->root, "secretGenerator");
    for (size_t i = 0; i < node_len(generators); i++) {
        const Node *literals = node_path(generators->seq.items[i], "literals");
        for (size_t k = 0; k < node_len(literals); k++) {
            const Node *literal = literals->seq.items[k];
            Str key, value;
            if (str_cut(literal->text, '=', &key, &value) && !is_placeholder(value)) {
                rule_find(ctx, literal, "%" STR_FMT " stands here in plain text", STR_ARG(key));
            }
        }
    }
}

static void find_disabled(RuleContext *ctx, const Node *options)
{
    const Node *disabled = node_path(options, "disableNameSuffixHash");
    if (node_is_true(disabled)) {
        Diag *diag =
            rule_find(ctx, disabled, "a changed value leaves the running pods as they are");
        rule_suggest(ctx, diag, disabled->span, "false"); /* others may use the name as it is */
    }
}

static void ku010(RuleContext *ctx, const KustomizationFile *file)
{
    static const char *const lists[] = { "configMapGenerator", "secretGenerator" };
    find_disabled(ctx, node_path(file->root, "generatorOptions"));
    for (size_t k = 0; k < ARRAY_LEN(lists); k++) {
        const Node *list = node_path(file->root, lists[k]);
        for (size_t i = 0; i < node_len(list); i++) {
            find_disabled(ctx, node_path(list->seq.items[i], "options"));
        }
    }
}

static void ku011(RuleContext *ctx, const KustomizationFile *file)
{
    const Node *ns = node_path(file->root, "namespace");
    if (ns && file->is_built && !file->has_namespace && !str_eq(ns->text, STR("default")) &&
        !str_has_prefix(ns->text, STR("kube-"))) {
        rule_find(ctx, ns, "nothing here makes the namespace \"%" STR_FMT "\"", STR_ARG(ns->text));
    }
}

static const AuditRule rules[] = {
    { .id = "KU006",
      .artifact = "Kustomize",
      .severity = SEVERITY_WARN,
      .meaning = "A manifest in the folder of a kustomization that doesn't list it",
      .why = "It looks as if it were applied, and it isn't.",
      .fix = "add it to resources, or move it elsewhere",
      .check_kustomization = ku006 },
    { .id = "KU007",
      .artifact = "Kustomize",
      .severity = SEVERITY_WARN,
      .meaning = "An entry of images that sets the tag latest, or nothing",
      .why = "What is deployed depends on when; an empty entry only looks as if it did something.",
      .fix = "set newTag to a version, or a digest",
      .bad = "images:\n- {name: shop/web, newTag: latest}\n",
      .good = "images:\n- {name: shop/web, newTag: 1.4.2}\n",
      .peers = "KL:latest-tag",
      .check_kustomization = ku007 },
    { .id = "KU008",
      .artifact = "Kustomize",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "A remote base without a fixed version",
      .why = "Who may push to that branch changes what is applied here, without a commit here.",
      .fix = "add ?ref= with a tag or a commit",
      .bad = "resources:\n- github.com/acme/base\n",
      .good = "resources:\n- github.com/acme/base?ref=v1.2.0\n",
      .check_kustomization = ku008 },
    { .id = "KU009",
      .artifact = "Kustomize",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "A secret in the literals of a secretGenerator",
      .why = "Everybody who may read the repository, now or later, has it.",
      .fix = "take it from a file that isn't committed, or use an ExternalSecret",
      .bad = "secretGenerator:\n- {name: db, literals: [password=hunter2]}\n",
      .good = "secretGenerator:\n- {name: db, envs: [secret.env]} # and secret.env in .gitignore\n",
      .check_kustomization = ku009 },
    { .id = "KU010",
      .artifact = "Kustomize",
      .severity = SEVERITY_WARN,
      .meaning = "disableNameSuffixHash",
      .why = "Pods read their configuration when they start: without a new name nothing restarts "
             "them.",
      .fix = "take it away; where a fixed name is needed, roll the pods by an annotation",
      .bad = "generatorOptions: {disableNameSuffixHash: true}\n",
      .good = "configMapGenerator:\n- {name: web, literals: [LEVEL=info]}\n",
      .check_kustomization = ku010 },
    { .id = "KU011",
      .artifact = "Kustomize",
      .severity = SEVERITY_INFO,
      .meaning = "A namespace that nothing in the repository makes",
      .why = "The first apply to a new cluster fails.",
      .fix = "add a Namespace to the resources",
      .bad = "namespace: shop\nresources: [deployment.yaml]\n",
      .good = "namespace: shop\nresources: [namespace.yaml, deployment.yaml]\n",
      .check_kustomization = ku011 },
};

const RuleFamily rules_kustomize = { rules, ARRAY_LEN(rules) };
