/* Places in a tree by their text: dotted paths and JSON Pointers (RFC 6901). */
#include "codec/internal.h"
#include "codec/node.h"

bool pointer_next(Str *rest, Str *ret_token)
{
    if (rest->len == 0 || rest->ptr[0] != '/') {
        return false;
    }
    Str tail = str_skip(*rest, 1);
    size_t slash = str_find_char(tail, '/');
    *ret_token = str_slice(tail, 0, slash);
    *rest = str_skip(tail, ret_token->len);
    return true;
}

/* One character of a token at *at; false when its escape is neither ~0 nor ~1. */
static bool token_char(Str token, size_t *at, char *ret_char)
{
    char c = token.ptr[(*at)++];
    if (c == '~') {
        if (*at == token.len || (token.ptr[*at] != '0' && token.ptr[*at] != '1')) {
            return false;
        }
        c = token.ptr[(*at)++] == '0' ? '~' : '/';
    }
    *ret_char = c;
    return true;
}

bool pointer_unescape(Arena *arena, Str token, Str *ret_key)
{
    char *key = arena_alloc_raw(arena, token.len + 1);
    size_t len = 0;
    for (size_t at = 0; at < token.len;) {
        if (!token_char(token, &at, &key[len++])) {
            return false;
        }
    }
    key[len] = '\0';
    *ret_key = str_make(key, len);
    return true;
}

bool pointer_index(Str token, size_t *ret_index)
{
    uint64_t index;
    bool leading_zero = token.len > 1 && token.ptr[0] == '0';
    if (token.len == 0 || leading_zero || token.ptr[0] < '0' || token.ptr[0] > '9' ||
        !str_to_uint64(token, &index)) {
        return false;
    }
    *ret_index = (size_t) index;
    return true;
}

static bool token_matches(Str token, Str key)
{
    size_t len = 0;
    for (size_t at = 0; at < token.len; len++) {
        char c;
        if (!token_char(token, &at, &c) || len == key.len || key.ptr[len] != c) {
            return false;
        }
    }
    return len == key.len;
}

static Node *child_by_token(const Node *node, Str token)
{
    size_t index;
    if (node_is_seq(node)) {
        return pointer_index(token, &index) && index < node->seq.len ? node->seq.items[index]
                                                                     : NULL;
    }
    for (size_t i = 0; node_is_map(node) && i < node->map.len; i++) {
        if (token_matches(token, node->map.pairs[i].key->text)) {
            return node->map.pairs[i].value;
        }
    }
    return NULL;
}

/* The tree is the caller's: const in, as with strchr, only says that nothing is changed here. */
static Node *as_found(const Node *node)
{
    return (Node *) (uintptr_t) node;
}

Node *node_at_pointer(const Node *root, Str pointer)
{
    const Node *node = root;
    Str token;
    while (node && pointer_next(&pointer, &token)) {
        node = child_by_token(node, token);
    }
    return pointer.len == 0 ? as_found(node) : NULL;
}

/* Where the string that starts with the quote at rest[0] has its closing one. */
static bool quoted_end(Str rest, size_t *ret_end)
{
    for (size_t i = 1; i < rest.len; i++) {
        if (rest.ptr[i] == '\\') {
            i++;
        } else if (rest.ptr[i] == '"') {
            *ret_end = i;
            return true;
        }
    }
    return false;
}

static bool quoted_matches(Str quoted, Str key)
{
    size_t len = 0;
    for (size_t i = 0; i < quoted.len; i++, len++) {
        if (quoted.ptr[i] == '\\' && i + 1 < quoted.len) {
            i++;
        }
        if (len == key.len || key.ptr[len] != quoted.ptr[i]) {
            return false;
        }
    }
    return len == key.len;
}

static const Node *step_quoted(const Node *map, Str *rest)
{
    size_t end;
    if (!node_is_map(map) || !quoted_end(*rest, &end)) {
        return NULL;
    }
    Str quoted = str_slice(*rest, 1, end);
    *rest = str_skip(*rest, end + 1);
    for (size_t i = 0; i < map->map.len; i++) {
        if (quoted_matches(quoted, map->map.pairs[i].key->text)) {
            return map->map.pairs[i].value;
        }
    }
    return NULL;
}

static const Node *step_index(const Node *seq, Str *rest)
{
    size_t index;
    size_t close = str_find_char(*rest, ']');
    if (!node_is_seq(seq) || close == STR_NONE ||
        !pointer_index(str_slice(*rest, 1, close), &index)) {
        return NULL;
    }
    *rest = str_skip(*rest, close + 1);
    return index < seq->seq.len ? seq->seq.items[index] : NULL;
}

static const Node *step_key(const Node *map, Str *rest)
{
    size_t end = 0;
    while (end < rest->len && rest->ptr[end] != '.' && rest->ptr[end] != '[') {
        end++;
    }
    Str key = str_slice(*rest, 0, end);
    *rest = str_skip(*rest, end);
    return end ? node_get(map, key) : NULL;
}

Node *node_at_path(const Node *root, Str path)
{
    const Node *node = root;
    bool first = true;
    while (node && path.len > 0) {
        if (path.ptr[0] == '[') {
            node = step_index(node, &path);
        } else {
            if (!first && path.ptr[0] != '.') {
                return NULL;
            }
            path = first ? path : str_skip(path, 1);
            node = path.len > 0 && path.ptr[0] == '"' ? step_quoted(node, &path)
                                                      : step_key(node, &path);
        }
        first = false;
    }
    return as_found(node);
}
