#include "vars.h"

#include <stdio.h>
#include <stdlib.h>

#include "codec/yaml.h"

#include "fieldspec.h"
#include "kustomization.h"
#include "paths.h"
#include "resource.h"

/* A var with its value, while they are put in. */
typedef struct Value {
    const Var *var;
    const Node *node;
    size_t uses;
} Value;

typedef struct Expansion {
    Build *b;
    Map values; /* name -> Value */
} Expansion;

/* --- collecting ------------------------------------------------------------------------------- */

static int add_var(Build *b, Vars *vars, Var var)
{
    vec_foreach(known, vars) {
        if (str_eq(known->name, var.name)) {
            Diag *diag = build_diag(
                b,
                SEVERITY_ERROR,
                "KZ005",
                var.span,
                "var '%" STR_FMT "' already encountered",
                STR_ARG(var.name)
            );
            diag_relate(b->diags, diag, known->span, "here");
            return -EINVAL;
        }
    }
    vec_push(vars, b->arena, var);
    return 0;
}

int vars_merge(Build *b, Vars *into, const Vars *from)
{
    int result = 0;
    vec_foreach(var, from) {
        int rc = add_var(b, into, *var);
        result = rc < 0 ? rc : result;
    }
    return result;
}

static Var var_from_node(const Node *node)
{
    const Node *object = node_get(node, STR("objref"));
    Str kind = field_text(object, "kind"), version = field_text(object, "apiVersion");
    Gvk gvk = { .group = field_text(object, "group"),
                .version = field_text(object, "version"),
                .kind = kind };
    if (version.len > 0) {
        gvk = gvk_from_api_version(version, kind);
    }
    Var var = { .name = field_text(node, "name"), .span = node->span };
    var.object = (ResId
    ) { .gvk = gvk, .name = field_text(object, "name"), .ns = field_text(object, "namespace") };
    var.field_path = node_string_or(
        node_get(node_get(node, STR("fieldref")), STR("fieldPath")), STR("metadata.name")
    );
    return var;
}

static bool id_fits(Build *b, const Var *var, ResId id)
{
    if (!str_eq(id.name, var->object.name) || !gvk_equal(id.gvk, var->object.gvk)) {
        return false;
    }
    bool by_namespace = var->object.ns.len > 0 || gvk_is_cluster_scoped(b, var->object.gvk);
    return !by_namespace || id_same_namespace(b, var->object, id);
}

static bool is_object(Build *b, const Var *var, const Resource *resource)
{
    for (size_t i = 0; i < resource->previous.len; i++) {
        if (id_fits(b, var, resource_previous_id(resource, i))) {
            return true;
        }
    }
    return id_fits(b, var, resource_id(resource));
}

static int attach(Build *b, const Var *var, ResMap *map)
{
    Resource *found = NULL;
    size_t count = 0;
    vec_foreach(resource, &map->list) {
        if (!node_is_empty((*resource)->node) && is_object(b, var, *resource)) {
            found = *resource;
            count++;
        }
    }
    if (count > 1) {
        return build_error(
            b,
            "KZ005",
            var->span,
            "found %zu resId matches for var %" STR_FMT " (unable to disambiguate)",
            count,
            STR_ARG(var->name)
        );
    }
    if (found) {
        vec_push(&found->vars, b->arena, var->name);
    }
    return 0;
}

int vars_collect(Target *target, Accumulator *into)
{
    Build *b = target->b;
    int result = 0;
    size_t count = field_count(target->doc, "vars");
    for (size_t i = 0; i < count; i++) {
        Var var = var_from_node(field_item(target->doc, "vars", i));
        int rc = attach(b, &var, &into->map);
        result = rc < 0 ? rc : result;
    }
    for (size_t i = 0; result == 0 && i < count; i++) {
        result = add_var(b, &into->vars, var_from_node(field_item(target->doc, "vars", i)));
    }
    return result;
}

/* --- values ----------------------------------------------------------------------------------- */

/* a.b[0] -> a, b, 0 */
static void split_indices(Build *b, const Strs *parts, Strs *ret_parts)
{
    vec_foreach(part, parts) {
        size_t open = str_rfind_char(*part, '[');
        int64_t index;
        bool indexed = open != STR_NONE && str_has_suffix(*part, STR("]")) &&
                       str_to_int64(str_slice(*part, open + 1, part->len - 1), &index) &&
                       index >= 0;
        if (!indexed) {
            vec_push(ret_parts, b->arena, *part);
            continue;
        }
        if (open > 0) {
            vec_push(ret_parts, b->arena, str_slice(*part, 0, open));
        }
        vec_push(ret_parts, b->arena, str_slice(*part, open + 1, part->len - 1));
    }
}

static int find_value(Build *b, const Var *var, const ResMap *map, const Node **ret_value)
{
    Strs dotted, parts = { 0 };
    path_split_dots(b, var->field_path, &dotted);
    split_indices(b, &dotted, &parts);
    vec_foreach(resource, &map->list) {
        vec_foreach(name, &(*resource)->vars) {
            Node *value = NULL;
            if (!str_eq(*name, var->name)) {
                continue;
            }
            if (path_lookup((*resource)->node, parts.ptr, parts.len, &value) < 0 || !value) {
                return build_error(
                    b,
                    "KZ005",
                    var->span,
                    "field specified in var '%" STR_FMT "' not found in corresponding resource",
                    STR_ARG(var->name)
                );
            }
            *ret_value = value;
            return 0;
        }
    }
    return build_error(
        b,
        "KZ005",
        var->span,
        "var '%" STR_FMT "' cannot be mapped to a field in the set of known resources",
        STR_ARG(var->name)
    );
}

/* --- expansion -------------------------------------------------------------------------------- */

static Str value_text(Arena *arena, const Node *node)
{
    if (node->kind == NODE_BOOL) {
        return node->boolean ? STR("true") : STR("false");
    }
    if (node->kind == NODE_INT) {
        return str_printf(arena, "%lld", (long long) node->integer);
    }
    return node->text;
}

static Value *lookup(const Expansion *expansion, Str name)
{
    Value *value = map_get(&expansion->values, name);
    if (!value || !node_is_scalar(value->node)) {
        return NULL; /* maps and lists stay $(NAME) */
    }
    value->uses++;
    return value;
}

/* The reference at text[at] == '$'; how many bytes it takes, and what it stands for. */
static size_t expand_one(const Expansion *expansion, Str text, size_t at, StrBuf *out)
{
    char next = text.ptr[at + 1];
    if (next == '$') {
        strbuf_add_char(out, '$');
        return 2;
    }
    size_t close = next == '(' ? str_find_char(str_skip(text, at + 2), ')') : STR_NONE;
    if (close == STR_NONE) {
        strbuf_add(out, str_slice(text, at, at + 2));
        return 2;
    }
    Str name = str_slice(text, at + 2, at + 2 + close);
    const Value *value = lookup(expansion, name);
    if (value) {
        strbuf_add(out, value_text(expansion->b->arena, value->node));
    } else {
        strbuf_addf(out, "$(%" STR_FMT ")", STR_ARG(name));
    }
    return close + 3;
}

/* A text that is nothing but one reference takes the value with its type. */
static bool expand_whole(const Expansion *expansion, Node *node)
{
    Str name = node->text;
    if (!str_strip_prefix(&name, STR("$(")) || !str_strip_suffix(&name, STR(")")) ||
        str_has_char(name, ')')) {
        return false;
    }
    const Value *value = lookup(expansion, name);
    if (!value) {
        return true;
    }
    Node copy = *value->node;
    bool is_string = copy.kind == NODE_STRING || copy.kind == NODE_NULL;
    *node = (Node
    ) { .kind = is_string ? NODE_STRING : copy.kind, .text = copy.text, .span = copy.span };
    node->integer = copy.integer;
    if (copy.kind == NODE_BOOL) {
        node->boolean = copy.boolean;
    } else if (copy.kind == NODE_FLOAT) {
        node->real = copy.real;
    }
    return true;
}

static void expand(const Expansion *expansion, Node *node)
{
    Str text = node->text;
    if (!str_has_char(text, '$') || expand_whole(expansion, node)) {
        return;
    }
    StrBuf out = STRBUF_ON_ARENA(expansion->b->arena);
    size_t at = 0;
    while (at < text.len) {
        if (text.ptr[at] == '$' && at + 1 < text.len) {
            at += expand_one(expansion, text, at, &out);
        } else {
            strbuf_add_char(&out, text.ptr[at++]);
        }
    }
    node->text = strbuf_str(&out);
    node->style = STYLE_DEFAULT;
}

static int visit(void *ctx, Node *node)
{
    const Expansion *expansion = ctx;
    if (node->kind == NODE_STRING) {
        expand(expansion, node);
    }
    for (size_t i = 0; node->kind == NODE_MAP && i < node->map.len; i++) {
        if (node->map.pairs[i].value->kind == NODE_STRING) {
            expand(expansion, node->map.pairs[i].value);
        }
    }
    for (size_t i = 0; node->kind == NODE_SEQ && i < node->seq.len; i++) {
        if (node->seq.items[i]->kind != NODE_STRING) {
            return build_error(
                expansion->b,
                "KZ005",
                node->seq.items[i]->span,
                "invalid value type expect a string, this is %s",
                node_kind_name(node->seq.items[i]->kind)
            );
        }
        expand(expansion, node->seq.items[i]);
    }
    return 0;
}

static int compare_vars(const void *a, const void *b)
{
    return str_cmp(((const Var *) a)->name, ((const Var *) b)->name);
}

static int expand_all(Expansion *expansion, Accumulator *all)
{
    FieldWalk walk = { .b = expansion->b, .visit = visit, .ctx = expansion };
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < all->map.list.len; i++) {
        rc = field_specs_apply(
            &walk, &all->config->specs[SPECS_VAR_REFERENCE], all->map.list.ptr[i]
        );
    }
    return rc;
}

int vars_resolve(Build *b, Accumulator *all)
{
    if (all->vars.len == 0) {
        return 0;
    }
    qsort(all->vars.ptr, all->vars.len, sizeof(Var), compare_vars);
    Expansion expansion = { .b = b, .values = MAP_ON_ARENA(b->arena) };
    vec_foreach(var, &all->vars) {
        Value *value = ARENA_NEW(b->arena, Value);
        value->var = var;
        int rc = find_value(b, var, &all->map, &value->node);
        if (rc < 0) {
            return rc;
        }
        value->node = node_copy(b->arena, value->node);
        map_set(&expansion.values, var->name, value);
    }
    int rc = expand_all(&expansion, all);
    map_foreach(entry, &expansion.values) {
        const Value *value = entry->value;
        if (rc == 0 && value->uses == 0) {
            build_warn(
                b,
                "KZ902",
                value->var->span,
                "well-defined vars that were never replaced: %" STR_FMT,
                STR_ARG(value->var->name)
            );
        }
    }
    return rc;
}
