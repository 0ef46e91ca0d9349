#include <errno.h>
#include <string.h>

#include "yaml_parse.h"

static int report_duplicate(YamlParser *p, Node *map, size_t first, size_t again)
{
    Node *key = map->map.pairs[again].key;
    Diag *diag = diag_error(
        p->diags, "Y1002", key->span, "duplicate key \"%" STR_FMT "\"", STR_ARG(key->text)
    );
    diag_relate(p->diags, diag, map->map.pairs[first].key->span, "first here");
    return -EINVAL;
}

static void drop_duplicate(Node *map, size_t first, size_t again)
{
    map->map.pairs[first].value = map->map.pairs[again].value;
    memmove(
        &map->map.pairs[again],
        &map->map.pairs[again + 1],
        (map->map.len - again - 1) * sizeof(NodePair)
    );
    map->map.len--;
}

static bool is_merge_key(const Node *key)
{
    return key->style == STYLE_PLAIN && str_eq(key->text, STR("<<"));
}

/* Small maps are compared pair by pair, large ones through an index: linear either way. */
static int check_duplicates(YamlParser *p, Node *map)
{
    enum { SMALL = 16 };
    bool indexed = map->map.len > SMALL;
    Map index = MAP_INIT;
    int rc = 0;
    for (size_t i = 0; i < map->map.len; i++) {
        Str text = map->map.pairs[i].key->text;
        size_t first = 0;
        if (indexed) {
            void **slot = map_at(&index, text);
            first = *slot ? (size_t) (uintptr_t) *slot - 1 : i;
            *slot = *slot ? *slot : (void *) (uintptr_t) (i + 1);
        } else {
            for (; first < i && !str_eq(map->map.pairs[first].key->text, text); first++) {
            }
        }
        if (first == i || (is_merge_key(map->map.pairs[i].key) && p->options.keep_merge_keys)) {
            continue;
        }
        if (p->options.allow_duplicates) {
            drop_duplicate(map, first, i--);
        } else {
            rc = report_duplicate(p, map, first, i);
        }
    }
    map_done(&index);
    return rc;
}

/* Puts the pairs of `from` that `map` lacks at `*at`. */
static void merge_pairs(YamlParser *p, Node *map, const Node *from, size_t *at)
{
    for (size_t i = 0; i < from->map.len; i++) {
        NodePair pair = from->map.pairs[i];
        if (node_find(map, pair.key->text)) {
            continue;
        }
        node_append_pair(p->arena, map, pair.key, pair.value);
        memmove(
            &map->map.pairs[*at + 1],
            &map->map.pairs[*at],
            (map->map.len - 1 - *at) * sizeof(NodePair)
        );
        map->map.pairs[(*at)++] = pair;
    }
}

static int merge_one(YamlParser *p, Node *map, const Node *value, size_t *at)
{
    if (node_is_map(value)) {
        merge_pairs(p, map, value, at);
        return 0;
    }
    bool fits = node_is_seq(value);
    for (size_t i = 0; fits && i < value->seq.len; i++) {
        fits = node_is_map(value->seq.items[i]);
    }
    if (!fits) {
        diag_error(p->diags, "Y1004", value->span, "\"<<\" wants a map or a list of maps");
        return -EINVAL;
    }
    for (size_t i = 0; i < value->seq.len; i++) {
        merge_pairs(p, map, value->seq.items[i], at);
    }
    return 0;
}

static int resolve_merges(YamlParser *p, Node *map)
{
    for (size_t i = 0; i < map->map.len; i++) {
        if (!is_merge_key(map->map.pairs[i].key)) {
            continue;
        }
        Node *value = map->map.pairs[i].value;
        memmove(
            &map->map.pairs[i], &map->map.pairs[i + 1], (map->map.len - i - 1) * sizeof(NodePair)
        );
        map->map.len--;
        size_t at = i;
        int rc = merge_one(p, map, value, &at);
        if (rc < 0) {
            return rc;
        }
        rc = yaml_count_nodes(p, at - i, value->span);
        if (rc < 0) {
            return rc;
        }
        i = at - 1;
    }
    return 0;
}

int yaml_finish_map(YamlParser *p, Node *map)
{
    int rc = check_duplicates(p, map);
    return rc < 0 || p->options.keep_merge_keys ? rc : resolve_merges(p, map);
}
