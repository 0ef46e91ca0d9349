#include <string.h>

#include "resource.h"
#include "schema.h"

static const char cluster_scoped[] = "_non_namespaceable_";

Gvk gvk_from_api_version(Str api_version, Str kind)
{
    Gvk gvk = { .version = api_version, .kind = kind };
    Str group, version;
    if (str_cut(api_version, '/', &group, &version)) {
        gvk.group = group;
        gvk.version = version;
    }
    return gvk;
}

/* Whatever bytes are in the parts: printf ends a text at a NUL. */
static Str joined(Arena *arena, const Str *parts, size_t count)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    for (size_t i = 0; i < count; i++) {
        strbuf_add(&out, parts[i]);
    }
    return strbuf_str(&out);
}

Str gvk_api_version(Arena *arena, Gvk gvk)
{
    return gvk.group.len == 0 ? gvk.version
                              : joined(arena, (Str[]) { gvk.group, STR("/"), gvk.version }, 3);
}

bool gvk_equal(Gvk a, Gvk b)
{
    return str_eq(a.kind, b.kind) && str_eq(a.version, b.version) && str_eq(a.group, b.group);
}

bool gvk_selected(Gvk gvk, Gvk selector)
{
    return (selector.group.len == 0 || str_eq(gvk.group, selector.group)) &&
           (selector.version.len == 0 || str_eq(gvk.version, selector.version)) &&
           (selector.kind.len == 0 || str_eq(gvk.kind, selector.kind));
}

static int compare_parts(Str a, Str b, Str none)
{
    return str_cmp(a.len ? a : none, b.len ? b : none);
}

int gvk_compare(Gvk a, Gvk b)
{
    int rank_a = order_rank(a.kind), rank_b = order_rank(b.kind);
    if (rank_a != rank_b) {
        return rank_a < rank_b ? -1 : 1;
    }
    int result = compare_parts(a.group, b.group, STR("~G"));
    result = result ? result : compare_parts(a.version, b.version, STR("~V"));
    return result ? result : compare_parts(a.kind, b.kind, STR("~K"));
}

Str gvk_text(Arena *arena, Gvk gvk)
{
    Str kind = gvk.kind.len ? gvk.kind : STR("[noKind]");
    Str version = gvk.version.len ? gvk.version : STR("[noVer]");
    Str group = gvk.group.len ? gvk.group : STR("[noGrp]");
    return joined(arena, (Str[]) { kind, STR("."), version, STR("."), group }, 5);
}

Str id_text(Arena *arena, ResId id)
{
    Str gvk = gvk_text(arena, id.gvk);
    Str name = id.name.len ? id.name : STR("[noName]");
    Str ns = id.ns.len ? id.ns : STR("[noNs]");
    return joined(arena, (Str[]) { gvk, STR("/"), name, STR("."), ns }, 5);
}

bool gvk_is_cluster_scoped(Build *b, Gvk gvk)
{
    return schema_is_cluster_scoped(b, gvk);
}

Str id_namespace(Build *b, ResId id)
{
    if (gvk_is_cluster_scoped(b, id.gvk)) {
        return str_from(cluster_scoped);
    }
    return id.ns.len ? id.ns : DEFAULT_NAMESPACE;
}

bool id_same_namespace(Build *b, ResId a, ResId other)
{
    return str_eq(id_namespace(b, a), id_namespace(b, other));
}

Str id_key(Build *b, ResId id)
{
    Str ns = id_namespace(b, id);
    Str parts[] = { id.gvk.kind, id.gvk.version, id.gvk.group, id.name, ns };
    size_t len = 0;
    for (size_t i = 0; i < 5; i++) {
        len += parts[i].len + 1;
    }
    char *text = arena_alloc_raw(b->arena, len);
    char *at = text;
    for (size_t i = 0; i < 5; i++) {
        if (parts[i].len) {
            memcpy(at, parts[i].ptr, parts[i].len);
        }
        at += parts[i].len;
        *at++ = '\n';
    }
    return str_make(text, len);
}
