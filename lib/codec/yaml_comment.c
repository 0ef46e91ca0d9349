/* Which node a comment belongs to. As go-yaml v3 has it: what stands behind a value on its line is
 * the value's, or its key's where a block follows; lines right above a key or an item are its head;
 * lines that an empty line parts from what follows, or that end a block, are the foot of the key or
 * item before them. A first block of lines with an empty line behind is the document's. */
#include <string.h>

#include "yaml_internal.h"

/* A key or an item: what may have a comment above and below. */
typedef struct Bearer {
    Node *node;
    uint32_t start;
    uint32_t column;
} Bearer;

typedef struct Attach {
    YamlScanner *scanner;
    VEC(Bearer) bearers; /* in the order of the text */
    VEC(Node *) values;  /* what may have a comment behind: scalars, flow collections, keys */
} Attach;

static uint32_t column_of(const YamlScanner *s, uint32_t at)
{
    uint32_t start = at;
    while (start > 0 && s->text.ptr[start - 1] != '\n') {
        start--;
    }
    return at - start;
}

/* An item is known by its dash. */
static uint32_t item_start(const YamlScanner *s, const Node *item)
{
    uint32_t at = item->span.start;
    while (at > 0 && s->text.ptr[at - 1] == ' ') {
        at--;
    }
    return at > 0 && s->text.ptr[at - 1] == '-' ? at - 1 : item->span.start;
}

static void add_bearer(Attach *a, Node *node, uint32_t start)
{
    Bearer bearer = { .node = node, .start = start, .column = column_of(a->scanner, start) };
    vec_push(&a->bearers, a->scanner->scratch, bearer);
}

static void collect(Attach *a, Node *node)
{
    if (node->is_alias_use) {
        return;
    }
    if (node_is_scalar(node) || node->style == STYLE_FLOW) {
        vec_push(&a->values, a->scanner->scratch, node);
        return;
    }
    for (size_t i = 0; node->kind == NODE_SEQ && i < node->seq.len; i++) {
        add_bearer(a, node->seq.items[i], item_start(a->scanner, node->seq.items[i]));
        collect(a, node->seq.items[i]);
    }
    for (size_t i = 0; node->kind == NODE_MAP && i < node->map.len; i++) {
        const NodePair *pair = &node->map.pairs[i];
        add_bearer(a, pair->key, pair->key->span.start);
        vec_push(&a->values, a->scanner->scratch, pair->key);
        collect(a, pair->value);
    }
}

static NodeComments *comments_of(const Attach *a, Node *node)
{
    return &node_extras(a->scanner->arena, node)->comments;
}

static Str joined(const Attach *a, Str first, Str second)
{
    if (first.len == 0) {
        return second;
    }
    return str_printf(
        a->scanner->arena, "%" STR_FMT "\n%" STR_FMT, STR_ARG(first), STR_ARG(second)
    );
}

/* --- behind a value --------------------------------------------------------------------------- */

static void attach_line(const Attach *a, Str text, uint32_t start)
{
    Node *before = NULL;
    for (size_t i = 0; i < a->values.len && a->values.ptr[i]->span.start < start; i++) {
        before = a->values.ptr[i];
    }
    if (before) {
        NodeComments *comments = comments_of(a, before);
        comments->line = joined(a, comments->line, text);
    }
}

/* --- on lines of its own ---------------------------------------------------------------------- */

typedef struct Block {
    Str text; /* its lines without what stands before their '#' */
    uint32_t start, end, column;
    bool blank_before, blank_after;
} Block;

static Block next_block(const Attach *a, size_t *at, uint32_t last)
{
    const YamlComments *all = &a->scanner->comments;
    const YamlComment *first = &all->ptr[*at];
    Block block = { .start = first->start,
                    .column = first->column,
                    .blank_before = first->blank_before };
    StrBuf text = STRBUF_ON_ARENA(a->scanner->arena);
    for (; *at < all->len && all->ptr[*at].token <= last; (*at)++) {
        const YamlComment *line = &all->ptr[*at];
        bool goes_on = !line->behind && line->column == first->column &&
                       line->token == first->token && (line == first || !line->blank_before);
        if (!goes_on) {
            break;
        }
        strbuf_add_cstr(&text, text.len > 0 ? "\n" : "");
        strbuf_add(&text, str_slice(a->scanner->text, line->start, line->end));
        block.end = line->end;
        block.blank_after = line->blank_after;
    }
    block.text = strbuf_str(&text);
    return block;
}

static const Bearer *bearer_behind(const Attach *a, uint32_t at)
{
    vec_foreach(bearer, &a->bearers) {
        if (bearer->start >= at) {
            return bearer;
        }
    }
    return NULL;
}

/* The last one above at the comment's column, or just the last one. */
static const Bearer *bearer_before(const Attach *a, const Block *block)
{
    const Bearer *last = NULL, *aligned = NULL;
    vec_foreach(bearer, &a->bearers) {
        if (bearer->start >= block->start) {
            break;
        }
        last = bearer;
        aligned = bearer->column == block->column  ? bearer
                  : bearer->column < block->column ? NULL
                                                   : aligned;
    }
    return aligned ? aligned : last;
}

static void attach_block(const Attach *a, const Block *block, Node *root)
{
    const Bearer *next = bearer_behind(a, block->end), *before = bearer_before(a, block);
    bool is_document = !before && block->blank_after;
    if (is_document || a->bearers.len == 0) {
        NodeComments *comments = comments_of(a, root);
        const char *gap = is_document ? "\n\n" : "";
        Str text = str_printf(a->scanner->arena, "%" STR_FMT "%s", STR_ARG(block->text), gap);
        comments->head = joined(a, comments->head, text);
        return;
    }
    bool is_foot = before && (!next || block->blank_after || next->column < block->column);
    if (is_foot) {
        NodeComments *comments = comments_of(a, before->node);
        comments->foot = joined(a, comments->foot, block->text);
    } else if (next) {
        NodeComments *comments = comments_of(a, next->node);
        comments->head = joined(a, comments->head, block->text);
    }
}

void yaml_attach_comments(YamlScanner *scanner, Node *root, uint32_t first, uint32_t end)
{
    Attach attach = { .scanner = scanner };
    const YamlComments *all = &scanner->comments;
    size_t at = 0;
    while (at < all->len && all->ptr[at].token < first) {
        at++;
    }
    if (at == all->len || all->ptr[at].token > end) {
        return;
    }
    collect(&attach, root);
    while (at < all->len && all->ptr[at].token <= end) {
        const YamlComment *comment = &all->ptr[at];
        if (comment->behind) {
            attach_line(
                &attach, str_slice(scanner->text, comment->start, comment->end), comment->start
            );
            at++;
            continue;
        }
        Block block = next_block(&attach, &at, end);
        attach_block(&attach, &block, root);
    }
}
