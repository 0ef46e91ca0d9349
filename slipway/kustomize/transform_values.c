/* replicas and images. */
#include <string.h>

#include "fieldspec.h"
#include "kustomization.h"
#include "resource.h"
#include "transform.h"

/* --- replicas --------------------------------------------------------------------------------- */

static int set_count(void *ctx, Node *node)
{
    const Node *count = ctx;
    if (node_is_quoted(node)) {
        node_set_string(node, count->text, count->span);
    } else {
        *node = (Node) { .kind = NODE_INT, .span = count->span, .text = count->text };
        node->integer = count->integer;
    }
    return 0;
}

static bool had_name(const Resource *resource, Str name, Gvk selector)
{
    for (size_t i = 0; i < resource->previous.len; i++) {
        ResId id = resource_previous_id(resource, i);
        if (str_eq(id.name, name) && gvk_selected(id.gvk, selector)) {
            return true;
        }
    }
    ResId id = resource_id(resource);
    return str_eq(id.name, name) && gvk_selected(id.gvk, selector);
}

static void
hint_nearest_scalable(Build *b, Diag *diag, Str name, const FieldSpecs *specs, const ResMap *map)
{
    Strs names = { 0 };
    for (size_t i = 0; i < specs->len; i++) {
        vec_foreach(resource, &map->list) {
            ResId id = resource_original_id(*resource);
            if (!node_is_empty((*resource)->node) && gvk_selected(id.gvk, specs->ptr[i].gvk)) {
                vec_push(&names, b->arena, id.name);
            }
        }
    }
    diag_hint_nearest(b->diags, diag, name, names.ptr, names.len);
}

int transform_replicas(Build *b, const Node *replica, const FieldSpecs *specs, ResMap *map)
{
    Str name = field_text(replica, "name");
    Node *count = node_get(replica, STR("count"));
    Node zero = { .kind = NODE_INT, .span = replica->span, .text = STR("0") };
    FieldWalk walk = {
        .b = b,
        .create = FIELD_CREATE_SCALAR,
        .span = replica->span,
        .visit = set_count,
        .ctx = count ? count : &zero,
    };
    bool found = false;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < specs->len; i++) {
        for (size_t k = 0; rc == 0 && k < map->list.len; k++) {
            Resource *resource = map->list.ptr[k];
            if (!node_is_empty(resource->node) && had_name(resource, name, specs->ptr[i].gvk)) {
                found = true;
                rc = field_spec_apply(&walk, &specs->ptr[i], resource);
                resource_touch(b, resource, replica->span, "replicas", NULL);
            }
        }
    }
    if (found || rc < 0) {
        return rc;
    }
    Diag *diag = build_diag(
        b,
        SEVERITY_ERROR,
        "KZ005",
        field_span(replica, "name"),
        "resource with name %" STR_FMT " does not match a config with the following GVK "
        "[Deployment.[noVer].[noGrp] ReplicationController.[noVer].[noGrp] "
        "ReplicaSet.[noVer].[noGrp] "
        "StatefulSet.[noVer].[noGrp]]",
        STR_ARG(name)
    );
    hint_nearest_scalable(b, diag, name, specs, map);
    return -EINVAL;
}

/* --- images ----------------------------------------------------------------------------------- */

typedef struct ImageSetter {
    Build *b;
    const Node *image;
    Regex *pattern;
    size_t matches;
    bool touched;
} ImageSetter;

typedef struct ImageParts {
    Str name, tag, digest;
} ImageParts;

static ImageParts split_image(Str image)
{
    size_t slash = str_find_char(image, '/');
    size_t from = slash == STR_NONE || slash == 0 ? 0 : slash;
    Str search = str_skip(image, from);
    size_t at = str_find_char(search, '@'), colon = str_find_char(search, ':');
    ImageParts parts = { .name = image };
    if (at != STR_NONE) {
        parts.digest = str_skip(search, at + 1);
        parts.name = str_slice(image, 0, from + at);
    }
    if (colon != STR_NONE && (at == STR_NONE || colon < at)) {
        parts.tag = at == STR_NONE ? str_skip(search, colon + 1) : str_slice(search, colon + 1, at);
        parts.name = str_slice(image, 0, from + colon);
    }
    return parts;
}

static Str new_image(const ImageSetter *setter, Str old)
{
    ImageParts parts = split_image(old);
    Str new_name = field_text(setter->image, "newName"),
        new_tag = field_text(setter->image, "newTag");
    Str digest = field_text(setter->image, "digest"),
        suffix = field_text(setter->image, "tagSuffix");
    parts.name = new_name.len ? new_name : parts.name;
    if (new_tag.len > 0) {
        parts.tag = new_tag;
        parts.digest = digest;
    } else if (digest.len > 0) {
        parts.tag = (Str) { 0 };
        parts.digest = digest;
    } else if (suffix.len > 0) {
        parts.tag = str_concat(setter->b->arena, parts.tag, suffix);
        parts.digest = (Str) { 0 };
    }
    StrBuf text = STRBUF_ON_ARENA(setter->b->arena);
    strbuf_add(&text, parts.name);
    if (parts.tag.len > 0) {
        strbuf_add_char(&text, ':');
        strbuf_add(&text, parts.tag);
    }
    if (parts.digest.len > 0) {
        strbuf_add_char(&text, '@');
        strbuf_add(&text, parts.digest);
    }
    return strbuf_str(&text);
}

static int set_image(void *ctx, Node *node)
{
    ImageSetter *setter = ctx;
    if (node->kind == NODE_NULL) {
        return 0;
    }
    if (!node_is_scalar(node)) {
        return build_error(
            setter->b,
            "KZ003",
            node->span,
            "an image must be a string, this is %s",
            node_kind_name(node->kind)
        );
    }
    if (!setter->pattern || !regex_matches(setter->pattern, node->text)) {
        return 0;
    }
    node_set_text(node, new_image(setter, node->text), setter->image->span);
    setter->matches++;
    setter->touched = true;
    return 0;
}

static int set_container_images(ImageSetter *setter, const Node *list)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && node_is_seq(list) && i < list->seq.len; i++) {
        Node *image = node_get(list->seq.items[i], STR("image"));
        rc = image ? set_image(setter, image) : 0;
    }
    return rc;
}

/* Containers wherever they stand: what images did before it had field specs. */
static int walk_containers(ImageSetter *setter, const Node *node)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && node->kind == NODE_SEQ && i < node->seq.len; i++) {
        rc = walk_containers(setter, node->seq.items[i]);
    }
    for (size_t i = 0; rc == 0 && node->kind == NODE_MAP && i < node->map.len; i++) {
        const NodePair *pair = &node->map.pairs[i];
        rc = walk_containers(setter, pair->value);
        bool holds = str_eq(pair->key->text, STR("containers")) ||
                     str_eq(pair->key->text, STR("initContainers"));
        if (rc == 0 && holds) {
            rc = set_container_images(setter, pair->value);
        }
    }
    return rc;
}

static Regex *image_pattern(Build *b, Str name)
{
    static const Str rest =
        STR_INIT("(:[a-zA-Z0-9_.{}-]*)?(@[a-zA-Z0-9]+([.+_-][a-zA-Z0-9]+)*:[a-zA-Z0-9_.{}-]*)?$");
    Str pattern = str_concat(b->arena, str_concat(b->arena, STR("^"), name), rest);
    Regex *regex = NULL;
    (void) regex_compile(b->arena, pattern, false, &regex, NULL);
    return regex;
}

int transform_image(Build *b, const Node *image, const FieldSpecs *specs, ResMap *map)
{
    ImageSetter setter = { .b = b,
                           .image = image,
                           .pattern = image_pattern(b, field_text(image, "name")) };
    FieldWalk walk = { .b = b, .span = image->span, .visit = set_image, .ctx = &setter };
    int rc = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; rc == 0 && i < map->list.len; i++) {
            Resource *resource = map->list.ptr[i];
            if (!resource->node ||
                str_eq(resource_kind(resource), STR("CustomResourceDefinition"))) {
                continue;
            }
            setter.touched = false;
            rc = pass == 0 ? walk_containers(&setter, resource->node)
                           : field_specs_apply(&walk, specs, resource);
            if (setter.touched) {
                resource_touch(b, resource, image->span, "images", NULL);
            }
        }
    }
    if (rc == 0 && setter.matches == 0) {
        build_warn(
            b,
            "KZ102",
            image->span,
            "no image is named \"%" STR_FMT "\": this entry changes nothing",
            STR_ARG(field_text(image, "name"))
        );
    }
    return rc;
}
