#include "generators.h"
#include "resource.h"

void resmap_changed(ResMap *map)
{
    map->ids_valid = false;
    map->any_ids_valid = false;
}

static void index_ids(Build *b, ResMap *map)
{
    if (map->ids_valid) {
        return;
    }
    map->ids = (Map) MAP_ON_ARENA(b->arena);
    vec_foreach(resource, &map->list) {
        if ((*resource)->node) {
            map_set(&map->ids, id_key(b, resource_id(*resource)), *resource);
        }
    }
    map->ids_valid = true;
}

static void add_any(Build *b, ResMap *map, ResId id, Resource *resource)
{
    void **slot = map_at(&map->any_ids, id_key(b, id));
    if (!*slot) {
        *slot = ARENA_NEW(b->arena, Resources);
    }
    Resources *resources = *slot;
    if (resources->len == 0 || *vec_last(resources) != resource) {
        vec_push(resources, b->arena, resource);
    }
}

static void add_all_ids(Build *b, ResMap *map, Resource *resource)
{
    if (node_is_empty(resource->node)) {
        return;
    }
    for (size_t i = 0; i < resource->previous.len; i++) {
        add_any(b, map, resource_previous_id(resource, i), resource);
    }
    add_any(b, map, resource_id(resource), resource);
}

const Resources *resmap_any(Build *b, ResMap *map, ResId id)
{
    if (!map->any_ids_valid) {
        map->any_ids = (Map) MAP_ON_ARENA(b->arena);
        vec_foreach(resource, &map->list) {
            add_all_ids(b, map, *resource);
        }
        map->any_ids_valid = true;
    }
    return map_get(&map->any_ids, id_key(b, id));
}

int resmap_append(Build *b, ResMap *map, Resource *resource)
{
    index_ids(b, map);
    ResId id = resource_id(resource);
    void **slot = map_at(&map->ids, id_key(b, id));
    if (*slot) {
        const Resource *there = *slot;
        Diag *diag = build_diag(
            b,
            SEVERITY_ERROR,
            "KZ006",
            resource->node->span,
            "may not add resource with an already registered id: %" STR_FMT,
            STR_ARG(id_text(b->arena, id))
        );
        diag_relate(b->diags, diag, there->node->span, "the other one with this id");
        return -EINVAL;
    }
    *slot = resource;
    vec_push(&map->list, b->arena, resource);
    if (map->any_ids_valid) {
        add_all_ids(b, map, resource);
    }
    return 0;
}

int resmap_append_all(Build *b, ResMap *map, const ResMap *other)
{
    int result = 0;
    vec_foreach(resource, &other->list) {
        int rc = resmap_append(b, map, *resource);
        result = rc < 0 ? rc : result;
    }
    return result;
}

void resmap_drop_deleted(ResMap *map)
{
    size_t kept = 0;
    for (size_t i = 0; i < map->list.len; i++) {
        Resource *resource = map->list.ptr[i];
        if (!node_is_empty(resource->node)) {
            map->list.ptr[kept++] = resource;
        }
    }
    if (kept != map->list.len) {
        map->list.len = kept;
        resmap_changed(map);
    }
}

static void replace(ResMap *map, const Resource *old, Resource *resource)
{
    vec_foreach(at, &map->list) {
        if (*at == old) {
            *at = resource;
            break;
        }
    }
    resmap_changed(map);
}

static int absorb_into(Build *b, ResMap *map, Resource *old, Resource *resource)
{
    Str id = id_text(b->arena, resource_id(resource));
    switch (resource->behavior) {
    case BEHAVIOR_REPLACE:
        generated_take_metadata(b, resource, old);
        break;
    case BEHAVIOR_MERGE:
        generated_merge(b, resource, old);
        break;
    default: {
        static const char *const names[] = { "unspecified", "create", "replace", "merge" };
        Diag *diag = build_diag(
            b,
            SEVERITY_ERROR,
            "KZ006",
            resource->node->span,
            "id %" STR_FMT " exists; can not use behavior: '%s', behavior must be merge or replace",
            STR_ARG(id),
            names[resource->behavior]
        );
        diag_relate(b->diags, diag, old->node->span, "it is here");
        return -EINVAL;
    }
    }
    replace(map, old, resource);
    return 0;
}

int resmap_absorb(Build *b, ResMap *map, Resource *resource)
{
    ResId id = resource_id(resource);
    const Resources *matches = resmap_any(b, map, id);
    size_t count = matches ? matches->len : 0;
    if (count == 1) {
        return absorb_into(b, map, matches->ptr[0], resource);
    }
    if (count > 1) {
        return build_error(
            b,
            "KZ006",
            resource->node->span,
            "found multiple objects that could accept merge of %" STR_FMT,
            STR_ARG(id_text(b->arena, id))
        );
    }
    if (resource->behavior == BEHAVIOR_MERGE || resource->behavior == BEHAVIOR_REPLACE) {
        return build_error(
            b,
            "KZ006",
            resource->node->span,
            "id %" STR_FMT " does not exist; cannot merge or replace",
            STR_ARG(id_text(b->arena, id))
        );
    }
    return resmap_append(b, map, resource);
}
