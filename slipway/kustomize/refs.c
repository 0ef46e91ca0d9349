#include "refs.h"

#include "fieldspec.h"
#include "resource.h"

/* One field spec of the referrers, with what it refers to. */
typedef struct Rule {
    const FieldSpec *spec;
    Gvk target;
    bool is_role_ref;
} Rule;

typedef VEC(Rule) Rules;

typedef struct Refs {
    Build *b;
    ResMap *map;
    Map by_previous_name; /* name -> Resources */
    Map by_original_ns;   /* namespace -> Resources, cluster-scoped ones left out */
    Map rules_by_kind;    /* kind -> Rules; "" for rules of any kind */
    Rules rules;
    bool has_namespaces; /* by_original_ns is made */
} Refs;

/* One resource that refers. */
typedef struct Referrer {
    Refs *refs;
    Resource *resource;
    ResId id;
    bool is_cluster_scoped;
    Strs namespaces; /* of a RoleBinding's service accounts */
    const Rule *rule;
} Referrer;

static void add_to(Build *b, Map *map, Str key, Resource *resource)
{
    void **slot = map_at(map, key);
    if (!*slot) {
        *slot = ARENA_NEW(b->arena, Resources);
    }
    Resources *resources = *slot;
    if (resources->len == 0 || *vec_last(resources) != resource) {
        vec_push(resources, b->arena, resource);
    }
}

static void index_names(Refs *refs)
{
    refs->by_previous_name = (Map) MAP_ON_ARENA(refs->b->arena);
    vec_foreach(at, &refs->map->list) {
        vec_foreach(previous, &(*at)->previous) {
            add_to(refs->b, &refs->by_previous_name, previous->name, *at);
        }
    }
}

/* Few references name a namespace: made on first use. */
static void index_namespaces(Refs *refs)
{
    Build *b = refs->b;
    refs->by_original_ns = (Map) MAP_ON_ARENA(b->arena);
    vec_foreach(at, &refs->map->list) {
        ResId id = resource_original_id(*at);
        if (!gvk_is_cluster_scoped(b, id.gvk)) {
            add_to(b, &refs->by_original_ns, id_namespace(b, id), *at);
        }
    }
    refs->has_namespaces = true;
}

static void index_rules(Refs *refs, const Config *config)
{
    Build *b = refs->b;
    vec_foreach(reference, &config->references) {
        vec_foreach(spec, &reference->referrers) {
            Rule rule = {
                .spec = spec,
                .target = reference->target,
                .is_role_ref = str_has_suffix(spec->path, STR("roleRef/name")),
            };
            vec_push(&refs->rules, b->arena, rule);
        }
    }
}

/* The rules that may concern a kind, in order; made on first use. */
static const Rules *rules_for(Refs *refs, Str kind)
{
    void **slot = map_at(&refs->rules_by_kind, kind);
    if (!*slot) {
        Rules *rules = ARENA_NEW(refs->b->arena, Rules);
        vec_foreach(rule, &refs->rules) {
            Str wanted = rule->spec->gvk.kind;
            if (wanted.len == 0 || str_eq(wanted, kind)) {
                vec_push(rules, refs->b->arena, *rule);
            }
        }
        *slot = rules;
    }
    return *slot;
}

/* --- who may be meant ------------------------------------------------------------------------- */

static bool has_namespace(const Strs *namespaces, Str ns)
{
    vec_foreach(known, namespaces) {
        if (str_eq(*known, ns)) {
            return true;
        }
    }
    return false;
}

static bool may_refer(const Referrer *r, const Resource *candidate)
{
    Build *b = r->refs->b;
    ResId id = resource_id(candidate);
    return r->is_cluster_scoped || gvk_is_cluster_scoped(b, id.gvk) ||
           id_same_namespace(b, id, r->id) ||
           has_namespace(&r->namespaces, resource_namespace(candidate));
}

static bool had_gvk(const Resource *candidate, Gvk selector)
{
    for (size_t i = 0; i < candidate->previous.len; i++) {
        if (gvk_selected(resource_previous_id(candidate, i).gvk, selector)) {
            return true;
        }
    }
    return false;
}

static bool role_ref_fits(const Referrer *r, const Resource *candidate)
{
    const Node *role_ref = node_get(r->resource->node, STR("roleRef"));
    const Node *group = node_get(role_ref, STR("apiGroup")),
               *kind = node_get(role_ref, STR("kind"));
    if (!r->rule->is_role_ref || !group || !kind) {
        return true;
    }
    return had_gvk(
        candidate, (Gvk) { .group = node_text_or_empty(group), .kind = node_text_or_empty(kind) }
    );
}

static bool namespace_fits(const Referrer *r, const Resource *candidate)
{
    Build *b = r->refs->b;
    ResId id = resource_id(candidate);
    return r->is_cluster_scoped || gvk_is_cluster_scoped(b, id.gvk) ||
           str_eq(id.gvk.kind, STR("ServiceAccount")) || id_same_namespace(b, r->id, id);
}

static bool same_ending(const Strs *a, const Strs *other)
{
    const Strs *longer = a->len > other->len ? a : other,
               *shorter = a->len > other->len ? other : a;
    size_t skip = longer->len - shorter->len;
    if (shorter->len == 0) {
        return skip == 0;
    }
    for (size_t i = 0; i < shorter->len; i++) {
        if (!str_eq(longer->ptr[i + skip], shorter->ptr[i])) {
            return false;
        }
    }
    return true;
}

static bool affixes_fit(const Resource *a, const Resource *other, bool allow_empty)
{
    bool no_prefix = allow_empty && (a->prefixes.len == 0 || other->prefixes.len == 0);
    bool no_suffix = allow_empty && (a->suffixes.len == 0 || other->suffixes.len == 0);
    return (no_prefix || same_ending(&a->prefixes, &other->prefixes)) &&
           (no_suffix || same_ending(&a->suffixes, &other->suffixes));
}

static void keep_affixes(const Referrer *r, Resources *candidates, bool allow_empty)
{
    size_t kept = 0;
    for (size_t i = 0; i < candidates->len; i++) {
        if (affixes_fit(candidates->ptr[i], r->resource, allow_empty)) {
            candidates->ptr[kept++] = candidates->ptr[i];
        }
    }
    candidates->len = kept;
}

static bool all_the_same(const Resources *candidates, bool with_namespace)
{
    const Resource *first = candidates->ptr[0];
    for (size_t i = 1; i < candidates->len; i++) {
        const Resource *other = candidates->ptr[i];
        if (!str_eq(resource_name(first), resource_name(other)) ||
            (with_namespace && !str_eq(resource_namespace(first), resource_namespace(other)))) {
            return false;
        }
    }
    return true;
}

static int ambiguous(const Referrer *r, const Node *node, const Resources *candidates)
{
    Build *b = r->refs->b;
    StrBuf ids = STRBUF_ON_ARENA(b->arena);
    vec_foreach(candidate, candidates) {
        strbuf_add_cstr(&ids, ids.len ? ", " : "");
        strbuf_add(&ids, id_text(b->arena, resource_id(*candidate)));
    }
    Diag *diag = build_diag(
        b,
        SEVERITY_ERROR,
        "KZ005",
        node->span,
        "updating name reference in '%" STR_FMT "' field of '%" STR_FMT
        "': found multiple possible referrals: %" STR_FMT,
        STR_ARG(r->rule->spec->path),
        STR_ARG(id_text(b->arena, r->id)),
        STR_ARG(strbuf_str(&ids))
    );
    vec_foreach(candidate, candidates) {
        diag_relate(b->diags, diag, (*candidate)->node->span, "this one?");
    }
    return -EINVAL;
}

/* --- choosing --------------------------------------------------------------------------------- */

/* `ns`: the namespace the reference names, in which candidates are or were; NULL: any. */
typedef struct Wanted {
    const Node *name;
    const Node *ns;
    bool by_original;    /* the namespace they had first */
    bool sets_namespace; /* so several candidates must agree in it */
} Wanted;

static bool namespace_is(const Referrer *r, const Wanted *wanted, const Resource *candidate)
{
    Build *b = r->refs->b;
    if (!wanted->ns) {
        return true;
    }
    ResId id = wanted->by_original ? resource_original_id(candidate) : resource_id(candidate);
    return !gvk_is_cluster_scoped(b, id.gvk) && str_eq(id_namespace(b, id), wanted->ns->text);
}

static int choose(const Referrer *r, const Wanted *wanted, Resource **ret_resource)
{
    Build *b = r->refs->b;
    Resources candidates = { 0 };
    *ret_resource = NULL;
    const Resources *named = map_get(&r->refs->by_previous_name, wanted->name->text);
    for (size_t i = 0; named && i < named->len; i++) {
        Resource *candidate = named->ptr[i];
        if (had_gvk(candidate, r->rule->target) && may_refer(r, candidate) &&
            namespace_is(r, wanted, candidate) && role_ref_fits(r, candidate) &&
            namespace_fits(r, candidate)) {
            vec_push(&candidates, b->arena, candidate);
        }
    }
    if (candidates.len != 1) {
        keep_affixes(r, &candidates, true);
    }
    if (candidates.len > 1) {
        keep_affixes(r, &candidates, false);
    }
    if (candidates.len > 1 && !all_the_same(&candidates, wanted->sets_namespace)) {
        return ambiguous(r, wanted->name, &candidates);
    }
    *ret_resource = candidates.len > 0 ? candidates.ptr[0] : NULL;
    return 0;
}

static int set_scalar(const Referrer *r, Node *node)
{
    Resource *found = NULL;
    Wanted wanted = { .name = node };
    int rc = choose(r, &wanted, &found);
    if (rc == 0 && found && !str_eq(resource_name(found), node->text)) {
        node_set_text(node, resource_name(found), node_metadata(found->node, "name")->span);
    }
    return rc;
}

static bool any_was_in(const Referrer *r, Str ns)
{
    if (!r->refs->has_namespaces) {
        index_namespaces(r->refs);
    }
    const Resources *there = map_get(&r->refs->by_original_ns, ns);
    for (size_t i = 0; there && i < there->len; i++) {
        if (may_refer(r, there->ptr[i])) {
            return true;
        }
    }
    return false;
}

static int set_map(const Referrer *r, Node *map)
{
    Build *b = r->refs->b;
    Node *name = node_get(map, STR("name")), *ns = node_get(map, STR("namespace"));
    if (!name) {
        return build_error(b, "KZ005", map->span, "path config error; no 'name' field in node");
    }
    Wanted wanted = { .name = name, .ns = ns, .sets_namespace = true };
    wanted.by_original = ns && any_was_in(r, ns->text);
    Resource *found = NULL;
    int rc = choose(r, &wanted, &found);
    if (rc < 0 || !found) {
        return rc;
    }
    Str new_name = resource_name(found), new_ns = resource_namespace(found);
    if (!str_eq(new_name, name->text)) {
        node_set_text(name, new_name, node_metadata(found->node, "name")->span);
    }
    if (new_ns.len > 0 && !(ns && str_eq(ns->text, new_ns))) {
        node_set_field_text(
            b->arena, map, STR("namespace"), new_ns, node_metadata(found->node, "namespace")->span
        );
    }
    return 0;
}

static int visit(void *ctx, Node *node)
{
    const Referrer *r = ctx;
    if (node->kind == NODE_NULL) {
        return 0;
    }
    if (node->kind == NODE_MAP) {
        return set_map(r, node);
    }
    if (node_is_scalar(node)) {
        return set_scalar(r, node);
    }
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < node->seq.len; i++) {
        if (node->seq.items[i]->kind == NODE_SEQ) {
            return build_error(
                r->refs->b,
                "KZ005",
                node->seq.items[i]->span,
                "expected to be either a string or a map of string"
            );
        }
        rc = visit(ctx, node->seq.items[i]);
    }
    return rc;
}

/* --- all of them ------------------------------------------------------------------------------ */

static int collect_namespaces(Referrer *r)
{
    Build *b = r->refs->b;
    const Node *subjects = node_get(r->resource->node, STR("subjects"));
    bool binds = str_eq(r->id.gvk.kind, STR("RoleBinding")) && !r->is_cluster_scoped;
    for (size_t i = 0; binds && node_is_seq(subjects) && i < subjects->seq.len; i++) {
        const Node *subject = subjects->seq.items[i], *ns = node_get(subject, STR("namespace"));
        if (!ns ||
            !str_eq(node_text_or_empty(node_get(subject, STR("kind"))), STR("ServiceAccount"))) {
            continue;
        }
        if (ns->kind != NODE_STRING) {
            return build_error(
                b,
                "KZ005",
                ns->span,
                "Invalid Input: namespace is blank for resource \"%" STR_FMT "\"",
                STR_ARG(id_text(b->arena, r->id))
            );
        }
        vec_push(&r->namespaces, b->arena, ns->text);
    }
    return 0;
}

static int fix_resource(Refs *refs, Resource *resource)
{
    Str kind =
        resource->previous.len > 0 ? resource->previous.ptr[0].kind : resource_kind(resource);
    const Rules *rules = rules_for(refs, kind);
    if (rules->len == 0) {
        return 0; /* most: their nodes needn't be looked at */
    }
    Gvk original = resource_original_id(resource).gvk;
    Referrer referrer = { .refs = refs, .resource = resource, .id = resource_id(resource) };
    referrer.is_cluster_scoped = gvk_is_cluster_scoped(refs->b, referrer.id.gvk);
    int rc = collect_namespaces(&referrer);
    for (size_t i = 0; rc == 0 && i < rules->len; i++) {
        const Rule *rule = &rules->ptr[i];
        if (!gvk_selected(original, rule->spec->gvk)) {
            continue;
        }
        referrer.rule = rule;
        FieldSpec spec = *rule->spec;
        spec.gvk = (Gvk) { 0 }; /* chosen by the original kind, which a patch may have changed */
        FieldWalk walk = { .b = refs->b, .visit = visit, .ctx = &referrer };
        rc = field_spec_apply(&walk, &spec, resource);
    }
    return rc;
}

int refs_fix(Build *b, const Config *config, ResMap *map)
{
    Refs refs = { .b = b, .map = map, .rules_by_kind = MAP_ON_ARENA(b->arena) };
    index_names(&refs);
    index_rules(&refs, config);
    int result = 0;
    vec_foreach(resource, &map->list) {
        int rc = (*resource)->node ? fix_resource(&refs, *resource) : 0;
        result = rc < 0 ? rc : result;
    }
    return result;
}
