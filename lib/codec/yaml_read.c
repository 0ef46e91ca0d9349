#include <errno.h>

#include "yaml_parse.h"

enum { DEFAULT_MAX_BYTES = 16 << 20, DEFAULT_MAX_DEPTH = 200, DEFAULT_MAX_NODES = 1000000 };

static bool ends_document(YamlTokenKind kind)
{
    return kind == YAML_TOKEN_DOCUMENT_START || kind == YAML_TOKEN_DOCUMENT_END ||
           kind == YAML_TOKEN_STREAM_END || kind == YAML_TOKEN_DIRECTIVE;
}

static int parse_directives(YamlParser *p)
{
    vec_clear(&p->handles);
    bool any = false;
    while (yaml_next(p)->kind == YAML_TOKEN_DIRECTIVE) {
        if (yaml_next(p)->text.len > 0) {
            vec_push(&p->handles, p->arena, yaml_next(p)->text);
        }
        any = true;
        p->at++;
    }
    return any && yaml_next(p)->kind != YAML_TOKEN_DOCUMENT_START
               ? yaml_unexpected(p, "\"---\" after directives")
               : 0;
}

static int parse_document(YamlParser *p, Node **ret_root)
{
    int rc = parse_directives(p);
    bool explicit_start = rc == 0 && yaml_accept(p, YAML_TOKEN_DOCUMENT_START);
    p->anchors = (Map) MAP_ON_ARENA(p->arena);
    p->depth = 0;
    if (rc == 0) {
        rc = yaml_parse_or_empty(
            p,
            explicit_start && ends_document(yaml_next(p)->kind),
            false,
            p->tokens[p->at ? p->at - 1 : 0].end,
            ret_root
        );
    }
    if (rc == 0 && !ends_document(yaml_next(p)->kind)) {
        rc = yaml_unexpected(p, "the end of the document");
    }
    return rc;
}

static void skip_broken_document(YamlParser *p)
{
    bool open = true;
    while (open) {
        YamlTokenKind kind = yaml_next(p)->kind;
        open = kind != YAML_TOKEN_DOCUMENT_START && kind != YAML_TOKEN_STREAM_END;
        p->at += open;
    }
}

typedef VEC(Node *) Roots;

static int parse_stream(YamlParser *p, YamlScanner *scanner, Roots *roots)
{
    int result = 0;
    for (bool is_first = true;; is_first = false) {
        bool ended = false;
        while (!is_first && yaml_accept(p, YAML_TOKEN_DOCUMENT_END)) {
            ended = true;
        }
        if (yaml_next(p)->kind == YAML_TOKEN_STREAM_END) {
            return result;
        }
        Node *root = NULL;
        uint32_t first = p->at;
        bool unstarted = ended && yaml_next(p)->kind != YAML_TOKEN_DOCUMENT_START &&
                         yaml_next(p)->kind != YAML_TOKEN_DIRECTIVE;
        int rc = unstarted ? yaml_unexpected(p, "\"---\" before another document")
                           : parse_document(p, &root);
        if (rc < 0) {
            result = -EINVAL;
            p->at += yaml_next(p)->kind == YAML_TOKEN_DOCUMENT_START && p->at == first;
            skip_broken_document(p);
        } else if (result == 0) {
            vec_push(roots, p->arena, root);
            if (p->options.keep_comments) {
                yaml_attach_comments(scanner, root, first, p->at);
            }
        }
    }
}

/* UTF-8 without control characters other than tab and line breaks. */
static bool check_text(Source *source, DiagList *diags)
{
    const unsigned char *text = (const unsigned char *) source->text.ptr;
    size_t len = source->text.len, at = 0;
    while (at < len) {
        unsigned char c = text[at];
        if ((c >= 0x20 && c < 0x7F) || c == '\n' || c == '\t' || c == '\r') {
            at++;
            continue;
        }
        size_t size = c < 0x80 ? 0 : c < 0xC2 ? 0 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : c < 0xF5 ? 4 : 0;
        uint32_t value = size == 2 ? c & 0x1F : size == 3 ? c & 0x0F : c & 0x07;
        for (size_t i = 1; i < size; i++) {
            unsigned char next = at + i < len ? text[at + i] : 0;
            size = (next & 0xC0) == 0x80 ? size : 0;
            value = value << 6 | (next & 0x3F);
        }
        bool good = size == 2 ? value == 0x85 || value >= 0xA0
                    : size == 3
                        ? value >= 0x800 && !(value >= 0xD800 && value < 0xE000) && value < 0xFFFE
                    : size == 4 ? value >= 0x10000 && value <= 0x10FFFF
                                : false;
        if (!good) {
            const char *what = c < 0x80 ? "a control character" : "a byte that is no UTF-8";
            diag_error(
                diags, "Y1005", span_make(source, at, at + 1), "%s (0x%02x) in the text", what, c
            );
            return false;
        }
        at += size;
    }
    return true;
}

static YamlOptions effective_options(const YamlOptions *options)
{
    YamlOptions result = options ? *options : (YamlOptions) { 0 };
    YamlLimits *limits = &result.limits;
    limits->max_bytes = limits->max_bytes ? limits->max_bytes : DEFAULT_MAX_BYTES;
    limits->max_depth = limits->max_depth ? limits->max_depth : DEFAULT_MAX_DEPTH;
    limits->max_nodes = limits->max_nodes ? limits->max_nodes : DEFAULT_MAX_NODES;
    return result;
}

int yaml_read(
    Arena *arena,
    Source *source,
    const YamlOptions *options,
    YamlDocuments *ret_documents,
    DiagList *diags
)
{
    YamlOptions effective = effective_options(options);
    *ret_documents = (YamlDocuments) { 0 };
    if (source->text.len > effective.limits.max_bytes) {
        diag_error(
            diags,
            "Y1003",
            span_make(source, 0, 0),
            "%zu bytes: more than the %zu allowed",
            source->text.len,
            effective.limits.max_bytes
        );
        return -EINVAL;
    }
    if (!check_text(source, diags)) {
        return -EINVAL;
    }
    auto_arena Arena *scratch = arena_new(source->text.len * 8 + 4096);
    YamlScanner scanner = {
        .arena = arena,
        .source = source,
        .text = source->text,
        .diags = diags,
        .keep_comments = effective.keep_comments,
        .scratch = scratch,
    };
    yaml_scan(&scanner);
    YamlParser parser = { .arena = arena,
                          .source = source,
                          .diags = diags,
                          .options = effective,
                          .tokens = scanner.tokens.ptr };
    Roots roots = { 0 };
    int rc = parse_stream(&parser, &scanner, &roots);
    *ret_documents = (YamlDocuments) { .roots = roots.ptr, .len = roots.len };
    return rc;
}

int yaml_read_one(
    Arena *arena, Source *source, const YamlOptions *options, Node **ret_root, DiagList *diags
)
{
    YamlDocuments documents;
    int rc = yaml_read(arena, source, options, &documents, diags);
    if (rc < 0) {
        return rc;
    }
    if (documents.len > 1) {
        diag_error(diags, "Y1001", documents.roots[1]->span, "only one document is expected here");
        return -EINVAL;
    }
    if (documents.len == 0) {
        *ret_root = ARENA_NEW(arena, Node);
        (*ret_root)->span = span_make(source, 0, 0);
        return 0;
    }
    *ret_root = documents.roots[0];
    return 0;
}
