#include "documents.h"

#include "codec/yaml.h"

#include "resource.h"

typedef VEC(Node *) Nodes;

/* JSON, through which every resource leaves, has string keys alone. */
static int check_keys(Build *b, const Node *node)
{
    int rc = 0;
    if (node->kind == NODE_SEQ) {
        for (size_t i = 0; rc == 0 && i < node->seq.len; i++) {
            rc = check_keys(b, node->seq.items[i]);
        }
        return rc;
    }
    for (size_t i = 0; rc == 0 && node->kind == NODE_MAP && i < node->map.len; i++) {
        const NodePair *pair = &node->map.pairs[i];
        if (pair->key->kind != NODE_STRING) {
            return build_error(
                b,
                "KZ003",
                pair->key->span,
                "the key %" STR_FMT " is %s, JSON wants a string: quote it",
                STR_ARG(pair->key->text),
                node_kind_name(pair->key->kind)
            );
        }
        rc = check_keys(b, pair->value);
    }
    return rc;
}

static bool is_list_kind(const Node *node)
{
    return str_has_suffix(node_text_or_empty(node_get(node, STR("kind"))), STR("List"));
}

static int check_resource(Build *b, const Node *node)
{
    if (!node_is_map(node)) {
        return build_error(
            b,
            "KZ003",
            node->span,
            "missing Resource metadata: a resource is a map, this is %s",
            node_kind_name(node->kind)
        );
    }
    bool bare = node_is_empty(node_get(node, STR("apiVersion"))) &&
                node_is_empty(node_get(node, STR("kind"))) &&
                node_is_empty(node_get(node, STR("metadata")));
    if (bare) {
        return build_error(b, "KZ003", node->span, "missing Resource metadata");
    }
    if (node_text_or_empty(node_get(node, STR("kind"))).len == 0) {
        return build_error(b, "KZ003", node->span, "missing kind in object");
    }
    if (!is_list_kind(node) && node_text_or_empty(node_metadata(node, "name")).len == 0) {
        return build_error(
            b,
            "KZ003",
            node->span,
            "missing metadata.name in object of kind %" STR_FMT,
            STR_ARG(node_get(node, STR("kind"))->text)
        );
    }
    return check_keys(b, node);
}

/* `nodes` grows at its end while it is gone through: lists may hold lists. */
static int inline_lists(Build *b, Nodes *nodes, Resources *ret_resources)
{
    int result = 0;
    for (size_t at = 0; at < nodes->len; at++) {
        Node *node = nodes->ptr[at];
        if (node_is_empty(node)) {
            continue;
        }
        int rc = check_resource(b, node);
        if (rc < 0) {
            result = rc;
            continue;
        }
        Node *items = is_list_kind(node) ? node_get(node, STR("items")) : NULL;
        if (!items) {
            vec_push(ret_resources, b->arena, resource_new(b, node));
            continue;
        }
        if (items->kind != NODE_NULL && items->kind != NODE_SEQ) {
            result = build_error(
                b,
                "KZ003",
                items->span,
                "expected array in %" STR_FMT "/items, but found %s",
                STR_ARG(node_get(node, STR("kind"))->text),
                node_kind_name(items->kind)
            );
        }
        for (size_t i = 0; items->kind == NODE_SEQ && i < items->seq.len; i++) {
            vec_push(nodes, b->arena, items->seq.items[i]);
        }
    }
    return result;
}

static void relate_yaml_errors(Build *b, size_t first)
{
    for (size_t i = first; i < b->diags->diags.len; i++) {
        Diag *diag = &b->diags->diags.ptr[i];
        for (size_t link = b->chain.len; link > 0; link--) {
            const Link *at = &b->chain.ptr[link - 1];
            diag_relate(
                b->diags,
                diag,
                at->span,
                "%s%" STR_FMT "%s",
                link == b->chain.len ? "accumulating resources: " : "",
                STR_ARG(at->what),
                link == b->chain.len ? ": MalformedYAMLError" : ""
            );
        }
    }
}

static bool has_alias(const Node *node)
{
    if (node->is_alias_use) {
        return true;
    }
    bool found = false;
    for (size_t i = 0; !found && node->kind == NODE_SEQ && i < node->seq.len; i++) {
        found = has_alias(node->seq.items[i]);
    }
    for (size_t i = 0; !found && node->kind == NODE_MAP && i < node->map.len; i++) {
        found = has_alias(node->map.pairs[i].value);
    }
    return found;
}

int resources_read(Build *b, Source *source, Resources *ret_resources)
{
    YamlDocuments documents;
    size_t before = b->diags->diags.len;
    const KustomizeReader *reader = &b->options.reader;
    if (!reader->read || !reader->read(reader->ctx, source, true, &documents)) {
        int rc = yaml_read(b->arena, source, NULL, &documents, b->diags);
        if (rc < 0) {
            relate_yaml_errors(b, before);
            return rc;
        }
    }
    Nodes nodes = { 0 };
    bool shared =
        str_has_char(source->text, '*'); /* aliases share nodes, and a build changes them */
    for (size_t i = 0; i < documents.len; i++) {
        Node *root = documents.roots[i];
        Node *copy = shared && has_alias(root) ? node_copy(b->arena, root) : root;
        vec_push(&nodes, b->arena, copy);
    }
    return inline_lists(b, &nodes, ret_resources);
}

bool resources_try(Build *b, Source *source, Resources *ret_resources)
{
    DiagList scratch = DIAG_LIST(b->arena);
    DiagList *kept = b->diags;
    b->diags = &scratch;
    int rc = resources_read(b, source, ret_resources);
    b->diags = kept;
    return rc == 0;
}
