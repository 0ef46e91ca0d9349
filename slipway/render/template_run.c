#include <errno.h>

#include "render/template_internal.h"

enum { RUN_MAX_DEPTH = 32 };

/* Names bound by each, innermost first. */
typedef struct Scope {
    const struct Scope *outer;
    Str name;
    const Node *value;
} Scope;

typedef struct Run {
    const Node *root;
    const TemplateLoader *loader;
    StrBuf *out;
    DiagList *diags;
    Arena *arena;      /* for loop variables and filtered texts */
    Node *loops[2][2]; /* by is-first and is-last; NULL: not needed yet */
    unsigned depth;    /* of blocks and includes */
    int rc;
} Run;

static void fail(Run *run, const char *rule, Span span, const char *format, Str what)
{
    diag_error(run->diags, rule, span, "%s \"%" STR_FMT "\"", format, STR_ARG(what));
    run->rc = -EINVAL;
}

/* A path starts at a loop's name, the innermost first, or at the root. */
static const Node *lookup(const Run *run, const Scope *scope, Str path)
{
    Str first = path, rest = { 0 };
    str_cut(path, '.', &first, &rest);
    for (; scope; scope = scope->outer) {
        if (str_eq(scope->name, first)) {
            const Node *at = scope->value;
            for (Str part; at && str_next(&rest, '.', &part);) {
                at = node_get(at, part);
            }
            return at;
        }
    }
    const Node *at = run->root;
    for (Str part; at && str_next(&path, '.', &part);) {
        at = node_get(at, part);
    }
    return at;
}

static bool is_true(const Node *node)
{
    if (!node) {
        return false;
    }
    switch (node->kind) {
    case NODE_NULL:
        return false;
    case NODE_BOOL:
        return node->boolean;
    case NODE_INT:
        return node->integer != 0;
    case NODE_FLOAT:
        return node->real < 0 || node->real > 0;
    case NODE_STRING:
        return node->text.len > 0;
    case NODE_SEQ:
        return node->seq.len > 0;
    case NODE_MAP:
        return node->map.len > 0;
    }
    return false;
}

static bool test_holds(const Run *run, const Scope *scope, const Test *test)
{
    const Node *node = lookup(run, scope, test->path);
    switch (test->kind) {
    case TEST_TRUTH:
        return is_true(node);
    case TEST_NOT:
        return !is_true(node);
    case TEST_EQUAL:
        return node && node_is_scalar(node) && str_eq(node->text, test->literal);
    case TEST_UNEQUAL:
        return !node || !node_is_scalar(node) || !str_eq(node->text, test->literal);
    }
    return false;
}

static bool tests_hold(const Run *run, const Scope *scope, const Tests *tests)
{
    bool holds = false;
    for (size_t i = 0; i < tests->len; i++) {
        const Test *test = &tests->ptr[i];
        bool now = test_holds(run, scope, test);
        holds = i == 0 ? now : test->or_before ? holds || now : holds && now;
    }
    return holds;
}

static void run_value(Run *run, const Scope *scope, const Piece *piece)
{
    const Node *node = lookup(run, scope, piece->text);
    if (!node || node->kind == NODE_NULL) {
        fail(run, "T1002", piece->span, "there is no value", piece->text);
        return;
    }
    if (!node_is_scalar(node)) {
        fail(run, "T1003", piece->span, "this is no single value:", piece->text);
        return;
    }
    Str text = node->text;
    for (size_t i = 0; i < piece->filter_count; i++) {
        StrBuf filtered = STRBUF_ON_ARENA(run->arena);
        if (piece->filters[i]->apply(&filtered, text) < 0) {
            fail(run, "T1003", piece->span, "this filter can't write the value of", piece->text);
            return;
        }
        text = strbuf_str(&filtered);
    }
    strbuf_add(run->out, text);
}

static void run_pieces(Run *run, const Scope *scope, const Pieces *pieces);

/* The same for every loop: first and last are all that it says. */
static const Node *loop_node(Run *run, bool first, bool last)
{
    Node **loop = &run->loops[first][last];
    if (!*loop) {
        *loop = node_new_map(run->arena);
        node_set(run->arena, *loop, STR("first"), node_new_bool(run->arena, first));
        node_set(run->arena, *loop, STR("last"), node_new_bool(run->arena, last));
    }
    return *loop;
}

/* item and loop, for one turn */
static void
run_turn(Run *run, const Scope *scope, const Piece *piece, const Node *item, bool first, bool last)
{
    Scope loop_scope = { .outer = scope,
                         .name = STR("loop"),
                         .value = loop_node(run, first, last) };
    Scope item_scope = { .outer = &loop_scope, .name = piece->item, .value = item };
    run_pieces(run, &item_scope, &piece->body);
}

static void run_each(Run *run, const Scope *scope, const Piece *piece)
{
    const Node *list = lookup(run, scope, piece->text);
    if (!list || list->kind == NODE_NULL) {
        fail(run, "T1002", piece->span, "there is no list", piece->text);
    } else if (list->kind == NODE_SEQ) {
        for (size_t i = 0; i < list->seq.len; i++) {
            run_turn(run, scope, piece, list->seq.items[i], i == 0, i + 1 == list->seq.len);
        }
    } else if (list->kind == NODE_MAP) {
        for (size_t i = 0; i < list->map.len; i++) {
            Node *pair = node_new_map(run->arena);
            node_set(run->arena, pair, STR("key"), list->map.pairs[i].key);
            node_set(run->arena, pair, STR("value"), list->map.pairs[i].value);
            run_turn(run, scope, piece, pair, i == 0, i + 1 == list->map.len);
        }
    } else {
        fail(run, "T1003", piece->span, "this is no list:", piece->text);
    }
}

/* Every line of the included text but the first is put under the tag's column. */
static void add_indented(StrBuf *out, Str text, unsigned indent)
{
    for (Str line; str_next(&text, '\n', &line);) {
        strbuf_add_repeat(out, ' ', line.len ? indent : 0);
        strbuf_add(out, line);
        strbuf_add_char(out, '\n');
    }
}

static void run_include(Run *run, const Scope *scope, const Piece *piece)
{
    const Template *template =
        run->loader ? run->loader->load(run->loader->ctx, piece->text) : NULL;
    if (!template) {
        fail(run, "T1004", piece->span, "there is no template", piece->text);
        return;
    }
    StrBuf *out = run->out;
    StrBuf inside = STRBUF_ON_ARENA(run->arena);
    run->out = &inside;
    run_pieces(run, scope, &template->pieces);
    run->out = out;
    Str text = strbuf_str(&inside);
    str_strip_suffix(&text, STR("\n"));
    add_indented(out, text, piece->indent);
}

static void run_piece(Run *run, const Scope *scope, const Piece *piece)
{
    switch (piece->kind) {
    case PIECE_TEXT:
        strbuf_add(run->out, piece->text);
        break;
    case PIECE_VALUE:
        run_value(run, scope, piece);
        break;
    case PIECE_EACH:
        run_each(run, scope, piece);
        break;
    case PIECE_IF:
        run_pieces(
            run, scope, tests_hold(run, scope, &piece->tests) ? &piece->body : &piece->other
        );
        break;
    case PIECE_INCLUDE:
        run_include(run, scope, piece);
        break;
    }
}

static void run_pieces(Run *run, const Scope *scope, const Pieces *pieces)
{
    if (++run->depth > RUN_MAX_DEPTH) {
        fail(
            run,
            "T1004",
            pieces->len ? pieces->ptr[0]->span : SPAN_NONE,
            "templates include each other too deep at",
            STR("include")
        );
        run->depth--;
        return;
    }
    vec_foreach(piece, pieces) {
        run_piece(run, scope, *piece);
    }
    run->depth--;
}

int template_render(
    Arena *scratch,
    const Template *template,
    const Node *root,
    const TemplateLoader *loader,
    StrBuf *out,
    DiagList *diags
)
{
    arena_clear(scratch);
    Run run = { .root = root, .loader = loader, .out = out, .diags = diags, .arena = scratch };
    run_pieces(&run, NULL, &template->pieces);
    return run.rc;
}
