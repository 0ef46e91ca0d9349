#include "paths.h"

#include <string.h>

#include "codec/yaml.h"

#include "config.h"
#include "resource.h"

static bool is_bracketed(Str part)
{
    return part.len >= 2 && part.ptr[0] == '[' && part.ptr[part.len - 1] == ']';
}

static bool is_index(Str part, int64_t *ret_index)
{
    return str_to_int64(part, ret_index);
}

void path_split_dots(Build *b, Str path, Strs *ret_parts)
{
    Strs split, parts = { 0 };
    path_split(b, path, '.', &split);
    for (size_t i = 0; i < split.len; i++) {
        Str part = split.ptr[i];
        if (part.len == 0 || part.ptr[0] != '[' || part.ptr[part.len - 1] == ']') {
            vec_push(&parts, b->arena, part);
            continue;
        }
        StrBuf joined = STRBUF_ON_ARENA(b->arena);
        strbuf_add(&joined, part);
        while (i + 1 < split.len && !str_has_suffix(strbuf_str(&joined), STR("]"))) {
            strbuf_add_char(&joined, '.');
            strbuf_add(&joined, split.ptr[++i]);
        }
        Str text = strbuf_str(&joined);
        if (!str_has_char(text, '=')) {
            text = str_skip(text, 1);
            (void) str_strip_suffix(&text, STR("]"));
        }
        vec_push(&parts, b->arena, text);
    }
    *ret_parts = parts;
}

/* "[name=value]" */
static bool split_bracket(Str part, Str *ret_name, Str *ret_value)
{
    return str_cut(str_slice(part, 1, part.len - 1), '=', ret_name, ret_value);
}

/* --- lookup ----------------------------------------------------------------------------------- */

static bool scalar_equals(const Node *node, Str text)
{
    return node && node_is_scalar(node) && str_eq(node->text, text);
}

static Node *find_element(const Node *list, Str name, Str value)
{
    for (size_t i = 0; i < list->seq.len; i++) {
        Node *element = list->seq.items[i];
        if (scalar_equals(name.len ? node_get(element, name) : element, value)) {
            return element;
        }
    }
    return NULL;
}

static int lookup_part(Node *node, Str part, Node **ret_node)
{
    int64_t index = 0;
    bool last = str_eq(part, STR("-")), numbered = is_index(part, &index);
    if (str_eq(part, STR("*")) || (numbered && index < 0)) {
        return -EINVAL;
    }
    if (node->kind == NODE_NULL) {
        return 0;
    }
    if (numbered || last) {
        if (node->kind != NODE_SEQ) {
            return -EINVAL;
        }
        size_t at = last ? node->seq.len - 1 : (size_t) index;
        *ret_node = at < node->seq.len ? node->seq.items[at] : NULL;
        return 0;
    }
    if (is_bracketed(part)) {
        Str name, value;
        if (node->kind != NODE_SEQ || !split_bracket(part, &name, &value)) {
            return -EINVAL;
        }
        *ret_node = find_element(node, name, value);
        return 0;
    }
    if (node->kind != NODE_MAP) {
        return -EINVAL;
    }
    *ret_node = node_get(node, part);
    return 0;
}

int path_lookup(Node *node, const Str *parts, size_t count, Node **ret_node)
{
    for (size_t i = 0; node && i < count; i++) {
        Str part = str_trim(parts[i]);
        if (part.len == 0) {
            continue;
        }
        Node *next = NULL;
        int rc = lookup_part(node, part, &next);
        if (rc < 0) {
            return rc;
        }
        node = next;
    }
    *ret_node = node;
    return 0;
}

Node *path_create(Build *b, Node *node, const Strs *parts)
{
    for (size_t i = 0; node && i < parts->len; i++) {
        Node *next = NULL;
        if (lookup_part(node, parts->ptr[i], &next) < 0) {
            return NULL;
        }
        if (!next && node->kind == NODE_MAP) {
            next = i + 1 < parts->len ? node_new_map(b->arena) : node_new_null(b->arena);
            node_set(b->arena, node, parts->ptr[i], next);
        }
        node = next;
    }
    return node;
}

/* --- search ----------------------------------------------------------------------------------- */

static Node *make(const PathSearch *search, const Str *next, size_t left)
{
    Arena *arena = search->b->arena;
    int64_t index;
    Node *node;
    if (left > 0 && (is_bracketed(*next) || (is_index(*next, &index) && index >= 0))) {
        node = node_new_seq(arena);
    } else if (left > 0 || search->create == PATH_CREATE_MAP) {
        node = node_new_map(arena);
    } else if (search->create == PATH_CREATE_SEQ) {
        node = node_new_seq(arena);
    } else {
        node = node_new_null(arena);
    }
    node->span = search->span;
    return node;
}

static int search_on(PathSearch *search, Node *node, const Str *parts, size_t count, bool is_new)
{
    if (count == 0) {
        Found found = { .node = node, .is_new = is_new };
        vec_push(&search->found, search->b->arena, found);
        return 0;
    }
    return path_search(search, node, parts, count);
}

static int search_field(PathSearch *search, Node *node, const Str *parts, size_t count)
{
    if (node->kind != NODE_MAP) {
        return node->kind == NODE_NULL ? 0 : -EINVAL;
    }
    Node *field = node_get(node, parts[0]);
    bool is_new = !field;
    if (is_new) {
        if (search->create == PATH_NO_CREATE) {
            return 0;
        }
        field = make(search, parts + 1, count - 1);
        node_set(search->b->arena, node, parts[0], field);
    }
    return search_on(search, field, parts + 1, count - 1, is_new);
}

static int search_index(PathSearch *search, Node *list, const Str *parts, size_t count)
{
    int64_t index = 0;
    (void) is_index(parts[0], &index);
    if (list->kind != NODE_SEQ) {
        return -EINVAL;
    }
    size_t at = (size_t) index;
    bool is_new = at == list->seq.len && search->create != PATH_NO_CREATE;
    if (is_new) {
        node_append(search->b->arena, list, make(search, parts + 1, count - 1));
    }
    if (at >= list->seq.len) {
        return -EINVAL;
    }
    return search_on(search, list->seq.items[at], parts + 1, count - 1, is_new);
}

/* A value as YAML would write it: a quoted string has its quotes. */
static Str written(Build *b, const Node *node)
{
    StrBuf text = STRBUF_ON_ARENA(b->arena);
    yaml_write(&text, node, NULL);
    return str_trim(strbuf_str(&text));
}

static int search_matching(PathSearch *search, Node *list, const Str *parts, size_t count)
{
    Build *b = search->b;
    Str name, value;
    Regex *regex = NULL;
    if (list->kind != NODE_SEQ || !split_bracket(parts[0], &name, &value) ||
        regex_compile(b->arena, value, false, &regex, NULL) < 0) {
        return -EINVAL;
    }
    size_t before = search->found.len;
    for (size_t i = 0; i < list->seq.len; i++) {
        Node *element = list->seq.items[i];
        const Node *compared = name.len ? node_get(element, name) : element;
        if (!compared || !regex_matches(regex, written(b, compared))) {
            continue;
        }
        int rc = name.len ? search_on(search, element, parts + 1, count - 1, false)
                          : search_on(search, element, NULL, 0, false);
        if (rc < 0) {
            return rc;
        }
    }
    if (search->found.len > before || search->create == PATH_NO_CREATE) {
        return 0;
    }
    Node *made = node_string(b->arena, value, search->span);
    made->style = STYLE_PLAIN;
    yaml_resolve_plain(made);
    if (name.len > 0) {
        Node *map = node_new_map(b->arena);
        map->span = search->span;
        node_set(b->arena, map, name, made);
        made = map;
    }
    node_append(b->arena, list, made);
    return search_on(search, made, parts + 1, name.len ? count - 1 : 0, false);
}

int path_search(PathSearch *search, Node *node, const Str *parts, size_t count)
{
    int64_t index;
    if (count == 0) {
        return search_on(search, node, parts, 0, false);
    }
    if (is_index(parts[0], &index) && index >= 0) {
        return search_index(search, node, parts, count);
    }
    if (is_bracketed(parts[0])) {
        return search_matching(search, node, parts, count);
    }
    if (!str_eq(parts[0], STR("*"))) {
        return search_field(search, node, parts, count);
    }
    int rc = node->kind == NODE_SEQ ? 0 : -EINVAL;
    for (size_t i = 0; rc == 0 && i < node->seq.len; i++) {
        rc = search_on(search, node->seq.items[i], parts + 1, count - 1, false);
    }
    return rc;
}
