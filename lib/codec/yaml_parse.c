#include "yaml_parse.h"

#include <errno.h>
#include <string.h>

#include "base/map.h"
#include "codec/yaml.h"

/* What may stand before a value. */
typedef struct Properties {
    uint32_t start, end;
    Str tag;
    Str anchor;
    bool any;
} Properties;

/* A mistake the scanner has told already is not told twice. */
int yaml_unexpected(YamlParser *p, const char *expected)
{
    const YamlToken *token = yaml_next(p);
    if (token->kind != YAML_TOKEN_ERROR) {
        diag_error(p->diags, "Y1001", yaml_token_span(p, token), "expected %s", expected);
    }
    return -EINVAL;
}

int yaml_count_nodes(YamlParser *p, size_t count, Span span)
{
    p->node_count += count;
    if (p->node_count <= p->options.limits.max_nodes) {
        return 0;
    }
    diag_error(
        p->diags,
        "Y1003",
        span,
        "more than %zu values, aliases counted as often as they are used",
        p->options.limits.max_nodes
    );
    return -EINVAL;
}

static Node *new_node(YamlParser *p, NodeKind kind, NodeStyle style, uint32_t start, uint32_t end)
{
    Node *node = ARENA_NEW(p->arena, Node);
    node->kind = kind;
    node->style = style;
    node->span = span_make(p->source, start, end);
    return node;
}

/* --- scalars ---------------------------------------------------------------------------------- */

static void apply_tag(Node *node, Str tag)
{
    if (str_eq(tag, STR("!!str")) || str_eq(tag, STR("!!binary"))) {
        node->kind = NODE_STRING;
        return;
    }
    static const char *const resolved[] = { "!!int", "!!float", "!!bool", "!!null" };
    for (size_t i = 0; i < 4; i++) {
        if (str_eq_cstr(tag, resolved[i])) {
            yaml_resolve_plain(node);
        }
    }
    if (str_eq(tag, STR("!!float")) && node->kind == NODE_INT) {
        node->real = (double) node->integer;
        node->kind = NODE_FLOAT;
    }
}

static Node *make_scalar(YamlParser *p, const YamlToken *token, const Properties *properties)
{
    Node *node = new_node(p, NODE_STRING, token->style, token->start, token->end);
    node->text = token->text;
    bool untagged = properties->tag.len == 0 || str_eq(properties->tag, STR("!"));
    if (token->style == STYLE_PLAIN && untagged) {
        yaml_resolve_plain(node);
    } else if (!untagged) {
        apply_tag(node, properties->tag);
    }
    return node;
}

static Node *make_empty(YamlParser *p, uint32_t at)
{
    return new_node(p, NODE_NULL, STYLE_PLAIN, at, at);
}

/* --- collections ------------------------------------------------------------------------------ */

static int add_pair(YamlParser *p, Node *map, Node *key, Node *value)
{
    if (!node_is_scalar(key)) {
        diag_error(
            p->diags,
            "Y1001",
            key->span,
            "a key must be a scalar, not %s",
            node_kind_name(key->kind)
        );
        return -EINVAL;
    }
    node_append_pair(p->arena, map, key, value);
    return 0;
}

int yaml_parse_or_empty(YamlParser *p, bool empty, bool indentless, uint32_t at, Node **ret_node)
{
    if (!empty) {
        return yaml_parse_node(p, indentless, ret_node);
    }
    *ret_node = make_empty(p, at);
    return yaml_count_nodes(p, 1, (*ret_node)->span);
}

/* Where the value ends here: an alias has the place of what it stands for. */
static uint32_t end_of(const YamlParser *p, const Node *value)
{
    return value->is_alias_use ? p->tokens[p->at - 1].end : value->span.end;
}

static int parse_block_seq(YamlParser *p, bool indentless, Node *seq)
{
    if (!indentless) {
        p->at++;
    }
    while (yaml_accept(p, YAML_TOKEN_BLOCK_ENTRY)) {
        YamlTokenKind next = yaml_next(p)->kind;
        bool empty = next == YAML_TOKEN_BLOCK_ENTRY || next == YAML_TOKEN_BLOCK_END ||
                     (indentless && (next == YAML_TOKEN_KEY || next == YAML_TOKEN_VALUE));
        Node *item = NULL;
        int rc = yaml_parse_or_empty(p, empty, false, p->tokens[p->at - 1].end, &item);
        if (rc < 0) {
            return rc;
        }
        node_append(p->arena, seq, item);
        seq->span.end = end_of(p, item);
    }
    if (indentless) {
        return 0;
    }
    return yaml_accept(p, YAML_TOKEN_BLOCK_END)
               ? 0
               : yaml_unexpected(p, "a '-' of this list, or less indentation");
}

static int parse_map_value(YamlParser *p, Node **ret_value, uint32_t key_end)
{
    if (!yaml_accept(p, YAML_TOKEN_VALUE)) {
        return yaml_parse_or_empty(p, true, false, key_end, ret_value);
    }
    YamlTokenKind next = yaml_next(p)->kind;
    bool empty = next == YAML_TOKEN_KEY || next == YAML_TOKEN_VALUE || next == YAML_TOKEN_BLOCK_END;
    return yaml_parse_or_empty(p, empty, true, p->tokens[p->at - 1].end, ret_value);
}

static int parse_block_map(YamlParser *p, Node *map)
{
    p->at++;
    while (!yaml_accept(p, YAML_TOKEN_BLOCK_END)) {
        const YamlToken *token = yaml_next(p);
        if (!yaml_accept(p, YAML_TOKEN_KEY)) {
            return yaml_unexpected(p, "a key of this map, or less indentation");
        }
        YamlTokenKind next = yaml_next(p)->kind;
        bool empty =
            next == YAML_TOKEN_KEY || next == YAML_TOKEN_VALUE || next == YAML_TOKEN_BLOCK_END;
        Node *key = NULL, *value = NULL;
        int rc = yaml_parse_or_empty(p, empty, true, token->end, &key);
        if (rc == 0) {
            rc = parse_map_value(p, &value, key->span.end);
        }
        if (rc == 0) {
            rc = add_pair(p, map, key, value);
        }
        if (rc < 0) {
            return rc;
        }
        map->span.end = end_of(p, value);
    }
    return yaml_finish_map(p, map);
}

static bool ends_flow_value(YamlTokenKind kind, YamlTokenKind close)
{
    return kind == YAML_TOKEN_VALUE || kind == YAML_TOKEN_FLOW_ENTRY || kind == close;
}

/* "key: value", "? key", ": value" or a lone "key" in a flow collection. */
static int parse_flow_pair(YamlParser *p, YamlTokenKind close, Node *map)
{
    Node *key = NULL, *value = NULL;
    (void) yaml_accept(p, YAML_TOKEN_KEY);
    uint32_t start = yaml_next(p)->start;
    int rc = yaml_parse_or_empty(p, ends_flow_value(yaml_next(p)->kind, close), false, start, &key);
    if (rc < 0) {
        return rc;
    }
    if (yaml_accept(p, YAML_TOKEN_VALUE)) {
        bool empty = yaml_next(p)->kind == YAML_TOKEN_FLOW_ENTRY || yaml_next(p)->kind == close;
        rc = yaml_parse_or_empty(p, empty, false, p->tokens[p->at - 1].end, &value);
    } else {
        rc = yaml_parse_or_empty(p, true, false, key->span.end, &value);
    }
    return rc < 0 ? rc : add_pair(p, map, key, value);
}

static int parse_flow_map(YamlParser *p, Node *map)
{
    p->at++;
    while (yaml_next(p)->kind != YAML_TOKEN_FLOW_MAP_END) {
        if (map->map.len > 0 && !yaml_accept(p, YAML_TOKEN_FLOW_ENTRY)) {
            return yaml_unexpected(p, "',' or '}'");
        }
        if (yaml_next(p)->kind == YAML_TOKEN_FLOW_MAP_END) {
            break;
        }
        int rc = parse_flow_pair(p, YAML_TOKEN_FLOW_MAP_END, map);
        if (rc < 0) {
            return rc;
        }
    }
    map->span.end = yaml_next(p)->end;
    p->at++;
    return yaml_finish_map(p, map);
}

static int parse_flow_seq(YamlParser *p, Node *seq)
{
    p->at++;
    while (yaml_next(p)->kind != YAML_TOKEN_FLOW_SEQ_END) {
        if (seq->seq.len > 0 && !yaml_accept(p, YAML_TOKEN_FLOW_ENTRY)) {
            return yaml_unexpected(p, "',' or ']'");
        }
        if (yaml_next(p)->kind == YAML_TOKEN_FLOW_SEQ_END) {
            break;
        }
        Node *item = NULL;
        int rc = 0;
        if (yaml_next(p)->kind == YAML_TOKEN_KEY) {
            item = new_node(p, NODE_MAP, STYLE_FLOW, yaml_next(p)->start, yaml_next(p)->end);
            rc = parse_flow_pair(p, YAML_TOKEN_FLOW_SEQ_END, item);
        } else {
            rc = yaml_parse_node(p, false, &item);
        }
        if (rc < 0) {
            return rc;
        }
        node_append(p->arena, seq, item);
    }
    seq->span.end = yaml_next(p)->end;
    p->at++;
    return 0;
}

/* --- nodes ------------------------------------------------------------------------------------ */

static int check_tag(YamlParser *p, const YamlToken *token)
{
    Str rest = str_skip(token->text, 1);
    size_t bang = str_find_char(rest, '!');
    if (bang == STR_NONE || bang == 0) {
        return 0;
    }
    Str handle = str_slice(token->text, 0, bang + 2);
    vec_foreach(known, &p->handles) {
        if (str_eq(*known, handle)) {
            return 0;
        }
    }
    diag_error(
        p->diags,
        "Y1001",
        yaml_token_span(p, token),
        "no %%TAG directive defines \"%" STR_FMT "\"",
        STR_ARG(handle)
    );
    return -EINVAL;
}

static int parse_properties(YamlParser *p, Properties *properties)
{
    properties->start = properties->end = yaml_next(p)->start;
    while (true) {
        const YamlToken *token = yaml_next(p);
        if (token->kind == YAML_TOKEN_ANCHOR && properties->anchor.len == 0) {
            properties->anchor = token->text;
        } else if (token->kind == YAML_TOKEN_TAG && properties->tag.len == 0) {
            properties->tag = token->text;
            int rc = check_tag(p, token);
            if (rc < 0) {
                return rc;
            }
        } else {
            return 0;
        }
        properties->any = true;
        properties->end = token->end;
        p->at++;
    }
}

static int parse_alias(YamlParser *p, Node **ret_node)
{
    const YamlToken *token = yaml_next(p);
    YamlAnchor *anchor = (YamlAnchor *) map_get(&p->anchors, token->text);
    if (!anchor || !anchor->node) {
        diag_error(
            p->diags,
            "Y1004",
            yaml_token_span(p, token),
            anchor ? "anchor \"%" STR_FMT "\" contains itself" : "unknown anchor \"%" STR_FMT "\"",
            STR_ARG(token->text)
        );
        return -EINVAL;
    }
    p->at++;
    Node *node = (Node *) arena_memdup(p->arena, anchor->node, sizeof *node);
    node->is_alias_use = true;
    node->extras = NULL;
    if (node_tag(anchor->node).len > 0) {
        node_extras(p->arena, node)->tag = node_tag(anchor->node);
    }
    if (node->kind == NODE_SEQ) {
        node->seq.cap = node->seq.len; /* growing one use must not write into the shared array */
    } else if (node->kind == NODE_MAP) {
        node->map.cap = node->map.len;
    }
    *ret_node = node;
    return yaml_count_nodes(p, anchor->node_count, yaml_token_span(p, token));
}

static int parse_collection(YamlParser *p, bool indentless, Node **ret_node)
{
    const YamlToken *token = yaml_next(p);
    bool is_map = token->kind == YAML_TOKEN_BLOCK_MAP || token->kind == YAML_TOKEN_FLOW_MAP;
    bool flow = token->kind == YAML_TOKEN_FLOW_MAP || token->kind == YAML_TOKEN_FLOW_SEQ;
    if (++p->depth > p->options.limits.max_depth) {
        diag_error(
            p->diags,
            "Y1003",
            yaml_token_span(p, token),
            "nested more than %zu levels deep",
            p->options.limits.max_depth
        );
        return -EINVAL;
    }
    Node *node = new_node(
        p, is_map ? NODE_MAP : NODE_SEQ, flow ? STYLE_FLOW : STYLE_BLOCK, token->start, token->end
    );
    int rc = flow ? (is_map ? parse_flow_map(p, node) : parse_flow_seq(p, node))
                  : (is_map ? parse_block_map(p, node) : parse_block_seq(p, indentless, node));
    p->depth--;
    *ret_node = node;
    return rc;
}

static int
parse_content(YamlParser *p, bool indentless, const Properties *properties, Node **ret_node)
{
    const YamlToken *token = yaml_next(p);
    switch (token->kind) {
    case YAML_TOKEN_SCALAR:
        *ret_node = make_scalar(p, token, properties);
        p->at++;
        return 0;
    case YAML_TOKEN_FLOW_SEQ:
    case YAML_TOKEN_FLOW_MAP:
    case YAML_TOKEN_BLOCK_SEQ:
    case YAML_TOKEN_BLOCK_MAP:
        return parse_collection(p, false, ret_node);
    case YAML_TOKEN_BLOCK_ENTRY:
        if (indentless) {
            return parse_collection(p, true, ret_node);
        }
        break;
    default:
        break;
    }
    if (!properties->any) {
        return yaml_unexpected(p, "a value");
    }
    YamlToken nothing = { .style = STYLE_PLAIN, .start = properties->end, .end = properties->end };
    *ret_node = make_scalar(p, &nothing, properties);
    return 0;
}

int yaml_parse_node(YamlParser *p, bool indentless, Node **ret_node)
{
    if (yaml_next(p)->kind == YAML_TOKEN_ALIAS) {
        return parse_alias(p, ret_node);
    }
    Properties properties = { 0 };
    size_t count_before = p->node_count;
    Span span = yaml_token_span(p, yaml_next(p));
    int rc = yaml_count_nodes(p, 1, span);
    if (rc == 0) {
        rc = parse_properties(p, &properties);
    }
    YamlAnchor *anchor = NULL;
    if (rc == 0 && properties.anchor.len > 0) {
        anchor = ARENA_NEW(p->arena, YamlAnchor);
        map_set(&p->anchors, properties.anchor, anchor);
    }
    if (rc == 0) {
        rc = parse_content(p, indentless, &properties, ret_node);
    }
    if (rc < 0) {
        return rc;
    }
    if (properties.any) {
        NodeExtras *extras = node_extras(p->arena, *ret_node);
        extras->tag = properties.tag;
        extras->anchor = properties.anchor;
    }
    if (anchor) {
        *anchor = (YamlAnchor) { .node = *ret_node, .node_count = p->node_count - count_before };
    }
    return 0;
}
